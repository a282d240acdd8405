//! Text for formats that cannot hold every character.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with `\xNN` or `\u{N}` for each character that XML 1.0 has no way to write, as the scan names bytes that are not
/// UTF-8. Tabs and ends of lines stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_refused) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        // A string takes everything.
        let _ = match char {
            _ if !is_refused(char) => shown.write_char(char),
            '\0'..='\x7f' => write!(shown, "\\x{:02x}", char as u32),
            _ => write!(shown, "\\u{{{:x}}}", char as u32),
        };
    }
    shown.into()
}

/// No `Char` of XML 1.0 (fifth edition, production 2).
fn is_refused(char: char) -> bool {
    matches!(char, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// [`printable`] text on one line: ends of lines and tabs are shown as they are typed in most languages.
pub fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(printable(text), expect);
    }

    #[test]
    fn only_what_xml_refuses_is_replaced() {
        check("src/a b.py", "src/a b.py");
        check("tab\tline\nreturn\r", "tab\tline\nreturn\r");
        check("\x1b[31m", "\\x1b[31m");
        check("ä\u{7f}\u{85}😀", "ä\u{7f}\u{85}😀");
        check("\u{ffff}", "\\u{ffff}");
    }
}
