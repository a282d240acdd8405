//! Rules of a repository, held against its analysis: which imports may be, no cycles, limits of metrics. Knows no Rerun,
//! and neither prints nor reads a file.

mod baseline;
mod check;
pub mod config;
mod convert;
mod finding;
mod glob;
mod model;
mod nearest;
mod net;
mod parse;
pub mod report;
mod universe;

pub use baseline::Baseline;
pub use check::{Report, check};
pub use convert::{Converted, DOMAIN_FILE, convert};
pub use finding::{About, Finding, Step};
pub use model::{Rules, Severity};
pub use parse::parse;

/// Name of a rule file, in the root of a repository.
pub const RULE_FILE: &str = "repolis.toml";
/// Name of a baseline, beside the rules.
pub const BASELINE_FILE: &str = "repolis-baseline.toml";
