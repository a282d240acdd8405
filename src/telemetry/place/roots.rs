//! Where the packages of a repository begin, as far as the names of its files tell.

use rustc_hash::FxHashSet;

use crate::scan::{SourceTree, file_name, parent_path};

/// Files that stand at the top of a Python project.
const PROJECTS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

/// Folders of a project that packages lie in.
const SOURCES: [&str; 4] = ["src", "lib", "python", "Lib"];

/// Folders of copies of other projects: what lies in them is found only by a path that leads through them.
const COPIES: [&str; 8] =
    ["vendor", "_vendor", "vendored", "vendors", "third_party", "third-party", "node_modules", "site-packages"];

/// Folders in which a project's packages are searched.
#[derive(Debug, Default)]
pub(super) struct Roots {
    python: FxHashSet<Box<str>>,
}

impl Roots {
    pub fn new(tree: &SourceTree) -> Self {
        let is_root = |dir: &str| !is_package(tree, dir) && !dir.split('/').any(is_copy);
        let mut python = FxHashSet::default();
        let projects = tree.files.iter().filter(|file| PROJECTS.contains(&file.name()));
        for dir in projects.map(|file| parent_path(&file.path)).chain([""]).filter(|dir| is_root(dir)) {
            let sources = SOURCES.map(|source| joined(dir, source)).into_iter();
            let sources = sources.filter(|source| tree.dir_id(source).is_some() && !is_package(tree, source));
            python.extend(sources.chain([dir.to_owned()]).map(String::into_boxed_str));
        }
        Self { python }
    }

    /// Whether Python's imports are searched there.
    pub fn is_import_root(&self, dir: &str) -> bool {
        self.python.contains(dir)
    }
}

/// Whether it is a regular package of Python.
pub(super) fn is_package(tree: &SourceTree, dir: &str) -> bool {
    !dir.is_empty() && tree.file_id(&format!("{dir}/__init__.py")).is_some()
}

/// Whether it is a copy of Python's own library.
pub(super) fn is_python_library(tree: &SourceTree, dir: &str) -> bool {
    ["abc.py", "os.py", "types.py", "json/__init__.py"].iter().all(|name| tree.file_id(&joined(dir, name)).is_some())
}

/// Whether a package of Node lies there.
pub(super) fn is_node_package(tree: &SourceTree, dir: &str) -> bool {
    tree.file_id(&joined(dir, "package.json")).is_some() && !parent_path(dir).split('/').any(is_copy)
}

/// Whether a crate lies there.
pub(super) fn is_crate(tree: &SourceTree, dir: &str) -> bool {
    tree.file_id(&joined(dir, "Cargo.toml")).is_some() && !dir.split('/').any(is_copy)
}

/// Whether a folder of this name holds copies of other projects.
pub(super) fn is_copy(part: &str) -> bool {
    COPIES.contains(&part)
}

/// The folder that lies so many parts above the file.
pub(super) fn above(path: &str, parts: usize) -> &str {
    (0..parts).fold(path, |path, _| parent_path(path))
}

/// The name of a crate of which a store holds a version: `tokio-1.38.0`.
pub(super) fn crate_name(part: &str) -> &str {
    let version = part.match_indices('-').find(|(at, _)| part[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    version.map_or(part, |(at, _)| &part[..at])
}

/// Whether a folder is called like a crate.
pub(super) fn is_called(dir: &str, name: &str) -> bool {
    let same = |(a, b): (char, char)| a == b || matches!((a, b), ('-', '_') | ('_', '-'));
    let dir = file_name(dir);
    dir.len() == name.len() && dir.chars().zip(name.chars()).all(same)
}

fn joined(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}
