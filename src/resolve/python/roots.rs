//! Where absolute imports of a file are searched: its own directories first, then the other projects of the repository.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::manifest::{pyproject_roots, setup_cfg_roots};
use super::modules::Modules;
use crate::lang::{Family, PythonImportForm};
use crate::resolve::Sources;
use crate::scan::{DirId, FileId, SourceTree};

/// The source roots of the repository.
pub(super) struct Roots<'a> {
    tree: &'a SourceTree,
    /// Of each directory with Python files: where its files' imports are searched, nearest first.
    chains: FxHashMap<DirId, Box<[Root]>>,
    /// All roots that hold a top-level name: declared ones first, then parents of packages, each by depth and path.
    by_name: FxHashMap<&'a str, Vec<Root>>,
    /// Names in inferred roots that imports reach by their path from a declared root (`google.cloud.storage`): portions of
    /// namespace packages, so that a plain `import storage` does not mean them.
    portions: FxHashSet<(DirId, &'a str)>,
}

/// A directory that imports are searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) dir: DirId,
    /// The root of the repository or a project, its `src`, or a directory that a manifest names; others are inferred.
    pub(super) is_declared: bool,
    /// A copy of the standard library.
    pub(super) is_stdlib: bool,
}

impl<'a> Roots<'a> {
    pub(super) fn new(sources: &Sources<'a>, modules: &Modules<'a>) -> Self {
        let tree = sources.tree;
        let declared = Declared::new(sources, modules);
        let mut chains: FxHashMap<DirId, Box<[Root]>> = FxHashMap::default();
        let mut package_parents = FxHashSet::default();
        for id in sources.files_of(Family::Python) {
            let dir = tree.file(id).dir;
            if chains.contains_key(&dir) {
                continue;
            }
            let base = base_dir(tree, modules, dir);
            if base != dir {
                package_parents.insert(base);
            }
            chains.insert(dir, chain(tree, modules, &declared, base));
        }
        let portions = portions(sources, modules, &declared, &chains);
        let by_name = index_names(tree, modules, &declared, &package_parents);
        Self { tree, chains, by_name, portions }
    }

    /// The roots that a file in `dir` searches for `top`, in order; true for those of its own chain.
    pub(super) fn candidates(&self, dir: DirId, top: &str) -> impl Iterator<Item = (Root, bool)> {
        let others = self.by_name.get(top).map_or(&[][..], |roots| roots);
        let own = self.own(dir).iter().map(|&root| (root, true));
        let all = own.chain(others.iter().map(|&root| (root, false)));
        all.filter(move |(root, _)| root.is_declared || !self.portions.contains(&(root.dir, top)))
    }

    /// Depth of the deepest directory that holds both.
    pub(super) fn common_depth(&self, mut a: DirId, mut b: DirId) -> u32 {
        while a != b {
            // Parents have smaller ids than their children.
            let below = if a > b { &mut a } else { &mut b };
            *below = self.tree.dir(*below).parent;
        }
        self.tree.dir(a).depth
    }

    /// The roots above a file in `dir`, nearest first.
    pub(super) fn own(&self, dir: DirId) -> &[Root] {
        self.chains.get(&dir).map_or(&[][..], |chain| chain)
    }
}

/// Roots by manifests and convention.
struct Declared {
    roots: FxHashSet<DirId>,
    /// The roots of the project in a directory, itself first.
    by_project: FxHashMap<DirId, Vec<DirId>>,
}

impl Declared {
    fn new(sources: &Sources<'_>, modules: &Modules<'_>) -> Self {
        let tree = sources.tree;
        let mut declared = Self { roots: FxHashSet::default(), by_project: FxHashMap::default() };
        declared.add_project(tree, DirId::ROOT, Vec::new());
        for id in tree.file_ids() {
            let file = tree.file(id);
            let path = &*tree.dir(file.dir).path;
            let named = match (file.name(), sources.facts(id).manifest.as_deref()) {
                ("pyproject.toml", Some(text)) => pyproject_roots(path, text),
                ("setup.cfg", Some(text)) => setup_cfg_roots(path, text),
                // Within a package, `setup.py` is one more module.
                ("setup.py", _) if modules.is_package(file.dir) => continue,
                ("pyproject.toml" | "setup.cfg" | "setup.py", _) => Vec::new(),
                _ => continue,
            };
            declared.add_project(tree, file.dir, named);
        }
        declared
    }

    fn add_project(&mut self, tree: &SourceTree, dir: DirId, named: Vec<String>) {
        let path = &*tree.dir(dir).path;
        let src = if path.is_empty() { "src".to_owned() } else { format!("{path}/src") };
        let roots = self.by_project.entry(dir).or_insert_with(|| vec![dir]);
        for root in [src].into_iter().chain(named).filter_map(|root| tree.dir_id(&root)) {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        self.roots.extend(roots.iter().copied());
    }

    fn is_root(&self, dir: DirId) -> bool {
        self.roots.contains(&dir)
    }

    /// The dotted path of `dir` from the nearest declared root above it.
    fn dotted_path(&self, tree: &SourceTree, dir: DirId) -> String {
        let mut above = tree.dir(dir).parent;
        while above != DirId::ROOT && !self.is_root(above) {
            above = tree.dir(above).parent;
        }
        tree.dir(dir).path[tree.dir(above).path.len()..].trim_start_matches('/').replace('/', ".")
    }
}

/// Hashes of the absolute modules that the repository's files import, and of all packages on the way to them.
struct NamedModules(FxHashSet<u64>);

impl NamedModules {
    fn contains(&self, module: &str) -> bool {
        self.0.contains(&FxBuildHasher.hash_one(module))
    }
}

fn named_modules(sources: &Sources<'_>) -> NamedModules {
    let mut named = FxHashSet::default();
    for id in sources.files_of(Family::Python) {
        for import in sources.python(id).into_iter().flat_map(|facts| facts.imports()) {
            let mut module = import.module;
            if import.level > 0 || !module.contains('.') && !matches!(import.form, PythonImportForm::Member(_)) {
                continue;
            }
            while named.insert(FxBuildHasher.hash_one(module)) {
                let Some((package, _)) = module.rsplit_once('.') else { break };
                module = package;
            }
        }
    }
    NamedModules(named)
}

fn portions<'a>(
    sources: &Sources<'a>,
    modules: &Modules<'a>,
    declared: &Declared,
    chains: &FxHashMap<DirId, Box<[Root]>>,
) -> FxHashSet<(DirId, &'a str)> {
    let named = named_modules(sources);
    let inferred = chains.values().flat_map(|chain| chain.iter()).filter(|root| !root.is_declared).map(|root| root.dir);
    let paths: FxHashMap<DirId, String> = inferred.map(|dir| (dir, declared.dotted_path(sources.tree, dir))).collect();
    let is_portion = |(dir, name): &(DirId, &str)| named.contains(&format!("{}.{name}", paths[dir]));
    modules.names_in(|dir| paths.contains_key(&dir)).filter(is_portion).collect()
}

/// The directory that holds the outermost package around `dir`, or `dir` itself: where Python starts when it runs a file
/// in `dir` as a script or test.
fn base_dir(tree: &SourceTree, modules: &Modules<'_>, mut dir: DirId) -> DirId {
    while dir != DirId::ROOT && modules.is_package(dir) {
        dir = tree.dir(dir).parent;
    }
    dir
}

fn chain(tree: &SourceTree, modules: &Modules<'_>, declared: &Declared, base: DirId) -> Box<[Root]> {
    let mut chain: Vec<Root> = Vec::new();
    let mut dir = base;
    loop {
        let own = (dir == base || declared.is_root(dir) || !modules.is_package(dir)).then_some(dir);
        let project = declared.by_project.get(&dir).map_or(&[][..], |roots| roots);
        for root in own.into_iter().chain(project.iter().copied()) {
            if !chain.iter().any(|known| known.dir == root) {
                let is_stdlib = modules.is_standard_library(root);
                chain.push(Root { dir: root, is_declared: declared.is_root(root), is_stdlib });
            }
        }
        if dir == DirId::ROOT {
            return chain.into();
        }
        dir = tree.dir(dir).parent;
    }
}

fn index_names<'a>(
    tree: &SourceTree,
    modules: &Modules<'a>,
    declared: &Declared,
    inferred: &FxHashSet<DirId>,
) -> FxHashMap<&'a str, Vec<Root>> {
    let mut by_name: FxHashMap<&str, Vec<Root>> = FxHashMap::default();
    for (dir, name) in modules.names_in(|dir| declared.is_root(dir) || inferred.contains(&dir)) {
        by_name.entry(name).or_default().push(Root { dir, is_declared: declared.is_root(dir), is_stdlib: false });
    }
    for roots in by_name.values_mut() {
        roots.sort_unstable_by_key(|root| (!root.is_declared, tree.dir(root.dir).depth, root.dir));
    }
    by_name
}

impl<'a> Sources<'a> {
    /// Python facts of a file, if it was parsed.
    pub(super) fn python(&self, id: FileId) -> Option<&'a crate::lang::PythonFacts> {
        match &self.facts(id).detail {
            crate::lang::Detail::Python(facts) => Some(facts),
            _ => None,
        }
    }
}
