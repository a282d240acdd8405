//! One pass over the parser's events: functions, items, imports and paths. Deep nesting costs heap, never stack.

mod items;
mod paths;
mod types;

use ra_ap_parser::{
    Step,
    SyntaxKind::{self, *},
};

use crate::lang::cognitive::Cognitive;
use crate::lang::rust::builder::Builder;
use crate::lang::rust::facts::{ItemKind, RustFacts};
use crate::lang::rust::functions::{Functions, is_control, is_decision};
use crate::lang::rust::syntax::{Lines, Parsed, sentence};
use crate::lang::{Function, MAX_DIAGNOSTICS};
use types::{is_type, type_name};

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
}
