//! What is known of a selected file or directory.

use serde::Serialize;

/// What the details strip shows of a selected file or directory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Details {
    /// Relative to the root; the repository's name for the root itself.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// `None` for a directory.
    pub language: Option<String>,
    /// Such as "test" or "generated"; `None` for ordinary source.
    pub class: Option<String>,
    /// Values of the metrics.
    pub metrics: Vec<Measure>,
    /// The files that this one imports.
    pub imports: List<Import>,
    /// The files that import this one.
    pub imported_by: List<Import>,
    /// Names of external packages.
    pub externals: List<String>,
    /// The most complex first.
    pub functions: List<Function>,
}

impl Details {
    /// Details that hold nothing yet but a path.
    pub fn new(path: impl Into<String>, kind: Kind) -> Self {
        Self {
            path: path.into(),
            kind,
            language: None,
            class: None,
            metrics: Vec::new(),
            imports: List::default(),
            imported_by: List::default(),
            externals: List::default(),
            functions: List::default(),
        }
    }
}

/// What can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A building.
    File,
    /// A plate.
    Directory,
}

/// The first few of many.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct List<T> {
    /// The first few.
    pub items: Vec<T>,
    /// How many there are, those not in `items` too.
    pub total: u64,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), total: 0 }
    }
}

impl<T> List<T> {
    /// The first `limit` of `all`.
    pub fn first(all: impl IntoIterator<Item = T>, limit: usize) -> Self {
        let mut all = all.into_iter();
        let items: Vec<T> = all.by_ref().take(limit).collect();
        let total = (items.len() + all.count()) as u64;
        Self { items, total }
    }
}

/// A named value with its unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// What was measured.
    pub name: String,
    /// How much.
    pub value: Value,
    /// Empty for plain counts.
    pub unit: String,
}

impl Measure {
    /// A value under a name, in a unit.
    pub fn new(name: impl Into<String>, value: impl Into<Value>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), unit: unit.into() }
    }
}

/// A plain value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    Integer(u64),
    /// A share or ratio.
    Real(f64),
    /// A category.
    Text(String),
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// One end of import edges: the other file, and how it is imported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Import {
    /// The other file.
    pub path: String,
    /// 1-based, in the importing file; `None` where several edges are one, as for a directory.
    pub line: Option<u32>,
    /// Such as "runtime" or "type-only".
    pub kind: String,
}

/// What an arc stands for: imports of one place by another, or calls that were seen.
#[derive(Clone, Debug, Serialize)]
pub struct ImportDetails {
    /// The importing end.
    pub from: ImportEnd,
    /// The imported end.
    pub to: ImportEnd,
    /// Each import, in the order of the importing files.
    pub imports: List<ImportLine>,
    /// How many calls of the one end by the other were seen, if it is an arc of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
}

/// An end of an arc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportEnd {
    /// Relative to the root; empty for the root itself.
    pub path: String,
    /// Directories stand for files of theirs where there are too many arcs.
    pub kind: Kind,
}

/// One import by its importing file.
#[derive(Clone, Debug, Serialize)]
pub struct ImportLine {
    /// The importing file.
    pub from: String,
    /// The imported file.
    pub to: String,
    /// 1-based, in the importing file.
    pub line: u32,
    /// Such as "runtime" or "type-only".
    pub kind: String,
}

/// A function of the selected file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Function {
    /// Qualified within the file.
    pub name: String,
    /// 1-based.
    pub line: u32,
    /// Cyclomatic complexity.
    pub complexity: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: usize, limit: usize, expect_items: usize) {
        let list = List::first(0..of, limit);
        assert_eq!((list.items.len(), list.total), (expect_items, of as u64));
    }

    #[test]
    fn lists_count_what_they_leave_out() {
        check(0, 5, 0);
        check(5, 5, 5);
        check(1000, 5, 5);
    }

    #[test]
    fn values_are_plain_json() {
        let json = serde_json::to_string(&[Value::from(1), Value::from(0.5), Value::from("x".to_owned())]);
        assert_eq!(json.expect("values are JSON"), r#"[1,0.5,"x"]"#);
    }
}
