//! What ran beside what is imported.

use super::{IMPORT_COLUMNS, Page, View, cells, counted, distinct, section, shown};
use crate::cli::table::Column;
use crate::query::Observed;

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
