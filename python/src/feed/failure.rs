//! Exceptions of Python as texts.

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Whether a value is an exception.
pub fn is_exception(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBaseException>()
}

/// Type, message and stack trace of an exception; what cannot be said is empty.
pub fn texts<'py>(exception: &Bound<'py, PyAny>) -> [Bound<'py, PyString>; 3] {
    let py = exception.py();
    let or_empty = |text: PyResult<Bound<'py, PyString>>| text.unwrap_or_else(|_| PyString::new(py, ""));
    [or_empty(exception.get_type().qualname()), or_empty(exception.str()), or_empty(trace(exception))]
}

fn trace<'py>(exception: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let py = exception.py();
    let lines = py.import("traceback")?.call_method1("format_exception", (exception,))?;
    Ok(PyString::new(py, "").call_method1("join", (lines,))?.cast_into()?)
}
