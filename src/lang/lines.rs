//! Code, comment and blank lines, with `tokei`'s numbers.

use crate::lang::Language;

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

/// Lines of `text` by kind, embedded languages (a Markdown block in a doc comment, a script in
/// HTML) counted with their host. Unknown languages have no comments.
pub fn count_lines(language: Language, text: &[u8]) -> LineCounts {
    let Some(language) = language.0 else {
        let mut counts = LineCounts::default();
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            *if line.iter().all(u8::is_ascii_whitespace) { &mut counts.blank } else { &mut counts.code } += 1;
        }
        return counts;
    };
    let stats = language.parse_from_slice(text, &tokei::Config::default()).summarise();
    LineCounts { code: stats.code as u32, comment: stats.comments as u32, blank: stats.blanks as u32 }
}
