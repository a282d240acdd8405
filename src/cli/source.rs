//! SOURCE on the command line becomes an analysis.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};

use super::args::{Cli, SourceArgs};
use super::{progress, say};
use crate::analysis::{self, Analysis};
use crate::query::nearest;
use crate::scan::{Place, Revision, RevisionError};
use crate::stream;

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

impl Source {
    /// Finds out what is meant. What exists is a folder, whatever its name: else what follows an `@` is a revision.
    ///
    /// # Errors
    /// When there is no such revision.
    pub fn new(path: &Path) -> Result<Self> {
        if is_recording(path) {
            return Ok(Self::Recording(path.to_owned()));
        }
        let mut wrong = None;
        for (folder, spec) in revisions(path) {
            if spec.is_empty() {
                bail!("{}: a tag, a branch or a commit must follow the @", path.display());
            }
            match Revision::open(Path::new(folder), spec) {
                Ok(revision) => return Ok(Self::Place(Place::Revision(revision))),
                Err(error) => wrong = wrong.or_else(|| Some(with_names(error, spec))),
            }
        }
        wrong.map_or_else(|| Ok(Self::Place(Place::Folder(path.to_owned()))), Err)
    }

    /// The analysis of files, made now with a progress bar, or the one that a recording holds.
    pub fn analysis(&self, cli: &Cli, args: &SourceArgs, cancelled: &AtomicBool) -> Result<Analysis> {
        match self {
            Self::Recording(file) if args.has_options() => {
                bail!("{}: a recording has its files already; leave the options for files out", file.display())
            }
            Self::Recording(file) => recorded(cli, file),
            Self::Place(place) => {
                let bar = progress::Bar::new(cli.quiet);
                let analysis = analysis::analyze(place, &args.options(), &bar, cancelled);
                bar.finish();
                Ok(analysis?)
            }
        }
    }

    /// The folder, or the recording's file. A folder of a revision need not be on disk.
    pub fn path(&self) -> &Path {
        match self {
            Self::Recording(file) => file,
            Self::Place(place) => place.folder(),
        }
    }
}

fn recorded(cli: &Cli, file: &Path) -> Result<Analysis> {
    let named = || file.display().to_string();
    let bytes = std::fs::read(file).with_context(named)?;
    let analysis = stream::load_analysis(&bytes).with_context(named)?;
    if !stream::has_footer(&bytes) {
        say(cli, &format!("{}: its end is missing, it was cut off; what is there is taken", file.display()));
    }
    Ok(analysis)
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

/// The error with the names most like the one that there is not.
pub fn with_names(error: RevisionError, spec: &str) -> anyhow::Error {
    // `v1~2` is a mistake in `v1`.
    let name = &spec[..spec.find(['~', '^', ':']).or(spec.find("@{")).unwrap_or(spec.len())];
    let found = match &error {
        RevisionError::Unknown { names, .. } => nearest(name, names.iter().map(String::as_str), SUGGESTIONS),
        _ => Vec::new(),
    };
    if found.is_empty() {
        return error.into();
    }
    anyhow::anyhow!("{error}; the nearest tags and branches are {}", found.join(", "))
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
