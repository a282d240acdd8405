//! Everything that is known of one file.

use petgraph::Direction;
use petgraph::graph::NodeIndex;
use serde::{Serialize, Serializer};

use super::{Import, QueryError, Value, select};
use crate::analysis::Analysis;
use crate::lang::{Function, ImportKind};
use crate::metrics::Column;
use crate::resolve::Edge;
use crate::scan::FileId;

/// A file with its metrics, its functions and both ends of its imports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileFacts<'a> {
    /// Relative to the root.
    pub path: &'a str,
    /// Values of all metrics by their names, those of text too. A number that is not known is left out.
    #[serde(serialize_with = "as_map")]
    pub metrics: Vec<(&'a str, Measured<'a>)>,
    /// Files that it imports, in path order.
    pub imports: Vec<End<'a>>,
    /// Files that import it, in path order.
    pub imported_by: Vec<End<'a>>,
    /// Its imports of packages outside the repository.
    pub externals: Vec<Outside<'a>>,
    /// Its imports that lead nowhere.
    pub unresolved: Vec<Nowhere<'a>>,
    /// Its functions by line.
    pub functions: Vec<Defined<'a>>,
    /// What a parser said about it.
    pub diagnostics: Vec<Said<'a>>,
}

/// A value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measured<'a> {
    /// A number.
    Number(Value),
    /// A category.
    Text(&'a str),
}

/// The other end of imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End<'a> {
    /// The other file.
    pub path: &'a str,
    /// The statements by line; never empty.
    pub imports: Vec<Import>,
}

/// An import of an external package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Outside<'a> {
    /// The package as its ecosystem names it.
    pub package: &'a str,
    /// Line of the import, 1-based.
    pub line: u32,
    /// Name of its kind.
    pub kind: &'static str,
}

/// An import that leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Nowhere<'a> {
    /// The import as written.
    pub import: &'a str,
    /// Its line, 1-based.
    pub line: u32,
    /// Why.
    pub reason: &'a str,
}

/// A function or method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Defined<'a> {
    /// Qualified within the file.
    pub name: &'a str,
    /// First line, 1-based.
    pub line: u32,
    /// Last line, 1-based and inclusive.
    pub end_line: u32,
    /// Cyclomatic complexity.
    pub complexity: u32,
    /// Cognitive complexity.
    pub cognitive_complexity: u32,
    /// Deepest nesting of control structures.
    pub nesting_depth: u32,
}

/// A diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Said<'a> {
    /// Line, 1-based; 0 for the whole file.
    pub line: u32,
    /// What happened.
    pub message: &'a str,
}

/// What is known of the file at `path`.
///
/// # Errors
/// When there is no such file; a directory is none.
pub fn file<'a>(analysis: &'a Analysis, path: &str) -> Result<FileFacts<'a>, QueryError> {
    let file = file_at(analysis, path)?;
    let (tree, resolution) = (&analysis.tree, &analysis.resolution);
    let path = |file: FileId| &*tree.file(file).path;
    let mut importers: Vec<_> = analysis
        .graph
        .graph
        .neighbors_directed(NodeIndex::new(file.index()), Direction::Incoming)
        .map(|node| FileId(node.index() as u32))
        .collect();
    importers.sort_unstable();
    let statements =
        |from, to| of_file(&resolution.edges, from, |edge| edge.from).iter().filter(move |edge| edge.to == to);
    Ok(FileFacts {
        path: path(file),
        metrics: analysis
            .metrics
            .iter()
            .filter_map(|metric| Some((&*metric.name, value(&metric.values, file)?)))
            .collect(),
        imports: of_file(&resolution.edges, file, |edge| edge.from)
            .chunk_by(|a, b| a.to == b.to)
            .filter_map(|edges| end(path(edges.first()?.to), edges))
            .collect(),
        imported_by: importers.into_iter().filter_map(|from| end(path(from), statements(from, file))).collect(),
        externals: of_file(&resolution.externals, file, |row| row.from)
            .iter()
            .map(|row| Outside { package: &row.package, line: row.line, kind: row.kind.name() })
            .collect(),
        unresolved: of_file(&resolution.unresolved, file, |row| row.from)
            .iter()
            .map(|row| Nowhere { import: &row.import, line: row.line, reason: &row.reason })
            .collect(),
        functions: of_file(&analysis.functions, file, |row| row.file)
            .iter()
            .map(|row| defined(&row.function))
            .collect(),
        diagnostics: of_file(&analysis.diagnostics, file, |row| row.file)
            .iter()
            .map(|row| Said { line: row.diagnostic.line, message: &row.diagnostic.message })
            .collect(),
    })
}

/// The rows of a file among rows that are sorted by file.
fn of_file<T>(rows: &[T], file: FileId, key: impl Fn(&T) -> FileId) -> &[T] {
    let start = rows.partition_point(|row| key(row) < file);
    let rows = &rows[start..];
    &rows[..rows.partition_point(|row| key(row) == file)]
}

/// The statements that lead to `path` or come from it; Rust's `mod` is none.
fn end<'a, 'e>(path: &'a str, edges: impl IntoIterator<Item = &'e Edge>) -> Option<End<'a>> {
    let imports = edges.into_iter().filter(|edge| edge.kind != ImportKind::Module);
    let mut imports: Vec<_> = imports.map(|edge| Import { line: edge.line, kind: edge.kind.name() }).collect();
    imports.sort_unstable_by_key(|import| import.line);
    (!imports.is_empty()).then_some(End { path, imports })
}

/// The file at `path`.
///
/// # Errors
/// When there is no such file; a directory is none.
pub fn file_at(analysis: &Analysis, path: &str) -> Result<FileId, QueryError> {
    if let Some(file) = analysis.tree.file_id(path) {
        return Ok(file);
    }
    let unknown = |nearest| QueryError::UnknownPath { path: path.to_owned(), nearest };
    match select(analysis, path) {
        // A path of another spelling, such as `./a.py`.
        Ok(found) => match found.files[..] {
            [file] if *analysis.tree.file(file).path == *found.name => Ok(file),
            ref files => {
                Err(unknown(files.iter().take(3).map(|&file| analysis.tree.file(file).path.to_string()).collect()))
            }
        },
        Err(QueryError::UnknownPath { nearest, .. } | QueryError::NoMatch { nearest, .. }) => Err(unknown(nearest)),
        Err(error) => Err(error),
    }
}

fn value(values: &Column, file: FileId) -> Option<Measured<'_>> {
    match values {
        Column::U64(values) => Some(Measured::Number(Value::U64(values[file.index()]))),
        Column::F64(values) => Some(values[file.index()])
            .filter(|value| value.is_finite())
            .map(|value| Measured::Number(Value::F64(value))),
        Column::Text(values) => Some(Measured::Text(&values[file.index()])),
    }
}

fn defined(function: &Function) -> Defined<'_> {
    Defined {
        name: &function.name,
        line: function.line,
        end_line: function.end_line,
        complexity: function.complexity,
        cognitive_complexity: function.cognitive,
        nesting_depth: function.nesting,
    }
}

fn as_map<S: Serializer>(rows: &[(&str, Measured<'_>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(rows.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;

    fn paths<'a>(ends: &[End<'a>]) -> Vec<&'a str> {
        ends.iter().map(|end| end.path).collect()
    }

    #[test]
    fn both_ends_of_imports_are_known() {
        let analysis = analysis("a.py > b.py:3\na.py > b.py:1\nc.py > b.py\nb.py > d.py\nlib.rs > m.rs:1 module\n");
        let facts = file(&analysis, "b.py").unwrap();
        assert_eq!((paths(&facts.imports), paths(&facts.imported_by)), (vec!["d.py"], vec!["a.py", "c.py"]));
        let lines: Vec<_> = facts.imported_by[0].imports.iter().map(|import| import.line).collect();
        assert_eq!(lines, [1, 3]);
        assert!(file(&analysis, "m.rs").unwrap().imported_by.is_empty());
        let json = serde_json::to_value(&facts).unwrap();
        assert_eq!(json["metrics"]["fan_in"], 2, "{json}");
        assert_eq!(json["metrics"]["language"], "Python", "{json}");
    }

    #[test]
    fn only_files_have_facts() {
        let analysis = analysis("app/db.py > app/ui.py\n");
        assert_eq!(file(&analysis, "./app/db.py").unwrap().path, "app/db.py");
        for wrong in ["app", "app/*", "db.py"] {
            let error = file(&analysis, wrong).unwrap_err().to_string();
            assert!(error.contains("app/db.py"), "{error}");
        }
    }
}
