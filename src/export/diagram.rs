//! Which directories, or files, import which: what a diagram shows, in a size that can be read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Options;
use super::pairs::pairs;
use super::text::one_line;
use crate::analysis::Analysis;
use crate::scan::SourceTree;

/// Directories that a picture shows legibly.
const LEGIBLE_NODES: usize = 50;
/// Imports between them that can still be told apart.
const LEGIBLE_EDGES: usize = 150;
/// Directories that are opened to see whether they fit.
const MAX_TRIES: usize = 100;

/// What a node of a diagram is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A directory, with all below it from some depth on.
    Directory,
    /// A file.
    File,
}

/// A graph to be drawn.
pub struct Diagram<'a> {
    /// What it is of.
    pub name: &'a str,
    /// By path.
    pub nodes: Vec<Node<'a>>,
    /// By both ends.
    pub edges: Vec<Edge>,
    /// What is shown and what is left out, each on one line.
    pub notes: Vec<String>,
}

/// A directory or a file.
pub struct Node<'a> {
    /// Its path; the root's is empty.
    pub path: &'a str,
    /// How many files it stands for.
    pub files: u32,
}

/// All imports of one node by another.
pub struct Edge {
    /// Index of the importing node.
    pub from: usize,
    /// Index of the imported node.
    pub to: usize,
    /// How many there are.
    pub imports: u32,
    /// Whether imports lead back from `to` to `from`, over nodes of the diagram.
    pub in_cycle: bool,
}

/// Builds the diagram that `options` ask for.
pub fn diagram<'a>(analysis: &'a Analysis, options: &Options) -> Diagram<'a> {
    let (tree, name) = (&analysis.tree, one_line(&analysis.name));
    if options.level == Level::File {
        let pairs = pairs(analysis).map(|pair| ((pair.from.0, pair.to.0), pair.imports)).collect();
        let groups = Groups::new(&pairs, &Vec::from_iter(0..tree.files.len() as u32), &vec![1; tree.files.len()]);
        let note = format!("the files of {name} and their imports");
        return groups.into_diagram(analysis, note, "files", |file| &tree.files[file as usize].path);
    }
    let dirs = Directories::new(analysis);
    let (groups, which) = match options.depth {
        Some(depth) => (dirs.grouped(&dirs.at_depth(depth)), format!("to depth {depth}")),
        None => (dirs.legible(), "those opened that hold most imports".to_owned()),
    };
    let note = format!("the directories of {name} ({which}) and the imports between them");
    groups.into_diagram(analysis, note, "directories", |dir| &tree.dirs[dir as usize].path)
}

/// Imports by importing and imported thing.
type Imports = BTreeMap<(u32, u32), u32>;

/// Every directory by itself.
struct Directories<'a> {
    tree: &'a SourceTree,
    imports: Imports,
    /// Files in each directory itself.
    files: Vec<u32>,
}

impl<'a> Directories<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        let tree = &analysis.tree;
        let mut imports = Imports::new();
        for pair in pairs(analysis) {
            let ends = (tree.file(pair.from).dir.0, tree.file(pair.to).dir.0);
            *imports.entry(ends).or_default() += pair.imports;
        }
        let mut files = vec![0; tree.dirs.len()];
        tree.files.iter().for_each(|file| files[file.dir.index()] += 1);
        Self { tree, imports, files }
    }

    fn grouped(&self, shown: &[u32]) -> Groups {
        Groups::new(&self.imports, shown, &self.files)
    }

    /// For each directory itself or the one above it at `depth`.
    fn at_depth(&self, depth: u32) -> Vec<u32> {
        self.shown(|dir| self.tree.dirs[dir].depth < depth)
    }

    /// For each directory the one that is shown for it: itself where the one above is open.
    fn shown(&self, is_open: impl Fn(usize) -> bool) -> Vec<u32> {
        let mut shown = vec![0_u32; self.tree.dirs.len()];
        // Parents come before their children, and the first is the root.
        for dir in 1..shown.len() {
            let parent = self.tree.dirs[dir].parent.index();
            shown[dir] = if is_open(parent) { dir as u32 } else { shown[parent] };
        }
        shown
    }

    /// The tree opened from the root, always where most imports are hidden, as long as the picture stays legible.
    fn legible(&self) -> Groups {
        let hidden = self.hidden();
        let mut open = vec![false; hidden.len()];
        let mut groups = self.grouped(&self.shown(|_| false));
        let mut heap = BinaryHeap::from([(hidden[0], Reverse(0_usize))]);
        for _ in 0..MAX_TRIES {
            let Some((_, Reverse(dir))) = heap.pop() else { break };
            open[dir] = true;
            let more = self.grouped(&self.shown(|dir| open[dir]));
            let is_legible = more.connected.len() <= LEGIBLE_NODES && more.imports.len() <= LEGIBLE_EDGES;
            if dir != 0 && !is_legible {
                open[dir] = false;
                continue;
            }
            groups = more;
            let children = (1..hidden.len()).filter(|&child| self.tree.dirs[child].parent.index() == dir);
            heap.extend(children.filter(|&child| hidden[child] > 0).map(|child| (hidden[child], Reverse(child))));
        }
        groups
    }

    /// Imports between different directories in and below each.
    fn hidden(&self) -> Vec<u64> {
        let dirs = &self.tree.dirs;
        let mut hidden = vec![0; dirs.len()];
        for (&(from, to), &imports) in self.imports.iter().filter(|((from, to), _)| from != to) {
            let (mut a, mut b) = (from as usize, to as usize);
            while a != b {
                if dirs[a].depth >= dirs[b].depth {
                    a = dirs[a].parent.index();
                } else {
                    b = dirs[b].parent.index();
                }
            }
            hidden[a] += u64::from(imports);
        }
        for dir in (1..hidden.len()).rev() {
            hidden[dirs[dir].parent.index()] += hidden[dir];
        }
        hidden
    }
}

/// Things in groups, each named after one of them.
struct Groups {
    /// How many files each group stands for.
    files: BTreeMap<u32, u32>,
    /// Imports between two different groups.
    imports: Imports,
    /// Groups that have imports of or by another, sorted.
    connected: BTreeSet<u32>,
}

impl Groups {
    /// `group` and `files` have a value for each thing.
    fn new(imports: &Imports, group: &[u32], files: &[u32]) -> Self {
        let mut grouped = Imports::new();
        for (&(from, to), count) in imports {
            let ends = (group[from as usize], group[to as usize]);
            if ends.0 != ends.1 {
                *grouped.entry(ends).or_default() += count;
            }
        }
        let connected = grouped.keys().flat_map(|&(from, to)| [from, to]).collect();
        let mut in_group = BTreeMap::new();
        for (&group, count) in group.iter().zip(files) {
            *in_group.entry(group).or_default() += count;
        }
        in_group.retain(|_, files| *files > 0);
        Self { files: in_group, imports: grouped, connected }
    }

    /// Groups without imports are left out, unless there is nothing else to show.
    fn into_diagram<'a>(
        self,
        analysis: &'a Analysis,
        note: String,
        what: &str,
        path: impl Fn(u32) -> &'a str,
    ) -> Diagram<'a> {
        let shown: Vec<u32> = match self.connected.is_empty() {
            true => self.files.keys().copied().take(LEGIBLE_NODES).collect(),
            false => self.connected.into_iter().collect(),
        };
        let mut notes = vec![format!("repolis: {note}")];
        if self.imports.is_empty() {
            notes.push(format!("there are no imports between these {what}"));
        }
        if self.files.len() > shown.len() {
            let why = if self.imports.is_empty() { "" } else { ", which have no imports of or by another" };
            notes.push(format!("left out: {} of {} {what}{why}", self.files.len() - shown.len(), self.files.len()));
        }
        let index: BTreeMap<u32, usize> = shown.iter().copied().zip(0..).collect();
        let edges = self.imports.iter().map(|(&(from, to), &imports)| (index[&from], index[&to], imports));
        let edges = with_cycles(shown.len(), edges.collect());
        let nodes = shown.iter().map(|&group| Node { path: path(group), files: self.files[&group] }).collect();
        Diagram { name: &analysis.name, nodes, edges, notes }
    }
}

fn with_cycles(nodes: usize, edges: Vec<(usize, usize, u32)>) -> Vec<Edge> {
    let mut graph = DiGraph::<(), ()>::with_capacity(nodes, edges.len());
    (0..nodes).for_each(|_| {
        graph.add_node(());
    });
    for &(from, to, _) in &edges {
        graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
    }
    let mut component_of = vec![0; nodes];
    for (component, index) in kosaraju_scc(&graph).iter().zip(0_usize..) {
        component.iter().for_each(|node| component_of[node.index()] = index);
    }
    let edge = |(from, to, imports)| Edge { from, to, imports, in_cycle: component_of[from] == component_of[to] };
    edges.into_iter().map(edge).collect()
}
