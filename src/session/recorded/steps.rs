//! The imports around a file, and those within a cycle.

use rustc_hash::FxHashSet;

use super::RecordedCity;
use crate::city::{ArcKind, Step};
use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::FileId;
use crate::session::Direction;

/// Walks end when they have collected so many imports: no picture holds more.
const MAX_STEPS: usize = 20_000;

impl RecordedCity {
    /// The imports on ways of at most `depth` imports from `file` and to it, the nearest first. Ways lead only over files
    /// that `admits` admits.
    pub(super) fn steps(
        &self,
        file: FileId,
        depth: u32,
        direction: Direction,
        admits: impl Fn(FileId) -> bool,
    ) -> Vec<Step> {
        let depth_if = |wanted: bool| if wanted { depth } else { 0 };
        let (forth, back) = (depth_if(direction != Direction::In), depth_if(direction != Direction::Out));
        let outgoing = walk(file, forth, &admits, |at| self.imports_of(at).iter(), |edge| edge.to);
        let incoming = walk(file, back, &admits, |at| self.importers_of(at), |edge| edge.from);
        let step =
            |kind: ArcKind| move |(edge, distance): (&Edge, u32)| Step { from: edge.from, to: edge.to, kind, distance };
        let outgoing = outgoing.into_iter().map(step(ArcKind::Outgoing));
        outgoing.chain(incoming.into_iter().map(step(ArcKind::Incoming))).collect()
    }

    /// The files of a cycle, sorted, by its number as the metric `cycle` counts.
    pub(super) fn cycle_files(&self, number: u64) -> Option<&[FileId]> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.loaded.analysis.graph.cycles.get(index).map(Vec::as_slice)
    }

    /// The imports between the files of a cycle, which are sorted.
    pub(super) fn cycle_steps(&self, cycle: &[FileId]) -> Vec<Step> {
        let edges = cycle.iter().flat_map(|&file| self.imports_of(file));
        let within = edges.filter(|edge| edge.kind != ImportKind::Module && cycle.binary_search(&edge.to).is_ok());
        let step = |edge: &Edge| Step { from: edge.from, to: edge.to, kind: ArcKind::Cycle, distance: 1 };
        within.map(step).collect()
    }
}

fn walk<'a, Edges: Iterator<Item = &'a Edge>>(
    start: FileId,
    depth: u32,
    admits: impl Fn(FileId) -> bool,
    edges: impl Fn(FileId) -> Edges,
    other: impl Fn(&Edge) -> FileId,
) -> Vec<(&'a Edge, u32)> {
    let mut seen = FxHashSet::from_iter([start]);
    let mut frontier = vec![start];
    let mut steps = Vec::new();
    for distance in 1..=depth {
        let mut next = Vec::new();
        for at in std::mem::take(&mut frontier) {
            for edge in edges(at).filter(|edge| edge.kind != ImportKind::Module && admits(other(edge))) {
                if steps.len() == MAX_STEPS {
                    return steps;
                }
                steps.push((edge, distance));
                if seen.insert(other(edge)) {
                    next.push(other(edge));
                }
            }
        }
        frontier = next;
    }
    steps
}
