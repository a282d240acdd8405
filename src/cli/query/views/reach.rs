//! What depends on files, what they depend on, and what a change may reach.

use super::{Page, Section, View, counted, distinct, kinds, lines, shown};
use crate::cli::table::{Column, Table};
use crate::query::{Direction, Impact, ImpactRow, Reach, Tree};

impl View for Reach<'_> {
    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|row| row.path).collect()
    }

    fn page(&self, limit: usize) -> Page {
        let through = match self.direction {
            Direction::Dependents => "imports",
            Direction::Dependencies => "imported by",
        };
        let columns =
            [("depth", Column::Number), ("file", Column::Text), (through, Column::Text), ("line", Column::Number)];
        let mut table = Table::new(&[&columns[..], &[("kind", Column::Text)]].concat());
        for row in self.files.iter().take(limit) {
            let cells = [row.depth.to_string(), row.path.to_owned(), row.through.to_owned()];
            table.row(cells.into_iter().chain([lines(&row.imports), kinds(&row.imports)]));
        }
        Page::one(table, reach_note(self.direction, &self.of, self.files.len(), limit))
    }
}

impl View for Tree<'_> {
    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        distinct(self.rows.iter().map(|row| row.path).collect())
    }

    fn page(&self, limit: usize) -> Page {
        let mut table = Table::new(&[("file", Column::Text), ("line", Column::Number), ("kind", Column::Text)]);
        for row in self.rows.iter().take(limit) {
            let mark = if row.repeated { " *" } else { "" };
            let file = format!("{}{}{mark}", "  ".repeat(row.depth as usize - 1), row.path);
            table.row([file, lines(&row.imports), kinds(&row.imports)]);
        }
        let files = self.paths().len();
        let rows = if self.rows.len() > limit {
            format!("; the first {limit} of {} rows shown", self.rows.len())
        } else {
            String::new()
        };
        Page::one(table, format!("{}{rows}", reach_note(self.direction, &self.of, files, usize::MAX)))
    }
}

impl View for Impact<'_> {
    fn is_empty(&self) -> bool {
        self.files.is_empty() && self.tests.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        self.files.iter().chain(&self.tests).map(|row| row.path).collect()
    }

    fn page(&self, limit: usize) -> Page {
        let section = |title: &str, rows: &[ImpactRow<'_>]| {
            let columns = [
                ("score", Column::Number),
                ("depth", Column::Number),
                ("file", Column::Text),
                ("through", Column::Text),
            ];
            let mut table = Table::new(&columns);
            for row in rows.iter().take(limit) {
                let through = if row.depth == 0 { String::new() } else { row.through.to_owned() };
                table.row([format!("{:.3}", row.score), row.depth.to_string(), row.path.to_owned(), through]);
            }
            Section { title: Some(format!("{title}: {}", rows.len())), table }
        };
        let mut sections = vec![section("Files", &self.files)];
        if !self.tests.is_empty() {
            sections.push(section("Tests", &self.tests));
        }
        let shown = shown(self.files.len().max(self.tests.len()), limit);
        let note = format!(
            "a change of {} may reach {} and {}{shown}",
            counted(self.changed.len(), "file"),
            counted(self.files.len(), "file"),
            counted(self.tests.len(), "test file"),
        );
        Page { sections, note }
    }
}

fn reach_note(direction: Direction, of: &str, files: usize, limit: usize) -> String {
    let (shown, count) = (shown(files, limit), counted(files, "file"));
    match (direction, files) {
        (Direction::Dependents, 0) => format!("nothing depends on {of}"),
        (Direction::Dependents, 1) => format!("{count} depends on {of}"),
        (Direction::Dependents, _) => format!("{count} depend on {of}{shown}"),
        (Direction::Dependencies, 0) => format!("{of} depends on no other file"),
        (Direction::Dependencies, _) => format!("{of} depends on {count}{shown}"),
    }
}
