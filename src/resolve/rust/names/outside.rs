//! A name that no module around has: a crate, a macro of the text before, or what one glob brings in.

use super::{Def, Names, Query};
use crate::lang::rust::Namespace;
use crate::resolve::rust::cargo::{Dependency, Package};
use crate::resolve::rust::modules::ModuleId;

impl<'a, 'w> Names<'a, 'w> {
    /// A crate by the name that the crate of `module` uses for it.
    pub(super) fn external(&self, module: ModuleId, name: &str) -> Option<Def<'w>> {
        const STANDARD: [&str; 5] = ["std", "core", "alloc", "proc_macro", "test"];
        let krate = &self.modules.crates[self.modules.instance_of(module).crate_id as usize];
        let package = krate.package.map(|package| (package, &self.workspace.packages[package]));
        let dependency = package.and_then(|(_, package)| package.dependencies.get(name));
        match dependency {
            Some(Dependency::Local(other)) => {
                let library = self.libraries[*other].map(Def::Module);
                return library.or(Some(Def::External(&self.workspace.packages[*other].name, None)));
            }
            Some(Dependency::External(package)) => return Some(Def::External(package, None)),
            None => {}
        }
        if let Some((id, Package { lib_name, .. })) = package
            && lib_name == name
            && let Some(root) = self.libraries[id]
            && root != krate.root
        {
            return Some(Def::Module(root));
        }
        if let Some(def) = self.extern_crate(module, krate.root, name) {
            return Some(def);
        }
        STANDARD.iter().find(|&&standard| standard == name).map(|&standard| Def::External(standard, None))
    }

    /// A macro called by its mere name that no item or import gives.
    pub(super) fn textual_macro<'q>(&self, module: ModuleId, name: &'q str, query: &mut Query<'q>) -> Option<Def<'w>>
    where
        'a: 'q,
    {
        if let Some(home) = self.textual.find(self.sources, self.modules, module, name) {
            return Some(Def::Item(home));
        }
        let crate_id = self.modules.instance_of(module).crate_id;
        let root = self.modules.crates[crate_id as usize].root;
        self.textual.crates(crate_id).iter().find_map(|&used| match self.external(root, used)? {
            Def::Module(library) => self.lookup(library, name, Namespace::Macro, Some(root), query),
            _ => None,
        })
    }

    /// The only package whose contents come into `module` by a glob: a name known nowhere else is from there.
    pub(super) fn outer_glob(&self, mut module: ModuleId) -> Option<Def<'w>> {
        loop {
            match self.outer_globs.get(&module).map(Vec::as_slice) {
                Some([package]) => return Some(Def::External(package, None)),
                Some(_) => return None,
                None => {}
            }
            let around = self.modules.modules[module as usize];
            if !around.is_block {
                return None;
            }
            module = around.parent;
        }
    }

    /// `extern crate … as name` at the root, which names the crate everywhere.
    fn extern_crate(&self, module: ModuleId, root: ModuleId, name: &str) -> Option<Def<'w>> {
        let facts = self.facts(root)?;
        let import = facts.imports_named(0, name).find(|import| import.extern_crate)?;
        let path = facts.str(import.path);
        match path {
            "self" => Some(Def::Module(root)),
            path if path != name => self.external(module, path),
            _ => None,
        }
    }
}
