//! Facts and graph become typed columns, each with name, unit and description. Knows no layout.

mod demand;
mod directories;
mod role;

pub use demand::{ON_DEMAND, OnDemand, on_demand};
pub use directories::{DirectoryMetric, by_directory};
pub use role::{Role, Usage};

use rayon::prelude::*;

use crate::graph::CodeGraph;
use crate::lang::{Facts, Function};
use crate::resolve::entry::Entry;
use crate::scan::{FileId, SourceFile};

/// Values of a metric by [`FileId`].
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Counts.
    U64(Vec<u64>),
    /// Shares and ratios.
    F64(Vec<f64>),
    /// Categories.
    Text(Vec<Box<str>>),
}

impl Column {
    /// The values as numbers; `None` for a column of text.
    pub fn to_numbers(&self) -> Option<Vec<f64>> {
        match self {
            Self::U64(values) => Some(values.iter().map(|&value| value as f64).collect()),
            Self::F64(values) => Some(values.clone()),
            Self::Text(_) => None,
        }
    }

    /// One value as a person reads it.
    pub fn display(&self, file: FileId) -> String {
        match self {
            Self::U64(values) => values[file.index()].to_string(),
            Self::F64(values) => format!("{:.6}", values[file.index()]),
            Self::Text(values) => values[file.index()].to_string(),
        }
    }
}

/// A column and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Name in tables, entities and on the command line.
    pub name: Box<str>,
    /// Unit of the values, `""` for categories.
    pub unit: Box<str>,
    /// One sentence without a full stop.
    pub description: Box<str>,
    /// The values.
    pub values: Column,
}

/// What a metric is computed from.
struct Inputs<'a> {
    file: &'a SourceFile,
    facts: &'a Facts,
    graph: &'a CodeGraph,
    usage: &'a Usage,
    id: FileId,
}

enum Compute {
    U64(fn(&Inputs<'_>) -> u64),
    F64(fn(&Inputs<'_>) -> f64),
    Text(for<'a> fn(&Inputs<'a>) -> &'a str),
}

/// A row of the table of metrics.
pub struct Spec {
    /// See [`Metric::name`].
    pub name: &'static str,
    /// See [`Metric::unit`].
    pub unit: &'static str,
    /// See [`Metric::description`].
    pub description: &'static str,
    compute: Compute,
}

impl Spec {
    /// Whether the values are categories in text, which can be a colour but no size.
    pub fn is_text(&self) -> bool {
        matches!(self.compute, Compute::Text(_))
    }
}

const fn count(
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    compute: fn(&Inputs<'_>) -> u64,
) -> Spec {
    Spec { name, unit, description, compute: Compute::U64(compute) }
}

/// The unit of metrics whose values are names: they can be told apart, but not compared.
pub const NAMING_UNIT: &str = "number";

/// Every metric of a file. A new one is a row here.
pub const METRICS: &[Spec] = &[
    Spec {
        name: "language",
        unit: "",
        description: "language by name, suffix or shebang",
        compute: Compute::Text(|of| of.file.language.name()),
    },
    Spec {
        name: "class",
        unit: "",
        description: "source, generated, minified or binary",
        compute: Compute::Text(|of| of.file.class.name()),
    },
    Spec {
        name: "role",
        unit: "",
        description: "what the file is for: product, test, example, benchmark, docs, tooling or vendored",
        compute: Compute::Text(|of| of.usage.roles[of.id.index()].name()),
    },
    Spec {
        name: "entry",
        unit: "",
        description: "what starts or uses the file from outside the imports, empty for nothing",
        compute: Compute::Text(|of| of.usage.entries[of.id.index()].map_or("", Entry::name)),
    },
    count("bytes", "B", "size of the file", |of| of.file.bytes),
    count("lines", "lines", "all lines", |of| of.facts.lines.total().into()),
    count("code_lines", "lines", "lines with code, as tokei counts them", |of| of.facts.lines.code.into()),
    count("comment_lines", "lines", "lines with only a comment, as tokei counts them", |of| {
        of.facts.lines.comment.into()
    }),
    count("blank_lines", "lines", "lines of white space", |of| of.facts.lines.blank.into()),
    count("functions", "functions", "functions and methods", |of| of.facts.functions.len() as u64),
    count("classes", "types", "classes, structs, enums, traits and interfaces", |of| of.facts.classes.into()),
    count("abstract_classes", "types", "traits, interfaces, abstract classes, ABCs and Protocols", |of| {
        of.facts.abstract_classes.into()
    }),
    count("complexity", "paths", "cyclomatic complexity (McCabe 1976), sum of the functions", |of| {
        of.facts.functions.iter().map(|function| u64::from(function.complexity)).sum()
    }),
    count("max_complexity", "paths", "cyclomatic complexity of the most complex function", |of| {
        of.facts.functions.iter().map(|function| function.complexity.into()).max().unwrap_or(0)
    }),
    count("cognitive_complexity", "points", "cognitive complexity (Campbell 2018), sum of the functions", |of| {
        of.facts.functions.iter().map(|function| u64::from(function.cognitive)).sum()
    }),
    count("max_cognitive_complexity", "points", "cognitive complexity of the function that is hardest to read", |of| {
        of.facts.functions.iter().map(|function| function.cognitive.into()).max().unwrap_or(0)
    }),
    count("max_function_lines", "lines", "lines of the largest function, from its name to its end", |of| {
        let lines = |function: &Function| u64::from(function.end_line.saturating_sub(function.line)) + 1;
        of.facts.functions.iter().map(lines).max().unwrap_or(0)
    }),
    count("nesting_depth", "levels", "deepest nesting of control structures in a function", |of| {
        of.facts.functions.iter().map(|function| function.nesting.into()).max().unwrap_or(0)
    }),
    count("fan_in", "files", "files that import this one", |of| of.graph.fan_in(of.id) as u64),
    count("fan_out", "files", "files that this one imports", |of| of.graph.fan_out(of.id) as u64),
    Spec {
        name: "page_rank",
        unit: "share",
        description: "PageRank in the import graph (Brin and Page 1998, damping 0.85)",
        compute: Compute::F64(|of| of.graph.ranks[of.id.index()]),
    },
    count(
        "cycle",
        NAMING_UNIT,
        "number of the import cycle that holds the file, 1 for the largest, 0 for none",
        |of| of.graph.cycle_of[of.id.index()].map_or(0, |cycle| u64::from(cycle) + 1),
    ),
    count("layer", "level", "longest chain of imports below the file, a cycle taken as one", |of| {
        of.graph.layers[of.id.index()].into()
    }),
];

/// Computes every metric of [`METRICS`] for `files`, whose facts and graph have the same indices.
pub fn compute(files: &[SourceFile], facts: &[Facts], graph: &CodeGraph, usage: &Usage) -> Vec<Metric> {
    let rows = || files.iter().zip(facts).zip(0..);
    let inputs = || rows().map(|((file, facts), id)| Inputs { file, facts, graph, usage, id: FileId(id) });
    let column = |compute: &Compute| match compute {
        Compute::U64(compute) => Column::U64(inputs().map(|of| compute(&of)).collect()),
        Compute::F64(compute) => Column::F64(inputs().map(|of| compute(&of)).collect()),
        Compute::Text(compute) => Column::Text(inputs().map(|of| Box::from(compute(&of))).collect()),
    };
    METRICS
        .par_iter()
        .map(|spec| Metric {
            name: spec.name.into(),
            unit: spec.unit.into(),
            description: spec.description.into(),
            values: column(&spec.compute),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_described() {
        let demanded = ON_DEMAND.iter().map(|spec| spec.name);
        let mut names: Vec<_> = METRICS.iter().map(|spec| spec.name).chain(demanded).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), METRICS.len() + ON_DEMAND.len());
        assert!(METRICS.iter().all(|spec| !spec.description.is_empty() && !spec.description.ends_with('.')));
    }
}
