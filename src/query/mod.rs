//! Questions about an analysis and their answers, as rows that serialise. Prints nothing, and knows neither Rerun nor layout.

mod communities;
mod cycles;
mod entries;
mod explain;
mod file;
mod impact;
mod links;
mod nearest;
mod observed;
mod paths;
mod reach;
mod select;
mod summary;
#[cfg(test)]
mod testing;
mod top;
mod unresolved;

use serde::Serialize;

pub use communities::{Community, Depth, Grouping, MisplacedFile, communities};
pub use cycles::{Breaking, Cycle, Cycles, cycles};
pub use entries::{EntryPoint, EntryPoints, KindCount, STARTS, Unused, UnusedFile, entry_points, unused};
pub use explain::{Explained, OneWay, explain};
pub use file::{Defined, End, FileFacts, Measured, Nowhere, Outside, Said, file, file_at};
pub use impact::{Impact, Reached as ImpactRow, impact};
pub use links::{Kinds, Links};
pub use nearest::nearest;
pub use observed::{Comparison, Observed, Unexercised, UnexercisedRow, Unexplained, UnexplainedRow, compare, observed};
pub use paths::{Paths, shortest_paths};
pub use reach::{Direction, Reach, Reached, Tree, TreeRow, reach, tree};
pub use select::{Selection, select};
pub use summary::{
    CycleRow, FileRow, FunctionRow, LanguageRow, PackageRow, PartRow, ReadFirst, Summary, Totals, summary,
};
pub use top::{Level, Top, TopRow, Value, top};
pub use unresolved::{Group, GroupBy, UnresolvedImports, UnresolvedRow, unresolved};

/// An import statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Line in the importing file, 1-based.
    pub line: u32,
    /// Name of its kind, see [`crate::lang::ImportKind::name`].
    pub kind: &'static str,
}

/// A file that imports another, with every statement by which it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link<'a> {
    /// The importing file.
    pub from: &'a str,
    /// The imported file.
    pub to: &'a str,
    /// The statements by line; never empty.
    pub imports: Vec<Import>,
}

/// Why a question has no answer. Each message names what was asked for first.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Nothing is named.
    #[error("an empty name: name a path, a directory or a glob; `.` is the whole repository")]
    NoName,
    /// Neither a file nor a directory.
    #[error("{path}: no such file or directory in the repository{}", did_you_mean(nearest))]
    UnknownPath {
        /// The path as given.
        path: String,
        /// Those most like it, best first.
        nearest: Vec<String>,
    },
    /// A glob without any match.
    #[error("{glob}: this glob matches no file of the repository{}", did_you_mean(nearest))]
    NoMatch {
        /// The glob as given.
        glob: String,
        /// What is most like it, best first.
        nearest: Vec<String>,
    },
    /// A malformed glob.
    #[error("{glob}: not a valid glob ({reason}); `*`, `?`, `**`, `[a-z]` and `{{a,b}}` are known")]
    BadGlob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No metric has the name.
    #[error("{name}: no such metric of a {level}; there are {}{}", known.join(", "), did_you_mean(nearest))]
    UnknownMetric {
        /// The name as given.
        name: String,
        /// What was to be ranked.
        level: &'static str,
        /// Names most like it, best first.
        nearest: Vec<String>,
        /// Every name.
        known: Vec<String>,
    },
    /// A recording of before entries were known.
    #[error("{repository}: this recording was written before entries were known; write it again with `repolis log`")]
    NoEntries {
        /// Name of the repository.
        repository: String,
    },
    /// A recording without runtime data, or no recording.
    #[error(
        "{repository}: nothing was observed to run here; record something with `repolis log SOURCE --otlp -o run.rrd`, and ask with -s run.rrd"
    )]
    NothingObserved {
        /// Name of the repository.
        repository: String,
    },
    /// Both sides of a question about two parts hold the same files.
    #[error("{from} and {to}: the same files; name two different parts")]
    SameFiles {
        /// The first side as given.
        from: String,
        /// The second side as given.
        to: String,
    },
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [names @ .., last] if !names.is_empty() => format!("; did you mean {} or {last}?", names.join(", ")),
        [name, ..] => format!("; did you mean {name}?"),
    }
}
