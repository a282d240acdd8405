//! What a change may reach, ranked.

use std::cmp::Reverse;

use serde::Serialize;

use super::{Kinds, Links, Selection};
use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::resolve::entry::Entry;
use crate::scan::FileId;

/// What an import leaves of the doubt that a change arrives.
const DOUBT: f64 = 0.5;
/// The same where only type checkers follow the import.
const DOUBT_OF_TYPES: f64 = 0.75;

/// What a change of files may reach.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Impact<'a> {
    /// The changed files.
    pub changed: Vec<&'a str>,
    /// What may be reached and is no test, by score, then by depth, by how many files import it, and by path.
    pub files: Vec<Reached<'a>>,
    /// The tests among what may be reached, and changed tests (depth 0), in the same order: what to run.
    pub tests: Vec<Reached<'a>>,
}

/// A file that a change may reach.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reached<'a> {
    /// The file.
    pub path: &'a str,
    /// Above 0, at most 1; see [`impact`].
    pub score: f64,
    /// Imports between it and the nearest changed file, at least.
    pub depth: u32,
    /// The file one import nearer with the best score; of equals, the first by path.
    pub through: &'a str,
}

/// The files that depend on `changed`, ranked by score.
///
/// A changed file has score 1. A file `n` imports away gets it from those `n − 1` away that it imports: the best of their
/// scores, times `1 − ½^a · ¾^b`, where `a` of them are imported when the program runs and `b` only for their types. So each
/// import away halves the score at least where there is one way, and further ways win back a part of that.
pub fn impact<'a>(analysis: &'a Analysis, changed: &Selection, kinds: Kinds, depth: Option<u32>) -> Impact<'a> {
    let links = Links::new(analysis, kinds);
    let mut all: Vec<_> = changed
        .files
        .iter()
        .filter(|&&file| is_test(analysis, file))
        .map(|&file| (file, Reached { path: links.path(file), score: 1.0, depth: 0, through: links.path(file) }))
        .collect();
    let mut scores = vec![0.0; links.len()];
    let mut known = vec![false; links.len()];
    for file in &changed.files {
        scores[file.index()] = 1.0;
        known[file.index()] = true;
    }
    let mut level = changed.files.clone();
    for at in 1..=depth.unwrap_or(u32::MAX) {
        // Sorted by what is reached, then by what it is reached from.
        let mut steps: Vec<_> = level
            .iter()
            .flat_map(|&file| links.sources(file).map(move |source| (source, file)))
            .filter(|(source, _)| !known[source.index()])
            .collect();
        if steps.is_empty() {
            break;
        }
        steps.sort_unstable();
        level.clear();
        for same in steps.chunk_by(|a, b| a.0 == b.0) {
            let file = same[0].0;
            let (score, through) = arriving(&links, same, &scores);
            scores[file.index()] = score;
            known[file.index()] = true;
            level.push(file);
            all.push((file, Reached { path: links.path(file), score, depth: at, through: links.path(through) }));
        }
    }
    // Of equals, one that more files import spreads the change further. The bits of positive numbers are in their order.
    let spread = |file: FileId| Reverse(links.sources(file).count());
    all.sort_by_cached_key(|(file, row)| (Reverse(row.score.to_bits()), row.depth, spread(*file), *file));
    let (tests, files) = all.into_iter().partition::<Vec<_>, _>(|&(file, _)| is_test(analysis, file));
    let rows = |rows: Vec<(FileId, Reached<'a>)>| rows.into_iter().map(|(_, row)| row).collect();
    Impact {
        changed: changed.files.iter().map(|&file| links.path(file)).collect(),
        files: rows(files),
        tests: rows(tests),
    }
}

/// The score of a file that imports others, and the one of these that has the best.
fn arriving(links: &Links<'_>, steps: &[(FileId, FileId)], scores: &[f64]) -> (f64, FileId) {
    let (mut doubt, mut best, mut through) = (1.0, 0.0, steps[0].1);
    for &(from, to) in steps {
        let only_types = links.statements(from, to).iter().all(|edge| edge.kind == ImportKind::TypeOnly);
        doubt *= if only_types { DOUBT_OF_TYPES } else { DOUBT };
        if scores[to.index()] > best {
            (best, through) = (scores[to.index()], to);
        }
    }
    (best * (1.0 - doubt), through)
}

/// Whether a test runner runs the file, by its language's own conventions.
fn is_test(analysis: &Analysis, file: FileId) -> bool {
    let entries = &analysis.resolution.entries;
    entries.binary_search_by_key(&file, |entry| entry.0).is_ok_and(|at| entries[at].1 == Entry::Test)
}

#[cfg(test)]
mod tests {
    use super::super::{select, testing::analysis};
    use super::*;

    #[track_caller]
    fn check(graph: &str, changed: &str, expect: &[(&str, f64, u32, &str)]) {
        let analysis = analysis(graph);
        let found = impact(&analysis, &select(&analysis, changed).unwrap(), Kinds::default(), None);
        let rows: Vec<_> = found.files.iter().map(|row| (row.path, row.score, row.depth, row.through)).collect();
        assert_eq!(rows, expect);
    }

    #[test]
    fn nearer_and_more_ways_score_higher() {
        check("b > a\nc > b\n", "a", &[("b", 0.5, 1, "a"), ("c", 0.25, 2, "b")]);
        check(
            "b > a\nc > a\nd > b\nd > c\ne > b",
            "a",
            &[("b", 0.5, 1, "a"), ("c", 0.5, 1, "a"), ("d", 0.375, 2, "b"), ("e", 0.25, 2, "b")],
        );
        check("b > a:1 type-only\nc > a:1 type-only\nc > a:2\n", "a", &[("c", 0.5, 1, "a"), ("b", 0.25, 1, "a")]);
        check("a > b\nb > a\nc > d\n", "{a,b}", &[]);
    }
}
