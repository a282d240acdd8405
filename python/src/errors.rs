//! Errors of the library become exceptions of the package `repolis.errors`.

use pyo3::prelude::*;
use pyo3::types::PyType;
use repolis::query::QueryError;
use repolis::session::{DriveError, MetricError};

/// An exception of the package by its name, made of these arguments.
fn exception(py: Python<'_>, name: &str, arguments: impl for<'py> pyo3::call::PyCallArgs<'py>) -> PyErr {
    let class = py.import("repolis.errors").and_then(|module| module.getattr(name));
    match class.and_then(|class| Ok(class.cast_into::<PyType>()?)).and_then(|class| class.call1(arguments)) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// `repolis.Error` with the whole chain of causes in its text.
pub fn error(py: Python<'_>, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PyErr {
    exception(py, "Error", (message(&*error.into()),))
}

/// The exception for a question without an answer.
pub fn query_error(py: Python<'_>, error: QueryError) -> PyErr {
    let text = error.to_string();
    match error {
        QueryError::UnknownPath { path, nearest } => exception(py, "UnknownPath", (text, path, nearest)),
        QueryError::NoMatch { glob, nearest } => exception(py, "UnknownPath", (text, glob, nearest)),
        QueryError::UnknownMetric { name, nearest, .. } => exception(py, "UnknownMetric", (text, name, nearest)),
        _ => exception(py, "Error", (text,)),
    }
}

/// The exception for a wish that no page can fulfil.
pub fn drive_error(py: Python<'_>, error: DriveError) -> PyErr {
    let text = error.to_string();
    match error {
        DriveError::UnknownPath { path, nearest } => exception(py, "UnknownPath", (text, path, nearest)),
        DriveError::UnknownMetric { name, nearest } => exception(py, "UnknownMetric", (text, name, nearest)),
        _ => exception(py, "Error", (text,)),
    }
}

/// The exception for a metric that no city can take.
pub fn metric_error(py: Python<'_>, error: MetricError) -> PyErr {
    let text = error.to_string();
    match error {
        MetricError::NoFile(path) => exception(py, "UnknownPath", (text, path, Vec::<String>::new())),
        _ => exception(py, "Error", (text,)),
    }
}

/// Each cause once: many errors name theirs in their own text.
fn message(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).fold(String::new(), |text, cause| match text.as_str() {
        "" => cause,
        before if before.contains(&cause) => text,
        _ => format!("{text}: {cause}"),
    })
}
