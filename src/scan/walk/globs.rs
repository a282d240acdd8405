//! The globs that a user gives.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{ScanError, ScanOptions};

/// The user's own globs.
pub struct Globs {
    /// `None` takes everything.
    include: Option<Gitignore>,
    exclude: Gitignore,
}

impl Globs {
    pub fn new(root: &Path, options: &ScanOptions) -> Result<Self, ScanError> {
        let include = (!options.include.is_empty()).then(|| matcher(root, &options.include)).transpose()?;
        Ok(Self { include, exclude: matcher(root, &options.exclude)? })
    }

    /// Whether a folder below the root need not be entered, or a file not be taken. A glob that matches a folder stands for all
    /// in it.
    pub fn refuse_path(&self, path: &Path, is_dir: bool) -> bool {
        let matches = |globs: &Gitignore| globs.matched_path_or_any_parents(path, is_dir).is_ignore();
        matches(&self.exclude) || !is_dir && self.include.as_ref().is_some_and(|include| !matches(include))
    }
}

fn matcher(root: &Path, globs: &[String]) -> Result<Gitignore, ScanError> {
    let glob_error =
        |glob: &str, error: ignore::Error| ScanError::Glob { glob: glob.to_owned(), reason: error.to_string() };
    let mut builder = GitignoreBuilder::new(root);
    // Git takes an unclosed bracket literally; typed here it is a mistake.
    builder.allow_unclosed_class(false);
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| glob_error(glob, error))?;
    }
    builder.build().map_err(|error| glob_error(&globs.join(" "), error))
}
