//! Files of a work tree or a revision that differ from another revision, by their bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gix::index::State;
use gix::index::entry::{Mode, Stat};
use rustc_hash::FxHashMap;

use crate::scan::{Place, Revision, RevisionError, git};

/// Reading the index of a large repository takes a second; a pipe in its place is read for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// What differs from a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Those of the files asked about whose bytes differ, or that the commit does not have, in their order.
    pub changed: Vec<String>,
    /// Files below the folder that the revision has and the place has not, sorted; paths relative to the folder.
    pub deleted: Vec<String>,
}

/// Why changes cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// No git work tree.
    #[error("{}: not in a git work tree, so there is nothing to compare with; name the files instead", folder.display())]
    NoWorkTree {
        /// The folder as given.
        folder: PathBuf,
    },
    /// No such commit.
    #[error("{revision}: no such revision in {}: {reason}", folder.display())]
    NoRevision {
        /// The revision as given.
        revision: String,
        /// The folder as given.
        folder: PathBuf,
        /// What git's objects say.
        reason: String,
    },
    /// The revision to compare with cannot be had.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The repository is damaged or cannot be read.
    #[error("{}: its git repository cannot be read: {reason}", folder.display())]
    Unreadable {
        /// The folder as given.
        folder: PathBuf,
        /// What happened.
        reason: String,
    },
}

/// Which of `files`, paths relative to the place, differ from the revision `before`. Links and files of submodules are left
/// out.
///
/// Of a folder on disk these are files that are changed, staged, or not known to git at all. Bytes are compared, with line
/// ends made equal as git's `autocrlf` would; files that the index knows to be as they were are not read. Filters such as
/// that of LFS are not run. Of a revision, what was committed is compared.
///
/// # Errors
/// When the folder is in no work tree, the revision does not exist, or the repository is damaged.
pub fn changes(place: &Place, before: &str, files: Vec<String>) -> Result<Changes, ChangeError> {
    match place {
        Place::Folder(folder) => on_disk(folder, before, files),
        Place::Revision(revision) => between(revision, before, files),
    }
}

fn between(now: &Revision, before: &str, files: Vec<String>) -> Result<Changes, ChangeError> {
    let then = match now.sibling(before) {
        Ok(then) => then.blobs()?,
        // The folder is new.
        Err(RevisionError::Absent { .. }) => FxHashMap::default(),
        Err(error) => return Err(error.into()),
    };
    let now = now.blobs()?;
    let changed = files.into_iter().filter(|path| now.get(path) != then.get(path)).collect();
    let mut deleted: Vec<_> = then.into_keys().filter(|path| !now.contains_key(path)).collect();
    deleted.sort_unstable();
    Ok(Changes { changed, deleted })
}

fn on_disk(folder: &Path, before: &str, files: Vec<String>) -> Result<Changes, ChangeError> {
    let unreadable = |reason: String| ChangeError::Unreadable { folder: folder.to_owned(), reason };
    let (at, before) = (folder.to_owned(), before.to_owned());
    git::patiently(PATIENCE, move || compare(&at, &before, files)).map_err(unreadable)?
}

fn compare(folder: &Path, revision: &str, files: Vec<String>) -> Result<Changes, ChangeError> {
    let no_work_tree = || ChangeError::NoWorkTree { folder: folder.to_owned() };
    let unreadable = |error: &dyn std::fmt::Display| ChangeError::Unreadable {
        folder: folder.to_owned(),
        reason: error.to_string(),
    };
    let repository = git::open(folder).map_err(|_| no_work_tree())?.to_thread_local();
    let root = repository.workdir().and_then(|root| root.canonicalize().ok()).ok_or_else(no_work_tree)?;
    let absolute = folder.canonicalize().map_err(|error| unreadable(&error))?;
    let prefix = absolute.strip_prefix(&root).map_err(|_| no_work_tree())?;
    let prefix: String = prefix.iter().map(|part| format!("{}/", part.to_string_lossy())).collect();
    let committed = committed(&repository, folder, revision, &prefix)?;
    let index = repository.index_or_empty().map_err(|error| unreadable(&error))?;
    let known = Known::new(&index, &prefix);

    let is_changed = |path: &String| {
        let before = committed.get(path.as_str());
        !known.is_in_submodule(path) && !before.is_some_and(|&before| known.is_same(&absolute.join(path), path, before))
    };
    let changed = files.into_iter().filter(is_changed).collect();
    let is_gone = |path: &&String| fs::symlink_metadata(absolute.join(path)).is_err();
    let mut deleted: Vec<_> = committed.keys().filter(is_gone).cloned().collect();
    deleted.sort_unstable();
    Ok(Changes { changed, deleted })
}

/// The files below `prefix` that the revision has, by the rest of their paths.
fn committed(
    repository: &gix::Repository,
    folder: &Path,
    revision: &str,
    prefix: &str,
) -> Result<FxHashMap<String, gix::ObjectId>, ChangeError> {
    let no_revision = |error: &dyn std::fmt::Display| ChangeError::NoRevision {
        revision: revision.to_owned(),
        folder: folder.to_owned(),
        reason: error.to_string(),
    };
    // A repository without a commit has HEAD but no tree.
    if revision == "HEAD" && repository.head().is_ok_and(|head| head.is_unborn()) {
        return Ok(FxHashMap::default());
    }
    let object = repository.rev_parse_single(revision).map_err(|error| match Revision::open(folder, revision) {
        // It knows the names that there are.
        Err(told @ RevisionError::Unknown { .. }) => told.into(),
        _ => no_revision(&error),
    })?;
    let tree =
        object.object().map_err(|error| no_revision(&error))?.peel_to_tree().map_err(|error| no_revision(&error))?;
    let files = tree.traverse().breadthfirst.files().map_err(|error| no_revision(&error))?;
    let below = files.into_iter().filter(|file| file.mode.is_blob()).filter_map(|file| {
        let path = file.filepath.to_string();
        Some((path.strip_prefix(prefix)?.to_owned(), file.oid))
    });
    Ok(below.collect())
}

/// What the index says of the files on disk.
struct Known<'a> {
    entries: FxHashMap<String, (gix::ObjectId, Stat)>,
    submodules: Vec<String>,
    index: &'a State,
}

impl<'a> Known<'a> {
    fn new(index: &'a State, prefix: &str) -> Self {
        let (mut entries, mut submodules) = (FxHashMap::default(), Vec::new());
        for entry in index.entries() {
            let path = entry.path(index).to_string();
            let Some(path) = path.strip_prefix(prefix) else { continue };
            if entry.mode == Mode::COMMIT {
                submodules.push(format!("{path}/"));
            } else {
                entries.insert(path.to_owned(), (entry.id, entry.stat));
            }
        }
        Self { entries, submodules, index }
    }

    fn is_in_submodule(&self, path: &str) -> bool {
        self.submodules.iter().any(|submodule| path.starts_with(submodule))
    }

    /// Whether the file on disk has the bytes of `before`.
    fn is_same(&self, file: &Path, path: &str, before: gix::ObjectId) -> bool {
        if let Some((id, stat)) = self.entries.get(path)
            && self.is_untouched(file, stat)
        {
            return *id == before;
        }
        let Ok(bytes) = fs::read(file) else { return false };
        let hash = |bytes: &[u8]| gix::objs::compute_hash(before.kind(), gix::objs::Kind::Blob, bytes).ok();
        if hash(&bytes) == Some(before) {
            return true;
        }
        let unix = without_carriage_returns(&bytes);
        unix.len() < bytes.len() && hash(&unix) == Some(before)
    }

    /// Whether the file has the size and time that the index noted, and was noted after that time was over.
    fn is_untouched(&self, file: &Path, stat: &Stat) -> bool {
        let Ok(metadata) = fs::symlink_metadata(file) else { return false };
        let now = gix::index::fs::Metadata::from_path_no_follow(file)
            .and_then(|metadata| Stat::from_fs(&metadata).map_err(std::io::Error::other));
        let Ok(now) = now else { return false };
        let noted = self.index.timestamp();
        let is_racy = u64::from(now.mtime.secs) >= noted.unix_seconds().max(0) as u64;
        let same_nanos = stat.mtime.nsecs == 0 || stat.mtime.nsecs == now.mtime.nsecs;
        metadata.is_file() && now.size == stat.size && now.mtime.secs == stat.mtime.secs && same_nanos && !is_racy
    }
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut unix = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            unix.push(byte);
        }
    }
    unix
}
