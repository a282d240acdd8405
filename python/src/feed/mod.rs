//! What Python tells of what runs: records in lists and tables, and batches of what others tell.

mod batches;
mod dicts;
mod failure;
mod opened;

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use pyo3_arrow::input::AnyRecordBatch;
use repolis::serve::OtlpError;
use repolis::telemetry::Telemetry;
use repolis::telemetry::feed::{self, Columns, Outcome};

use crate::ending::detach;
use crate::errors::error;
use crate::served::Served;
pub use batches::Batches;
use dicts::{Dicts, Names};
pub use opened::Opened;

/// So many records are read with the GIL before others get it.
const PIECE: usize = 16 << 10;
const PORTS: &str = "choose others with otlp={\"grpc_port\": …, \"http_port\": …}, or 0 for free ones";
const HOW: &str = "give a list of dicts, a DataFrame or an Arrow table";

#[pymethods]
impl Served {
    /// Takes a list of dicts, or a table. Records that do not name a service are of the given one.
    fn ingest<'py>(&self, py: Python<'py>, records: &Bound<'py, PyAny>, service: &str) -> PyResult<Bound<'py, PyDict>> {
        let opened = self.opened(py)?;
        let outcome = if let Ok(list) = records.cast::<PyList>() {
            of_list(py, opened.telemetry(), service, list)?
        } else if records.hasattr("__arrow_c_stream__")? || records.hasattr("__arrow_c_array__")? {
            of_table(py, opened.telemetry(), service, records.extract()?)?
        } else {
            return Err(error(py, format!("records of type {}: {HOW}", records.get_type().name()?)));
        };
        as_dict(py, &outcome)
    }

    /// Takes one record; whether it has a place in the city.
    fn record(&self, py: Python<'_>, record: &Bound<'_, PyDict>, service: &str) -> PyResult<bool> {
        let mut names = Names::default();
        let mut dicts = Dicts::new(&mut names, 1);
        dicts.push(record);
        let (opened, tape) = (self.opened(py)?, dicts.into_tape());
        let outcome = detach(py, || feed::ingest(opened.telemetry(), service, &tape));
        match outcome.reasons.first() {
            Some((_, reason)) => Err(error(py, *reason)),
            None => Ok(outcome.placed > 0),
        }
    }

    /// Records that come from now on, of which so many wait.
    fn batches(&self, py: Python<'_>, capacity: usize) -> PyResult<Batches> {
        let opened = self.opened(py)?;
        Ok(Batches::new(opened.telemetry().subscribe(capacity), Arc::clone(opened.names())))
    }

    /// Receives OTLP over gRPC and HTTP at these ports, 0 being free ones, and returns them; no more for ``None``.
    fn receive(&self, py: Python<'_>, ports: Option<(u16, u16)>) -> PyResult<Option<(u16, u16)>> {
        if ports.is_none() && !self.is_opened() {
            return Ok(None);
        }
        let opened = self.opened(py)?;
        detach(py, || opened.receive(ports)).map_err(|source| match source {
            OtlpError::PortInUse { port, .. } => {
                error(py, format!("port {port} is in use, perhaps by a collector: {PORTS}"))
            }
            source => error(py, source),
        })
    }

    /// Draws severities and annotations by path.
    fn annotate(&self, py: Python<'_>, drawn: &Bound<'_, PyAny>) -> PyResult<()> {
        self.opened(py)?.annotate(py, self.session(), drawn)
    }
}

fn of_list<'py>(py: Python<'py>, telemetry: &Telemetry, service: &str, list: &Bound<'py, PyList>) -> PyResult<Outcome> {
    let (mut outcome, mut names) = (Outcome::default(), Names::default());
    let mut start = 0;
    // Others may change the list meanwhile.
    while start < list.len() {
        let mut dicts = Dicts::new(&mut names, PIECE.min(list.len() - start));
        let piece = (start..start + PIECE).map_while(|index| list.get_item(index).ok());
        piece.for_each(|record| dicts.push(&record));
        let tape = dicts.into_tape();
        let taken = detach(py, || feed::ingest(telemetry, service, &tape));
        outcome.append(taken, start);
        start += PIECE;
        py.check_signals()?;
    }
    Ok(outcome)
}

fn of_table(py: Python<'_>, telemetry: &Telemetry, service: &str, table: AnyRecordBatch) -> PyResult<Outcome> {
    let (mut outcome, mut start) = (Outcome::default(), 0);
    for batch in table.into_reader()? {
        let batch = batch.map_err(|source| error(py, source.to_string()))?;
        let taken = detach(py, || feed::ingest(telemetry, service, &Columns::new(&batch)));
        outcome.append(taken, start);
        start += batch.num_rows();
        py.check_signals()?;
    }
    Ok(outcome)
}

fn as_dict<'py>(py: Python<'py>, outcome: &Outcome) -> PyResult<Bound<'py, PyDict>> {
    let rejected = PyList::empty(py);
    for (index, reason) in &outcome.reasons {
        let row = PyDict::new(py);
        row.set_item("index", index)?;
        row.set_item("reason", reason)?;
        rejected.append(row)?;
    }
    let answer = PyDict::new(py);
    answer.set_item("accepted", outcome.accepted)?;
    answer.set_item("placed", outcome.placed)?;
    answer.set_item("rejected", rejected)?;
    answer.set_item("rejected_count", outcome.rejected)?;
    Ok(answer)
}
