//! PageRank over compressed rows.

use petgraph::Incoming;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Weight;
use super::rows::Rows;

const DAMPING: f64 = 0.85;
const TOLERANCE: f64 = 1e-10;
const MAX_ROUNDS: usize = 200;

/// PageRank of each node, adding up to 1 (Brin and Page 1998; damping 0.85, links weighted equally, what nodes
/// without links hold is spread over all). Stops when the sum of changes is below 1e-10, or after 200 rounds.
pub fn page_rank(graph: &DiGraph<(), Weight, u32>) -> Vec<f64> {
    let count = graph.node_count();
    if count == 0 {
        return Vec::new();
    }
    let rows = Rows::new(graph, Incoming);
    let out_degrees: Vec<u32> = (0..count).map(|node| graph.neighbors(NodeIndex::new(node)).count() as u32).collect();
    let even = 1.0 / count as f64;
    let mut ranks = vec![even; count];
    let mut next = vec![0.0; count];
    for _ in 0..MAX_ROUNDS {
        let dangling: f64 = ranks.iter().zip(&out_degrees).filter(|(_, out)| **out == 0).map(|(rank, _)| rank).sum();
        let base = (1.0 - DAMPING) * even + DAMPING * dangling * even;
        for (node, next) in next.iter_mut().enumerate() {
            let arriving: f64 =
                rows.of(node).iter().map(|&from| ranks[from as usize] / f64::from(out_degrees[from as usize])).sum();
            *next = base + DAMPING * arriving;
        }
        let change: f64 = ranks.iter().zip(&next).map(|(old, new)| (old - new).abs()).sum();
        std::mem::swap(&mut ranks, &mut next);
        if change < TOLERANCE {
            break;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `networkx.pagerank(G, alpha=0.85, tol=1e-12)`.
    #[test]
    fn equals_networkx() {
        let mut graph = DiGraph::new();
        let nodes: Vec<_> = (0..4).map(|_| graph.add_node(())).collect();
        for (from, to) in [(0, 1), (0, 2), (1, 2), (2, 0), (3, 2)] {
            graph.add_edge(nodes[from], nodes[to], Weight { imports: 1, type_only: 0 });
        }
        let expect = [0.372_526_8, 0.195_823_9, 0.394_149_3, 0.037_5];
        for (rank, expect) in page_rank(&graph).iter().zip(expect) {
            assert!((rank - expect).abs() < 1e-6, "{rank} {expect}");
        }
    }

    #[test]
    fn adds_up_to_one_with_dangling_nodes() {
        let mut graph = DiGraph::new();
        let nodes: Vec<_> = (0..5).map(|_| graph.add_node(())).collect();
        graph.add_edge(nodes[0], nodes[1], Weight { imports: 1, type_only: 0 });
        assert!((page_rank(&graph).iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
