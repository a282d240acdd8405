//! Which files are of the repository, by the names that Python has for them.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

/// The files that are traced.
pub struct Files {
    /// The folder of the repository, without links.
    folder: PathBuf,
    /// Paths from there, with slashes.
    paths: FxHashSet<Box<str>>,
    known: FxHashMap<Box<str>, Option<Box<str>>>,
}

impl Files {
    /// Those of a folder, by their paths from there.
    pub fn new(folder: &Path, paths: impl IntoIterator<Item = Box<str>>) -> std::io::Result<Self> {
        Ok(Self { folder: folder.canonicalize()?, paths: paths.into_iter().collect(), known: FxHashMap::default() })
    }

    /// The path from the folder of what Python calls by this name; `None` for what is not traced.
    pub fn find(&mut self, name: &str) -> Option<&str> {
        // What was made of a string has no file: `<string>`, `<frozen os>`.
        if name.starts_with('<') {
            return None;
        }
        if !self.known.contains_key(name) {
            let path = self.look(name);
            self.known.insert(name.into(), path);
        }
        self.known.get(name)?.as_deref()
    }

    fn look(&self, name: &str) -> Option<Box<str>> {
        let disk_path = Path::new(name).canonicalize().ok()?;
        let path = disk_path.strip_prefix(&self.folder).ok()?.to_str()?;
        let path = path.replace(std::path::MAIN_SEPARATOR, "/");
        self.paths.contains(&*path).then(|| path.into())
    }
}
