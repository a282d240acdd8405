//! Leaves of a `use` tree, read from its tokens with an explicit stack.

use ra_ap_parser::SyntaxKind::{self, *};

use crate::lang::rust::syntax::Parsed;

/// One leaf: `a::b as c` or `a::*`.
#[derive(Debug, PartialEq)]
pub(super) struct Leaf {
    /// Segments joined by `::`, a leading `::` kept.
    pub path: String,
    /// The bound name; `None` for a glob and for `as _`.
    pub name: Option<String>,
    /// Ends in `::*`.
    pub glob: bool,
    /// The token of the last segment.
    pub token: usize,
}

/// Paths longer than this are cut: together the leaves of a tree must stay linear in its tokens.
const MAX_PATH_BYTES: usize = 1_000;

/// Reads the tree that starts at `token`, just after `use`. Returns the token after it, a `;` if it is well-formed.
pub(super) fn read(parsed: &Parsed<'_>, mut token: usize, mut leaf: impl FnMut(Leaf)) -> usize {
    let mut path = String::new();
    // Lengths of `path` at the open braces.
    let mut prefixes: Vec<usize> = Vec::new();
    loop {
        let kind = parsed.kind(token);
        match kind {
            COLON if parsed.is_path_separator(token) => {
                path.push_str("::");
                token += 1;
            }
            STAR => {
                leaf(Leaf { path: path.trim_end_matches("::").to_owned(), name: None, glob: true, token });
            }
            L_CURLY => prefixes.push(path.len()),
            COMMA => path.truncate(prefixes.last().copied().unwrap_or_default()),
            R_CURLY if prefixes.pop().is_some() => {
                if prefixes.is_empty() {
                    return token + 1;
                }
            }
            _ if is_segment(kind) => {
                let used = push_segment(parsed, token, &mut path, &mut leaf);
                token += used;
                continue;
            }
            _ => return token,
        }
        if prefixes.is_empty() && matches!(kind, STAR | COMMA) {
            return token + 1;
        }
        token += 1;
    }
}

fn is_segment(kind: SyntaxKind) -> bool {
    matches!(kind, IDENT | SELF_KW | SUPER_KW | CRATE_KW)
}

/// Appends the segment at `token`, and hands it out if it ends its path. Returns the number of tokens read.
fn push_segment(parsed: &Parsed<'_>, token: usize, path: &mut String, leaf: &mut impl FnMut(Leaf)) -> usize {
    let text = plain_name(parsed.text(token));
    if path.len() + text.len() > MAX_PATH_BYTES {
        return 1;
    }
    let before = path.len();
    // `a::{self}` is `a`.
    let is_self_leaf = text == "self" && path.ends_with("::") && path.len() > 2;
    match is_self_leaf {
        true => path.truncate(before - 2),
        false => path.push_str(text),
    }
    if parsed.is_path_separator(token + 1) {
        return 1;
    }
    let own = path.rsplit("::").next().unwrap_or_default().to_owned();
    let (name, used) = match parsed.kind(token + 1) {
        AS_KW => (Some(plain_name(parsed.text(token + 2)).to_owned()), 3),
        _ => (Some(own), 1),
    };
    leaf(Leaf { path: path.clone(), name: name.filter(|name| name != "_"), glob: false, token });
    if is_self_leaf {
        path.push_str("::");
    }
    used
}

/// A name without `r#`.
pub(super) fn plain_name(text: &str) -> &str {
    text.strip_prefix("r#").unwrap_or(text)
}
