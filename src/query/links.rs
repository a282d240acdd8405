//! Who imports whom by chosen kinds of imports, in compressed rows both ways.

use super::{Import, Link};
use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::FileId;

/// Which kinds of imports count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Default for Kinds {
    /// Those of the import graph: all but [`ImportKind::Module`].
    fn default() -> Self {
        Self::of(ImportKind::ALL.into_iter().filter(|&kind| kind != ImportKind::Module))
    }
}

impl Kinds {
    /// The kinds given.
    pub fn of(kinds: impl IntoIterator<Item = ImportKind>) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | 1 << kind as u8))
    }

    /// Whether imports of this kind count.
    pub fn has(self, kind: ImportKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    /// Their names, in the order of [`ImportKind::ALL`].
    pub fn names(self) -> Vec<&'static str> {
        ImportKind::ALL.into_iter().filter(|&kind| self.has(kind)).map(ImportKind::name).collect()
    }
}

/// One file imports another: `start..end` are its statements.
struct Pair {
    from: FileId,
    to: FileId,
    start: u32,
    end: u32,
}

/// The import graph of chosen kinds. Neighbours come in path order.
pub struct Links<'a> {
    /// What it is of.
    pub analysis: &'a Analysis,
    edges: Vec<Edge>,
    /// Sorted by source and target.
    pairs: Vec<Pair>,
    starts_out: Vec<u32>,
    /// Indices into `pairs`, sorted by target and source.
    incoming: Vec<u32>,
    starts_in: Vec<u32>,
}

impl<'a> Links<'a> {
    /// The imports of these kinds.
    pub fn new(analysis: &'a Analysis, kinds: Kinds) -> Self {
        let edges: Vec<_> = analysis.resolution.edges.iter().filter(|edge| kinds.has(edge.kind)).cloned().collect();
        let mut pairs = Vec::<Pair>::new();
        for (edge, at) in edges.iter().zip(0..) {
            match pairs.last_mut() {
                Some(last) if (last.from, last.to) == (edge.from, edge.to) => last.end = at + 1,
                _ => pairs.push(Pair { from: edge.from, to: edge.to, start: at, end: at + 1 }),
            }
        }
        let files = analysis.tree.files.len();
        let mut incoming = Vec::from_iter(0..pairs.len() as u32);
        incoming.sort_by_key(|&pair| pairs[pair as usize].to);
        let starts_out = starts(files, pairs.iter().map(|pair| pair.from));
        let starts_in = starts(files, incoming.iter().map(|&pair| pairs[pair as usize].to));
        Self { analysis, edges, pairs, starts_out, incoming, starts_in }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.analysis.tree.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The imports that count.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The files that `file` imports.
    pub fn targets(&self, file: FileId) -> impl Iterator<Item = FileId> + '_ {
        self.pairs[row(&self.starts_out, file)].iter().map(|pair| pair.to)
    }

    /// The files that import `file`.
    pub fn sources(&self, file: FileId) -> impl Iterator<Item = FileId> + '_ {
        self.incoming[row(&self.starts_in, file)].iter().map(|&pair| self.pairs[pair as usize].from)
    }

    /// The statements by which `from` imports `to`, by line.
    pub fn imports(&self, from: FileId, to: FileId) -> Vec<Import> {
        let mut imports: Vec<_> =
            self.statements(from, to).iter().map(|edge| Import { line: edge.line, kind: edge.kind.name() }).collect();
        imports.sort_unstable_by_key(|import| import.line);
        imports
    }

    /// The imports of `to` by `from`.
    pub fn statements(&self, from: FileId, to: FileId) -> &[Edge] {
        let row = &self.pairs[row(&self.starts_out, from)];
        let found = row.binary_search_by_key(&to, |pair| pair.to).ok();
        found.map_or(&[], |at| &self.edges[row[at].start as usize..row[at].end as usize])
    }

    /// The pair with its statements.
    pub fn link(&self, from: FileId, to: FileId) -> Link<'a> {
        Link { from: self.path(from), to: self.path(to), imports: self.imports(from, to) }
    }

    /// The file's path.
    pub fn path(&self, file: FileId) -> &'a str {
        &self.analysis.tree.file(file).path
    }
}

/// Where each file's row starts among `sorted`, and at last where the rows end.
fn starts(files: usize, sorted: impl Iterator<Item = FileId>) -> Vec<u32> {
    let mut starts = vec![0; files + 1];
    for file in sorted {
        starts[file.index() + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    starts
}

fn row(starts: &[u32], file: FileId) -> std::ops::Range<usize> {
    starts[file.index()] as usize..starts[file.index() + 1] as usize
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;

    #[test]
    fn neighbours_both_ways_and_lines() {
        let analysis = analysis("a > b:7 type-only\na > b:3\na > c:1\nb > c:2 module\n");
        let ids: Vec<_> = analysis.tree.file_ids().collect();
        let links = Links::new(&analysis, Kinds::default());
        assert_eq!(links.targets(ids[0]).collect::<Vec<_>>(), [ids[1], ids[2]]);
        assert_eq!(links.sources(ids[2]).collect::<Vec<_>>(), [ids[0]]);
        let lines: Vec<_> = links.imports(ids[0], ids[1]).iter().map(|import| (import.line, import.kind)).collect();
        assert_eq!(lines, [(3, "runtime"), (7, "type-only")]);
        assert_eq!(links.imports(ids[2], ids[0]), []);
        let all = Links::new(&analysis, Kinds::of(ImportKind::ALL));
        assert_eq!(all.sources(ids[2]).collect::<Vec<_>>(), [ids[0], ids[1]]);
    }

    #[test]
    fn kinds_are_named() {
        assert_eq!(Kinds::default().names(), ["runtime", "type-only", "dynamic", "re-export"]);
        assert_eq!(Kinds::of([ImportKind::Module]).names(), ["module"]);
    }
}
