//! The imports of one file by another as one pair, as the import graph has them: what is only contained is left out.

use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::scan::FileId;

/// All imports of `to` by `from`.
pub struct Pair {
    /// The importing file.
    pub from: FileId,
    /// The imported file.
    pub to: FileId,
    /// How many imports (lines and kinds) there are.
    pub imports: u32,
    /// Line of the first, 1-based.
    pub line: u32,
    /// Names of their kinds, each once, with spaces between.
    pub kinds: String,
    /// Whether both files are in the same cycle.
    pub in_cycle: bool,
}

/// Every pair, by importing and imported file.
pub fn pairs(analysis: &Analysis) -> impl Iterator<Item = Pair> {
    let same_pair = analysis.resolution.edges.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to));
    same_pair.filter_map(|edges| {
        let mut imports = edges.iter().filter(|edge| edge.kind != ImportKind::Module);
        let first = imports.clone().next()?;
        let kinds = ImportKind::ALL.into_iter().filter(|kind| imports.clone().any(|edge| edge.kind == *kind));
        let kinds = kinds.map(ImportKind::name).collect::<Vec<_>>().join(" ");
        let in_cycle = analysis.graph.same_cycle(first.from, first.to);
        let (from, to, line) = (first.from, first.to, first.line);
        Some(Pair { from, to, imports: imports.by_ref().count() as u32, line, kinds, in_cycle })
    })
}
