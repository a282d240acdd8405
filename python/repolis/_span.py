"""Blocks of code that are measured."""

from __future__ import annotations

import contextlib
import contextvars
import os
import random
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .errors import Error

if TYPE_CHECKING:
    from ._feeds import Feeds

#: Trace and id of the span around what runs.
around: contextvars.ContextVar[tuple[int, int] | None] = contextvars.ContextVar("repolis_span", default=None)
# The program's own random numbers stay as they are.
_ids = random.Random()


class Span:
    """A block of code that is measured. :meth:`repolis.City.span` makes one.

    Examples
    --------
    >>> with city.span("checkout", path="shop/main.py") as span:
    ...     span.set(items=3)
    """

    def __init__(self, city: Feeds, record: dict[str, Any], attributes: dict[str, Any]) -> None:
        self._city, self._record, self._attributes = city, record, attributes
        self._token: contextvars.Token[tuple[int, int] | None] | None = None
        self._since = 0

    def set(self, **attributes: Any) -> None:
        """Say more of it.

        Parameters
        ----------
        attributes : optional
            What there is to say.

        Examples
        --------
        >>> with city.span("checkout", path="shop/main.py") as span:
        ...     span.set(items=3)
        """
        self._attributes.update(attributes)

    def __enter__(self) -> Span:
        outer, own = around.get(), _ids.getrandbits(63)
        trace, parent = outer or (_ids.getrandbits(63), None)
        self._token = around.set((trace, own))
        self._record |= {"trace": trace, "span": own, "parent": parent, "time": time.time_ns()}
        self._since = time.perf_counter_ns()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, exception: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        took = time.perf_counter_ns() - self._since
        if self._token is not None:
            # A generator may be closed elsewhere than where it was begun.
            with contextlib.suppress(ValueError):
                around.reset(self._token)
        failure = None if isinstance(exception, GeneratorExit) else exception
        record = self._record | {"end": self._record["time"] + took, "error": failure, "attributes": self._attributes}
        # What is measured goes on, whatever became of the city.
        with contextlib.suppress(Error):
            self._city._served().record(record, program())


def program() -> str:
    """The name of this program for records that do not name one."""
    return os.environ.get("OTEL_SERVICE_NAME") or "python"
