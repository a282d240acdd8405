//! Where files come from: a folder on disk, or a folder of a git revision. Knows no parsing.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::revision::{self, Blob, Revision};
use super::walk::{ScanError, ScanOptions, Walk, walk};
use super::{Bytes, read};

/// What is analysed.
#[derive(Clone)]
pub enum Place {
    /// A folder on disk.
    Folder(PathBuf),
    /// A folder as a git revision has it.
    Revision(Revision),
}

/// Where the bytes of one file are. Only the place that gave it can read it.
#[derive(Clone, Debug)]
pub enum Address {
    /// A file on disk.
    Disk(PathBuf),
    /// A blob of git.
    Blob(Blob),
}

impl Place {
    /// The folder as the user named it. That of a revision need not be on disk.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::Revision(revision) => revision.folder(),
        }
    }

    /// For [`Analysis::placer`](crate::Analysis::placer): paths under the folder, as a program on this machine says them, become those
    /// of the repository.
    pub fn path_maps(&self) -> Vec<(String, String)> {
        let folder = self.folder();
        let roots = [std::path::absolute(folder), folder.canonicalize()].into_iter().flatten();
        roots.map(|root| (root.to_string_lossy().into_owned(), String::new())).collect()
    }

    /// Lists the files, by the same rules on disk and in a revision.
    ///
    /// # Errors
    /// When the folder cannot be read or a glob is malformed. What cannot be read below it is among the skipped.
    pub fn walk(&self, options: &ScanOptions) -> Result<Walk, ScanError> {
        match self {
            Self::Folder(folder) => walk(folder, options),
            Self::Revision(revision) => revision::walk(revision, options),
        }
    }

    /// Reads a file that [`Place::walk`] found; from any thread.
    ///
    /// # Errors
    /// What the system or git's objects say.
    pub fn read(&self, address: &Address) -> io::Result<Bytes> {
        match (self, address) {
            (_, Address::Disk(path)) => read(path),
            (Self::Revision(revision), Address::Blob(blob)) => revision.read(*blob),
            (Self::Folder(_), Address::Blob(_)) => Err(io::Error::other("it is in no folder")),
        }
    }

    /// Reads the file at a path below the folder, with `/` between the parts.
    ///
    /// # Errors
    /// What the system or git's objects say, and when this is no file.
    pub fn read_path(&self, path: &str) -> io::Result<Bytes> {
        match self {
            Self::Folder(folder) => read(&folder.join(path)),
            Self::Revision(revision) => revision.read_path(path),
        }
    }
}

/// As the user names it: `folder` or `folder@revision`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Revision(revision) => write!(f, "{revision}"),
        }
    }
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}
