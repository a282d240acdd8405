//! A graph with numbered nodes, and its split into parts over which cycles lead.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;

/// Edge between two nodes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) cost: u32,
    pub(super) imports: u32,
}

/// Nodes `0..nodes.len()` with the arcs between them.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// What each node is in the component that was split.
    pub(super) nodes: Vec<u32>,
    /// Sorted by their ends, one a pair.
    pub(super) arcs: Vec<Arc>,
}

impl Part {
    /// Indices of arcs by source.
    pub(super) fn outgoing(&self) -> Vec<Vec<usize>> {
        self.rows(|arc| arc.from)
    }

    /// Indices of arcs by target.
    pub(super) fn incoming(&self) -> Vec<Vec<usize>> {
        self.rows(|arc| arc.to)
    }

    fn rows(&self, end: impl Fn(&Arc) -> usize) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); self.nodes.len()];
        for (index, arc) in self.arcs.iter().enumerate() {
            rows[end(arc)].push(index);
        }
        rows
    }

    /// What removing these arcs costs.
    pub(super) fn cost(&self, arcs: &[usize]) -> u64 {
        arcs.iter().map(|&arc| u64::from(self.arcs[arc].cost)).sum()
    }
}

/// The biconnected components of the strongly connected ones. A cycle passes no node twice, so that it lies within one of
/// them, and each can be broken by itself.
pub(super) fn split(whole: &Part) -> Vec<Part> {
    let pairs = whole.arcs.iter().map(|arc| (arc.from as u32, arc.to as u32));
    let mut component_of = vec![0; whole.nodes.len()];
    for (component, nodes) in kosaraju_scc(&DiGraph::<(), (), u32>::from_edges(pairs)).iter().enumerate() {
        nodes.iter().for_each(|node| component_of[node.index()] = component);
    }
    let is_inside = |arc: &&Arc| component_of[arc.from] == component_of[arc.to];
    let arcs = whole.arcs.iter().filter(is_inside).copied().collect();
    biconnected(&Part { nodes: whole.nodes.clone(), arcs })
}

fn biconnected(whole: &Part) -> Vec<Part> {
    let neighbours = neighbours(whole);
    let mut walk = Walk { found: vec![0; whole.nodes.len()], lowest: vec![0; whole.nodes.len()], ..Walk::default() };
    for root in 0..whole.nodes.len() {
        if walk.found[root] == 0 {
            walk.from(root, &neighbours);
        }
    }
    let mut blocks = vec![Vec::new(); walk.blocks];
    for arc in &whole.arcs {
        if let Some(&block) = walk.block_of.get(&(arc.from.min(arc.to), arc.from.max(arc.to))) {
            blocks[block].push(*arc);
        }
    }
    blocks.into_iter().map(|arcs| renumber(whole, arcs)).collect()
}

/// The other ends of each node's arcs, whichever their direction.
fn neighbours(whole: &Part) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); whole.nodes.len()];
    for arc in &whole.arcs {
        rows[arc.from].push(arc.to);
        rows[arc.to].push(arc.from);
    }
    for row in &mut rows {
        row.sort_unstable();
        row.dedup();
    }
    rows
}

/// Depth-first search with a stack of its own (J. Hopcroft and R. Tarjan, "Efficient algorithms for graph manipulation",
/// Communications of the ACM 16, 1973).
#[derive(Default)]
struct Walk {
    /// When a node was found, from 1.
    found: Vec<u32>,
    /// When the earliest node was found that its subtree leads back to.
    lowest: Vec<u32>,
    clock: u32,
    /// Pairs of nodes that belong to no block yet.
    pairs: Vec<(usize, usize)>,
    blocks: usize,
    block_of: FxHashMap<(usize, usize), usize>,
}

impl Walk {
    fn from(&mut self, root: usize, neighbours: &[Vec<usize>]) {
        self.find(root);
        let mut path = vec![(root, root, 0)];
        while let Some((node, parent, at)) = path.last_mut() {
            let (node, parent) = (*node, *parent);
            let Some(&next) = neighbours[node].get(*at) else {
                path.pop();
                if node != root {
                    self.leave(node, parent);
                }
                continue;
            };
            *at += 1;
            if self.found[next] == 0 {
                self.pairs.push((node, next));
                self.find(next);
                path.push((next, node, 0));
            } else if next != parent && self.found[next] < self.found[node] {
                self.pairs.push((node, next));
                self.lowest[node] = self.lowest[node].min(self.found[next]);
            }
        }
    }

    fn find(&mut self, node: usize) {
        self.clock += 1;
        self.found[node] = self.clock;
        self.lowest[node] = self.clock;
    }

    /// Back from `node` to `parent`: what was found since is a block when nothing of it leads above `parent`.
    fn leave(&mut self, node: usize, parent: usize) {
        self.lowest[parent] = self.lowest[parent].min(self.lowest[node]);
        if self.lowest[node] >= self.found[parent] {
            while let Some((from, to)) = self.pairs.pop() {
                self.block_of.insert((from.min(to), from.max(to)), self.blocks);
                if (from, to) == (parent, node) {
                    break;
                }
            }
            self.blocks += 1;
        }
    }
}

fn renumber(whole: &Part, mut arcs: Vec<Arc>) -> Part {
    let mut nodes: Vec<usize> = arcs.iter().flat_map(|arc| [arc.from, arc.to]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let number = |node: usize| nodes.partition_point(|&other| other < node);
    for arc in &mut arcs {
        (arc.from, arc.to) = (number(arc.from), number(arc.to));
    }
    Part { nodes: nodes.iter().map(|&node| whole.nodes[node]).collect(), arcs }
}
