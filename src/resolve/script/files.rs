//! Paths of modules become files of the tree: suffixes, TypeScript behind JavaScript names, sources behind build output.

use rustc_hash::FxHashMap;

use crate::resolve::script::packages::Condition;
use crate::scan::{FileId, SourceTree, parent_path};

/// Who imports, and how.
#[derive(Clone, Copy)]
pub(super) struct Importer<'p> {
    pub(super) path: &'p str,
    pub(super) dir: &'p str,
    pub(super) condition: Condition,
}

impl Importer<'_> {
    /// Whose packages TypeScript looks up, so that it asks for their types.
    pub(super) fn is_typescript(self) -> bool {
        ["ts", "tsx", "mts", "cts"].iter().any(|suffix| self.path.rsplit('.').next() == Some(suffix))
    }
}

/// Suffixes that an import may leave out, in the order in which TypeScript and bundlers try them.
const SUFFIXES: &[&str] = &[
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", ".d.mts", ".d.cts", ".json", ".vue",
    ".svelte", ".astro", ".node", ".css", ".scss", ".less",
];

/// The same where the importer is JavaScript, which is itself what runs.
const SUFFIXES_FROM_JAVASCRIPT: &[&str] = &[
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".json", ".d.ts", ".d.mts", ".d.cts", ".vue",
    ".svelte", ".astro", ".node", ".css", ".scss", ".less",
];

/// What a JavaScript name means where TypeScript sources keep the names of their output.
const TWINS: &[(&str, &[&str])] = &[
    (".js", &[".ts", ".tsx", ".jsx", ".d.ts", ".mts"]),
    (".jsx", &[".tsx", ".ts", ".d.ts"]),
    (".mjs", &[".mts", ".d.mts", ".ts"]),
    (".cjs", &[".cts", ".d.cts", ".ts"]),
];

/// Suffixes of built files, the longest first.
const BUILT: &[&str] = &[".d.mts", ".d.cts", ".d.ts", ".mjs", ".cjs", ".jsx", ".js", ".mts", ".cts", ".tsx", ".ts"];

/// Folders that builds write.
const OUTPUT_DIRS: &[&str] = &[
    "build",
    "built",
    "cjs",
    "commonjs",
    "dist",
    "dist-cjs",
    "dist-es",
    "dist-esm",
    "dist-src",
    "dist-types",
    "dts",
    "es",
    "es2015",
    "es5",
    "es6",
    "esm",
    "esnext",
    "legacy",
    "lib",
    "lib-commonjs",
    "modern",
    "module",
    "out",
    "output",
    "release",
    "temp",
    "types",
    "typings",
    "umd",
];

/// Folders in which packages keep what they build from.
const SOURCE_DIRS: &[&str] = &["src", "", "source", "lib", "js"];

/// Parts that bundlers add to a built file's stem.
const STEM_MARKS: &[&str] =
    &[".cjs", ".esm", ".es", ".umd", ".mjs", ".min", ".prod", ".production", ".development", ".global"];

pub(super) struct Files<'a> {
    pub(super) tree: &'a SourceTree,
    /// Where `tsc` writes, and from which folders.
    outputs: FxHashMap<String, Vec<String>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(tree: &'a SourceTree) -> Self {
        Self { tree, outputs: FxHashMap::default() }
    }

    pub(super) fn set_outputs(&mut self, outputs: FxHashMap<String, Vec<String>>) {
        self.outputs = outputs;
    }

    /// `path` as a file: as it stands, its TypeScript twin, or with a suffix.
    pub(super) fn load_file(&self, path: &str, importer: Importer<'_>) -> Option<FileId> {
        let exact = || self.tree.file_id(path);
        exact().or_else(|| self.twin(path)).or_else(|| self.with_suffix(path, importer))
    }

    fn twin(&self, path: &str) -> Option<FileId> {
        let (suffix, twins) = TWINS.iter().find(|(suffix, _)| path.ends_with(suffix))?;
        self.first(&path[..path.len() - suffix.len()], twins)
    }

    fn with_suffix(&self, path: &str, importer: Importer<'_>) -> Option<FileId> {
        self.first(path, if importer.is_typescript() { SUFFIXES } else { SUFFIXES_FROM_JAVASCRIPT })
    }

    fn first(&self, stem: &str, suffixes: &[&str]) -> Option<FileId> {
        let mut path = String::with_capacity(stem.len() + 8);
        path.push_str(stem);
        suffixes.iter().find_map(|suffix| {
            path.truncate(stem.len());
            path.push_str(suffix);
            self.tree.file_id(&path)
        })
    }

    /// The index file of a directory.
    pub(super) fn load_index(&self, dir: &str, importer: Importer<'_>) -> Option<FileId> {
        self.tree.dir_id(dir)?;
        self.with_suffix(&in_dir(dir, "index"), importer)
    }

    /// A file, or the index of a directory.
    pub(super) fn load(&self, path: &str, importer: Importer<'_>) -> Option<FileId> {
        self.load_file(path, importer).or_else(|| self.load_index(path, importer))
    }

    /// The source from which a file of the package in `package_dir` is built, by `tsconfig` where it tells, otherwise by the
    /// names that folders of output have.
    pub(super) fn source_of(&self, path: &str, package_dir: &str, importer: Importer<'_>) -> Option<FileId> {
        for out_dir in ancestors(parent_path(path)) {
            for root_dir in self.outputs.get(out_dir).into_iter().flatten() {
                let inside = strip_dir(path, out_dir)?;
                if let Some(id) = self.load_built(&in_dir(root_dir, inside), importer) {
                    return Some(id);
                }
            }
        }
        let mut inside = strip_dir(path, package_dir)?;
        while let Some((first, rest)) = inside.split_once('/') {
            if OUTPUT_DIRS.binary_search(&first).is_err() {
                return None;
            }
            inside = rest;
            let mut sources = SOURCE_DIRS.iter().map(|source| in_dir(&in_dir(package_dir, source), rest));
            if let Some(id) = sources.find_map(|candidate| self.load_built(&candidate, importer)) {
                return Some(id);
            }
        }
        None
    }

    /// A source beside which the built file `path` would lie.
    fn load_built(&self, path: &str, importer: Importer<'_>) -> Option<FileId> {
        let stem = BUILT.iter().find_map(|suffix| path.strip_suffix(suffix)).unwrap_or(path);
        let exact = || self.tree.file_id(path).filter(|_| stem == path);
        let found = exact().or_else(|| self.with_suffix(stem, importer)).or_else(|| self.load_index(stem, importer));
        found.or_else(|| {
            let unmarked = STEM_MARKS.iter().find_map(|mark| stem.strip_suffix(mark))?;
            self.with_suffix(unmarked, importer)
        })
    }
}

/// `inside` below `dir`, either of which may be empty.
pub(super) fn in_dir(dir: &str, inside: &str) -> String {
    match (dir, inside) {
        ("", _) => inside.to_owned(),
        (_, "") => dir.to_owned(),
        _ => format!("{dir}/{inside}"),
    }
}

/// `path` relative to `dir`, if it lies below.
pub(super) fn strip_dir<'p>(path: &'p str, dir: &str) -> Option<&'p str> {
    if dir.is_empty() { Some(path) } else { path.strip_prefix(dir)?.strip_prefix('/') }
}

/// Directories from `dir` up to the root.
pub(super) fn ancestors(dir: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dir), |dir| (!dir.is_empty()).then(|| parent_path(dir)))
}

/// `path` within its package, if it lies in a folder that builds write.
pub(super) fn output_part<'p>(path: &'p str, package_dir: &str) -> Option<&'p str> {
    let inside = strip_dir(path, package_dir)?;
    let first = inside.split('/').next()?;
    OUTPUT_DIRS.binary_search(&first).is_ok().then_some(inside)
}
