//! Which classes are meant to be implemented.

use ruff_python_ast::{self as ast, Expr, Stmt};

/// Whether a class is meant to be implemented by others: an `ABC`, a `Protocol`, or one with abstract methods.
pub(super) fn is_abstract(class: &ast::StmtClassDef) -> bool {
    let names = |expr: &Expr, wanted: &[&str]| last_name(expr).is_some_and(|name| wanted.contains(&name));
    let (bases, keywords) = class.arguments.as_ref().map_or((&[][..], &[][..]), |it| (&it.args[..], &it.keywords[..]));
    let is_metaclass = |word: &&ast::Keyword| word.arg.as_ref().is_some_and(|name| name.as_str() == "metaclass");
    bases.iter().any(|base| names(base, &["ABC", "Protocol"]))
        || keywords.iter().filter(is_metaclass).any(|keyword| names(&keyword.value, &["ABCMeta"]))
        || class.body.iter().any(|stmt| match stmt {
            Stmt::FunctionDef(function) => function
                .decorator_list
                .iter()
                .any(|decorator| names(&decorator.expression, &["abstractmethod", "abstractproperty"])),
            _ => false,
        })
}

/// `c` of `c`, `a.b.c` and `c[T]`.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => match &*subscript.value {
            Expr::Name(name) => Some(name.id.as_str()),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => None,
        },
        _ => None,
    }
}
