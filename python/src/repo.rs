//! A repository as Python sees it.

#![expect(clippy::doc_markdown, reason = "docstrings of Python, in the style of numpy")]

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use arrow_array::RecordBatch;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::RwLockExt;
use pyo3::types::PyBytes;
use repolis::analysis::{Analysis, Options, on_workers};
use repolis::city::{Look, city_of};
use repolis::export::{self, batches};
use repolis::metrics::{Column, METRICS, Metric, ON_DEMAND};
use repolis::query::{self, Direction, GroupBy, Level, STARTS};
use repolis::resolve::entry::Entry;
use repolis::scan::{Bytes, Place, decode};
use repolis::{history, output, stream};

use crate::answers::{Names, kinds, no_such, part, primitive, selection};
use crate::ending::detach;
use crate::errors::{error, query_error};
use crate::table::Table;

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
    options: Options,
    /// Tables that were asked for before.
    tables: Mutex<HashMap<&'static str, RecordBatch>>,
}

impl Repo {
    /// What an analysis found; `place` is where it looked.
    pub fn new(analysis: Analysis, place: Option<Place>, options: Options) -> Self {
        Self { analysis: RwLock::new(analysis), place, options, tables: Mutex::default() }
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

    /// The recording of the city in this look, as messages.
    pub fn messages(&self, py: Python<'_>, look: &Look) -> PyResult<Vec<stream::LogMsg>> {
        let options = stream::options_json(&self.options, look);
        let record = || {
            self.demand([&*look.area, &look.height, &look.color]);
            let analysis = self.analysis_detached();
            on_workers(|| -> Result<_, Box<dyn std::error::Error + Send + Sync>> {
                let city = city_of(&analysis, look, |_| true)?;
                Ok(stream::record(&analysis, &city, &options)?)
            })
        };
        detach(py, record).map_err(|source| error(py, source))?.map_err(|source| error(py, source))
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

    /// Import cycles, the largest first.
    ///
    /// Parameters
    /// ----------
    /// within : str or list of str, optional
    ///     Only cycles with a file in this part: paths, directories or globs.
    /// breaking : bool
    ///     Name the fewest imports found whose removal breaks each cycle. It may take seconds.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds. All but ``"module"`` without it.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``number``, ``files``, ``links``, ``shortest`` (the imports of a shortest way round) and, when asked for,
    ///     ``breaking``.
    ///
    /// Examples
    /// --------
    /// >>> [cycle["files"] for cycle in repo.cycles()]
    /// [['shop/cart.py', 'shop/stock.py']]
    #[pyo3(signature = (*, within=None, breaking=false, kinds=None))]
    fn cycles<'py>(
        &self,
        py: Python<'py>,
        within: Option<Names>,
        breaking: bool,
        kinds: Option<Names>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        let (keep, kinds) = (part(py, &analysis, within.as_ref())?, self::kinds(py, kinds.as_ref())?);
        primitive(py, &detach(py, || query::cycles(&analysis, kinds, keep, breaking)).cycles)
    }

    /// One of the shortest ways by imports from a file to another.
    ///
    /// Parameters
    /// ----------
    /// a, b : str
    ///     Path, directory or glob.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds.
    ///
    /// Returns
    /// -------
    /// list of str or None
    ///     The paths of the files on the way, both ends among them. ``None`` where no way leads from ``a`` to ``b``.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When a part is not in the repository.
    ///
    /// Examples
    /// --------
    /// >>> repo.shortest_path("shop/main.py", "shop/stock.py")
    /// ['shop/main.py', 'shop/cart.py', 'shop/stock.py']
    /// >>> repo.shortest_path("shop/stock.py", "page") is None
    /// True
    #[pyo3(signature = (a, b, *, kinds=None))]
    fn shortest_path(&self, py: Python<'_>, a: &str, b: &str, kinds: Option<Names>) -> PyResult<Option<Vec<String>>> {
        let analysis = self.analysis(py);
        let (from, to) = (selection(py, &analysis, a)?, selection(py, &analysis, b)?);
        let kinds = self::kinds(py, kinds.as_ref())?;
        let found = detach(py, || query::shortest_paths(&analysis, &from, &to, kinds, 1));
        let found = found.map_err(|error| query_error(py, error))?;
        Ok(found.paths.first().map(|path| {
            path.iter()
                .take(1)
                .map(|link| link.from)
                .chain(path.iter().map(|link| link.to))
                .map(str::to_owned)
                .collect()
        }))
    }

    /// All shortest ways by imports from a part to another, with the lines.
    ///
    /// Parameters
    /// ----------
    /// a, b : str
    ///     Path, directory or glob.
    /// limit : int
    ///     At most so many ways.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``length`` in imports, ``count`` of ways, ``paths`` (each a list of imports with ``from``, ``to`` and the statements)
    ///     and ``length_back``, of the way from ``b`` to ``a``.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When a part is not in the repository.
    ///
    /// Examples
    /// --------
    /// >>> found = repo.paths("shop/main.py", "shop/stock.py")
    /// >>> found["length"], found["count"]
    /// (2, 1)
    #[pyo3(signature = (a, b, *, limit=10, kinds=None))]
    fn paths<'py>(
        &self,
        py: Python<'py>,
        a: &str,
        b: &str,
        limit: usize,
        kinds: Option<Names>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        let (from, to) = (selection(py, &analysis, a)?, selection(py, &analysis, b)?);
        let kinds = self::kinds(py, kinds.as_ref())?;
        let found = detach(py, || query::shortest_paths(&analysis, &from, &to, kinds, limit));
        primitive(py, &found.map_err(|error| query_error(py, error))?)
    }

    /// Files that depend on a file, directly or through others.
    ///
    /// Parameters
    /// ----------
    /// files : str or list of str
    ///     Paths, directories or globs.
    /// depth : int, optional
    ///     At most so many imports away; 1 for direct ones only.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds.
    /// tree : bool
    ///     In the order of a tree: below a row of one depth come its children, one deeper.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``path``, ``depth``, ``through`` (the file by which it was reached) and ``imports``. Of a tree ``repeated`` in the
    ///     place of ``through``: whether the file's own neighbours are written elsewhere.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When a part is not in the repository.
    ///
    /// Examples
    /// --------
    /// >>> [(row["path"], row["depth"]) for row in repo.dependents("shop/stock.py")]
    /// [('shop/cart.py', 1), ('shop/main.py', 2), ('tests/test_cart.py', 2)]
    #[pyo3(signature = (files, *, depth=None, kinds=None, tree=false))]
    fn dependents<'py>(
        &self,
        py: Python<'py>,
        files: Names,
        depth: Option<u32>,
        kinds: Option<Names>,
        tree: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.reach(py, &files, Direction::Dependents, depth, kinds.as_ref(), tree)
    }

    /// Files that a file depends on, directly or through others.
    ///
    /// Parameters
    /// ----------
    /// files : str or list of str
    ///     Paths, directories or globs.
    /// depth : int, optional
    ///     At most so many imports away; 1 for direct ones only.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds.
    /// tree : bool
    ///     In the order of a tree: below a row of one depth come its children, one deeper.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``path``, ``depth``, ``through`` (the file by which it was reached) and ``imports``. Of a tree ``repeated`` in the
    ///     place of ``through``: whether the file's own neighbours are written elsewhere.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When a part is not in the repository.
    ///
    /// Examples
    /// --------
    /// >>> [row["path"] for row in repo.dependencies("shop/main.py", depth=1)]
    /// ['shop/cart.py']
    #[pyo3(signature = (files, *, depth=None, kinds=None, tree=false))]
    fn dependencies<'py>(
        &self,
        py: Python<'py>,
        files: Names,
        depth: Option<u32>,
        kinds: Option<Names>,
        tree: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.reach(py, &files, Direction::Dependencies, depth, kinds.as_ref(), tree)
    }

    /// What has the largest values of a metric.
    ///
    /// Parameters
    /// ----------
    /// metric : str
    ///     Name of the metric, such as ``"complexity"``.
    /// n : int
    ///     At most so many.
    /// by : {"file", "directory", "function"}
    ///     What is ranked.
    /// ascending : bool
    ///     The smallest values first.
    /// within : str or list of str, optional
    ///     Only files in this part.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``path`` and ``value``; of functions also ``name`` and ``line``.
    ///
    /// Raises
    /// ------
    /// UnknownMetric
    ///     When no metric has this name; ``nearest`` has those most like it.
    ///
    /// Examples
    /// --------
    /// >>> repo.top("complexity", 1)
    /// [{'path': 'shop/cart.py', 'value': 3}]
    /// >>> repo.top("complexity", 1, by="function")
    /// [{'path': 'shop/cart.py', 'name': 'total', 'line': 4, 'value': 3}]
    #[pyo3(signature = (metric, n=20, *, by="file", ascending=false, within=None))]
    fn top<'py>(
        &self,
        py: Python<'py>,
        metric: &str,
        n: usize,
        by: &str,
        ascending: bool,
        within: Option<Names>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let by = match by {
            "file" => Level::File,
            "directory" => Level::Directory,
            "function" => Level::Function,
            other => return Err(no_such(py, "by", other, &["file", "directory", "function"])),
        };
        detach(py, || self.demand([metric]));
        let analysis = self.analysis(py);
        let keep = part(py, &analysis, within.as_ref())?;
        let found = detach(py, || query::top(&analysis, metric, by, ascending, n, keep));
        primitive(py, &found.map_err(|error| query_error(py, error))?.rows)
    }

    /// Every import between two parts, both ways.
    ///
    /// Parameters
    /// ----------
    /// a, b : str
    ///     Path, directory or glob.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``there`` and ``back``, each with ``imports``, ``from_files``, ``to_files`` and ``links``.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When a part is not in the repository.
    ///
    /// Examples
    /// --------
    /// >>> repo.explain("shop", "tests")["back"]["imports"]
    /// 1
    #[pyo3(signature = (a, b, *, kinds=None))]
    fn explain<'py>(&self, py: Python<'py>, a: &str, b: &str, kinds: Option<Names>) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        let (from, to) = (selection(py, &analysis, a)?, selection(py, &analysis, b)?);
        let kinds = self::kinds(py, kinds.as_ref())?;
        let found = detach(py, || query::explain(&analysis, &from, &to, kinds));
        primitive(py, &found.map_err(|error| query_error(py, error))?)
    }

    /// What a change may reach, ranked.
    ///
    /// Parameters
    /// ----------
    /// files : str or list of str, optional
    ///     What changes: paths, directories or globs.
    /// changed : str or bool, optional
    ///     Take the files that git finds changed since this revision; ``True`` for since the last commit.
    /// depth : int, optional
    ///     At most so many imports away.
    /// kinds : str or list of str, optional
    ///     Only imports of these kinds.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``changed`` (paths), ``files`` and ``tests`` (each ``path``, ``score``, ``depth``, ``through``).
    ///
    /// Raises
    /// ------
    /// Error
    ///     When nothing is named, or git does not know the revision.
    ///
    /// Examples
    /// --------
    /// >>> [row["path"] for row in repo.impact("shop/stock.py")["tests"]]
    /// ['tests/test_cart.py']
    #[pyo3(signature = (files=None, *, changed=None, depth=None, kinds=None))]
    fn impact<'py>(
        &self,
        py: Python<'py>,
        files: Option<Names>,
        changed: Option<Since>,
        depth: Option<u32>,
        kinds: Option<Names>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        let kinds = self::kinds(py, kinds.as_ref())?;
        let mut chosen = match &files {
            Some(files) => files.select(py, &analysis)?,
            None => query::Selection { name: String::new(), files: Vec::new() },
        };
        let since = changed.as_ref().and_then(Since::revision);
        if files.is_none() && since.is_none() {
            return Err(error(py, "no files: name those that change, or let git find them with changed=True"));
        }
        if let Some(revision) = since {
            let Some(place) = &self.place else {
                return Err(error(py, "changed= looks into a folder, and this is a recording: name the files instead"));
            };
            let tree = &analysis.tree;
            let paths = tree.files.iter().map(|file| file.path.to_string()).collect();
            let changes =
                detach(py, || history::changes(place, revision, paths)).map_err(|source| error(py, source))?;
            chosen.files.extend(changes.changed.iter().filter_map(|path| tree.file_id(path)));
            chosen.files.sort_unstable();
            chosen.files.dedup();
        }
        primitive(py, &detach(py, || query::impact(&analysis, &chosen, kinds, depth)))
    }

    /// Groups of files that import each other, and how far they differ from the directories.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``modularity``, ``communities``, ``levels``, ``best_depth`` and ``misplaced``.
    ///
    /// Examples
    /// --------
    /// >>> len(repo.communities()["communities"])
    /// 2
    fn communities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        primitive(py, &detach(py, || query::communities(&analysis)))
    }

    /// Imports that lead nowhere, in groups.
    ///
    /// Parameters
    /// ----------
    /// by : {"reason", "file", "import"}
    ///     How they are grouped.
    /// within : str or list of str, optional
    ///     Only imports by files in this part.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``name`` of the group and its ``imports`` (``path``, ``line``, ``import``, ``reason``).
    ///
    /// Examples
    /// --------
    /// >>> [group["name"] for group in repo.unresolved()]
    /// ['no module `gone` in package `shop`']
    #[pyo3(signature = (by="reason", *, within=None))]
    fn unresolved<'py>(&self, py: Python<'py>, by: &str, within: Option<Names>) -> PyResult<Bound<'py, PyAny>> {
        let by = match by {
            "reason" => GroupBy::Reason,
            "file" => GroupBy::File,
            "import" => GroupBy::Import,
            other => return Err(no_such(py, "by", other, &["reason", "file", "import"])),
        };
        let analysis = self.analysis(py);
        let keep = part(py, &analysis, within.as_ref())?;
        primitive(py, &detach(py, || query::unresolved(&analysis, by, keep)).groups)
    }

    /// Files that something outside the imports starts or uses.
    ///
    /// Parameters
    /// ----------
    /// kind : str or list of str, optional
    ///     Only these kinds, such as ``"script"``. Without it all but tests, stories, types, packages and fixtures.
    /// within : str or list of str, optional
    ///     Only files in this part.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``path``, ``entry`` (the kind), ``language`` and ``imports``.
    ///
    /// Raises
    /// ------
    /// Error
    ///     When there is no such kind, or a recording is too old to know.
    ///
    /// Examples
    /// --------
    /// >>> [(row["path"], row["entry"]) for row in repo.entry_points()]
    /// [('shop/main.py', 'script')]
    #[pyo3(signature = (kind=None, *, within=None))]
    fn entry_points<'py>(
        &self,
        py: Python<'py>,
        kind: Option<Names>,
        within: Option<Names>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let known =
            |name: &String| Entry::named(name).ok_or_else(|| no_such(py, "kind", name, &Entry::ALL.map(Entry::name)));
        let kinds = kind.map(|names| names.each().iter().map(known).collect::<PyResult<Vec<_>>>()).transpose()?;
        let kinds = kinds.as_deref().unwrap_or(&STARTS);
        let analysis = self.analysis(py);
        let keep = part(py, &analysis, within.as_ref())?;
        let found = detach(py, || query::entry_points(&analysis, kinds, keep));
        primitive(py, &found.map_err(|error| query_error(py, error))?.files)
    }

    /// Files that no file imports and that are no entry point.
    ///
    /// Parameters
    /// ----------
    /// within : str or list of str, optional
    ///     Only files in this part.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``path``, ``language``, ``role``, ``code_lines`` and ``imports``.
    ///
    /// Raises
    /// ------
    /// Error
    ///     When a recording is too old to know.
    ///
    /// Examples
    /// --------
    /// >>> [row["path"] for row in repo.unused(within="shop")]
    /// ['shop/broken.py', 'shop/forgotten.py']
    #[pyo3(signature = (*, within=None))]
    fn unused<'py>(&self, py: Python<'py>, within: Option<Names>) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        let keep = part(py, &analysis, within.as_ref())?;
        let found = detach(py, || query::unused(&analysis, keep));
        primitive(py, &found.map_err(|error| query_error(py, error))?.files)
    }

    /// The repository in a few numbers, and what to read first.
    ///
    /// Parameters
    /// ----------
    /// rows : int
    ///     Rows of each list.
    ///
    /// Returns
    /// -------
    /// dict
    ///     As ``repolis query summary --json`` prints it.
    ///
    /// Examples
    /// --------
    /// >>> repo.summary()["totals"]["files_in_cycles"]
    /// 2
    #[pyo3(signature = (rows=5))]
    fn summary<'py>(&self, py: Python<'py>, rows: usize) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        primitive(py, &detach(py, || query::summary(&analysis, rows)))
    }

    /// Everything that is known of one file.
    ///
    /// Parameters
    /// ----------
    /// path : str
    ///     Relative to the root, with ``/`` between the parts.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``path``, ``metrics`` (a dict), ``imports``, ``imported_by``, ``externals``, ``unresolved``, ``functions`` and
    ///     ``diagnostics``.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When no file has this path; ``nearest`` has those most like it.
    ///
    /// Examples
    /// --------
    /// >>> file = repo.file("shop/cart.py")
    /// >>> file["metrics"]["complexity"], [row["path"] for row in file["imports"]]
    /// (3, ['shop/stock.py'])
    fn file<'py>(&self, py: Python<'py>, path: &str) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        primitive(py, &query::file(&analysis, path).map_err(|error| query_error(py, error))?)
    }

    /// The text of a file as it is now in the folder, or as the revision has it.
    ///
    /// Parameters
    /// ----------
    /// path : str
    ///     Relative to the root, with ``/`` between the parts.
    ///
    /// Returns
    /// -------
    /// str
    ///     The text. Bytes that are no UTF-8 are replaced.
    ///
    /// Raises
    /// ------
    /// UnknownPath
    ///     When no file has this path.
    /// Error
    ///     When it cannot be read any more, or the repository is a recording.
    ///
    /// Examples
    /// --------
    /// >>> repo.source("shop/stock.py").splitlines()[0]
    /// 'def price(item):'
    fn source(&self, py: Python<'_>, path: &str) -> PyResult<String> {
        let analysis = self.analysis(py);
        let file = query::file_at(&analysis, path).map_err(|error| query_error(py, error))?;
        let path = &analysis.tree.file(file).path;
        let Some(place) = &self.place else {
            return Err(error(py, format!("{path}: a recording holds no sources; analyse the folder to read them")));
        };
        match detach(py, || place.read_path(path)) {
            Ok(Bytes::Whole(bytes)) => Ok(decode(bytes).0),
            Ok(Bytes::Head(_)) => Err(error(py, format!("{path}: too large, or no text"))),
            Err(cause) => Err(error(py, format!("{path}: cannot be read now: {cause}"))),
        }
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

    /// Logs the city: into a file, a running viewer, or a recording of one's own.
    ///
    /// Parameters
    /// ----------
    /// target : str, os.PathLike or rerun.RecordingStream, optional
    ///     A file (``.rrd``), replaced only when the new one is complete; or a recording of the Python SDK, which gets the city
    ///     beside whatever else it holds.
    /// connect : str, optional
    ///     Address of a running viewer, such as ``"rerun+http://127.0.0.1:9876/proxy"``.
    /// area, height, color : str, optional
    ///     Metrics of footprint, height and colour.
    /// arcs : int, optional
    ///     At most so many import arcs, the strongest.
    ///
    /// Raises
    /// ------
    /// Error
    ///     When a metric is unknown, the file cannot be written, or nobody listens at the address.
    ///
    /// Examples
    /// --------
    /// >>> repo.log("city.rrd", color="complexity")
    /// >>> len(repolis.load("city.rrd")) == len(repo)
    /// True
    #[pyo3(signature = (target=None, *, connect=None, area=None, height=None, color=None, arcs=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn log(
        &self,
        py: Python<'_>,
        target: Option<Bound<'_, PyAny>>,
        connect: Option<&str>,
        area: Option<String>,
        height: Option<String>,
        color: Option<String>,
        arcs: Option<usize>,
    ) -> PyResult<()> {
        if target.is_none() && connect.is_none() {
            return Err(error(py, "nowhere to log to: name a file, a recording of the Rerun SDK, or connect=URL"));
        }
        if let Some(url) = connect {
            stream::check_url(url).map_err(|source| error(py, source))?;
        }
        let file = target.as_ref().and_then(|target| target.extract::<PathBuf>().ok());
        if let Some(file) = &file {
            detach(py, || output::check(file, &output::RECORDING)).map_err(|source| error(py, source))?;
        }
        let messages = self.messages(py, &look(area, height, color, arcs))?;
        // Both are tried even when one fails.
        let written = match (&file, &target) {
            (Some(file), _) => {
                detach(py, || output::write_recording(file, &messages)).map_err(|source| error(py, source))
            }
            (None, Some(stream)) => self.log_into(py, stream, &messages),
            (None, None) => Ok(()),
        };
        let sent = connect.map(|url| detach(py, || stream::send(&messages, url)).map_err(|source| error(py, source)));
        written.and(sent.unwrap_or(Ok(())))
    }

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

    fn __len__(&self, py: Python<'_>) -> usize {
        self.analysis(py).tree.files.len()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let analysis = self.analysis(py);
        let (files, imports) = (analysis.tree.files.len(), analysis.resolution.edges.len());
        format!("<repolis.Repo {}: {files} files, {imports} imports>", analysis.name)
    }
}

impl Repo {
    fn reach<'py>(
        &self,
        py: Python<'py>,
        files: &Names,
        direction: Direction,
        depth: Option<u32>,
        kinds: Option<&Names>,
        tree: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let analysis = self.analysis(py);
        let (of, kinds) = (files.select(py, &analysis)?, self::kinds(py, kinds)?);
        if tree {
            return primitive(py, &detach(py, || query::tree(&analysis, &of, direction, kinds, depth)).rows);
        }
        primitive(py, &detach(py, || query::reach(&analysis, &of, direction, kinds, depth)).files)
    }

    /// Hands the chunks over to a recording of the Python SDK.
    fn log_into(&self, py: Python<'_>, stream: &Bound<'_, PyAny>, messages: &[stream::LogMsg]) -> PyResult<()> {
        let bytes = detach(py, || on_workers(|| stream::to_bytes(messages)));
        let bytes = bytes.map_err(|source| error(py, source))?.map_err(|source| error(py, source))?;
        py.import("repolis._recording")?.getattr("log_into")?.call1((stream, PyBytes::new(py, &bytes)))?;
        Ok(())
    }
}

/// The look asked for; what is left out is as on the command line.
pub fn look(area: Option<String>, height: Option<String>, color: Option<String>, arcs: Option<usize>) -> Look {
    let usual = Look::default();
    Look {
        area: area.unwrap_or(usual.area),
        height: height.unwrap_or(usual.height),
        color: color.unwrap_or(usual.color),
        arcs,
    }
}

/// Since when files count as changed.
#[derive(FromPyObject)]
enum Since {
    LastCommit(bool),
    Revision(String),
}

impl Since {
    fn revision(&self) -> Option<&str> {
        match self {
            Self::LastCommit(wanted) => wanted.then_some("HEAD"),
            Self::Revision(revision) => Some(revision),
        }
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
pub fn column(analysis: &Analysis, values: &HashMap<String, Measured>) -> Column {
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
