//! Script sources become facts.

use tokei::LanguageType;

use crate::lang::Facts;

/// What the Script resolver needs of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScriptFacts {}

pub(super) fn extract(_text: &str, _language: LanguageType) -> Facts {
    Facts::default()
}
