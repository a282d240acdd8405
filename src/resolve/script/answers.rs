//! What packages answered to the files of one directory, which repeat their imports. Knows no package.

use rustc_hash::FxHashMap;

use super::Target;
use super::files::Importer;
use super::packages::Condition;

/// How a package was asked: under which condition, and whether by TypeScript.
type Manner = (Condition, bool);

/// The answers to one directory at a time.
#[derive(Default)]
pub(super) struct Answers<'f> {
    dir: &'f str,
    known: FxHashMap<(&'f str, Manner), Target>,
}

impl<'f> Answers<'f> {
    /// What `ask` says of a module's name, asked once in a directory.
    pub(super) fn answer(&mut self, name: &'f str, importer: Importer<'f>, ask: impl FnOnce() -> Target) -> Target {
        if self.dir != importer.dir {
            self.dir = importer.dir;
            self.known.clear();
        }
        let manner = (importer.condition, importer.is_typescript());
        self.known.entry((name, manner)).or_insert_with(ask).clone()
    }
}
