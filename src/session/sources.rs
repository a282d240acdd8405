//! The text of files that a page previews, from where they were analysed.

use std::path::{Path, PathBuf};

use super::Excerpt;
use crate::scan::{self, Bytes, Revision};

/// Lines of an excerpt before the one asked for, and after it.
const LINES_BEFORE: u32 = 5;
const LINES_AFTER: u32 = 40;
/// What is longer is cut, in characters.
const MAX_LINE_CHARS: usize = 400;

/// Where the text of a city's files comes from.
pub trait Sources: Send + Sync {
    /// The bytes of a file, which is one of the analysis, by its path below the root.
    ///
    /// # Errors
    /// Why there are none, as a sentence for the user.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// The folder that was analysed.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Sources below this folder.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn new(root: &Path) -> std::io::Result<Self> {
        Ok(Self { root: root.canonicalize()? })
    }

    /// The folder as the system names it.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Sources for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = self.root.join(path).canonicalize().map_err(|error| format!("It cannot be read now: {error}."))?;
        // What was a file when it was analysed may be a link by now.
        if !found.starts_with(&self.root) || !found.is_file() {
            return Err("It is no file of this folder any more.".to_owned());
        }
        whole(scan::read(&found))
    }
}

/// What was committed, whatever the work tree has by now.
impl Sources for Revision {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        whole(self.read_path(path))
    }
}

fn whole(read: std::io::Result<Bytes>) -> Result<Vec<u8>, String> {
    match read {
        Ok(Bytes::Whole(bytes)) => Ok(bytes),
        Ok(Bytes::Head(_)) => Err("It is too large to be shown, or no text.".to_owned()),
        Err(error) => Err(format!("It cannot be read now: {error}.")),
    }
}

/// The lines around `line` of a file that had `known_bytes` when it was analysed.
pub fn excerpt(path: &str, line: u32, read: Result<Vec<u8>, String>, known_bytes: u64) -> Excerpt {
    let empty = Excerpt { path: path.to_owned(), line: line.max(1), first_line: 1, ..Excerpt::default() };
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(note) => return Excerpt { note, ..empty },
    };
    let has_changed = bytes.len() as u64 != known_bytes;
    let (text, _) = scan::decode(bytes);
    let total_lines = text.lines().count() as u32;
    let line = empty.line.min(total_lines.max(1));
    let first_line = line.saturating_sub(LINES_BEFORE).max(1);
    let wanted = text.lines().skip(first_line as usize - 1).take((line + LINES_AFTER - first_line) as usize);
    Excerpt {
        line,
        first_line,
        lines: wanted.map(|line| line.chars().take(MAX_LINE_CHARS).collect()).collect(),
        total_lines,
        note: if has_changed { "It has changed since it was analysed.".to_owned() } else { String::new() },
        ..empty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, line: u32, expect: (u32, u32, &[&str])) {
        let found = excerpt("a.py", line, Ok(text.into()), text.len() as u64);
        assert_eq!((found.first_line, found.line, found.note.as_str()), (expect.0, expect.1, ""));
        let lines: Vec<_> = found.lines.iter().map(String::as_str).collect();
        assert!(lines.starts_with(expect.2), "{lines:?}");
    }

    #[test]
    fn lines_around_one_are_shown() {
        let text: String = (1..=100).map(|line| format!("line {line}\n")).collect();
        check(&text, 1, (1, 1, &["line 1", "line 2"]));
        check(&text, 50, (45, 50, &["line 45"]));
        check(&text, 1000, (95, 100, &["line 95"]));
        check(&text, 0, (1, 1, &["line 1"]));
        check("", 7, (1, 1, &[]));
        check("x", u32::MAX, (1, 1, &["x"]));
        assert_eq!(excerpt("a", 1, Ok("é".repeat(999).into()), 1998).lines[0].chars().count(), MAX_LINE_CHARS);
    }

    #[test]
    fn only_files_below_the_root_are_read() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("root");
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("src/a.py"), "inside").unwrap();
        std::fs::write(temp.path().join("secret"), "outside").unwrap();
        let folder = Folder::new(&root).unwrap();
        assert_eq!(folder.read("src/a.py").unwrap(), b"inside");
        for path in ["../secret", "src/../../secret", "src", "", "gone", temp.path().join("secret").to_str().unwrap()] {
            assert!(folder.read(path).is_err(), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(temp.path().join("secret"), root.join("link")).unwrap();
            std::os::unix::fs::symlink(temp.path(), root.join("folder")).unwrap();
            assert!(folder.read("link").is_err() && folder.read("folder/secret").is_err());
        }
    }

    #[test]
    fn what_cannot_be_shown_says_why() {
        assert_eq!(excerpt("a", 1, Err("No.".to_owned()), 0).note, "No.");
        assert!(excerpt("a", 1, Ok(b"new".to_vec()), 99).note.contains("changed"));
    }
}
