"""Records of a city, in batches for a function."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from . import _marimo, _repolis

Records = list[dict[str, Any]]

#: How often threads look whether they are still wanted, in seconds.
TICK = 0.25
#: So many records wait for a callback that is busy; what comes meanwhile is counted.
MAX_WAITING = 20_000
#: How often a callback that is too slow is told of, in seconds.
PAUSE = 5.0


class Batches:
    """A callback for batches, on a thread of its own."""

    def __init__(self, served: _repolis.Served, callback: Callable[[Records], object]) -> None:
        self.served, self.callback = served, callback
        self.waiting = served.batches(MAX_WAITING)
        self.is_wanted = True
        self.said: set[str] = set()
        self.missed, self.last_said = 0, -PAUSE
        # In marimo the cell whose thread it is gets what is printed, and may set states.
        self.thread = _marimo.thread(self._run) or threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.is_wanted = False
        self.waiting.close()

    def _run(self) -> None:
        # Marimo asks the threads of a cell to end when the cell runs again.
        while self.is_wanted and not getattr(self.thread, "should_exit", False):
            batch = self.waiting.next(TICK)
            if batch is None:
                continue
            records, missed = batch
            self._miss(missed)
            try:
                drawn = self.callback(records)
                if drawn is not None:
                    self.served.annotate(drawn)
            # `sys.exit()` too would end this thread without a word.
            except BaseException:
                self._say_once(traceback.format_exc().rstrip())
        self.stop()

    def _miss(self, count: int) -> None:
        self.missed += count
        if self.missed and time.monotonic() - self.last_said >= PAUSE:
            name = getattr(self.callback, "__qualname__", repr(self.callback))
            _marimo.say(f"{name}: {self.missed:,} records were left out, as it is slower than they come")
            self.missed, self.last_said = 0, time.monotonic()

    def _say_once(self, text: str) -> None:
        # The message apart, which may have numbers that count up.
        kind = text.rpartition("\n")[0] or text
        if kind not in self.said:
            self.said.add(kind)
            _marimo.say(text)
