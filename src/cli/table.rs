//! Tables of text that fit a terminal.

use std::io::IsTerminal;

use comfy_table::{CellAlignment, ContentArrangement, Table as Grid, presets};

/// A column is not made narrower than this.
const MIN_WIDTH: usize = 16;
/// Blanks between columns.
const GAP: u16 = 2;

/// How the cells of a column are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Left aligned; where space is short, the middle of the text gives way: file names are at the end of a path.
    Text,
    /// Right aligned and never shortened.
    Number,
}

/// Rows below a header.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Column)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[(&str, Column)]) -> Self {
        let columns = columns.iter().map(|&(name, kind)| (name.to_owned(), kind)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row with a cell a column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<_> = cells.into_iter().map(|cell| printable(&cell)).collect();
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Header and rows as lines, at most `width` characters wide as far as that can be.
    pub fn lines(&self, width: Option<usize>) -> Vec<String> {
        let mut grid = Grid::new();
        grid.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        grid.set_header(self.columns.iter().map(|(name, _)| name));
        let widths = self.widths(width);
        for row in &self.rows {
            grid.add_row(row.iter().zip(&widths).map(|(cell, &width)| shortened(cell, width)));
        }
        for (column, (_, kind)) in grid.column_iter_mut().zip(&self.columns) {
            column.set_padding((0, GAP));
            if *kind == Column::Number {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        grid.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// Characters of each column: as the text needs, and less for the widest of those that can give way.
    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let natural = |(at, (name, _)): (usize, &(String, Column))| {
            let cells = self.rows.iter().map(|row| row[at].chars().count());
            cells.chain([name.chars().count()]).max().unwrap_or(0)
        };
        let mut widths: Vec<_> = self.columns.iter().enumerate().map(natural).collect();
        let gaps = usize::from(GAP) * self.columns.len().saturating_sub(1);
        let Some(room) = width.map(|width| width.saturating_sub(gaps)) else { return widths };
        while widths.iter().sum::<usize>() > room {
            let flexible = widths.iter_mut().zip(&self.columns).filter(|(_, (_, kind))| *kind == Column::Text);
            let Some((widest, _)) = flexible.max_by_key(|(width, _)| **width) else { break };
            if *widest <= MIN_WIDTH {
                break;
            }
            *widest -= 1;
        }
        widths
    }
}

/// The width of the terminal that standard output is; `None` when it is none.
pub fn terminal_width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(width, _)| width.0.into())
}

/// File names may hold anything: what would move the cursor is escaped.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { printable.extend(c.escape_default()) } else { printable.push(c) }
    }
    printable
}

/// At most `width` characters: a bit of the start, and most of the end.
fn shortened(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width || width < 4 {
        return text.to_owned();
    }
    let start = (width - 1) / 3;
    let end = width - 1 - start;
    text.chars().take(start).chain(['…']).chain(text.chars().skip(count - end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(width: Option<usize>, expect: &[&str]) {
        let mut table = Table::new(&[("file", Column::Text), ("lines", Column::Number)]);
        table.row(["src/a.rs".to_owned(), "7".to_owned()]);
        table.row(["a/very/long/path/to/a/file.rs".to_owned(), "1234".to_owned()]);
        assert_eq!(table.lines(width), expect);
    }

    #[test]
    fn the_middle_of_a_path_gives_way() {
        check(
            None,
            &[
                "file                           lines",
                "src/a.rs                           7",
                "a/very/long/path/to/a/file.rs   1234",
            ],
        );
        check(
            Some(29),
            &["file                    lines", "src/a.rs                    7", "a/very/…h/to/a/file.rs   1234"],
        );
        check(Some(1), &["file              lines", "src/a.rs              7", "a/ver…/a/file.rs   1234"]);
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\u{1b}[2J\nb"), "a\\u{1b}[2J\\nb");
    }
}
