//! What a file's bytes are: binary, generated, minified or somebody's source; and its text. Knows marks and names, not grammars.
//!
//! The rules follow GitHub linguist's `lib/linguist/generated.rb`, made stricter where a hand-written file only mentions a mark.

use super::language::Language;
use crate::scan::FileClass;
use crate::scan::generated::{has_mark, is_generated_path};

/// Git looks for a NUL in as many bytes (`buffer_is_binary` in its `xdiff-interface.c`).
const BINARY_BYTES: usize = 8000;
/// Marks of generated files stand near the top.
const MARK_BYTES: usize = 8 << 10;
/// Enough to tell minified text.
const SHAPE_BYTES: usize = 256 << 10;

/// What a file is, by its path and its bytes, of which the first 8 KiB may be all that is known.
pub fn classify(path: &str, language: Language, bytes: &[u8]) -> FileClass {
    if is_binary(bytes) {
        FileClass::Binary
    } else if is_generated_path(path) || is_source_map(path, bytes) {
        FileClass::Generated
    } else if is_minified(path, bytes) {
        FileClass::Minified
    } else if has_mark(language, head(bytes, MARK_BYTES)) || is_compiled(path, bytes) {
        FileClass::Generated
    } else {
        FileClass::Source
    }
}

/// The text of a file, its byte order mark stripped, and a remark where it could not be read to the letter.
pub fn decode(bytes: Vec<u8>) -> (String, Option<&'static str>) {
    const REMARK: &str = "not UTF-8: read with replacement characters";
    if let Some(read) = utf16(&bytes) {
        let units = bytes[2..].chunks_exact(2).map(|unit| read([unit[0], unit[1]]));
        let is_odd = bytes.len() % 2 == 1;
        let mut is_whole = !is_odd;
        let text = char::decode_utf16(units)
            .map(|unit| {
                unit.unwrap_or_else(|_| {
                    is_whole = false;
                    char::REPLACEMENT_CHARACTER
                })
            })
            .collect();
        return (text, (!is_whole).then_some("not UTF-16: read with replacement characters"));
    }
    let (mut text, remark) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(REMARK)),
    };
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    (text, remark)
}

/// How a pair of bytes makes a unit, if the text begins with the mark of UTF-16.
fn utf16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn head(bytes: &[u8], length: usize) -> &[u8] {
    &bytes[..bytes.len().min(length)]
}

/// True for what has a NUL near its start, and for what is full of control characters and bytes that are no UTF-8.
///
/// Text in an older encoding, such as Latin-1 or Shift JIS, has the latter but hardly ever the former, and stays text.
/// Test vectors and other short binary files often have no NUL.
pub fn is_binary(bytes: &[u8]) -> bool {
    let head = head(bytes, BINARY_BYTES);
    if utf16(head).is_some() {
        // A zero unit: UTF-32, or no text at all.
        return head.chunks_exact(2).any(|unit| unit == [0, 0]);
    }
    memchr::memchr(0, head).is_some() || is_garbled(head)
}

/// More than a hundredth of control characters, and with the bytes that are no UTF-8 more than a tenth.
fn is_garbled(head: &[u8]) -> bool {
    // White space, backspace and escape (coloured logs) occur in text, and Ctrl-Z ends that of DOS.
    let is_control =
        |&byte: &u8| (byte < 8) | (byte.wrapping_sub(14) < 12) | (byte.wrapping_sub(28) < 4) | (byte == 127);
    // Sums of bytes, which do not overflow in chunks of 255, are what compilers turn into vector instructions.
    let chunks = head.chunks(255).map(|chunk| chunk.iter().map(|byte| u8::from(is_control(byte))).sum::<u8>());
    let controls = chunks.map(usize::from).sum::<usize>();
    if controls * 100 <= head.len() {
        return false;
    }
    let foreign: usize = head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    (controls + foreign) * 10 > head.len()
}

fn is_source_map(path: &str, bytes: &[u8]) -> bool {
    path.ends_with(".map") && bytes.starts_with(b"{\"version\":")
}

/// True for scripts and style sheets, which are what gets compiled and squeezed for a browser.
fn is_web_text(path: &str) -> bool {
    [".js", ".mjs", ".cjs", ".css"].iter().any(|suffix| path.ends_with(suffix))
}

/// Linguist's rule is a mean line of over 110 bytes. Hand-written text with some lines of data meets
/// it too, so here lines of a readable length must hold little besides, and the others must be code.
fn is_minified(path: &str, bytes: &[u8]) -> bool {
    const MEAN_BYTES: usize = 110;
    const READABLE_BYTES: usize = 250;
    /// Squeezed code has a bracket or semicolon every 5 to 20 bytes, a list of numbers or an image in base64 none.
    const DATA_BYTES: usize = 64;
    if !is_web_text(path) {
        return false;
    }
    let text = head(bytes, SHAPE_BYTES);
    let (mut lines, mut long, mut marks) = (0, 0, 0);
    for line in text.split(|&byte| byte == b'\n') {
        lines += 1;
        if line.len() > READABLE_BYTES {
            long += line.len();
            marks += line.iter().filter(|byte| b"(){};".contains(byte)).count();
        }
    }
    text.len() / lines > MEAN_BYTES && long * 5 > text.len() * 4 && marks * DATA_BYTES > long
}

/// A script or style sheet that names its source map on one of its last two lines.
fn is_compiled(path: &str, bytes: &[u8]) -> bool {
    is_web_text(path)
        && bytes.rsplitn(3, |&byte| byte == b'\n').take(2).any(|line| {
            [&b"//# sourceMappingURL="[..], b"/*# sourceMappingURL=", b"//@ sourceMappingURL="]
                .iter()
                .any(|mark| line.starts_with(mark))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use FileClass::*;

    #[track_caller]
    fn check(path: &str, text: impl AsRef<[u8]>, expect: FileClass) {
        assert_eq!(classify(path, Language::of_name(path), text.as_ref()), expect, "{path}");
    }

    #[test]
    fn binary_has_a_nul_near_its_start() {
        check("a.py", b"a\0b", Binary);
        check("a", [b"a".repeat(7999), b"\0".to_vec()].concat(), Binary);
        check("a", [b"a".repeat(8000), b"\0".to_vec()].concat(), Source);
        check("a", b"", Source);
        check("a", b"\xff\xfea\0b\0", Source);
        check("a", b"\xfe\xff\0a", Source);
        check("a", b"\xff\xfe\0\0a\0\0\0", Binary);
        check("a", b"\xe9t\xe9", Source);
    }

    #[test]
    fn binary_without_a_nul_is_full_of_controls() {
        let noise = |seed: u32| {
            let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
            let bytes = std::iter::successors(Some(seed), next).map(|state| (state >> 24) as u8);
            bytes.filter(|byte| *byte != 0).take(200).collect::<Vec<_>>()
        };
        (1..50).for_each(|seed| check("corpus/1", noise(seed), Binary));
        check("a", b"\x01\x02key\x03\x04", Binary);
        check("a.py", b"# Gr\xfc\xdfe, d\xe9j\xe0 vu\n", Source);
        // "Programming" in Shift JIS, "hello" in KOI8-R.
        check("a.c", b"// \x83\x76\x83\x8d\x83\x4f\x83\x89\x83\x7e\x83\x93\x83\x4f\n", Source);
        check("a.c", b"// \xf0\xd2\xc9\xd7\xc5\xd4\n", Source);
        check("a.log", b"\x1b[31mred\x1b[0m\r\n\x0c\x1a", Source);
        check("a.el", [b"(search \"\x01\")".to_vec(), b"; text\n".repeat(90)].concat(), Source);
        check("a", "日本語のテキスト", Source);
    }

    #[test]
    fn minified_has_long_lines_and_little_else() {
        let long = format!("var a=1;{}", "f(a,b);".repeat(100));
        let short = "let value = read(line);\n".repeat(100);
        check("a.js", &long, Minified);
        check("a.min.css", format!("/* a */\n{long}"), Minified);
        check("a.js", format!("/*! license */\n{}", format!("{long}\n").repeat(9)), Minified);
        check("a.ts", &long, Source);
        check("a.js", format!("export const IMAGE = '{}';\n", "x".repeat(9000)), Source);
        check("a.js", format!("export default [{}];\n", "0.125,".repeat(900)), Source);
        check("a.js", format!("{short}const DATA = '{}';\n", "x".repeat(9000)), Source);
        check("a.js", "f(a, b);".repeat(20), Source);
        check("a.js", "", Source);
    }

    #[test]
    fn compiled_text_names_its_source_map() {
        check("a.js", "f();\n//# sourceMappingURL=a.js.map\n", Generated);
        check("a.css", "a {}\n/*# sourceMappingURL=a.css.map */", Generated);
        check("a.js", "//# sourceMappingURL=a.js.map\nf();\ng();\n", Source);
        check("a.ts", "f();\n//# sourceMappingURL=a.js.map\n", Source);
        check("a.map", "{\"version\":3,\"sources\":[]}", Generated);
        check("a.map", "{\"tiles\":[]}", Source);
    }

    #[track_caller]
    fn check_text(bytes: &[u8], text: &str, is_remarkable: bool) {
        let (decoded, remark) = decode(bytes.to_vec());
        assert_eq!((&*decoded, remark.is_some()), (text, is_remarkable), "{remark:?}");
    }

    #[test]
    fn text_is_decoded_by_its_byte_order_mark() {
        check_text("é\n".as_bytes(), "é\n", false);
        check_text("\u{feff}é".as_bytes(), "é", false);
        check_text(b"\xe9t", "\u{fffd}t", true);
        check_text(b"\xff\xfee\0\x3d\xd8\0\xde", "e😀", false);
        check_text(b"\xfe\xff\0e", "e", false);
        check_text(b"\xff\xfee\0\x3d", "e", true);
        check_text(b"\xff\xfe\x3d\xd8e\0", "\u{fffd}e", true);
        check_text(b"", "", false);
    }
}
