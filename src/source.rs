//! What a user names as SOURCE: a folder, a git revision of one, or a recording.

use std::path::{Path, PathBuf};

use crate::analysis::Analysis;
use crate::query::nearest;
use crate::scan::{Place, Revision, RevisionError};
use crate::stream::{self, LoadError};
use crate::telemetry::History;

/// How many tags and branches a message suggests.
const SUGGESTIONS: usize = 3;

/// How many ways to read an `@` are tried.
const MAX_SPLITS: usize = 4;

/// Whether a source is meant to be a recording.
pub fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rrd") && !path.is_dir()
}

/// What SOURCE names.
pub enum Source {
    /// A recording.
    Recording(PathBuf),
    /// A folder, or a revision of one.
    Place(Place),
}

/// Why a source cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An `@` without a revision.
    #[error("{}: a tag, a branch or a commit must follow the @", .0.display())]
    NoRevision(PathBuf),
    /// The folder has no such revision.
    #[error("{source}{}", suggested(nearest))]
    Revision {
        /// What is wrong.
        source: RevisionError,
        /// The tags and branches that are named most like it, best first.
        nearest: Vec<String>,
    },
    /// A recording cannot be opened.
    #[error("{}", file.display())]
    Unreadable {
        /// As it was named.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A recording cannot be understood.
    #[error("{}", file.display())]
    Recording {
        /// As it was named.
        file: PathBuf,
        /// What is wrong with it.
        source: LoadError,
    },
}

fn suggested(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!("; the nearest tags and branches are {}", nearest.join(", "))
}

impl Source {
    /// Finds out what is meant. What exists is a folder, whatever its name: else what follows an `@` is a revision.
    ///
    /// # Errors
    /// When there is no such revision.
    pub fn new(path: &Path) -> Result<Self, SourceError> {
        if is_recording(path) {
            return Ok(Self::Recording(path.to_owned()));
        }
        let mut wrong = None;
        for (folder, spec) in revisions(path) {
            if spec.is_empty() {
                return Err(SourceError::NoRevision(path.to_owned()));
            }
            match Revision::open(Path::new(folder), spec) {
                Ok(revision) => return Ok(Self::Place(Place::Revision(revision))),
                Err(error) => wrong = wrong.or_else(|| Some(SourceError::revision(error, spec))),
            }
        }
        wrong.map_or_else(|| Ok(Self::Place(Place::Folder(path.to_owned()))), Err)
    }

    /// The folder, or the recording's file. A folder of a revision need not be on disk.
    pub fn path(&self) -> &Path {
        match self {
            Self::Recording(file) => file,
            Self::Place(place) => place.folder(),
        }
    }
}

impl SourceError {
    /// The error with the names most like the one that there is not.
    pub fn revision(source: RevisionError, spec: &str) -> Self {
        // `v1~2` is a mistake in `v1`.
        let name = &spec[..spec.find(['~', '^', ':']).or(spec.find("@{")).unwrap_or(spec.len())];
        let nearest = match &source {
            RevisionError::Unknown { names, .. } => nearest(name, names.iter().map(String::as_str), SUGGESTIONS),
            _ => Vec::new(),
        };
        Self::Revision { source, nearest }
    }
}

/// The analysis that a recording holds, and whether its end is there.
///
/// # Errors
/// When it cannot be read, or is no recording of a city.
pub fn recorded(file: &Path) -> Result<(Analysis, bool), SourceError> {
    let unreadable = |source| SourceError::Unreadable { file: file.to_owned(), source };
    let (bytes, _) = stream::read_recording(file).map_err(unreadable)?;
    let unknown = |source| SourceError::Recording { file: file.to_owned(), source };
    let analysis = stream::load_analysis(&bytes).map_err(unknown)?;
    Ok((analysis, stream::has_footer(&bytes)))
}

/// The analysis that a recording holds, and what was seen to run if it is of that too: of one that is being written, or was cut off,
/// as far as it came.
///
/// # Errors
/// When it cannot be read, or is no recording of a city.
pub fn recorded_history(file: &Path) -> Result<(Analysis, Option<History>), SourceError> {
    let unreadable = |source| SourceError::Unreadable { file: file.to_owned(), source };
    let (bytes, _) = stream::read_recording(file).map_err(unreadable)?;
    let unknown = |source| SourceError::Recording { file: file.to_owned(), source };
    stream::load_history(&bytes).map_err(unknown)
}

/// What may be the folder and the revision in a path that does not exist, the likeliest first. Both may hold an `@`, as in
/// `@scope/name@main@{1}` and `.@@scope/name@1.0`: the longest folder that exists is meant, or else the longest one.
fn revisions(path: &Path) -> Vec<(&str, &str)> {
    let text = path.to_str().filter(|_| path.symlink_metadata().is_err()).unwrap_or_default();
    let splits = text.rmatch_indices('@').filter(|(at, _)| !text[at + 1..].starts_with('{'));
    let splits = splits.map(|(at, _)| (if at == 0 { "." } else { &text[..at] }, &text[at + 1..]));
    let (mut likely, others): (Vec<_>, Vec<_>) = splits.partition(|(folder, _)| Path::new(folder).exists());
    likely.extend(others);
    likely.truncate(MAX_SPLITS);
    likely
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(&str, &str)]) {
        assert_eq!(revisions(Path::new(text)), expect, "{text}");
    }

    #[test]
    fn what_follows_an_at_is_a_revision() {
        check("src", &[]);
        check("gone", &[]);
        check("src@v1.2", &[("src", "v1.2")]);
        check("@HEAD~2", &[(".", "HEAD~2")]);
        check(".@main@{1}", &[(".", "main@{1}")]);
        check(".@@{upstream}", &[(".", "@{upstream}")]);
        check(".@", &[(".", "")]);
        check(".@@a/b@1.0", &[(".", "@a/b@1.0"), (".@@a/b", "1.0"), (".@", "a/b@1.0")]);
        check("gone@a@v1", &[("gone@a", "v1"), ("gone", "a@v1")]);
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("@a/b@v1")).unwrap();
        let root = dir.path().to_str().unwrap();
        let path = |name: &str| format!("{root}/{name}");
        check(&path("@a/b@v1"), &[]);
        check(&path("@a/b@v1@v2"), &[(&path("@a/b@v1"), "v2"), (&path(""), "a/b@v1@v2"), (&path("@a/b"), "v1@v2")]);
        check(&path("@a/c@v2"), &[(&path(""), "a/c@v2"), (&path("@a/c"), "v2")]);
    }
}
