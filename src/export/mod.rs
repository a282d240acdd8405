//! An analysis becomes files in other tools' formats, row by row into any writer. Knows no Rerun and prints nothing.

pub mod batches;
mod cc_json;
mod csv;
mod diagram;
mod dot;
mod graphml;
mod json;
mod mermaid;
mod pairs;
mod parquet;
mod rows;
mod tables;
mod text;

use std::io::{self, Write};

pub use diagram::Level;
pub use tables::{Column, TABLES, Table, Values, table};

use crate::analysis::Analysis;

/// What of an analysis is written, for the formats that leave a choice.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the table, for formats with one table a file; see [`TABLES`].
    pub table: &'static str,
    /// What a diagram's nodes are.
    pub level: Level,
    /// How deep the directories of a diagram may lie; `None` opens as many as can be read.
    pub depth: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { table: tables::FILES, level: Level::Directory, depth: None }
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
    write: fn(&Analysis, &Options, &mut (dyn Write + Send)) -> io::Result<()>,
}

/// What a file of a format holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Everything that the format can take.
    Whole,
    /// One table of [`TABLES`].
    Table,
    /// Directories or files as nodes, imports as edges; see [`Level`].
    Diagram,
}

impl Format {
    /// Writes `analysis`. The same analysis gives the same bytes.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, analysis: &Analysis, options: &Options, to: &mut (dyn Write + Send)) -> io::Result<()> {
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
    Format {
        name: "parquet",
        suffixes: &[".parquet"],
        description: "typed tables for DuckDB, polars, pandas and Spark",
        shape: Shape::Table,
        is_binary: true,
        write: |analysis, options, to| parquet::write(&tables::table(analysis, options.table), to),
    },
    Format {
        name: "graphml",
        suffixes: &[".graphml"],
        description: "files with their metrics and their imports, for Gephi and networkx",
        shape: Shape::Whole,
        is_binary: false,
        write: |analysis, _, to| graphml::write(analysis, to),
    },
    Format {
        name: "dot",
        suffixes: &[".dot", ".gv"],
        description: "a diagram of directories for Graphviz",
        shape: Shape::Diagram,
        is_binary: false,
        write: |analysis, options, to| dot::write(&diagram::diagram(analysis, options), to),
    },
    Format {
        name: "mermaid",
        suffixes: &[".mmd", ".mermaid"],
        description: "a diagram of directories for Markdown on GitHub",
        shape: Shape::Diagram,
        is_binary: false,
        write: |analysis, options, to| mermaid::write(&diagram::diagram(analysis, options), to),
    },
    Format {
        name: "cc.json",
        suffixes: &[".cc.json"],
        description: "a map for CodeCharta 1.5",
        shape: Shape::Whole,
        is_binary: false,
        write: |analysis, _, to| cc_json::write(analysis, to),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: Option<&str>) {
        assert_eq!(format_of_file(name).map(|format| format.name), expect);
    }

    #[test]
    fn the_longest_end_counts() {
        check("a.json", Some("json"));
        check("a.cc.json", Some("cc.json"));
        check("A.CC.JSON", Some("cc.json"));
        check("dir.csv/a.gv", Some("dot"));
        check("a.json.gz", None);
        check("json", None);
    }
}
