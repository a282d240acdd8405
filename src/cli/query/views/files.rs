//! Files by rank and by role, and imports that lead nowhere.

use super::{Page, Section, View, counted, distinct, shown};
use crate::cli::table::{Column, Table};
use crate::query::{EntryPoints, Level, Top, UnresolvedImports, Unused, Value};

impl View for Top<'_> {
    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        distinct(self.rows.iter().map(|row| row.path).collect())
    }

    fn page(&self, _limit: usize) -> Page {
        let is_category = self.aggregate == Some("count");
        let value = if is_category { "files" } else { self.metric };
        let what = match self.by {
            _ if is_category => "value",
            Level::File => "file",
            Level::Directory => "directory",
            Level::Function => "function",
        };
        let mut columns = vec![(value, Column::Number), (what, Column::Text)];
        if self.by == Level::Function {
            columns.extend([("file", Column::Text), ("line", Column::Number)]);
        }
        let mut table = Table::new(&columns);
        for row in &self.rows {
            let value = number(row.value);
            match (row.name, row.line) {
                (Some(name), Some(line)) => table.row([value, name.to_owned(), row.path.to_owned(), line.to_string()]),
                _ => table.row([value, row.path.to_owned()]),
            }
        }
        let how = match (self.unit, self.aggregate) {
            ("", _) => String::new(),
            (unit, Some("sum")) => format!(" ({unit}, the sum of all files below)"),
            (unit, Some("max")) => format!(" ({unit}, the largest of all files below)"),
            (unit, _) => format!(" ({unit})"),
        };
        let (rows, count, metric) = (self.rows.len(), self.count, self.metric);
        let note = match self.by {
            _ if is_category => format!("{rows} of {count} values of {metric}"),
            Level::File => format!("{rows} of {count} files, by {metric}{how}"),
            Level::Directory => format!("{rows} of {count} directories, by {metric}{how}"),
            Level::Function => format!("{rows} of {count} functions, by {metric}{how}"),
        };
        Page::one(table, note)
    }
}

impl View for UnresolvedImports<'_> {
    fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        distinct(self.groups.iter().flat_map(|group| group.imports.iter().map(|row| row.path)).collect())
    }

    fn page(&self, limit: usize) -> Page {
        let columns =
            [("file", Column::Text), ("line", Column::Number), ("import", Column::Text), ("reason", Column::Text)];
        let mut table = Table::new(&columns);
        for row in self.groups.iter().flat_map(|group| &group.imports).take(limit) {
            table.row([row.path, &row.line.to_string(), row.import, row.reason].map(str::to_owned));
        }
        let mut groups = Table::new(&[("imports", Column::Number), (self.by.name(), Column::Text)]);
        for group in self.groups.iter().take(limit) {
            groups.row([group.imports.len().to_string(), group.name.to_owned()]);
        }
        let sections = [(groups, "In groups"), (table, "One by one")];
        let sections = sections.map(|(table, title)| Section { title: Some(title.to_owned()), table });
        let note = format!("{}{}", counted(self.imports, "unresolved import"), shown(self.imports, limit));
        Page { sections: sections.into(), note }
    }
}

impl View for EntryPoints<'_> {
    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|file| file.path).collect()
    }

    fn page(&self, limit: usize) -> Page {
        let columns = [("entry", Column::Text), ("file", Column::Text), ("language", Column::Text)];
        let mut table = Table::new(&[&columns[..], &[("imports", Column::Number)]].concat());
        for file in self.files.iter().take(limit) {
            table.row([file.entry, file.path, file.language, &file.imports.to_string()].map(str::to_owned));
        }
        let kinds: Vec<_> = self.kinds.iter().map(|kind| format!("{} {}", kind.files, kind.entry)).collect();
        let all = if kinds.is_empty() { String::new() } else { format!("; of all kinds: {}", kinds.join(", ")) };
        let shown = shown(self.files.len(), limit);
        Page::one(table, format!("{}{shown}{all}", counted(self.files.len(), "entry point")))
    }
}

impl View for Unused<'_> {
    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|file| file.path).collect()
    }

    fn page(&self, limit: usize) -> Page {
        let columns = [("file", Column::Text), ("language", Column::Text), ("role", Column::Text)];
        let numbers = [("code_lines", Column::Number), ("imports", Column::Number)];
        let mut table = Table::new(&[&columns[..], &numbers].concat());
        for file in self.files.iter().take(limit) {
            let numbers = [file.code_lines.to_string(), file.imports.to_string()];
            table.row([file.path, file.language, file.role].map(str::to_owned).into_iter().chain(numbers));
        }
        let (count, shown) = (counted(self.files.len(), "file"), shown(self.files.len(), limit));
        let note = format!(
            "{count} of {} that nothing is known to use, with {} lines of code{shown}",
            self.of_files, self.code_lines
        );
        Page::one(table, note)
    }
}

fn number(value: Value) -> String {
    match value {
        Value::U64(value) => value.to_string(),
        Value::F64(value) => format!("{value:.6}"),
    }
}
