//! Bounds of metrics: of files, functions and directories.

use super::Checker;
use crate::lang::Function;
use crate::metrics::{Column, METRICS};
use crate::rules::finding::{About, Finding};
use crate::rules::model::{Aggregate, Limit, LimitBy};
use crate::rules::nearest;
use crate::rules::universe::NodeSet;
use crate::rules::{BASELINE_FILE, RULE_FILE};
use crate::scan::{FileClass, SourceFile};

type OfFunction = fn(&Function) -> u32;

/// Metrics of a function.
const OF_FUNCTION: [(&str, OfFunction); 4] = [
    ("complexity", |function| function.complexity),
    ("cognitive_complexity", |function| function.cognitive),
    ("nesting_depth", |function| function.nesting),
    ("lines", |function| function.end_line.saturating_sub(function.line) + 1),
];

/// Metrics of a directory that are sums: how many files it holds itself, and what those below it have together.
const OF_DIRECTORY: [&str; 5] = ["files", "lines", "code_lines", "complexity", "functions"];

const RULE_FILES: [&str; 2] = [RULE_FILE, BASELINE_FILE];

/// What a value belongs to.
struct Owner {
    path: String,
    line: u32,
    function: Option<String>,
}

/// The files below a directory.
#[derive(Clone, Copy, Default)]
struct Below {
    files: u32,
    sum: f64,
    largest: f64,
}

impl Below {
    /// No value is negative.
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.sum += other.sum;
        self.largest = self.largest.max(other.largest);
    }

    fn value(self, aggregate: Aggregate) -> f64 {
        match aggregate {
            Aggregate::Sum => self.sum,
            // A baseline holds what a reader can compare.
            Aggregate::Mean => (self.sum / f64::from(self.files) * 1e4).round() / 1e4,
            Aggregate::Max => self.largest,
        }
    }
}

impl Checker<'_> {
    pub(super) fn limit(&mut self, limit: &Limit) -> Vec<Finding> {
        let mut counted = self.select_or_all(&limit.files);
        // What tools write is held to no limit, nor are the rules.
        let is_held = |file: &SourceFile| file.class == FileClass::Source && !RULE_FILES.contains(&file.name());
        counted.retain(|file| self.universe.tree.files.get(file as usize).is_some_and(is_held));
        match limit.by {
            LimitBy::File => self.of_files(limit, &counted),
            LimitBy::Function => self.of_functions(limit, &counted),
            LimitBy::Directory => self.of_directories(limit, &counted),
        }
    }

    fn of_files(&mut self, limit: &Limit, counted: &NodeSet) -> Vec<Finding> {
        let numbers = self.analysis.metric(&limit.metric).and_then(|metric| metric.values.to_numbers());
        let Some(numbers) = numbers else {
            let names = self.numbers();
            self.no_metric(limit, "a file", &names);
            return Vec::new();
        };
        let owner = |file| Owner { path: self.universe.name(file), line: 0, function: None };
        counted.iter().filter_map(|file| self.beyond(limit, numbers[file as usize], || owner(file))).collect()
    }

    fn of_functions(&mut self, limit: &Limit, counted: &NodeSet) -> Vec<Finding> {
        let Some((_, value)) = OF_FUNCTION.iter().find(|(name, _)| *name == limit.metric) else {
            self.no_metric(limit, "a function", &OF_FUNCTION.map(|(name, _)| name));
            return Vec::new();
        };
        let rows = self.analysis.functions.iter().filter(|row| counted.has(row.file.0));
        rows.filter_map(|row| {
            let function = &row.function;
            let owner = || Owner {
                path: self.universe.name(row.file.0),
                line: function.line,
                function: Some(function.name.to_string()),
            };
            self.beyond(limit, value(function).into(), owner)
        })
        .collect()
    }

    fn of_directories(&mut self, limit: &Limit, counted: &NodeSet) -> Vec<Finding> {
        let tree = self.universe.tree;
        let is_count = limit.metric == "files";
        let numbers = self.analysis.metric(&limit.metric).and_then(|metric| metric.values.to_numbers());
        let is_sum = limit.aggregate == Aggregate::Sum;
        if is_sum && !OF_DIRECTORY.contains(&limit.metric.as_str()) || numbers.is_none() && !(is_sum && is_count) {
            let names = if is_sum { OF_DIRECTORY.to_vec() } else { self.numbers() };
            self.no_metric(limit, "a directory", &names);
            return Vec::new();
        }
        let mut below = vec![Below::default(); tree.dirs.len()];
        for file in counted.iter() {
            let value = numbers.as_ref().map_or(1.0, |numbers| numbers[file as usize]);
            below[tree.files[file as usize].dir.index()].add(Below { files: 1, sum: value, largest: value });
        }
        // Parents come before their children.
        for dir in (1..tree.dirs.len()).rev().filter(|_| !is_count) {
            let own = below[dir];
            below[tree.dirs[dir].parent.index()].add(own);
        }
        let path = |dir: usize| if dir == 0 { ".".to_owned() } else { tree.dirs[dir].path.to_string() };
        let owner = |dir| Owner { path: path(dir), line: 0, function: None };
        let dirs = below.iter().zip(0..).filter(|(below, _)| below.files > 0);
        dirs.filter_map(|(below, dir)| self.beyond(limit, below.value(limit.aggregate), || owner(dir))).collect()
    }

    /// Names of the metrics of a file that are numbers.
    fn numbers(&self) -> Vec<&'static str> {
        let is_number = |name: &&str| {
            let metric = self.analysis.metric(name);
            metric.is_some_and(|metric| !matches!(metric.values, Column::Text(_)))
        };
        METRICS.iter().map(|metric| metric.name).filter(is_number).collect()
    }

    fn beyond(&self, limit: &Limit, value: f64, owner: impl FnOnce() -> Owner) -> Option<Finding> {
        let above = limit.max.filter(|max| value > *max).map(|max| (max, "above"));
        let (bound, how) = above.or_else(|| limit.min.filter(|min| value < *min).map(|min| (min, "below")))?;
        let Owner { path, line, function } = owner();
        let metric = &limit.metric;
        let of = function.as_ref().map_or_else(String::new, |name| format!("function {name}: "));
        let message = format!("{of}{}{metric} {value} is {how} {bound}", limit.aggregate.prefix());
        let about = About::Limit { metric: metric.clone(), function, value, bound };
        Some(Finding::new(self.rule, path, line, message, about))
    }

    fn no_metric(&mut self, limit: &Limit, owner: &str, names: &[&str]) {
        let near = nearest::names(&limit.metric, names.iter().copied());
        let hint = match near.as_slice() {
            [] => format!("there are {}", names.join(", ")),
            [near, ..] => format!("did you mean `{near}`?"),
        };
        let message = format!("{owner} has no metric `{}` of numbers; {hint}", limit.metric);
        self.wrong(limit.place, &limit.key, message);
    }
}
