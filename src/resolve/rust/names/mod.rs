//! Name lookup: from a path, as seen from a module, to the module that defines what it means.
//!
//! A path leads to the file that defines its item, through re-exports and globs. The longest prefix that can be found
//! counts, so that `Enum::Variant` is where `Enum` is. A name that a module should have but does not show (a macro
//! made it) is taken to be in that module's own file, unless a `use` goes on within it and the module cannot have it. What a module re-exports from outside the repository counts as
//! defined by that module.

mod lookup;
mod outside;

use rustc_hash::FxHashMap;

use crate::lang::rust::{ItemKind, Namespace, RustFacts};
use crate::resolve::Sources;
use crate::resolve::rust::cargo::Workspace;
use crate::resolve::rust::modules::{CrateId, ModuleId, Modules, facts};
use crate::resolve::rust::textual::TextualMacros;
use crate::resolve::rust::unseen::{self, Unseen};

/// What a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Def<'w> {
    /// A module.
    Module(ModuleId),
    /// An item of this module.
    Item(ModuleId),
    /// Something that this module does not show, but should have.
    Hidden(ModuleId),
    /// Something of a package outside the repository, and the module whose `use` brings it in, if one does.
    External(&'w str, Option<ModuleId>),
}

/// Why a path means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Its first segment is unknown.
    UnknownHead(Box<str>),
    /// `super` where there is nothing above.
    AboveRoot,
    /// The module has no module or type of that name.
    Missing(ModuleId, Box<str>),
    /// There is such a name, in another namespace, or only by going in circles.
    NotHere,
}

/// How a path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// In a `use`.
    Use,
    /// In code.
    Code,
    /// In an `extern crate`.
    ExternCrate,
}

/// A glob import: where it leads, and whether others see through it.
#[derive(Clone, Copy, Debug)]
struct Glob {
    target: ModuleId,
    public: bool,
}

/// Everything names are looked up in.
pub(super) struct Names<'a, 'w> {
    pub sources: &'w Sources<'a>,
    workspace: &'w Workspace,
    pub modules: &'w Modules<'a>,
    globs: FxHashMap<ModuleId, Vec<Glob>>,
    /// Packages outside the repository whose contents a module's globs bring in.
    outer_globs: FxHashMap<ModuleId, Vec<&'w str>>,
    exported_macros: FxHashMap<(CrateId, &'a str), ModuleId>,
    textual: TextualMacros<'a>,
    /// By module, known once all globs are followed.
    unseen: Vec<Unseen>,
    /// Root modules of libraries by package.
    libraries: Vec<Option<ModuleId>>,
}

/// One question: bounds its recursion and its work.
#[derive(Default)]
struct Query<'q> {
    active: Vec<(ModuleId, &'q str, Namespace)>,
    steps: u32,
    /// A name on the way is bound more than once, for several configurations: only one of them is followed.
    has_alternatives: bool,
}

/// Longest chain of re-exports that is followed.
const MAX_CHAIN: usize = 48;
/// Most lookups for one path.
const MAX_STEPS: u32 = 4_000;
/// Globs of globs are resolved in rounds; more are not needed by code that people write.
const MAX_ROUNDS: usize = 8;

impl<'a, 'w> Names<'a, 'w> {
    /// Collects exported macros and follows all globs.
    pub fn new(sources: &'w Sources<'a>, workspace: &'w Workspace, modules: &'w Modules<'a>) -> Self {
        let mut libraries = vec![None; workspace.packages.len()];
        for krate in &modules.crates {
            if let Some(package) = krate.package
                && workspace.packages[package].lib == Some(modules.file_of(krate.root))
            {
                libraries[package].get_or_insert(krate.root);
            }
        }
        let mut names = Self {
            sources,
            workspace,
            modules,
            globs: FxHashMap::default(),
            outer_globs: FxHashMap::default(),
            exported_macros: FxHashMap::default(),
            textual: TextualMacros::new(sources, modules),
            unseen: Vec::new(),
            libraries,
        };
        names.collect_exported_macros();
        names.follow_globs();
        names.unseen = unseen::find(&names);
        names
    }

    /// What `path` means in `module`.
    pub fn resolve(
        &self,
        module: ModuleId,
        path: &str,
        namespace: Namespace,
        style: Style,
    ) -> Result<Def<'w>, Failure> {
        self.path(module, path, namespace, style, &mut Query::default())
    }

    /// Globs that lead to modules, as the module with the glob and its target.
    pub fn globs(&self) -> impl Iterator<Item = (ModuleId, ModuleId)> {
        self.globs.iter().flat_map(|(&module, globs)| globs.iter().map(move |glob| (module, glob.target)))
    }

    /// True if the package of a crate has a build script.
    pub fn has_build_script(&self, id: CrateId) -> bool {
        self.modules.crates[id as usize]
            .package
            .is_some_and(|package| self.workspace.packages[package].has_build_script)
    }

    fn facts(&self, module: ModuleId) -> Option<&'a RustFacts> {
        facts(self.sources, self.modules.file_of(module))
    }

    fn collect_exported_macros(&mut self) {
        for instance in &self.modules.instances {
            let Some(facts) = facts(self.sources, instance.file) else { continue };
            for item in facts.items.iter().filter(|item| item.kind == ItemKind::ExportedMacro) {
                let key = (instance.crate_id, facts.str(item.name));
                self.exported_macros.entry(key).or_insert(instance.base + item.scope);
            }
        }
    }

    fn follow_globs(&mut self) {
        for (&module, included) in &self.modules.included {
            let globs = included.iter().map(|&target| Glob { target, public: true });
            self.globs.entry(module).or_default().extend(globs);
        }
        let mut open: Vec<(ModuleId, &'a str, bool)> = Vec::new();
        for instance in &self.modules.instances {
            let Some(facts) = facts(self.sources, instance.file) else { continue };
            let globs = facts.imports.iter().filter(|import| import.glob);
            open.extend(globs.map(|glob| (instance.base + glob.scope, facts.str(glob.path), glob.public)));
        }
        for _ in 0..MAX_ROUNDS {
            let before = open.len();
            let mut found = Vec::new();
            let mut outer = Vec::new();
            open.retain(|&(module, path, public)| match self.resolve(module, path, Namespace::Type, Style::Use) {
                Ok(Def::Module(target)) => {
                    found.push((module, Glob { target, public }));
                    false
                }
                Ok(Def::External(package, _)) => {
                    outer.push((module, package));
                    false
                }
                Ok(Def::Item(_)) => false,
                Ok(Def::Hidden(_)) | Err(_) => true,
            });
            for (module, glob) in found {
                self.globs.entry(module).or_default().push(glob);
            }
            for (module, package) in outer {
                self.outer_globs.entry(module).or_default().push(package);
            }
            if open.len() == before {
                break;
            }
        }
    }

    fn path<'q>(
        &self,
        module: ModuleId,
        path: &'q str,
        namespace: Namespace,
        style: Style,
        query: &mut Query<'q>,
    ) -> Result<Def<'w>, Failure>
    where
        'a: 'q,
    {
        let (head, rest) = split(path.trim_start_matches("::"));
        let head_namespace = if rest.is_some() { Namespace::Type } else { namespace };
        let crate_id = self.modules.instance_of(module).crate_id;
        let krate = &self.modules.crates[crate_id as usize];
        let absolute = path.starts_with("::");
        let mut def = match head {
            "" if !absolute => Def::Module(krate.root),
            "crate" => Def::Module(krate.root),
            "self" if style == Style::ExternCrate => Def::Module(krate.root),
            "self" => Def::Module(self.modules.named_module(module)),
            "super" => Def::Module(self.above(module)?),
            _ => {
                let from_root = krate.is_2015 && (style == Style::Use || absolute);
                let local = match () {
                    () if style == Style::ExternCrate || absolute && !krate.is_2015 => None,
                    () if from_root => self.lookup(krate.root, head, head_namespace, None, query),
                    () => self.lexical(module, head, head_namespace, query),
                };
                let is_crate = style != Style::Code || rest.is_some();
                let is_bare = rest.is_none() && !absolute;
                let is_macro = namespace == Namespace::Macro || style == Style::Use && namespace == Namespace::Any;
                local
                    .or_else(|| if is_crate { self.external(module, head) } else { None })
                    .or_else(|| if is_bare && is_macro { self.textual_macro(module, head, query) } else { None })
                    .or_else(|| if style == Style::Use { self.outer_glob(module) } else { None })
                    .ok_or_else(|| Failure::UnknownHead(head.into()))?
            }
        };
        let mut rest = rest;
        while let (Def::Module(inner), Some(more)) = (def, rest) {
            let (segment, after) = split(more);
            let wanted = if after.is_some() { Namespace::Type } else { namespace };
            def = match segment {
                "super" => Def::Module(self.above(inner)?),
                "self" => def,
                _ => match self.member(inner, segment, wanted, module, query) {
                    Some(found) => found,
                    None if wanted != Namespace::Any && self.has(inner, segment, query) => {
                        return Err(Failure::NotHere);
                    }
                    // A glob's path ends with a module or type, too.
                    None if style == Style::Use
                        && (after.is_some() || namespace == Namespace::Type && query.active.is_empty())
                        && self.lacks(inner, segment, query) =>
                    {
                        return Err(Failure::Missing(inner, segment.into()));
                    }
                    None => return Ok(Def::Hidden(inner)),
                },
            };
            rest = after;
        }
        Ok(def)
    }

    fn above(&self, module: ModuleId) -> Result<ModuleId, Failure> {
        let module = self.modules.named_module(module);
        let parent = self.modules.named_module(self.modules.modules[module as usize].parent);
        if parent == module { Err(Failure::AboveRoot) } else { Ok(parent) }
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once("::").map_or((path, None), |(head, rest)| (head, Some(rest)))
}
