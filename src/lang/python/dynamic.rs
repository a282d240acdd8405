//! Imports by call: `importlib.import_module("a.b")`, `import_module(".b", "a")`, `__import__("a.b")`, by other names too.

use std::borrow::Cow;

use ruff_python_ast::{Expr, ExprCall};

use super::imports::ImportForm;

/// What a file calls the functions that import, and the modules that hold them.
#[derive(Default)]
pub(super) struct Importers<'a> {
    modules: Vec<&'a str>,
    functions: Vec<&'a str>,
}

/// What a call imports: level, module and form as in [`super::Import`].
pub(super) type DynamicImport<'a> = (u32, Cow<'a, str>, ImportForm<'a>);

impl<'a> Importers<'a> {
    /// Sees `import importlib as il`.
    pub(super) fn see_module(&mut self, module: &str, bound: &'a str) {
        if is_module(module) {
            self.modules.push(bound);
        }
    }

    /// Sees `from importlib import import_module as im`.
    pub(super) fn see_member(&mut self, module: &str, name: &str, bound: &'a str) {
        if is_module(module) && is_function(name) {
            self.functions.push(bound);
        }
    }

    /// Whether a call of `callee` imports a module.
    pub(super) fn is_importer(&self, callee: &Expr) -> bool {
        match callee {
            Expr::Name(name) => is_function(&name.id) || self.functions.contains(&name.id.as_str()),
            Expr::Attribute(attribute) if is_function(&attribute.attr) => match &*attribute.value {
                Expr::Name(name) => is_module(&name.id) || self.modules.contains(&name.id.as_str()),
                _ => false,
            },
            _ => false,
        }
    }
}

fn is_module(name: &str) -> bool {
    matches!(name, "importlib" | "builtins")
}

fn is_function(name: &str) -> bool {
    matches!(name, "import_module" | "__import__")
}

/// What an import by call imports, if its module is a literal.
pub(super) fn literal_import(call: &ExprCall) -> Option<DynamicImport<'_>> {
    let Expr::StringLiteral(literal) = call.arguments.find_argument_value("name", 0)? else {
        return None;
    };
    let written = literal.value.to_str();
    let module = written.trim_start_matches('.');
    if !is_dotted_name(module) {
        return None;
    }
    let level = written.len() - module.len();
    if level == 0 {
        return Some((0, module.into(), ImportForm::Module));
    }
    match call.arguments.find_argument_value("package", 1)? {
        Expr::Name(name) if matches!(name.id.as_str(), "__package__" | "__name__") => {
            // A relative module has no form of its own: `.a.b` is imported as `from .a import b` would.
            let (module, name) = module.rsplit_once('.').unwrap_or(("", module));
            Some((level as u32, module.into(), ImportForm::Member(name)))
        }
        Expr::StringLiteral(package) => {
            let mut package = package.value.to_str();
            for _ in 1..level {
                package = package.rsplit_once('.')?.0;
            }
            is_dotted_name(package).then(|| (0, format!("{package}.{module}").into(), ImportForm::Module))
        }
        _ => None,
    }
}

/// True for names with dots between them; what a broken or computed import writes is not always one.
pub(super) fn is_dotted_name(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|first: char| first == '_' || first.is_alphabetic())
            && part.chars().all(|char| char == '_' || char.is_alphanumeric())
    })
}
