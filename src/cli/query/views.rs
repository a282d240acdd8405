//! Answers become tables.

use crate::cli::table::{Column, Table};
use crate::query::{
    Cycles, Direction, Explained, Impact, ImpactRow, Import, Level, Link, OneWay, Paths, Reach, Top, Tree,
    UnresolvedImports, Value,
};

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

impl View for Cycles<'_> {
    fn is_empty(&self) -> bool {
        self.cycles.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        self.cycles.iter().flat_map(|cycle| cycle.files.iter().copied()).collect()
    }

    fn page(&self, limit: usize) -> Page {
        let numbers = [("cycle", Column::Number), ("files", Column::Number)];
        let mut table = Table::new(&[&numbers[..], &IMPORT_COLUMNS].concat());
        for cycle in self.cycles.iter().take(limit) {
            let mut start = [cycle.number.to_string(), cycle.files.len().to_string()];
            for link in &cycle.shortest {
                table.row(std::mem::take(&mut start).into_iter().chain(link_cells(link)));
            }
        }
        let shown = shown(self.cycles.len(), limit);
        let note = match self.cycles.len() {
            0 => "no import cycles".to_owned(),
            count => format!(
                "{}, {} in them{shown}; each with a shortest way round",
                counted(count, "import cycle"),
                counted(self.files, "file")
            ),
        };
        Page::one(table, note)
    }
}

impl View for Paths<'_> {
    fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn paths(&self) -> Vec<&str> {
        let files = self.paths.iter().flatten().flat_map(|link| [link.from, link.to]);
        distinct(files.collect())
    }

    fn page(&self, _limit: usize) -> Page {
        let mut table = Table::new(&[&[("path", Column::Number)][..], &IMPORT_COLUMNS].concat());
        for (path, number) in self.paths.iter().zip(1..) {
            let mut start = format!("{number}");
            for link in path {
                table.row([std::mem::take(&mut start)].into_iter().chain(link_cells(link)));
            }
        }
        let Self { from, to, .. } = self;
        let note = match (self.length, self.length_back) {
            (Some(length), _) => {
                let ways = counted(self.count as usize, "shortest path");
                let shown = shown(self.count as usize, self.paths.len());
                format!("{ways} from {from} to {to}, {} long{shown}", counted(length as usize, "import"))
            }
            (None, None) => format!("no path from {from} to {to}, nor back"),
            (None, Some(back)) => {
                let back = counted(back as usize, "import");
                format!("no path from {from} to {to}; but {to} depends on {from}, over {back}")
            }
        };
        Page::one(table, note)
    }
}

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
        let unit = match (self.unit, self.aggregate) {
            (_, Some("count")) => String::new(),
            (unit, Some("sum")) => format!(" (sum of the files, in {unit})"),
            (unit, Some("max")) => format!(" (largest of the files, in {unit})"),
            (unit, _) => format!(" (in {unit})"),
        };
        Page::one(table, format!("{}{unit}: {} of {}", self.metric, self.rows.len(), self.count))
    }
}

impl View for Explained<'_> {
    fn is_empty(&self) -> bool {
        self.there.links.is_empty() && self.back.links.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        let links = self.there.links.iter().chain(&self.back.links);
        distinct(links.flat_map(|link| [link.from, link.to]).collect())
    }

    fn page(&self, limit: usize) -> Page {
        let section = |way: &OneWay<'_>| {
            let mut table = Table::new(&IMPORT_COLUMNS);
            way.links.iter().take(limit).for_each(|link| table.row(link_cells(link)));
            let ends = format!("by {}, of {}", counted(way.from_files, "file"), counted(way.to_files, "file"));
            let title = match way.imports {
                0 => format!("{} → {}: no imports", way.from, way.to),
                imports => format!("{} → {}: {}, {ends}", way.from, way.to, counted(imports, "import")),
            };
            Section { title: Some(title), table }
        };
        let (there, back) = (&self.there, &self.back);
        let shown = shown(there.links.len().max(back.links.len()), limit);
        let note = format!("{} there, {} back{shown}", counted(there.imports, "import"), back.imports);
        Page { sections: vec![section(there), section(back)], note }
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

fn link_cells(link: &Link<'_>) -> [String; 4] {
    [link.from.to_owned(), lines(&link.imports), link.to.to_owned(), kinds(&link.imports)]
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

fn number(value: Value) -> String {
    match value {
        Value::U64(value) => value.to_string(),
        Value::F64(value) => format!("{value:.6}"),
    }
}

fn distinct(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What is left out, where something is.
fn shown(count: usize, limit: usize) -> String {
    if count > limit { format!(" (the first {limit} shown; --limit 0 shows all)") } else { String::new() }
}
