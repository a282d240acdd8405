//! Cycles, paths and what lies between two parts.

use super::{IMPORT_COLUMNS, Page, Section, View, counted, distinct, link_cells, shown};
use crate::cli::table::{Column, Table};
use crate::query::{Cycles, Explained, OneWay, Paths};

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
