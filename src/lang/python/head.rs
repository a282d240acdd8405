//! The part of a module that its imports depend on, found without a parser.

use std::sync::LazyLock;

use memchr::memmem::Finder;

static IMPORT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("import"));
/// Says which names of an import are passed on.
static ALL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("__all__"));
/// What loads and merges modules without naming them comes from here.
static PKG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("pkg"));

/// The text up to the end of the statement that speaks of imports last, as far as a look at brackets can tell. Where it is cut
/// within a statement, it does not parse.
pub(super) fn with_imports(text: &str) -> &str {
    let bytes = text.as_bytes();
    let Some(mut last) = IMPORT.find_iter(bytes).last() else { return "" };
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
