//! The largest and smallest values of a metric, by file, directory or function; how often each value of a category is.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Serialize;

use super::{QueryError, nearest};
use crate::analysis::{Analysis, FunctionRow};
use crate::metrics::{Column, Metric, NAMING_UNIT};
use crate::scan::{DirId, FileId};

/// What is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Files.
    File,
    /// Directories with all that is below them.
    Directory,
    /// Functions and methods.
    Function,
}

/// A ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Top<'a> {
    /// The metric's name.
    pub metric: &'a str,
    /// Its unit, empty for categories.
    pub unit: &'a str,
    /// What is ranked.
    pub by: Level,
    /// How a directory's value follows from its files': `sum` or `max`; `count` where the metric is a category, `null` elsewhere.
    pub aggregate: Option<&'static str>,
    /// The first rows of the ranking.
    pub rows: Vec<TopRow<'a>>,
    /// How many rows the whole ranking has.
    pub count: usize,
}

/// A row of a ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopRow<'a> {
    /// The file or directory; the category where a metric is one.
    pub path: &'a str,
    /// The function, among functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// The function's first line, among functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The value; the number of files where the metric is a category.
    pub value: Value,
}

/// The value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    U64(u64),
    /// A share or ratio.
    F64(f64),
}

impl Value {
    /// As a number.
    pub fn number(self) -> f64 {
        match self {
            Self::U64(value) => value as f64,
            Self::F64(value) => value,
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::U64(a), Self::U64(b)) => a.cmp(&b),
            _ => self.number().total_cmp(&other.number()),
        }
    }

    fn join(self, other: Self, join: Join) -> Self {
        match (self, other, join) {
            (Self::U64(a), Self::U64(b), Join::Sum) => Self::U64(a.saturating_add(b)),
            (a, b, Join::Sum) => Self::F64(a.number() + b.number()),
            (a, b, Join::Max) => {
                if a.compare(b) == Ordering::Less {
                    b
                } else {
                    a
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Sum,
    Max,
}

/// A value of each function.
type FunctionMetric = (&'static str, &'static str, fn(&FunctionRow) -> u64);

/// Metrics of functions: name, unit, value.
const FUNCTION_METRICS: &[FunctionMetric] = &[
    ("complexity", "paths", |row| row.function.complexity.into()),
    ("cognitive_complexity", "points", |row| row.function.cognitive.into()),
    ("nesting_depth", "levels", |row| row.function.nesting.into()),
    ("lines", "lines", |row| u64::from(row.function.end_line.saturating_sub(row.function.line)) + 1),
];

/// The first `limit` of the files that `keep` takes, of their directories or functions, by the metric `name`: the largest
/// first, or the smallest. Ties go by path.
///
/// # Errors
/// When there is no such metric at this level.
pub fn top<'a>(
    analysis: &'a Analysis,
    name: &str,
    by: Level,
    ascending: bool,
    limit: usize,
    keep: impl Fn(FileId) -> bool,
) -> Result<Top<'a>, QueryError> {
    let unknown = || unknown(analysis, name, by);
    let files = || analysis.drawn.iter().copied().filter(|&file| keep(file));
    if by == Level::Function {
        let (name, unit, value) = FUNCTION_METRICS.iter().find(|metric| metric.0 == name).ok_or_else(unknown)?;
        let kept =
            analysis.functions.iter().filter(|row| keep(row.file) && analysis.drawn.binary_search(&row.file).is_ok());
        let rows = kept.map(|row| TopRow {
            path: &analysis.tree.file(row.file).path,
            name: Some(&row.function.name),
            line: Some(row.function.line),
            value: Value::U64(value(row)),
        });
        return Ok(ranked(name, unit, by, None, rows.collect(), ascending, limit));
    }
    let metric = analysis.metric(name).ok_or_else(unknown)?;
    let (rows, aggregate) = match categories(analysis, metric, files()) {
        Some(rows) => (rows, Some("count")),
        None if by == Level::Directory => directories(analysis, metric, files()),
        None => (files().filter_map(|file| file_row(analysis, metric, file)).collect(), None),
    };
    Ok(ranked(&metric.name, &metric.unit, by, aggregate, rows, ascending, limit))
}

fn ranked<'a>(
    metric: &'a str,
    unit: &'a str,
    by: Level,
    aggregate: Option<&'static str>,
    mut rows: Vec<TopRow<'a>>,
    ascending: bool,
    limit: usize,
) -> Top<'a> {
    rows.sort_by(|a, b| {
        let values = a.value.compare(b.value);
        let values = if ascending { values } else { values.reverse() };
        values.then_with(|| (a.path, a.line, a.name).cmp(&(b.path, b.line, b.name)))
    });
    let count = rows.len();
    rows.truncate(limit);
    Top { metric, unit, by, aggregate, rows, count }
}

fn value(metric: &Metric, file: FileId) -> Option<Value> {
    match &metric.values {
        Column::U64(values) => Some(Value::U64(values[file.index()])),
        // A metric of the user's own need not have a value for every file.
        Column::F64(values) => Some(values[file.index()]).filter(|value| value.is_finite()).map(Value::F64),
        Column::Text(_) => None,
    }
}

fn file_row<'a>(analysis: &'a Analysis, metric: &Metric, file: FileId) -> Option<TopRow<'a>> {
    Some(TopRow { path: &analysis.tree.file(file).path, name: None, line: None, value: value(metric, file)? })
}

/// How many files have each text of a metric; `None` for metrics of numbers.
fn categories<'a>(
    analysis: &'a Analysis,
    metric: &'a Metric,
    files: impl Iterator<Item = FileId>,
) -> Option<Vec<TopRow<'a>>> {
    let mut counts = BTreeMap::<&str, u64>::new();
    match &metric.values {
        Column::Text(values) => files.for_each(|file| *counts.entry(&values[file.index()]).or_default() += 1),
        // A number that only names a cycle is told by the first of its files.
        Column::U64(values) if &*metric.unit == NAMING_UNIT => {
            let mut first = BTreeMap::new();
            for file in files.filter(|file| values[file.index()] > 0) {
                let name = *first.entry(values[file.index()]).or_insert(&*analysis.tree.file(file).path);
                *counts.entry(name).or_default() += 1;
            }
        }
        Column::U64(_) | Column::F64(_) => return None,
    }
    let row = |(path, count)| TopRow { path, name: None, line: None, value: Value::U64(count) };
    Some(counts.into_iter().map(row).collect())
}

/// Values that a file has of its largest part are no sums in a directory either.
fn join_of(metric: &Metric) -> Join {
    let is_largest = metric.name.starts_with("max_") || ["level", "levels"].contains(&&*metric.unit);
    if is_largest { Join::Max } else { Join::Sum }
}

/// Every directory but the root with the joined value of the files in and below it.
fn directories<'a>(
    analysis: &'a Analysis,
    metric: &Metric,
    files: impl Iterator<Item = FileId>,
) -> (Vec<TopRow<'a>>, Option<&'static str>) {
    let (tree, join) = (&analysis.tree, join_of(metric));
    let mut values = vec![None::<Value>; tree.dirs.len()];
    let add = |values: &mut Vec<Option<Value>>, dir: DirId, value: Value| {
        let old = &mut values[dir.index()];
        *old = Some(old.map_or(value, |old| old.join(value, join)));
    };
    for file in files {
        if let Some(value) = value(metric, file) {
            add(&mut values, tree.file(file).dir, value);
        }
    }
    // Parents come before their children, so going backwards adds whole subtrees.
    for dir in (1..tree.dirs.len()).rev() {
        if let Some(value) = values[dir] {
            add(&mut values, tree.dirs[dir].parent, value);
        }
    }
    let rows = tree.dirs.iter().zip(values).skip(1);
    let rows = rows.filter_map(|(dir, value)| Some(TopRow { path: &dir.path, name: None, line: None, value: value? }));
    (rows.collect(), Some(if join == Join::Sum { "sum" } else { "max" }))
}

fn unknown(analysis: &Analysis, name: &str, by: Level) -> QueryError {
    let (level, known): (_, Vec<&str>) = match by {
        Level::Function => ("function", FUNCTION_METRICS.iter().map(|metric| metric.0).collect()),
        Level::File => ("file", analysis.metrics.iter().map(|metric| &*metric.name).collect()),
        Level::Directory => ("directory", analysis.metrics.iter().map(|metric| &*metric.name).collect()),
    };
    QueryError::UnknownMetric {
        name: name.to_owned(),
        level,
        nearest: nearest(name, known.iter().copied(), 1),
        known: known.into_iter().map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;
    use crate::lang::Function;

    fn example() -> Analysis {
        let mut analysis = analysis("a/x.py > a/y.py\na/z.py > a/y.py\nb/w.py > a/x.py\n");
        let function = |name: &str, line, complexity| Function {
            name: name.into(),
            line,
            end_line: line + 9,
            complexity,
            cognitive: 0,
            nesting: 0,
        };
        analysis.functions = [function("f", 1, 3), function("g", 20, 5)]
            .into_iter()
            .map(|function| FunctionRow { file: FileId(1), function })
            .collect();
        analysis
    }

    #[track_caller]
    fn check(name: &str, by: Level, ascending: bool, expect: &[(&str, f64)]) {
        let analysis = example();
        let top = top(&analysis, name, by, ascending, 2, |_| true).unwrap();
        assert_eq!(
            top.rows.iter().map(|row| (row.name.unwrap_or(row.path), row.value.number())).collect::<Vec<_>>(),
            expect
        );
    }

    #[test]
    fn each_level() {
        check("fan_in", Level::File, false, &[("a/y.py", 2.0), ("a/x.py", 1.0)]);
        check("fan_in", Level::File, true, &[("a/z.py", 0.0), ("b/w.py", 0.0)]);
        check("fan_in", Level::Directory, false, &[("a", 3.0), ("b", 0.0)]);
        check("layer", Level::Directory, false, &[("b", 2.0), ("a", 1.0)]);
        check("complexity", Level::Function, false, &[("g", 5.0), ("f", 3.0)]);
        check("language", Level::File, false, &[("Python", 4.0)]);
    }

    #[test]
    fn an_unknown_metric_names_the_nearest() {
        let error = top(&example(), "complexty", Level::Function, false, 1, |_| true).unwrap_err();
        assert_eq!(
            error.to_string(),
            "complexty: no such metric of a function; there are complexity, cognitive_complexity, nesting_depth, lines; did you mean complexity?"
        );
    }
}
