//! How a git repository is opened: by its own configuration alone, so that nothing that a configuration names is run.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::caught;

/// Objects that claim more are not read, in bytes: a small pack may name any size.
const MAX_OBJECT_BYTES: &str = "gitoxide.objects.allocLimit=1024m";

/// The repository that holds `folder`. The configuration of user and system, environment variables, and whatever runs a
/// program are left aside.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn open(folder: &Path) -> gix::Result<gix::ThreadSafeRepository> {
    let isolated = || gix::open::Options::isolated().config_overrides([MAX_OBJECT_BYTES]);
    let options = gix::sec::trust::Mapping { full: isolated(), reduced: isolated() };
    gix::ThreadSafeRepository::discover_opts(folder, gix::discover::upwards::Options::default(), options)
}

/// What `work` returns, or why it did not: it panicked, or `patience` ran out. A pipe instead of a file in `.git` is read
/// for ever, so the work is done on a thread that may be left behind.
///
/// # Errors
/// The reason, as a clause.
pub fn patiently<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (sender, receiver) = mpsc::channel();
    let work = move || {
        // Nobody listens any more when it took too long.
        let _ = sender.send(caught(work));
    };
    thread::Builder::new().spawn(work).map_err(|error| error.to_string())?;
    receiver.recv_timeout(patience).map_err(|_| "it takes too long".to_owned())?
}

/// An error of git's objects in one line, with its causes.
pub fn told(error: &gix::Error) -> String {
    let mut text = String::new();
    for cause in error.iter_errors().map(ToString::to_string) {
        let line = cause.lines().next().unwrap_or_default().trim_end_matches(['.', ':']);
        if !text.contains(line) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(line);
        }
    }
    text
}
