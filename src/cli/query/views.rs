//! Answers become tables.

use crate::cli::table::{Column, Table};
use crate::query::{
    Cycles, Direction, EntryPoints, Explained, Impact, ImpactRow, Import, Level, Link, Observed, OneWay, Paths, Reach,
    Summary, Top, Tree, UnresolvedImports, Unused, Value,
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
        let mut page = Page::one(table, String::new());
        page.sections.extend(breaking(self, limit));
        let shown = shown(self.cycles.len(), limit);
        page.note = match self.cycles.len() {
            0 => "no import cycles".to_owned(),
            count => format!(
                "{}, {} in them{shown}; each with a shortest way round",
                counted(count, "import cycle"),
                counted(self.files, "file")
            ),
        };
        page
    }
}

/// The imports that break the cycles, if they were asked for.
fn breaking(cycles: &Cycles<'_>, limit: usize) -> Option<Section> {
    let rows = || cycles.cycles.iter().filter_map(|cycle| Some((cycle.number, cycle.breaking.as_ref()?)));
    rows().next()?;
    let mut table = Table::new(&[&[("cycle", Column::Number)][..], &IMPORT_COLUMNS].concat());
    let links = rows().flat_map(|(number, breaking)| breaking.links.iter().map(move |link| (number, link)));
    for (number, link) in links.take(limit) {
        table.row([number.to_string()].into_iter().chain(link_cells(link)));
    }
    let imports: u64 = rows().map(|(_, breaking)| breaking.imports).sum();
    let proven = if rows().all(|(_, breaking)| breaking.exact) { "; fewer do not suffice" } else { "" };
    let links = rows().map(|(_, breaking)| breaking.links.len()).sum();
    let shown = shown(links, limit);
    let title = format!("Without {} there are no cycles{proven}{shown}", counted(imports as usize, "import"));
    Some(Section { title: Some(title), table })
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

impl View for Observed<'_> {
    fn is_empty(&self) -> bool {
        self.unexercised.is_empty() && self.unexplained.is_empty()
    }

    fn paths(&self) -> Vec<&str> {
        let unexercised = self.unexercised.iter().flat_map(|row| [row.from, row.to]);
        distinct(unexercised.chain(self.unexplained.iter().flat_map(|row| [row.from, row.to])).collect())
    }

    fn page(&self, limit: usize) -> Page {
        let columns = [("calls in file", Column::Number), ("imported", Column::Text)];
        let unexercised = self.unexercised.iter().take(limit).map(|row| {
            let imported = if row.is_target_seen { "called by others" } else { "not seen" };
            let [from, lines, to, kinds] = cells(row.from, row.to, &row.imports);
            [from, lines, to, kinds, row.calls.to_string(), imported.to_owned()]
        });
        let first = section("Imports that no call went along", &[&IMPORT_COLUMNS[..], &columns].concat(), unexercised);
        let [file, called] = ["file", "calls"].map(|name| (name, Column::Text));
        let functions = [("function", Column::Text), called, ("function", Column::Text)];
        let numbers = [("times", Column::Number), ("errors", Column::Number), ("relation", Column::Text)];
        let unexplained = self.unexplained.iter().take(limit).map(|row| {
            let names = [row.from, row.caller, row.to, row.callee].map(str::to_owned);
            let [from, caller, to, callee] = names;
            [from, caller, to, callee, row.calls.to_string(), row.errors.to_string(), row.relation.to_owned()]
        });
        let columns = [&[file][..], &functions, &numbers].concat();
        let second = section("Calls that no import explains", &columns, unexplained);
        let mut sections = vec![first, second];
        sections.retain(|section| !section.table.is_empty());
        let shown = shown(self.unexercised.len().max(self.unexplained.len()), limit);
        let note = format!(
            "{} seen; {} of {} of them without a call, {} of {} between files without an import{shown}",
            counted(self.files, "file"),
            self.unexercised.len(),
            counted(self.imports, "import"),
            self.unexplained.len(),
            counted(self.calls, "call"),
        );
        Page { sections, note }
    }
}

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

pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What is left out, where something is.
pub fn shown(count: usize, limit: usize) -> String {
    if count > limit { format!(" (the first {limit} shown; --limit 0 shows all)") } else { String::new() }
}
