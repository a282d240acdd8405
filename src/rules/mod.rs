//! Rules of a repository, held against its analysis: which imports may be, no cycles, limits of metrics. Knows no Rerun,
//! and neither prints nor reads a file.

pub mod config;
mod check;
mod finding;
mod glob;
mod model;
mod nearest;
mod net;
mod parse;
mod universe;

pub use check::{Report, check};
pub use finding::{About, Finding, Step};
pub use model::{Rules, Severity};
pub use parse::parse;
