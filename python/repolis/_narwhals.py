"""Tables for what speaks narwhals, such as ``mo.ui.table``, Altair and Plotly."""

from __future__ import annotations

from typing import Any


def compliant(table: Any) -> Any:
    """The table as narwhals' own frame, in the first library that is installed."""
    import narwhals as nw

    for backend in ("polars", "pyarrow", "pandas"):
        try:
            frame = nw.from_arrow(table, backend=backend)
        except ModuleNotFoundError:
            continue
        return frame._compliant_frame
    raise ModuleNotFoundError(
        "a table needs polars, pyarrow or pandas here; install one of them, such as: pip install polars"
    )
