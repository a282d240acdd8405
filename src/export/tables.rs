//! The analysis as tables with typed columns, read where they are: nothing is copied.

use crate::analysis::Analysis;
use crate::metrics::{Column as MetricColumn, Metric, by_directory};
use crate::scan::FileId;

/// The table of files, which is written when none is named.
pub const FILES: &str = "files";

/// Rows of one kind.
pub struct Table<'a> {
    /// How many rows there are.
    pub rows: usize,
    /// What is known of each.
    pub columns: Vec<Column<'a>>,
}

/// A column and what it means.
pub struct Column<'a> {
    /// Name, distinct within its table.
    pub name: &'a str,
    /// Unit of the values, `""` for text and for numbers that only name something.
    pub unit: &'a str,
    /// What it is, without a full stop.
    pub description: &'a str,
    /// Its values.
    pub values: Values<'a>,
}

/// The value of each row.
pub enum Values<'a> {
    /// Counts.
    U64(Box<dyn Fn(usize) -> u64 + 'a>),
    /// Shares and ratios; one that is not finite is no value.
    F64(Box<dyn Fn(usize) -> f64 + 'a>),
    /// Names, paths, sentences.
    Text(Box<dyn Fn(usize) -> &'a str + 'a>),
}

/// Builds a table of an analysis.
type Build = for<'a> fn(&'a Analysis) -> Table<'a>;

/// Every table by name, with what a row of it is.
pub const TABLES: &[(&str, &str, Build)] = &[
    (FILES, "a file that was read, with its metrics", files),
    ("directories", "a directory that holds files", directories),
    ("functions", "a function or method", functions),
    ("imports", "an import of one file by another", imports),
    ("externals", "an import of a package outside the repository", externals),
    ("unresolved", "an import that leads nowhere", unresolved),
    ("skipped", "a file or folder that could not be taken", skipped),
    ("diagnostics", "what a parser said about a file", diagnostics),
    ("metrics", "a metric of files: what a column of `files` means", metrics),
];

/// The table of this name; an empty one without columns when there is none.
pub fn table<'a>(analysis: &'a Analysis, name: &str) -> Table<'a> {
    let found = TABLES.iter().find(|(table, ..)| *table == name);
    found.map_or(Table { rows: 0, columns: Vec::new() }, |(_, _, build)| build(analysis))
}

impl<'a> Table<'a> {
    fn new(rows: usize) -> Self {
        Self { rows, columns: Vec::new() }
    }

    fn text(self, name: &'a str, description: &'a str, value: impl Fn(usize) -> &'a str + 'a) -> Self {
        self.column(name, "", description, Values::Text(Box::new(value)))
    }

    fn count(self, name: &'a str, unit: &'a str, description: &'a str, value: impl Fn(usize) -> u64 + 'a) -> Self {
        self.column(name, unit, description, Values::U64(Box::new(value)))
    }

    fn line(self, description: &'a str, value: impl Fn(usize) -> u32 + 'a) -> Self {
        self.count("line", "line", description, move |row| value(row).into())
    }

    fn metric(self, metric: &'a Metric) -> Self {
        self.column(&metric.name, &metric.unit, &metric.description, values(&metric.values))
    }

    fn column(mut self, name: &'a str, unit: &'a str, description: &'a str, values: Values<'a>) -> Self {
        self.columns.push(Column { name, unit, description, values });
        self
    }
}

fn values(column: &MetricColumn) -> Values<'_> {
    match column {
        MetricColumn::U64(values) => Values::U64(Box::new(|row| values[row])),
        MetricColumn::F64(values) => Values::F64(Box::new(|row| values[row])),
        MetricColumn::Text(values) => Values::Text(Box::new(|row| &values[row])),
    }
}

fn path(analysis: &Analysis, file: FileId) -> &str {
    &analysis.tree.file(file).path
}

const PATH: &str = "path of the file, relative to the root";
const IMPORT_LINE: &str = "line of the import, 1-based";
const KIND: &str = "runtime, type-only, dynamic, re-export or module";

fn files(analysis: &Analysis) -> Table<'_> {
    let tree = &analysis.tree;
    let table = Table::new(tree.files.len()).text("path", PATH, |row| &tree.files[row].path).text(
        "directory",
        "path of its directory; the root's is empty",
        |row| &tree.dir(tree.files[row].dir).path,
    );
    analysis.metrics.iter().fold(table, Table::metric)
}

fn directories(analysis: &Analysis) -> Table<'_> {
    let tree = &analysis.tree;
    let table = Table::new(tree.dirs.len())
        .text("path", "path relative to the root; the root's is empty", |row| &tree.dirs[row].path)
        .text("parent", "path of the directory above; the root is its own", |row| &tree.dir(tree.dirs[row].parent).path)
        .count("depth", "levels", "distance from the root", |row| tree.dirs[row].depth.into());
    by_directory(tree, &analysis.graph, &analysis.metrics).into_iter().fold(table, |table, metric| {
        let values: Values<'_> = match metric.values {
            MetricColumn::U64(values) => Values::U64(Box::new(move |row| values[row])),
            MetricColumn::F64(values) => Values::F64(Box::new(move |row| values[row])),
            MetricColumn::Text(_) => return table,
        };
        table.column(metric.name, metric.unit, metric.description, values)
    })
}

fn functions(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.functions;
    Table::new(rows.len())
        .text("path", PATH, |row| path(analysis, rows[row].file))
        .text("name", "name, qualified within the file", |row| &rows[row].function.name)
        .line("first line, 1-based", |row| rows[row].function.line)
        .count("end_line", "line", "last line, 1-based and inclusive", |row| rows[row].function.end_line.into())
        .count("complexity", "paths", "cyclomatic complexity (McCabe 1976)", |row| rows[row].function.complexity.into())
        .count("cognitive_complexity", "points", "cognitive complexity (Campbell 2018)", |row| {
            rows[row].function.cognitive.into()
        })
        .count("nesting_depth", "levels", "deepest nesting of control structures", |row| {
            rows[row].function.nesting.into()
        })
}

fn imports(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.resolution.edges;
    Table::new(rows.len())
        .text("from", "path of the importing file", |row| path(analysis, rows[row].from))
        .text("to", "path of the imported file", |row| path(analysis, rows[row].to))
        .line(IMPORT_LINE, |row| rows[row].line)
        .text("kind", KIND, |row| rows[row].kind.name())
}

fn externals(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.resolution.externals;
    Table::new(rows.len())
        .text("from", "path of the importing file", |row| path(analysis, rows[row].from))
        .text("package", "the package as its ecosystem names it", |row| &rows[row].package)
        .line(IMPORT_LINE, |row| rows[row].line)
        .text("kind", KIND, |row| rows[row].kind.name())
}

fn unresolved(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.resolution.unresolved;
    Table::new(rows.len())
        .text("from", "path of the importing file", |row| path(analysis, rows[row].from))
        .text("import", "the import as written", |row| &rows[row].import)
        .line(IMPORT_LINE, |row| rows[row].line)
        .text("reason", "why it leads nowhere", |row| &rows[row].reason)
}

fn skipped(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.skipped;
    Table::new(rows.len()).text("path", "path of the file or folder, relative to the root", |row| &rows[row].path).text(
        "reason",
        "why it could not be taken",
        |row| &rows[row].reason,
    )
}

fn diagnostics(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.diagnostics;
    Table::new(rows.len())
        .text("path", PATH, |row| path(analysis, rows[row].file))
        .line("line, 1-based; 0 for the whole file", |row| rows[row].diagnostic.line)
        .text("message", "what happened", |row| &rows[row].diagnostic.message)
}

fn metrics(analysis: &Analysis) -> Table<'_> {
    let rows = &analysis.metrics;
    Table::new(rows.len())
        .text("name", "name of the metric", |row| &rows[row].name)
        .text("unit", "unit of its values", |row| &rows[row].unit)
        .text("description", "what it is", |row| &rows[row].description)
}
