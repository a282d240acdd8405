//! The ignore rules of a folder and of those above it, applied as the walk of the crate `ignore` does.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{Error, Match};

/// Ignore files by rank: what an earlier one says of a path outweighs a later one.
pub(super) const IGNORE_FILES: [&str; 3] = [".repolisignore", ".ignore", ".gitignore"];

/// An ignore file, as it is or would be checked out.
pub(super) type Text = (PathBuf, io::Result<Vec<u8>>);
/// The ignore files of a folder: those of [`IGNORE_FILES`], and the repository's own.
pub(super) type Texts = [Option<Text>; IGNORE_FILES.len() + 1];

/// The rules of a folder, and those above it.
pub(super) struct Rules {
    ranks: [Option<Gitignore>; IGNORE_FILES.len() + 1],
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// The rules of `folder`, and what is wrong with them.
    pub fn new(above: Option<Arc<Self>>, folder: &Path, texts: Texts) -> (Arc<Self>, Option<Error>) {
        let mut mistakes = Vec::new();
        let ranks = texts.map(|text| {
            let (path, text) = text?;
            let (rules, mistake) = match text {
                Ok(text) => parse(folder, &path, &text[..]),
                Err(error) => (Gitignore::empty(), Some(Error::WithPath { path, err: Box::new(Error::Io(error)) })),
            };
            mistakes.extend(mistake);
            Some(rules)
        });
        if let (Some(above), true) = (&above, ranks.iter().all(Option::is_none)) {
            return (Arc::clone(above), one(mistakes));
        }
        (Arc::new(Self { ranks, above }), one(mistakes))
    }

    /// Whether a path is left out. Names that start with a dot are, unless `with_hidden` or a rule takes them.
    pub fn refuse(&self, path: &Path, is_dir: bool, with_hidden: bool) -> bool {
        let found = (0..self.ranks.len()).map(|rank| self.found(rank, path, is_dir)).find(|found| !found.is_none());
        match found {
            Some(Match::Ignore(())) => true,
            Some(_) => false,
            None => !with_hidden && is_hidden(path),
        }
    }

    /// What the nearest folder says that has a rule of this rank for the path.
    fn found(&self, rank: usize, path: &Path, is_dir: bool) -> Match<()> {
        let mut folder = Some(self);
        while let Some(rules) = folder {
            let found = rules.ranks[rank].as_ref().map_or(Match::None, |globs| globs.matched(path, is_dir).map(|_| ()));
            if !found.is_none() {
                return found;
            }
            folder = rules.above.as_deref();
        }
        Match::None
    }
}

/// Whether the name starts with a dot.
pub(super) fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The rules of one ignore file. What is no UTF-8 ends it, as on disk.
fn parse(folder: &Path, path: &Path, text: impl Read) -> (Gitignore, Option<Error>) {
    let tagged = |line: usize, error: Error| Error::WithPath {
        path: path.to_owned(),
        err: Box::new(Error::WithLineNumber { line: line as u64 + 1, err: Box::new(error) }),
    };
    let (mut builder, mut mistakes) = (GitignoreBuilder::new(folder), Vec::new());
    for (at, line) in BufReader::new(text).lines().enumerate() {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                mistakes.push(tagged(at, Error::Io(error)));
                break;
            }
        };
        let line = if at == 0 { line.trim_start_matches('\u{feff}') } else { &line };
        if let Err(error) = builder.add_line(Some(path.to_owned()), line) {
            mistakes.push(tagged(at, error));
        }
    }
    let globs = builder.build().unwrap_or_else(|error| {
        mistakes.push(error);
        Gitignore::empty()
    });
    // What cannot be read is passed over, unless there are mistakes too.
    (globs, one(mistakes).filter(|mistake| !mistake.is_io()))
}

fn one(mut mistakes: Vec<Error>) -> Option<Error> {
    if mistakes.len() > 1 { Some(Error::Partial(mistakes)) } else { mistakes.pop() }
}
