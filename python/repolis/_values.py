"""Values by path, in whatever a notebook has them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from .errors import Error, UnknownPath

HOW = "give a dict by path, a Series whose index has the paths, or a DataFrame with a column `path` and one more"


def by_path(values: Any) -> dict[str, Any]:
    """Values by path of a dict, a Series or a DataFrame of any library."""
    if isinstance(values, Mapping):
        pairs = values.items()
    elif hasattr(values, "column_names"):
        pairs = _of_arrow(values)
    elif hasattr(values, "columns"):
        pairs = _of_frame(values)
    elif hasattr(values, "index") and hasattr(values, "items"):
        pairs = values.items()
    else:
        raise Error(f"values of type {type(values).__name__}: {HOW}")
    return {str(path): _plain(value) for path, value in pairs}


def name_of(values: Any) -> str | None:
    """What a Series or DataFrame calls its values."""
    if hasattr(values, "columns"):
        names = [str(name) for name in values.columns if str(name) != "path"]
        return names[0] if len(names) == 1 else None
    name = getattr(values, "name", None)
    return name if isinstance(name, str) and name else None


def warn_of(unknown: list[str], given: int) -> None:
    """Say which paths are not in the repository; that none is there is a mistake."""
    if not unknown:
        return
    text = f"{unknown[0]}: this path is not in the repository"
    if len(unknown) > 1:
        text = f"{len(unknown)} paths are not in the repository, such as {unknown[0]}"
    if len(unknown) == given:
        raise UnknownPath(text, unknown[0], [])
    warnings.warn(text, stacklevel=3)


def _of_frame(frame: Any) -> Any:
    names = [str(name) for name in frame.columns]
    if "path" in names and len(names) == 2:
        [value] = [name for name in frame.columns if str(name) != "path"]
        if hasattr(frame, "fetchall"):
            # A relation of DuckDB is a question; asked twice, its rows may come in another order.
            at = names.index("path")
            return ((row[at], row[1 - at]) for row in frame.fetchall())
        return zip(_list(frame["path"]), _list(frame[value]), strict=True)
    if len(names) == 1 and hasattr(frame, "index"):
        return frame[frame.columns[0]].items()
    raise Error(f"a DataFrame with the columns {', '.join(names)}: {HOW}")


def _of_arrow(table: Any) -> Any:
    names = list(table.column_names)
    if "path" in names and len(names) == 2:
        [value] = [name for name in names if name != "path"]
        return zip(table.column("path").to_pylist(), table.column(value).to_pylist(), strict=True)
    raise Error(f"a table with the columns {', '.join(names)}: {HOW}")


def _list(column: Any) -> list[Any]:
    return column.to_list() if hasattr(column, "to_list") else list(column)


def _plain(value: Any) -> Any:
    """As a number or text of Python: numpy's and pandas' own become those."""
    if isinstance(value, (bool, int, float, str)) or value is None:
        # A negative number is no count.
        return float(value) if isinstance(value, int) and value < 0 else value
    if hasattr(value, "item"):
        return _plain(value.item())
    try:
        return float(value)
    except (TypeError, ValueError):
        # What pandas means by a missing value is no number either.
        return None if type(value).__name__ in ("NAType", "NaTType") else str(value)
