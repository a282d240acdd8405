//! Code, comment and blank lines, with `tokei`'s numbers at several times its speed. Knows comment marks, not grammars.

mod html;
mod markdown;
mod notebook;
mod scanner;
mod syntax;
#[cfg(test)]
mod tests;

use tokei::LanguageType;

use crate::scan::Language;

/// Lines of a file by kind; they add up to its lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// Lines with code on them.
    pub code: u32,
    /// Lines with only a comment.
    pub comment: u32,
    /// Lines of white space.
    pub blank: u32,
}

impl LineCounts {
    /// All lines.
    pub fn total(self) -> u32 {
        self.code + self.comment + self.blank
    }
}

impl std::ops::AddAssign for LineCounts {
    fn add_assign(&mut self, other: Self) {
        self.code += other.code;
        self.comment += other.comment;
        self.blank += other.blank;
    }
}

/// Lines of `text` by kind, embedded languages (a Markdown block in a doc comment, a script in
/// HTML) counted with their host. Unknown languages have no comments.
pub fn count_lines(language: Language, text: &[u8]) -> LineCounts {
    match language.0 {
        Some(language) => count(language, text),
        None => count_unknown(text),
    }
}

/// How a language's lines are told apart.
fn count(language: LanguageType, text: &[u8]) -> LineCounts {
    use LanguageType::*;
    match language {
        Markdown | UnrealDeveloperMarkdown => markdown::count(language, text),
        Jupyter => notebook::count(text),
        // Its embedded language is named in the file; too rare to follow.
        LinguaFranca => count_by_tokei(language, text),
        _ => scanner::count(syntax::of(language), text),
    }
}

fn count_by_tokei(language: LanguageType, text: &[u8]) -> LineCounts {
    let stats = language.parse_from_slice(text, &tokei::Config::default()).summarise();
    LineCounts { code: stats.code as u32, comment: stats.comments as u32, blank: stats.blanks as u32 }
}

fn count_unknown(text: &[u8]) -> LineCounts {
    let mut counts = LineCounts::default();
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        *if line.iter().all(u8::is_ascii_whitespace) { &mut counts.blank } else { &mut counts.code } += 1;
    }
    counts
}

/// White space as `tokei` has it: ASCII, the vertical tab included.
fn is_space(byte: u8) -> bool {
    byte == b' ' || (b'\t'..=b'\r').contains(&byte)
}

/// Where the white space that begins at `at` ends, over any number of lines.
fn skip_space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|&byte| is_space(byte)) {
        at += 1;
    }
    at
}

/// Where the line that holds `at` ends, its `\n` included.
fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline + 1)
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&byte| !is_space(byte)).map_or(0, |last| last + 1);
    &text[..end]
}

fn trim(text: &[u8]) -> &[u8] {
    trim_end(&text[skip_space(text, 0)..])
}
