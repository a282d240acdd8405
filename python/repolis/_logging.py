"""Log records of Python as records of a city."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ._span import around, program

if TYPE_CHECKING:
    from ._feeds import Feeds


class LogHandler(logging.Handler):
    """A handler of ``logging`` that lights up the files that write log records.

    Parameters
    ----------
    city : City
        The open city. Once it is closed nothing is done.
    level : int or str
        Least level of the records to take.

    Examples
    --------
    >>> import logging
    >>> logger = logging.getLogger("shop.cart")
    >>> logger.addHandler(repolis.LogHandler(city, level="WARNING"))
    >>> logger.warning("the cart is full")
    """

    def __init__(self, city: Feeds, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._city = city

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record of ``logging``.

        Parameters
        ----------
        record : logging.LogRecord
            The record.

        Examples
        --------
        >>> import logging
        >>> city.log_handler().emit(logging.makeLogRecord({"msg": "sold", "pathname": "shop/cart.py"}))
        """
        if not self._city._page.is_open:
            return
        try:
            self._city._served().record(_of_logging(record), program())
        except Exception:
            self.handleError(record)


#: Levels of ``logging``, and the severities of OpenTelemetry that begin there.
_LEVELS = [(logging.CRITICAL, 21), (logging.ERROR, 17), (logging.WARNING, 13), (logging.INFO, 9), (logging.DEBUG, 5)]
#: What every record of ``logging`` has.
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def _of_logging(record: logging.LogRecord) -> dict[str, Any]:
    severity = next((severity for level, severity in _LEVELS if record.levelno >= level), 1)
    outer = around.get()
    return {
        "kind": "log",
        "time": record.created,
        "name": record.name,
        "severity": severity,
        "message": record.getMessage(),
        "path": record.pathname,
        "function": None if record.funcName == "<module>" else record.funcName,
        "line": record.lineno,
        "error": record.exc_info[1] if record.exc_info else None,
        "trace": outer[0] if outer else None,
        "span": outer[1] if outer else None,
        "attributes": {name: value for name, value in vars(record).items() if name not in _USUAL},
    }
