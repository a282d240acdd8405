//! Which modules may hold names that their text does not show. Only of the others can it be said that a name is missing.
//!
//! Facts do not say where a macro call stands, so one in a function counts as well: rather too many modules than too few.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::lang::rust::{Import, ItemKind, Namespace, PathUse, RustFacts, ScopeKind};
use crate::resolve::rust::modules::{Instance, ModuleId, facts};
use crate::resolve::rust::names::{Def, Failure, Names, Style};

/// What a module may hold unseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unseen {
    /// Nothing.
    #[default]
    Nothing,
    /// Types, which a derive makes.
    Types,
    /// Anything: a macro, a build script, a glob that cannot be followed, or another module in its place.
    Anything,
}

impl Unseen {
    /// True if something called `name` may be there.
    pub fn may_hold(self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Types => starts_upper(name),
            Self::Anything => true,
        }
    }
}

/// What each module may hold unseen, by its id. Follows globs, which must be resolved.
pub(super) fn find(names: &Names<'_, '_>) -> Vec<Unseen> {
    // The scopes of all instances, one after the other, are all modules.
    let instances = names.modules.instances.par_iter();
    let mut unseen: Vec<Unseen> = instances.flat_map_iter(|instance| own(names, instance)).collect();
    for module in alternatives(names) {
        unseen[module as usize] = Unseen::Anything;
    }
    hand_on(names, &mut unseen);
    unseen
}

/// What the scopes of one instance may hold by themselves.
fn own(names: &Names<'_, '_>, instance: &Instance) -> Vec<Unseen> {
    let Some(facts) = facts(names.sources, instance.file) else { return vec![Unseen::Anything] };
    let is_broken = !names.sources.facts(instance.file).diagnostics.is_empty();
    if is_broken || names.has_build_script(instance.crate_id) {
        return vec![Unseen::Anything; facts.scopes.len()];
    }
    // An `include!` of a file that the build writes leaves no trace: it may be all that an empty module holds.
    let mut unseen = vec![Unseen::Anything; facts.scopes.len()];
    for scope in facts.items.iter().map(|item| item.scope).chain(facts.imports.iter().map(|import| import.scope)) {
        unseen[scope as usize] = Unseen::Nothing;
    }
    let mut raise = |scope: u32, to: Unseen| unseen[scope as usize] = unseen[scope as usize].max(to);
    // Calls of a macro in its own scope are not among the paths.
    for item in facts.items.iter().filter(|item| matches!(item.kind, ItemKind::Macro | ItemKind::ExportedMacro)) {
        raise(item.scope, Unseen::Anything);
    }
    for path in &facts.paths {
        raise(path.scope, made_by(facts, path));
    }
    for import in &facts.imports {
        raise(import.scope, brought(names, facts, instance.base + import.scope, import));
    }
    for include in &facts.includes {
        raise(include.scope, Unseen::Anything);
    }
    unseen
}

/// What a macro, derive or attribute that is called by this path may make.
fn made_by(facts: &RustFacts, path: &PathUse) -> Unseen {
    const STANDARD: [&str; 9] = ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];
    let text = facts.str(path.path);
    let last = text.rsplit("::").next().unwrap_or_default();
    match path.namespace {
        Namespace::Macro if STANDARD.contains(&last) => Unseen::Nothing,
        Namespace::Macro if starts_upper(last) => Unseen::Types,
        Namespace::Macro => Unseen::Anything,
        Namespace::Any if text.contains("::") && !starts_upper(last) => Unseen::Anything,
        _ => Unseen::Nothing,
    }
}

/// What an import may bring: by a glob anything that its target holds, else a macro that is called in the scope.
fn brought(names: &Names<'_, '_>, facts: &RustFacts, module: ModuleId, import: &Import) -> Unseen {
    let path = facts.str(import.path);
    let namespace = if import.glob { Namespace::Type } else { Namespace::Macro };
    let style = if import.extern_crate { Style::ExternCrate } else { Style::Use };
    let is_standard = |package: &str| matches!(package, "std" | "core" | "alloc");
    match names.resolve(module, path, namespace, style) {
        Ok(Def::Module(_)) | Err(Failure::NotHere) => Unseen::Nothing,
        // The variants of an enum hold nothing.
        Ok(Def::Item(_)) if import.glob => Unseen::Nothing,
        Ok(Def::External(package, _)) if !import.glob && is_standard(package) && !path.ends_with("thread_local") => {
            Unseen::Nothing
        }
        _ if !import.glob && starts_upper(path.rsplit("::").next().unwrap_or_default()) => Unseen::Types,
        _ => Unseen::Anything,
    }
}

/// Modules that are declared more than once, for several configurations, and those within: only the first declaration is
/// followed.
fn alternatives(names: &Names<'_, '_>) -> Vec<ModuleId> {
    let modules = names.modules;
    let mut declared: FxHashSet<(ModuleId, &str)> = FxHashSet::default();
    let mut is_one = vec![false; modules.modules.len()];
    for instance in &modules.instances {
        let Some(facts) = facts(names.sources, instance.file) else { continue };
        let files = facts.mods.iter().map(|it| (it.scope, it.name));
        let inline = facts.scopes.iter().filter(|it| it.kind == ScopeKind::Inline).map(|it| (it.parent, it.name));
        for (scope, name) in files.chain(inline) {
            let key = (modules.named_module(instance.base + scope), facts.str(name));
            if !declared.insert(key)
                && let Some(&child) = modules.children.get(&key)
            {
                is_one[child as usize] = true;
            }
        }
    }
    // Parents come before their children.
    for (module, it) in modules.modules.iter().enumerate() {
        is_one[module] |= is_one[it.parent as usize];
    }
    (0..).zip(is_one).filter(|(_, is_one)| *is_one).map(|(module, _)| module).collect()
}

/// Hands what may be unseen in a module on to those whose globs lead there.
fn hand_on(names: &Names<'_, '_>, unseen: &mut [Unseen]) {
    let mut users: FxHashMap<ModuleId, Vec<ModuleId>> = FxHashMap::default();
    for (module, target) in names.globs() {
        users.entry(target).or_default().push(module);
    }
    let mut open: Vec<ModuleId> = users.keys().copied().collect();
    while let Some(target) = open.pop() {
        for &user in users.get(&target).into_iter().flatten() {
            if unseen[user as usize] < unseen[target as usize] {
                unseen[user as usize] = unseen[target as usize];
                open.push(user);
            }
        }
    }
}

fn starts_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}
