//! Files by the ends of paths: those of other machines and containers, and of packages that are installed.

use super::files::depth;
use super::functions::{Agreement, Choice};
use super::paths::{Sent, Store};
use super::roots::{above, crate_name, is_called, is_copy, is_crate, is_node_package, is_python_library};
use super::{Placer, Said};
use crate::scan::FileId;
use crate::telemetry::Place;

/// Of so many files that are named alike none is looked at closer.
const MAX_ALIKE: usize = 100;

/// Names without suffix that files and folders of any project have: that they are the same says little.
const COMMON: [&str; 58] = [
    "__init__",
    "__main__",
    "api",
    "app",
    "apps",
    "base",
    "bin",
    "build",
    "cli",
    "client",
    "cmd",
    "common",
    "conf",
    "config",
    "conftest",
    "constants",
    "core",
    "data",
    "dist",
    "docs",
    "errors",
    "examples",
    "exceptions",
    "handler",
    "handlers",
    "helpers",
    "index",
    "internal",
    "lib",
    "main",
    "manage",
    "mod",
    "models",
    "module",
    "packages",
    "pkg",
    "routes",
    "run",
    "scripts",
    "server",
    "service",
    "services",
    "settings",
    "setup",
    "src",
    "test",
    "tests",
    "tools",
    "types",
    "urls",
    "util",
    "utils",
    "version",
    "views",
    "web",
    "worker",
    "wsgi",
    "asgi",
];

/// Functions that any file may have.
const COMMON_FUNCTIONS: [&str; 18] = [
    "call",
    "close",
    "constructor",
    "decorator",
    "get",
    "handle",
    "handler",
    "index",
    "init",
    "inner",
    "main",
    "new",
    "run",
    "set",
    "setup",
    "start",
    "stop",
    "wrapper",
];

/// A file whose path ends as the record's does.
struct Candidate {
    file: FileId,
    choice: Choice,
    /// Nothing of its path, or of the record's, is left over.
    is_whole: bool,
}

impl Placer {
    pub(super) fn by_end(&self, sent: &Sent<'_>, said: &Said<'_>) -> Option<Place> {
        let same = if sent.is_absolute { None } else { self.tree.file_id(&sent.parts.join("/")) };
        let same = same.map(|file| (file, self.choose(file, said)));
        if let Some((file, choice)) = same.filter(|(_, choice)| choice.agreement != Agreement::Contradicts) {
            return Some(self.at(file, choice));
        }
        if let Some((store, first)) = sent.store {
            return self.stored(store, &sent.parts[first..], said);
        }
        let found = self.by_longest(sent, said);
        found.or_else(|| same.map(|(file, choice)| self.at(file, choice)))
    }

    /// A file of a package that is installed, if the repository has this package where it is installed from.
    fn stored(&self, store: Store, parts: &[&str], said: &Said<'_>) -> Option<Place> {
        let (tree, roots) = (&self.tree, &self.roots);
        let root_of = |file: FileId, len: usize| above(&tree.file(file).path, len);
        let mut found: Vec<FileId> = match store {
            Store::Other => return None,
            Store::Python => {
                let is_own = |file: &FileId| roots.is_import_root(root_of(*file, parts.len()));
                self.files.ending(tree, parts).iter().copied().filter(is_own).collect()
            }
            Store::PythonLibrary => {
                let is_own = |file: &FileId| is_python_library(tree, root_of(*file, parts.len()));
                self.files.ending(tree, parts).iter().copied().filter(is_own).collect()
            }
            Store::Node => {
                // A scope is a part of the package's name, and of its folder's path if that is to say the same.
                let inner = parts.len().checked_sub(if parts[0].starts_with('@') { 2 } else { 1 })?;
                let is_own = |file: &FileId| is_node_package(tree, root_of(*file, inner));
                let own = self.files.ending(tree, parts).iter().copied().filter(is_own);
                let is_root = inner + 1 == parts.len() && *parts[0] == *self.name && is_node_package(tree, "");
                own.chain(is_root.then(|| tree.file_id(&parts[1..].join("/"))).flatten()).collect()
            }
            Store::Crates => {
                let (package, inner) = parts.split_first()?;
                let is_own = |file: &FileId| {
                    let dir = root_of(*file, inner.len());
                    is_called(dir, crate_name(package)) && is_crate(tree, dir)
                };
                self.files.ending(tree, inner).iter().copied().filter(is_own).collect()
            }
        };
        let file = found.pop().filter(|_| found.is_empty())?;
        let choice = self.choose(file, said);
        // What any package may leave in a store (`tests`, `docs`, `setup.py`) is not the repository's for its name.
        let least = if is_common(parts[0]) { Agreement::NameAndLine } else { Agreement::Contradicts };
        (choice.agreement >= least).then(|| self.at(file, choice))
    }

    fn by_longest(&self, sent: &Sent<'_>, said: &Said<'_>) -> Option<Place> {
        let (shared, files) = self.files.nearest(&self.tree, &sent.parts);
        if shared == 0 || files.len() > MAX_ALIKE || has_copy(&sent.parts[..sent.parts.len() - shared]) {
            return None;
        }
        let own = files.iter().filter(|file| !above(&self.tree.file(**file).path, shared).split('/').any(is_copy));
        let mut all: Vec<Candidate> = own.map(|&file| self.candidate(file, shared, sent, said)).collect();
        let best = all.iter().map(|candidate| candidate.choice.agreement).max()?;
        let is_alone = all.len() == 1;
        all.retain(|candidate| candidate.choice.agreement == best);
        let only = all.pop().filter(|_| all.is_empty())?;
        let matched = &sent.parts[sent.parts.len() - shared..];
        self.is_sure(&only, matched, is_alone, said).then(|| self.at(only.file, only.choice))
    }

    fn candidate(&self, file: FileId, shared: usize, sent: &Sent<'_>, said: &Said<'_>) -> Candidate {
        let is_whole = shared == depth(&self.tree, file) || !sent.is_absolute && shared == sent.parts.len();
        Candidate { file, choice: self.choose(file, said), is_whole }
    }

    /// Whether the parts that match, and what the file has at the line, leave no room for another project's file.
    fn is_sure(&self, found: &Candidate, matched: &[&str], is_alone: bool, said: &Said<'_>) -> bool {
        let telling = matched.iter().filter(|part| !is_common(part)).count();
        let (shared, agreement) = (matched.len(), found.choice.agreement);
        let is_parsed = self.family(found.file).is_some();
        match agreement {
            Agreement::Exactly if shared == 1 && !found.is_whole => is_telling(said),
            Agreement::Exactly | Agreement::NameAndLine => {
                found.is_whole || shared > 2 || shared == 2 && (telling > 0 || agreement == Agreement::Exactly)
            }
            Agreement::Unknown if !is_alone => false,
            Agreement::Name | Agreement::Unknown if found.is_whole => telling > 0 || shared > 1,
            Agreement::Name => shared > 2 && telling > 0,
            // In languages that are read, a record that says its function would be known by it.
            Agreement::Unknown => shared > 2 && telling > 0 || telling > 1 && !is_parsed,
            // Another version of the file, or one whose functions are made as it runs.
            Agreement::Contradicts => is_alone && found.is_whole && shared > 2 && telling > 0,
        }
    }
}

/// Whether no other file is likely to have a function of this name at the same line.
fn is_telling(said: &Said<'_>) -> bool {
    said.name.last().is_some_and(|name| !name.starts_with("__") && !COMMON_FUNCTIONS.contains(&name))
}

/// Whether files and folders of any project may be called so.
pub(super) fn is_common(part: &str) -> bool {
    let stem = part.split_once('.').map_or(part, |(stem, _)| stem);
    stem.is_empty() || COMMON.contains(&stem)
}

fn has_copy(parts: &[&str]) -> bool {
    parts.iter().any(|part| is_copy(part))
}
