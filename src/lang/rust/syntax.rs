//! Tokens and parser events of a text. The only place that calls the parser and bounds what it may cost.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ra_ap_parser::{Edition, LexedStr, Output, Step, SyntaxKind, TopEntryPoint};

use crate::lang::rust::depth;

/// A lexed and parsed text. Tokens are those that are neither white space nor comment, counted from 0.
pub(super) struct Parsed<'a> {
    lexed: LexedStr<'a>,
    /// Index in `lexed` of each token.
    raw: Vec<u32>,
    output: Output,
}

/// Parses `text` with the keywords of an edition, or says why it was left alone.
pub(super) fn parse(edition: Edition, text: &str) -> Result<Parsed<'_>, &'static str> {
    if u32::try_from(text.len()).is_err() {
        return Err("too large to parse");
    }
    let lexed = LexedStr::new(edition, text);
    let raw: Vec<u32> = (0..lexed.len() as u32).filter(|&at| !lexed.kind(at as usize).is_trivia()).collect();
    if depth::is_too_deep(raw.iter().map(|&at| lexed.kind(at as usize))) {
        return Err("too deeply nested to parse");
    }
    let input = lexed.to_input(edition);
    // The parser asserts that it makes progress; a bug there must not take the program down.
    let output = catch_unwind(AssertUnwindSafe(|| TopEntryPoint::SourceFile.parse(&input)))
        .map_err(|_| "the parser gave up on this file")?;
    Ok(Parsed { lexed, raw, output })
}

impl<'a> Parsed<'a> {
    /// Kind of a token; `EOF` past the end.
    pub fn kind(&self, token: usize) -> SyntaxKind {
        self.raw.get(token).map_or(SyntaxKind::EOF, |&at| self.lexed.kind(at as usize))
    }

    /// Text of a token; empty past the end.
    pub fn text(&self, token: usize) -> &str {
        self.raw.get(token).map_or("", |&at| self.lexed.text(at as usize))
    }

    /// Byte offset of a token's start; that of the end of the text past the end.
    pub fn start(&self, token: usize) -> usize {
        self.raw.get(token).map_or(self.lexed.as_str().len(), |&at| self.lexed.text_start(at as usize))
    }

    /// Byte offset just past a token.
    pub fn end(&self, token: usize) -> usize {
        self.start(token) + self.text(token).len()
    }

    /// True if `::` starts at a token.
    pub fn is_path_separator(&self, token: usize) -> bool {
        self.kind(token) == SyntaxKind::COLON
            && self.kind(token + 1) == SyntaxKind::COLON
            && self.end(token) == self.start(token + 1)
    }

    /// The whole text.
    pub fn source(&self) -> &str {
        self.lexed.as_str()
    }

    /// The parser's steps.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.output.iter()
    }

    /// Offset and message of each error of the lexer.
    pub fn lexer_errors(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lexed.errors().map(|(raw, message)| (self.lexed.text_start(raw), message))
    }
}

/// A parser's message as one lower-case line.
pub(super) fn sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut chars = line.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// Starts of lines.
pub(super) struct Lines(Vec<u32>);

impl Lines {
    /// Lines of `text`.
    pub fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32).collect())
    }

    /// The line, from 1, that holds the byte at `offset`.
    pub fn line(&self, offset: usize) -> u32 {
        self.0.partition_point(|&newline| (newline as usize) < offset) as u32 + 1
    }
}
