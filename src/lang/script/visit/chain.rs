//! Chains such as `1 + 1 + …` and `a.b.c…`, from their leftmost part on: they nest as deep as they are long.

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::LogicalOperator;

use super::Visitor;
use crate::lang::ImportKind;
use crate::lang::script::{imports, references};

impl<'a> Visitor<'a, '_> {
    /// `&&`, `||` and `??` between what stands left, which was visited, and the right operand. For cognitive complexity each run
    /// of `&&` or of `||` is 1, in the order in which they are written; `??` is a shorthand that costs nothing.
    fn logical(&mut self, it: &LogicalExpression<'a>) {
        self.functions.decide();
        if self.sequence.replace(it.operator) != Some(it.operator) && it.operator != LogicalOperator::Coalesce {
            self.functions.cognitive().one();
        }
        if let Expression::LogicalExpression(_) = it.right {
            return self.operands(&it.right);
        }
        let sequence = self.sequence.take();
        self.operands(&it.right);
        self.sequence = sequence;
    }

    /// An expression from its leftmost part.
    pub(super) fn operands(&mut self, it: &Expression<'a>) {
        let base = self.spine.len();
        let mut leftmost = self.alloc(it);
        while let Some(left) = left_of(leftmost) {
            self.spine.push(leftmost);
            leftmost = left;
        }
        let sequence = self.sequence.take();
        walk::walk_expression(self, leftmost);
        self.sequence = sequence;
        while self.spine.len() > base {
            match self.spine.pop() {
                Some(Expression::LogicalExpression(link)) => self.logical(link),
                Some(link) => {
                    self.finish_link(link);
                    self.sequence = None;
                }
                None => {}
            }
        }
    }

    /// What is right of the leftmost part of a chain's link.
    fn finish_link(&mut self, link: &Expression<'a>) {
        match link {
            Expression::BinaryExpression(it) => self.visit_expression(&it.right),
            Expression::StaticMemberExpression(it) => self.optional(it.optional),
            Expression::PrivateFieldExpression(it) => self.optional(it.optional),
            Expression::ComputedMemberExpression(it) => self.finish_computed(it),
            Expression::CallExpression(it) => self.finish_call(it),
            Expression::TaggedTemplateExpression(it) => self.visit_template_literal(&it.quasi),
            Expression::TSAsExpression(it) => self.visit_ts_type(&it.type_annotation),
            Expression::TSSatisfiesExpression(it) => self.visit_ts_type(&it.type_annotation),
            Expression::TSInstantiationExpression(it) => {
                self.visit_ts_type_parameter_instantiation(&it.type_arguments);
            }
            _ => {}
        }
    }

    pub(super) fn finish_computed(&mut self, it: &ComputedMemberExpression<'a>) {
        self.optional(it.optional);
        self.visit_expression(&it.expression);
    }

    pub(super) fn finish_call(&mut self, it: &CallExpression<'a>) {
        self.optional(it.optional);
        match imports::required(it).map(imports::literal) {
            Some(Some(module)) => self.imports.push_require(module, it.span, ImportKind::Runtime),
            Some(None) => self.imports.push_computed(it.span),
            None => {}
        }
        references::of_call(it, &mut self.references);
        if let Some(types) = &it.type_arguments {
            self.visit_ts_type_parameter_instantiation(types);
        }
        self.visit_arguments(&it.arguments);
    }
}

/// The leftmost part of an expression that is a link of a chain.
fn left_of<'e, 'a>(link: &'e Expression<'a>) -> Option<&'e Expression<'a>> {
    match link {
        Expression::BinaryExpression(it) => Some(&it.left),
        Expression::LogicalExpression(it) => Some(&it.left),
        Expression::StaticMemberExpression(it) => Some(&it.object),
        Expression::PrivateFieldExpression(it) => Some(&it.object),
        Expression::ComputedMemberExpression(it) => Some(&it.object),
        Expression::CallExpression(it) => Some(&it.callee),
        Expression::TaggedTemplateExpression(it) => Some(&it.tag),
        Expression::TSAsExpression(it) => Some(&it.expression),
        Expression::TSSatisfiesExpression(it) => Some(&it.expression),
        Expression::TSNonNullExpression(it) => Some(&it.expression),
        Expression::TSInstantiationExpression(it) => Some(&it.expression),
        _ => None,
    }
}
