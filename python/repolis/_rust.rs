// rustimport:pyo3
//: [package]
//: name = "NAME"
//: version = "0.0.0"
//: edition = "2024"
//: [profile.release]
//: incremental = false
//: [dependencies]
//: pyo3 = { version = "=0.28.3", features = ["abi3-py310", "extension-module"] }
//: EXTRA
//! What `repolis.rust_metric` puts around a metric: one call for many files, on all cores and without the GIL.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

mod own {
    include!(OWN_FILE);

    pub fn call(path: &str, source: &str) -> f64 {
        let metric: fn(&str, &str) -> f64 = metric;
        metric(path, source)
    }
}

/// Recursion over a long file needs room.
const STACK_BYTES: usize = 64 << 20;
/// How often Python is asked whether to stop.
const POLL: Duration = Duration::from_millis(50);

thread_local! {
    /// What the last panic of this thread said.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

type Part = (usize, Result<f64, String>);

/// The values, or the first file that the metric panics on, by its position, with what it says.
#[pyfunction]
fn batch(
    py: Python<'_>,
    paths: Vec<PyBackedStr>,
    sources: Vec<PyBackedStr>,
) -> PyResult<(Vec<f64>, Option<(usize, String)>)> {
    let files: Arc<Vec<_>> = Arc::new(paths.into_iter().zip(sources).collect());
    let (next, cancelled) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (sender, receiver) = mpsc::channel::<Vec<Part>>();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
    for _ in 0..threads {
        let (files, next, cancelled) = (Arc::clone(&files), Arc::clone(&next), Arc::clone(&cancelled));
        let sender = sender.clone();
        let work = move || {
            let mut done = Vec::new();
            while !cancelled.load(Ordering::Relaxed) {
                let position = next.fetch_add(1, Ordering::Relaxed);
                let Some((path, source)) = files.get(position) else { break };
                let value = catch_unwind(AssertUnwindSafe(|| own::call(path, source)));
                done.push((position, value.map_err(|_| SAID.take())));
            }
            drop(files);
            // Nobody listens after an interrupt.
            let _ = sender.send(done);
        };
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    }
    drop(sender);
    let receiver = Mutex::new(receiver);
    let mut parts: Vec<Part> = Vec::new();
    loop {
        let wait = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(POLL);
        match py.detach(wait) {
            Ok(done) => parts.extend(done),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                // The threads end by themselves after the file that they are at.
                py.check_signals().inspect_err(|_| cancelled.store(true, Ordering::Relaxed))?;
            }
        }
    }
    parts.sort_by_key(|(position, _)| *position);
    let mut values = Vec::with_capacity(parts.len());
    for (position, value) in parts {
        match value {
            Ok(value) => values.push(value),
            Err(message) => return Ok((Vec::new(), Some((position, message)))),
        }
    }
    Ok((values, None))
}

#[pymodule]
fn NAME(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // This library has a standard library of its own: nobody else's panics come here.
    set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let message = text.or_else(|| payload.downcast_ref().map(String::as_str)).unwrap_or("without a message");
        let place = info.location().map(|at| {
            let name = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
            format!(" ({name}:{}:{})", at.line(), at.column())
        });
        SAID.set(format!("{message}{}", place.unwrap_or_default()));
    }));
    module.add_function(wrap_pyfunction!(batch, module)?)
}
