"""Tables of a `Repo` in the libraries that take them, and metrics of one's own out of these."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import marimo as mo
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
import repolis
import shop
from repolis import Repo

TABLES = ["files", "directories", "functions", "imports", "externals", "diagnostics", "skipped", "metrics"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.write(tmp_path_factory.mktemp("tables") / "shop")


@pytest.fixture
def repo(folder: Path) -> Repo:
    return repolis.analyze(folder)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_same_everywhere(name: str, repo: Repo) -> None:
    table = getattr(repo, name)
    assert table.name == name and len(table) == table.num_rows
    # DuckDB finds it by the name of the variable.
    rows, expect = table, pa.table(table)
    assert len(rows) == expect.num_rows
    assert expect.column_names == table.column_names and expect.num_rows == len(table)
    assert pl.DataFrame(table).to_arrow().to_pylist() == expect.to_pylist()
    assert duckdb.sql("SELECT * FROM rows").fetchall() == [tuple(row.values()) for row in expect.to_pylist()]
    assert pd.DataFrame.from_arrow(table).shape == expect.shape
    assert nw.from_native(table).to_arrow().to_pylist() == expect.to_pylist()
    assert repo.table(name).column_names == table.column_names


def test_marimo_shows_a_table(repo: Repo) -> None:
    shown = mo.ui.table(repo.files)
    assert "shop/cart.py" in shown.text or shown.value is not None


@pytest.mark.parametrize("name", TABLES)
def test_columns_say_what_they_are(name: str, repo: Repo) -> None:
    table = getattr(repo, name)
    schema = pa.table(table).schema
    about = table.describe()
    assert [column["name"] for column in about] == schema.names
    for column in about:
        assert column["description"], column
        metadata = schema.field(column["name"]).metadata or {}
        assert metadata.get(b"unit", b"").decode() == column["unit"]
        kind = schema.field(column["name"]).type
        expect = "int" if pa.types.is_integer(kind) else "float" if pa.types.is_floating(kind) else "str"
        assert column["type"] == expect


def test_units_are_those_of_the_metrics(repo: Repo) -> None:
    units = {column["name"]: column["unit"] for column in repo.files.describe()}
    for metric in pa.table(repo.metrics).to_pylist():
        assert units[metric["name"]] == metric["unit"]
    assert units["bytes"] and units["code_lines"]


@pytest.mark.parametrize("name", ["files", "functions", "imports"])
def test_a_table_is_that_of_the_command(name: str, repo: Repo, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "table.parquet"
    subprocess.run([shop.BINARY, "export", str(folder), "-o", str(output), "--table", name, "-q"], check=True)
    assert pa.table(getattr(repo, name)).to_pylist() == pyarrow.parquet.read_table(output).to_pylist()


PATHS = ["shop/cart.py", "shop/main.py"]
NUMBERS = [0.5, 2.5]
FORMS: dict[str, Callable[[], Any]] = {
    "dict": lambda: dict(zip(PATHS, NUMBERS, strict=True)),
    "dict of numpy": lambda: dict(zip(PATHS, np.array(NUMBERS), strict=True)),
    "pandas Series": lambda: pd.Series(NUMBERS, index=PATHS),
    "pandas DataFrame": lambda: pd.DataFrame({"path": PATHS, "risk": NUMBERS}),
    "pandas DataFrame by index": lambda: pd.DataFrame({"risk": NUMBERS}, index=PATHS),
    "polars DataFrame": lambda: pl.DataFrame({"path": PATHS, "risk": NUMBERS}),
    "pyarrow table": lambda: pa.table({"path": PATHS, "risk": NUMBERS}),
    "DuckDB relation": lambda: duckdb.sql(
        "SELECT * FROM (VALUES ('shop/cart.py', 0.5), ('shop/main.py', 2.5)) t(path, risk)"
    ),
}


def column(repo: Repo, name: str) -> dict[str, Any]:
    files = pa.table(repo.files)
    return dict(zip(files["path"].to_pylist(), files[name].to_pylist(), strict=True))


@pytest.mark.parametrize("form", FORMS)
def test_a_metric_out_of(form: str, repo: Repo) -> None:
    repo.add_metric("risk", FORMS[form](), unit="1", description="what the team says")
    found = column(repo, "risk")
    assert (found["shop/cart.py"], found["shop/main.py"]) == (0.5, 2.5)
    assert found["shop/stock.py"] is None or np.isnan(found["shop/stock.py"])
    about = next(row for row in repo.files.describe() if row["name"] == "risk")
    assert (about["unit"], about["description"], about["type"]) == ("1", "what the team says", "float")
    assert repo.top("risk") == [{"path": "shop/main.py", "value": 2.5}, {"path": "shop/cart.py", "value": 0.5}]
    assert repo.file("shop/cart.py")["metrics"]["risk"] == 0.5


VALUES: list[tuple[Any, Any]] = [
    (np.int64(3), 3),
    (np.float32(0.25), 0.25),
    (np.uint8(7), 7),
    (-2, -2),
    (True, 1),
    (None, None),
    (float("nan"), None),
    (float("inf"), None),
    (pd.NA, None),
    (np.nan, None),
    (pd.NaT, None),
    (2**70, float(2**70)),
]


@pytest.mark.parametrize(("given", "expect"), VALUES, ids=lambda value: repr(value))
def test_values_of_many_kinds(given: Any, expect: Any, repo: Repo) -> None:
    repo.add_metric("own", {"shop/cart.py": given, "shop/main.py": 1.5})
    rows = {row["path"]: row["value"] for row in repo.top("own", 100)}
    assert rows.get("shop/cart.py") == expect
    assert rows["shop/main.py"] == 1.5


def test_missing_values_of_data_frames(repo: Repo) -> None:
    for frame in (
        pd.DataFrame({"path": PATHS, "own": [None, 2.0]}),
        pd.DataFrame({"path": PATHS, "own": pd.array([None, 2], dtype="Int64")}),
        pl.DataFrame({"path": PATHS, "own": [None, 2]}),
        pa.table({"path": PATHS, "own": pa.array([None, 2])}),
    ):
        repo.add_metric("own", frame)
        assert [row["path"] for row in repo.top("own")] == ["shop/main.py"]


def test_categories(repo: Repo) -> None:
    repo.add_metric("team", {"shop/cart.py": "ours", "shop/main.py": "theirs"})
    assert column(repo, "team")["shop/cart.py"] == "ours"
    assert repo.file("shop/main.py")["metrics"]["team"] == "theirs"


def test_counts_of_all_files_stay_whole(repo: Repo) -> None:
    repo.add_metric("length", {path: len(path) for path in column(repo, "path")})
    assert next(row for row in repo.files.describe() if row["name"] == "length")["type"] == "int"


def test_a_metric_is_replaced_and_tables_that_were_taken_stay(repo: Repo) -> None:
    before = repo.files
    repo.add_metric("own", {"shop/cart.py": 1.5})
    repo.add_metric("own", {"shop/cart.py": 2.5})
    assert "own" not in before.column_names
    assert column(repo, "own")["shop/cart.py"] == 2.5
    assert repo.files.column_names.count("own") == 1


def test_unknown_paths_are_a_warning_or_an_error(repo: Repo) -> None:
    with pytest.warns(UserWarning, match=r"gone\.py: this path is not in the repository") as caught:
        repo.add_metric("own", {"shop/cart.py": 1.5, "gone.py": 2.5})
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match=r"2 paths are not in the repository, such as a\.py"):
        repo.add_metric("own", {"shop/cart.py": 2.5, "b.py": 2.5, "a.py": 1.0})
    with pytest.raises(repolis.UnknownPath) as error:
        repo.add_metric("own", {"shop/cort.py": 1})
    assert error.value.nearest[0] == "shop/cart.py"
    assert column(repo, "own")["shop/cart.py"] == 2.5, "what was there stays"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            repo.add_metric("own", {"shop/cart.py": 1.5, "gone.py": 2.5})


@pytest.mark.parametrize("name", ["complexity", "code_lines", "path", "directory", "language", "betweenness", ""])
def test_a_name_that_is_taken(name: str, repo: Repo) -> None:
    with pytest.raises(repolis.Error, match="choose another"):
        repo.add_metric(name, {"shop/cart.py": 1})


@pytest.mark.parametrize(
    "values",
    [[1, 2], 3, "text", None, pd.DataFrame({"a": [1], "b": [2]}), pl.Series([1, 2]), pa.table({"path": ["a"]})],
    ids=lambda value: type(value).__name__,
)
def test_values_without_paths_are_refused(values: Any, repo: Repo) -> None:
    with pytest.raises(repolis.Error, match="give a dict by path"):
        repo.add_metric("own", values)


def test_a_metric_is_a_look(repo: Repo, tmp_path: Path) -> None:
    repo.add_metric("risk", {"shop/cart.py": 1.5, "shop/main.py": 0.5}, unit="1")
    repo.log(tmp_path / "city.rrd", area="risk", height="risk", color="risk")
    loaded = repolis.load(tmp_path / "city.rrd")
    assert loaded.top("risk") == repo.top("risk")
    assert next(row for row in loaded.files.describe() if row["name"] == "risk")["unit"] == "1"
