//! Communities as tables.

use super::views::{Page, Section, View, counted, shown};
use crate::cli::table::{Column, Table};
use crate::query::Grouping;

impl View for Grouping<'_> {
    fn is_empty(&self) -> bool {
        self.communities.is_empty()
    }

    /// The misplaced files: what there is to do.
    fn paths(&self) -> Vec<&str> {
        self.misplaced.iter().map(|file| file.path).collect()
    }

    fn page(&self, limit: usize) -> Page {
        let sections = [
            ("Communities, with the directory that holds most of each", communities(self, limit)),
            ("Agreement with the directories, by depth", levels(self)),
            ("Files that work more with another directory than with their own", misplaced(self, limit)),
        ];
        let sections = sections.map(|(title, table)| Section { title: Some(title.to_owned()), table });
        let note = format!(
            "{} of {}, modularity {:.3}; {} misplaced at depth {}{}",
            match self.communities.len() {
                1 => "1 community".to_owned(),
                count => format!("{count} communities"),
            },
            counted(self.files, "file"),
            self.modularity,
            self.misplaced.len(),
            self.best_depth,
            shown(self.communities.len().max(self.misplaced.len()), limit),
        );
        Page { sections: sections.into(), note }
    }
}

fn communities(of: &Grouping<'_>, limit: usize) -> Table {
    let numbers = [("community", Column::Number), ("files", Column::Number), ("of them", Column::Number)];
    let mut table = Table::new(&[&numbers[..], &[("in", Column::Text)]].concat());
    for row in of.communities.iter().take(limit) {
        let cells =
            [row.number.to_string(), row.files.to_string(), row.in_directory.to_string(), row.directory.to_owned()];
        table.row(cells);
    }
    table
}

fn levels(of: &Grouping<'_>) -> Table {
    let names = ["depth", "directories", "mutual information", "adjusted Rand"];
    let mut table = Table::new(&names.map(|name| (name, Column::Number)));
    for row in &of.levels {
        let shares = [row.mutual_information, row.adjusted_rand].map(|share| format!("{share:.3}"));
        table.row([row.depth.to_string(), row.directories.to_string()].into_iter().chain(shares));
    }
    table
}

fn misplaced(of: &Grouping<'_>, limit: usize) -> Table {
    let numbers = [("imports there", Column::Number), ("here", Column::Number)];
    let mut table = Table::new(&[&[("file", Column::Text), ("other", Column::Text)][..], &numbers].concat());
    for row in of.misplaced.iter().take(limit) {
        table.row([row.path.to_owned(), row.other.to_owned(), row.with_other.to_string(), row.with_own.to_string()]);
    }
    table
}
