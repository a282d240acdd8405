//! The types that an `impl` names.

use ra_ap_parser::SyntaxKind::{self, *};

use crate::lang::rust::syntax::Parsed;

pub(super) fn is_type(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        PATH_TYPE | REF_TYPE | PTR_TYPE | SLICE_TYPE | ARRAY_TYPE | TUPLE_TYPE | PAREN_TYPE | NEVER_TYPE | MACRO_TYPE
    ) || matches!(kind, DYN_TRAIT_TYPE | IMPL_TRAIT_TYPE | FN_PTR_TYPE | FOR_TYPE | INFER_TYPE)
}

/// The name of the type at `token`: the last segment of its path, or its first word or sign.
pub(super) fn type_name<'a>(parsed: &'a Parsed<'_>, mut token: usize) -> &'a str {
    let first = token;
    while matches!(parsed.kind(token), AMP | STAR | LIFETIME_IDENT | MUT_KW | CONST_KW | DYN_KW | L_BRACK | L_PAREN) {
        token += 1;
    }
    let mut last = if parsed.is_path_separator(token) { token + 2 } else { token };
    while parsed.is_path_separator(last + 1) && parsed.kind(last + 3) == IDENT {
        last += 3;
    }
    let name = parsed.text(last);
    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') { name } else { parsed.text(first) }
}
