//! Functions with their cyclomatic complexity and nesting, from the parser's events.
//!
//! Complexity follows Mozilla's rust-code-analysis (`src/metrics/cyclomatic.rs`, `impl Cyclomatic for RustCode`): 1 and
//! one for each `if` (guards of match arms too), `for`, `while`, `loop`, match arm, `?`, `&&` and `||`. A closure's
//! decisions count for the function around it, tokens of macro calls for none. Nesting counts `if`, `for`, `while`,
//! `loop` and `match`; an `else if` is as deep as its `if`. The same structures count for cognitive complexity, and each
//! `else`, jump to a label and run of like logical operators; a closure is a level of it.

use ra_ap_parser::SyntaxKind::{self, *};

use crate::lang::Function;
use crate::lang::cognitive::Cognitive;

/// A function whose end has not come.
struct Open {
    index: usize,
    /// Number of nodes around its own.
    depth: usize,
    has_body: bool,
    control: u32,
    cognitive: Cognitive,
}

/// Functions in source order. Those without a body (of traits and `extern` blocks) are left out.
#[derive(Default)]
pub(super) struct Functions {
    done: Vec<Function>,
    open: Vec<Open>,
}

impl Functions {
    /// A `fn` whose node has `depth` nodes around it.
    pub fn begin(&mut self, name: Box<str>, line: u32, depth: usize) {
        self.open.push(Open {
            index: self.done.len(),
            depth,
            has_body: false,
            control: 0,
            cognitive: Cognitive::default(),
        });
        self.done.push(Function { name, line, end_line: line, complexity: 1, cognitive: 0, nesting: 0 });
    }

    /// The body of the latest function.
    pub fn body(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.has_body = true;
        }
    }

    /// The function whose node has `depth` nodes around it is over.
    pub fn end(&mut self, depth: usize, end_line: u32) {
        let Some(open) = self.open.pop_if(|open| open.depth == depth) else { return };
        match open.has_body {
            true => {
                self.done[open.index].end_line = end_line;
                self.done[open.index].cognitive = open.cognitive.total;
            }
            false => self.done.truncate(open.index),
        }
    }

    /// A decision of the current function.
    pub fn decide(&mut self) {
        if let Some(open) = self.open.last() {
            self.done[open.index].complexity += 1;
        }
    }

    /// A control structure begins.
    pub fn nest(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.control += 1;
            open.cognitive.structure();
            open.cognitive.nest();
            let nesting = &mut self.done[open.index].nesting;
            *nesting = open.control.max(*nesting);
        }
    }

    /// A control structure ends.
    pub fn unnest(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.control = open.control.saturating_sub(1);
            open.cognitive.unnest();
        }
    }

    /// The cognitive complexity of the current function; of nothing outside functions.
    pub fn cognitive(&mut self) -> Option<&mut Cognitive> {
        self.open.last_mut().map(|open| &mut open.cognitive)
    }

    /// All functions.
    pub fn finish(self) -> Vec<Function> {
        self.done
    }
}

/// True for nodes that are a decision by themselves.
pub(super) fn is_decision(kind: SyntaxKind) -> bool {
    matches!(kind, IF_EXPR | FOR_EXPR | WHILE_EXPR | LOOP_EXPR | MATCH_ARM | MATCH_GUARD | TRY_EXPR)
}

/// True for control structures that nest.
pub(super) fn is_control(kind: SyntaxKind) -> bool {
    matches!(kind, IF_EXPR | FOR_EXPR | WHILE_EXPR | LOOP_EXPR | MATCH_EXPR)
}
