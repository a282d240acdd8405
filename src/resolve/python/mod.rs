//! Imports between Python files, searched as the interpreter would after every project of the repository is installed.

mod entries;
mod manifest;
mod modules;
mod roots;
mod stdlib;
#[cfg(test)]
mod tests;

use self::modules::{Lookup, ModuleFiles, Modules};
use self::roots::{Root, Roots};
use crate::lang::{Family, ImportKind, PythonImport, PythonImportForm, caught};
use crate::resolve::{Edge, External, Resolution, Sources, Unresolved, each_file};
use crate::scan::{DirId, FileId};

pub(super) fn resolve(sources: &Sources<'_>) -> Resolution {
    let files: Vec<FileId> = sources.files_of(Family::Python).collect();
    if files.is_empty() {
        return Resolution::default();
    }
    let modules = Modules::new(sources);
    let roots = Roots::new(sources, &modules);
    let mut all = each_file(&files, |from| {
        let file = sources.tree.file(from);
        let is_init = file.name().starts_with("__init__.py");
        let importer = Importer { from, dir: file.dir, is_init, modules: &modules, roots: &roots };
        let mut found = Resolution::default();
        for import in sources.python(from).into_iter().flat_map(|facts| facts.imports()) {
            importer.resolve(&import, &mut found);
        }
        found
    });
    all.entries = caught(|| entries::entries(sources, &modules, &roots, &all.edges)).unwrap_or_default();
    all
}

/// One file whose imports are resolved.
struct Importer<'a> {
    from: FileId,
    dir: DirId,
    is_init: bool,
    modules: &'a Modules<'a>,
    roots: &'a Roots<'a>,
}

/// Where an import leads.
enum Target {
    Files(ModuleFiles),
    /// A package without a file of its own.
    Nothing,
    External,
    Unresolved(String),
}

impl Importer<'_> {
    fn resolve(&self, import: &PythonImport<'_>, found: &mut Resolution) {
        let (from, line) = (self.from, import.line);
        let top = import.module.split('.').next().unwrap_or_default();
        let target = if import.level > 0 { self.relative(import) } else { self.absolute(import, top) };
        match target {
            Target::Nothing => {}
            Target::External => {
                found.externals.push(External { from, package: top.into(), line, kind: import.kind });
            }
            Target::Unresolved(reason) => {
                let import = as_written(import);
                found.unresolved.push(Unresolved { from, import, line, reason: reason.into() });
            }
            Target::Files(ModuleFiles { source, stub }) => {
                let kind = self.kind(import);
                // What runs is the source; a stub beside it is for type checkers.
                let stub_kind = if source.is_some() { ImportKind::TypeOnly } else { kind };
                let edges = [(source, kind), (stub, stub_kind)];
                found.edges.extend(edges.into_iter().filter_map(|(to, kind)| Some(Edge { from, to: to?, line, kind })));
            }
        }
    }

    /// In an `__init__` file, what is exported is passed on.
    fn kind(&self, import: &PythonImport<'_>) -> ImportKind {
        match import.kind {
            ImportKind::Runtime if import.exported && self.is_init => ImportKind::ReExport,
            kind => kind,
        }
    }

    fn relative(&self, import: &PythonImport<'_>) -> Target {
        let tree = self.modules.tree;
        let mut dir = self.dir;
        for _ in 1..import.level {
            if dir == DirId::ROOT {
                return Target::Unresolved("climbs out of the repository".into());
            }
            dir = tree.dir(dir).parent;
        }
        match self.modules.look_up(dir, import.module, import.form) {
            Lookup::Found(files) | Lookup::Portion(files) => Target::Files(files),
            Lookup::Namespace => Target::Nothing,
            Lookup::Missing(missing) => Target::Unresolved(self.modules.reason(&missing)),
        }
    }

    fn absolute(&self, import: &PythonImport<'_>, top: &str) -> Target {
        if stdlib::is_stdlib(top) {
            return self.shadowed(import, top).map_or(Target::External, Target::Files);
        }
        let mut nearest = None;
        let mut portion = None;
        let mut is_namespace = false;
        let mut first_missing = None;
        let mut means_itself = false;
        for (root, is_own) in self.roots.candidates(self.dir, top) {
            match self.modules.look_up(root.dir, import.module, import.form) {
                // A script named like a package (`examples/flask.py`, which imports `flask`) does not mean itself.
                Lookup::Found(files) if self.is_itself(root.dir, files) => means_itself |= root.is_declared,
                Lookup::Found(files) if is_own => return Target::Files(files),
                // Of other projects, the one that shares most of its path is meant.
                Lookup::Found(files) => {
                    let depth = self.roots.common_depth(self.dir, root.dir);
                    if nearest.is_none_or(|(nearest, _)| depth > nearest) {
                        nearest = Some((depth, files));
                    }
                }
                Lookup::Portion(files) => portion = portion.or(Some(files)),
                // A mere directory (`tests/redis`) does not stand for the package of its name.
                Lookup::Namespace => is_namespace |= import.form != PythonImportForm::Module || import.module != top,
                Lookup::Missing(missing) if missing.is_within_package && (is_own || root.is_declared) => {
                    first_missing = first_missing.or(Some(missing));
                }
                Lookup::Missing(_) => {}
            }
        }
        let files = nearest.map(|(_, files)| files).or(portion).or_else(|| self.beside(import, top));
        match (files, first_missing) {
            (Some(files), _) => Target::Files(files),
            (None, _) if is_namespace || means_itself => Target::Nothing,
            (None, Some(missing)) => Target::Unresolved(self.modules.reason(&missing)),
            (None, None) => Target::External,
        }
    }

    /// What lies beside the file, or beside the package around it: a script finds that (`import util`) even where others
    /// import it by its path (`backend.util`). The package around the file is found by that path alone.
    fn beside(&self, import: &PythonImport<'_>, top: &str) -> Option<ModuleFiles> {
        let base = self.roots.own(self.dir).first()?.dir;
        if self.modules.contains(base, top, self.dir) {
            return None;
        }
        match self.modules.look_up(base, import.module, import.form) {
            Lookup::Found(files) if !self.is_itself(base, files) => Some(files),
            _ => None,
        }
    }

    /// A module of the standard library's name counts only where Python looks before the library itself: directly in a
    /// declared root of the importing file's own project, or in a copy of the library that holds the file.
    fn shadowed(&self, import: &PythonImport<'_>, top: &str) -> Option<ModuleFiles> {
        let can_shadow = !stdlib::is_builtin(top);
        let is_shadow =
            |root: &&Root| (root.is_stdlib || root.is_declared && can_shadow) && self.modules.is_regular(root.dir, top);
        let root = self.roots.own(self.dir).iter().find(is_shadow)?;
        match self.modules.look_up(root.dir, import.module, import.form) {
            Lookup::Found(files) | Lookup::Portion(files) if !self.is_itself(root.dir, files) => Some(files),
            _ => None,
        }
    }

    /// True if the file found directly in `root` is the one that imports.
    fn is_itself(&self, root: DirId, files: ModuleFiles) -> bool {
        self.dir == root && files.contains(self.from)
    }
}

fn as_written(import: &PythonImport<'_>) -> Box<str> {
    let name = match import.form {
        PythonImportForm::Member(name) if import.module.is_empty() => name,
        _ => "",
    };
    format!("{}{}{name}", ".".repeat(import.level as usize), import.module).into()
}
