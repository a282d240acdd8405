//! A folder becomes a [`SourceTree`]: which files there are, what they are, and their bytes. Knows nothing of parsing.

mod content;
mod generated;
mod language;
mod read;
mod tree;
mod walk;

pub use content::{classify, decode};
pub use language::Language;
pub use read::{Bytes, Large, MAX_READ_BYTES, read};
pub use tree::{
    DirId, Directory, FileClass, FileEntry, FileId, Link, SourceFile, SourceTree, file_name, join_path, parent_path,
};
pub use walk::{Candidate, ScanError, ScanOptions, Skip, Walk, walk};
