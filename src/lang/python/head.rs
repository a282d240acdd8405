//! The part of a module that its imports depend on, found without a parser.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

static IMPORT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("import"));
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Says which names of an import are passed on.
static ALL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("__all__"));
/// What loads and merges modules without naming them comes from here.
static PKG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("pkg"));

/// The text up to the end of the statement that imports last, as far as a look at words and brackets can tell. Where it is cut
/// within a statement, it does not parse.
pub(super) fn with_imports(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (mut last, mut from) = (None, 0);
    while let Some(at) = IMPORT.find(&bytes[from..]).map(|at| from + at) {
        let start = memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |newline| from + newline + 1);
        let end = at + line_end(text, at);
        match Mention::of(&bytes[start..end], &bytes[..start]) {
            Mention::None => {}
            Mention::Import => last = Some(at),
            // Calls need not say it any more.
            Mention::Renamed => return text,
        }
        from = end;
    }
    let Some(mut last) = last else { return "" };
    if PKG.find(&bytes[..last + line_end(text, last)]).is_some() {
        return text;
    }
    last += ALL.find_iter(&bytes[last..]).last().unwrap_or(0);
    let mut end = text[..last].rfind('\n').map_or(0, |newline| newline + 1);
    let mut open = 0_isize;
    for line in text[end..].split_inclusive('\n') {
        end += line.len();
        let code = line.split('#').next().unwrap_or(line);
        open += code.bytes().map(depth_of).sum::<isize>();
        if open <= 0 && !code.trim_end().ends_with('\\') {
            break;
        }
    }
    &text[..end]
}

/// What a line with `import` in it says.
enum Mention {
    /// No statement and no call that imports is there.
    None,
    /// There may be one.
    Import,
    /// A function that imports gets another name.
    Renamed,
}

impl Mention {
    fn of(line: &[u8], above: &[u8]) -> Self {
        let has = |words: &str| memmem::find(line, words.as_bytes()).is_some();
        let calls = has("import_module") || has("__import__");
        if !calls && !has_statement(line, above) {
            return Self::None;
        }
        let is_renamed = has(" as ") && (calls || has("importlib") || has("builtins"));
        if is_renamed { Self::Renamed } else { Self::Import }
    }
}

/// Whether an `import` stands where one may: a statement begins with it, or with a `from` before it, or goes on from the line
/// above.
fn has_statement(line: &[u8], above: &[u8]) -> bool {
    let goes_on = above.strip_suffix(b"\n").is_some_and(|above| above.trim_ascii_end().ends_with(b"\\"));
    // Some files have no other end of a line.
    let has_returns = || memchr::memchr(b'\r', line.trim_ascii_end()).is_some();
    let mut words = IMPORT.find_iter(line).filter(|&at| is_word(line, at, IMPORT.needle().len())).peekable();
    let Some(&first) = words.peek() else { return false };
    let from = memmem::find_iter(&line[..first], b"from").find(|&at| is_word(line, at, 4) && begins(&line[..at]));
    from.is_some() || goes_on || words.any(|at| begins(&line[..at])) || has_returns()
}

fn is_word(line: &[u8], at: usize, length: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    !line[..at].last().is_some_and(is_part) && !line[at + length..].first().is_some_and(is_part)
}

/// Whether a statement may begin behind this part of a line.
fn begins(before: &[u8]) -> bool {
    let before = before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before).trim_ascii_end();
    before.is_empty() || before.ends_with(b";") || before.ends_with(b":")
}

/// A head that was cut within a `try`, with the rest of it.
pub(super) fn with_handlers<'t>(text: &'t str, head: &str) -> &'t str {
    let last = head.trim_end().rfind('\n').map_or(0, |newline| newline + 1);
    // Where the statements stand that the line is among, and the clause that it belongs to, if one is to be kept.
    let (mut block, mut clause) = (indent(&head[last..]), None);
    let (mut at, mut end) = (head.len(), head.len());
    for line in text[head.len()..].split_inclusive('\n') {
        at += line.len();
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let place = indent(line);
        if clause.is_some_and(|clause| place > clause) {
            end = at;
        } else if place < block && ["except", "else", "elif", "finally"].iter().any(|word| code.starts_with(word)) {
            (clause, end) = (Some(place), at);
        } else if place < block {
            (clause, block) = (None, place);
            if block == 0 {
                break;
            }
        }
    }
    &text[..end]
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).unwrap_or(text.len() - at)
}

fn depth_of(byte: u8) -> isize {
    match byte {
        b'(' | b'[' | b'{' => 1,
        b')' | b']' | b'}' => -1,
        _ => 0,
    }
}
