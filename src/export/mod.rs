//! An analysis becomes files in other tools' formats, row by row into any writer. Knows no Rerun and prints nothing.

mod csv;
mod json;
mod tables;

use std::io::{self, Write};

pub use tables::TABLES;

use crate::analysis::Analysis;

/// What of an analysis is written, for the formats that leave a choice.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the table, for formats with one table a file; see [`TABLES`].
    pub table: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { table: tables::FILES }
    }
}

/// A format of other tools. A new one is a row of [`FORMATS`].
pub struct Format {
    /// Name on the command line.
    pub name: &'static str,
    /// Ends of file names, each with its dot, that ask for it; the first is the usual one.
    pub suffixes: &'static [&'static str],
    /// What it is, as the start of a sentence.
    pub description: &'static str,
    /// What it holds, and which options say more.
    pub shape: Shape,
    /// Whether it is unreadable as text.
    pub is_binary: bool,
    write: fn(&Analysis, &Options, &mut dyn Write) -> io::Result<()>,
}

/// What a file of a format holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Everything that the format can take.
    Whole,
    /// One table of [`TABLES`].
    Table,
}

impl Format {
    /// Writes `analysis`. The same analysis gives the same bytes.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, analysis: &Analysis, options: &Options, to: &mut dyn Write) -> io::Result<()> {
        (self.write)(analysis, options, to)
    }
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "json",
        suffixes: &[".json"],
        description: "files, imports, externals, unresolved imports and skipped files as one JSON document",
        shape: Shape::Whole,
        is_binary: false,
        write: |analysis, _, to| json::write(analysis, to),
    },
    Format {
        name: "csv",
        suffixes: &[".csv"],
        description: "tables for spreadsheets and scripts",
        shape: Shape::Table,
        is_binary: false,
        write: |analysis, options, to| csv::write(&tables::table(analysis, options.table), to),
    },
];

/// The format of this name.
pub fn format_named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that a file's name asks for by its end; the longest end counts.
pub fn format_of_file(name: &str) -> Option<&'static Format> {
    let name = name.to_ascii_lowercase();
    let fits =
        |format: &&Format| format.suffixes.iter().filter(|suffix| name.ends_with(**suffix)).map(|s| s.len()).max();
    FORMATS.iter().filter(|format| fits(format).is_some()).max_by_key(fits)
}
