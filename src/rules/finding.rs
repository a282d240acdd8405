//! What a rule found, in plain values.

use serde::Serialize;

use super::model::{Rule, Severity};

/// A place where the repository does not keep a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The kind of rule: the name of its table in a rule file.
    pub kind: &'static str,
    /// What it is worth.
    pub severity: Severity,
    /// The rule's reason, `""` for none.
    pub reason: String,
    /// The file or directory, relative to the root.
    pub path: String,
    /// Line, 1-based; 0 for the whole file.
    pub line: u32,
    /// What is wrong, as a lower-case phrase that goes on from the path.
    pub message: String,
    /// What the finding is about.
    pub about: About,
    /// True if the baseline has it.
    pub known: bool,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// An import.
    Import {
        /// What is imported.
        to: String,
        /// Every line of it.
        lines: Vec<u32>,
    },
    /// Imports in a row.
    Chain(Vec<Step>),
    /// An import that is not there.
    Missing {
        /// What should be imported.
        to: String,
    },
    /// Files or directories that need each other.
    Cycle {
        /// All of them, sorted.
        members: Vec<String>,
        /// The shortest way round that was found.
        steps: Vec<Step>,
    },
    /// A value out of bounds.
    Limit {
        /// Name of the metric.
        metric: String,
        /// The function, where it is one's metric.
        function: Option<String>,
        /// The value.
        value: f64,
        /// The bound that it is beyond.
        bound: f64,
    },
    /// Something that is in no layer.
    Unlayered,
}

/// The imports of one file by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Importing file.
    pub from: String,
    /// Imported file or package.
    pub to: String,
    /// Lines of the imports in `from`.
    pub lines: Vec<u32>,
}

impl Finding {
    /// A finding of `rule`.
    pub fn new(rule: &Rule, path: String, line: u32, message: String, about: About) -> Self {
        Self {
            rule: rule.id.clone(),
            kind: rule.check.kind(),
            severity: rule.severity,
            reason: rule.reason.clone(),
            path,
            line,
            message,
            about,
            known: false,
        }
    }

    /// What stays the same when lines move: rule, path and the other end.
    pub fn key(&self) -> [&str; 3] {
        let other = match &self.about {
            About::Import { to, .. } | About::Missing { to } => to.as_str(),
            About::Chain(steps) => steps.last().map_or("", |step| step.to.as_str()),
            About::Limit { function, .. } => function.as_deref().unwrap_or_default(),
            About::Cycle { .. } | About::Unlayered => "",
        };
        [&self.rule, &self.path, other]
    }

    /// The steps of a chain or cycle.
    pub fn steps(&self) -> &[Step] {
        match &self.about {
            About::Chain(steps) | About::Cycle { steps, .. } => steps,
            _ => &[],
        }
    }
}
