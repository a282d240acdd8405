//! The parallel walk: which regular files a folder holds, after the ignore rules.

use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::{Address, Link, RevisionError};

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

/// Lists the regular files below `root`.
///
/// Symbolic links are never walked, so nothing outside the root is read and no loop exists; the root itself may be
/// a link. Where a link leads to something below the root it is noted, so that imports through it can be resolved.
/// `.gitignore` counts in folders that are not git repositories too; the user's global ignore file does not, so that
/// two machines see the same city.
///
/// # Errors
/// When the root is not a readable folder or a glob is malformed. Anything below the root that cannot be read becomes
/// a [`Skip`].
pub fn walk(root: &Path, options: &ScanOptions) -> Result<Walk, ScanError> {
    let unreadable = |source| ScanError::Root { path: root.to_owned(), source };
    let disk_root = root.canonicalize().map_err(unreadable)?;
    if !disk_root.is_dir() {
        return Err(ScanError::NotAFolder { path: root.to_owned() });
    }
    std::fs::read_dir(&disk_root).map_err(unreadable)?;

    let globs = Globs::new(&disk_root, options)?;
    let in_repository_above =
        !disk_root.join(".git").exists() && disk_root.ancestors().skip(1).any(|dir| dir.join(".git").exists());
    let (pruned, with_ignore) = (globs.clone(), !options.no_ignore);
    if with_ignore && let Some(name) = endless_ignore_file(&disk_root) {
        return Err(ScanError::IgnoreFile { path: root.join(name) });
    }
    let refused = Arc::new(Mutex::new(Vec::new()));
    let (refused_in_walk, walk_root) = (Arc::clone(&refused), disk_root.clone());
    let takes_ignore_files_of = move |folder: &Path| match endless_ignore_file(folder) {
        Some(name) if with_ignore => {
            let skip = Skip { path: relative(&walk_root, folder), reason: format!("its {name} is no file of rules") };
            refused_in_walk.lock().unwrap_or_else(PoisonError::into_inner).push(skip);
            false
        }
        _ => true,
    };
    let mut builder = WalkBuilder::new(&disk_root);
    if !options.no_ignore {
        builder.add_custom_ignore_filename(".repolisignore");
    }
    let walker = builder
        .standard_filters(!options.no_ignore)
        .hidden(!options.hidden)
        .parents(!options.no_ignore && in_repository_above)
        .git_global(false)
        .require_git(false)
        .filter_entry(move |entry| {
            !is_version_control(entry)
                && (!is_dir(entry) || !pruned.refuse(entry) && takes_ignore_files_of(entry.path()))
        })
        .threads(std::thread::available_parallelism().map_or(1, usize::from))
        .build_parallel();

    let found = Mutex::new(Walk::default());
    walker.visit(&mut Collector { root: &disk_root, globs: &globs, merged: &found });
    let mut walk = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    walk.candidates.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walk.candidates.dedup_by(|a, b| a.path == b.path);
    walk.skipped.append(&mut refused.lock().unwrap_or_else(PoisonError::into_inner));
    walk.skipped.sort_unstable();
    walk.links.sort_unstable();
    Ok(walk)
}

/// The user's own globs.
#[derive(Clone)]
pub(super) struct Globs {
    /// `None` takes everything.
    include: Option<Gitignore>,
    exclude: Gitignore,
}

impl Globs {
    pub fn new(root: &Path, options: &ScanOptions) -> Result<Self, ScanError> {
        let include = (!options.include.is_empty()).then(|| matcher(root, &options.include)).transpose()?;
        Ok(Self { include, exclude: matcher(root, &options.exclude)? })
    }

    /// Whether a folder need not be entered, or a file not be taken. A glob that matches a folder stands for all in it.
    fn refuse(&self, entry: &DirEntry) -> bool {
        entry.depth() > 0 && self.refuse_path(entry.path(), is_dir(entry))
    }

    /// The same of a path below the root.
    pub fn refuse_path(&self, path: &Path, is_dir: bool) -> bool {
        let matches = |globs: &Gitignore| globs.matched_path_or_any_parents(path, is_dir).is_ignore();
        matches(&self.exclude) || !is_dir && self.include.as_ref().is_some_and(|include| !matches(include))
    }
}

fn matcher(root: &Path, globs: &[String]) -> Result<Gitignore, ScanError> {
    let glob_error =
        |glob: &str, error: ignore::Error| ScanError::Glob { glob: glob.to_owned(), reason: error.to_string() };
    let mut builder = GitignoreBuilder::new(root);
    // Git takes an unclosed bracket literally; typed here it is a mistake.
    builder.allow_unclosed_class(false);
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| glob_error(glob, error))?;
    }
    builder.build().map_err(|error| glob_error(&globs.join(" "), error))
}

/// No list of rules is larger.
pub(super) const MAX_IGNORE_BYTES: u64 = 16 << 20;

/// The ignore file of a folder that a walk would never finish reading: a pipe, a device, or beyond all measure.
fn endless_ignore_file(folder: &Path) -> Option<&'static str> {
    [".gitignore", ".ignore", ".repolisignore", ".git/info/exclude"].into_iter().find(|name| {
        let meta = std::fs::metadata(folder.join(name));
        meta.is_ok_and(|meta| !meta.is_dir() && (!meta.is_file() || meta.len() > MAX_IGNORE_BYTES))
    })
}

fn is_version_control(entry: &DirEntry) -> bool {
    entry.depth() > 0 && VERSION_CONTROL.iter().any(|name| entry.file_name() == *name)
}

fn is_dir(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Hands every thread its own lists.
struct Collector<'s> {
    root: &'s Path,
    globs: &'s Globs,
    merged: &'s Mutex<Walk>,
}

impl<'s> ParallelVisitorBuilder<'s> for Collector<'s> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor { root: self.root, globs: self.globs, merged: self.merged, found: Walk::default() })
    }
}

/// One thread's lists, merged once when the thread ends.
struct Visitor<'s> {
    root: &'s Path,
    globs: &'s Globs,
    merged: &'s Mutex<Walk>,
    found: Walk,
}

impl ParallelVisitor for Visitor<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.take(entry),
            Err(error) => self.found.skipped.push(unreadable(self.root, &error)),
        }
        WalkState::Continue
    }
}

impl Visitor<'_> {
    fn take(&mut self, entry: DirEntry) {
        if let Some(error) = entry.error() {
            self.found.skipped.push(mistaken(self.root, entry.path(), error));
        }
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { return };
        if self.globs.refuse(&entry) {
            return;
        }
        let path = relative(self.root, entry.path());
        if kind.is_symlink() {
            self.take_link(path, entry.path());
            return;
        }
        match special_file(kind) {
            Some(reason) => self.found.skipped.push(Skip { path, reason: reason.to_owned() }),
            None => self.found.candidates.push(Candidate { path, address: Address::Disk(entry.into_path()) }),
        }
    }
}

impl Visitor<'_> {
    fn take_link(&mut self, path: String, disk_path: &Path) {
        let reason = match disk_path.canonicalize() {
            Ok(target) if target.starts_with(self.root) && target != self.root => {
                self.found.links.push(Link { path, target: relative(self.root, &target) });
                return;
            }
            Ok(target) if target == self.root => LINK_TO_ROOT,
            Ok(_) => LINK_OUTSIDE,
            Err(_) => LINK_NOWHERE,
        };
        self.found.skipped.push(Skip { path, reason: reason.to_owned() });
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        let mut merged = self.merged.lock().unwrap_or_else(PoisonError::into_inner);
        merged.candidates.append(&mut self.found.candidates);
        merged.skipped.append(&mut self.found.skipped);
        merged.links.append(&mut self.found.links);
    }
}

pub(super) const LINK_TO_ROOT: &str = "a symbolic link to the root itself; not followed";
pub(super) const LINK_OUTSIDE: &str = "a symbolic link that leaves the repository; not followed";
pub(super) const LINK_NOWHERE: &str = "a symbolic link that leads nowhere";

fn special_file(kind: FileType) -> Option<&'static str> {
    (!kind.is_file()).then_some("not a regular file")
}

pub(super) fn unreadable(root: &Path, error: &ignore::Error) -> Skip {
    let (path, error) = match error {
        ignore::Error::WithPath { path, err } => (relative(root, path), err.as_ref()),
        ignore::Error::WithDepth { err, .. } => return unreadable(root, err),
        other => (String::new(), other),
    };
    let reason = error.io_error().map_or_else(|| told(root, error), ToString::to_string);
    Skip { path, reason: format!("cannot be read: {reason}") }
}

/// What is wrong with the ignore files of a folder.
pub(super) fn mistaken(root: &Path, folder: &Path, error: &ignore::Error) -> Skip {
    Skip { path: relative(root, folder), reason: format!("an ignore file has a mistake: {}", told(root, error)) }
}

/// The error with paths from `root` on: none of this machine may enter a recording.
fn told(root: &Path, error: &ignore::Error) -> String {
    match error {
        ignore::Error::Partial(errors) => errors.iter().map(|error| told(root, error)).collect::<Vec<_>>().join("; "),
        ignore::Error::WithPath { path, err } => format!("{}: {}", relative(root, path), told(root, err)),
        ignore::Error::WithDepth { err, .. } => told(root, err),
        other => other.to_string(),
    }
}

/// `path` from `root` on as text with `/` between the parts; `..` leads to a folder above.
fn relative(root: &Path, path: &Path) -> String {
    let from = root.ancestors().enumerate().find_map(|(ups, above)| Some((ups, path.strip_prefix(above).ok()?)));
    let (ups, below) = from.unwrap_or((0, path));
    let below = below.components().map(|part| escaped(part.as_os_str().as_encoded_bytes()));
    let parts: Vec<_> = std::iter::repeat_n("..".to_owned(), ups).chain(below).collect();
    parts.join("/")
}

/// Bytes of a name as text; those that are no UTF-8 are written `\xNN`.
pub(super) fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        dir
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], options: &ScanOptions, expect: &[&str]) {
        let dir = folder(files);
        let walk = walk(dir.path(), options).unwrap();
        assert_eq!(walk.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn ignore_files_count_without_git() {
        let files = [
            (".gitignore", "a\n"),
            (".ignore", "b\n"),
            (".repolisignore", "c\n"),
            ("a", ""),
            ("b", ""),
            ("c", ""),
            ("d", ""),
        ];
        check(&files, &ScanOptions::default(), &["d"]);
        let all = ScanOptions { no_ignore: true, ..Default::default() };
        check(&files, &all, &["a", "b", "c", "d"]);
        let hidden = ScanOptions { hidden: true, ..Default::default() };
        check(&files, &hidden, &[".gitignore", ".ignore", ".repolisignore", "d"]);
    }

    #[test]
    fn globs_narrow_but_never_bring_ignored_files_back() {
        let files =
            [(".gitignore", "out/\nx.py\n"), ("out/a.py", ""), ("x.py", ""), ("src/b.py", ""), ("src/b.rs", "")];
        let include = ScanOptions { include: vec!["*.py".into()], ..Default::default() };
        check(&files, &include, &["src/b.py"]);
        for folder in ["src", "src/", "/src"] {
            let include = ScanOptions { include: vec![folder.into()], ..Default::default() };
            check(&files, &include, &["src/b.py", "src/b.rs"]);
        }
        let exclude = ScanOptions { exclude: vec!["src/*.py".into()], ..Default::default() };
        check(&files, &exclude, &["src/b.rs"]);
    }

    #[test]
    fn version_control_is_never_taken() {
        let files = [(".git/config", ""), (".hg/x", ""), ("a", "")];
        check(&files, &ScanOptions { hidden: true, no_ignore: true, ..Default::default() }, &["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_noted_and_not_walked() {
        let dir = folder(&[("a/b", "")]);
        std::os::unix::fs::symlink("..", dir.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink("/etc", dir.path().join("out")).unwrap();
        std::os::unix::fs::symlink("a/b", dir.path().join("in")).unwrap();
        let walk = walk(dir.path(), &ScanOptions::default()).unwrap();
        assert_eq!(walk.candidates.len(), 1);
        assert_eq!(walk.skipped.iter().map(|skip| &*skip.path).collect::<Vec<_>>(), ["a/loop", "out"]);
        assert_eq!(walk.links, [Link { path: "in".into(), target: "a/b".into() }]);
    }

    #[cfg(unix)]
    #[test]
    fn an_endless_ignore_file_is_not_read() {
        let dir = folder(&[("a/b", ""), ("c/d", "")]);
        std::os::unix::fs::symlink("/dev/zero", dir.path().join("a/.gitignore")).unwrap();
        let found = walk(dir.path(), &ScanOptions::default()).unwrap();
        assert_eq!(found.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["c/d"]);
        let reason = "its .gitignore is no file of rules".to_owned();
        assert!(found.skipped.contains(&Skip { path: "a".to_owned(), reason }), "{:?}", found.skipped);
        std::os::unix::fs::symlink("/dev/zero", dir.path().join(".ignore")).unwrap();
        let error = walk(dir.path(), &ScanOptions::default()).unwrap_err().to_string();
        assert!(error.contains(".ignore: this is no file"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_text_are_escaped() {
        use std::os::unix::ffi::OsStrExt;
        let dir = folder(&[("line\nbreak", "")]);
        std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
        let walk = walk(dir.path(), &ScanOptions::default()).unwrap();
        assert_eq!(walk.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["bad\\xFF", "line\nbreak"]);
    }

    #[test]
    fn errors_name_the_path() {
        let dir = folder(&[("file", "")]);
        let error = walk(&dir.path().join("file"), &ScanOptions::default()).unwrap_err().to_string();
        assert!(error.contains("this is a file"), "{error}");
        let error = walk(&dir.path().join("none"), &ScanOptions::default()).unwrap_err().to_string();
        assert!(error.contains("none"), "{error}");
        let bad = ScanOptions { include: vec!["a[".into()], ..Default::default() };
        assert!(walk(dir.path(), &bad).unwrap_err().to_string().contains("a["));
    }
}
