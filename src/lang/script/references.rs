//! Files that a script names without importing them: workers, and what bundlers find by `new URL` and `import.meta.glob`.

use oxc_ast::ast::{Argument, CallExpression, Expression, NewExpression};

use super::imports::literal;
use crate::lang::{Reference, ReferenceKind};

/// `new Worker("./a.js")`, `new URL("./a.js", import.meta.url)`.
pub(super) fn of_new(it: &NewExpression<'_>) -> Option<Reference> {
    let Expression::Identifier(callee) = &it.callee else { return None };
    let (first, second) = (it.arguments.first()?.as_expression()?, it.arguments.get(1));
    let is_of_module = second.and_then(Argument::as_expression).is_some_and(is_module_url);
    match callee.name.as_str() {
        "URL" if is_of_module => reference(literal(first)?, ReferenceKind::Resolve),
        "Worker" | "SharedWorker" => reference(worker(first)?, ReferenceKind::Worker),
        _ => None,
    }
}

/// The script of a worker: a path, or a `new URL` around one.
fn worker<'b>(first: &'b Expression<'_>) -> Option<&'b str> {
    match first {
        Expression::NewExpression(url) => literal(url.arguments.first()?.as_expression()?),
        first => literal(first),
    }
}

/// `require.resolve("./a")`, `import.meta.resolve("./a")`, `import.meta.glob("./*.js")`, `serviceWorker.register("/sw.js")`.
pub(super) fn of_call(it: &CallExpression<'_>, found: &mut Vec<Reference>) {
    let Expression::StaticMemberExpression(callee) = &it.callee else { return };
    let Some(first) = it.arguments.first().and_then(Argument::as_expression) else { return };
    let kind = match (callee.property.name.as_str(), &callee.object) {
        ("resolve", Expression::Identifier(object)) if object.name == "require" => ReferenceKind::Resolve,
        ("resolve", object) if is_import_meta(object) => ReferenceKind::Resolve,
        ("glob" | "globEager", object) if is_import_meta(object) => ReferenceKind::Glob,
        ("register", Expression::StaticMemberExpression(object)) if object.property.name == "serviceWorker" => {
            ReferenceKind::Worker
        }
        _ => return,
    };
    match first {
        Expression::ArrayExpression(array) => {
            let all = array.elements.iter().filter_map(|element| literal(element.as_expression()?));
            found.extend(all.filter_map(|target| reference(target, kind)));
        }
        first => found.extend(literal(first).and_then(|target| reference(target, kind))),
    }
}

fn reference(target: &str, kind: ReferenceKind) -> Option<Reference> {
    (!target.is_empty()).then(|| Reference { target: target.into(), kind })
}

/// `import.meta.url`
fn is_module_url(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::StaticMemberExpression(it) if it.property.name == "url" && is_import_meta(&it.object))
}

fn is_import_meta(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::ImportMeta(_))
}
