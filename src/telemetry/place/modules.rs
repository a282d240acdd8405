//! The files that qualified names begin with: Python's modules, the modules of Rust's crates, classes that have a file of their own.

use rustc_hash::FxHashMap;

use super::ends::is_common;
use super::files::Files;
use super::roots::{Roots, is_package};
use crate::scan::{FileId, SourceTree, file_name, parent_path};

/// Languages in which a class has a file of its name, in folders named like its package.
const CLASS_FILES: [&str; 5] = ["java", "kt", "scala", "groovy", "cs"];

/// What one may read behind every corner is no name of a module.
const MAX_SEGMENTS: usize = 24;

/// Where Cargo finds the root of a crate that is called like its file.
const TARGETS: [&str; 4] = ["src/bin", "examples", "tests", "benches"];

/// Modules by their dotted names, and crates by theirs.
#[derive(Debug, Default)]
pub(super) struct Modules {
    python: FxHashMap<Box<str>, Meant>,
    /// Root files, and the folders that their modules lie in.
    crates: FxHashMap<Box<str>, Vec<(FileId, Box<str>)>>,
}

/// The file that a name means in the best of the ways to read it.
#[derive(Clone, Copy, Debug)]
struct Meant {
    /// `None` if there are several.
    file: Option<FileId>,
    /// Whether its first part lies where imports are searched, by a manifest or by custom.
    is_declared: bool,
    /// Whether it is a word, of a module that is no package: a span may be called so too.
    is_word: bool,
}

impl Modules {
    pub fn new(tree: &SourceTree, roots: &Roots) -> Self {
        let mut modules = Self::default();
        for file in tree.file_ids() {
            let path = &*tree.file(file).path;
            if let Some(module) = path.strip_suffix(".py") {
                modules.add_python(tree, roots, file, module);
            } else if let Some(module) = path.strip_suffix(".rs") {
                modules.add_crate(file, module);
            }
        }
        modules
    }

    /// Files that a name's first parts mean, each with how many parts do so.
    pub fn find(&self, tree: &SourceTree, files: &Files, name: &[&str]) -> Option<(FileId, usize)> {
        let name = &name[..name.len().min(MAX_SEGMENTS)];
        self.python(name).or_else(|| self.rust(tree, name)).or_else(|| class(tree, files, name))
    }

    /// Whether a name is only that of a file at a root of imports.
    pub fn is_word(&self, name: &[&str]) -> bool {
        matches!(name, [word] if self.python.get(*word).is_some_and(|meant| meant.is_word))
    }

    fn add_python(&mut self, tree: &SourceTree, roots: &Roots, file: FileId, module: &str) {
        let package = module.strip_suffix("__init__").map(|package| package.trim_end_matches('/'));
        let module = package.unwrap_or(module);
        let mut dir = parent_path(module);
        // A package is imported from where the outermost one lies.
        while !dir.is_empty() && is_package(tree, dir) {
            dir = parent_path(dir);
        }
        loop {
            let name = module[dir.len()..].trim_start_matches('/');
            let is_declared = roots.is_import_root(dir);
            // Names without a dot tell little.
            let is_telling = name.contains('/') || is_declared && (package.is_some() || !is_common(name));
            if is_telling && !name.contains(['.', '-']) {
                let is_word = package.is_none() && !name.contains('/');
                let fresh = Meant { file: None, is_declared, is_word };
                let meant = self.python.entry(name.replace('/', ".").into()).or_insert(fresh);
                match (meant.is_declared, is_declared) {
                    (false, true) => *meant = Meant { file: Some(file), ..fresh },
                    (true, false) => {}
                    _ => meant.file = meant.file.map_or(Some(file), |_| None),
                }
            }
            if dir.is_empty() {
                return;
            }
            dir = parent_path(dir);
        }
    }

    fn python(&self, name: &[&str]) -> Option<(FileId, usize)> {
        (1..=name.len()).rev().find_map(|len| {
            let meant = self.python.get(&*name[..len].join("."))?;
            Some((meant.file?, len))
        })
    }

    fn add_crate(&mut self, file: FileId, module: &str) {
        let (dir, stem) = (parent_path(module), file_name(module));
        let above = parent_path(dir);
        let (name, modules) = match stem {
            "lib" | "main" if file_name(dir) == "src" => (file_name(above), dir),
            "main" if TARGETS.iter().any(|target| above.ends_with(target)) => (file_name(dir), dir),
            _ if TARGETS.iter().any(|target| dir.ends_with(target)) => (stem, dir),
            _ => return,
        };
        self.crates.entry(name.replace('-', "_").into()).or_default().push((file, modules.into()));
    }

    /// A crate is called like the folder of its package; if that is the root of the repository, as the repository.
    pub fn name_root(&mut self, name: &str) {
        if let Some(root) = self.crates.remove("") {
            self.crates.entry(name.replace('-', "_").into()).or_default().extend(root);
        }
    }

    fn rust(&self, tree: &SourceTree, name: &[&str]) -> Option<(FileId, usize)> {
        let (krate, rest) = name.split_first()?;
        let found = self.crates.get(&*krate.replace('-', "_")).filter(|_| !krate.is_empty())?;
        let found = found.iter().map(|(root, dir)| rust_module(tree, *root, dir, rest));
        let deepest = found.clone().map(|(_, len)| len).max()?;
        let mut best = found.filter(|(_, len)| *len == deepest);
        let (file, len) = best.next()?;
        // A library and a program of one name share the modules below them.
        best.all(|(other, _)| other == file).then_some((file, len + 1))
    }
}

/// The file of the innermost module that has one, and how many names led there.
fn rust_module(tree: &SourceTree, root: FileId, dir: &str, names: &[&str]) -> (FileId, usize) {
    let (mut at, mut dir) = ((root, 0), dir.to_owned());
    for (name, len) in names.iter().zip(1..) {
        dir = format!("{dir}/{name}");
        let file = tree.file_id(&format!("{dir}.rs")).or_else(|| tree.file_id(&format!("{dir}/mod.rs")));
        match file {
            // A function `main` of the program `main.rs` is no module.
            Some(file) if file != root => at = (file, len),
            _ => break,
        }
    }
    at
}

/// The file of a class, all of whose packages are folders.
fn class(tree: &SourceTree, files: &Files, name: &[&str]) -> Option<(FileId, usize)> {
    (1..name.len()).rev().find_map(|at| {
        // Classes within a class are compiled as `Outer$Inner`.
        let outer = name[at].split('$').next().filter(|outer| !outer.is_empty())?;
        let mut found = CLASS_FILES.iter().flat_map(|suffix| {
            let file = format!("{outer}.{suffix}");
            let path: Vec<_> = name[..at].iter().copied().chain([&*file]).collect();
            files.ending(tree, &path).to_vec()
        });
        found.next().filter(|_| found.next().is_none()).map(|file| (file, at + 1))
    })
}
