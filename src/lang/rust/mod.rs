//! Rust sources become facts, straight from the parser's events: no syntax tree is ever built.
//!
//! The metric formulas are in [`functions`]; what the resolver needs is in [`facts`].

mod builder;
mod collect;
mod depth;
mod facts;
mod functions;
mod header;
mod macros;
mod syntax;
#[cfg(test)]
mod tests;
mod usetree;

pub use facts::{Import, Item, ItemKind, ModDecl, Name, Namespace, PathUse, RustFacts, Scope, ScopeKind};
use tokei::LanguageType;

use crate::lang::{Detail, Diagnostic, Facts, MAX_DIAGNOSTICS};

/// Facts of a Rust text, apart from its line counts.
pub fn extract(text: &str, _language: LanguageType) -> Facts {
    let parsed = match syntax::parse(text) {
        Ok(parsed) => parsed,
        Err(reason) => return Facts::unparsed(reason),
    };
    let lines = syntax::Lines::new(text);
    let collected = collect::collect(&parsed, &lines);
    let diagnostics = parsed
        .errors(MAX_DIAGNOSTICS)
        .into_iter()
        .map(|(offset, message)| Diagnostic { line: lines.line(offset), message: message.into() })
        .collect();
    Facts {
        functions: collected.functions,
        classes: collected.classes,
        detail: Detail::Rust(Box::new(collected.facts)),
        diagnostics,
        ..Facts::default()
    }
}
