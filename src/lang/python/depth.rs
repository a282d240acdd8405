//! A linear scan that tells how deep a file's syntax tree can be, before anything recurses over it.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Deeper trees are not built. A stack of 256 MiB holds parsing, visiting and dropping at this depth several times over
/// (48 MiB were enough for every kind of nesting); CPython itself refuses 200 nested brackets and 100 levels of indentation.
const MAX_DEPTH: usize = 50_000;

/// What a nested f-string counts: the lexer's time grows with the square of their depth.
const STRING_DEPTH: usize = 10;

/// A tree is never deeper than its file has bytes, so files up to this size need no look.
const SMALL: usize = MAX_DEPTH;

/// True if the tree of `text` may be too deep to build.
pub(super) fn is_too_deep(text: &str) -> bool {
    text.len() > SMALL && exceeds(text, MAX_DEPTH)
}

/// Bounds the depth from above, by tokens: every operator, keyword and bracket of a statement may nest what follows or
/// what came before, until a comma or the end of the statement.
fn exceeds(text: &str, max_depth: usize) -> bool {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut depth = 0;
    let mut indents = 0;
    // Where `depth` falls back to at a comma, and the brackets around it with theirs.
    let mut base = 0;
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return false,
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => continue,
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents -= usize::from(indents > 0),
            TokenKind::Newline => {
                open.clear();
                depth = indents;
                base = indents;
            }
            TokenKind::Comma => depth = base,
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                open.push((kind, base));
                depth +=
                    if matches!(kind, TokenKind::FStringStart | TokenKind::TStringStart) { STRING_DEPTH } else { 1 };
                base = depth;
            }
            // A bracket that closes no open one may be skipped by the parser, which stays as deep as it was.
            _ if open.last().is_some_and(|&(opener, _)| closes(kind, opener)) => {
                depth = base;
                base = open.pop().map_or(0, |(_, outer)| outer);
            }
            // The commas of their operands do not end these.
            TokenKind::Lambda | TokenKind::Yield => {
                depth += 1;
                base = depth;
            }
            _ => depth += 1,
        }
        if depth > max_depth {
            return true;
        }
    }
}

fn closes(closer: TokenKind, opener: TokenKind) -> bool {
    matches!(
        (opener, closer),
        (TokenKind::Lpar, TokenKind::Rpar)
            | (TokenKind::Lsqb, TokenKind::Rsqb)
            | (TokenKind::Lbrace, TokenKind::Rbrace)
            | (TokenKind::FStringStart, TokenKind::FStringEnd)
            | (TokenKind::TStringStart, TokenKind::TStringEnd)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, deep: bool) {
        assert_eq!(exceeds(text, 10), deep);
    }

    #[test]
    fn chains_and_brackets_are_deep() {
        check(&"(".repeat(11), true);
        check(&"(](".repeat(5), true);
        check(&"1+".repeat(11), true);
        check(&format!("a{}", "[0]".repeat(11)), true);
        check(&format!("a{}", ".b".repeat(11)), true);
        check(&format!("{}1", "not ".repeat(11)), true);
        check(&format!("{}1", "lambda a, b: ".repeat(11)), true);
        check(&"f'{".repeat(11), true);
        check(&(0..12).map(|i| format!("{}if a:\n", " ".repeat(i))).collect::<String>(), true);
    }

    #[test]
    fn tables_and_branches_are_flat() {
        check(&format!("x = [{}]", "(1 + 2, -3), ".repeat(100)), false);
        check(&format!("x = {{{}}}", "'a': {'b': [1]}, ".repeat(100)), false);
        check(&format!("if a: pass\n{}", "elif b: pass\n".repeat(100)), false);
        check(&"x = f(g(1), h(2)).y\n".repeat(100), false);
    }
}
