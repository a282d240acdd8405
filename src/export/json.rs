//! The whole graph as one JSON document, a row a line.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::rows::rows;
use crate::analysis::Analysis;
use crate::metrics::{Column, Metric};
use crate::scan::FileId;

/// The metric that is a key of its own.
const LANGUAGE: &str = "language";

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    language: &'a str,
    metrics: Metrics<'a>,
}

/// Values of one file by the metric's name.
struct Metrics<'a> {
    metrics: &'a [Metric],
    row: usize,
}

impl Serialize for Metrics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for metric in self.metrics.iter().filter(|metric| &*metric.name != LANGUAGE) {
            match &metric.values {
                Column::U64(values) => map.serialize_entry(&metric.name, &values[self.row])?,
                Column::F64(values) => map.serialize_entry(&metric.name, &values[self.row])?,
                Column::Text(values) => map.serialize_entry(&metric.name, &values[self.row])?,
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Import<'a> {
    from: &'a str,
    to: &'a str,
    line: u32,
    kind: &'a str,
}

#[derive(Serialize)]
struct External<'a> {
    from: &'a str,
    package: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Unresolved<'a> {
    from: &'a str,
    import: &'a str,
    line: u32,
    reason: &'a str,
}

#[derive(Serialize)]
struct Skipped<'a> {
    path: &'a str,
    reason: &'a str,
}

/// Writes the document; the keys and their order are a contract, `docs/export.md` has it.
pub fn write(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let path = |file: FileId| &*analysis.tree.file(file).path;
    let (tree, resolution) = (&analysis.tree, &analysis.resolution);
    to.write_all(b"{")?;
    list(to, "files", tree.files.iter().enumerate().map(|(row, file)| file_row(analysis, &file.path, row)))?;
    to.write_all(b",")?;
    let imports = resolution.edges.iter();
    list(
        to,
        "imports",
        imports.map(|edge| Import {
            from: path(edge.from),
            to: path(edge.to),
            line: edge.line,
            kind: edge.kind.name(),
        }),
    )?;
    to.write_all(b",")?;
    // They differ in nothing but their kind, which is not among the keys.
    let externals = resolution.externals.chunk_by(|a, b| (a.from, &a.package, a.line) == (b.from, &b.package, b.line));
    let externals =
        externals.map(|same| External { from: path(same[0].from), package: &same[0].package, line: same[0].line });
    list(to, "externals", externals)?;
    to.write_all(b",")?;
    let unresolved = resolution.unresolved.iter();
    let unresolved = unresolved.map(|row| Unresolved {
        from: path(row.from),
        import: &row.import,
        line: row.line,
        reason: &row.reason,
    });
    list(to, "unresolved", unresolved)?;
    to.write_all(b",")?;
    list(to, "skipped", analysis.skipped.iter().map(|skip| Skipped { path: &skip.path, reason: &skip.reason }))?;
    to.write_all(b"}\n")
}

fn file_row<'a>(analysis: &'a Analysis, path: &'a str, row: usize) -> File<'a> {
    let language = match analysis.metric(LANGUAGE).map(|metric| &metric.values) {
        Some(Column::Text(values)) => &*values[row],
        _ => analysis.tree.files[row].language.name(),
    };
    File { path, language, metrics: Metrics { metrics: &analysis.metrics, row } }
}

fn list<T: Serialize>(to: &mut dyn Write, name: &str, items: impl Iterator<Item = T>) -> io::Result<()> {
    write!(to, "\n\"{name}\": [")?;
    rows(to, items)?;
    to.write_all(b"]")
}
