"""What Repolis does differently in a marimo notebook."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from .errors import Error


def is_running() -> bool:
    """Whether this is a cell of a marimo notebook."""
    # Not imported for this: a program that does not use marimo need not wait for it.
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


def reader() -> threading.Thread | None:
    """The thread that runs the cells for one reader of ``marimo run``: it ends when the reader is gone; ``None`` elsewhere."""
    if not is_running():
        return None
    import marimo

    thread = threading.current_thread()
    if thread is threading.main_thread() or isinstance(thread, marimo.Thread) or marimo.app_meta().mode != "run":
        return None
    return thread


def session() -> object:
    """What tells the notebooks apart that run in one process, as those of ``marimo run`` do; ``None`` outside."""
    if not is_running():
        return None
    if (thread := reader()) is not None:
        return thread
    try:
        from marimo._runtime.context import get_context

        return id(get_context().stream)
    # It is private, and one notebook a process is usual.
    except Exception:
        return None


def thread(target: Callable[[], None]) -> threading.Thread | None:
    """A thread that belongs to the cell, so that it prints there and sets states; ``None`` outside a notebook."""
    if not is_running():
        return None
    import marimo

    return marimo.Thread(target=target, daemon=True)


def state(value: Any) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """Getter and setter of a new state."""
    marimo = sys.modules.get("marimo")
    # A notebook that runs as a script has states too, and nobody who sets them.
    if marimo is None or marimo.app_meta().mode is None:
        raise Error("city.state() is for marimo notebooks: use city.on_select(callback) or city.selection elsewhere")
    made: tuple[Callable[[], Any], Callable[[Any], None]] = marimo.state(value)
    return made


def say(text: str) -> None:
    """Prints below the cell whose thread this is; on standard error where there is none, and in an app, which shows none."""
    marimo = sys.modules.get("marimo")
    mode = marimo.app_meta().mode if marimo is not None else None
    if mode == "edit":
        try:
            # Of a thread's output only what goes through marimo's own print reaches the cell.
            from marimo._messaging.print_override import print_override
        except ImportError:
            pass
        else:
            print_override(text)
            return
    # Jupyter's is one of its own, and shown.
    # In one piece, as several threads may print.
    print(text + "\n", end="", file=sys.__stderr__ if mode == "run" and sys.__stderr__ else sys.stderr, flush=True)


def spinner(title: str) -> contextlib.AbstractContextManager[Any]:
    """Marimo's spinner while something goes on; nothing outside a notebook."""
    if not is_running():
        return contextlib.nullcontext()
    import marimo

    return marimo.status.spinner(title=title, remove_on_exit=True)


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Marimo's progress bar while the work goes on, as a listener."""
    import marimo

    with marimo.status.progress_bar(total=100, title="Repolis", remove_on_exit=True) as bar:
        shown = 0

        def tell(done: int, total: int, what: str) -> None:
            nonlocal shown
            # Parts of a hundred; it never goes back where a stage begins anew.
            percent = 100 * done // max(total, 1)
            bar.update(increment=max(percent - shown, 0), subtitle=f"{what}: {done:,} of {total:,}")
            shown = max(shown, percent)

        yield tell
