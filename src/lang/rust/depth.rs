//! Bounds the parser's recursion before it runs: it descends on the machine's stack and would abort the process.

use ra_ap_parser::SyntaxKind::{self, *};

/// Deeper texts are not parsed. The parser takes about 2 KiB of stack a level, so that this fits 256 MiB four times.
const MAX_DEPTH: u32 = 24_000;

/// True if parsing these tokens could recurse too deeply: an estimate from above, in one pass.
///
/// Inside a bracket the parser descends once for each operator or keyword that takes all that follows (`a = b = …`,
/// `|x| |y| …`, `else if`, `A<B<…`), and once for each token of a run without operand (`!!!a`, `&&&T`).
pub(super) fn is_too_deep(tokens: impl ExactSizeIterator<Item = SyntaxKind>) -> bool {
    if tokens.len() < MAX_DEPTH as usize {
        return false;
    }
    let mut estimate = Estimate::default();
    let mut tokens = tokens.peekable();
    while let Some(token) = tokens.next() {
        estimate.push(token, tokens.peek().copied().unwrap_or(EOF));
        if estimate.depth() > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// What is open at one bracket level.
#[derive(Clone, Copy, Default)]
struct Level {
    /// The bracket that opened it; `TOMBSTONE` at the top.
    open: Option<SyntaxKind>,
    /// Depth of all levels around it.
    outer: u32,
    /// Tokens since the last operand.
    run: u32,
    /// What takes all that follows up to a `;` or `,`.
    greedy: u32,
    /// Closure parameter lists, which may hold a `,`.
    closures: u32,
    /// Open angle brackets.
    angles: u32,
}

impl Level {
    fn depth(&self) -> u32 {
        self.outer + self.run + self.greedy + self.closures + self.angles
    }

    fn end_statement(&mut self) {
        (self.run, self.greedy, self.closures, self.angles) = (0, 0, 0, 0);
    }
}

#[derive(Default)]
struct Estimate {
    level: Level,
    around: Vec<Level>,
    /// The last two tokens, the latest first.
    before: [Option<SyntaxKind>; 2],
    after_operand: bool,
}

impl Estimate {
    fn depth(&self) -> u32 {
        self.level.depth()
    }

    fn push(&mut self, token: SyntaxKind, next: SyntaxKind) {
        match token {
            L_PAREN | L_BRACK | L_CURLY => self.open(token),
            R_PAREN | R_BRACK | R_CURLY => self.close(token, next),
            SEMICOLON => self.level.end_statement(),
            COMMA => (self.level.run, self.level.greedy) = (0, 0),
            _ if is_operand(token, next) => self.level.run = 0,
            _ => self.push_operator(token, next),
        }
        self.after_operand = matches!(token, R_PAREN | R_BRACK | R_CURLY | QUESTION) || is_operand(token, next);
        self.before = [Some(token), self.before[0]];
    }

    fn open(&mut self, token: SyntaxKind) {
        let outer = self.level.depth() + 1;
        self.around.push(self.level);
        self.level = Level { open: Some(token), outer, ..Level::default() };
    }

    /// A `)` or `]` that closes nothing is skipped by the parser; a `}` ends all that is open in its block.
    fn close(&mut self, token: SyntaxKind, next: SyntaxKind) {
        let open = match token {
            R_PAREN => L_PAREN,
            R_BRACK => L_BRACK,
            _ => L_CURLY,
        };
        let levels = match self.level.open == Some(open) {
            true => 1,
            false if token == R_CURLY => {
                let above = self.around.iter().rev().position(|level| level.open == Some(open));
                above.map_or(0, |above| above + 2)
            }
            false => 0,
        };
        for _ in 0..levels {
            self.level = self.around.pop().unwrap_or_default();
        }
        self.level.run = 0;
        if token == R_CURLY && starts_statement(next) {
            self.level.end_statement();
        }
    }

    fn push_operator(&mut self, token: SyntaxKind, next: SyntaxKind) {
        let level = &mut self.level;
        level.run += 1;
        match token {
            L_ANGLE => level.angles += 1,
            R_ANGLE if self.before[0] == Some(MINUS) => level.greedy += 1,
            R_ANGLE if self.before[0] != Some(EQ) => level.angles = level.angles.saturating_sub(1),
            PIPE if !self.after_operand => level.closures += 1,
            EQ => {
                let shifts = self.before == [Some(R_ANGLE); 2];
                let compares = matches!(self.before[0], Some(EQ | L_ANGLE | R_ANGLE | BANG));
                if (shifts || !compares) && !matches!(next, EQ | R_ANGLE) {
                    level.greedy += 1;
                }
            }
            IF_KW | WHILE_KW | MATCH_KW | FOR_KW | IN_KW | LET_KW | RETURN_KW | BREAK_KW | YIELD_KW | BECOME_KW
            | DO_KW | ELSE_KW | AT => level.greedy += 1,
            _ => {}
        }
    }
}

/// True for a token that ends an operand. A name before another word is a keyword of its place (`raw`, `yeet`).
fn is_operand(token: SyntaxKind, next: SyntaxKind) -> bool {
    match token {
        IDENT => {
            !(next.is_any_identifier() || next == LIFETIME_IDENT)
                || matches!(next, AS_KW | IN_KW | IF_KW | ELSE_KW | WHERE_KW | FOR_KW)
        }
        BYTE | BYTE_STRING | CHAR | C_STRING | FLOAT_NUMBER | INT_NUMBER | STRING => true,
        SELF_KW | SUPER_KW | CRATE_KW | SELF_TYPE_KW | TRUE_KW | FALSE_KW | UNDERSCORE => true,
        _ => false,
    }
}

/// True if this token after a `}` shows that the statement before it is over.
fn starts_statement(next: SyntaxKind) -> bool {
    let continues = matches!(next, AS_KW | IN_KW | ELSE_KW);
    let literal = matches!(next, BYTE | BYTE_STRING | CHAR | FLOAT_NUMBER | INT_NUMBER | STRING | UNDERSCORE);
    !continues && (next.is_any_identifier() || literal || matches!(next, POUND | LIFETIME_IDENT))
}
