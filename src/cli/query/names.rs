//! Names as a shell completes them become names within the source.

use std::path::{Component, Path, PathBuf};

use crate::analysis::Analysis;
use crate::query::{QueryError, Selection, select};

/// Finds files by the names that a user types.
pub struct Names<'a> {
    analysis: &'a Analysis,
    /// The folder of the source, as the system and as the user names it; none when it is a recording.
    roots: Vec<PathBuf>,
}

impl<'a> Names<'a> {
    /// Names within `source`.
    pub fn new(analysis: &'a Analysis, source: &Path) -> Self {
        let absolute = std::path::absolute(source).map(|path| lexical(&path));
        let roots =
            if source.is_dir() { source.canonicalize().into_iter().chain(absolute).collect() } else { Vec::new() };
        Self { analysis, roots }
    }

    /// The files meant. A path is relative to the source, or else to the current folder; the other way round when it starts
    /// with `.`.
    ///
    /// # Errors
    /// Those of [`select`].
    pub fn select(&self, name: &str) -> Result<Selection, QueryError> {
        let from_here = self.relative_to_here(name);
        let is_explicit = name.starts_with("./") || name.starts_with("..") || name == ".";
        let (first, second) = match &from_here {
            Some(here) if is_explicit => (here.as_str(), name),
            Some(here) if !name.is_empty() => (name, here.as_str()),
            _ => return select(self.analysis, name),
        };
        select(self.analysis, first).or_else(|error| select(self.analysis, second).map_err(|_| error))
    }

    /// The name from the root of the source on, with a `/` before it, when it leads into it from the current folder.
    fn relative_to_here(&self, name: &str) -> Option<String> {
        let absolute = lexical(&std::env::current_dir().ok()?.join(name));
        // Where links are on the way, the system knows where it leads.
        let real = absolute.canonicalize().ok();
        let inside = |path: &Path| self.roots.iter().find_map(|root| path.strip_prefix(root).ok().map(Path::to_owned));
        let relative = inside(&absolute).or_else(|| inside(&real?))?;
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        Some(format!("/{}", parts.join("/")))
    }
}

/// Without `.` and `..`.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
