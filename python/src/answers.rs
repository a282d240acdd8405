//! Answers of `query` as primitives, and names of Python as the library's values.

use pyo3::prelude::*;
use repolis::analysis::Analysis;
use repolis::lang::ImportKind;
use repolis::query::{Kinds, Selection, select};
use repolis::scan::FileId;
use serde::Serialize;

use crate::errors::{error, query_error};

/// One name or several.
#[derive(FromPyObject)]
pub enum Names {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Names {
    /// All of them.
    pub fn each(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }

    /// The files meant by any of the names.
    pub fn select(&self, py: Python<'_>, analysis: &Analysis) -> PyResult<Selection> {
        let found: Result<Vec<_>, _> = self.each().iter().map(|name| select(analysis, name)).collect();
        Ok(Selection::union(&found.map_err(|error| query_error(py, error))?))
    }
}

/// A dict, list, … of the answer.
pub fn primitive<'py>(py: Python<'py>, answer: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize::pythonize(py, answer)?)
}

/// The files meant by a name.
pub fn selection(py: Python<'_>, analysis: &Analysis, name: &str) -> PyResult<Selection> {
    select(analysis, name).map_err(|error| query_error(py, error))
}

/// Which files a question is restricted to; all without names.
pub fn part(py: Python<'_>, analysis: &Analysis, within: Option<&Names>) -> PyResult<impl Fn(FileId) -> bool + use<>> {
    let selection = within.map(|names| names.select(py, analysis)).transpose()?;
    Ok(move |file| selection.as_ref().is_none_or(|selection| selection.has(file)))
}

/// Kinds of imports by their names; the usual ones for `None`.
pub fn kinds(py: Python<'_>, names: Option<&Names>) -> PyResult<Kinds> {
    let Some(names) = names else { return Ok(Kinds::default()) };
    let known = |name: &String| ImportKind::ALL.into_iter().find(|kind| kind.name() == name);
    let kinds: Result<Vec<_>, _> = names.each().iter().map(|name| known(name).ok_or(name)).collect();
    kinds.map(Kinds::of).map_err(|name| no_such(py, "kind", name, &ImportKind::ALL.map(ImportKind::name)))
}

/// `repolis.Error` for a word that is none of a few.
pub fn no_such(py: Python<'_>, what: &str, name: &str, known: &[&str]) -> PyErr {
    error(py, format!("{what}={name:?}: there are {}", known.join(", ")))
}
