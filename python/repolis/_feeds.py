"""What an open city is told of what runs, and what it tells of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

from . import _page, _repolis
from ._batches import Batches, Records
from ._logging import LogHandler
from ._span import Span, program

if TYPE_CHECKING:
    from ._page import Page

Callback = TypeVar("Callback", bound=Callable[[Records], object])


class Feeds:
    """The part of :class:`repolis.City` that is told of what runs: events, numbers, spans, log records and tables of them.

    Examples
    --------
    >>> city.event("sold", path="shop/cart.py", function="total", items=3)
    True
    """

    _page: Page

    def _served(self) -> _repolis.Served:
        raise NotImplementedError

    @property
    def otlp(self) -> dict[str, int] | None:
        """Ports at which OpenTelemetry is received, ``grpc`` and ``http``; ``None`` if it is not.

        Examples
        --------
        >>> city = repolis.show(repo, otlp={"grpc_port": 0, "http_port": 0})
        >>> city.otlp
        {'grpc': ..., 'http': ...}
        """
        return self._page.otlp

    def _receive(self, ports: tuple[int, int] | None) -> None:
        taken = self._served().receive(ports)
        self._page.otlp = None if taken is None else {"grpc": taken[0], "http": taken[1]}

    def event(
        self,
        name: str,
        *,
        path: str | os.PathLike[str] | None = None,
        function: str | None = None,
        line: int | None = None,
        severity: str | int | None = None,
        error: BaseException | str | bool | None = None,
        **attributes: Any,
    ) -> bool:
        """Tell that something happened. It lights up the building of the file.

        Parameters
        ----------
        name : str
            What happened.
        path : str or os.PathLike, optional
            The file. Without ``path`` and ``function`` it is the place of the caller.
        function : str, optional
            The function, as ``Class.method``, or qualified by its module.
        line : int, optional
            The line, from 1.
        severity : str or int, optional
            ``"trace"``, ``"debug"``, ``"info"``, ``"warn"``, ``"error"`` or ``"fatal"``, or a number as OpenTelemetry has them.
        error : BaseException, str or bool, optional
            What went wrong: files with errors have a colour of their own.
        attributes : optional
            What else there is to say.

        Returns
        -------
        bool
            Whether it has a place in the city.

        Raises
        ------
        Error
            When the city is closed, or a value is none.

        Examples
        --------
        >>> city.event("sold", path="shop/cart.py", function="total", items=3)
        True
        >>> city.event("refused", path="shop/stock.py", error="no such item")
        True
        >>> city.event("sold", path="elsewhere.py")
        False
        """
        record = _placed("event", name, path, function, line, sys._getframe(1))
        record |= {"severity": severity, "error": error, "attributes": attributes}
        return self._served().record(record, program())

    def scalar(
        self,
        name: str,
        value: float,
        *,
        path: str | os.PathLike[str] | None = None,
        function: str | None = None,
        unit: str = "",
    ) -> bool:
        """Tell a number at this time. It is drawn as a line.

        Parameters
        ----------
        name : str
            Name of its series.
        value : float
            The number.
        path : str or os.PathLike, optional
            The file that it belongs to. Without ``path`` and ``function`` it is that of the caller.
        function : str, optional
            The function.
        unit : str
            Unit of the value.

        Returns
        -------
        bool
            Whether it has a place in the city.

        Raises
        ------
        Error
            When the city is closed, or the value is no finite number.

        Examples
        --------
        >>> city.scalar("stock", 17, path="shop/stock.py", unit="items")
        True
        """
        record = _placed("scalar", name, path, function, None, sys._getframe(1))
        record |= {"value": value, "unit": unit}
        return self._served().record(record, program())

    def span(
        self,
        name: str,
        *,
        path: str | os.PathLike[str] | None = None,
        function: str | None = None,
        **attributes: Any,
    ) -> Span:
        """Measure a block of code. Spans in it are its calls, in tasks of asyncio too; an exception is an error, and goes on.

        Parameters
        ----------
        name : str
            What the block does.
        path : str or os.PathLike, optional
            The file. Without ``path`` and ``function`` it is the place of the caller.
        function : str, optional
            The function.
        attributes : optional
            What else there is to say.

        Returns
        -------
        Span
            To be entered by ``with``. Its ``set`` takes further attributes.

        Raises
        ------
        Error
            When the city is closed.

        Examples
        --------
        >>> with city.span("checkout", path="shop/main.py", function="run") as span:
        ...     with city.span("price", path="shop/stock.py", function="price"):
        ...         span.set(items=3)
        """
        self._served()
        return Span(self, _placed("span", name, path, function, None, sys._getframe(1)), attributes)

    def log_handler(self) -> LogHandler:
        """Return the handler of this city for ``logging``: log records light up the files that write them.

        Returns
        -------
        LogHandler
            The same one each time, so that a cell that runs again adds it once.

        Examples
        --------
        >>> import logging
        >>> logging.getLogger("shop").addHandler(city.log_handler())
        """
        page = self._page
        if page.log_handler is None:
            page.log_handler = LogHandler(self)
        return page.log_handler

    def ingest(self, records: Iterable[Mapping[str, Any]] | Any, *, service: str | None = None) -> dict[str, Any]:
        """Take many records at once: a million a second and more.

        Parameters
        ----------
        records : list of dict, DataFrame or Arrow table
            Rows with the keys or columns that the page `feeds` of the documentation names: ``name``, ``path``, ``function``,
            ``time``, ``duration_ms``, ``value``, ``severity``, ``message``, ``error``, …. What makes no record is left out and told
            of.
        service : str, optional
            Name of the program, for records without one. ``OTEL_SERVICE_NAME`` or ``"python"`` without it.

        Returns
        -------
        dict
            ``accepted`` and ``placed``, how many; ``rejected``, a list of dicts of ``index`` and ``reason``, the first 100;
            ``rejected_count``, how many there are in all.

        Raises
        ------
        Error
            When the city is closed, or it is no list and no table.

        Examples
        --------
        >>> city.ingest([{"name": "sold", "path": "shop/cart.py", "function": "total"}, {"value": 3}])
        {'accepted': 1, 'placed': 1, 'rejected': [{'index': 1, 'reason': 'a scalar needs name and value'}], 'rejected_count': 1}
        """
        served = self._served()
        is_table = hasattr(records, "__arrow_c_stream__") or hasattr(records, "__arrow_c_array__")
        if not isinstance(records, (list, str, bytes, Mapping)) and not is_table and isinstance(records, Iterable):
            records = list(records)
        return served.ingest(records, service or program())

    def on_events(self, callback: Callback) -> Callback:
        """Call a function for what is told to the city, by whomever: in batches, ten a second at most.

        It runs on a thread of its own, one call after another. One that is slow holds up nothing: what it has no time for is
        left out and counted. What it raises is printed, the same thing once. A function of the same name takes the place of
        the one before, so that a cell can run again.

        Parameters
        ----------
        callback : callable
            Called with a list of dicts of primitives: ``kind``, ``time`` (seconds since 1970), ``service``, ``name``, ``path``,
            ``function``, ``severity``, ``message``, ``error``, ``duration_ms``, ``value``, ``attributes``; ``None`` for what there
            is not.
            It may return a dict to draw: as :meth:`annotate` takes it, ``{"severity": {path: 0…4}, "annotations": [{"path":
            path, "text": text}, …]}``.

        Returns
        -------
        callable
            The callback, so that this is a decorator too.

        Examples
        --------
        >>> @city.on_events
        ... def watch(records):
        ...     slow = {record["path"]: 2 for record in records if (record["duration_ms"] or 0) > 100 and record["path"]}
        ...     return {"severity": slow}
        """
        served, page = self._served(), self._page
        key = (getattr(callback, "__module__", None), getattr(callback, "__qualname__", None) or id(callback))
        with _page.lock:
            before = page.batches.pop(key, None)
            if before is not None:
                before.stop()
            page.batches[key] = Batches(served, callback)
        return callback

    def annotate(
        self,
        *,
        severity: Mapping[str, int] | None = None,
        annotations: Iterable[Mapping[str, str]] | None = None,
    ) -> None:
        """Draw what one found out: colours and texts at buildings. Each takes the place of all that was drawn so before.

        Parameters
        ----------
        severity : dict, optional
            How bad it is by path, from 1 (worth a look) to 4 (on fire); 0 is nothing.
        annotations : list of dict, optional
            ``path`` of a file and ``text`` to stand above it.

        Raises
        ------
        UnknownPath
            When one of the paths is not in the city.

        Examples
        --------
        >>> city.annotate(severity={"shop/cart.py": 3}, annotations=[{"path": "shop/cart.py", "text": "slow"}])
        >>> city.annotate(severity={}, annotations=[])
        """
        drawn: dict[str, Any] = {}
        if severity is not None:
            drawn["severity"] = dict(severity)
        if annotations is not None:
            drawn["annotations"] = [dict(annotation) for annotation in annotations]
        self._served().annotate(drawn)


def _placed(
    kind: str,
    name: str,
    path: str | os.PathLike[str] | None,
    function: str | None,
    line: int | None,
    frame: FrameType,
) -> dict[str, Any]:
    """The beginning of a record; what names no place is where the caller is."""
    if path is None and function is None:
        code = frame.f_code
        path, line = code.co_filename, frame.f_lineno
        function = getattr(code, "co_qualname", code.co_name)
        if function == "<module>":
            function = None
    place = None if path is None else os.fspath(path)
    return {"kind": kind, "name": name, "path": place, "function": function, "line": line}
