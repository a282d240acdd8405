//! Answers become tables.

mod files;
mod graph;
mod observed;
mod reach;
mod summary;

use crate::cli::table::{Column, Table};
use crate::query::{Import, Link};

/// An answer as a person reads it.
pub struct Page {
    /// Tables in their order.
    pub sections: Vec<Section>,
    /// What the whole is, in a sentence; on standard error, so that standard output has only rows.
    pub note: String,
}

/// A table and what it is.
pub struct Section {
    /// `None` where the question says it all.
    pub title: Option<String>,
    /// The rows.
    pub table: Table,
}

/// How an answer is printed.
pub trait View {
    /// Whether there is nothing.
    fn is_empty(&self) -> bool;
    /// The paths of the answer, without duplicates.
    fn paths(&self) -> Vec<&str>;
    /// The answer in tables of at most `limit` rows each.
    fn page(&self, limit: usize) -> Page;
}

const IMPORT_COLUMNS: [(&str, Column); 4] =
    [("file", Column::Text), ("line", Column::Number), ("imports", Column::Text), ("kind", Column::Text)];

impl Page {
    fn one(table: Table, note: String) -> Self {
        Self { sections: vec![Section { title: None, table }], note }
    }
}

fn section<const N: usize>(
    title: &str,
    columns: &[(&str, Column)],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Section {
    let mut table = Table::new(columns);
    rows.into_iter().for_each(|row| table.row(row));
    Section { title: Some(title.to_owned()), table }
}

fn link_cells(link: &Link<'_>) -> [String; 4] {
    cells(link.from, link.to, &link.imports)
}

fn cells(from: &str, to: &str, imports: &[Import]) -> [String; 4] {
    [from.to_owned(), lines(imports), to.to_owned(), kinds(imports)]
}

/// At most three lines, and how many more there are.
fn lines(imports: &[Import]) -> String {
    let lines: Vec<_> = imports.iter().take(3).map(|import| import.line.to_string()).collect();
    let more = imports.len().saturating_sub(lines.len());
    if more == 0 { lines.join(", ") } else { format!("{}, +{more}", lines.join(", ")) }
}

fn kinds(imports: &[Import]) -> String {
    distinct(imports.iter().map(|import| import.kind).collect()).join(", ")
}

fn distinct(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}

pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What is left out, where something is.
pub fn shown(count: usize, limit: usize) -> String {
    if count > limit { format!(" (the first {limit} shown; --limit 0 shows all)") } else { String::new() }
}
