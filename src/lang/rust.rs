//! Rust sources become facts.

use tokei::LanguageType;

use crate::lang::Facts;

/// What the Rust resolver needs of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RustFacts {}

pub(super) fn extract(_text: &str, _language: LanguageType) -> Facts {
    Facts::default()
}
