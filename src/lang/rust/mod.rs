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

pub use facts::{Import, Item, ItemKind, MacroUse, ModDecl, Name, Namespace, PathUse, RustFacts, Scope, ScopeKind};
use ra_ap_parser::Edition;
use tokei::LanguageType;

use crate::lang::{Detail, Diagnostic, Facts, Wanted};

/// Above this size the edition is not guessed anew when there are errors.
const MAX_RETRY_BYTES: usize = 1 << 20;

/// Facts of a Rust text, apart from its line counts.
///
/// Keywords depend on the edition, which a file does not name: 2021 fits most. Where it leads to errors, 2015 (`async`
/// and `try` are names) and 2024 are tried too, and the one with the fewest errors stays.
pub fn extract(text: &str, _language: LanguageType, _wanted: Wanted) -> Facts {
    let lines = syntax::Lines::new(text);
    let mut best = match read(Edition::Edition2021, text, &lines) {
        Ok(collected) => collected,
        Err(reason) => return Facts::unparsed(reason),
    };
    for edition in [Edition::Edition2015, Edition::Edition2024] {
        if best.error_count == 0 || text.len() > MAX_RETRY_BYTES {
            break;
        }
        if let Ok(other) = read(edition, text, &lines)
            && other.error_count < best.error_count
        {
            best = other;
        }
    }
    let diagnostic =
        |(offset, message): (usize, String)| Diagnostic { line: lines.line(offset), message: message.into() };
    Facts {
        functions: best.functions,
        classes: best.classes,
        abstract_classes: best.abstract_classes,
        detail: Detail::Rust(Box::new(best.facts)),
        diagnostics: best.errors.into_iter().map(diagnostic).collect(),
        ..Facts::default()
    }
}

fn read(edition: Edition, text: &str, lines: &syntax::Lines) -> Result<collect::Collected, &'static str> {
    Ok(collect::collect(&syntax::parse(edition, text)?, lines))
}
