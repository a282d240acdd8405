//! Paths and items within token trees, which the parser leaves as tokens.

use std::ops::Range;

use ra_ap_parser::SyntaxKind::{self, *};

use crate::lang::rust::builder::starts_upper;
use crate::lang::rust::facts::{ItemKind, Namespace};
use crate::lang::rust::syntax::Parsed;
use crate::lang::rust::{header, usetree};

/// Something found in a token tree.
pub(super) enum Found<'a> {
    /// A path or name that starts at the token.
    Path(usize, &'a str, Namespace),
    /// `mod name;` with its header, keyword at the token.
    Module(usize, header::Header),
    /// `use …;`, keyword at the token.
    Use(usize, header::Header),
    /// An item, name at the token.
    Item(usize, ItemKind, header::Header),
}

/// Walks the tokens of a tree. `items` says that the macro stands where items do, so that what looks like an item at
/// its top, or in a branch of `cfg_if!`, is one.
pub(super) fn scan<'a>(parsed: &'a Parsed<'_>, tokens: Range<usize>, items: bool, mut found: impl FnMut(Found<'a>)) {
    // For each open bracket, whether items can stand in it.
    let mut levels: Vec<bool> = Vec::new();
    let mut item_start = tokens.start + 1;
    let mut token = tokens.start;
    // How many brackets are open around the tokens of a `quote!`.
    let mut quoted: Option<usize> = None;
    // The same for the names in a `derive`.
    let mut derived: Option<usize> = None;
    while token < tokens.end {
        let kind = parsed.kind(token);
        let at_items = levels.last().copied().unwrap_or(items);
        match kind {
            L_PAREN | L_BRACK | L_CURLY => {
                if quoted.is_none() && is_quote(parsed, token) {
                    quoted = Some(levels.len());
                }
                if derived.is_none() && kind == L_PAREN && token > 0 && parsed.text(token - 1) == "derive" {
                    derived = Some(levels.len());
                }
                levels.push(levels.is_empty() && items || at_items && is_branch(parsed, token));
                item_start = if kind == L_CURLY { token + 1 } else { item_start };
            }
            R_PAREN | R_BRACK => {
                levels.pop();
                (quoted, derived) = (within(quoted, &levels), within(derived, &levels));
            }
            R_CURLY => {
                levels.pop();
                (quoted, derived) = (within(quoted, &levels), within(derived, &levels));
                item_start = token + 1;
            }
            _ if quoted.is_some() => {}
            SEMICOLON => item_start = token + 1,
            MOD_KW if at_items && parsed.kind(token + 2) == SEMICOLON => {
                found(Found::Module(token, header::read(parsed, item_start..token)));
                item_start = token;
            }
            USE_KW if at_items => {
                found(Found::Use(token, header::read(parsed, item_start..token)));
                token = usetree::read(parsed, token + 1, |_| {});
                item_start = token;
                continue;
            }
            IDENT if at_items && parsed.kind(token + 1) == BANG && parsed.text(token) == "macro_rules" => {
                let header = header::read(parsed, item_start..token);
                let kind = if header.macro_export { ItemKind::ExportedMacro } else { ItemKind::Macro };
                found(Found::Item(token + 2, kind, header));
                token += 2;
                item_start = token;
            }
            _ if at_items && item_kind(kind).is_some() && parsed.kind(token + 1) == IDENT => {
                let kind = item_kind(kind).unwrap_or(ItemKind::Type);
                found(Found::Item(token + 1, kind, header::read(parsed, item_start..token)));
                token += 1;
                item_start = token;
            }
            _ => {
                token = path_at(parsed, token, derived.is_some(), &mut found);
                continue;
            }
        }
        token += 1;
    }
}

/// `opened` as long as the bracket that it tells of is open.
fn within(opened: Option<usize>, levels: &[bool]) -> Option<usize> {
    opened.filter(|&opened| opened < levels.len())
}

/// True for the bracket after `quote!` and its kin: the names in it mean something only where the tokens end up.
fn is_quote(parsed: &Parsed<'_>, open: usize) -> bool {
    const QUOTES: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];
    open >= 2 && parsed.kind(open - 1) == BANG && QUOTES.contains(&parsed.text(open - 2))
}

/// True for a `{` after `#[cfg(…)]`, `else` or `=>`, and for that of a macro call.
fn is_branch(parsed: &Parsed<'_>, open: usize) -> bool {
    if parsed.kind(open) != L_CURLY || open < 2 {
        return false;
    }
    match parsed.kind(open - 1) {
        R_BRACK | ELSE_KW => true,
        R_ANGLE => parsed.kind(open - 2) == EQ,
        BANG => parsed.kind(open - 2) == IDENT,
        _ => false,
    }
}

fn item_kind(keyword: SyntaxKind) -> Option<ItemKind> {
    Some(match keyword {
        STRUCT_KW => ItemKind::Struct,
        ENUM_KW | TRAIT_KW | TYPE_KW => ItemKind::Type,
        FN_KW | CONST_KW | STATIC_KW => ItemKind::Value,
        _ => return None,
    })
}

/// Hands out the path that starts at `token`, if one does; returns the token after it.
fn path_at<'a>(parsed: &'a Parsed<'_>, token: usize, derived: bool, found: &mut impl FnMut(Found<'a>)) -> usize {
    let Some((end, path)) = read_path(parsed, token) else { return token + 1 };
    let before = token.checked_sub(1).map_or(EOF, |before| parsed.kind(before));
    let bound_elsewhere = matches!(before, DOT | COLON if before == DOT || parsed.is_path_separator(token - 2))
        || before == DOLLAR && parsed.kind(token) != CRATE_KW;
    if bound_elsewhere {
        return end;
    }
    let next = parsed.kind(end);
    let namespace = match next {
        _ if derived => Namespace::Macro,
        BANG if parsed.kind(end + 1) != EQ => Namespace::Macro,
        L_PAREN if !starts_upper(last_segment(path)) => Namespace::Value,
        _ => Namespace::Any,
    };
    if path.contains("::") || starts_upper(path) || namespace != Namespace::Any {
        found(Found::Path(token, path, namespace));
    }
    end
}

/// The plain segments from `token` on, up to the first that starts with a capital: what follows belongs to that item.
/// Returns the token after the last segment that is there, and the path's text.
pub(super) fn read_path<'a>(parsed: &'a Parsed<'_>, token: usize) -> Option<(usize, &'a str)> {
    let first = if parsed.is_path_separator(token) { token + 2 } else { token };
    if !is_segment(parsed.kind(first)) {
        return None;
    }
    let mut last = first;
    let mut cut = None;
    loop {
        if cut.is_none() && starts_upper(parsed.text(last)) {
            cut = Some(last);
        }
        if !(parsed.is_path_separator(last + 1) && is_segment(parsed.kind(last + 3))) {
            break;
        }
        last += 3;
    }
    let text = &parsed.source()[parsed.start(token)..parsed.end(cut.unwrap_or(last))];
    Some((last + 1, text))
}

fn is_segment(kind: SyntaxKind) -> bool {
    matches!(kind, IDENT | SELF_KW | SUPER_KW | CRATE_KW | SELF_TYPE_KW)
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}
