"""What Python runs, function by function: hooks of the interpreter that write to a trace in Rust."""

from __future__ import annotations

import atexit
import os
import re
import sys
import threading
import warnings
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from . import _repolis
from .errors import Error

if TYPE_CHECKING:
    from .answers import TracedCall, TracedFunction

Mode = Literal["calls", "sample"]
Root: TypeAlias = "str | Sequence[str] | None"

#: Ids of tools that are nobody's by convention: those of debuggers, coverage and profilers stay free for them.
TOOLS = (4, 3)

#: As `warnings.filterwarnings` would add it. It stays until the trace ends: since 3.13 Python warns after the hooks of `os.fork`.
FORKS = ("ignore", re.compile("This process .* is multi-threaded", re.IGNORECASE), DeprecationWarning, None, 0)
REPLACED = "the program took the place of the profiler of this thread: what it called from then on is not traced"


class _Hooks(Protocol):
    def start(self) -> None: ...

    def stop(self) -> bool:
        """End; whether they were there until now."""


class _Monitoring:
    """The hooks of ``sys.monitoring``, for all threads."""

    def __init__(self) -> None:
        # Before 3.12 it is not there, and type checkers know.
        self.monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        self.hooks = _repolis.Tracer.hooks()
        self.tool = -1

    def start(self) -> None:
        monitoring = self.monitoring
        free = [tool for tool in TOOLS if monitoring.get_tool(tool) is None]
        if not free:
            names = " and ".join(repr(monitoring.get_tool(tool)) for tool in TOOLS)
            raise Error(f"sys.monitoring has no place for one more tool: {names} have the ids {TOOLS}")
        self.tool = free[0]
        monitoring.use_tool_id(self.tool, "repolis")
        wanted = 0
        for name, hook in self.hooks:
            event = getattr(monitoring.events, name)
            monitoring.register_callback(self.tool, event, hook)
            wanted |= event
        monitoring.set_events(self.tool, wanted)
        # What an earlier trace switched off may be of the repository of this one.
        monitoring.restart_events()

    def stop(self) -> bool:
        if self.tool < 0:
            return True
        monitoring, tool, self.tool = self.monitoring, self.tool, -1
        monitoring.set_events(tool, 0)
        for name, _ in self.hooks:
            monitoring.register_callback(tool, getattr(monitoring.events, name), None)
        monitoring.free_tool_id(tool)
        return True


class _Profile:
    """The hook of profilers, for this thread and those that begin later."""

    def __init__(self) -> None:
        self.starter = _repolis.Tracer.starter(_address("PyEval_SetProfile"))
        self.threads_hook: Any = None
        self.is_begun = False

    def start(self) -> None:
        if sys.getprofile() is not None:
            raise Error("another profiler is at work on this thread, and Python before 3.12 has room for one")
        self.is_begun = True
        self.threads_hook = getattr(threading, "_profile_hook", None)
        threading.setprofile(self.starter)
        _repolis.Tracer.install(self.starter)

    def stop(self) -> bool:
        if not self.is_begun:
            return True
        self.is_begun = False
        is_ours = sys.getprofile() is self.starter
        if is_ours:
            sys.setprofile(None)
        if getattr(threading, "_profile_hook", None) is self.starter:
            threading.setprofile(self.threads_hook)
        return is_ours


def _address(function: str) -> int:
    """Where a function of Python's own is that the stable ABI does not have."""
    try:
        import ctypes

        return ctypes.cast(getattr(ctypes.pythonapi, function), ctypes.c_void_p).value or 0
    except (ImportError, AttributeError) as error:
        raise Error(f"this Python has no ctypes to find {function}, which the trace needs: {error}") from error


class Trace:
    """What the functions of a repository do while a ``with`` block runs; :meth:`City.trace` makes one.

    Examples
    --------
    >>> import runpy
    >>> with city.trace() as trace:
    ...     module = runpy.run_path("shop/forgotten.py")
    >>> [(row["path"], row["calls"]) for row in trace.functions]
    [('shop/forgotten.py', 1)]
    """

    def __init__(self, tracer: _repolis.Tracer, mode: Mode) -> None:
        self._tracer = tracer
        self._mode: Mode = mode
        self._hooks: _Hooks | None = None
        self._process = 0
        if mode == "calls":
            self._hooks = _Monitoring() if sys.version_info >= (3, 12) else _Profile()

    @property
    def mode(self) -> Mode:
        """How it looks: ``"calls"`` follows each call, ``"sample"`` looks a hundred times a second.

        Examples
        --------
        >>> city.trace(mode="sample").mode
        'sample'
        """
        return self._mode

    @property
    def functions(self) -> list[TracedFunction]:
        """What was seen of each function until now, most time of its own first.

        Returns
        -------
        list of dict
            ``path``, ``name`` (qualified; empty for the body of a file), ``line``, ``calls`` and ``errors`` (how many ended by an
            exception that is an error), ``self_seconds`` (in it, and in what it called outside the repository) and
            ``total_seconds``. In a trace by samples ``calls`` is how often it was seen on a stack.

        Examples
        --------
        >>> with city.trace() as trace:
        ...     pass
        >>> trace.functions
        []
        """
        return self._tracer.functions()

    @property
    def calls(self) -> list[TracedCall]:
        """Which functions of the repository called which until now, and how often, most calls first.

        Returns
        -------
        list of dict
            ``from_path``, ``from_name``, ``to_path``, ``to_name``, ``calls``, ``errors``.

        Examples
        --------
        >>> with city.trace() as trace:
        ...     pass
        >>> trace.calls
        []
        """
        return self._tracer.calls()

    def start(self) -> None:
        """Begin, as ``with`` does.

        Raises
        ------
        Error
            When another trace goes on in this process, or there is no place for its hooks.

        Examples
        --------
        >>> trace = city.trace()
        >>> trace.start()
        >>> trace.stop()
        """
        global _current
        if not self._tracer.start():
            raise Error("another trace goes on in this process: stop it before")
        self._process = os.getpid()
        _current = self
        _watch_forks()
        try:
            if self._hooks is not None:
                self._hooks.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End, as the end of ``with`` does. Without effect in a child process, which is not traced.

        Examples
        --------
        >>> trace = city.trace()
        >>> trace.start()
        >>> trace.stop()
        """
        global _current
        if _current is not self or self._process != os.getpid():
            return
        _current = None
        were_there = self._hooks is None or self._hooks.stop()
        self._tracer.stop()
        _remove_filter()
        if not were_there:
            warnings.warn(REPLACED, stacklevel=3)

    def __enter__(self) -> Trace:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "goes on" if _current is self else "does not run"
        return f"<repolis.Trace by {self._mode}: {state}>"


_current: Trace | None = None
_watches_forks = False


def _watch_forks() -> None:
    global _watches_forks
    if not _watches_forks and hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_child=_forked)
        atexit.register(_end)
        _watches_forks = True


def _before_fork() -> None:
    """Python 3.12 warns of threads when a process is copied: not of ours, which do nothing in the copy."""
    # `warnings.filterwarnings` would make Python forget what it has warned of.
    if _current is not None and threading.active_count() == 1 and FORKS not in warnings.filters:
        warnings.filters.insert(0, FORKS)  # type: ignore[attr-defined, unused-ignore]


def _remove_filter() -> None:
    if FORKS in warnings.filters:
        warnings.filters.remove(FORKS)  # type: ignore[attr-defined, unused-ignore]


def _forked() -> None:
    """The threads that hand on what was counted are not in a child process: it runs without hooks."""
    global _current
    trace, _current = _current, None
    if trace is not None:
        trace._tracer.forked()
        if trace._hooks is not None:
            trace._hooks.stop()
        _remove_filter()


def _end() -> None:
    if _current is not None:
        _current.stop()


def make(
    repo: _repolis.Repo,
    folder: str,
    *,
    root: Root,
    mode: str,
    service: str,
    telemetry: _repolis.Served | _repolis.Live,
) -> Trace:
    """A trace of a repository in a folder."""
    if mode not in ("calls", "sample"):
        raise Error(f'mode={mode!r}: there are "calls" and "sample"')
    threads = None
    if mode == "sample":
        threads = _address("PyInterpreterState_ThreadHead"), _address("PyThreadState_Next")
    tracer = _repolis.Tracer(repo, folder, within=root, threads=threads, service=service, telemetry=telemetry)
    return Trace(tracer, "sample" if mode == "sample" else "calls")
