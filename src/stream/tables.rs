//! The analysis as tables, from which a recording can be queried and shown again without its repository.

use super::table::Table;
use crate::analysis::Analysis;
use crate::metrics::by_directory;

/// Names of diagnostics in their table.
pub const SKIPPED: &str = "skipped";
pub const DIAGNOSTIC: &str = "diagnostic";
pub const UNRESOLVED: &str = "unresolved";

/// How a table is made.
type Make = fn(&Analysis) -> Table;

/// Every table but `index`: the name of its entity below `/tables`, and how it is made.
pub const TABLES: &[(&str, Make)] = &[
    ("files", files),
    ("directories", directories),
    ("functions", functions),
    ("imports", imports),
    ("externals", externals),
    ("diagnostics", diagnostics),
    ("metrics", metrics),
];

fn files(analysis: &Analysis) -> Table {
    let files = &analysis.tree.files;
    let table = Table::default()
        .text("path", files.iter().map(|file| &file.path))
        .u32("directory", files.iter().map(|file| file.dir.0));
    analysis.metrics.iter().fold(table, |table, metric| table.metric(&metric.name, &metric.values))
}

fn directories(analysis: &Analysis) -> Table {
    let tree = &analysis.tree;
    let table = Table::default()
        .text("path", tree.dirs.iter().map(|dir| &dir.path))
        .u32("parent", tree.dirs.iter().map(|dir| dir.parent.0))
        .u32("depth", tree.dirs.iter().map(|dir| dir.depth));
    let metrics = by_directory(tree, &analysis.graph, &analysis.metrics);
    metrics.iter().fold(table, |table, metric| table.metric(metric.name, &metric.values))
}

fn functions(analysis: &Analysis) -> Table {
    let rows = || analysis.functions.iter();
    Table::default()
        .u32("file", rows().map(|row| row.file.0))
        .text("name", rows().map(|row| &row.function.name))
        .u32("line", rows().map(|row| row.function.line))
        .u32("end_line", rows().map(|row| row.function.end_line))
        .u32("complexity", rows().map(|row| row.function.complexity))
        .u32("cognitive_complexity", rows().map(|row| row.function.cognitive))
        .u32("nesting_depth", rows().map(|row| row.function.nesting))
}

fn imports(analysis: &Analysis) -> Table {
    let edges = || analysis.resolution.edges.iter();
    Table::default()
        .u32("from", edges().map(|edge| edge.from.0))
        .u32("to", edges().map(|edge| edge.to.0))
        .u32("line", edges().map(|edge| edge.line))
        .text("kind", edges().map(|edge| edge.kind.name()))
}

fn externals(analysis: &Analysis) -> Table {
    let rows = || analysis.resolution.externals.iter();
    Table::default()
        .u32("from", rows().map(|row| row.from.0))
        .text("package", rows().map(|row| &row.package))
        .u32("line", rows().map(|row| row.line))
        .text("kind", rows().map(|row| row.kind.name()))
}

/// One table for all that did not go as it should: `subject` is the import where one is unresolved.
fn diagnostics(analysis: &Analysis) -> Table {
    let path = |file| &*analysis.tree.file(file).path;
    let skipped = analysis.skipped.iter().map(|skip| (SKIPPED, &*skip.path, 0, "", &*skip.reason));
    let remarks = analysis.diagnostics.iter().map(|row| {
        let remark = &row.diagnostic;
        (DIAGNOSTIC, path(row.file), remark.line, "", &*remark.message)
    });
    let unresolved = analysis.resolution.unresolved.iter();
    let unresolved =
        unresolved.map(|import| (UNRESOLVED, path(import.from), import.line, &*import.import, &*import.reason));
    let rows: Vec<_> = skipped.chain(remarks).chain(unresolved).collect();
    Table::default()
        .text("kind", rows.iter().map(|row| row.0))
        .text("path", rows.iter().map(|row| row.1))
        .u32("line", rows.iter().map(|row| row.2))
        .text("subject", rows.iter().map(|row| row.3))
        .text("message", rows.iter().map(|row| row.4))
}

fn metrics(analysis: &Analysis) -> Table {
    let metrics = || analysis.metrics.iter();
    Table::default()
        .text("name", metrics().map(|metric| &metric.name))
        .text("unit", metrics().map(|metric| &metric.unit))
        .text("description", metrics().map(|metric| &metric.description))
}
