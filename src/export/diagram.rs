//! Which directories, or files, import which: what a diagram shows, in a size that can be read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Options;
use super::pairs::pairs;
use super::text::one_line;
use crate::analysis::Analysis;
use crate::scan::{DirId, SourceTree};

/// Directories that a picture shows legibly.
const LEGIBLE_NODES: usize = 50;
/// Imports between them that can still be told apart.
const LEGIBLE_EDGES: usize = 150;
/// Directories that are tried, to see whether they fit.
const MAX_TRIES: usize = 200;

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
        None => (dirs.legible(), "those with most imports".to_owned()),
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
        self.nearest(&self.tree.dirs.iter().map(|dir| dir.depth <= depth).collect::<Vec<_>>())
    }

    /// Directories shown one after another from the root down, as long as the picture stays legible: always the one with
    /// most imports across its border, which count half for each level that it lies deeper. What is not shown counts for
    /// the one above.
    fn legible(&self) -> Groups {
        let across = self.across();
        let mut is_shown = vec![false; across.len()];
        let mut groups = self.grouped(&self.nearest(&is_shown));
        let mut heap = BinaryHeap::new();
        let mut opened = DirId::ROOT.index();
        for _ in 0..MAX_TRIES {
            for child in (1..across.len()).filter(|&child| self.tree.dirs[child].parent.index() == opened) {
                if across[child] == 0 {
                    // It adds no arrow, and nothing without arrows is drawn.
                    is_shown[child] = true;
                } else {
                    heap.push((across[child] >> self.tree.dirs[child].depth.min(62), Reverse(child)));
                }
            }
            let Some(more) = heap.pop().map(|(_, Reverse(dir))| dir) else { break };
            is_shown[more] = true;
            let with_more = self.grouped(&self.nearest(&is_shown));
            if with_more.connected.len() <= LEGIBLE_NODES && with_more.imports.len() <= LEGIBLE_EDGES {
                groups = with_more;
                opened = more;
            } else {
                is_shown[more] = false;
                // It has no children that could be shown without it.
                opened = usize::MAX;
            }
        }
        if groups.connected.is_empty() { self.grouped(&self.nearest(&is_shown)) } else { groups }
    }

    /// For each directory itself or the nearest one above it that is shown.
    fn nearest(&self, is_shown: &[bool]) -> Vec<u32> {
        let mut nearest = vec![DirId::ROOT.0; is_shown.len()];
        // Parents come before their children, and the first is the root.
        for dir in 1..nearest.len() {
            nearest[dir] = if is_shown[dir] { dir as u32 } else { nearest[self.tree.dirs[dir].parent.index()] };
        }
        nearest
    }

    /// Imports that lead into or out of each directory with all below it.
    fn across(&self) -> Vec<i64> {
        let dirs = &self.tree.dirs;
        let mut across = vec![0; dirs.len()];
        for (&(from, to), &imports) in &self.imports {
            let (from, to, imports) = (from as usize, to as usize, i64::from(imports));
            across[from] += imports;
            across[to] += imports;
            // From the directory that holds both ends on, it crosses no border.
            across[self.shared(from, to)] -= 2 * imports;
        }
        // Parents come before their children, so going backwards adds whole subtrees.
        for dir in (1..across.len()).rev() {
            across[dirs[dir].parent.index()] += across[dir];
        }
        across
    }

    /// The deepest directory that holds both.
    fn shared(&self, mut a: usize, mut b: usize) -> usize {
        let dirs = &self.tree.dirs;
        while a != b {
            if dirs[a].depth >= dirs[b].depth {
                a = dirs[a].parent.index();
            } else {
                b = dirs[b].parent.index();
            }
        }
        a
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
