//! A repository in a few numbers.

use super::{Page, View, section};
use crate::cli::table::Column;
use crate::query::Summary;

impl View for Summary<'_> {
    fn is_empty(&self) -> bool {
        self.totals.files == 0
    }

    fn paths(&self) -> Vec<&str> {
        self.read_first.iter().map(|row| row.path).collect()
    }

    fn page(&self, _limit: usize) -> Page {
        let text = |text: &str| text.to_owned();
        let file = ("file", Column::Text);
        let numbers = [("files", Column::Number), ("code lines", Column::Number)];
        let cycle = [("cycle", Column::Number), ("files", Column::Number), ("within", Column::Text)];
        let function = [("complexity", Column::Number), ("function", Column::Text), file, ("line", Column::Number)];
        let languages = self.languages.iter();
        let directories = self.directories.iter();
        let functions = self.most_complex.iter();
        let mut sections = vec![
            section("In all", &[("", Column::Text), ("", Column::Number)], totals(self)),
            section(
                "Languages",
                &[&[("language", Column::Text)][..], &numbers].concat(),
                languages.map(|row| [text(row.language), row.files.to_string(), row.code_lines.to_string()]),
            ),
            section(
                "Directories",
                &[&[("directory", Column::Text)][..], &numbers].concat(),
                directories.map(|row| [text(row.path), row.files.to_string(), row.code_lines.to_string()]),
            ),
            section(
                "Largest files of the product",
                &[("code lines", Column::Number), file],
                self.largest.iter().map(|row| [row.value.to_string(), text(row.path)]),
            ),
            section(
                "Most complex functions of the product",
                &function,
                functions.map(|row| [row.complexity.to_string(), text(row.name), text(row.path), row.line.to_string()]),
            ),
            section(
                "Most imported files",
                &[("importing files", Column::Number), file],
                self.most_imported.iter().map(|row| [row.value.to_string(), text(row.path)]),
            ),
            section(
                "Largest import cycles",
                &cycle,
                self.cycles.iter().map(|row| [row.number.to_string(), row.files.to_string(), text(row.path)]),
            ),
            section(
                "Packages from outside that most files import",
                &[("importing files", Column::Number), ("package", Column::Text)],
                self.packages.iter().map(|row| [row.files.to_string(), text(row.package)]),
            ),
            section(
                "Read first",
                &[file, ("why", Column::Text)],
                self.read_first.iter().map(|row| [text(row.path), row.why.clone()]),
            ),
        ];
        sections.retain(|section| !section.table.is_empty());
        Page { sections, note: String::new() }
    }
}

fn totals(summary: &Summary<'_>) -> Vec<[String; 2]> {
    let totals = &summary.totals;
    let rows = [
        ("text files", totals.files as u64),
        ("directories", totals.directories as u64),
        ("lines of code", totals.code_lines),
        ("functions", totals.functions as u64),
        ("imports between files", totals.imports as u64),
        ("packages from outside", totals.packages as u64),
        ("unresolved imports", totals.unresolved as u64),
        ("import cycles", totals.cycles as u64),
        ("files in import cycles", totals.files_in_cycles as u64),
        ("files that nothing is known to use", totals.unused as u64),
    ];
    rows.map(|(name, value)| [name.to_owned(), value.to_string()]).into()
}
