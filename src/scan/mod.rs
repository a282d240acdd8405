//! A folder becomes a [`SourceTree`]: which files there are, what they are, and their bytes. Knows nothing of parsing.

mod read;
mod tree;
mod walk;

pub use read::{Bytes, Large, MAX_READ_BYTES, read};
pub use tree::{
    DirId, Directory, FileClass, FileEntry, FileId, SourceFile, SourceTree, file_name, join_path, parent_path,
};
pub use walk::{Candidate, ScanError, ScanOptions, Skip, Walk, walk};
mod content_stub; pub use content_stub::*;
