//! Communities: groups of files that import each other more than others, whatever directories they stand in.

mod leiden;
mod weighted;

use weighted::Weighted;

use super::CodeGraph;

/// Groups of files.
#[derive(Clone, Debug, PartialEq)]
pub struct Communities {
    /// The community of each file, 0 for the largest; `None` for files without imports from or to another file.
    pub of: Vec<Option<u32>>,
    /// How many there are.
    pub count: usize,
    /// Modularity (Newman 2004) of the groups, from -0.5 to 1: the share of imports within them less the share expected if
    /// imports met files at random. 0 without imports.
    pub modularity: f64,
}

/// The whole is repeated from its own result until that helps no more, at most so often.
const MAX_REPEATS: usize = 10;
/// Less is rounding.
const LEAST_GAIN: f64 = 1e-9;

impl CodeGraph {
    /// Communities by the Leiden algorithm with modularity (V. A. Traag, L. Waltman and N. J. van Eck, "From Louvain to Leiden:
    /// guaranteeing well-connected communities", Scientific Reports 9, 2019). Imports count in both directions alike, each
    /// statement as 1. Unlike there, files are visited in path order and merged with the best, so that the same graph
    /// gives the same communities.
    ///
    /// Takes about a second for 100,000 edges: compute it when asked, not for every analysis.
    pub fn communities(&self) -> Communities {
        let graph = Weighted::new(&self.graph);
        let mut partition: Vec<u32> = (0..graph.len() as u32).collect();
        let mut modularity = graph.modularity(&partition);
        for _ in 0..MAX_REPEATS {
            let next = leiden::improve(&graph, &partition);
            let reached = graph.modularity(&next);
            if reached <= modularity + LEAST_GAIN {
                break;
            }
            (partition, modularity) = (next, reached);
        }
        let (of, count) = largest_first(&graph, &partition);
        Communities { of, count, modularity }
    }
}

/// Numbers communities by size, then by their first file.
fn largest_first(graph: &Weighted, partition: &[u32]) -> (Vec<Option<u32>>, usize) {
    let linked = |node: usize| graph.strengths[node] > 0.0;
    let mut sizes = vec![(0_usize, usize::MAX); graph.len()];
    for (node, &community) in partition.iter().enumerate().filter(|&(node, _)| linked(node)) {
        let (size, first) = &mut sizes[community as usize];
        *size += 1;
        *first = node.min(*first);
    }
    let mut order: Vec<usize> = (0..sizes.len()).filter(|&community| sizes[community].0 > 0).collect();
    order.sort_unstable_by_key(|&community| (std::cmp::Reverse(sizes[community].0), sizes[community].1));
    let mut numbers = vec![None; sizes.len()];
    for (&community, number) in order.iter().zip(0..) {
        numbers[community] = Some(number);
    }
    let of = (0..graph.len()).map(|node| numbers[partition[node] as usize].filter(|_| linked(node))).collect();
    (of, order.len())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{graph, random};

    /// Cliques of `size` files, each joined to the next by one import.
    fn cliques(count: u32, size: u32) -> Vec<(u32, u32)> {
        let inside = (0..count).flat_map(|clique| {
            (0..size).flat_map(move |a| (0..a).map(move |b| (clique * size + a, clique * size + b)))
        });
        inside.chain((1..count).map(|clique| (clique * size, (clique - 1) * size))).collect()
    }

    #[test]
    fn cliques_are_found() {
        let found = graph(21, &cliques(4, 5)).communities();
        let expect: Vec<_> = (0..20).map(|file| Some(file / 5)).chain([None]).collect();
        assert_eq!((found.of, found.count), (expect, 4));
        // That of `networkx.community.modularity` for the same four groups.
        assert!((found.modularity - 0.680_097_349_9).abs() < 1e-9, "{}", found.modularity);
    }

    #[test]
    fn no_imports_are_no_communities() {
        let none = graph(2, &[]).communities();
        assert_eq!((none.of, none.count, none.modularity), (vec![None, None], 0, 0.0));
        assert_eq!(graph(2, &[(0, 1), (1, 0)]).communities().of, [Some(0), Some(0)]);
    }

    #[test]
    fn the_larger_comes_first() {
        let mut pairs = cliques(1, 3);
        pairs.extend(cliques(1, 5).into_iter().map(|(a, b)| (a + 3, b + 3)));
        assert_eq!(graph(8, &pairs).communities().of[..4], [Some(1), Some(1), Some(1), Some(0)]);
    }

    #[test]
    fn communities_are_connected_and_the_same_each_time() {
        for seed in 1..6 {
            let pairs = random(300, 500, seed * 7919);
            let graph = graph(300, &pairs);
            let found = graph.communities();
            assert_eq!(found, graph.communities());
            let mut same = petgraph::unionfind::UnionFind::new(300);
            for &(a, b) in pairs.iter().filter(|&&(a, b)| found.of[a as usize] == found.of[b as usize]) {
                same.union(a as usize, b as usize);
            }
            let linked: Vec<usize> = (0..300).filter(|&file| found.of[file].is_some()).collect();
            let mut roots: Vec<_> = linked.iter().map(|&file| same.find(file)).collect();
            roots.sort_unstable();
            roots.dedup();
            assert_eq!(roots.len(), found.count);
        }
    }
}
