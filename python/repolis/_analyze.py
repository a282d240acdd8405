"""A folder or a recording becomes a :class:`repolis.Repo`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from . import _marimo, _repolis

Progress = Callable[[int, int, str], object]


def analyze(
    path: str | os.PathLike[str] = ".",
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    hidden: bool = False,
    no_ignore: bool = False,
    with_: Sequence[str] = (),
    progress: Progress | bool | None = None,
) -> _repolis.Repo:
    """Analyse a folder, or a git revision of one.

    It runs in Rust on all cores without the GIL. Nothing of the repository is executed, and nothing leaves this machine.

    Parameters
    ----------
    path : str or os.PathLike
        The folder, or a revision of one as ``folder@revision``.
    include : sequence of str
        Globs in ``.gitignore`` syntax; when there are any, only files that match one are taken.
    exclude : sequence of str
        Globs in ``.gitignore`` syntax; files and folders that match one are left out.
    hidden : bool
        Take files and folders whose name starts with a dot.
    no_ignore : bool
        Take what ``.gitignore``, ``.ignore`` and ``.repolisignore`` exclude.
    with_ : sequence of {"generated", "minified", "binary"}
        Classes of files that are left out otherwise.
    progress : callable or bool, optional
        Called as ``progress(done, total, what)`` about 20 times a second; what it raises ends the work. Without it marimo's
        progress bar shows in a marimo notebook; ``False`` shows none.

    Returns
    -------
    Repo
        Tables, graph and metrics.

    Raises
    ------
    Error
        When there is no such folder or revision, or nothing in it to show.
    KeyboardInterrupt
        Within 200 ms of Ctrl-C, or of a notebook's stop button.

    Examples
    --------
    >>> repo = repolis.analyze(".", exclude=["tests"])
    >>> len(repo) > 0
    True
    """
    options: dict[str, Any] = {
        "include": _globs(include),
        "exclude": _globs(exclude),
        "hidden": hidden,
        "no_ignore": no_ignore,
        "with_": _globs(with_),
    }
    if callable(progress):
        return _repolis.analyze(path, progress, **options)
    if progress is not False and _marimo.is_running():
        with _marimo.progress_bar() as bar:
            return _repolis.analyze(path, bar, **options)
    return _repolis.analyze(path, _nothing, **options)


def load(path: str | os.PathLike[str]) -> _repolis.Repo:
    """Read the tables and the graph of a recording, without its repository.

    Parameters
    ----------
    path : str or os.PathLike
        A recording that ``repo.log`` or ``repolis log`` wrote.

    Returns
    -------
    Repo
        As :func:`analyze` gives it, without the sources.

    Raises
    ------
    Error
        When it cannot be read, or is no recording of a city.

    Examples
    --------
    >>> repo.log("city.rrd")
    >>> repolis.load("city.rrd").cycles() == repo.cycles()
    True
    """
    return _repolis.load(path)


def _globs(globs: Sequence[str]) -> list[str]:
    return [globs] if isinstance(globs, str) else list(globs)


def _nothing(_done: int, _total: int, _what: str) -> None:
    """Python's own interrupts are noticed while Python runs."""
