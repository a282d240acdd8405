//! What a rule file says, with places for messages. Knows no files.

use super::config::Place;
use super::glob::Globs;
use crate::lang::{ImportKind, Wanted};

/// The rules of a repository.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Files that no rule sees.
    pub exclude: Globs,
    /// Rules in the order of the file.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is called in findings and baselines: its `name`, or what it says.
    pub id: String,
    /// Where it stands.
    pub place: Place,
    /// Where its name stands, or else the rule.
    pub name_place: Place,
    /// Its table in the rule file, such as `forbidden[2]`.
    pub path: String,
    /// Why it is there, as the user wrote it.
    pub reason: String,
    /// What a finding is worth.
    pub severity: Severity,
    /// Globs may match nothing.
    pub optional: bool,
    /// Which imports count.
    pub kinds: Kinds,
    /// Imports that do not count.
    pub except: Vec<Exception>,
    /// What is checked.
    pub check: Check,
}

/// What a finding is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Fails the check.
    #[default]
    Error,
    /// Is told, and fails nothing.
    Warning,
}

impl Severity {
    /// Its name in rule files and formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Imports between two globs.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Importing files.
    pub from: Globs,
    /// What is imported.
    pub to: Globs,
    /// Either may match nothing.
    pub optional: bool,
    /// Where it stands.
    pub place: Place,
}

/// A set of [`ImportKind`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind but [`ImportKind::Module`], which is containment.
    pub fn imports() -> Self {
        ImportKind::ALL.into_iter().filter(|kind| *kind != ImportKind::Module).collect()
    }

    /// True if the kind is among them.
    pub fn has(self, kind: ImportKind) -> bool {
        self.meets(Self::from_iter([kind]))
    }

    /// True if any kind is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All kinds of both.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<ImportKind> for Kinds {
    fn from_iter<T: IntoIterator<Item = ImportKind>>(kinds: T) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | 1 << kind as u8))
    }
}

/// What a rule checks.
#[derive(Clone, Debug)]
pub enum Check {
    /// Nothing of `from` may import anything of `to`.
    Forbidden {
        /// Importing files.
        from: Globs,
        /// Files and packages.
        to: Globs,
        /// Through other files neither.
        transitive: bool,
    },
    /// Of what is in `among`, files of `from` may import only `to`.
    Allowed {
        /// Importing files.
        from: Globs,
        /// Files and packages.
        to: Globs,
        /// All files where it is empty.
        among: Globs,
    },
    /// Each file of `from` imports something of `to`.
    Required {
        /// Importing files.
        from: Globs,
        /// Files and packages.
        to: Globs,
        /// Through other files is enough.
        transitive: bool,
    },
    /// A layer imports nothing of those above it.
    Layers(Layers),
    /// Parts import nothing of each other.
    Independent {
        /// Each is a part.
        parts: Vec<Globs>,
        /// Each directory and file that matches is a part.
        each: Globs,
        /// Through other files neither.
        transitive: bool,
    },
    /// No cycles.
    Cycles {
        /// What is a node of the cycle.
        of: CyclesOf,
        /// The files that count; all where it is empty.
        files: Globs,
        /// Directories whose children, and those below them, are not checked.
        skip: Globs,
        /// Levels of directories below the first whose children are checked.
        depth: u32,
    },
    /// A metric's bounds.
    Limit(Limit),
}

/// What cycles are between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CyclesOf {
    /// Files.
    Files,
    /// What lies in one directory: its files and directories.
    Siblings,
}

/// Layers from high to low.
#[derive(Clone, Debug)]
pub struct Layers {
    /// From high to low.
    pub layers: Vec<Layer>,
    /// Directories that each have these layers; the root where it is empty.
    pub within: Globs,
    /// Through files of no layer neither.
    pub transitive: bool,
    /// All below `within` must be in a layer.
    pub exhaustive: bool,
    /// What need not.
    pub unlayered: Globs,
}

/// A layer of one or several parts.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its parts.
    pub parts: Vec<Globs>,
    /// Its parts import nothing of each other.
    pub independent: bool,
    /// It may be missing.
    pub optional: bool,
    /// Higher layers import nothing of those below it.
    pub closed: bool,
}

/// The bounds of a metric.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Name of the metric.
    pub metric: String,
    /// Where the name stands.
    pub place: Place,
    /// The key that names it, below the rule's table.
    pub key: String,
    /// Whose metric it is.
    pub by: LimitBy,
    /// What is made of the values below a directory.
    pub aggregate: Aggregate,
    /// The largest value that is fine.
    pub max: Option<f64>,
    /// The smallest value that is fine.
    pub min: Option<f64>,
    /// The files that count; all where it is empty.
    pub files: Globs,
}

/// What one value is made of those of all files below a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// What they are together.
    Sum,
    /// What they are on average.
    Mean,
    /// The largest.
    Max,
}

impl Aggregate {
    /// What stands before the name of the metric.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Sum => "",
            Self::Mean => "mean ",
            Self::Max => "largest ",
        }
    }
}

/// Whose metric is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitBy {
    /// Each file's.
    File,
    /// Each function's.
    Function,
    /// Each directory's.
    Directory,
}

impl Rules {
    /// What the rules ask of an analysis.
    pub fn wanted(&self) -> Wanted {
        let is_limit = |rule: &Rule| matches!(rule.check, Check::Limit(_));
        if self.rules.iter().any(is_limit) { Wanted::Everything } else { Wanted::Imports }
    }
}

impl Check {
    /// The name of its table in a rule file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "forbidden",
            Self::Allowed { .. } => "allowed",
            Self::Required { .. } => "required",
            Self::Layers(_) => "layers",
            Self::Independent { .. } => "independent",
            Self::Cycles { .. } => "cycles",
            Self::Limit(_) => "limit",
        }
    }

    /// What it says in short: the name of a rule that has none.
    pub fn describe(&self) -> String {
        let kind = self.kind();
        match self {
            Self::Forbidden { from, to, .. } | Self::Allowed { from, to, .. } | Self::Required { from, to, .. } => {
                format!("{kind}: {} -> {}", from.describe(), to.describe())
            }
            Self::Layers(layers) => {
                let names: Vec<_> = layers.layers.iter().map(Layer::describe).collect();
                let within = if layers.within.0.is_empty() { "" } else { " in " };
                format!("{kind}: {}{within}{}", names.join(" > "), layers.within.describe())
            }
            Self::Independent { parts, each, .. } => {
                let parts = parts.iter().chain(Some(each).filter(|each| !each.0.is_empty()));
                let names: Vec<_> = parts.map(Globs::describe).collect();
                format!("{kind}: {}", names.join(" | "))
            }
            Self::Cycles { of: CyclesOf::Files, .. } => kind.to_owned(),
            Self::Cycles { of: CyclesOf::Siblings, .. } => format!("{kind}: siblings"),
            Self::Limit(limit) => {
                let by = match limit.by {
                    LimitBy::File => "",
                    LimitBy::Function => " of a function",
                    LimitBy::Directory => " of a directory",
                };
                let files = if limit.files.0.is_empty() { "" } else { " in " };
                format!("{kind}: {}{}{by}{files}{}", limit.aggregate.prefix(), limit.metric, limit.files.describe())
            }
        }
    }
}

impl Layer {
    /// Its globs.
    pub fn describe(&self) -> String {
        let parts: Vec<_> = self.parts.iter().map(Globs::describe).collect();
        parts.join(" | ")
    }
}
