//! Paths interned once into ids; everything after the scan is an index into these tables.

use rustc_hash::{FxHashMap, FxHashSet};

use super::language::Language;

/// Index of a file in [`SourceTree::files`]. Ids follow the sort order of the paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// Index of a directory in [`SourceTree::dirs`]. The root is `DirId(0)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirId(pub u32);

impl FileId {
    /// The id as a table index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl DirId {
    /// The root directory of every tree.
    pub const ROOT: Self = Self(0);

    /// The id as a table index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a file is, as far as the city cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileClass {
    /// Text that somebody wrote.
    #[default]
    Source,
    /// Text written by a tool: lock files, protobuf output, files marked `@generated`.
    Generated,
    /// JavaScript or CSS squeezed for transport.
    Minified,
    /// Not text.
    Binary,
}

impl FileClass {
    /// The name used in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Generated => "generated",
            Self::Minified => "minified",
            Self::Binary => "binary",
        }
    }
}

/// A file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the root, with `/` between the parts. Bytes that are not UTF-8 are
    /// replaced, so this is a name and not always an address on disk.
    pub path: Box<str>,
    /// The directory that holds the file.
    pub dir: DirId,
    /// The language by name, suffix or shebang.
    pub language: Language,
    /// What kind of file it is.
    pub class: FileClass,
    /// Size in bytes.
    pub bytes: u64,
}

impl SourceFile {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        file_name(&self.path)
    }
}

/// A directory of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Path relative to the root, with `/` between the parts; the root's is empty.
    pub path: Box<str>,
    /// The directory above; the root is its own parent.
    pub parent: DirId,
    /// Distance from the root, which has depth 0.
    pub depth: u32,
}

/// What [`SourceTree::new`] is built from: a file without its directory.
#[derive(Clone, Debug)]
pub struct FileEntry {
    /// See [`SourceFile::path`].
    pub path: String,
    /// See [`SourceFile::language`].
    pub language: Language,
    /// See [`SourceFile::class`].
    pub class: FileClass,
    /// See [`SourceFile::bytes`].
    pub bytes: u64,
}

/// A symbolic link that leads to a file or directory of the same repository. Paths are relative to the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The link.
    pub path: String,
    /// What it leads to; no link itself.
    pub target: String,
}

/// Further names of files that links may add, so that many links to one large directory stay cheap.
pub const MAX_ALIASES: usize = 100_000;

/// The files and directories of a repository, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    /// Every file; `FileId` indexes it.
    pub files: Vec<SourceFile>,
    /// Every directory that holds a file, and those above it; `DirId` indexes it, parents come
    /// before their children.
    pub dirs: Vec<Directory>,
    file_ids: FxHashMap<Box<str>, FileId>,
    dir_ids: FxHashMap<Box<str>, DirId>,
}

impl SourceTree {
    /// Interns `entries`, which must have distinct paths and come sorted by path.
    pub fn new(entries: Vec<FileEntry>) -> Self {
        debug_assert!(entries.is_sorted_by(|a, b| a.path < b.path));
        let mut seen = FxHashSet::from_iter([""]);
        for entry in &entries {
            let mut dir = parent_path(&entry.path);
            while seen.insert(dir) {
                dir = parent_path(dir);
            }
        }
        let mut dir_paths = Vec::from_iter(seen);
        dir_paths.sort_unstable();

        let dir_ids: FxHashMap<Box<str>, DirId> =
            dir_paths.iter().zip(0..).map(|(path, id)| (Box::from(*path), DirId(id))).collect();
        let dirs = dir_paths
            .iter()
            .map(|path| Directory {
                path: Box::from(*path),
                parent: dir_ids[parent_path(path)],
                depth: if path.is_empty() { 0 } else { 1 + count_slashes(path) },
            })
            .collect();
        let files: Vec<_> = entries
            .into_iter()
            .map(|entry| SourceFile {
                dir: dir_ids[parent_path(&entry.path)],
                path: entry.path.into_boxed_str(),
                language: entry.language,
                class: entry.class,
                bytes: entry.bytes,
            })
            .collect();
        let file_ids = files.iter().zip(0..).map(|(file, id)| (file.path.clone(), FileId(id))).collect();
        Self { files, dirs, file_ids, dir_ids }
    }

    /// Lets links lead to the files they stand for: `file_id` finds a file under the link's path too. A link to a
    /// directory stands for every file below that. Only the first [`MAX_ALIASES`] names are taken.
    pub fn follow(&mut self, links: &[Link]) {
        for link in links {
            if let Some(&file) = self.file_ids.get(&*link.target) {
                self.alias(link.path.clone(), file);
                continue;
            }
            let below = format!("{}/", link.target);
            let start = self.files.partition_point(|file| *file.path < *below);
            for index in start..self.files.len() {
                let Some(rest) = self.files[index].path.strip_prefix(&below) else { break };
                self.alias(format!("{}/{rest}", link.path), FileId(index as u32));
            }
        }
    }

    fn alias(&mut self, path: String, file: FileId) {
        if self.file_ids.len() < self.files.len() + MAX_ALIASES {
            self.file_ids.entry(path.into_boxed_str()).or_insert(file);
        }
    }

    /// The file at `path`, which is relative to the root with `/` between the parts.
    pub fn file_id(&self, path: &str) -> Option<FileId> {
        self.file_ids.get(path).copied()
    }

    /// The directory at `path`; the root is `""`.
    pub fn dir_id(&self, path: &str) -> Option<DirId> {
        self.dir_ids.get(path).copied()
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// The directory with this id.
    pub fn dir(&self, id: DirId) -> &Directory {
        &self.dirs[id.index()]
    }

    /// Every file id, in path order.
    pub fn file_ids(&self) -> impl ExactSizeIterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// Every directory id, parents before children.
    pub fn dir_ids(&self) -> impl ExactSizeIterator<Item = DirId> + use<> {
        (0..self.dirs.len() as u32).map(DirId)
    }
}

/// The directory part of a `/`-separated path, `""` at the top.
pub fn parent_path(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// The last part of a `/`-separated path.
pub fn file_name(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[slash + 1..])
}

/// `dir` and `relative` as one normalised path: `.` vanishes and `..` climbs. `None` when it would
/// leave the root.
pub fn join_path(dir: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn count_slashes(path: &str) -> u32 {
    path.bytes().filter(|&byte| byte == b'/').count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_refuses_to_leave_the_root() {
        assert_eq!(join_path("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join_path("", "x").as_deref(), Some("x"));
        assert_eq!(join_path("a", "../.."), None);
    }

    #[test]
    fn directories_come_before_their_children() {
        let entry = |path: &str| FileEntry {
            path: path.into(),
            language: Language::UNKNOWN,
            class: FileClass::Source,
            bytes: 0,
        };
        let tree =
            SourceTree::new(["a/b/c/x", "a/y", "a-b/z", "w"].map(entry).into_iter().collect::<Vec<_>>().sorted());
        assert_eq!(tree.dirs.iter().map(|dir| &*dir.path).collect::<Vec<_>>(), ["", "a", "a-b", "a/b", "a/b/c"]);
        for dir in tree.dir_ids().skip(1) {
            assert!(tree.dir(dir).parent < dir);
        }
        assert_eq!(tree.file(tree.file_id("a/y").unwrap()).dir, tree.dir_id("a").unwrap());
    }

    #[test]
    fn links_lead_to_files() {
        let entry = |path: &str| FileEntry {
            path: path.into(),
            language: Language::UNKNOWN,
            class: FileClass::Source,
            bytes: 0,
        };
        let mut tree = SourceTree::new(["a/b/x", "a/y", "a0"].map(entry).into());
        let link = |path: &str, target: &str| Link { path: path.into(), target: target.into() };
        tree.follow(&[link("c", "a"), link("d", "a0"), link("e", "gone"), link("a0", "a/y")]);
        let path = |name: &str| tree.file_id(name).map(|id| &*tree.file(id).path);
        assert_eq!(
            ["c/b/x", "c/y", "d", "e", "a0"].map(path),
            [Some("a/b/x"), Some("a/y"), Some("a0"), None, Some("a0")]
        );
    }

    trait Sorted {
        fn sorted(self) -> Self;
    }

    impl Sorted for Vec<FileEntry> {
        fn sorted(mut self) -> Self {
            self.sort_by(|a, b| a.path.cmp(&b.path));
            self
        }
    }
}
