//! The module trees of all crates: which file, or part of one, is which module.

use rustc_hash::FxHashMap;

use crate::lang::Detail;
use crate::lang::rust::{ModDecl, RustFacts, ScopeKind};
use crate::resolve::Sources;
use crate::resolve::rust::cargo::{self, PackageId, Workspace};
use crate::scan::{FileId, file_name, join_path, parent_path};

/// Index in [`Modules::crates`].
pub(super) type CrateId = u32;
/// Index in [`Modules::modules`]. The scopes of an instance have consecutive ids.
pub(super) type ModuleId = u32;

/// A crate: a target of a package, or a file that nothing reaches.
#[derive(Debug)]
pub(super) struct Crate {
    pub package: Option<PackageId>,
    /// The directory of its package, the root's without one.
    pub package_dir: String,
    /// Its root module.
    pub root: ModuleId,
    pub is_2015: bool,
    /// No target and no `mod` leads to its root file.
    pub is_orphan: bool,
}

/// A file as a part of a crate. A file can be part of several.
#[derive(Debug)]
pub(super) struct Instance {
    pub crate_id: CrateId,
    pub file: FileId,
    /// Module of the file's own scope.
    pub base: ModuleId,
    /// The directory in which files of submodules lie.
    dir: String,
    /// The instance that declares it.
    parent: Option<u32>,
}

/// A scope of an instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Module {
    pub instance: u32,
    pub scope: u32,
    /// The module or block around it; a root is its own parent.
    pub parent: ModuleId,
    /// A block, or an included file: names that are not here are looked up around it.
    pub is_block: bool,
}

/// A file that a `mod` or `include!` leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared {
    pub from: FileId,
    pub to: FileId,
    pub line: u32,
    pub is_include: bool,
}

/// All module trees.
#[derive(Debug, Default)]
pub(super) struct Modules<'a> {
    pub crates: Vec<Crate>,
    pub instances: Vec<Instance>,
    pub modules: Vec<Module>,
    pub children: FxHashMap<(ModuleId, &'a str), ModuleId>,
    /// Modules of included files by the module that includes them.
    pub included: FxHashMap<ModuleId, Vec<ModuleId>>,
    pub declared: Vec<Declared>,
    /// Declarations without a file: where, line, name, the file that was looked for.
    pub missing: Vec<(FileId, u32, &'a str, String)>,
    by_file: FxHashMap<FileId, Vec<u32>>,
    pending: std::collections::VecDeque<u32>,
}

/// A file is part of one crate at most this often; more is a loop of `#[path]`s.
const MAX_INSTANCES: usize = 8;

/// Facts of a Rust file.
pub(super) fn facts<'a>(sources: &Sources<'a>, file: FileId) -> Option<&'a RustFacts> {
    match &sources.facts(file).detail {
        Detail::Rust(facts) => Some(facts),
        _ => None,
    }
}

impl<'a> Modules<'a> {
    /// Finds the roots of all crates and follows `mod` from there.
    pub fn build(sources: &Sources<'a>, workspace: &Workspace) -> Self {
        let mut modules = Self::default();
        let files = cargo::rust_files(sources);
        for &file in &files {
            if workspace.is_root(sources, file) {
                modules.add_crate(sources, workspace, file, false);
                modules.follow(sources);
            }
        }
        let mut orphans: Vec<FileId> = files;
        orphans.retain(|file| !modules.by_file.contains_key(file));
        orphans.sort_by_key(|&file| {
            let path = &sources.tree.file(file).path;
            (path.matches('/').count(), file_name(path) != "mod.rs", file)
        });
        for file in orphans {
            if !modules.by_file.contains_key(&file) {
                modules.add_orphan(sources, workspace, file);
                modules.follow(sources);
            }
        }
        modules
    }

    /// The instances of a file.
    pub fn instances_of(&self, file: FileId) -> &[u32] {
        self.by_file.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The file that holds a module.
    pub fn file_of(&self, module: ModuleId) -> FileId {
        self.instance_of(module).file
    }

    /// The instance that holds a module.
    pub fn instance_of(&self, module: ModuleId) -> &Instance {
        &self.instances[self.modules[module as usize].instance as usize]
    }

    /// The nearest module that is not a block.
    pub fn named_module(&self, mut module: ModuleId) -> ModuleId {
        while self.modules[module as usize].is_block {
            module = self.modules[module as usize].parent;
        }
        module
    }

    /// True if `inner` is `outer` or lies within it.
    pub fn is_within(&self, mut inner: ModuleId, outer: ModuleId) -> bool {
        loop {
            let parent = self.modules[inner as usize].parent;
            if inner == outer || parent == inner {
                return inner == outer;
            }
            inner = parent;
        }
    }

    fn add_crate(&mut self, sources: &Sources<'a>, workspace: &Workspace, file: FileId, is_orphan: bool) {
        let path = &sources.tree.file(file).path;
        let (package, package_dir) = workspace.package_of(path).unzip();
        let package_dir = package_dir.unwrap_or_default().to_owned();
        let is_2015 = package.is_some_and(|package| workspace.packages[package].is_2015);
        let root = self.modules.len() as ModuleId;
        let crate_id = self.crates.len() as CrateId;
        self.crates.push(Crate { package, package_dir, root, is_2015, is_orphan });
        let dir = parent_path(path).to_owned();
        self.add_instance(sources, Instance { crate_id, file, base: root, dir, parent: None }, root, false);
    }

    /// A file that nothing declares: a submodule of the module whose directory it lies in, else a crate of its own.
    fn add_orphan(&mut self, sources: &Sources<'a>, workspace: &Workspace, file: FileId) {
        let path: &'a str = &sources.tree.file(file).path;
        let is_mod_rs = file_name(path) == "mod.rs";
        let named = if is_mod_rs { parent_path(path) } else { path.strip_suffix(".rs").unwrap_or(path) };
        let dir = parent_path(named);
        let candidates = [format!("{dir}.rs"), in_dir(dir, "mod.rs"), in_dir(dir, "lib.rs"), in_dir(dir, "main.rs")];
        let above = candidates
            .iter()
            .filter_map(|path| self.instances_of(sources.tree.file_id(path)?).first().copied())
            .find(|&instance| self.instances[instance as usize].file != file);
        let Some(above) = above.filter(|_| !named.is_empty()) else {
            return self.add_crate(sources, workspace, file, true);
        };
        let Instance { crate_id, base: parent, .. } = self.instances[above as usize];
        let dir = if is_mod_rs { parent_path(path) } else { named }.to_owned();
        let base = self.modules.len() as ModuleId;
        self.children.entry((parent, file_name(named))).or_insert(base);
        self.add_instance(sources, Instance { crate_id, file, base, dir, parent: Some(above) }, parent, false);
    }

    fn add_instance(&mut self, sources: &Sources<'a>, instance: Instance, parent: ModuleId, is_block: bool) {
        let Instance { file, base, .. } = instance;
        let id = self.instances.len() as u32;
        self.instances.push(instance);
        self.by_file.entry(file).or_default().push(id);
        self.pending.push_back(id);
        self.modules.push(Module { instance: id, scope: 0, parent, is_block });
        let Some(facts) = facts(sources, file) else { return };
        for (at, scope) in facts.scopes.iter().enumerate().skip(1) {
            let (module, parent) = (base + at as u32, base + scope.parent);
            let is_block = scope.kind == ScopeKind::Block;
            self.modules.push(Module { instance: id, scope: at as u32, parent, is_block });
            if !is_block {
                let outer = self.named_module(parent);
                self.children.entry((outer, facts.str(scope.name))).or_insert(module);
            }
        }
    }

    /// Loads the files that pending instances declare.
    fn follow(&mut self, sources: &Sources<'a>) {
        while let Some(id) = self.pending.pop_front() {
            let Some(facts) = facts(sources, self.instances[id as usize].file) else { continue };
            for declaration in &facts.mods {
                self.declare(sources, id, facts, declaration);
            }
            for include in &facts.includes {
                self.include(sources, id, facts, include);
            }
        }
    }

    fn declare(&mut self, sources: &Sources<'a>, id: u32, facts: &'a RustFacts, declaration: &ModDecl) {
        let Instance { file: from, base, crate_id, .. } = self.instances[id as usize];
        let name = facts.str(declaration.name);
        let parent = self.named_module(base + declaration.scope);
        let (dir, stem) = self.submodule_dir(sources, facts, id, declaration.scope);
        let (file, dir) = match declaration.path {
            Some(path) => {
                let path = join_path(&dir, facts.str(path)).unwrap_or_default();
                // Such a file is like a `mod.rs`: its submodules lie beside it.
                let dir = parent_path(&path).to_owned();
                (sources.tree.file_id(&path).ok_or(path), dir)
            }
            None => submodule_file(sources, &in_dir(&dir, stem), name),
        };
        let to = match file {
            Ok(to) => to,
            // Of several paths some are for other platforms' generated files; one that is there will do.
            Err(wanted) => return self.missing.push((from, declaration.line, name, wanted)),
        };
        self.declared.push(Declared { from, to, line: declaration.line, is_include: false });
        if self.may_add(id, to) {
            let base = self.modules.len() as ModuleId;
            self.children.entry((parent, name)).or_insert(base);
            self.add_instance(sources, Instance { crate_id, file: to, base, dir, parent: Some(id) }, parent, false);
        }
    }

    fn include(&mut self, sources: &Sources<'a>, id: u32, facts: &'a RustFacts, include: &ModDecl) {
        let Instance { file: from, base, crate_id, .. } = self.instances[id as usize];
        let written = facts.str(include.name);
        let path = match written.strip_prefix('/') {
            Some(in_package) => join_path(&self.crates[crate_id as usize].package_dir, in_package),
            None => join_path(parent_path(&sources.tree.file(from).path), written),
        };
        let Some(to) = path.as_ref().and_then(|path| sources.tree.file_id(path)) else { return };
        if !path.is_some_and(|path| path.ends_with(".rs")) {
            return;
        }
        self.declared.push(Declared { from, to, line: include.line, is_include: true });
        if self.may_add(id, to) {
            let parent = base + include.scope;
            let base = self.modules.len() as ModuleId;
            let dir = parent_path(&sources.tree.file(to).path).to_owned();
            self.included.entry(parent).or_default().push(base);
            self.add_instance(sources, Instance { crate_id, file: to, base, dir, parent: Some(id) }, parent, true);
        }
    }

    /// Keeps a file from holding itself, and loops of `#[path]` from growing without end.
    fn may_add(&self, parent: u32, file: FileId) -> bool {
        let crate_id = self.instances[parent as usize].crate_id;
        let same = self.instances_of(file).iter().filter(|&&id| self.instances[id as usize].crate_id == crate_id);
        if same.count() >= MAX_INSTANCES {
            return false;
        }
        let mut above = Some(parent);
        while let Some(id) = above {
            if self.instances[id as usize].file == file {
                return false;
            }
            above = self.instances[id as usize].parent;
        }
        true
    }

    /// The directory from which `#[path]`s in `scope` are read, and the part that comes between it and the files of
    /// submodules without one: rustc's rules, by which the name of a file that is no `mod.rs` counts only there.
    fn submodule_dir<'m>(
        &'m self,
        sources: &Sources<'_>,
        facts: &RustFacts,
        instance: u32,
        scope: u32,
    ) -> (String, &'m str) {
        let mut inline = Vec::new();
        let mut at = scope;
        while at != 0 {
            let scope = &facts.scopes[at as usize];
            if scope.kind == ScopeKind::Inline {
                inline.push(scope);
            }
            at = scope.parent;
        }
        let Instance { file, dir: own, .. } = &self.instances[instance as usize];
        let mut dir = parent_path(&sources.tree.file(*file).path).to_owned();
        let mut stem = if dir == *own { "" } else { file_name(own) };
        for scope in inline.iter().rev() {
            let name = match scope.path {
                Some(path) => facts.str(path).to_owned(),
                None => in_dir(stem, facts.str(scope.name)),
            };
            dir = join_path(&dir, &name).unwrap_or_default();
            stem = "";
        }
        (dir, stem)
    }
}

/// The file of `mod name;` in a module whose submodules lie in `dir`, and the directory of its own submodules.
fn submodule_file(sources: &Sources<'_>, dir: &str, name: &str) -> (Result<FileId, String>, String) {
    let inner = in_dir(dir, name);
    let flat = format!("{inner}.rs");
    let file = sources.tree.file_id(&flat).or_else(|| sources.tree.file_id(&format!("{inner}/mod.rs")));
    (file.ok_or(flat), inner)
}

fn in_dir(dir: &str, name: &str) -> String {
    match (dir, name) {
        ("", only) | (only, "") => only.to_owned(),
        _ => format!("{dir}/{name}"),
    }
}
