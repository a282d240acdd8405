//! Macros that are seen without an import: `macro_rules!` around the call, and what `#[macro_use]` brings there.
//!
//! That a macro must stand before its use is left out: code that compiles keeps to it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lang::rust::ItemKind;
use crate::resolve::Sources;
use crate::resolve::rust::modules::{CrateId, ModuleId, Modules, facts};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct TextualMacros<'a> {
    /// The module that defines each macro, by the module whose `#[macro_use]` children bring it, and its name.
    brought: FxHashMap<(ModuleId, &'a str), ModuleId>,
    /// Crates with `#[macro_use]`, by the crate that says so.
    crates: FxHashMap<CrateId, Vec<&'a str>>,
}

/// `#[macro_use]` modules within each other that a macro is handed up through.
const MAX_LEVELS: usize = 48;

impl<'a> TextualMacros<'a> {
    /// Follows every `#[macro_use]`.
    pub fn new(sources: &Sources<'a>, modules: &Modules<'a>) -> Self {
        let mut macros = Self::default();
        let mut open: FxHashSet<ModuleId> = FxHashSet::default();
        for instance in &modules.instances {
            let Some(facts) = facts(sources, instance.file) else { continue };
            for macro_use in &facts.macro_uses {
                let name = facts.str(macro_use.name);
                if macro_use.is_crate {
                    macros.crates.entry(instance.crate_id).or_default().push(name);
                } else {
                    let parent = modules.named_module(instance.base + macro_use.scope);
                    open.extend(modules.children.get(&(parent, name)));
                }
            }
        }
        if !open.is_empty() {
            macros.hand_up(sources, modules, &open);
        }
        macros
    }

    fn hand_up(&mut self, sources: &Sources<'a>, modules: &Modules<'a>, open: &FxHashSet<ModuleId>) {
        for instance in &modules.instances {
            let Some(facts) = facts(sources, instance.file) else { continue };
            for item in facts.items.iter().filter(|item| is_macro(item.kind)) {
                let home = instance.base + item.scope;
                let mut module = home;
                for _ in 0..MAX_LEVELS {
                    if !open.contains(&module) {
                        break;
                    }
                    module = modules.modules[module as usize].parent;
                    self.brought.entry((module, facts.str(item.name))).or_insert(home);
                }
            }
        }
    }

    /// The module that defines the macro `name` as called in `module`.
    pub fn find(&self, sources: &Sources<'a>, modules: &Modules<'a>, module: ModuleId, name: &str) -> Option<ModuleId> {
        let mut around = module;
        loop {
            let scope = modules.modules[around as usize];
            let facts = facts(sources, modules.file_of(around))?;
            if facts.items_named(scope.scope, name).any(|item| is_macro(item.kind)) {
                return Some(around);
            }
            if let Some(&home) = self.brought.get(&(around, name)) {
                return Some(home);
            }
            if scope.parent == around {
                return None;
            }
            around = scope.parent;
        }
    }

    /// Crates whose macros all of a crate sees.
    pub fn crates(&self, id: CrateId) -> &[&'a str] {
        self.crates.get(&id).map_or(&[], Vec::as_slice)
    }
}

fn is_macro(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Macro | ItemKind::ExportedMacro)
}
