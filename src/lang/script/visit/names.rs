//! Functions and classes by the names that the language gives them.

use std::borrow::Cow;

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::Visitor;

/// A computed key is part of a name up to this length.
const MAX_KEY_BYTES: usize = 60;

impl<'a> Visitor<'a, '_> {
    /// A value that takes the name of what it is assigned to, as the language itself names functions.
    pub(super) fn visit_named(&mut self, name: &str, start: u32, value: &Expression<'a>) {
        match value.get_inner_expression() {
            Expression::FunctionExpression(function) => self.function(Some(name), start, function),
            Expression::ArrowFunctionExpression(arrow) => {
                let scope = self.functions.enter_function(name, start, arrow.span.end);
                walk::walk_arrow_function_expression(self, arrow);
                self.functions.leave(scope);
            }
            Expression::ClassExpression(class) => self.class(Some(name), class),
            Expression::ObjectExpression(object) => {
                let scope = self.functions.enter_scope(name);
                walk::walk_object_expression(self, object);
                self.functions.leave(scope);
            }
            _ => self.visit_expression(value),
        }
    }

    /// `start` is where the function begins, with what names it. Signatures without a body are not functions.
    pub(super) fn function(&mut self, name: Option<&str>, start: u32, function: &Function<'a>) {
        let own = function.id.as_ref().map(|id| id.name.as_str());
        let scope = match name.or(own).filter(|_| function.body.is_some()) {
            Some(name) => Some(self.functions.enter_function(name, start, function.span.end)),
            None => None,
        };
        match scope {
            Some(scope) => {
                walk::walk_function(self, function, ScopeFlags::Function);
                self.functions.leave(scope);
            }
            None => self.deeper(|visitor| walk::walk_function(visitor, function, ScopeFlags::Function)),
        }
    }

    pub(super) fn class(&mut self, name: Option<&str>, class: &Class<'a>) {
        self.functions.class(class.r#abstract);
        let own = class.id.as_ref().map(|id| id.name.as_str());
        let scope = self.functions.enter_scope(own.or(name).unwrap_or_default());
        walk::walk_class(self, class);
        self.functions.leave(scope);
    }

    pub(super) fn key_name(&self, key: &PropertyKey<'a>) -> Cow<'a, str> {
        if let PropertyKey::PrivateIdentifier(private) = key {
            return format!("#{}", private.name).into();
        }
        key.static_name().unwrap_or_else(|| {
            let source = key.span().source_text(self.text);
            if source.len() > MAX_KEY_BYTES || source.contains('\n') {
                "[…]".into()
            } else {
                format!("[{source}]").into()
            }
        })
    }
}

/// The name of `exports.read = …`, if it is short and plain.
pub(super) fn assigned_name<'a>(target: &AssignmentTarget<'_>, text: &'a str) -> Option<&'a str> {
    let span: Span = target.span();
    let name = span.source_text(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'#');
    (name.len() <= MAX_KEY_BYTES && name.bytes().all(plain)).then_some(name)
}
