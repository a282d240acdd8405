//! Work without the GIL, on threads that may outlive Python.
//!
//! A thread that asks for the GIL while Python ends is ended by it, and that unwinds through frames of Rust, which aborts the
//! process. Such a thread waits here instead, for the end of the process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::marker::Ungil;
use pyo3::prelude::*;

/// The thread that ends Python, once it does.
static ENDS: OnceLock<ThreadId> = OnceLock::new();
/// Threads that are without the GIL, or about to have it again.
static AWAY: AtomicUsize = AtomicUsize::new(0);

/// Does `work` without the GIL, as `py.detach` does.
pub fn detach<T: Ungil + Send>(py: Python<'_>, work: impl Ungil + Send + FnOnce() -> T) -> T {
    AWAY.fetch_add(1, Ordering::Relaxed);
    let done = py.detach(|| {
        let done = work();
        while ENDS.get().is_some_and(|ends| *ends != thread::current().id()) {
            thread::park();
        }
        done
    });
    AWAY.fetch_sub(1, Ordering::Relaxed);
    done
}

/// Python ends soon. What is about to have the GIL again gets it now.
#[pyfunction]
pub fn _end(py: Python<'_>) {
    let _ = ENDS.set(thread::current().id());
    if AWAY.load(Ordering::Relaxed) > 0 {
        py.detach(|| thread::sleep(Duration::from_millis(10)));
    }
}

/// Has `_end` called when Python ends.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.py().import("atexit")?.call_method1("register", (module.getattr("_end")?,))?;
    Ok(())
}
