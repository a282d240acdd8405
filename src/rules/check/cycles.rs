//! Cycles of files, and of what lies side by side in a directory.

use std::collections::hash_map::Entry;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use super::layers::is_index;
use super::{Checker, listed};
use crate::rules::finding::{About, Finding, Step};
use crate::rules::glob::Globs;
use crate::rules::model::CyclesOf;
use crate::rules::universe::NodeSet;
use crate::scan::{DirId, FileId};

/// A short way round a large cycle is looked for from so many of its members.
const STARTS: usize = 64;

/// Nodes and for each edge one import that makes it.
type Graph = DiGraph<String, u32, u32>;

impl Checker<'_> {
    pub(super) fn cycles(&mut self, of: CyclesOf, files: &Globs, skip: &Globs, depth: u32) -> Vec<Finding> {
        let counted = self.select_or_all(files);
        match of {
            CyclesOf::Files => self.in_graph(&self.file_graph(&counted), "files", None),
            CyclesOf::Siblings => self.siblings(&counted, files, skip, depth),
        }
    }

    fn file_graph(&self, counted: &NodeSet) -> Graph {
        let mut graph = Graph::default();
        let mut nodes = FxHashMap::default();
        for file in counted.iter().filter(|&node| (node as usize) < self.universe.tree.files.len()) {
            nodes.insert(file, graph.add_node(self.universe.name(file)));
        }
        for pair in self.view.pairs() {
            let ends = self.view.pair(pair);
            if let (Some(&from), Some(&to)) = (nodes.get(&ends.from), nodes.get(&ends.to)) {
                graph.add_edge(from, to, pair);
            }
        }
        graph
    }

    /// Cycles between the children of each directory that the globs name themselves, and of those below it.
    fn siblings(&mut self, counted: &NodeSet, files: &Globs, skip: &Globs, depth: u32) -> Vec<Finding> {
        let tree = self.universe.tree;
        let is_checked = self.checked_dirs(files, skip, depth);
        let mut graphs: FxHashMap<DirId, (Graph, FxHashMap<String, NodeIndex>)> = FxHashMap::default();
        for pair in self.view.pairs() {
            let ends = self.view.pair(pair);
            if (ends.to as usize) >= tree.files.len() || !counted.has(ends.from) || !counted.has(ends.to) {
                continue;
            }
            let Some((dir, from, to)) = self.fork(FileId(ends.from), FileId(ends.to)) else { continue };
            if !is_checked[dir.index()] {
                continue;
            }
            let (graph, nodes) = graphs.entry(dir).or_default();
            let mut node = |name: String| *nodes.entry(name.clone()).or_insert_with(|| graph.add_node(name));
            let (from, to) = (node(from), node(to));
            if graph.find_edge(from, to).is_none() {
                graph.add_edge(from, to, pair);
            }
        }
        let mut dirs: Vec<_> = graphs.into_iter().collect();
        dirs.sort_unstable_by_key(|(dir, _)| *dir);
        let in_dir =
            |(dir, (graph, _)): &(DirId, (Graph, _))| self.in_graph(graph, "siblings", Some(&tree.dir(*dir).path));
        dirs.iter().flat_map(in_dir).collect()
    }

    /// For each directory whether its children are checked: it is named, or lies at most `depth` levels below.
    fn checked_dirs(&mut self, files: &Globs, skip: &Globs, depth: u32) -> Vec<bool> {
        let tree = self.universe.tree;
        let mut ancestors = self.universe.dirs(files, &mut Vec::new());
        if ancestors.is_empty() {
            ancestors.push(DirId::ROOT);
        }
        let skipped = self.universe.dirs(skip, self.mistakes);
        let mut levels: Vec<Option<u32>> = vec![None; tree.dirs.len()];
        for id in tree.dir_ids().filter(|id| skipped.binary_search(id).is_err()) {
            let own = ancestors.binary_search(&id).ok().map(|_| 0);
            let above = levels[tree.dir(id).parent.index()].filter(|_| id != DirId::ROOT).map(|level| level + 1);
            levels[id.index()] = own.or(above).filter(|level| *level <= depth);
        }
        levels.iter().map(Option::is_some).collect()
    }

    /// The deepest directory above both files, and its children that hold them. `None` where one is its index.
    fn fork(&self, from: FileId, to: FileId) -> Option<(DirId, String, String)> {
        let tree = self.universe.tree;
        let (from, to) = (&*tree.file(from).path, &*tree.file(to).path);
        let common = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
        let dir = from[..floor(from, common)].rfind('/').map_or("", |slash| &from[..slash]);
        let start = if dir.is_empty() { 0 } else { dir.len() + 1 };
        let child = |path: &str| {
            let end = path[start..].find('/').map_or(path.len(), |slash| start + slash);
            (!is_index(&path[start..end])).then(|| path[..end].to_owned())
        };
        Some((tree.dir_id(dir)?, child(from)?, child(to)?))
    }

    fn in_graph(&self, graph: &Graph, what: &str, dir: Option<&str>) -> Vec<Finding> {
        // Kosaraju's algorithm in petgraph keeps its own stack.
        let components = kosaraju_scc(graph).into_iter().filter(|component| component.len() > 1);
        components
            .map(|mut component| {
                component.sort_unstable_by(|a, b| graph[*a].cmp(&graph[*b]));
                self.cycle(graph, &component, what, dir)
            })
            .collect()
    }

    fn cycle(&self, graph: &Graph, component: &[NodeIndex], what: &str, dir: Option<&str>) -> Finding {
        let round = shortest_round(graph, component);
        let steps: Vec<Step> = round.iter().map(|&pair| self.step(pair)).collect();
        let members: Vec<String> = component.iter().map(|&node| graph[node].clone()).collect();
        let way: Vec<&str> = match dir {
            None => steps.iter().map(|step| step.from.as_str()).collect(),
            Some(_) => round_names(graph, component, &round),
        };
        let (first, line) =
            steps.first().map_or(("", 0), |step| (&step.from, step.lines.first().copied().unwrap_or(0)));
        let (path, line) = match dir {
            None => (first.to_owned(), line),
            Some("") => (".".to_owned(), 0),
            Some(dir) => (dir.to_owned(), 0),
        };
        let place = if dir.is_some() { "holds" } else { "is in" };
        let back = way.first().copied().unwrap_or_default();
        let message = format!("{place} a cycle of {} {what}: {} -> {back}", component.len(), listed(&way, " -> "));
        Finding::new(self.rule, path, line, message, About::Cycle { members, steps })
    }
}

/// The largest boundary of a character that is not beyond `at`.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Names of the nodes on the way round.
fn round_names<'g>(graph: &'g Graph, component: &[NodeIndex], round: &[u32]) -> Vec<&'g str> {
    let edges = component.iter().flat_map(|&node| graph.edges(node));
    let names: FxHashMap<u32, &str> =
        edges.map(|edge| (*edge.weight(), graph[petgraph::visit::EdgeRef::source(&edge)].as_str())).collect();
    round.iter().filter_map(|pair| names.get(pair).copied()).collect()
}

/// The imports of the shortest cycle through one of the first members, the first by name among equals.
fn shortest_round(graph: &Graph, component: &[NodeIndex]) -> Vec<u32> {
    let rank: FxHashMap<NodeIndex, usize> = component.iter().zip(0..).map(|(&node, rank)| (node, rank)).collect();
    let mut best: Option<Vec<u32>> = None;
    for &start in component.iter().take(STARTS) {
        let limit = best.as_ref().map_or(usize::MAX, Vec::len);
        if let Some(round) = round_from(graph, &rank, start, limit) {
            best = Some(round);
        }
        if best.as_ref().is_some_and(|round| round.len() == 2) {
            break;
        }
    }
    best.unwrap_or_default()
}

/// The shortest way from a node back to it of fewer than `limit` imports: breadth first, neighbours by name.
fn round_from(graph: &Graph, rank: &FxHashMap<NodeIndex, usize>, start: NodeIndex, limit: usize) -> Option<Vec<u32>> {
    let mut came_by: FxHashMap<NodeIndex, (NodeIndex, u32, usize)> = FxHashMap::default();
    let mut queue = vec![start];
    let mut at = 0;
    while at < queue.len() {
        let node = queue[at];
        at += 1;
        let depth = came_by.get(&node).map_or(0, |(_, _, depth)| *depth);
        if depth + 1 >= limit {
            return None;
        }
        let mut edges: Vec<_> = graph
            .edges(node)
            .map(|edge| (petgraph::visit::EdgeRef::target(&edge), *edge.weight()))
            .filter(|(to, _)| rank.contains_key(to))
            .collect();
        edges.sort_unstable_by_key(|(to, _)| rank[to]);
        for (to, pair) in edges {
            if to == start {
                return Some(way_back(&came_by, node, pair));
            }
            if let Entry::Vacant(unseen) = came_by.entry(to) {
                unseen.insert((node, pair, depth + 1));
                queue.push(to);
            }
        }
    }
    None
}

fn way_back(came_by: &FxHashMap<NodeIndex, (NodeIndex, u32, usize)>, mut node: NodeIndex, last: u32) -> Vec<u32> {
    let mut round = vec![last];
    while let Some((before, pair, _)) = came_by.get(&node) {
        round.push(*pair);
        node = *before;
    }
    round.reverse();
    round
}
