//! What the test of an `if` says of its body.

use ruff_python_ast::{self as ast, Expr, UnaryOp};

/// What the test of an `if` says about its body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeGuard {
    /// Nothing.
    None,
    /// The body is only for a type checker.
    TypeOnly,
    /// The body only runs; what follows `else` is for a type checker.
    Runtime,
}

pub(super) fn type_guard(test: &Expr) -> TypeGuard {
    match test {
        Expr::UnaryOp(not) if not.op == UnaryOp::Not && is_type_checking(&not.operand) => TypeGuard::Runtime,
        Expr::BoolOp(all) if all.op == ast::BoolOp::And && all.values.iter().any(is_type_checking) => {
            TypeGuard::TypeOnly
        }
        test if is_type_checking(test) => TypeGuard::TypeOnly,
        _ => TypeGuard::None,
    }
}

/// `__name__ == "__main__"`
pub(super) fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let is_name = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == "__name__");
    let is_main = |expr: &Expr| matches!(expr, Expr::StringLiteral(it) if it.value.to_str() == "__main__");
    let [right] = &compare.comparators[..] else { return false };
    is_name(&compare.left) && is_main(right) || is_main(&compare.left) && is_name(right)
}

fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}
