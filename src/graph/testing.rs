//! Graphs for tests.

use super::CodeGraph;
use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::FileId;

/// The graph of runtime imports between numbered files.
pub(super) fn graph(files: usize, pairs: &[(u32, u32)]) -> CodeGraph {
    let edge =
        |&(from, to): &(u32, u32)| Edge { from: FileId(from), to: FileId(to), line: 1, kind: ImportKind::Runtime };
    let mut edges: Vec<_> = pairs.iter().map(edge).collect();
    edges.sort_unstable();
    CodeGraph::new(files, &edges)
}

/// Numbers drawn by a fixed generator (Park and Miller 1988).
pub(super) fn numbers(mut seed: u64) -> impl FnMut(u32) -> u32 {
    move |below| {
        seed = seed * 48_271 % 0x7FFF_FFFF;
        (seed / 7 % u64::from(below)) as u32
    }
}

/// Distinct pairs of different files.
pub(super) fn random(files: u32, edges: usize, seed: u64) -> Vec<(u32, u32)> {
    let mut next = numbers(seed);
    let mut found = std::collections::BTreeSet::new();
    while found.len() < edges {
        let (from, to) = (next(files), next(files));
        if from != to {
            found.insert((from, to));
        }
    }
    found.into_iter().collect()
}
