//! What a folder is called and which commit it holds.

use std::path::Path;
use std::time::Duration;

use crate::scan::{Place, git};

/// Opening a repository takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder's own name, `"repository"` for the root of a file system.
pub fn folder_name(root: &Path) -> String {
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    absolute.file_name().map_or_else(|| "repository".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The commit of a revision, or the one checked out in the git work tree that holds the folder. Git's configuration is not
/// consulted beyond what opening the repository needs, and none of its hooks or programs run.
pub fn commit(place: &Place) -> Option<String> {
    match place {
        Place::Revision(revision) => revision.commit(),
        Place::Folder(root) => {
            let root = root.to_owned();
            git::patiently(PATIENCE, move || head(&root)).ok().flatten()
        }
    }
}

fn head(root: &Path) -> Option<String> {
    let repository = git::open(root).ok()?.to_thread_local();
    repository.head_id().ok().map(|id| id.to_string())
}
