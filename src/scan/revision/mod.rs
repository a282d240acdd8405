//! A folder of a git revision: its tree and its blobs, straight from git's objects. Nothing is checked out and nothing runs.

mod attributes;
mod links;
mod open;
mod walk;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use gix::objs::{Kind, tree::EntryKind};
use rustc_hash::FxHashMap;

use super::read::{self, Bytes, MAX_COUNTED_BYTES, MAX_READ_BYTES};
use super::walk::escaped;
use super::{caught, git};
use attributes::LineEnds;
use open::Asked;
pub use open::RevisionError;
pub(super) use walk::walk;

/// `HEAD~100000` walks the history of a large repository for seconds; a pipe in the place of a file is read for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder as a git revision has it.
#[derive(Clone)]
pub struct Revision {
    inner: Arc<Inner>,
}

struct Inner {
    asked: Asked,
    commit: Option<ObjectId>,
    top: Arc<Node>,
    repository: gix::ThreadSafeRepository,
    /// A handle is for one thread at a time; its caches are worth keeping.
    idle: Mutex<Vec<gix::Repository>>,
    /// Held while a large blob is in memory, so that there is one at most.
    large: Mutex<()>,
}

/// A file of a revision.
#[derive(Clone, Copy, Debug)]
pub struct Blob {
    id: ObjectId,
    line_ends: LineEnds,
}

/// A folder of the tree, and those above it.
pub(super) struct Node {
    pub name: BString,
    /// None is a submodule, whose files are elsewhere.
    pub tree: Option<ObjectId>,
    pub parent: Option<Arc<Node>>,
}

impl Revision {
    /// The folder `folder` as `spec` has it, which is anything that git's `rev-parse` knows: a tag, a branch, a hash, `HEAD~2`.
    /// The folder need not be on disk, as long as one above it is in the repository.
    ///
    /// # Errors
    /// When there is no repository, no such revision, or no such folder in it.
    pub fn open(folder: &Path, spec: &str) -> Result<Self, RevisionError> {
        let asked = Asked { folder: folder.to_owned(), spec: spec.to_owned() };
        let copy = asked.clone();
        git::patiently(PATIENCE, move || copy.open()).map_err(|reason| asked.unreadable(reason))?
    }

    /// The folder as the user named it; it need not be on disk.
    pub fn folder(&self) -> &Path {
        &self.inner.asked.folder
    }

    /// The commit in hex; none when the revision is a tree.
    pub fn commit(&self) -> Option<String> {
        self.inner.commit.map(|id| id.to_string())
    }

    /// Does `work` with a handle of this thread's own.
    pub(super) fn with<T>(&self, work: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = || self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let repository = kept.unwrap_or_else(|| self.inner.repository.to_thread_local());
        let result = work(&repository);
        idle().push(repository);
        result
    }

    /// The bytes of a blob, in the same bounds as those of a file.
    ///
    /// # Errors
    /// When it is missing, damaged, no blob, or larger than what may be held in memory.
    pub(super) fn read(&self, blob: Blob) -> io::Result<Bytes> {
        caught(|| self.with(|repository| self.read_blob(repository, blob))).map_err(io::Error::other)?
    }

    fn read_blob(&self, repository: &gix::Repository, Blob { id, line_ends }: Blob) -> io::Result<Bytes> {
        let header = repository.find_header(id).map_err(|error| broken(id, &error))?;
        if header.kind() != Kind::Blob {
            return Err(io::Error::other(format!("git's object {id} is no file")));
        }
        let bytes = header.size();
        if bytes > MAX_COUNTED_BYTES {
            let limit = MAX_COUNTED_BYTES >> 20;
            return Err(io::Error::other(format!(
                "larger than {limit} MiB, which is the most that is read of a revision"
            )));
        }
        let is_large = bytes > MAX_READ_BYTES;
        let _alone = is_large.then(|| self.inner.large.lock().unwrap_or_else(PoisonError::into_inner));
        let blob = repository.find_blob(id).map_err(|error| broken(id, &error))?.take_data();
        let blob = attributes::checked_out(blob, line_ends);
        let bytes = blob.len() as u64;
        if bytes > MAX_READ_BYTES { read::large(&*blob, bytes) } else { Ok(read::whole(blob)) }
    }

    /// The bytes of the file at a path below the folder, which must be no link.
    ///
    /// # Errors
    /// When there is no such file, and as [`Revision::read`].
    pub fn read_path(&self, path: &str) -> io::Result<Bytes> {
        let none = || io::Error::new(io::ErrorKind::NotFound, "no such file in this revision");
        let found = caught(|| {
            self.with(|repository| {
                let (folders, name) =
                    path.rsplit_once('/').map_or((None, path), |(folders, name)| (Some(folders), name));
                let mut folder = Arc::clone(&self.inner.top);
                for name in folders.into_iter().flat_map(|folders| folders.split('/')) {
                    let found = folder.child(repository, name.into()).ok()??;
                    let tree = (found.kind == EntryKind::Tree).then_some(found.id)?;
                    folder = Arc::new(Node { name: name.into(), tree: Some(tree), parent: Some(folder) });
                }
                let file = folder.child(repository, name.into()).ok()?.filter(|file| file.is_file())?;
                Some(Blob { id: file.id, line_ends: walk::line_ends(repository, &folder, name) })
            })
        });
        self.read(found.map_err(io::Error::other)?.ok_or_else(none)?)
    }

    /// The blob of each file below the folder, by the path from there on. Neither links nor submodules are among them.
    ///
    /// # Errors
    /// When a folder of the tree is missing or damaged.
    pub fn blobs(&self) -> Result<FxHashMap<String, ObjectId>, RevisionError> {
        let list = |repository: &gix::Repository| -> gix::Result<_> {
            let Some(tree) = self.inner.top.tree else { return Ok(FxHashMap::default()) };
            let files = repository.find_tree(tree)?.traverse().breadthfirst.files()?;
            let blobs = files.into_iter().filter(|file| file.mode.is_blob());
            Ok(blobs.map(|file| (escaped(&file.filepath), file.oid)).collect())
        };
        let listed = caught(|| self.with(|repository| list(repository).map_err(|error| why(repository, &error))));
        listed.and_then(|listed| listed).map_err(|reason| self.unreadable(reason))
    }

    /// The same folder in another revision, in which it may be missing.
    ///
    /// # Errors
    /// As [`Revision::open`].
    pub fn sibling(&self, spec: &str) -> Result<Self, RevisionError> {
        Self::open(&self.inner.asked.folder, spec)
    }

    pub(super) fn unreadable(&self, reason: String) -> RevisionError {
        self.inner.asked.unreadable(reason)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.inner.asked)
    }
}

impl Node {
    /// What the folder has by this name.
    pub fn child(&self, repository: &gix::Repository, name: &BStr) -> gix::Result<Option<Entry>> {
        self.tree.map_or(Ok(None), |id| Entry { kind: EntryKind::Tree, id }.child(repository, name))
    }
}

/// Something in a folder of a tree.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub kind: EntryKind,
    pub id: ObjectId,
}

impl Entry {
    /// Whether this is a regular file.
    pub fn is_file(self) -> bool {
        matches!(self.kind, EntryKind::Blob | EntryKind::BlobExecutable)
    }

    fn child(self, repository: &gix::Repository, name: &BStr) -> gix::Result<Option<Self>> {
        if self.kind != EntryKind::Tree {
            return Ok(None);
        }
        for entry in repository.find_tree(self.id)?.iter() {
            let entry = entry?;
            if entry.filename() == name {
                return Ok(Some(Self { kind: entry.mode().kind(), id: entry.object_id() }));
            }
        }
        Ok(None)
    }
}

fn is_shallow(repository: &gix::Repository) -> bool {
    repository.is_shallow().unwrap_or(false)
}

/// Why an object cannot be read, and what to do.
fn why(repository: &gix::Repository, error: &gix::Error) -> String {
    let told = git::told(error);
    if is_shallow(repository) && !error.is_corrupted() {
        format!("{told}; this clone is shallow: git fetch --unshallow brings the rest")
    } else {
        format!("{told}; git fsck tells what is missing or damaged, and git fetch --refetch brings it again")
    }
}

/// Why the object of a file cannot be read. Causes may name paths of this machine, which must not enter a recording.
fn broken(id: ObjectId, error: &gix::Error) -> io::Error {
    let what = if error.is_not_found() { "is missing" } else { "is damaged" };
    io::Error::other(format!("git's object {id} {what}"))
}
