//! An undirected graph with weights, whose nodes can be merged.

use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;

use crate::graph::Weight;

/// Nodes and the weights between them, each in the rows of both ends.
pub(super) struct Weighted {
    starts: Vec<usize>,
    neighbours: Vec<(u32, f64)>,
    /// Twice the weight of the edges within each node.
    loops: Vec<f64>,
    /// Sum of the weights at each node, loops included.
    pub(super) strengths: Vec<f64>,
    /// Sum of the strengths.
    pub(super) total: f64,
}

impl Weighted {
    pub(super) fn new(graph: &DiGraph<(), Weight, u32>) -> Self {
        let mut pairs = FxHashMap::<(u32, u32), f64>::default();
        for edge in graph.edge_references() {
            use petgraph::visit::EdgeRef;
            let (from, to) = (edge.source().index() as u32, edge.target().index() as u32);
            *pairs.entry((from.min(to), from.max(to))).or_default() += f64::from(edge.weight().imports);
        }
        Self::from_pairs(graph.node_count(), pairs, vec![0.0; graph.node_count()])
    }

    fn from_pairs(count: usize, pairs: FxHashMap<(u32, u32), f64>, loops: Vec<f64>) -> Self {
        let both = pairs.into_iter().flat_map(|((a, b), weight)| [(a, b, weight), (b, a, weight)]);
        let mut rows: Vec<(u32, u32, f64)> = both.collect();
        rows.sort_unstable_by_key(|&(from, to, _)| (from, to));
        let starts = (0..=count as u32).map(|node| rows.partition_point(|&(from, _, _)| from < node)).collect();
        let mut strengths = loops.clone();
        for &(from, _, weight) in &rows {
            strengths[from as usize] += weight;
        }
        let total = strengths.iter().sum();
        Self {
            starts,
            neighbours: rows.into_iter().map(|(_, to, weight)| (to, weight)).collect(),
            loops,
            strengths,
            total,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.loops.len()
    }

    pub(super) fn neighbours(&self, node: u32) -> &[(u32, f64)] {
        &self.neighbours[self.starts[node as usize]..self.starts[node as usize + 1]]
    }

    /// The graph of groups of nodes, `count` of them.
    pub(super) fn merged(&self, group_of: &[u32], count: usize) -> Self {
        let mut loops = vec![0.0; count];
        let mut pairs = FxHashMap::<(u32, u32), f64>::default();
        for node in 0..self.len() as u32 {
            let group = group_of[node as usize];
            loops[group as usize] += self.loops[node as usize];
            for &(other, weight) in self.neighbours(node) {
                let other = group_of[other as usize];
                if group == other {
                    loops[group as usize] += weight;
                } else if group < other {
                    *pairs.entry((group, other)).or_default() += weight;
                }
            }
        }
        Self::from_pairs(count, pairs, loops)
    }

    /// M. E. J. Newman, "Analysis of weighted networks", Physical Review E 70, 2004.
    pub(super) fn modularity(&self, partition: &[u32]) -> f64 {
        if self.total == 0.0 {
            return 0.0;
        }
        let mut strengths = vec![0.0; self.len()];
        let mut inside = 0.0;
        for node in 0..self.len() as u32 {
            let community = partition[node as usize];
            strengths[community as usize] += self.strengths[node as usize];
            let same = self.neighbours(node).iter().filter(|(other, _)| partition[*other as usize] == community);
            inside += self.loops[node as usize] + same.map(|&(_, weight)| weight).sum::<f64>();
        }
        inside / self.total - strengths.iter().map(|strength| (strength / self.total).powi(2)).sum::<f64>()
    }
}
