//! What was counted, as dicts.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::codes::Function;
use super::edges::{Counted, NOBODY};
use super::state::Shared;

/// A dict a function, those with the most time of their own first.
pub fn functions<'py>(py: Python<'py>, shared: &Shared, tick_nanos: f64) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let mut sums: BTreeMap<u32, Counted> = BTreeMap::new();
    for edge in shared.edges.iter() {
        let (sum, counted) = (sums.entry(edge.callee()).or_default(), edge.counted());
        sum.calls += counted.calls;
        sum.errors += counted.errors;
        sum.self_ticks += counted.self_ticks;
        sum.total_ticks += counted.total_ticks;
    }
    let functions = shared.functions.get().clone();
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.self_ticks));
    let seconds = |ticks: u64| ticks as f64 * tick_nanos / 1e9;
    let row = |(function, counted): &(u32, Counted)| {
        let row = PyDict::new(py);
        let Function { path, name, line } = functions.get(*function as usize)?;
        let set = || -> PyResult<()> {
            row.set_item("path", &**path)?;
            row.set_item("name", &**name)?;
            row.set_item("line", line)?;
            row.set_item("calls", counted.calls)?;
            row.set_item("errors", counted.errors)?;
            row.set_item("self_seconds", seconds(counted.self_ticks))?;
            row.set_item("total_seconds", seconds(counted.total_ticks))
        };
        Some(set().map(|()| row.clone()))
    };
    sums.iter().filter_map(row).collect()
}

/// A dict for each pair of functions of which one called the other, most calls first.
pub fn calls<'py>(py: Python<'py>, shared: &Shared) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let mut sums: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
    for edge in shared.edges.iter().filter(|edge| edge.caller() != NOBODY) {
        let (calls, errors) = sums.entry((edge.caller(), edge.callee())).or_default();
        let counted = edge.counted();
        (*calls, *errors) = (*calls + counted.calls, *errors + counted.errors);
    }
    let functions = shared.functions.get().clone();
    let mut sums: Vec<_> = sums.into_iter().filter(|(_, (calls, _))| *calls > 0).collect();
    sums.sort_by_key(|(_, (calls, _))| std::cmp::Reverse(*calls));
    let row = |&((from, to), (calls, errors)): &((u32, u32), (u64, u64))| {
        let (from, to) = (functions.get(from as usize)?, functions.get(to as usize)?);
        let row = PyDict::new(py);
        let set = || -> PyResult<()> {
            row.set_item("from_path", &*from.path)?;
            row.set_item("from_name", &*from.name)?;
            row.set_item("to_path", &*to.path)?;
            row.set_item("to_name", &*to.name)?;
            row.set_item("calls", calls)?;
            row.set_item("errors", errors)
        };
        Some(set().map(|()| row.clone()))
    };
    sums.iter().filter_map(row).collect()
}
