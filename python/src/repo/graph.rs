//! What Python asks of the graph of imports.

#![expect(clippy::doc_markdown, reason = "docstrings of Python, in the style of numpy")]

use pyo3::prelude::*;
use repolis::query;

use super::Repo;
use crate::answers::{Names, kinds, part, primitive, selection};
use crate::ending::detach;
use crate::errors::query_error;

#[pymethods]
impl Repo {
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
}
