//! Imports between Rust files: manifests give crates, `mod` gives their modules, names lead to files.

mod cargo;
mod modules;
mod names;
#[cfg(test)]
mod tests;
mod textual;
mod unseen;

use rustc_hash::FxHashSet;

use crate::lang::ImportKind;
use crate::lang::rust::{Import, Namespace, PathUse, RustFacts};
use crate::resolve::rust::cargo::Workspace;
use crate::resolve::rust::modules::{ModuleId, Modules};
use crate::resolve::rust::names::{Def, Failure, Names, Style};
use crate::resolve::{Edge, External, Resolution, Sources, Unresolved, each_file, joined};
use crate::scan::FileId;

pub(super) fn resolve(sources: &Sources<'_>) -> Resolution {
    let workspace = Workspace::read(sources);
    let modules = Modules::build(sources, &workspace);
    let names = Names::new(sources, &workspace, &modules);
    let files = cargo::rust_files(sources);
    let declared = declarations(&modules);
    let found = each_file(&files, |file| FileImports::new(&names, file).resolve(sources));
    let target = |&file: &FileId| Some((file, workspace.target(sources, file)?));
    let entries = files.iter().filter_map(target).collect();
    joined(vec![declared, found, Resolution { entries, ..Resolution::default() }])
}

/// Edges of `mod` and `include!`.
fn declarations(modules: &Modules<'_>) -> Resolution {
    let mut result = Resolution::default();
    let mut found = FxHashSet::default();
    for declared in &modules.declared {
        let kind = if declared.is_include { ImportKind::Runtime } else { ImportKind::Module };
        found.insert((declared.from, declared.line));
        result.edges.push(Edge { from: declared.from, to: declared.to, line: declared.line, kind });
    }
    for (from, line, name, wanted) in &modules.missing {
        if !found.contains(&(*from, *line)) {
            result.unresolved.push(Unresolved {
                from: *from,
                import: format!("mod {name}").into(),
                line: *line,
                reason: format!("no file {wanted}").into(),
            });
        }
    }
    result
}

/// Resolves the imports of one file, as all of its instances see them.
struct FileImports<'a, 'w> {
    names: &'w Names<'a, 'w>,
    file: FileId,
    result: Resolution,
    targets: FxHashSet<FileId>,
    packages: FxHashSet<&'w str>,
}

impl<'a, 'w> FileImports<'a, 'w> {
    fn new(names: &'w Names<'a, 'w>, file: FileId) -> Self {
        Self {
            names,
            file,
            result: Resolution::default(),
            targets: FxHashSet::default(),
            packages: FxHashSet::default(),
        }
    }

    fn resolve(mut self, sources: &Sources<'a>) -> Resolution {
        if let Some(facts) = modules::facts(sources, self.file) {
            for import in &facts.imports {
                self.import(facts, import);
            }
            for path in &facts.paths {
                self.path(facts, path);
            }
        }
        self.result
    }

    /// What each instance of the file makes of a path.
    fn meanings(&self, path: &str, scope: u32, namespace: Namespace, style: Style) -> Vec<Result<Def<'w>, Failure>> {
        let modules = self.names.modules;
        let instances = modules.instances_of(self.file).iter();
        let bases = instances.map(|&id| modules.instances[id as usize].base);
        bases.map(|base| self.names.resolve(base + scope, path, namespace, style)).collect()
    }

    fn import(&mut self, facts: &RustFacts, import: &Import) {
        let (path, line) = (facts.str(import.path), import.line);
        let kind = if import.public { ImportKind::ReExport } else { ImportKind::Runtime };
        let style = if import.extern_crate { Style::ExternCrate } else { Style::Use };
        let namespace = if import.glob { Namespace::Type } else { Namespace::Any };
        let mut failure = None;
        let mut is_found = false;
        for meaning in self.meanings(path, import.scope, namespace, style) {
            match meaning {
                Ok(Def::Hidden(module)) | Err(Failure::Missing(module, _)) if self.is_lone_root(module) => {
                    failure = failure.or(Some(Reason::Orphan));
                }
                Ok(def) => {
                    is_found = true;
                    self.add(def, line, kind);
                }
                Err(cause) => failure = failure.or(Some(Reason::Failure(cause))),
            }
        }
        if let (false, Some(reason)) = (is_found, failure) {
            let import = if import.glob { format!("{path}::*") } else { path.to_owned() };
            let reason = reason.sentence(self.names);
            self.result.unresolved.push(Unresolved { from: self.file, import: import.into(), line, reason });
        }
    }

    /// A path in code: an edge only to what no import of the file leads to.
    fn path(&mut self, facts: &RustFacts, path: &PathUse) {
        for meaning in self.meanings(facts.str(path.path), path.scope, path.namespace, Style::Code) {
            let Ok(def) = meaning else { continue };
            let is_new = match self.target(def) {
                Ok(file) => !self.targets.contains(&file),
                Err(package) => !self.packages.contains(package),
            };
            if is_new {
                self.add(def, path.line, ImportKind::Runtime);
            }
        }
    }

    /// The file or package that a definition is in, as this file sees it.
    fn target(&self, def: Def<'w>) -> Result<FileId, &'w str> {
        let modules = self.names.modules;
        match def {
            Def::Module(module) | Def::Item(module) | Def::Hidden(module) => Ok(modules.file_of(module)),
            Def::External(package, via) => {
                let via = via.map(|via| modules.file_of(via)).filter(|&via| via != self.file);
                via.ok_or(package)
            }
        }
    }

    fn add(&mut self, def: Def<'w>, line: u32, kind: ImportKind) {
        match self.target(def) {
            Ok(to) => {
                self.targets.insert(to);
                if to != self.file {
                    self.result.edges.push(Edge { from: self.file, to, line, kind });
                }
            }
            Err(package) => {
                self.packages.insert(package);
                self.result.externals.push(External { from: self.file, package: package.into(), line, kind });
            }
        }
    }

    /// True for the root of a crate that is only this file.
    fn is_lone_root(&self, module: ModuleId) -> bool {
        let modules = self.names.modules;
        let krate = &modules.crates[modules.instance_of(module).crate_id as usize];
        krate.is_orphan && krate.root == module && modules.file_of(module) == self.file
    }
}

/// Why an import is unresolved.
enum Reason {
    Failure(Failure),
    Orphan,
}

impl Reason {
    fn sentence(&self, names: &Names<'_, '_>) -> Box<str> {
        match self {
            Self::Failure(Failure::Missing(module, name)) => {
                let file = names.sources.tree.file(names.modules.file_of(*module));
                let what = if name.starts_with(|c: char| c.is_uppercase()) { "type" } else { "module" };
                format!("no {what} {name} in {}", file.path).into()
            }
            Self::Failure(Failure::UnknownHead(head)) => format!("no module or dependency named {head}").into(),
            Self::Failure(Failure::AboveRoot) => "there is no module above a crate's root".into(),
            Self::Failure(Failure::NotHere) => "the path leads back to itself".into(),
            Self::Orphan => "no crate contains this file".into(),
        }
    }
}
