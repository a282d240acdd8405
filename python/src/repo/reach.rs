//! What depends on files, what they depend on, and what a change of them may reach.

#![expect(clippy::doc_markdown, reason = "docstrings of Python, in the style of numpy")]

use pyo3::prelude::*;
use repolis::history;
use repolis::query::{self, Direction};

use super::Repo;
use crate::answers::{Names, kinds, primitive};
use crate::ending::detach;
use crate::errors::error;

#[pymethods]
impl Repo {
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
