//! What a folder is called and which commit it holds.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::lang::caught;

/// Opening a repository takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder's own name, `"repository"` for the root of a file system.
pub fn folder_name(root: &Path) -> String {
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    absolute.file_name().map_or_else(|| "repository".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The commit checked out in the git work tree that holds `root`. Git's configuration is not consulted beyond what
/// opening the repository needs, and none of its hooks or programs run.
pub fn commit(root: &Path) -> Option<String> {
    let (root, (found, receiver)) = (root.to_owned(), mpsc::channel());
    let look = move || {
        let commit = caught(|| head(&root)).ok().flatten();
        // Nobody listens any more when it took too long.
        let _ = found.send(commit);
    };
    // On a thread that may be left behind: a pipe instead of a file in `.git` is read for ever.
    thread::Builder::new().spawn(look).ok()?;
    receiver.recv_timeout(PATIENCE).ok().flatten()
}

fn head(root: &Path) -> Option<String> {
    let options =
        gix::sec::trust::Mapping { full: gix::open::Options::isolated(), reduced: gix::open::Options::isolated() };
    let repository =
        gix::ThreadSafeRepository::discover_opts(root, gix::discover::upwards::Options::default(), options).ok()?;
    let repository = repository.to_thread_local();
    repository.head_id().ok().map(|id| id.to_string())
}
