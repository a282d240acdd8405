//! `tokei`'s line counter as one sequential pass: a state for strings and comments, and a verdict for each line.
//!
//! Its oddities are kept on purpose, for the numbers are to be equal. The time is linear in the text.

use super::html::{self, Embedded};
use super::syntax::{Effect, Syntax, stop};
use super::{LineCounts, count as count_language, is_space, markdown, skip_space, trim_end};

pub(super) fn count(syntax: &Syntax, text: &[u8]) -> LineCounts {
    let mut scanner = Scanner {
        syntax,
        text,
        quote: None,
        verbatim: false,
        comments: Vec::new(),
        tags: syntax.embeds.then(|| html::Finder::new(text)),
        counts: LineCounts::default(),
    };
    let mut at = 0;
    while at < text.len() {
        at = scanner.line(at);
    }
    scanner.counts
}

struct Scanner<'a> {
    syntax: &'a Syntax,
    text: &'a [u8],
    /// The closing mark of the string the scan is in.
    quote: Option<&'static str>,
    /// Backslashes mean nothing. It stays set after a verbatim string until another one opens.
    verbatim: bool,
    /// The closing marks of the comments the scan is in.
    comments: Vec<&'static str>,
    /// Tags with content in other languages, for languages that have them.
    tags: Option<html::Finder<'a>>,
    counts: LineCounts,
}

/// Why the scan of a line stopped, and where.
enum Scan {
    /// At the `\n` or the end of the text.
    LineEnd(usize),
    /// At a comment up to the line's end.
    LineComment(usize),
    /// At a doc comment.
    Doc(usize),
    /// At a tag with content in another language.
    Embedded(Embedded),
}

impl Scanner<'_> {
    /// Counts the line that starts at `start`; returns where the next one starts.
    fn line(&mut self, start: usize) -> usize {
        let first = self.skip_indent(start);
        let was_plain = self.is_plain();
        let was_in_comment = !self.comments.is_empty();
        if was_plain {
            if self.is_line_end(first) {
                self.counts.blank += 1;
                return self.after(first);
            }
            if self.syntax.ask_important
                && let Some(next) = self.judge_unimportant(start, first)
            {
                return next;
            }
        }
        if let Some(tags) = &mut self.tags {
            tags.enter(first);
        }
        let newline = match self.scan(first) {
            Scan::Doc(at) => return self.doc_comment(at),
            Scan::Embedded(embedded) => return self.embedded(embedded),
            Scan::LineComment(at) => self.newline(at),
            Scan::LineEnd(newline) => {
                // `tokei` looks for doc comments beyond a line it scans, and with one found forgets the line.
                if self.syntax.doc_comments
                    && self.is_plain()
                    && self.is_doc_comment(skip_space(self.text, newline))
                    && (!was_plain || self.syntax.is_important(&self.text[first..newline]))
                {
                    return self.doc_comment(newline);
                }
                newline
            }
        };
        self.judge(&self.text[first..newline], was_in_comment);
        self.after(newline)
    }

    /// Counts a plain line that `tokei` judges by its start alone; `None` when it would scan it.
    fn judge_unimportant(&mut self, start: usize, first: usize) -> Option<usize> {
        let newline = self.newline(first);
        let line = trim_end(&self.text[first..newline]);
        if self.syntax.is_important(line) {
            return None;
        }
        let line = if self.syntax.fixed_columns { &self.text[start..newline] } else { line };
        let is_comment = self.syntax.literate || self.begins_line_comment(line);
        *if is_comment { &mut self.counts.comment } else { &mut self.counts.code } += 1;
        Some(self.after(newline))
    }

    /// Counts a scanned line, given without its indentation.
    fn judge(&mut self, line: &[u8], was_in_comment: bool) {
        let is_comment = self.syntax.literate || self.quote.is_none() && (was_in_comment || self.begins_comment(line));
        *if is_comment { &mut self.counts.comment } else { &mut self.counts.code } += 1;
    }

    fn begins_comment(&self, line: &[u8]) -> bool {
        if line.first().is_none_or(|&byte| self.syntax.stops[byte as usize] & stop::OPENS_COMMENT == 0) {
            return false;
        }
        let line = trim_end(line);
        self.begins_line_comment(line)
            || self.syntax.comments.iter().any(|&(start, end)| {
                line.starts_with(start.as_bytes())
                    && (line.ends_with(end.as_bytes()) || self.comments.last() == Some(&end))
            })
    }

    fn begins_line_comment(&self, line: &[u8]) -> bool {
        self.syntax.line_comments.iter().any(|start| line.starts_with(start.as_bytes()))
    }

    /// Follows strings and comments from `at` to the end of the line.
    fn scan(&mut self, mut at: usize) -> Scan {
        loop {
            at = self.skip_to_stop(at);
            if self.is_line_end(at) {
                return Scan::LineEnd(at);
            }
            let rest = &self.text[at..];
            if let Some(quote) = self.quote
                && rest.starts_with(quote.as_bytes())
            {
                self.quote = None;
                at += quote.len();
            } else if let Some(escape) = self.escape(rest) {
                at += escape;
            } else if self.quote.is_some() {
                at += 1;
            } else if !self.comments.is_empty() {
                at += self.step_in_comment(rest);
            } else if self.syntax.doc_comments && self.is_doc_comment(at) {
                return Scan::Doc(at);
            } else if let Some(embedded) = self.tags.as_mut().and_then(|tags| tags.embedded(at)) {
                return Scan::Embedded(embedded);
            } else {
                match self.syntax.mark(rest) {
                    None => at += 1,
                    Some(mark) => {
                        match mark.effect {
                            Effect::LineComment => return Scan::LineComment(at),
                            Effect::Comment { end, .. } => self.comments.push(end),
                            Effect::Quote { end, verbatim } => {
                                self.quote = Some(end);
                                self.verbatim = verbatim;
                            }
                        }
                        at += mark.text.len();
                    }
                }
            }
        }
    }

    /// The length of what stands at a stop in a comment: its end, another comment's start or nothing.
    fn step_in_comment(&mut self, rest: &[u8]) -> usize {
        if let Some(end) = self.comments.last()
            && rest.starts_with(end.as_bytes())
        {
            let length = end.len();
            self.comments.pop();
            return length;
        }
        let Some((mark, end, nests)) = self.syntax.comment(rest) else { return 1 };
        if nests || self.syntax.nested {
            self.comments.push(end);
        }
        // A start that does not nest is stepped over all the same: `/*/` does not end a comment.
        mark.len()
    }

    /// The length of an escape sequence, which counts in comments and plain code too.
    fn escape(&self, rest: &[u8]) -> Option<usize> {
        if self.verbatim {
            return None;
        }
        let escaped = rest.strip_prefix(b"\\")?;
        let hides = escaped.first() == Some(&b'\\')
            || self.syntax.quotes.iter().any(|(start, _)| escaped.starts_with(start.as_bytes()));
        hides.then_some(2)
    }

    /// Counts the block of doc comments that begins at `at` or after white space there; returns
    /// where it ends. Its marks stripped, it is Markdown; blank lines inside it vanish.
    fn doc_comment(&mut self, at: usize) -> usize {
        let first = skip_space(self.text, at);
        let mark = &self.text[first..first + DOC_MARK_LEN];
        let mut markdown = Vec::new();
        let mut end = at;
        loop {
            let content = skip_space(self.text, end);
            if !self.text[content..].starts_with(mark) {
                break;
            }
            end = self.after(self.newline(content));
            markdown.extend_from_slice(&self.text[content + DOC_MARK_LEN..end]);
        }
        self.counts += markdown::count_documentation(&markdown);
        end
    }

    /// Counts a tag's content and the line with the tag; returns where the closing tag is.
    fn embedded(&mut self, Embedded { language, content }: Embedded) -> usize {
        let end = content.end;
        self.counts.code += 1;
        self.counts += count_language(language, html::trim_tag_lines(&self.text[content]));
        end
    }

    fn is_doc_comment(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        rest.starts_with(b"///") || rest.starts_with(b"//!")
    }

    fn is_plain(&self) -> bool {
        self.quote.is_none() && self.comments.is_empty()
    }

    fn skip_to_stop(&self, start: usize) -> usize {
        let state = match (self.quote, self.comments.is_empty()) {
            (Some(_), _) => stop::QUOTE,
            (None, false) => stop::COMMENT,
            (None, true) => stop::PLAIN,
        };
        let is_stop = |&byte: &u8| self.syntax.stops[byte as usize] & state != 0;
        let at = self.text[start..].iter().position(is_stop).map_or(self.text.len(), |length| start + length);
        match &self.tags {
            Some(tags) if state == stop::PLAIN => tags.next_stop(start, at),
            _ => at,
        }
    }

    fn skip_indent(&self, mut at: usize) -> usize {
        while self.text.get(at).is_some_and(|&byte| is_space(byte) && byte != b'\n') {
            at += 1;
        }
        at
    }

    fn is_line_end(&self, at: usize) -> bool {
        self.text.get(at).is_none_or(|&byte| byte == b'\n')
    }

    /// The `\n` of the line that holds `at`, or the end of the text.
    fn newline(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |length| at + length)
    }

    /// What follows the newline at `newline`.
    fn after(&self, newline: usize) -> usize {
        (newline + 1).min(self.text.len())
    }
}

/// Both `///` and `//!`.
const DOC_MARK_LEN: usize = 3;
