//! Tables that any Arrow library reads.

#![expect(clippy::doc_markdown, reason = "docstrings of Python, in the style of numpy")]

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{Field, FieldRef, Fields};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};

/// Rows of one kind with typed columns.
///
/// Any library that reads the Arrow PyCapsule interface takes it without a copy: ``polars.DataFrame(table)``,
/// ``pyarrow.table(table)``, ``pandas.DataFrame.from_arrow(table)``, and DuckDB by the name of the variable.
///
/// Examples
/// --------
/// >>> repo.functions
/// <repolis.Table functions: 6 rows of path, name, line, ...>
/// >>> len(repo.functions)
/// 6
#[pyclass(frozen, module = "repolis")]
pub struct Table {
    name: &'static str,
    batch: RecordBatch,
}

impl Table {
    /// A table of these rows.
    pub fn new(name: &'static str, batch: RecordBatch) -> Self {
        Self { name, batch }
    }

    /// Arrow hands tables over as arrays of structs.
    fn field(&self) -> FieldRef {
        let fields: Fields = self.batch.schema().fields().clone();
        Arc::new(Field::new_struct("", fields, false).with_metadata(self.batch.schema().metadata().clone()))
    }
}

#[pymethods]
impl Table {
    /// Name of the table, such as ``"files"``.
    ///
    /// Examples
    /// --------
    /// >>> repo.files.name
    /// 'files'
    #[getter]
    fn name(&self) -> &'static str {
        self.name
    }

    /// Number of rows.
    ///
    /// Examples
    /// --------
    /// >>> repo.functions.num_rows
    /// 6
    #[getter]
    fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// Names of the columns.
    ///
    /// Examples
    /// --------
    /// >>> repo.functions.column_names[:3]
    /// ['path', 'name', 'line']
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// What each column is.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``name``, ``type`` (``int``, ``float`` or ``str``), ``unit`` (empty where there is none) and ``description`` of each
    ///     column, in order.
    ///
    /// Examples
    /// --------
    /// >>> {column["name"]: column["unit"] for column in repo.files.describe()}["bytes"]
    /// 'B'
    fn describe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows =
            self.batch.schema().fields().iter().map(|field| describe(py, field)).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, rows)
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        let names = self.column_names().join(", ");
        format!("<repolis.Table {}: {} rows of {names}>", self.name, self.batch.num_rows())
    }

    fn __narwhals_dataframe__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("repolis._narwhals")?.getattr("compliant")?.call1((slf,))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, &*self.field())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let rows: ArrayRef = Arc::new(StructArray::from(self.batch.clone()));
        debug_assert_eq!(rows.len(), self.batch.num_rows());
        let reader = ArrayIterator::new([Ok(rows)], self.field());
        to_stream_pycapsule(py, Box::new(reader), requested_schema)
    }
}

fn describe<'py>(py: Python<'py>, field: &Field) -> PyResult<Bound<'py, PyDict>> {
    let kind = match field.data_type() {
        kind if kind.is_integer() => "int",
        kind if kind.is_floating() => "float",
        _ => "str",
    };
    let about = |key: &str| field.metadata().get(key).map_or("", String::as_str);
    let row = PyDict::new(py);
    row.set_item("name", field.name())?;
    row.set_item("type", kind)?;
    row.set_item("unit", about("unit"))?;
    row.set_item("description", about("description"))?;
    Ok(row)
}
