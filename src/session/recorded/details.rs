//! The details of one file or directory.

use rustc_hash::FxHashSet;

use super::RecordedCity;
use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::metrics::{Column, METRICS, Metric};
use crate::resolve::Edge;
use crate::scan::{DirId, FileId};
use crate::session::{Details, Function, Import, Kind, List, Measure};

/// Rows of each list.
const ROWS: usize = 50;

impl RecordedCity {
    pub(super) fn file_details(&self, file: FileId) -> Details {
        let analysis = &self.loaded.analysis;
        let entry = analysis.tree.file(file);
        let end = |edge: &Edge, other: FileId| Import {
            path: analysis.tree.file(other).path.to_string(),
            line: Some(edge.line),
            kind: edge.kind.name().to_owned(),
        };
        let mut externals: Vec<_> = analysis.resolution.externals.iter().filter(|row| row.from == file).collect();
        externals.dedup_by(|a, b| a.package == b.package);
        Details {
            language: Some(entry.language.name().to_owned()),
            class: Some(entry.class.name().to_owned()).filter(|class| class != "source"),
            metrics: analysis.metrics.iter().filter_map(|metric| measure(metric, file)).collect(),
            imports: List::first(
                files_once(self.imports_of(file), |edge| edge.to).map(|edge| end(edge, edge.to)),
                ROWS,
            ),
            imported_by: List::first(
                files_once(self.importers_of(file), |edge| edge.from).map(|edge| end(edge, edge.from)),
                ROWS,
            ),
            externals: List::first(externals.into_iter().map(|row| row.package.to_string()), ROWS),
            functions: List::first(functions(analysis, file), ROWS),
            ..Details::new(&*entry.path, Kind::File)
        }
    }

    pub(super) fn dir_details(&self, dir: DirId) -> Details {
        let analysis = &self.loaded.analysis;
        let path = &analysis.tree.dir(dir).path;
        let files = self.files_below(dir);
        let sum = |name: &str| match analysis.metric(name).map(|metric| &metric.values) {
            Some(Column::U64(values)) => files.iter().map(|file| values[file.index()]).sum(),
            _ => 0_u64,
        };
        let mut metrics = vec![Measure::new("files", files.len() as u64, "files")];
        for name in ["lines", "code_lines", "functions", "complexity"] {
            let unit = analysis.metric(name).map_or("", |metric| &metric.unit);
            metrics.push(Measure::new(name, sum(name), unit));
        }
        let shown = if path.is_empty() { &analysis.name } else { &**path };
        Details { metrics, ..Details::new(shown, Kind::Directory) }
    }
}

impl RecordedCity {
    /// The drawn files in a directory and below it.
    pub(super) fn files_below(&self, dir: DirId) -> Vec<FileId> {
        let tree = &self.loaded.analysis.tree;
        let path = &*tree.dir(dir).path;
        let inside = |file: &FileId| {
            let file = &tree.file(*file).path;
            path.is_empty() || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        };
        self.loaded.analysis.drawn.iter().copied().filter(inside).collect()
    }
}

/// The first import of each file, as fan-in and fan-out count them: Rust's `mod` is containment and none.
fn files_once<'a>(
    edges: impl IntoIterator<Item = &'a Edge>,
    other: impl Fn(&Edge) -> FileId,
) -> impl Iterator<Item = &'a Edge> {
    let mut seen = FxHashSet::default();
    edges.into_iter().filter(move |edge| edge.kind != ImportKind::Module && seen.insert(other(edge)))
}

fn measure(metric: &Metric, file: FileId) -> Option<Measure> {
    match &metric.values {
        Column::U64(values) => Some(Measure::new(&*metric.name, values[file.index()], &*metric.unit)),
        // A metric of the user's may have no value here.
        Column::F64(values) => Some(values[file.index()])
            .filter(|value| value.is_finite())
            .map(|value| Measure::new(&*metric.name, value, &*metric.unit)),
        // Those of the analysis are told in words elsewhere.
        Column::Text(values) => (!METRICS.iter().any(|spec| spec.name == &*metric.name)
            && !values[file.index()].is_empty())
        .then(|| Measure::new(&*metric.name, values[file.index()].to_string(), "")),
    }
}

/// The functions of a file, the most complex first.
fn functions(analysis: &Analysis, file: FileId) -> Vec<Function> {
    let start = analysis.functions.partition_point(|row| row.file < file);
    let rows = analysis.functions[start..].iter().take_while(|row| row.file == file).map(|row| &row.function);
    let mut functions: Vec<_> = rows
        .map(|function| Function {
            name: function.name.to_string(),
            line: function.line,
            complexity: function.complexity,
        })
        .collect();
    functions.sort_by_key(|function| (std::cmp::Reverse(function.complexity), function.line));
    functions
}
