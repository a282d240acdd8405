//! All files' facts become edges between files, external packages, and imports kept with the reason why they lead nowhere.
//! Reads only the tree and the facts, never the disk; knows neither Rerun nor layout.

pub mod entry;
mod python;
mod rust;
mod script;
#[cfg(test)]
pub(crate) mod testing;

use rayon::prelude::*;

use self::entry::Entry;
use crate::lang::{Facts, Family, ImportKind, caught, family};
use crate::scan::{FileId, Skip, SourceTree};

/// An import of one file of the repository by another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The importing file.
    pub from: FileId,
    /// The imported file; never `from` itself.
    pub to: FileId,
    /// Line of the import in `from`, 1-based.
    pub line: u32,
    /// How it binds.
    pub kind: ImportKind,
}

/// An import of something outside the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct External {
    /// The importing file.
    pub from: FileId,
    /// The package as its ecosystem names it: `numpy`, `serde`, `@scope/name`, `std`, `node:fs`.
    pub package: Box<str>,
    /// Line of the import, 1-based.
    pub line: u32,
    /// How it binds.
    pub kind: ImportKind,
}

/// An import that should lead into the repository but does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// The importing file.
    pub from: FileId,
    /// The import as written.
    pub import: Box<str>,
    /// Line of the import, 1-based.
    pub line: u32,
    /// Why it leads nowhere, as a lower-case sentence without a full stop.
    pub reason: Box<str>,
}

/// What imports lead to. Sorted and without duplicates once it leaves [`resolve`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Imports within the repository.
    pub edges: Vec<Edge>,
    /// Imports of packages outside it.
    pub externals: Vec<External>,
    /// Imports that lead nowhere.
    pub unresolved: Vec<Unresolved>,
    /// Files that something outside the repository's imports starts or uses.
    pub entries: Vec<(FileId, Entry)>,
}

/// What a resolver works on.
pub struct Sources<'a> {
    /// Every file of the repository, those of other languages and generated ones too.
    pub tree: &'a SourceTree,
    /// Facts by [`FileId`].
    pub facts: &'a [Facts],
    /// What is there and no file of the repository, such as pictures; sorted by path.
    pub skipped: &'a [Skip],
}

impl<'a> Sources<'a> {
    /// Facts of one file.
    pub fn facts(&self, id: FileId) -> &'a Facts {
        &self.facts[id.index()]
    }

    /// Why what is at the path was left out.
    pub fn why_skipped(&self, path: &str) -> Option<&'a str> {
        let at = self.skipped.binary_search_by(|skip| (*skip.path).cmp(path)).ok()?;
        Some(&self.skipped[at].reason)
    }

    /// The files of one family, in path order.
    pub fn files_of(&self, wanted: Family) -> impl Iterator<Item = FileId> {
        self.tree.file_ids().filter(move |&id| family(self.tree.file(id).language) == Some(wanted))
    }

    /// Files that are manifests (see [`crate::lang::is_manifest`]) with their text, in path order.
    pub fn manifests(&self) -> impl Iterator<Item = (FileId, &'a str)> {
        self.tree.file_ids().filter_map(|id| Some((id, self.facts(id).manifest.as_deref()?)))
    }
}

type Resolver = fn(&Sources<'_>) -> Resolution;

const RESOLVERS: &[(Family, Resolver)] =
    &[(Family::Python, python::resolve), (Family::Rust, rust::resolve), (Family::Script, script::resolve)];

/// Resolves every import of every file.
pub fn resolve(sources: &Sources<'_>) -> Resolution {
    let parts = RESOLVERS.par_iter().map(|&(family, resolver)| {
        caught(|| resolver(sources)).unwrap_or_else(|panic| failed(sources.files_of(family), &panic))
    });
    let mut all = joined(parts.collect());
    all.unresolved.extend(computed(sources));
    all.edges.retain(|edge| edge.from != edge.to);
    all.edges.par_sort_unstable();
    all.edges.dedup();
    all.externals.par_sort_unstable();
    all.externals.dedup();
    all.unresolved.sort_unstable();
    all.unresolved.dedup();
    entry::complete(sources, &mut all);
    all
}

/// Imports that name their module only when the program runs.
fn computed<'s>(sources: &'s Sources<'_>) -> impl Iterator<Item = Unresolved> + 's {
    sources.tree.file_ids().flat_map(|from| {
        sources.facts(from).computed_imports.iter().map(move |call| Unresolved {
            from,
            import: call.text.clone(),
            line: call.line,
            reason: "computed when the program runs".into(),
        })
    })
}

/// What `resolve` makes of each file, on all cores. A file at which it panics costs only its own imports.
fn each_file(files: &[FileId], resolve: impl Fn(FileId) -> Resolution + Sync) -> Resolution {
    each_file_with(files, || (), |(), file| resolve(file))
}

/// The same with a state that files next to each other share.
fn each_file_with<S>(
    files: &[FileId],
    new_state: impl Fn() -> S + Sync,
    resolve: impl Fn(&mut S, FileId) -> Resolution + Sync,
) -> Resolution {
    let parts = files.par_chunks(64).map(|files| {
        let mut state = new_state();
        let mut one = |&file| caught(|| resolve(&mut state, file)).unwrap_or_else(|panic| failed([file], &panic));
        joined(files.iter().map(&mut one).collect())
    });
    joined(parts.collect())
}

fn joined(parts: Vec<Resolution>) -> Resolution {
    let mut all = Resolution::default();
    all.edges.reserve_exact(parts.iter().map(|part| part.edges.len()).sum());
    all.externals.reserve_exact(parts.iter().map(|part| part.externals.len()).sum());
    for part in parts {
        all.edges.extend(part.edges);
        all.externals.extend(part.externals);
        all.unresolved.extend(part.unresolved);
        all.entries.extend(part.entries);
    }
    all
}

/// Files whose imports are not known, because a resolver panicked.
fn failed(files: impl IntoIterator<Item = FileId>, panic: &str) -> Resolution {
    let unknown = |from| {
        let reason = format!("the resolver failed ({panic}): the imports of this file are not known");
        Unresolved { from, import: "*".into(), line: 0, reason: reason.into() }
    };
    Resolution { unresolved: files.into_iter().map(unknown).collect(), ..Resolution::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolver_that_panics_costs_one_file() {
        let edge = |from| Edge { from, to: FileId(9), line: 1, kind: ImportKind::Runtime };
        let found = each_file(&[FileId(0), FileId(1), FileId(2)], |from| {
            assert_ne!(from.0, 1, "bad luck");
            Resolution { edges: vec![edge(from)], ..Resolution::default() }
        });
        assert_eq!(found.edges, [edge(FileId(0)), edge(FileId(2))]);
        let [lost] = &found.unresolved[..] else { panic!("{:?}", found.unresolved) };
        assert_eq!((lost.from, &*lost.import), (FileId(1), "*"));
        assert!(lost.reason.contains("bad luck"), "{}", lost.reason);
    }
}
