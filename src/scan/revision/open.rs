//! What a user names becomes a folder of a git revision, or a reason why not.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::objs::{Kind, tree::EntryKind};
use gix::revision::spec::parse as spec;

use super::{Entry, Inner, Node, Revision, is_shallow, why};
use crate::scan::git;

/// What the user named.
#[derive(Clone, Debug)]
pub struct Asked {
    pub folder: PathBuf,
    pub spec: String,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.folder.display(), self.spec)
    }
}

impl Asked {
    pub fn unreadable(&self, reason: String) -> RevisionError {
        RevisionError::Unreadable { asked: self.clone(), reason }
    }

    fn not_a_folder(&self, what: impl Into<String>) -> RevisionError {
        RevisionError::NotAFolder { asked: self.clone(), what: what.into() }
    }

    /// Opens it, which may take as long as git needs.
    pub fn open(self) -> Result<Revision, RevisionError> {
        let (existing, mut below) = self.on_disk()?;
        let shared = git::open(&existing).map_err(|error| self.no_repository(&existing, &below, &error))?;
        let repository = shared.to_thread_local();
        let mut parts = self.parts(&repository, &existing)?;
        parts.append(&mut below);
        let (commit, tree) = self.resolve(&repository)?;
        let top = self.descend(&repository, tree, parts)?;
        let (idle, large) = (Mutex::new(vec![repository]), Mutex::new(()));
        Ok(Revision { inner: Arc::new(Inner { asked: self, commit, top, repository: shared, idle, large }) })
    }

    /// The last folder of the path that is on disk, as the system names it, and the parts that are not.
    fn on_disk(&self) -> Result<(PathBuf, Vec<BString>), RevisionError> {
        let no_folder = || RevisionError::NoFolder { asked: self.clone() };
        let (mut path, mut below) = (self.folder.as_path(), Vec::new());
        loop {
            let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            match here.canonicalize() {
                Ok(found) if found.is_dir() => {
                    below.reverse();
                    return Ok((found, below));
                }
                Ok(_) => return Err(self.not_a_folder("this is a file; name the folder that holds it before the @")),
                Err(_) => {}
            }
            let Some(Component::Normal(name)) = path.components().next_back() else { return Err(no_folder()) };
            below.push(bytes_of(name));
            path = path.parent().ok_or_else(no_folder)?;
        }
    }

    fn no_repository(&self, existing: &Path, below: &[BString], error: &gix::Error) -> RevisionError {
        if existing.ancestors().any(|folder| folder.join(".git").symlink_metadata().is_ok()) {
            self.unreadable(git::told(error))
        } else if below.is_empty() {
            RevisionError::NoRepository { asked: self.clone() }
        } else {
            RevisionError::NoFolder { asked: self.clone() }
        }
    }

    /// The way from the top of the tree to a folder of the work tree, or of the repository itself where it is bare.
    fn parts(&self, repository: &gix::Repository, folder: &Path) -> Result<Vec<BString>, RevisionError> {
        let bases = [Some(repository.git_dir()), repository.workdir()].into_iter().flatten();
        let bases = bases.filter_map(|base| base.canonicalize().ok());
        let below = bases.filter_map(|base| folder.strip_prefix(base).ok().map(Path::to_owned)).next();
        let below =
            below.ok_or_else(|| self.unreadable("the folder is outside of the repository's work tree".to_owned()))?;
        Ok(below.iter().map(bytes_of).collect())
    }

    /// The commit, if it is one, and the tree.
    fn resolve(&self, repository: &gix::Repository) -> Result<(Option<ObjectId>, ObjectId), RevisionError> {
        let unreadable = |error: gix::Error| self.unreadable(why(repository, &error));
        let found = repository
            .rev_parse_single(self.spec.as_bytes().as_bstr())
            .map_err(|error| self.unknown(repository, &error))?;
        let object = found.object().and_then(|object| object.peel_tags_to_end()).map_err(unreadable)?;
        match object.kind {
            Kind::Tree => Ok((None, object.id)),
            Kind::Commit => {
                let (commit, tree) = (object.id, object.peel_to_tree().map_err(unreadable)?);
                Ok((Some(commit), tree.id))
            }
            _ => Err(self.not_a_folder("this is a file; name a tag, a branch or a commit after the @")),
        }
    }

    fn unknown(&self, repository: &gix::Repository, error: &gix::Error) -> RevisionError {
        let asked = self.clone();
        match error.downcast_any_ref() {
            Some(spec::Error::AmbiguousPrefix { candidates, .. }) => {
                let candidates = candidates.iter().map(|(id, what)| format!("{id} ({what})")).collect();
                RevisionError::Ambiguous { asked, candidates }
            }
            Some(spec::Error::MissingReference { .. }) if repository.head().is_ok_and(|head| head.is_unborn()) => {
                self.not_a_folder("this repository has no commit yet; leave out the @ and what follows")
            }
            Some(spec::Error::MissingReference { .. }) if self.is_hash() => {
                let fetch = if is_shallow(repository) { "git fetch --unshallow" } else { "git fetch" };
                self.not_a_folder(format!("no such revision: no object begins so; {fetch} may bring it"))
            }
            Some(spec::Error::MissingReference { .. }) => RevisionError::Unknown { asked, names: names(repository) },
            None if !error.is_not_found() && !error.is_corrupted() => {
                let beyond = if is_shallow(repository) {
                    "; this clone is shallow: git fetch --unshallow brings the rest"
                } else {
                    ""
                };
                let cause = error.probable_cause().to_string();
                self.not_a_folder(format!("no such revision: {}{beyond}", cause.lines().next().unwrap_or_default()))
            }
            _ => self.unreadable(why(repository, error)),
        }
    }

    /// Whether this is a hash or the beginning of one, and no name in letters that happen to be digits.
    fn is_hash(&self) -> bool {
        self.spec.len() >= 7 && self.spec.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    fn descend(
        &self,
        repository: &gix::Repository,
        tree: ObjectId,
        parts: Vec<BString>,
    ) -> Result<Arc<Node>, RevisionError> {
        let mut at = Arc::new(Node { name: BString::default(), tree: Some(tree), parent: None });
        repository.find_tree(tree).map_err(|error| self.unreadable(why(repository, &error)))?;
        for name in parts {
            let child =
                at.child(repository, name.as_bstr()).map_err(|error| self.unreadable(why(repository, &error)))?;
            let is = |what: &str| format!("{name} is {what} in that revision; name a folder before the @");
            let tree = match child {
                Some(Entry { kind: EntryKind::Tree, id }) => id,
                Some(Entry { kind: EntryKind::Commit, .. }) => {
                    return Err(self.not_a_folder(is("a submodule, with revisions of its own,")));
                }
                Some(Entry { kind: EntryKind::Link, .. }) => return Err(self.not_a_folder(is("a symbolic link"))),
                Some(_) => return Err(self.not_a_folder(is("a file"))),
                None => return Err(RevisionError::Absent { asked: self.clone(), name: name.to_string() }),
            };
            at = Arc::new(Node { name, tree: Some(tree), parent: Some(at) });
        }
        Ok(at)
    }
}

/// Why there is no such revision of a folder.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// Not in a repository.
    #[error("{asked}: {} is in no git repository, so it has no revisions; leave out the @ and what follows", asked.folder.display())]
    NoRepository {
        /// What the user named.
        asked: Asked,
    },
    /// Neither the folder nor one above it is in a repository.
    #[error("{asked}: no such folder, and none above it is in a git repository; name a folder of one before the @")]
    NoFolder {
        /// What the user named.
        asked: Asked,
    },
    /// No tag, branch or object of this name.
    #[error("{asked}: no such revision{}", if names.is_empty() { "; the repository has neither tags nor branches" } else { "" })]
    Unknown {
        /// What the user named.
        asked: Asked,
        /// Tags and branches that there are.
        names: Vec<String>,
    },
    /// Several objects begin so.
    #[error("{asked}: several objects begin so; write more of the one that is meant: {}", candidates.join(", "))]
    Ambiguous {
        /// What the user named.
        asked: Asked,
        /// Short hashes, each with what it is.
        candidates: Vec<String>,
    },
    /// The revision is there, and has nothing where the folder would be.
    #[error("{asked}: there is no folder {name} in that revision; name one that it has before the @")]
    Absent {
        /// What the user named.
        asked: Asked,
        /// The first part of the path that is not there.
        name: String,
    },
    /// What was asked for is no folder, or no revision of one.
    #[error("{asked}: {what}")]
    NotAFolder {
        /// What the user named.
        asked: Asked,
        /// What it is instead, and what to do.
        what: String,
    },
    /// Objects are missing or damaged, or the repository cannot be read.
    #[error("{asked}: cannot be read: {reason}")]
    Unreadable {
        /// What the user named.
        asked: Asked,
        /// What happened, and what to do.
        reason: String,
    },
}

/// Tags and branches by their short names.
fn names(repository: &gix::Repository) -> Vec<String> {
    let Ok(references) = repository.references() else { return Vec::new() };
    let kinds = [references.tags(), references.local_branches(), references.remote_branches()];
    let found = kinds.into_iter().flatten().flat_map(|kind| kind.filter_map(Result::ok));
    found.map(|reference| reference.name().shorten().to_string()).collect()
}

fn bytes_of(name: &std::ffi::OsStr) -> BString {
    name.as_encoded_bytes().into()
}
