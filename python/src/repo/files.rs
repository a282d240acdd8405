//! Files by rank, by their role and by name; and the repository in a few numbers.

#![expect(clippy::doc_markdown, reason = "docstrings of Python, in the style of numpy")]

use pyo3::prelude::*;
use repolis::query::{self, GroupBy, Level, STARTS};
use repolis::resolve::entry::Entry;
use repolis::scan::{Bytes, decode};
use repolis::source::recorded_history;

use super::Repo;
use crate::answers::{Names, no_such, part, primitive};
use crate::ending::detach;
use crate::errors::{error, query_error};

#[pymethods]
impl Repo {
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

    /// Imports that nothing which ran was seen to use, and calls that no import explains.
    ///
    /// Of a recording with runtime data, such as ``repolis log SOURCE --otlp -o run.rrd`` writes; one that is still being written
    /// is read anew as far as it is.
    ///
    /// Parameters
    /// ----------
    /// within : str or list of str, optional
    ///     Only pairs with a file in this part.
    ///
    /// Returns
    /// -------
    /// dict
    ///     As ``repolis query observed --json`` prints it.
    ///
    /// Raises
    /// ------
    /// Error
    ///     When nothing was recorded that ran.
    ///
    /// Examples
    /// --------
    /// >>> try:
    /// ...     repo.observed()
    /// ... except repolis.Error as error:
    /// ...     print(error)
    /// shop: nothing was observed to run here; ...
    #[pyo3(signature = (*, within=None))]
    fn observed<'py>(&self, py: Python<'py>, within: Option<Names>) -> PyResult<Bound<'py, PyAny>> {
        let read = self.file.as_deref().map(|file| detach(py, || recorded_history(file)));
        let recorded = read.transpose().map_err(|source| error(py, source))?;
        let own;
        let (analysis, history) = match &recorded {
            Some((analysis, history)) => (analysis, history.as_ref()),
            None => {
                own = self.analysis(py);
                (&*own, None)
            }
        };
        let keep = part(py, analysis, within.as_ref())?;
        let found = detach(py, || query::observed(analysis, history, keep));
        primitive(py, &found.map_err(|error| query_error(py, error))?)
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
}
