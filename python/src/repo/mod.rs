//! A repository as Python sees it: what it is, and its tables. What is asked of it stands in the modules below.

mod files;
mod graph;
mod log;
mod metric;
mod reach;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::sync::RwLockExt;
use repolis::analysis::{Analysis, Options};
use repolis::export::{self, batches};
use repolis::metrics::ON_DEMAND;
use repolis::scan::Place;

use crate::answers::no_such;
use crate::ending::detach;
use crate::errors::error;
use crate::table::Table;

pub use log::look;
pub use metric::Measured;

/// Everything that is known of a repository: tables, the graph of its imports, metrics.
///
/// ``repolis.analyze`` and ``repolis.load`` make one. Where a part of the repository is asked for, a path, a directory (all
/// below it) or a glob in ``.gitignore`` syntax will do, and several in a list.
///
/// Examples
/// --------
/// >>> repo = repolis.analyze(".")
/// >>> repo
/// <repolis.Repo shop: 11 files, ... imports>
/// >>> len(repo)
/// 11
#[pyclass(frozen, module = "repolis")]
pub struct Repo {
    analysis: RwLock<Analysis>,
    place: Option<Place>,
    /// The recording that it was read from.
    file: Option<PathBuf>,
    options: Options,
    /// Tables that were asked for before.
    tables: Mutex<HashMap<&'static str, RecordBatch>>,
}

impl Repo {
    /// What an analysis found; `place` is where it looked.
    pub fn new(analysis: Analysis, place: Option<Place>, options: Options) -> Self {
        Self { analysis: RwLock::new(analysis), place, file: None, options, tables: Mutex::default() }
    }

    /// What a recording holds.
    pub fn recorded(analysis: Analysis, file: PathBuf) -> Self {
        Self { file: Some(file), ..Self::new(analysis, None, Options::default()) }
    }

    /// The analysis. It is locked for writing only while a metric is added. Nobody waits for it with the GIL, which those
    /// that have it may need before they give it back.
    pub fn analysis(&self, py: Python<'_>) -> RwLockReadGuard<'_, Analysis> {
        self.analysis.read_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for a thread without the GIL.
    fn analysis_detached(&self) -> RwLockReadGuard<'_, Analysis> {
        self.analysis.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the files are, if they were analysed and not read from a recording.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Computes metrics that are only computed when they are named; without the GIL. They are columns from then on.
    fn demand<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let is_on_demand = |name: &&str| ON_DEMAND.iter().any(|metric| metric.name == *name);
        for name in names.into_iter().filter(is_on_demand) {
            if self.analysis_detached().metric(name).is_none() {
                self.analysis.write().unwrap_or_else(PoisonError::into_inner).demand(name);
                self.forget_tables();
            }
        }
    }

    fn forget_tables(&self) {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn batch(&self, py: Python<'_>, name: &'static str) -> PyResult<Table> {
        let build = || {
            let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(batch) = tables.get(name) {
                return Ok(batch.clone());
            }
            let analysis = self.analysis_detached();
            let table = export::table(&analysis, name);
            let batch = batches::batch(&table, &batches::schema(&table), 0..table.rows)?;
            tables.insert(name, batch.clone());
            Ok::<_, arrow_schema::ArrowError>(batch)
        };
        Ok(Table::new(name, detach(py, build).map_err(|source| error(py, source))?))
    }
}

#[pymethods]
impl Repo {
    /// Name of the repository: that of its folder.
    ///
    /// Examples
    /// --------
    /// >>> repo.name
    /// 'shop'
    #[getter]
    fn name(&self, py: Python<'_>) -> String {
        self.analysis(py).name.clone()
    }

    /// The folder that was analysed, as it was named; ``None`` for a recording.
    ///
    /// Examples
    /// --------
    /// >>> repo.root
    /// PosixPath('.')
    #[getter]
    fn root(&self) -> Option<PathBuf> {
        self.place.as_ref().map(|place| place.folder().to_owned())
    }

    /// The commit in hexadecimal digits, if there is one.
    ///
    /// Examples
    /// --------
    /// >>> repo.commit is None or len(repo.commit) == 40
    /// True
    #[getter]
    fn commit(&self, py: Python<'_>) -> Option<String> {
        self.analysis(py).commit.clone()
    }

    /// A row for each file, with its metrics.
    ///
    /// Examples
    /// --------
    /// >>> repo.files.num_rows == len(repo)
    /// True
    /// >>> [column["name"] for column in repo.files.describe()][:3]
    /// ['path', 'directory', 'language']
    #[getter]
    fn files(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "files")
    }

    /// A row for each directory, with the metrics of all that is below it.
    ///
    /// Examples
    /// --------
    /// >>> repo.directories.column_names[:2]
    /// ['path', 'parent']
    #[getter]
    fn directories(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "directories")
    }

    /// A row for each function or method.
    ///
    /// Examples
    /// --------
    /// >>> repo.functions.column_names[:3]
    /// ['path', 'name', 'line']
    #[getter]
    fn functions(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "functions")
    }

    /// A row for each import of one file by another.
    ///
    /// Examples
    /// --------
    /// >>> repo.imports.column_names
    /// ['from', 'to', 'line', 'kind']
    #[getter]
    fn imports(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "imports")
    }

    /// A row for each import of a package outside the repository.
    ///
    /// Examples
    /// --------
    /// >>> "package" in repo.externals.column_names
    /// True
    #[getter]
    fn externals(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "externals")
    }

    /// A row for each thing that a parser said, such as a syntax error.
    ///
    /// Examples
    /// --------
    /// >>> "message" in repo.diagnostics.column_names
    /// True
    #[getter]
    fn diagnostics(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "diagnostics")
    }

    /// A row for each file or folder that could not be taken, with the reason.
    ///
    /// Examples
    /// --------
    /// >>> "reason" in repo.skipped.column_names
    /// True
    #[getter]
    fn skipped(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "skipped")
    }

    /// A row for each metric of files: name, unit and description.
    ///
    /// Examples
    /// --------
    /// >>> repo.metrics.column_names
    /// ['name', 'unit', 'description']
    #[getter]
    fn metrics(&self, py: Python<'_>) -> PyResult<Table> {
        self.batch(py, "metrics")
    }

    /// A table by its name: those that are properties, and ``"unresolved"``.
    ///
    /// Parameters
    /// ----------
    /// name : str
    ///     Name of the table.
    ///
    /// Returns
    /// -------
    /// Table
    ///     The same as the property of this name.
    ///
    /// Examples
    /// --------
    /// >>> repo.table("unresolved").num_rows
    /// 1
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        match export::TABLES.iter().find(|(table, ..)| *table == name) {
            Some((name, ..)) => self.batch(py, name),
            None => {
                let names: Vec<_> = export::TABLES.iter().map(|(name, ..)| *name).collect();
                Err(no_such(py, "name", name, &names))
            }
        }
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.analysis(py).tree.files.len()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let analysis = self.analysis(py);
        let (files, imports) = (analysis.tree.files.len(), analysis.resolution.edges.len());
        format!("<repolis.Repo {}: {files} files, {imports} imports>", analysis.name)
    }
}
