//! Analysing without the GIL, and reading recordings.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use repolis::analysis::{self, Analysis, AnalysisError, Options, Progress};
use repolis::scan::{Place, ScanOptions};
use repolis::source::{Source, recorded};

use crate::ending::detach;
use crate::errors::error;
use crate::repo::Repo;

/// How often Python is asked whether to stop, and told how far the work is.
const POLL: Duration = Duration::from_millis(50);

/// How far the work is, as the workers last said: `done`, `total` and the stage.
#[derive(Default)]
struct Latest(Mutex<(usize, usize, &'static str)>);

impl Progress for Latest {
    fn report(&self, stage: &'static str, done: usize, total: usize) {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Workers overtake each other.
        let before = if latest.2 == stage { latest.0 } else { 0 };
        *latest = (done.max(before), total, stage);
    }
}

impl Latest {
    fn tell(&self, listener: &Bound<'_, PyAny>) -> PyResult<()> {
        let latest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listener.call1(latest).map(drop)
    }
}

/// Analyses a folder, or a git revision of one, on other threads. `progress` is called on this one, at least 20 times a second:
/// that is also when an interrupt is noticed.
#[pyfunction]
#[pyo3(signature = (path, progress, *, include, exclude, hidden, no_ignore, with_))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub fn analyze(
    py: Python<'_>,
    path: PathBuf,
    progress: &Bound<'_, PyAny>,
    include: Vec<String>,
    exclude: Vec<String>,
    hidden: bool,
    no_ignore: bool,
    with_: Vec<String>,
) -> PyResult<Repo> {
    let has = |class: &str| with_.iter().any(|with| with == class);
    if let Some(unknown) = with_.iter().find(|with| !["generated", "minified", "binary"].contains(&with.as_str())) {
        return Err(error(py, format!("with_={unknown:?}: there are \"generated\", \"minified\" and \"binary\"")));
    }
    let options = Options {
        scan: ScanOptions { hidden, no_ignore, include, exclude },
        with_generated: has("generated"),
        with_minified: has("minified"),
        with_binary: has("binary"),
        ..Options::default()
    };
    let place = match detach(py, || Source::new(&path)).map_err(|source| error(py, source))? {
        Source::Place(place) => place,
        Source::Recording(file) => {
            let text = format!("{}: this is a recording already; read it with repolis.load", file.display());
            return Err(error(py, text));
        }
    };
    let analysis = in_background(py, &place, &options, progress)?;
    Ok(Repo::new(analysis, Some(place), options))
}

/// Works on another thread, so that this one can be interrupted. The work ends soon after, as nobody waits for it.
fn in_background(py: Python<'_>, place: &Place, options: &Options, progress: &Bound<'_, PyAny>) -> PyResult<Analysis> {
    let (latest, cancelled) = (Arc::new(Latest::default()), Arc::new(AtomicBool::new(false)));
    let (sender, receiver) = mpsc::sync_channel::<Result<Analysis, AnalysisError>>(1);
    let work = {
        let (place, options) = (place.clone(), options.clone());
        let (latest, cancelled) = (Arc::clone(&latest), Arc::clone(&cancelled));
        move || drop(sender.send(analysis::analyze(&place, &options, &*latest, &cancelled)))
    };
    let thread = std::thread::Builder::new().name("repolis-analyze".to_owned());
    thread.spawn(work).map_err(|source| error(py, source))?;
    let receiver = Mutex::new(receiver);
    loop {
        let wait = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(POLL);
        match detach(py, wait) {
            Ok(result) => {
                let analysis = result.map_err(|source| error(py, source))?;
                latest.tell(progress)?;
                return Ok(analysis);
            }
            Err(RecvTimeoutError::Timeout) => {
                py.check_signals().and_then(|()| latest.tell(progress)).inspect_err(|_| {
                    cancelled.store(true, Ordering::Relaxed);
                })?;
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(error(
                    py,
                    format!("{place}: the analysis ended by a mistake of Repolis; please report it"),
                ));
            }
        }
    }
}

/// Reads the tables and the graph of a recording that `repolis log` wrote.
#[pyfunction]
pub fn load(py: Python<'_>, path: PathBuf) -> PyResult<Repo> {
    let read = |path: &Path| recorded(path).map(|(analysis, _)| analysis);
    let analysis = detach(py, || read(&path)).map_err(|source| error(py, source))?;
    Ok(Repo::recorded(analysis, path))
}
