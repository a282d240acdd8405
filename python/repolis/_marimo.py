"""What Repolis does differently in a marimo notebook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


def is_running() -> bool:
    """Whether this is a cell of a marimo notebook."""
    # Not imported for this: a program that does not use marimo need not wait for it.
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Marimo's progress bar while the work goes on, as a listener."""
    import marimo

    with marimo.status.progress_bar(total=100, title="Repolis", remove_on_exit=True) as bar:
        shown = 0

        def tell(done: int, total: int, what: str) -> None:
            nonlocal shown
            # A part of a hundred; stages may begin anew.
            percent = 100 * done // max(total, 1)
            bar.update(increment=max(percent - shown, 0), subtitle=f"{what}: {done:,} of {total:,}")
            shown = max(shown, percent)

        yield tell
