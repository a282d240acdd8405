//! Answers to questions: what a search found, lines of a source, lists of places.

use serde::Serialize;

use super::Building;

/// Something that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The file or directory.
    pub path: String,
    /// What it is.
    pub kind: HitKind,
    /// The function found in the file.
    pub function: Option<String>,
    /// Its line, 1-based.
    pub line: Option<u32>,
    /// The file's language.
    pub language: Option<String>,
    /// Whether the filters hide it.
    pub hidden: bool,
}

/// What a search can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A directory, by its path.
    Directory,
    /// A file, by its path.
    File,
    /// A function, by its name.
    Function,
}

/// Some lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The file.
    pub path: String,
    /// The number of the first line here, 1-based.
    pub first_line: u32,
    /// The line that was asked for.
    pub line: u32,
    /// The lines, without their ends; what is very long is cut.
    pub lines: Vec<String>,
    /// How many lines the file has.
    pub total_lines: u32,
    /// Why there are no lines, or what is to be known of them; empty if nothing.
    pub note: String,
}

/// Places worth a visit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Lists {
    /// Import cycles with a building that is shown, the largest first.
    pub cycles: Vec<CycleEntry>,
    /// How many import cycles there are.
    pub all_cycles: u64,
    /// Files that are complex and imported by many, the worst first.
    pub hotspots: Vec<Hotspot>,
}

/// An import cycle.
#[derive(Clone, Debug, Serialize)]
pub struct CycleEntry {
    /// As the metric `cycle` counts, 1 for the largest.
    pub number: u64,
    /// How many files are in it.
    pub files: u64,
    /// The directory that holds them all; empty for the root.
    pub directory: String,
    /// The first few files.
    pub first: Vec<String>,
}

/// A file that is complex and imported by many.
#[derive(Clone, Debug, Serialize)]
pub struct Hotspot {
    /// The file.
    pub path: String,
    /// Between 0 and 1: its rank by complexity times its rank by importing files.
    pub score: f64,
    /// Its complexity.
    pub complexity: f64,
    /// How many files import it.
    pub fan_in: f64,
}

/// What a city shows after its look or its filters changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Shown {
    /// How many buildings are to be seen.
    pub shown: u64,
    /// How many there are.
    pub total: u64,
    /// The selected building, if it is hidden now.
    pub hidden_selection: Option<Building>,
}
