//! Gathers [`RustFacts`]: interns names, keeps each path once, and drops those that cannot lead anywhere.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lang::rust::facts::{
    self, Import, Item, ItemKind, MacroUse, ModDecl, Name, Namespace, PathUse, RustFacts, Scope, ScopeKind,
};

/// A path as it stands in the source; decided on when the whole file is known.
struct Candidate<'a> {
    scope: u32,
    path: &'a str,
    line: u32,
    namespace: Namespace,
}

/// See the module.
pub(super) struct Builder<'a> {
    text: String,
    names: FxHashMap<String, Name>,
    max_text: usize,
    pub scopes: Vec<Scope>,
    pub items: Vec<Item>,
    pub mods: Vec<ModDecl>,
    pub imports: Vec<Import>,
    pub includes: Vec<ModDecl>,
    pub macro_uses: Vec<MacroUse>,
    candidates: Vec<Candidate<'a>>,
    seen: FxHashSet<(u32, &'a str, Namespace)>,
    locals: FxHashSet<&'a str>,
}

impl<'a> Builder<'a> {
    /// For a source of `bytes` bytes.
    pub fn new(bytes: usize) -> Self {
        let file = Scope { parent: 0, kind: ScopeKind::File, name: Name::default(), path: None };
        Self {
            text: String::new(),
            names: FxHashMap::default(),
            max_text: 4 * bytes + 4096,
            scopes: vec![file],
            items: Vec::new(),
            mods: Vec::new(),
            imports: Vec::new(),
            includes: Vec::new(),
            macro_uses: Vec::new(),
            candidates: Vec::new(),
            seen: FxHashSet::default(),
            locals: FxHashSet::default(),
        }
    }

    /// The slice for `text`. Nested `use` trees can say more than the source is long: what is too much is empty.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(&name) = self.names.get(text) {
            return name;
        }
        if self.text.len() + text.len() > self.max_text {
            return Name::default();
        }
        let name = Name { start: self.text.len() as u32, len: text.len() as u32 };
        self.text.push_str(text);
        self.names.insert(text.to_owned(), name);
        name
    }

    /// Adds an item.
    pub fn item(&mut self, scope: u32, name: &str, kind: ItemKind, public: bool) {
        let (hash, name) = (facts::hash(name), self.intern(name));
        self.items.push(Item { scope, name, hash, kind, public });
    }

    /// Notes a path; the first of equal ones gives the line.
    pub fn path(&mut self, scope: u32, path: &'a str, namespace: Namespace, line: impl FnOnce() -> u32) {
        if self.seen.insert((scope, path, namespace)) {
            self.candidates.push(Candidate { scope, path, line: line(), namespace });
        }
    }

    /// Notes a name bound by a pattern or a generic parameter, which hides what a glob brings in.
    pub fn local(&mut self, name: &'a str) {
        self.locals.insert(name);
    }

    /// The facts.
    pub fn finish(mut self) -> RustFacts {
        self.items.sort_by_key(|item| (item.scope, item.hash));
        self.imports.sort_by_key(|import| (import.scope, import.hash));
        let facts = RustFacts {
            text: std::mem::take(&mut self.text).into_boxed_str(),
            scopes: std::mem::take(&mut self.scopes).into_boxed_slice(),
            items: std::mem::take(&mut self.items).into_boxed_slice(),
            mods: std::mem::take(&mut self.mods).into_boxed_slice(),
            imports: std::mem::take(&mut self.imports).into_boxed_slice(),
            paths: Box::default(),
            macro_uses: std::mem::take(&mut self.macro_uses).into_boxed_slice(),
            includes: std::mem::take(&mut self.includes).into_boxed_slice(),
        };
        let open: Vec<bool> = facts.scopes.iter().zip(0..).map(|(_, scope)| has_open_glob(&facts, scope)).collect();
        let candidates = std::mem::take(&mut self.candidates);
        self.text = facts.text.to_string();
        let mut kept: FxHashSet<(u32, Name, Namespace)> = FxHashSet::default();
        let mut paths = Vec::new();
        for candidate in candidates {
            let Some(path) = self.worth_keeping(&facts, &open, &candidate) else { continue };
            let Candidate { scope, line, namespace, .. } = candidate;
            let path = self.intern(&path);
            if kept.insert((scope, path, namespace)) {
                paths.push(PathUse { scope, path, line, namespace });
            }
        }
        RustFacts { text: self.text.into_boxed_str(), paths: paths.into_boxed_slice(), ..facts }
    }

    /// The path to keep of a candidate, if it can lead to another file.
    fn worth_keeping(&self, facts: &RustFacts, open: &[bool], candidate: &Candidate<'_>) -> Option<String> {
        let mut path = candidate.path.replace("r#", "");
        path.retain(|c| !c.is_whitespace());
        let absolute = path.starts_with("::");
        let mut segments = path.trim_start_matches("::").split("::");
        let head = segments.next()?;
        let single = segments.next().is_none();
        if is_standard(head) {
            return (!single).then(|| head.to_owned());
        }
        if matches!(head, "crate" | "self" | "super") {
            return (!single).then_some(path);
        }
        if absolute {
            return Some(path);
        }
        let scope = candidate.scope;
        let bound = lookup(facts, scope, head);
        let reachable = match (&bound, single || starts_upper(head)) {
            // What a `use` binds is an edge by itself, a local item none.
            (Some(_), true) => false,
            (None, true) if candidate.namespace == Namespace::Macro => open[scope as usize] || !is_standard_macro(head),
            (None, true) => open[scope as usize] && !self.locals.contains(head),
            (Some(Some(import)), false) => {
                !is_standard(import.trim_start_matches("::").split("::").next().unwrap_or_default())
            }
            (Some(None) | None, false) => true,
        };
        reachable.then_some(path)
    }
}

/// What `name` is bound to in `scope` or a block around it: nothing, an item (`Some(None)`) or the path of an import.
fn lookup<'f>(facts: &'f RustFacts, mut scope: u32, name: &str) -> Option<Option<&'f str>> {
    loop {
        if let Some(import) = facts.imports_named(scope, name).next() {
            return Some(Some(facts.str(import.path)));
        }
        if facts.items_named(scope, name).next().is_some() {
            return Some(None);
        }
        let Scope { parent, kind, .. } = facts.scopes[scope as usize];
        if kind != ScopeKind::Block {
            return None;
        }
        scope = parent;
    }
}

/// Levels of `use super::*` that are followed within a file.
const MAX_GLOB_DEPTH: u32 = 16;

/// True if a glob may bring names of other files into `scope`.
fn has_open_glob(facts: &RustFacts, scope: u32) -> bool {
    fn leads_out(facts: &RustFacts, mut scope: u32, depth: u32) -> bool {
        loop {
            let mut globs = facts.imports_named(scope, "").filter(|import| import.glob);
            if depth > MAX_GLOB_DEPTH || globs.any(|glob| glob_leads_out(facts, scope, facts.str(glob.path), depth)) {
                return true;
            }
            let Scope { parent, kind, .. } = facts.scopes[scope as usize];
            if kind != ScopeKind::Block {
                return false;
            }
            scope = parent;
        }
    }
    fn glob_leads_out(facts: &RustFacts, scope: u32, path: &str, depth: u32) -> bool {
        let last = path.rsplit("::").next().unwrap_or_default();
        if starts_upper(last) || is_standard(path.split("::").next().unwrap_or_default()) {
            return false;
        }
        let mut target = module_of(facts, scope);
        for segment in path.split("::") {
            if segment != "super" || facts.scopes[target as usize].kind == ScopeKind::File {
                return true;
            }
            target = module_of(facts, facts.scopes[target as usize].parent);
        }
        leads_out(facts, target, depth + 1)
    }
    leads_out(facts, scope, 0)
}

/// The nearest scope that is a module.
fn module_of(facts: &RustFacts, mut scope: u32) -> u32 {
    while facts.scopes[scope as usize].kind == ScopeKind::Block {
        scope = facts.scopes[scope as usize].parent;
    }
    scope
}

/// True for crates of the standard distribution.
pub(super) fn is_standard(head: &str) -> bool {
    matches!(head, "std" | "core" | "alloc")
}

/// True for the macros of the standard prelude that people call.
fn is_standard_macro(name: &str) -> bool {
    const PREFIXES: [&str; 3] = ["assert", "debug_assert", "env"];
    const NAMES: [&str; 24] = [
        "cfg",
        "column",
        "compile_error",
        "concat",
        "dbg",
        "eprint",
        "eprintln",
        "file",
        "format",
        "format_args",
        "include",
        "include_bytes",
        "include_str",
        "line",
        "macro_rules",
        "matches",
        "panic",
        "print",
        "println",
        "stringify",
        "todo",
        "unimplemented",
        "unreachable",
        "vec",
    ];
    let name = name.strip_suffix("_eq").or_else(|| name.strip_suffix("_ne")).unwrap_or(name);
    PREFIXES.contains(&name) || NAMES.contains(&name) || matches!(name, "write" | "writeln" | "option_env")
}

/// True for what is by convention a type, a trait, a variant or a constant.
pub(super) fn starts_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}
