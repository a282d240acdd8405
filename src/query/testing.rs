//! Small analyses in one string.

use crate::analysis::{Analysis, Timings};
use crate::graph::CodeGraph;
use crate::lang::{Facts, ImportKind};
use crate::metrics;
use crate::resolve::{Edge, Resolution};
use crate::scan::{FileClass, FileEntry, Language, SourceTree};

/// Lines `a > b`, `a > b:3 type-only` (imports) and `a` (files without any); lines default to 1, kinds to `runtime`.
pub fn analysis(text: &str) -> Analysis {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut paths: Vec<_> = lines.iter().flat_map(|line| line.split(" > ")).map(path).collect();
    paths.sort_unstable();
    paths.dedup();
    let entries = paths.iter().map(|path| FileEntry {
        path: (*path).to_owned(),
        language: Language::of_name(path),
        class: FileClass::Source,
        bytes: 0,
    });
    let tree = SourceTree::new(entries.collect());
    let mut edges: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once(" > "))
        .map(|(from, to)| {
            let (to, kind) = to.split_once(' ').unwrap_or((to, "runtime"));
            let (to, line) = to.split_once(':').unwrap_or((to, "1"));
            let kind = ImportKind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
            let [from, to] = [from, to].map(|path| tree.file_id(path).unwrap());
            Edge { from, to, line: line.parse().unwrap(), kind }
        })
        .collect();
    edges.sort_unstable();
    let graph = CodeGraph::new(tree.files.len(), &edges);
    let facts = vec![Facts::default(); tree.files.len()];
    Analysis {
        name: "test".into(),
        commit: None,
        drawn: tree.file_ids().collect(),
        functions: Vec::new(),
        metrics: metrics::compute(&tree.files, &facts, &graph, &metrics::Usage::new(&tree, &[])),
        resolution: Resolution { edges, ..Resolution::default() },
        graph,
        tree,
        diagnostics: Vec::new(),
        skipped: Vec::new(),
        timings: Timings::default(),
    }
}

fn path(side: &str) -> &str {
    let side = side.split_once(' ').map_or(side, |(path, _)| path);
    side.split_once(':').map_or(side, |(path, _)| path)
}
