//! A name in one module: its items, imports, macros and globs, in this order.

use super::{Def, Failure, MAX_CHAIN, MAX_STEPS, Names, Query, Style};
use crate::lang::rust::{Import, ItemKind, Namespace, RustFacts};
use crate::resolve::rust::modules::ModuleId;
use crate::resolve::rust::unseen::Unseen;

impl<'a, 'w> Names<'a, 'w> {
    /// A name in a module as seen from `viewer`: what is private there is meant only if nothing public is.
    pub(super) fn member<'q>(
        &self,
        module: ModuleId,
        name: &'q str,
        namespace: Namespace,
        viewer: ModuleId,
        query: &mut Query<'q>,
    ) -> Option<Def<'w>>
    where
        'a: 'q,
    {
        self.lookup(module, name, namespace, Some(viewer), query)
            .or_else(|| self.lookup(module, name, namespace, None, query))
    }

    pub(super) fn has<'q>(&self, module: ModuleId, name: &'q str, query: &mut Query<'q>) -> bool
    where
        'a: 'q,
    {
        self.lookup(module, name, Namespace::Any, None, query).is_some()
    }

    /// True if a module that does not show `name` cannot have it: no macro or the like makes it, no `use` brings it.
    pub(super) fn lacks(&self, module: ModuleId, name: &str, query: &Query<'_>) -> bool {
        let is_cut = query.steps > MAX_STEPS || query.active.len() >= MAX_CHAIN;
        let unseen = self.unseen.get(module as usize).copied().unwrap_or(Unseen::Anything);
        let Some(facts) = self.facts(module) else { return false };
        let is_bound = facts.imports_named(self.modules.modules[module as usize].scope, name).next().is_some();
        !is_cut && !is_bound && !query.has_alternatives && !unseen.may_hold(name)
    }

    /// A name in a module, or around it as long as that is a block.
    pub(super) fn lexical<'q>(
        &self,
        mut module: ModuleId,
        name: &'q str,
        namespace: Namespace,
        query: &mut Query<'q>,
    ) -> Option<Def<'w>>
    where
        'a: 'q,
    {
        loop {
            if let Some(def) = self.lookup(module, name, namespace, None, query) {
                return Some(def);
            }
            let around = self.modules.modules[module as usize];
            if !around.is_block {
                return None;
            }
            module = around.parent;
        }
    }

    /// A name in one module. `from` is the module that asks, or whose glob leads here: it sees only what is public, or
    /// above it.
    pub(super) fn lookup<'q>(
        &self,
        module: ModuleId,
        name: &'q str,
        namespace: Namespace,
        from: Option<ModuleId>,
        query: &mut Query<'q>,
    ) -> Option<Def<'w>>
    where
        'a: 'q,
    {
        let key = (module, name, namespace);
        query.steps += 1;
        if query.active.len() >= MAX_CHAIN || query.steps > MAX_STEPS || query.active.contains(&key) {
            return None;
        }
        query.active.push(key);
        let def = self.lookup_unguarded(module, name, namespace, from, query);
        query.active.pop();
        def
    }

    fn lookup_unguarded<'q>(
        &self,
        module: ModuleId,
        name: &'q str,
        namespace: Namespace,
        from: Option<ModuleId>,
        query: &mut Query<'q>,
    ) -> Option<Def<'w>>
    where
        'a: 'q,
    {
        let facts = self.facts(module)?;
        let scope = self.modules.modules[module as usize].scope;
        let sees_private = from.is_none_or(|from| self.modules.is_within(from, module));
        let bindings = facts.imports_named(scope, name).filter(|import| !import.glob).count();
        let types = facts.items_named(scope, name).filter(|item| item.kind.is_in(Namespace::Type)).count();
        query.has_alternatives |= bindings + types > 1;
        let items = facts.items_named(scope, name).filter(|item| sees_private || item.public);
        let mut is_item = false;
        for item in items.filter(|item| item.kind.is_in(namespace)) {
            match item.kind {
                ItemKind::Module => {
                    if let Some(&child) = self.modules.children.get(&(module, name)) {
                        return Some(Def::Module(child));
                    }
                    is_item = true;
                }
                _ => is_item = true,
            }
        }
        if is_item {
            return Some(Def::Item(module));
        }
        let imports = facts.imports_named(scope, name).filter(|import| sees_private || import.public);
        for import in imports.filter(|import| !import.glob && !name.is_empty()) {
            if let Ok(def) = self.import(module, facts, import, namespace, query) {
                return Some(def);
            }
        }
        if matches!(namespace, Namespace::Any | Namespace::Macro) {
            let instance = self.modules.instance_of(module);
            let is_root = self.modules.crates[instance.crate_id as usize].root == module;
            if is_root && let Some(&home) = self.exported_macros.get(&(instance.crate_id, name)) {
                return Some(Def::Item(home));
            }
        }
        // Orphans are found by their place.
        if namespace != Namespace::Value
            && namespace != Namespace::Macro
            && let Some(&child) = self.modules.children.get(&(module, name))
        {
            return Some(Def::Module(child));
        }
        let globs = self.globs.get(&module)?;
        let seen = globs.iter().filter(|glob| sees_private || glob.public);
        // Glob targets that import each other's names in a circle may only seem to have it.
        let mut hidden = None;
        for glob in seen {
            match self.lookup(glob.target, name, namespace, Some(module), query) {
                Some(Def::Hidden(home)) => _ = hidden.get_or_insert(Def::Hidden(home)),
                Some(def) => return Some(def),
                None => {}
            }
        }
        hidden
    }

    fn import<'q>(
        &self,
        module: ModuleId,
        facts: &'a RustFacts,
        import: &Import,
        namespace: Namespace,
        query: &mut Query<'q>,
    ) -> Result<Def<'w>, Failure>
    where
        'a: 'q,
    {
        let style = if import.extern_crate { Style::ExternCrate } else { Style::Use };
        let def = self.path(module, facts.str(import.path), namespace, style, query)?;
        Ok(match def {
            Def::External(package, None) if !import.extern_crate => Def::External(package, Some(module)),
            def => def,
        })
    }
}
