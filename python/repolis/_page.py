"""Pages that are served, which the cities of one name share, and the threads that hear what is clicked there."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import threading
import traceback
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _marimo, _repolis

if TYPE_CHECKING:
    from ._batches import Batches
    from ._logging import LogHandler

Selection = dict[str, Any]

#: A page is closed when nobody has wanted it for so many seconds.
LINGER = 10.0
#: How often threads look whether they are still wanted, in seconds.
TICK = 0.25
#: More selections than these are not kept for a callback that is busy: the oldest go.
MAX_WAITING = 1000


class Page:
    """A page that is served, which the cities that re-run cells make share."""

    def __init__(
        self, key: tuple[object, str], served: _repolis.Served, place: tuple[int, str, tuple[str, ...]]
    ) -> None:
        self.key = key
        self.served = served
        self.place = place
        #: What is shown and where it is on disk, if it is no recording.
        self.repo: _repolis.Repo | None = None
        self.folder: str | None = None
        self.owners = 0
        # Their cities outlive the cells of a reader who is gone, until Python finds the time to collect them.
        self.reader = _marimo.reader()
        self.closing: threading.Timer | None = None
        self.is_open = True
        self.selection: Selection | None = None
        self.listeners: dict[object, Listener] = {}
        self.batches: dict[object, Batches] = {}
        self.log_handler: LogHandler | None = None
        self.otlp: dict[str, int] | None = None
        self.events = served.events()
        thread = threading.Thread(target=self._follow, args=(self.events,), name="repolis-events", daemon=True)
        thread.start()
        _following.add(thread)

    def _follow(self, events: _repolis.Events) -> None:
        while self.is_open:
            event = events.next(TICK)
            if self.reader is not None and not self.reader.is_alive():
                self.reader = None
                abandon(self)
            if event is None:
                continue
            if event["event"] == "selected":
                self.selection = _selection(event)
            elif event["event"] == "cleared":
                self.selection = None
            else:
                continue
            for listener in list(self.listeners.values()):
                listener.put(self.selection)

    def shows(self, content: Any) -> None:
        """Note what is shown now."""
        is_repo = isinstance(content, _repolis.Repo)
        self.repo = content if is_repo else None
        # The process may go to another folder later.
        self.folder = os.path.abspath(content.root) if is_repo and content.root is not None else None

    def close(self) -> None:
        self.is_open = False
        self.events.close()
        self.served.stop()
        for listener in self.listeners.values():
            listener.stop()
        for batches in self.batches.values():
            batches.stop()


class Listener:
    """A callback on a thread of its own: one that blocks holds up nothing else."""

    def __init__(self, callback: Callable[[Any], object]) -> None:
        self.callback = callback
        self.waiting: queue.Queue[Any] = queue.Queue(MAX_WAITING)
        self.is_wanted = True
        # In marimo the cell whose thread it is gets what is printed, and may set states.
        self.thread = _marimo.thread(self._run) or threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def put(self, value: Any) -> None:
        while True:
            try:
                return self.waiting.put_nowait(value)
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self.waiting.get_nowait()

    def stop(self) -> None:
        self.is_wanted = False

    def _run(self) -> None:
        # Marimo asks the threads of a cell to end when the cell runs again.
        while self.is_wanted and not getattr(self.thread, "should_exit", False):
            try:
                value = self.waiting.get(timeout=TICK)
            except queue.Empty:
                continue
            try:
                self.callback(value)
            except Exception:
                _marimo.say(traceback.format_exc().rstrip())
        self.is_wanted = False


pages: dict[tuple[object, str], Page] = {}
lock = threading.RLock()
#: Threads that wait in Rust, where Python must not end them.
_following: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


def hold(page: Page) -> None:
    """One more has the page open."""
    with lock:
        page.owners += 1
        if page.closing is not None:
            page.closing.cancel()
            page.closing = None


def release(page: Page) -> None:
    """One that had the page open is gone."""
    with lock:
        page.owners -= 1
        if page.owners == 0:
            _close_soon(page)


def abandon(page: Page) -> None:
    """All that had the page open are gone, or soon will be."""
    with lock:
        page.owners = 0
        _close_soon(page)


def _close_soon(page: Page) -> None:
    if page.is_open and page.closing is None:
        page.closing = threading.Timer(LINGER, _close_unless_wanted, args=(page,))
        page.closing.daemon = True
        page.closing.start()


def _close_unless_wanted(page: Page) -> None:
    with lock:
        if page.owners <= 0:
            close(page)


def close(page: Page) -> None:
    """Close a page for all who have it."""
    with lock:
        page.close()
        if pages.get(page.key) is page:
            del pages[page.key]


@atexit.register
def _close_all() -> None:
    for page in list(pages.values()):
        close(page)
    for thread in list(_following):
        thread.join(1)


def _selection(event: dict[str, Any]) -> Selection:
    details = event["details"]
    return {
        "path": event["path"],
        "kind": event["kind"],
        "function": event["function"],
        "language": details["language"],
        "metrics": {metric["name"]: metric["value"] for metric in details["metrics"]},
        "imports": [row["path"] for row in details["imports"]["items"]],
        "imported_by": [row["path"] for row in details["imported_by"]["items"]],
        "page": event["page"],
    }
