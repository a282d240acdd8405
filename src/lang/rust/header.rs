//! What stands before an item's keyword: visibility and the attributes that matter to module files and macros.

use ra_ap_parser::SyntaxKind::*;

use crate::lang::rust::syntax::Parsed;

/// Visibility and attributes of an item.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Header {
    /// Has any `pub`.
    pub public: bool,
    /// Has `#[macro_export]`.
    pub macro_export: bool,
    /// Has `#[macro_use]`.
    pub macro_use: bool,
    /// The name in `#[proc_macro_derive(…)]`.
    pub derive: Option<String>,
    /// Has `#[proc_macro]` or `#[proc_macro_attribute]`.
    pub proc_macro: bool,
    /// Values of `#[path = "…"]`, those within `cfg_attr` too.
    pub paths: Vec<String>,
    /// One of them stands outside `cfg_attr`.
    has_plain_path: bool,
}

impl Header {
    /// True if the module's file is never the one its name gives.
    pub fn always_path(&self) -> bool {
        self.has_plain_path
    }
}

/// Reads the tokens from an item's start up to its keyword.
pub(super) fn read(parsed: &Parsed<'_>, tokens: std::ops::Range<usize>) -> Header {
    let mut header = Header::default();
    let mut brackets = 0_u32;
    for token in tokens {
        match parsed.kind(token) {
            L_BRACK => brackets += 1,
            R_BRACK => brackets = brackets.saturating_sub(1),
            PUB_KW if brackets == 0 => header.public = true,
            IDENT if brackets > 0 => match parsed.text(token) {
                "macro_export" => header.macro_export = true,
                "macro_use" => header.macro_use = true,
                "proc_macro" | "proc_macro_attribute" => header.proc_macro = true,
                "proc_macro_derive" => header.derive = Some(parsed.text(token + 2).to_owned()),
                "path" if parsed.kind(token + 1) == EQ => {
                    header.has_plain_path |= parsed.kind(token - 1) == L_BRACK;
                    header.paths.extend(string_value(parsed.text(token + 2)));
                }
                _ => {}
            },
            _ => {}
        }
    }
    header
}

/// The value of a string literal without escapes.
pub(super) fn string_value(literal: &str) -> Option<String> {
    let inner = literal.trim_start_matches('r').trim_matches('#').strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.replace("\\\\", "\\").replace('\\', "/"))
}
