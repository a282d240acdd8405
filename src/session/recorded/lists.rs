//! Places worth a visit: import cycles and hotspots.

use crate::analysis::Analysis;
use crate::scan::{FileId, parent_path};
use crate::session::{CycleEntry, Hotspot, Lists};

/// Entries of each list.
const ENTRIES: usize = 50;
/// Files that a cycle's entry names.
const FILES: usize = 8;

/// The cycles and hotspots among the files that are shown.
pub fn lists(analysis: &Analysis, shows: impl Fn(FileId) -> bool) -> Lists {
    let cycles = analysis.graph.cycles.iter().zip(1..);
    let cycles = cycles.filter(|(files, _)| files.iter().any(|&file| shows(file)));
    Lists {
        cycles: cycles.take(ENTRIES).map(|(files, number)| cycle(analysis, files, number)).collect(),
        all_cycles: analysis.graph.cycles.len() as u64,
        hotspots: hotspots(analysis, shows),
    }
}

fn cycle(analysis: &Analysis, files: &[FileId], number: u64) -> CycleEntry {
    let path = |file: &FileId| &*analysis.tree.file(*file).path;
    let mut directory = files.first().map_or("", |file| parent_path(path(file)));
    let holds_all = |directory: &str| {
        let lies_in = |path: &str| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
        directory.is_empty() || files.iter().all(|file| lies_in(path(file)))
    };
    while !holds_all(directory) {
        directory = parent_path(directory);
    }
    CycleEntry {
        number,
        files: files.len() as u64,
        directory: directory.to_owned(),
        first: files.iter().take(FILES).map(|file| path(file).to_owned()).collect(),
    }
}

/// Files by the product of two ranks: that of their complexity and that of the number of files that import them. A rank
/// is the share of the shown files that have less, so that the scales of the two do not matter.
fn hotspots(analysis: &Analysis, shows: impl Fn(FileId) -> bool) -> Vec<Hotspot> {
    let numbers = |name: &str| analysis.metric(name).and_then(|metric| metric.values.to_numbers());
    let (Some(complexity), Some(fan_in)) = (numbers("complexity"), numbers("fan_in")) else { return Vec::new() };
    let shown: Vec<FileId> = analysis.drawn.iter().copied().filter(|&file| shows(file)).collect();
    let (complex, imported) = (Ranks::new(&shown, &complexity), Ranks::new(&shown, &fan_in));
    let mut hotspots: Vec<Hotspot> = shown
        .iter()
        .map(|file| {
            let (complexity, fan_in) = (complexity[file.index()], fan_in[file.index()]);
            let score = complex.of(complexity) * imported.of(fan_in);
            Hotspot { path: analysis.tree.file(*file).path.to_string(), score, complexity, fan_in }
        })
        .filter(|hotspot| hotspot.score > 0.0)
        .collect();
    hotspots.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.path.cmp(&b.path)));
    hotspots.truncate(ENTRIES);
    hotspots
}

struct Ranks(Vec<f64>);

impl Ranks {
    fn new(files: &[FileId], values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = files.iter().map(|file| values[file.index()]).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self(sorted)
    }

    /// The share of files with less.
    fn of(&self, value: f64) -> f64 {
        self.0.partition_point(|&other| other < value) as f64 / self.0.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_the_share_of_those_below() {
        let ranks = Ranks::new(&[0, 1, 2, 3].map(FileId), &[5.0, 0.0, 9.0, 5.0]);
        assert_eq!([0.0, 5.0, 9.0, 10.0].map(|value| ranks.of(value)), [0.0, 0.25, 0.75, 1.0]);
    }
}
