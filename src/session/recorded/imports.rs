//! The imports that one arc of the picture stands for.

use super::RecordedCity;
use crate::city::{ArcKind, Cycles, Site, arcs_along};
use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::FileId;
use crate::session::{Building, ImportDetails, ImportEnd, ImportLine, Kind, List, View};

/// Rows of the list.
const ROWS: usize = 50;

impl RecordedCity {
    /// An arc of the city itself, by its place among those of a kind.
    pub(super) fn city_import(&self, view: &View, kind: ArcKind, index: usize) -> Option<ImportDetails> {
        let analysis = &self.loaded.analysis;
        let (shape, city) = self.dress(view).ok()?;
        let arc = city.arcs_of_kind(kind).get(index)?;
        let shown = analysis.resolution.edges.iter().filter(|edge| shape.shows(edge.from) && shape.shows(edge.to));
        let imports = city.imports_of(arc, shown, &analysis.tree, Cycles(&analysis.graph.cycle_of));
        Some(self.import_details(arc.from, arc.to, imports))
    }

    /// An arc of those around a selected building, or of a cycle's.
    pub(super) fn selected_import(
        &self,
        view: &View,
        around: Option<&Building>,
        cycle: Option<u64>,
        index: usize,
    ) -> Option<ImportDetails> {
        let shape = self.shape(view);
        let arcs = arcs_along(|file| shape.roof(file), &self.drawn_steps(view, &shape, around, cycle));
        let arc = arcs.get(index)?;
        let (Site::File(from), Site::File(to)) = (arc.from, arc.to) else { return None };
        let imports = self.imports_of(from).iter().filter(|edge| edge.to == to && edge.kind != ImportKind::Module);
        Some(self.import_details(arc.from, arc.to, imports))
    }

    /// An arc of calls between two files, and the imports that explain them.
    pub(super) fn seen_call(&self, from: FileId, to: FileId, calls: u64) -> ImportDetails {
        let imports = self.imports_of(from).iter().filter(|edge| edge.to == to && edge.kind != ImportKind::Module);
        ImportDetails { calls: Some(calls), ..self.import_details(Site::File(from), Site::File(to), imports) }
    }

    fn import_details<'a>(&self, from: Site, to: Site, imports: impl Iterator<Item = &'a Edge>) -> ImportDetails {
        let tree = &self.loaded.analysis.tree;
        let end = |site: Site| match site {
            Site::File(file) => ImportEnd { path: tree.file(file).path.to_string(), kind: Kind::File },
            Site::Dir(dir) => ImportEnd { path: tree.dir(dir).path.to_string(), kind: Kind::Directory },
        };
        let line = |edge: &Edge| ImportLine {
            from: tree.file(edge.from).path.to_string(),
            to: tree.file(edge.to).path.to_string(),
            line: edge.line,
            kind: edge.kind.name().to_owned(),
        };
        let imports: Vec<_> = imports.map(line).collect();
        ImportDetails { from: end(from), to: end(to), imports: List::first(imports, ROWS), calls: None }
    }
}
