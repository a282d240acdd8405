//! Metrics of one's own: what Python gives becomes a column.

#![expect(clippy::doc_markdown, reason = "docstrings of Python, in the style of numpy")]

use std::collections::HashMap;
use std::sync::PoisonError;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::RwLockExt;
use repolis::analysis::Analysis;
use repolis::metrics::{Column, METRICS, Metric, ON_DEMAND};
use repolis::query;

use super::Repo;
use crate::errors::{error, query_error};

#[pymethods]
impl Repo {
    /// Adds a metric of one's own, or replaces the one of this name.
    ///
    /// It can be a footprint, a height or a colour, is shown on a click, and is a column of ``files``.
    ///
    /// Parameters
    /// ----------
    /// name : str
    ///     Name of the metric; not one of Repolis' own.
    /// values : dict, Series or DataFrame
    ///     Numbers, or texts that are categories, by path: a dict, a Series whose index has the paths, or a DataFrame with a
    ///     column ``path`` and one more. A file that is not among them has no value.
    /// unit : str
    ///     Unit of the values.
    /// description : str
    ///     What it is, without a full stop.
    ///
    /// Warns
    /// -----
    /// UserWarning
    ///     When paths are not in the repository; when none is, it is an error.
    ///
    /// Examples
    /// --------
    /// >>> repo.add_metric("risk", {"shop/cart.py": 0.5}, unit="1", description="what the team says")
    /// >>> repo.top("risk", 1)
    /// [{'path': 'shop/cart.py', 'value': 0.5}]
    #[pyo3(signature = (name, values, *, unit="", description=""))]
    fn add_metric(
        &self,
        py: Python<'_>,
        name: &str,
        values: &Bound<'_, PyAny>,
        unit: &str,
        description: &str,
    ) -> PyResult<()> {
        let names = METRICS.iter().map(|metric| metric.name).chain(ON_DEMAND.iter().map(|metric| metric.name));
        if name.is_empty() || names.chain(["path", "directory"]).any(|known| known == name) {
            return Err(error(py, format!("{name:?}: the name of a metric of Repolis, or none; choose another")));
        }
        let values: HashMap<String, Measured> =
            py.import("repolis._values")?.getattr("by_path")?.call1((values,))?.extract()?;
        let unknown = {
            let mut analysis = self.analysis.write_py_attached(py).unwrap_or_else(PoisonError::into_inner);
            let mut unknown: Vec<_> =
                values.keys().filter(|path| analysis.tree.file_id(path).is_none()).cloned().collect();
            unknown.sort_unstable();
            if let Some(path) = unknown.first().filter(|_| unknown.len() == values.len()) {
                return Err(match query::file_at(&analysis, path) {
                    Err(cause) => query_error(py, cause),
                    Ok(_) => error(py, format!("{path}: paths are written as in the repository, without ./")),
                });
            }
            let values = column(&analysis, &values);
            let metric = Metric { name: name.into(), unit: unit.into(), description: description.into(), values };
            match analysis.metrics.iter_mut().find(|known| known.name == metric.name) {
                Some(known) => *known = metric,
                None => analysis.metrics.push(metric),
            }
            unknown
        };
        self.forget_tables();
        if let Some(first) = unknown.first() {
            let text = match unknown.len() {
                1 => format!("{first}: this path is not in the repository"),
                count => format!("{count} paths are not in the repository, such as {first}"),
            };
            let category = py.get_type::<pyo3::exceptions::PyUserWarning>();
            PyErr::warn(py, &category, &std::ffi::CString::new(text)?, 1)?;
        }
        Ok(())
    }
}

/// `None` of Python.
pub struct Missing;

impl<'py> FromPyObject<'_, 'py> for Missing {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.is_none() { Ok(Self) } else { Err(PyTypeError::new_err("a number, a text or None")) }
    }
}

/// A value of a metric from Python.
#[derive(FromPyObject)]
pub enum Measured {
    /// A count.
    Count(u64),
    /// A number; one that is not finite is no value.
    Number(f64),
    /// A category.
    Text(String),
    /// No value: `None`.
    Missing(Missing),
}

impl Measured {
    /// As a number, if it is one.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Count(count) => Some(count as f64),
            Self::Number(number) => Some(number).filter(|number| number.is_finite()),
            Self::Text(_) | Self::Missing(_) => None,
        }
    }

    /// As a category.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Count(count) => Some(count.to_string()),
            Self::Number(number) => Some(number).filter(|number| number.is_finite()).map(|number| number.to_string()),
            Self::Text(text) => Some(text),
            Self::Missing(_) => None,
        }
    }
}

/// Values by file: counts when every file has one, texts when there is any, else numbers.
fn column(analysis: &Analysis, values: &HashMap<String, Measured>) -> Column {
    let of_files = || analysis.tree.files.iter().map(|file| values.get(&*file.path));
    if of_files().any(|value| matches!(value, Some(Measured::Text(_)))) {
        let text = |value: Option<&Measured>| match value {
            Some(Measured::Text(text)) => text.as_str().into(),
            Some(Measured::Count(count)) => count.to_string().into(),
            Some(Measured::Number(number)) if number.is_finite() => number.to_string().into(),
            _ => Box::default(),
        };
        return Column::Text(of_files().map(text).collect());
    }
    let count = |value: Option<&Measured>| match value {
        Some(Measured::Count(count)) => Some(*count),
        _ => None,
    };
    if let Some(counts) = of_files().map(count).collect() {
        return Column::U64(counts);
    }
    let number = |value: Option<&Measured>| match value {
        Some(Measured::Count(count)) => *count as f64,
        Some(Measured::Number(number)) => *number,
        _ => f64::NAN,
    };
    Column::F64(of_files().map(number).collect())
}
