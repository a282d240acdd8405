//! The graph as compressed rows: neighbours of a node side by side, sorted.

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Weight;

/// Neighbours of each node in one direction.
pub(super) struct Rows {
    starts: Vec<u32>,
    neighbours: Vec<u32>,
}

impl Rows {
    pub(super) fn new(graph: &DiGraph<(), Weight, u32>, direction: Direction) -> Self {
        let mut starts = vec![0];
        let mut neighbours = Vec::with_capacity(graph.edge_count());
        for node in (0..graph.node_count()).map(NodeIndex::new) {
            let row = neighbours.len();
            neighbours.extend(graph.neighbors_directed(node, direction).map(|other| other.index() as u32));
            neighbours[row..].sort_unstable();
            starts.push(neighbours.len() as u32);
        }
        Self { starts, neighbours }
    }

    /// The neighbours of a node.
    pub(super) fn of(&self, node: usize) -> &[u32] {
        &self.neighbours[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}
