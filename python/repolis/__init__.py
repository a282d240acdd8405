"""Any repository becomes a 3D code city: analysed, queried and shown from Python.

>>> import repolis
>>> repo = repolis.analyze(".")
>>> repo
<repolis.Repo ...: ... files, ... imports>

``repo`` has tables that any Arrow library takes (``repo.files``), answers questions about the imports
(``repo.cycles()``, ``repo.dependents("core/db.py")``) and logs the city (``repo.log("city.rrd")``).
"""

from __future__ import annotations

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
