"""Any repository becomes a 3D code city: analysed, queried and shown from Python.

>>> import repolis
>>> repo = repolis.analyze(".")
>>> repo
<repolis.Repo ...: ... files, ... imports>

``repo`` has tables that any Arrow library takes (``repo.files``), answers questions about the imports
(``repo.cycles()``, ``repo.dependents("core/db.py")``) and logs the city (``repo.log("city.rrd")``).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._analyze import analyze, load
    from ._city import City
    from ._logging import LogHandler
    from ._repolis import Repo, Table, __version__
    from ._rust import RustMetric, rust_metric
    from ._show import replay, show
    from ._span import Span
    from ._trace import Trace
    from .errors import Error, UnknownMetric, UnknownPath

__all__ = [
    "City",
    "Error",
    "LogHandler",
    "Repo",
    "RustMetric",
    "Span",
    "Table",
    "Trace",
    "UnknownMetric",
    "UnknownPath",
    "__version__",
    "analyze",
    "load",
    "replay",
    "rust_metric",
    "show",
]

# Each is imported when it is first asked for: a program that is traced does not wait for what draws cities.
_MODULES = {
    "_analyze": ("analyze", "load"),
    "_city": ("City",),
    "_logging": ("LogHandler",),
    "_repolis": ("Repo", "Table", "__version__"),
    "_rust": ("RustMetric", "rust_metric"),
    "_show": ("replay", "show"),
    "_span": ("Span",),
    "_trace": ("Trace",),
    "errors": ("Error", "UnknownMetric", "UnknownPath"),
}


# Of a module that has this, type checkers take any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        from importlib import import_module

        for module, names in _MODULES.items():
            if name in names:
                value = globals()[name] = getattr(import_module(f".{module}", __name__), name)
                return value
        if name in ("answers", "errors"):
            return import_module(f".{name}", __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "errors"})
