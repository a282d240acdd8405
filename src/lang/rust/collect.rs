//! One pass over the parser's events: functions, items, imports and paths. Deep nesting costs heap, never stack.

use ra_ap_parser::{
    Step,
    SyntaxKind::{self, *},
};

use crate::lang::cognitive::Cognitive;
use crate::lang::rust::builder::{Builder, starts_upper};
use crate::lang::rust::facts::{self, Import, ItemKind, MacroUse, ModDecl, Namespace, RustFacts, Scope, ScopeKind};
use crate::lang::rust::functions::{Functions, is_control, is_decision};
use crate::lang::rust::header::{self, Header};
use crate::lang::rust::macros::{self, Found, read_path};
use crate::lang::rust::syntax::{Lines, Parsed, sentence};
use crate::lang::rust::usetree::{self, plain_name};
use crate::lang::{Function, MAX_DIAGNOSTICS};

/// What one pass gives.
pub(super) struct Collected {
    pub functions: Vec<Function>,
    pub classes: u32,
    pub abstract_classes: u32,
    pub facts: RustFacts,
    pub error_count: usize,
    /// Offset and message of the first errors.
    pub errors: Vec<(usize, String)>,
}

/// Walks the events of `parsed`.
pub(super) fn collect<'a>(parsed: &'a Parsed<'_>, lines: &'a Lines) -> Collected {
    let mut collector = Collector::new(parsed, lines);
    for step in parsed.steps() {
        match step {
            Step::Enter { kind } => collector.enter(kind),
            Step::Token { kind, n_input_tokens } => {
                collector.token(kind);
                collector.at += usize::from(n_input_tokens);
            }
            // `x.0.1`: one token, whose events leave out the ends of the nodes it splits.
            Step::FloatSplit { ends_in_dot } => {
                collector.at += 1;
                collector.exit();
                if !ends_in_dot {
                    collector.exit();
                }
            }
            Step::Exit => collector.exit(),
            Step::Error { msg } => {
                collector.error_count += 1;
                if collector.errors.len() < MAX_DIAGNOSTICS {
                    collector.errors.push((parsed.start(collector.at), sentence(msg)));
                }
            }
        }
    }
    let (error_count, errors) = collector.all_errors();
    Collected {
        error_count,
        errors,
        functions: collector.functions.finish(),
        classes: collector.classes,
        abstract_classes: collector.abstract_classes,
        facts: collector.builder.finish(),
    }
}

/// A node whose end has not come.
#[derive(Clone, Copy)]
struct Frame {
    kind: SyntaxKind,
    /// Counts as a level of nesting.
    nests: bool,
    /// Its first token.
    start: u32,
    /// Number of nodes around the outermost of the operations that it is an operand of, and they of each other.
    operation: u32,
}

/// Something that holds while more than `depth` nodes are open.
struct While<T> {
    depth: usize,
    value: T,
}

struct Collector<'a> {
    parsed: &'a Parsed<'a>,
    lines: &'a Lines,
    builder: Builder<'a>,
    functions: Functions,
    classes: u32,
    abstract_classes: u32,
    /// The next token.
    at: usize,
    frames: Vec<Frame>,
    scopes: Vec<While<u32>>,
    /// The latest logical operator of the operations that are open.
    sequences: Vec<While<SyntaxKind>>,
    qualifiers: Vec<While<&'a str>>,
    /// Paths that start before this token are read already.
    path_floor: usize,
    /// First token of the latest type directly within an `impl`.
    impl_type: usize,
    /// The text may have globs, so that single names matter.
    wants_names: bool,
    error_count: usize,
    errors: Vec<(usize, String)>,
}

/// At most this many qualifiers stand before a function's name.
const MAX_QUALIFIERS: usize = 8;

impl<'a> Collector<'a> {
    fn new(parsed: &'a Parsed<'_>, lines: &'a Lines) -> Self {
        let source = parsed.source();
        let has = |pattern: &str| memchr::memmem::find(source.as_bytes(), pattern.as_bytes()).is_some();
        Self {
            parsed,
            lines,
            builder: Builder::new(source.len()),
            functions: Functions::default(),
            classes: 0,
            abstract_classes: 0,
            at: 0,
            frames: Vec::new(),
            scopes: vec![While { depth: 0, value: 0 }],
            sequences: Vec::new(),
            qualifiers: Vec::new(),
            path_floor: 0,
            impl_type: 0,
            wants_names: has("*;") || has("*}") || has("*,"),
            error_count: 0,
            errors: Vec::new(),
        }
    }

    /// The number of errors and the first of them, those of the lexer too.
    fn all_errors(&mut self) -> (usize, Vec<(usize, String)>) {
        let mut errors = std::mem::take(&mut self.errors);
        for (at, (offset, message)) in self.parsed.lexer_errors().enumerate() {
            self.error_count += 1;
            if at < MAX_DIAGNOSTICS {
                errors.push((offset, sentence(message)));
            }
        }
        errors.sort_by_key(|&(offset, _)| offset);
        errors.truncate(MAX_DIAGNOSTICS);
        (self.error_count, errors)
    }

    /// Kind of the node around the current one, `above` levels up.
    fn kind_above(&self, above: usize) -> SyntaxKind {
        self.frames.iter().rev().nth(above).map_or(TOMBSTONE, |frame| frame.kind)
    }

    fn enter(&mut self, kind: SyntaxKind) {
        let parent = self.kind_above(0);
        let else_if = kind == IF_EXPR && parent == IF_EXPR && self.parsed.kind(self.at.wrapping_sub(1)) == ELSE_KW;
        let nests = is_control(kind) && !else_if;
        if nests {
            self.functions.nest();
        }
        if is_decision(kind) {
            self.functions.decide();
        }
        match kind {
            PATH if self.at >= self.path_floor => self.path(parent),
            NAME if matches!(parent, IDENT_PAT | TYPE_PARAM | CONST_PARAM) => {
                self.builder.local(self.parsed.text(self.at));
            }
            BLOCK_EXPR if parent == FN => self.functions.body(),
            ASSOC_ITEM_LIST if parent == IMPL => self.qualify(type_name(self.parsed, self.impl_type)),
            CLOSURE_EXPR => self.cognitive(Cognitive::nest),
            LIFETIME if matches!(parent, BREAK_EXPR | CONTINUE_EXPR) => self.cognitive(Cognitive::one),
            _ if parent == IMPL && is_type(kind) => self.impl_type = self.at,
            _ => {}
        }
        let operation = match self.frames.last() {
            Some(frame) if matches!(frame.kind, BIN_EXPR | PAREN_EXPR) => frame.operation,
            _ => self.frames.len() as u32,
        };
        self.frames.push(Frame { kind, nests, start: self.at as u32, operation });
    }

    fn exit(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.nests {
            self.functions.unnest();
        }
        let depth = self.frames.len();
        match frame.kind {
            FN => {
                let end = self.parsed.start(self.at.saturating_sub(1));
                self.functions.end(depth, self.lines.line(end));
            }
            TOKEN_TREE if self.kind_above(0) != TOKEN_TREE => self.token_tree(frame.start as usize),
            CLOSURE_EXPR => self.cognitive(Cognitive::unnest),
            _ => {}
        }
        while self.sequences.pop_if(|sequence| sequence.depth >= depth).is_some() {}
        while self.scopes.pop_if(|scope| scope.depth > depth).is_some() {}
        while self.qualifiers.pop_if(|qualifier| qualifier.depth > depth).is_some() {}
    }

    fn token(&mut self, kind: SyntaxKind) {
        let Some(&Frame { kind: node, start, operation, .. }) = self.frames.last() else { return };
        match (node, kind) {
            (BIN_EXPR, AMP2 | PIPE2) => {
                self.functions.decide();
                self.logical(kind, operation as usize);
            }
            (IF_EXPR, ELSE_KW) => self.cognitive(Cognitive::one),
            (FN, FN_KW) => {
                self.item(1, ItemKind::Value, start);
                self.function();
            }
            (USE, USE_KW) => self.use_tree(start as usize),
            (MODULE, MOD_KW) => self.module(start),
            (EXTERN_CRATE, CRATE_KW) => self.extern_crate(start as usize),
            (STRUCT, STRUCT_KW) => self.class(ItemKind::Struct, start),
            (ENUM, ENUM_KW) | (UNION, UNION_KW) => self.class(ItemKind::Type, start),
            (TRAIT, TRAIT_KW) => {
                self.abstract_classes += 1;
                self.class(ItemKind::Type, start);
                self.qualify(self.parsed.text(self.at + 1));
            }
            (TYPE_ALIAS, TYPE_KW) => self.item(1, ItemKind::Type, start),
            (CONST, CONST_KW) => self.item(1, ItemKind::Value, start),
            (STATIC, STATIC_KW) => {
                let name = if self.parsed.kind(self.at + 1) == MUT_KW { 2 } else { 1 };
                self.item(name, ItemKind::Value, start);
            }
            (MACRO_RULES, MACRO_RULES_KW) => self.item(2, ItemKind::Macro, start),
            (MACRO_DEF, MACRO_KW) => self.item(1, ItemKind::Macro, start),
            _ => {}
        }
    }

    fn cognitive(&mut self, count: fn(&mut Cognitive)) {
        if let Some(cognitive) = self.functions.cognitive() {
            count(cognitive);
        }
    }

    /// An operator of the operations that have `depth` nodes around them: a run of like ones counts once.
    fn logical(&mut self, operator: SyntaxKind, depth: usize) {
        match self.sequences.last_mut() {
            Some(sequence) if sequence.depth == depth => {
                if std::mem::replace(&mut sequence.value, operator) != operator {
                    self.cognitive(Cognitive::one);
                }
            }
            _ => {
                self.sequences.push(While { depth, value: operator });
                self.cognitive(Cognitive::one);
            }
        }
    }

    /// Qualifies the functions within the current node.
    fn qualify(&mut self, name: &'a str) {
        self.qualifiers.push(While { depth: self.frames.len(), value: name });
    }

    fn function(&mut self) {
        let name = self.parsed.text(self.at + 1);
        let around = self.qualifiers.len().saturating_sub(MAX_QUALIFIERS);
        let mut qualified = String::new();
        for qualifier in &self.qualifiers[around..] {
            qualified.push_str(qualifier.value);
            qualified.push_str("::");
        }
        qualified.push_str(name);
        let depth = self.frames.len() - 1;
        self.functions.begin(qualified.into_boxed_str(), self.line(self.at), depth);
        self.qualify(name);
    }

    fn line(&self, token: usize) -> u32 {
        self.lines.line(self.parsed.start(token))
    }

    /// The scope of the item whose node is open, made if it is the first of its block; `None` for associated items.
    fn item_scope(&mut self) -> Option<u32> {
        match self.kind_above(1) {
            SOURCE_FILE | ITEM_LIST | EXTERN_ITEM_LIST => Some(self.scope()),
            STMT_LIST => {
                let depth = self.frames.len() - 1;
                match self.scopes.last() {
                    Some(scope) if scope.depth == depth => Some(scope.value),
                    _ => Some(self.open_scope(ScopeKind::Block, "", None, depth)),
                }
            }
            _ => None,
        }
    }

    /// The innermost scope.
    fn scope(&self) -> u32 {
        self.scopes.last().map_or(0, |scope| scope.value)
    }

    fn open_scope(&mut self, kind: ScopeKind, name: &str, path: Option<&str>, depth: usize) -> u32 {
        let (parent, id) = (self.scope(), self.builder.scopes.len() as u32);
        let name = self.builder.intern(name);
        let path = path.map(|path| self.builder.intern(path));
        self.builder.scopes.push(Scope { parent, kind, name, path });
        self.scopes.push(While { depth, value: id });
        id
    }

    fn class(&mut self, kind: ItemKind, start: u32) {
        self.classes += 1;
        self.item(1, kind, start);
    }

    /// An item whose name comes `ahead` tokens after its keyword.
    fn item(&mut self, ahead: usize, kind: ItemKind, start: u32) {
        let Some(scope) = self.item_scope() else { return };
        let header = header::read(self.parsed, start as usize..self.at);
        let kind = if kind == ItemKind::Macro && header.macro_export { ItemKind::ExportedMacro } else { kind };
        self.add_item(scope, self.at + ahead, kind, header.public);
        if header.proc_macro {
            self.add_item(scope, self.at + ahead, ItemKind::ExportedMacro, header.public);
        }
        if let Some(name) = header.derive {
            self.builder.item(scope, &name, ItemKind::ExportedMacro, header.public);
        }
    }

    fn add_item(&mut self, scope: u32, token: usize, kind: ItemKind, public: bool) {
        self.builder.item(scope, plain_name(self.parsed.text(token)), kind, public);
    }

    fn module(&mut self, start: u32) {
        let header = header::read(self.parsed, start as usize..self.at);
        let scope = self.item_scope().unwrap_or_default();
        self.macro_use(scope, self.at + 1, &header, false);
        match self.parsed.kind(self.at + 2) {
            L_CURLY => {
                self.add_item(scope, self.at + 1, ItemKind::Module, header.public);
                let name = self.parsed.text(self.at + 1);
                let path = header.paths.first().map(String::as_str);
                self.open_scope(ScopeKind::Inline, plain_name(name), path, self.frames.len());
                self.qualify(name);
            }
            _ => self.module_file(scope, self.at, &header),
        }
    }

    /// Notes the `#[macro_use]` of a module or crate whose name is at `token`.
    fn macro_use(&mut self, scope: u32, token: usize, header: &Header, is_crate: bool) {
        if header.macro_use {
            let name = self.builder.intern(plain_name(self.parsed.text(token)));
            self.builder.macro_uses.push(MacroUse { scope, name, is_crate });
        }
    }

    /// `mod name;`, with its keyword at `token`.
    fn module_file(&mut self, scope: u32, token: usize, header: &Header) {
        self.add_item(scope, token + 1, ItemKind::Module, header.public);
        let name = self.builder.intern(plain_name(self.parsed.text(token + 1)));
        let line = self.line(token);
        let paths: Vec<_> = header.paths.iter().map(|path| self.builder.intern(path)).collect();
        self.builder.mods.extend(paths.iter().map(|&path| ModDecl { scope, name, path: Some(path), line }));
        if !header.always_path() {
            self.builder.mods.push(ModDecl { scope, name, path: None, line });
        }
    }

    fn use_tree(&mut self, start: usize) {
        let header = header::read(self.parsed, start..self.at);
        let scope = self.item_scope().unwrap_or_default();
        self.path_floor = self.imports(scope, self.at + 1, header.public);
    }

    /// The leaves of the tree at `token`; returns the token after it.
    fn imports(&mut self, scope: u32, token: usize, public: bool) -> usize {
        let (builder, parsed, lines) = (&mut self.builder, self.parsed, self.lines);
        usetree::read(parsed, token, |leaf| {
            let path = builder.intern(&leaf.path);
            let name = leaf.name.as_deref().unwrap_or_default();
            let (hash, name) = (facts::hash(name), builder.intern(name));
            let line = lines.line(parsed.start(leaf.token));
            builder.imports.push(Import {
                scope,
                path,
                name,
                hash,
                line,
                glob: leaf.glob,
                public,
                extern_crate: false,
            });
        })
    }

    fn extern_crate(&mut self, start: usize) {
        let header = header::read(self.parsed, start..self.at);
        let scope = self.item_scope().unwrap_or_default();
        self.macro_use(scope, self.at + 1, &header, true);
        let path = plain_name(self.parsed.text(self.at + 1));
        let name =
            if self.parsed.kind(self.at + 2) == AS_KW { plain_name(self.parsed.text(self.at + 3)) } else { path };
        let name = if name == "_" { "" } else { name };
        let (hash, line, public) = (facts::hash(name), self.line(self.at), header.public);
        let (path, name) = (self.builder.intern(path), self.builder.intern(name));
        let import = Import { scope, path, name, hash, line, glob: false, public, extern_crate: true };
        self.builder.imports.push(import);
    }

    /// The outermost path node at the current token.
    fn path(&mut self, parent: SyntaxKind) {
        self.path_floor = self.at + 1;
        let Some((end, path)) = read_path(self.parsed, self.at) else { return };
        let namespace = match parent {
            PATH_TYPE => Namespace::Type,
            MACRO_CALL => Namespace::Macro,
            PATH_EXPR => Namespace::Value,
            _ => Namespace::Any,
        };
        if !path.contains("::") {
            let is_call = namespace == Namespace::Value && self.parsed.kind(end) == L_PAREN;
            let in_attribute = matches!(parent, PATH_META | KEY_VALUE_META | TOKEN_TREE_META | VISIBILITY_INNER);
            let is_name = self.wants_names && (starts_upper(path) || is_call);
            if in_attribute || !(is_name || namespace == Namespace::Macro) {
                return;
            }
        }
        // What was cut off belongs to an item, which may be of any kind.
        let namespace = if starts_upper(last_segment(path)) { Namespace::Any } else { namespace };
        self.add_path(self.at, path, namespace);
    }

    fn add_path(&mut self, token: usize, path: &'a str, namespace: Namespace) {
        if !path.starts_with("Self") {
            let (scope, line) = (self.scope(), || self.lines.line(self.parsed.start(token)));
            self.builder.path(scope, path, namespace, line);
        }
    }

    fn token_tree(&mut self, start: usize) {
        let owner = self.kind_above(0);
        let at_items = owner == MACRO_CALL && matches!(self.kind_above(1), SOURCE_FILE | ITEM_LIST);
        let is_include = owner == MACRO_CALL && start >= 2 && self.parsed.text(start - 2) == "include";
        let scope = self.scope();
        if is_include && let Some(path) = included_path(self.parsed, start) {
            let (name, line) = (self.builder.intern(&path), self.line(start));
            self.builder.includes.push(ModDecl { scope, name, path: None, line });
        }
        macros::scan(self.parsed, start..self.at, at_items, |found| match found {
            Found::Path(token, path, namespace) => {
                if self.wants_names || namespace == Namespace::Macro || path.contains("::") {
                    self.add_path(token, path, namespace);
                }
            }
            Found::Module(token, header) => {
                self.macro_use(scope, token + 1, &header, false);
                self.module_file(scope, token, &header);
            }
            Found::Use(token, header) => _ = self.imports(scope, token + 1, header.public),
            Found::Item(token, kind, header) => self.add_item(scope, token, kind, header.public),
        });
    }
}

/// The file that the arguments of an `include!` name, which open at `start`: a literal, or one behind
/// `concat!(env!("CARGO_MANIFEST_DIR"), …)`.
fn included_path(parsed: &Parsed<'_>, start: usize) -> Option<String> {
    const IN_PACKAGE: [&str; 10] = ["(", "concat", "!", "(", "env", "!", "(", "\"CARGO_MANIFEST_DIR\"", ")", ","];
    let literal = |token| header::string_value(parsed.text(token));
    if IN_PACKAGE.iter().zip(start..).all(|(text, token)| parsed.text(token) == *text) {
        return literal(start + IN_PACKAGE.len()).filter(|path| path.starts_with('/'));
    }
    literal(start + 1).filter(|path| !path.starts_with('/'))
}

fn is_type(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        PATH_TYPE | REF_TYPE | PTR_TYPE | SLICE_TYPE | ARRAY_TYPE | TUPLE_TYPE | PAREN_TYPE | NEVER_TYPE | MACRO_TYPE
    ) || matches!(kind, DYN_TRAIT_TYPE | IMPL_TRAIT_TYPE | FN_PTR_TYPE | FOR_TYPE | INFER_TYPE)
}

/// The name of the type at `token`: the last segment of its path, or its first word or sign.
fn type_name<'a>(parsed: &'a Parsed<'_>, mut token: usize) -> &'a str {
    let first = token;
    while matches!(parsed.kind(token), AMP | STAR | LIFETIME_IDENT | MUT_KW | CONST_KW | DYN_KW | L_BRACK | L_PAREN) {
        token += 1;
    }
    let mut last = if parsed.is_path_separator(token) { token + 2 } else { token };
    while parsed.is_path_separator(last + 1) && parsed.kind(last + 3) == IDENT {
        last += 3;
    }
    let name = parsed.text(last);
    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') { name } else { parsed.text(first) }
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}
