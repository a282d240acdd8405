"""Shows cities that Repolis exported, without native code.

``repolis export FOLDER --format html -o DIR`` writes a folder that any web host serves; :func:`replay` shows it in a notebook.
All other names of the native package are known here too, and say what they need when they are used.
"""

from __future__ import annotations

from typing import NoReturn

from ._replay import Replay, replay

__all__ = ["Error", "NeedsNative", "Replay", "__version__", "replay"]

__version__ = "0.1.0"

# What the native package has, and what each is for.
_NATIVE = {
    "analyze": "analysing a repository",
    "load": "reading a recording",
    "show": "serving a city",
    "rust_metric": "compiling a metric",
    "RustMetric": "compiling a metric",
    "Repo": "an analysis",
    "Table": "an analysis",
    "City": "a city that is served",
    "Trace": "a trace",
    "LogHandler": "a city that is served",
    "Span": "a city that is served",
    "UnknownMetric": "an analysis",
    "UnknownPath": "an analysis",
}


class Error(Exception):
    """The root of all errors of Repolis."""


class NeedsNative(Error, ImportError):
    """Something was used that this package, which is pure Python, does not have."""


def __getattr__(name: str) -> NoReturn:
    if name in _NATIVE:
        raise NeedsNative(
            f"repolis.{name}: {_NATIVE[name]} needs the native package, and this is the one in pure Python. Outside of a browser,"
            " run `pip install .` in a checkout of Repolis, or `repolis export FOLDER --format html -o DIR` on a machine that has"
            " it, and show the folder here with repolis.replay(URL)."
        )
    raise AttributeError(f"module 'repolis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_NATIVE])
