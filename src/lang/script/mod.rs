//! JavaScript and TypeScript sources become facts. Parses with oxc; does no semantic analysis and knows no other file.

mod depth;
mod functions;
mod imports;
mod references;
mod visit;

use std::cell::RefCell;

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;
use tokei::LanguageType;

use crate::lang::{Detail, Diagnostic, Facts, ImportKind, MAX_DIAGNOSTICS, Wanted};

/// What the script resolver needs of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScriptFacts {
    /// Every import with a literal specifier, in source order.
    pub imports: Box<[ScriptImport]>,
}

/// An import of a module whose name stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptImport {
    /// The module as written. That of a `/// <reference path>` starts with a dot.
    pub specifier: Box<str>,
    /// First line of the statement or call, 1-based.
    pub line: u32,
    /// How it binds.
    pub kind: ImportKind,
    /// Loaded by `require`, so that a package answers with what it exports under that condition.
    pub require: bool,
}

/// Facts of a script. Closures are not listed; their decision points count in the named function around them.
pub(super) fn extract(text: &str, language: LanguageType, _wanted: Wanted) -> Facts {
    let typed = matches!(language, LanguageType::TypeScript | LanguageType::Tsx);
    match depth::plan(text, typed) {
        depth::Plan::InPlace => parse(text, language),
        depth::Plan::Refuse(reason) => Facts::unparsed(reason),
        depth::Plan::OwnStack(bytes) => depth::on_own_stack(bytes, || parse(text, language))
            .unwrap_or_else(|| Facts::unparsed("not parsed: there is no memory for the stack it may need")),
    }
}

thread_local! {
    /// A thread's syntax trees follow each other in the same memory.
    static ARENA: RefCell<Allocator> = RefCell::default();
}

/// More is given back after a large file, in bytes.
const MAX_KEPT_BYTES: usize = 4 << 20;

fn parse(text: &str, language: LanguageType) -> Facts {
    ARENA.with_borrow_mut(|arena| {
        let facts = parse_in(arena, text, language);
        if arena.capacity() > MAX_KEPT_BYTES {
            *arena = Allocator::default();
        }
        arena.reset();
        facts
    })
}

fn parse_in(allocator: &Allocator, text: &str, language: LanguageType) -> Facts {
    let mut best: Option<ParserReturn<'_>> = None;
    for &mode in modes(language) {
        if best.is_some() && mode.is_typescript() && depth::many_angles(text) {
            break;
        }
        let attempt = parse_as(allocator, text, mode);
        if best.as_ref().is_none_or(|best| errors(&attempt) < errors(best)) {
            best = Some(attempt);
        }
        if best.as_ref().is_some_and(|best| errors(best) == (false, 0)) {
            break;
        }
    }
    best.map_or_else(Facts::default, |parsed| facts_of(&parsed, text))
}

/// Whether nothing could be kept of the source, and how many errors it has: less is better.
fn errors(parsed: &ParserReturn<'_>) -> (bool, usize) {
    (parsed.panicked, parsed.diagnostics.len())
}

/// How a source is read, the next one only if the one before it found errors. The suffix is not known here: `.js` may hold
/// JSX or Flow's types, `.ts` may be a declaration file, in which values need no initialiser.
fn modes(language: LanguageType) -> &'static [SourceType] {
    const JAVASCRIPT: SourceType = SourceType::jsx().with_unambiguous(true);
    const TYPESCRIPT: SourceType = SourceType::ts().with_unambiguous(true);
    const TSX: SourceType = SourceType::tsx().with_unambiguous(true);
    const SCRIPT: SourceType = SourceType::script();
    match language {
        LanguageType::TypeScript => const { &[TYPESCRIPT, SourceType::d_ts(), TSX] },
        LanguageType::Tsx => const { &[TSX] },
        _ => const { &[JAVASCRIPT, SCRIPT, TSX, TYPESCRIPT] },
    }
}

fn parse_as<'a>(allocator: &'a Allocator, text: &'a str, mode: SourceType) -> ParserReturn<'a> {
    let options = ParseOptions {
        allow_return_outside_function: true,
        allow_v8_intrinsics: true,
        preserve_parens: false,
        enable_ident_hashes: false,
        ..ParseOptions::default()
    };
    Parser::new(allocator, text, mode).with_options(options).parse()
}

fn facts_of(parsed: &ParserReturn<'_>, text: &str) -> Facts {
    let lines = Lines::of(text);
    let mut facts = Facts { diagnostics: diagnostics(parsed, &lines), ..Facts::default() };
    let mut visitor = visit::Visitor::new(text, &lines);
    imports::references(&parsed.program, &mut visitor.imports);
    if parsed.panicked {
        imports::before_the_error(parsed, text, &mut visitor.imports);
    } else {
        visitor.run(&parsed.program);
    }
    let (imports, computed_imports) = visitor.imports.finish(text, &lines);
    facts.computed_imports = computed_imports;
    facts.references = visitor.references.into();
    (facts.functions, facts.classes, facts.abstract_classes) = visitor.functions.finish();
    facts.detail = Detail::Script(Box::new(ScriptFacts { imports }));
    facts
}

fn diagnostics(parsed: &ParserReturn<'_>, lines: &Lines) -> Vec<Diagnostic> {
    let mut found: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|error| Diagnostic {
            line: error.labels.first().map_or(0, |label| lines.line_of(label.offset())),
            message: lower_first(&error.message).into(),
        })
        .collect();
    found.sort_by_key(|diagnostic| diagnostic.line);
    found.truncate(MAX_DIAGNOSTICS);
    found
}

/// The sentence as diagnostics are written here: it starts small and has no full stop.
fn lower_first(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Where lines start.
struct Lines(Vec<u32>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Self(std::iter::once(0).chain(ends.map(|end| end as u32 + 1)).collect())
    }

    /// The line that holds `offset`, 1-based.
    fn line_of(&self, offset: u32) -> u32 {
        self.0.partition_point(|&start| start <= offset) as u32
    }
}

#[cfg(test)]
mod tests;
