"""The native part of `repolis`."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias, final, overload

from . import answers

__all__ = ["Events", "Repo", "Served", "Table", "__version__", "_end", "analyze", "load", "run"]

__version__: Final[str]

_Path: TypeAlias = str | os.PathLike[str]
_Names: TypeAlias = str | Sequence[str]
_Kinds: TypeAlias = answers.Kind | Sequence[answers.Kind]

class _ArrowTable(Protocol):
    """A DataFrame, Series or table of polars, pyarrow, DuckDB, pandas 2.2, …."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...

class _Series(Protocol):
    """A Series of pandas, old ones too."""

    @property
    def index(self) -> Any: ...
    def items(self) -> Any: ...

class _RecordingStream(Protocol):
    """``rerun.RecordingStream`` of rerun-sdk 0.36.3."""

    def send_chunks(self, chunks: Any) -> None: ...

_Values: TypeAlias = Mapping[str, Any] | _ArrowTable | _Series

def analyze(
    path: _Path,
    progress: Callable[[int, int, str], object],
    *,
    include: Sequence[str],
    exclude: Sequence[str],
    hidden: bool,
    no_ignore: bool,
    with_: Sequence[str],
) -> Repo: ...
def load(path: _Path) -> Repo: ...
def _end() -> None: ...
def run(arguments: Sequence[_Path]) -> int: ...

@final
class Repo:
    @property
    def name(self) -> str: ...
    @property
    def root(self) -> Path | None: ...
    @property
    def commit(self) -> str | None: ...
    @property
    def files(self) -> Table: ...
    @property
    def directories(self) -> Table: ...
    @property
    def functions(self) -> Table: ...
    @property
    def imports(self) -> Table: ...
    @property
    def externals(self) -> Table: ...
    @property
    def diagnostics(self) -> Table: ...
    @property
    def skipped(self) -> Table: ...
    @property
    def metrics(self) -> Table: ...
    def table(
        self,
        name: Literal[
            "files",
            "directories",
            "functions",
            "imports",
            "externals",
            "unresolved",
            "skipped",
            "diagnostics",
            "metrics",
        ],
    ) -> Table: ...
    def cycles(
        self, *, within: _Names | None = None, breaking: bool = False, kinds: _Kinds | None = None
    ) -> list[answers.Cycle]: ...
    def shortest_path(self, a: str, b: str, *, kinds: _Kinds | None = None) -> list[str] | None: ...
    def paths(self, a: str, b: str, *, limit: int = 10, kinds: _Kinds | None = None) -> answers.Paths: ...
    @overload
    def dependents(
        self, files: _Names, *, depth: int | None = None, kinds: _Kinds | None = None, tree: Literal[False] = False
    ) -> list[answers.Reached]: ...
    @overload
    def dependents(
        self, files: _Names, *, depth: int | None = None, kinds: _Kinds | None = None, tree: Literal[True]
    ) -> list[answers.TreeRow]: ...
    @overload
    def dependencies(
        self, files: _Names, *, depth: int | None = None, kinds: _Kinds | None = None, tree: Literal[False] = False
    ) -> list[answers.Reached]: ...
    @overload
    def dependencies(
        self, files: _Names, *, depth: int | None = None, kinds: _Kinds | None = None, tree: Literal[True]
    ) -> list[answers.TreeRow]: ...
    def top(
        self,
        metric: str,
        n: int = 20,
        *,
        by: Literal["file", "directory", "function"] = "file",
        ascending: bool = False,
        within: _Names | None = None,
    ) -> list[answers.Ranked]: ...
    def explain(self, a: str, b: str, *, kinds: _Kinds | None = None) -> answers.Explained: ...
    def impact(
        self,
        files: _Names | None = None,
        *,
        changed: str | bool | None = None,
        depth: int | None = None,
        kinds: _Kinds | None = None,
    ) -> answers.Impact: ...
    def communities(self) -> answers.Communities: ...
    def unresolved(
        self, by: Literal["reason", "file", "import"] = "reason", *, within: _Names | None = None
    ) -> list[answers.UnresolvedGroup]: ...
    def entry_points(self, kind: _Names | None = None, *, within: _Names | None = None) -> list[answers.EntryPoint]: ...
    def unused(self, *, within: _Names | None = None) -> list[answers.UnusedFile]: ...
    def observed(self, *, within: _Names | None = None) -> answers.Observed: ...
    def summary(self, rows: int = 5) -> answers.Summary: ...
    def file(self, path: str) -> answers.File: ...
    def source(self, path: str) -> str: ...
    def log(
        self,
        target: _Path | _RecordingStream | None = None,
        *,
        connect: str | None = None,
        area: str | None = None,
        height: str | None = None,
        color: str | None = None,
        arcs: int | None = None,
    ) -> None: ...
    def add_metric(self, name: str, values: _Values, *, unit: str = "", description: str = "") -> None: ...
    def __len__(self) -> int: ...

@final
class Table:
    @property
    def name(self) -> str: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    def describe(self) -> list[answers.ColumnInfo]: ...
    def __len__(self) -> int: ...
    def __narwhals_dataframe__(self) -> Any: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Served:
    def __new__(
        cls,
        content: Repo | Sequence[_Path],
        *,
        area: str | None,
        height: str | None,
        color: str | None,
        arcs: int | None,
        port: int,
        base_url: str,
        allow_hosts: Sequence[str],
    ) -> Served: ...
    def replace(
        self,
        content: Repo | Sequence[_Path],
        *,
        area: str | None,
        height: str | None,
        color: str | None,
        arcs: int | None,
    ) -> None: ...
    @property
    def port(self) -> int: ...
    @property
    def path(self) -> str: ...
    @property
    def pages(self) -> int: ...
    def drive(self, remote: Mapping[str, Any]) -> None: ...
    def add_metric(
        self, name: str, values: Mapping[str, float | str | None], unit: str, description: str
    ) -> list[str]: ...
    def events(self) -> Events: ...
    def stop(self) -> None: ...

@final
class Events:
    def next(self, timeout: float) -> dict[str, Any] | None: ...
    def close(self) -> None: ...
