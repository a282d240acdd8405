//! The line ends that `.gitattributes` ask for in a checkout, so that a revision has the bytes of one. No filter is run.
//!
//! The rules are those of git's `attr.c` and `convert.c` with the configuration left aside, by which a checkout only ever gets
//! CR LF where an attribute says `eol=crlf`.

use std::path::Path;
use std::sync::Arc;

use gix::bstr::ByteSlice;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

/// Git passes over longer lines, in bytes.
const MAX_LINE_BYTES: usize = 2048;

/// What a checkout does to the line ends of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// Nothing.
    #[default]
    AsStored,
    /// They become CR LF.
    Crlf,
    /// They become CR LF in a text that has no CR yet.
    CrlfOfText,
}

/// The attributes of a folder, and of those above it.
pub(super) struct Attributes {
    rules: Vec<Rule>,
    macros: Arc<FxHashMap<String, Vec<Set>>>,
    asks_crlf: bool,
    above: Option<Arc<Attributes>>,
}

/// A line of a file.
struct Rule {
    pattern: Gitignore,
    sets: Vec<Set>,
}

/// An attribute that matters here gets a value. `crlf` is the former name of `text`.
type Set = (Name, Value);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Text,
    Crlf,
    Eol,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Unspecified,
    Set,
    Unset,
    Auto,
    Input,
    ToCrlf,
    Other,
}

impl Attributes {
    /// The attributes in the text of the file in `folder`, the path of which is that of a checkout. Those of the top of the
    /// tree may define macros.
    pub fn new(above: Option<Arc<Self>>, folder: &Path, is_top: bool, text: &[u8]) -> Arc<Self> {
        let mut macros = above.as_ref().map(|above| Arc::clone(&above.macros)).unwrap_or_default();
        let mut rules = Vec::new();
        for line in text.lines().filter(|line| line.len() <= MAX_LINE_BYTES) {
            let Some((pattern, attributes)) = line.to_str().ok().and_then(split) else { continue };
            let sets: Vec<_> = attributes.split_ascii_whitespace().flat_map(|text| sets(text, &macros)).collect();
            match pattern.strip_prefix("[attr]") {
                Some(name) if is_top => {
                    Arc::make_mut(&mut macros).insert(name.to_owned(), sets);
                }
                Some(_) => {}
                None if sets.is_empty() => {}
                None => rules.extend(matcher(folder, &pattern).map(|pattern| Rule { pattern, sets })),
            }
        }
        let asks_crlf = rules.iter().any(|rule| rule.sets.contains(&(Name::Eol, Value::ToCrlf)));
        let asks_crlf = asks_crlf || above.as_ref().is_some_and(|above| above.asks_crlf);
        Arc::new(Self { rules, macros, asks_crlf, above })
    }

    /// What happens to the file at this path of a checkout.
    pub fn line_ends(&self, path: &Path) -> LineEnds {
        if !self.asks_crlf {
            return LineEnds::AsStored;
        }
        let (mut text, mut crlf, mut eol) = (None, None, None);
        let files = std::iter::successors(Some(self), |attributes| attributes.above.as_deref());
        for rule in files.flat_map(|file| file.rules.iter().rev()) {
            if rule.pattern.matched(path, false).is_ignore() {
                for &(name, value) in rule.sets.iter().rev() {
                    let known = match name {
                        Name::Text => &mut text,
                        Name::Crlf => &mut crlf,
                        Name::Eol => &mut eol,
                    };
                    known.get_or_insert(value);
                }
            }
        }
        let is_said = |value: &Value| !matches!(value, Value::Unspecified | Value::Other | Value::ToCrlf);
        match (text.filter(is_said).or(crlf.filter(is_said)), eol) {
            (Some(Value::Unset), _) => LineEnds::AsStored,
            (Some(Value::Auto), Some(Value::ToCrlf)) => LineEnds::CrlfOfText,
            (_, Some(Value::ToCrlf)) => LineEnds::Crlf,
            _ => LineEnds::AsStored,
        }
    }
}

/// Pattern and attributes of a line.
fn split(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches('\u{feff}').trim_start();
    if line.is_empty() || line.starts_with(['#', '!']) {
        return None;
    }
    if line.starts_with('"') {
        let (pattern, rest) = gix::quote::ansi_c::undo(line.into()).ok()?;
        return Some((pattern.to_str().ok()?.to_owned(), line.get(rest..)?));
    }
    if let Some(name) = line.strip_prefix("[attr]") {
        let (name, rest) = name.trim_start().split_once(char::is_whitespace)?;
        return Some((format!("[attr]{name}"), rest));
    }
    let (pattern, rest) = line.split_once(char::is_whitespace)?;
    Some((pattern.to_owned(), rest))
}

fn matcher(folder: &Path, pattern: &str) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(folder);
    builder.add_line(None, pattern).ok()?;
    builder.build().ok()
}

/// What `-text`, `eol=crlf`, `binary` and the like set.
fn sets(text: &str, macros: &FxHashMap<String, Vec<Set>>) -> Vec<Set> {
    let (name, value) = match text.split_once('=') {
        Some((name, "crlf")) => (name, Value::ToCrlf),
        Some((name, "auto")) => (name, Value::Auto),
        Some((name, "input")) => (name, Value::Input),
        Some((name, _)) => (name, Value::Other),
        None => match text.as_bytes() {
            [b'-', ..] => (&text[1..], Value::Unset),
            [b'!', ..] => (&text[1..], Value::Unspecified),
            _ => (text, Value::Set),
        },
    };
    match name {
        "text" => vec![(Name::Text, value)],
        "crlf" => vec![(Name::Crlf, value)],
        "eol" => vec![(Name::Eol, value)],
        _ if value != Value::Set => Vec::new(),
        "binary" if !macros.contains_key(name) => vec![(Name::Text, Value::Unset)],
        _ => macros.get(name).cloned().unwrap_or_default(),
    }
}

/// The bytes as a checkout has them.
pub(super) fn checked_out(bytes: Vec<u8>, ends: LineEnds) -> Vec<u8> {
    let converts = match ends {
        LineEnds::AsStored => false,
        LineEnds::Crlf => true,
        LineEnds::CrlfOfText => is_text_without_cr(&bytes),
    };
    if !converts {
        return bytes;
    }
    let lines = memchr::memchr_iter(b'\n', &bytes).count();
    let mut converted = Vec::with_capacity(bytes.len() + lines);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' && at.checked_sub(1).is_none_or(|before| bytes[before] != b'\r') {
            converted.push(b'\r');
        }
        converted.push(byte);
    }
    converted
}

/// As `gather_stats` and `convert_is_binary` in git's `convert.c`.
fn is_text_without_cr(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| byte == 127 || byte < b' ' && !matches!(byte, 8 | b'\t' | 12 | 27 | b'\n');
    // Ctrl-Z ends texts of DOS.
    let text = bytes.strip_suffix(&[26]).unwrap_or(bytes);
    let controls = text.iter().filter(|&&byte| is_control(byte)).count();
    let printable = text.iter().filter(|&&byte| byte != b'\n' && !is_control(byte)).count();
    memchr::memchr2(b'\r', 0, bytes).is_none() && printable / 128 >= controls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attributes: &str, path: &str, expect: LineEnds) {
        let root = Path::new("/checkout");
        let attributes = Attributes::new(None, root, true, attributes.as_bytes());
        assert_eq!(attributes.line_ends(&root.join(path)), expect, "{path}");
    }

    #[test]
    fn only_eol_crlf_converts() {
        use LineEnds::*;
        check("*.bat eol=crlf\n", "a/x.bat", Crlf);
        check("*.bat text eol=crlf\n", "x.sh", AsStored);
        check("* text=auto\n*.bat eol=crlf\n", "x.bat", CrlfOfText);
        check("* text=auto eol=crlf\n*.sh eol=lf\n", "x.sh", AsStored);
        check("* eol=crlf\n*.png binary\n", "x.png", AsStored);
        check("* eol=crlf\n*.png binary\n*.png text\n", "x.png", Crlf);
        check("* eol=crlf\n/a/*.txt -text\n", "a/x.txt", AsStored);
        check("* eol=crlf\n/a/*.txt -text\n", "b/a/x.txt", Crlf);
        check("* eol=crlf\n*.txt !eol\n", "x.txt", AsStored);
        check("[attr]dos text eol=crlf\n*.txt dos\n", "x.txt", Crlf);
        check("\"a b\" eol=crlf # no comment\n# * eol=crlf\n", "a b", Crlf);
        check("* crlf=auto eol=crlf\n", "x", CrlfOfText);
        check("* -crlf eol=crlf\n", "x", AsStored);
        check("a/ eol=crlf\n", "a/x", AsStored);
    }

    #[test]
    fn deeper_files_outweigh_those_above() {
        let (root, below) = (Path::new("/checkout"), Path::new("/checkout/a"));
        let above = Attributes::new(None, root, true, b"*.txt eol=crlf\n");
        let attributes = Attributes::new(Some(above), below, false, b"x.txt eol=lf\n");
        assert_eq!(attributes.line_ends(&below.join("x.txt")), LineEnds::AsStored);
        assert_eq!(attributes.line_ends(&below.join("y.txt")), LineEnds::Crlf);
    }

    #[test]
    fn bytes_become_those_of_a_checkout() {
        let converted = |text: &[u8], ends| checked_out(text.to_vec(), ends);
        assert_eq!(converted(b"\na\r\nb\n", LineEnds::Crlf), b"\r\na\r\nb\r\n");
        assert_eq!(converted(b"a\nb", LineEnds::CrlfOfText), b"a\r\nb");
        for kept in [&b"a\r\nb\n"[..], b"a\rb\n", b"a\0b\n", b"\x01\n"] {
            assert_eq!(converted(kept, LineEnds::CrlfOfText), kept);
        }
    }
}
