//! The tree as Python sees it: packages, modules and namespace packages by name.

use rustc_hash::FxHashMap;

use crate::lang::{Family, PythonImportForm};
use crate::resolve::Sources;
use crate::scan::{DirId, Directory, FileId, SourceTree, file_name};

/// Every directory with Python files below it, and every module, by parent and name.
pub(super) struct Modules<'a> {
    pub(super) tree: &'a SourceTree,
    children: FxHashMap<(DirId, &'a str), Entry>,
    /// `__init__` files whose package merges with others of its name.
    extended: Vec<FileId>,
}

/// What one name in a directory may stand for.
#[derive(Clone, Copy, Default)]
struct Entry {
    dir: Option<DirId>,
    files: ModuleFiles,
}

/// A module's source, and its stub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ModuleFiles {
    pub(super) source: Option<FileId>,
    pub(super) stub: Option<FileId>,
}

impl ModuleFiles {
    fn is_empty(self) -> bool {
        self == Self::default()
    }

    pub(super) fn contains(self, file: FileId) -> bool {
        self.source == Some(file) || self.stub == Some(file)
    }
}

/// What a dotted name stands for.
#[derive(Clone, Copy)]
enum Module {
    Package(DirId, ModuleFiles),
    File(ModuleFiles),
    Namespace(DirId),
}

/// Where an import leads from one directory.
pub(super) enum Lookup<'n> {
    /// To a module's files.
    Found(ModuleFiles),
    /// To a package whose other portions, below other roots, may hold the member itself.
    Portion(ModuleFiles),
    /// To a package without an `__init__` file.
    Namespace,
    /// To nothing.
    Missing(Missing<'n>),
}

/// Where the search for a dotted name ended.
pub(super) struct Missing<'n> {
    parent: Module,
    name: &'n str,
    /// True if a module or a regular package was found on the way, one that is complete in its directory.
    pub(super) is_within_package: bool,
}

/// Suffixes of what becomes a module only when the project is built.
const COMPILED: &[&str] =
    &[".pyx", ".pyx.in", ".pyx.tp", ".pxd", ".c", ".cc", ".cpp", "module.c", "module.cpp", ".pyd", ".so"];

impl<'a> Modules<'a> {
    pub(super) fn new(sources: &Sources<'a>) -> Self {
        let tree = sources.tree;
        let mut modules = Self { tree, children: FxHashMap::default(), extended: Vec::new() };
        let mut has_python = vec![false; tree.dirs.len()];
        has_python[DirId::ROOT.index()] = true;
        for id in sources.files_of(Family::Python) {
            let file = tree.file(id);
            let name = file.name();
            let (stem, is_stub) = match (name.strip_suffix(".py"), name.strip_suffix(".pyi")) {
                (Some(stem), _) => (stem, false),
                (_, Some(stem)) => (stem, true),
                _ => continue,
            };
            let files = &mut modules.children.entry((file.dir, stem)).or_default().files;
            *(if is_stub { &mut files.stub } else { &mut files.source }) = Some(id);
            if stem == "__init__" && sources.python(id).is_some_and(|facts| facts.extends_path) {
                modules.extended.push(id);
            }
            let mut dir = file.dir;
            while !std::mem::replace(&mut has_python[dir.index()], true) {
                let Directory { parent, path, .. } = tree.dir(dir);
                modules.children.entry((*parent, file_name(path))).or_default().dir = Some(dir);
                dir = *parent;
            }
        }
        modules
    }

    /// True for a directory with an `__init__` file.
    pub(super) fn is_package(&self, dir: DirId) -> bool {
        self.children.contains_key(&(dir, "__init__"))
    }

    /// The names directly in the directories that `wanted` takes.
    pub(super) fn names_in(&self, wanted: impl Fn(DirId) -> bool) -> impl Iterator<Item = (DirId, &'a str)> {
        self.children.keys().copied().filter(move |&(dir, _)| wanted(dir))
    }

    /// True for a copy of the standard library: CPython's `Lib`, typeshed's `stdlib`.
    pub(super) fn is_standard_library(&self, dir: DirId) -> bool {
        ["abc", "os", "types", "json"].iter().all(|name| self.is_regular(dir, name))
    }

    /// True if `name` in `dir` is a module or a regular package, not only a directory.
    pub(super) fn is_regular(&self, dir: DirId, name: &str) -> bool {
        matches!(self.child(dir, name), Some(Module::Package(..) | Module::File(_)))
    }

    /// True if the directory `name` in `dir` is `inner` or holds it.
    pub(super) fn contains(&self, dir: DirId, name: &str, mut inner: DirId) -> bool {
        let Some(outer) = self.children.get(&(dir, name)).and_then(|entry| entry.dir) else { return false };
        // Parents have smaller ids than their children.
        while inner > outer {
            inner = self.tree.dir(inner).parent;
        }
        inner == outer
    }

    /// Follows `module`, and a member of it, from `dir`.
    pub(super) fn look_up<'n>(&self, dir: DirId, module: &'n str, form: PythonImportForm<'n>) -> Lookup<'n> {
        let mut at = self.dir_module(dir);
        let mut is_within_package = false;
        for name in module.split('.').filter(|name| !name.is_empty()) {
            match self.member(at, name) {
                Some(next) => at = next,
                None => return Lookup::Missing(Missing { parent: at, name, is_within_package }),
            }
            is_within_package |= match at {
                // What an extended package lacks may come from elsewhere.
                Module::Package(_, files) => !self.is_extended(files),
                Module::File(_) => true,
                Module::Namespace(_) => false,
            };
        }
        let (files, dir) = match at {
            Module::File(files) => return Lookup::Found(files),
            Module::Package(dir, files) => (files, dir),
            Module::Namespace(dir) => (ModuleFiles::default(), dir),
        };
        let PythonImportForm::Member(name) = form else {
            return if files.is_empty() { Lookup::Namespace } else { Lookup::Found(files) };
        };
        match self.child(dir, name) {
            Some(Module::Package(_, files) | Module::File(files)) => Lookup::Found(files),
            Some(Module::Namespace(_)) if files.is_empty() => Lookup::Namespace,
            None if files.is_empty() => Lookup::Missing(Missing { parent: at, name, is_within_package }),
            None if self.is_extended(files) => Lookup::Portion(files),
            _ => Lookup::Found(files),
        }
    }

    /// Why a lookup ended, as a reason for the reader.
    pub(super) fn reason(&self, missing: &Missing<'_>) -> String {
        let Missing { parent, name, .. } = missing;
        let (dir, place) = match parent {
            Module::File(files) => {
                let path = files.source.or(files.stub).map_or("", |id| &*self.tree.file(id).path);
                return format!("`{path}` is a module without a submodule `{name}`");
            }
            Module::Package(dir, _) => (*dir, "package"),
            Module::Namespace(dir) => (*dir, "directory"),
        };
        let path = &*self.tree.dir(dir).path;
        let stem = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
        match COMPILED.iter().map(|suffix| format!("{stem}{suffix}")).find(|file| self.tree.file_id(file).is_some()) {
            Some(file) => format!("compiled from `{file}`, which is not Python"),
            None if path.is_empty() => format!("no module `{name}` at the top of the repository"),
            None => format!("no module `{name}` in {place} `{path}`"),
        }
    }

    fn is_extended(&self, init: ModuleFiles) -> bool {
        init.source.is_some_and(|init| self.extended.binary_search(&init).is_ok())
    }

    fn dir_module(&self, dir: DirId) -> Module {
        match self.children.get(&(dir, "__init__")) {
            Some(init) => Module::Package(dir, init.files),
            None => Module::Namespace(dir),
        }
    }

    fn member(&self, of: Module, name: &str) -> Option<Module> {
        match of {
            Module::Package(dir, _) | Module::Namespace(dir) => self.child(dir, name),
            Module::File(_) => None,
        }
    }

    /// A package before a module before a namespace, as Python's `FileFinder` has it.
    fn child(&self, dir: DirId, name: &str) -> Option<Module> {
        let entry = self.children.get(&(dir, name))?;
        let package = entry.dir.map(|dir| self.dir_module(dir));
        match package {
            Some(Module::Namespace(_)) if !entry.files.is_empty() => Some(Module::File(entry.files)),
            Some(package) => Some(package),
            None => Some(Module::File(entry.files)),
        }
    }
}
