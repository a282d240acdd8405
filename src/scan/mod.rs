//! A folder becomes a [`SourceTree`]: which files there are, what they are, and their bytes. Knows nothing of parsing.

mod tree;

pub use tree::{
    DirId, Directory, FileClass, FileEntry, FileId, SourceFile, SourceTree, file_name, join_path, parent_path,
};
