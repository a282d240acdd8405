//! The parallel walk: which regular files a folder holds, after the ignore rules. What it finds is the same for a folder on disk
//! and for one of a revision.

mod disk;
mod globs;
mod told;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Address, Link, RevisionError};

pub use disk::walk;
pub(super) use globs::Globs;
pub(super) use told::{escaped, mistaken, unreadable};

/// Which files of a folder are looked at.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// Take files and folders whose name starts with a dot. Version control's own folders never count.
    pub hidden: bool,
    /// Take what `.gitignore`, `.ignore` and `.repolisignore` exclude.
    pub no_ignore: bool,
    /// Globs in `.gitignore` syntax; when there are any, only files that match one are taken.
    pub include: Vec<String>,
    /// Globs in `.gitignore` syntax; files and folders that match one are left out.
    pub exclude: Vec<String>,
}

/// A regular file that the walk found.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Path relative to the root with `/` between the parts; bytes that are not UTF-8 are written `\xNN`.
    pub path: String,
    /// Where its bytes are.
    pub address: Address,
}

/// A file or folder that is not in the city, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// Path relative to the root.
    pub path: String,
    /// Why, as a lower-case sentence without a full stop.
    pub reason: String,
}

/// What a walk found, sorted by path.
#[derive(Debug, Default)]
pub struct Walk {
    /// The regular files.
    pub candidates: Vec<Candidate>,
    /// What cannot be read or is no regular file. What the ignore rules exclude is not listed.
    pub skipped: Vec<Skip>,
    /// Symbolic links to files and directories below the root.
    pub links: Vec<Link>,
}

/// Why a folder could not be walked at all.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The root does not exist or cannot be read.
    #[error("{}: {source}; name a folder that exists and that you may read", path.display())]
    Root {
        /// The root as given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The root is a file.
    #[error("{}: this is a file; name the folder that holds it{}", path.display(), parent_hint(path))]
    NotAFolder {
        /// The root as given.
        path: PathBuf,
    },
    /// An ignore file of the root is a pipe, a device, or larger than any list of rules.
    #[error("{}: this is no file of ignore rules; remove it, or add --no-ignore", path.display())]
    IgnoreFile {
        /// The file below the root as given.
        path: PathBuf,
    },
    /// A revision cannot be read.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// A glob cannot be read.
    #[error("{glob:?}: not a valid glob ({reason}); the syntax is that of .gitignore")]
    Glob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn parent_hint(path: &Path) -> String {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => format!(", {}", parent.display()),
        _ => ", .".to_owned(),
    }
}

pub(super) const VERSION_CONTROL: [&str; 4] = [".git", ".hg", ".svn", ".jj"];

/// No list of rules is larger.
pub(super) const MAX_IGNORE_BYTES: u64 = 16 << 20;

pub(super) const LINK_TO_ROOT: &str = "a symbolic link to the root itself; not followed";
pub(super) const LINK_OUTSIDE: &str = "a symbolic link that leaves the repository; not followed";
pub(super) const LINK_NOWHERE: &str = "a symbolic link that leads nowhere";

/// What is in the folders from `top` on; `list` gives what is in one, and the folders below it.
pub(super) fn each<F: Send>(
    top: F,
    list: impl Fn(F) -> Result<(Walk, Vec<F>), ScanError> + Sync,
) -> Result<Walk, ScanError> {
    let (mut walk, mut folders) = (Walk::default(), vec![top]);
    while !folders.is_empty() {
        // The folders of one depth at a time, on all cores.
        let listed: Vec<_> = folders.into_par_iter().map(&list).collect();
        folders = Vec::new();
        for listed in listed {
            let (mut found, mut below) = listed?;
            walk.candidates.append(&mut found.candidates);
            walk.skipped.append(&mut found.skipped);
            walk.links.append(&mut found.links);
            folders.append(&mut below);
        }
    }
    Ok(walk)
}

impl Walk {
    /// The same, with what was found above it, in path order.
    pub(super) fn sorted(mut self, mut above: Vec<Skip>) -> Self {
        self.candidates.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.candidates.dedup_by(|a, b| a.path == b.path);
        self.skipped.append(&mut above);
        self.skipped.sort_unstable();
        self.links.sort_unstable();
        self
    }
}

#[cfg(test)]
mod tests;
