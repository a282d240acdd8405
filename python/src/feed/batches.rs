//! Batches of records for a function of Python.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use repolis::session::CodeNames;
use repolis::telemetry::{Event, EventKind, Place, Subscription};

use crate::answers::primitive;
use crate::ending::detach;

/// Between two batches, so that what comes one by one is handed over together.
const PAUSE: Duration = Duration::from_millis(100);

/// Records that come from now on, and wait to be fetched by a thread of Python.
#[pyclass(frozen, module = "repolis._repolis")]
pub struct Batches {
    subscription: Subscription,
    names: Arc<CodeNames>,
    is_closed: AtomicBool,
    missed: AtomicU64,
    last: Mutex<Instant>,
}

impl Batches {
    /// Records of a subscription.
    pub fn new(subscription: Subscription, names: Arc<CodeNames>) -> Self {
        let (is_closed, missed, last) = (AtomicBool::new(false), AtomicU64::new(0), Mutex::new(Instant::now() - PAUSE));
        Self { subscription, names, is_closed, missed, last }
    }
}

#[pymethods]
impl Batches {
    /// What has come as a list of dicts, and how much was missed before, or ``None`` when nothing comes for so many seconds.
    fn next<'py>(&self, py: Python<'py>, timeout: f64) -> PyResult<Option<(Bound<'py, PyList>, u64)>> {
        let timeout = Duration::try_from_secs_f64(timeout).unwrap_or(Duration::ZERO);
        let events = detach(py, || self.wait(timeout));
        if events.is_empty() || self.is_closed.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let missed = self.subscription.missed();
        let before = self.missed.swap(missed, Ordering::Relaxed);
        let records = events.iter().map(|event| self.record(py, event)).collect::<PyResult<Vec<_>>>()?;
        Ok(Some((PyList::new(py, records)?, missed.saturating_sub(before))))
    }

    /// Lets go of a thread that waits, which gets ``None``; nothing comes any more.
    fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.subscription.wake();
    }
}

impl Batches {
    fn wait(&self, timeout: Duration) -> Vec<Event> {
        let since = self.last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        thread::sleep(PAUSE.saturating_sub(since));
        let events = self.subscription.wait(timeout);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        events
    }

    fn record<'py>(&self, py: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyDict>> {
        let (path, function) = event.place.map_or((None, None), |place| at(&self.names, place));
        let (is_span, is_log) = (event.kind == EventKind::Span, event.kind == EventKind::Log);
        let or_none = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        let record = PyDict::new(py);
        record.set_item(intern!(py, "kind"), kind(event.kind))?;
        record.set_item(intern!(py, "time"), event.time as f64 / 1e9)?;
        record.set_item(intern!(py, "service"), &*event.service)?;
        record.set_item(intern!(py, "name"), or_none(&event.name))?;
        record.set_item(intern!(py, "path"), path)?;
        record.set_item(intern!(py, "function"), function)?;
        record.set_item(intern!(py, "severity"), is_log.then(|| event.severity.level()))?;
        record.set_item(intern!(py, "message"), or_none(&event.text).filter(|_| event.kind != EventKind::Point))?;
        record.set_item(intern!(py, "error"), event.severity.is_error())?;
        record.set_item(intern!(py, "duration_ms"), is_span.then_some(event.nanos as f64 / 1e6))?;
        record.set_item(intern!(py, "value"), (event.kind == EventKind::Point).then_some(event.value))?;
        record.set_item(intern!(py, "attributes"), attributes(py, &event.attributes)?)?;
        Ok(record)
    }
}

/// Path and function of a place.
fn at(names: &CodeNames, place: Place) -> (Option<&str>, Option<&str>) {
    let path = names.files.get(place.file.index());
    let function = place.function.and_then(|row| names.functions.get(row as usize));
    (path.map(|path| &**path), function.map(|name| &**name))
}

fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Span => "span",
        EventKind::Log => "log",
        EventKind::Point => "scalar",
    }
}

fn attributes<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(attributes) if json != "{}" => primitive(py, &attributes),
        _ => Ok(PyDict::new(py).into_any()),
    }
}
