//! Statements and expressions that decide: what they count for both complexities.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::Visit;
use super::guards::{TypeGuard, is_main_guard, type_guard};

impl<'a> Visit<'a> {
    pub(super) fn branch(&mut self, branch: &'a ast::StmtIf) {
        let outer = self.type_only;
        let guard = type_guard(&branch.test);
        self.is_program |= self.scope.is_empty() && is_main_guard(&branch.test);
        self.measures.complexity += 1;
        self.measures.cognitive.structure();
        self.visit_expr(&branch.test);
        self.type_only = outer || guard == TypeGuard::TypeOnly;
        self.nested_body(&branch.body);
        let mut in_else = outer || guard == TypeGuard::Runtime;
        for clause in &branch.elif_else_clauses {
            let mut type_only = in_else;
            self.measures.cognitive.one();
            if let Some(test) = &clause.test {
                self.measures.complexity += 1;
                self.visit_expr(test);
                let guard = type_guard(test);
                type_only |= guard == TypeGuard::TypeOnly;
                in_else |= guard == TypeGuard::Runtime;
            }
            self.type_only = type_only;
            self.nested_body(&clause.body);
        }
        self.type_only = outer;
    }

    /// Statements that stand deeper for cognitive complexity.
    fn nested_body(&mut self, body: &'a [Stmt]) {
        self.measures.cognitive.nest();
        self.visit_body(body);
        self.measures.cognitive.unnest();
    }

    /// The body of a loop, and what follows when it ends without `break`.
    fn loop_bodies(&mut self, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.nested_body(body);
        self.otherwise(orelse);
    }

    /// The `else` of a loop or `try`.
    fn otherwise(&mut self, orelse: &'a [Stmt]) {
        if !orelse.is_empty() {
            self.measures.cognitive.one();
            self.nested_body(orelse);
        }
    }

    /// A statement that nests others, and that is no `if`.
    pub(super) fn block(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::For(stmt) => {
                self.measures.cognitive.structure();
                self.visit_expr(&stmt.target);
                self.visit_expr(&stmt.iter);
                self.loop_bodies(&stmt.body, &stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.measures.cognitive.structure();
                self.visit_expr(&stmt.test);
                self.loop_bodies(&stmt.body, &stmt.orelse);
            }
            Stmt::Try(stmt) => {
                self.visit_body(&stmt.body);
                for ast::ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                    self.measures.cognitive.structure();
                    if let Some(class) = &handler.type_ {
                        self.visit_expr(class);
                    }
                    self.nested_body(&handler.body);
                }
                self.otherwise(&stmt.orelse);
                self.visit_body(&stmt.finalbody);
            }
            Stmt::Match(_) => {
                self.measures.cognitive.structure();
                self.measures.cognitive.nest();
                walk_stmt(self, stmt);
                self.measures.cognitive.unnest();
            }
            _ => walk_stmt(self, stmt),
        }
    }

    /// `and` and `or`: each run of like operators is 1 for cognitive complexity, in the order in which they are written and
    /// whether or not parentheses group them.
    pub(super) fn bool_op(&mut self, operation: &'a ast::ExprBoolOp) {
        self.measures.complexity += operation.values.len().saturating_sub(1) as u32;
        for (index, value) in operation.values.iter().enumerate() {
            if index > 0 && self.sequence.replace(operation.op) != Some(operation.op) {
                self.measures.cognitive.one();
            }
            match value {
                Expr::BoolOp(inner) => self.bool_op(inner),
                value => {
                    let sequence = self.sequence.take();
                    self.visit_expr(value);
                    self.sequence = sequence;
                }
            }
        }
    }
}

/// Decisions of a statement that nests others; `None` for the rest. Those of `if` are counted clause by clause.
pub(super) fn block_decisions(stmt: &Stmt) -> Option<u32> {
    Some(match stmt {
        Stmt::If(_) | Stmt::With(_) => 0,
        Stmt::For(stmt) => 1 + u32::from(!stmt.orelse.is_empty()),
        Stmt::While(stmt) => 1 + u32::from(!stmt.orelse.is_empty()),
        Stmt::Try(stmt) => stmt.handlers.len() as u32 + u32::from(!stmt.orelse.is_empty()),
        Stmt::Match(stmt) => {
            let catches_all = |case: &ast::MatchCase| matches!(&case.pattern, ast::Pattern::MatchAs(pattern) if pattern.pattern.is_none());
            stmt.cases.len() as u32 - u32::from(stmt.cases.iter().any(catches_all))
        }
        _ => return None,
    })
}
