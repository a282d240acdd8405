//! A folder, or a folder of a git revision, becomes a [`SourceTree`]: which files there are, what they are, and their bytes.
//! Knows nothing of parsing.

mod caught;
mod content;
mod generated;
pub mod git;
mod language;
mod place;
mod read;
mod revision;
mod rules;
mod tree;
mod walk;

pub use caught::caught;
pub use content::{classify, decode};
pub use language::Language;
pub use place::{Address, Place};
pub use read::{Bytes, Large, MAX_READ_BYTES, read};
pub use revision::{Revision, RevisionError};
pub use tree::{
    DirId, Directory, FileClass, FileEntry, FileId, Link, SourceFile, SourceTree, file_name, join_path, parent_path,
};
pub use walk::{Candidate, ScanError, ScanOptions, Skip, Walk, walk};
