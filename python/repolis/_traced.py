"""What traces an open city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from . import _trace
from ._trace import Trace
from .errors import Error

if TYPE_CHECKING:
    from ._page import Page


class Traced:
    """The part of :class:`repolis.City` that shows what this process does.

    Examples
    --------
    >>> city.trace("shop")
    <repolis.Trace by calls: does not run>
    """

    _page: Page
    _title: str

    def _check_open(self) -> None:
        raise NotImplementedError

    def trace(
        self,
        root: str | Sequence[str] | None = None,
        *,
        mode: Literal["calls", "sample"] = "calls",
        service: str = "python",
    ) -> Trace:
        """Show what runs: what this process does in a ``with`` block lights the city up.

        Only functions in files of the repository are followed, on all threads that begin in the block, and from Python 3.12 on on
        those that are there already. The program's results, exceptions and hooks stay as they are.

        Parameters
        ----------
        root : str or sequence of str, optional
            Follow only this part: a file, a directory or a glob. The whole repository without it.
        mode : {"calls", "sample"}
            Follow each call, or look at all threads a hundred times a second, which costs next to nothing.
        service : str
            What the program is called in the city.

        Returns
        -------
        Trace
            To be used in a ``with`` statement; afterwards it has what was seen.

        Raises
        ------
        UnknownPath
            When there is no such part in the city.
        Error
            When the city is of a recording, or this process is traced already.

        Examples
        --------
        >>> import runpy
        >>> with city.trace("shop") as trace:
        ...     module = runpy.run_path("shop/forgotten.py")
        >>> trace.functions[0]["path"]
        'shop/forgotten.py'
        """
        self._check_open()
        repo, folder = self._page.repo, self._page.folder
        if repo is None or folder is None:
            raise Error(f"{self._title}: this city is of a recording: trace one that repolis.show has made")
        return _trace.make(repo, folder, root=root, mode=mode, service=service, telemetry=self._page.served)
