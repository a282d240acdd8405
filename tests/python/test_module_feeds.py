"""Events, spans, numbers, log records and tables from Python; batches back to it."""

from __future__ import annotations

import asyncio
import datetime
import enum
import inspect
import logging
import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import repolis
import shop
from page import poll


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> repolis.Repo:
    return repolis.analyze(shop.write(tmp_path_factory.mktemp("feeds") / "shop"))


@pytest.fixture
def city(repo: repolis.Repo) -> Iterator[repolis.City]:
    shown = repolis.show(repo, name="feeds")
    yield shown
    shown.close()


class Heard:
    """All records that come."""

    def __init__(self, city: repolis.City) -> None:
        self.records: list[dict[str, Any]] = []
        city.on_events(self._hear)

    def _hear(self, records: list[dict[str, Any]]) -> None:
        self.records.extend(records)

    def of(self, kind: str, count: int) -> list[dict[str, Any]]:
        """So many of a kind, once they are there."""
        poll(lambda: len(self._all(kind)) >= count, f"{count} of kind {kind}: {self.records}")
        assert len(self._all(kind)) == count
        return self._all(kind)

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["kind"] == kind]


def test_an_event_has_a_place(city: repolis.City) -> None:
    heard = Heard(city)
    assert city.event("sold", path="shop/cart.py", function="total", items=3)
    assert not city.event("sold", path="elsewhere.py")
    first, second = heard.of("log", 2)
    assert (first["path"], first["function"], first["message"]) == ("shop/cart.py", "total", "sold")
    assert first["severity"] == "INFO" and first["error"] is False and first["attributes"] == {"items": 3}
    assert (second["path"], second["function"]) == (None, None)


def test_without_a_place_it_is_that_of_the_caller(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(
        "class Shop:\n"
        "    def sell(self, city):\n"
        "        with city.span('sell'):\n"
        "            return city.event('sold') and city.scalar('price', 3)\n"
    )
    names: dict[str, Any] = {}
    code = compile((tmp_path / "caller.py").read_text(), str(tmp_path / "caller.py"), "exec")
    exec(code, names)
    city = repolis.show(repolis.analyze(tmp_path), name="caller")
    heard = Heard(city)
    assert names["Shop"]().sell(city) is True
    for kind in ("log", "scalar", "span"):
        [record] = heard.of(kind, 1)
        assert (record["path"], record["function"]) == ("caller.py", "Shop.sell"), kind
    city.close()


def test_a_number(city: repolis.City) -> None:
    heard = Heard(city)
    assert city.scalar("stock", 17, path="shop/stock.py", unit="items")
    [record] = heard.of("scalar", 1)
    assert (record["name"], record["value"], record["path"]) == ("stock", 17.0, "shop/stock.py")
    for wrong in (math.nan, math.inf, "many", None):
        with pytest.raises(repolis.Error, match="value"):
            city.scalar("stock", wrong)  # type: ignore[arg-type]


def test_spans_are_nested_and_measured(city: repolis.City) -> None:
    heard = Heard(city)
    outer = city.span("outer", path="shop/main.py", function="run")
    with outer as span, city.span("inner", path="shop/cart.py", function="total", number=1):
        span.set(items=3)
    inner, outer = heard.of("span", 2)
    assert [inner["name"], outer["name"]] == ["inner", "outer"]
    assert 0 <= inner["duration_ms"] <= outer["duration_ms"]
    assert inner["time"] <= outer["time"]


def test_an_exception_is_an_error_and_goes_on(city: repolis.City) -> None:
    heard = Heard(city)
    failure = ValueError("no money")
    with pytest.raises(ValueError, match="no money") as caught, city.span("pay", path="shop/main.py"):
        raise failure
    assert caught.value is failure
    [record] = heard.of("span", 1)
    assert record["error"] is True


def test_tasks_have_spans_of_their_own(city: repolis.City) -> None:
    from repolis import _span

    parents: dict[str, Any] = {}

    async def work(name: str) -> None:
        with city.span(name, path="shop/cart.py"):
            await asyncio.sleep(0)
            with city.span(f"{name} inner", path="shop/stock.py"):
                parents[name] = _span.around.get()
                await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(work("a"), work("b"))

    # A browser of other tests has a loop of its own on this thread.
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, both()).result()
    assert parents["a"][0] != parents["b"][0], "each is a trace"
    assert _span.around.get() is None


def test_a_span_outlives_its_city(repo: repolis.Repo) -> None:
    city = repolis.show(repo, name="short")
    with city.span("long", path="shop/main.py"):
        city.close()
    with pytest.raises(repolis.Error, match="closed"):
        city.event("late")
    with pytest.raises(repolis.Error, match="closed"):
        city.span("late")


def test_log_records(city: repolis.City) -> None:
    heard = Heard(city)
    logger = logging.Logger("shop.cart")
    logger.addHandler(city.log_handler())
    logger.addHandler(city.log_handler())
    assert logger.handlers == [city.log_handler()], "once"
    record = logger.makeRecord("shop.cart", logging.WARNING, "/app/shop/cart.py", 5, "%d left", (2,), None, "total")
    logger.handle(record)
    try:
        raise KeyError("gone")
    except KeyError:
        logger.exception("not found", extra={"user": "Ann"})
    first, second = heard.of("log", 2)
    assert (first["message"], first["severity"], first["name"]) == ("2 left", "WARN", "shop.cart")
    assert (second["message"], second["severity"], second["error"]) == ("not found", "ERROR", True)
    city.close()
    logger.warning("nobody hears")


def test_a_handler_with_a_level(city: repolis.City) -> None:
    heard = Heard(city)
    logger = logging.Logger("shop")
    logger.addHandler(repolis.LogHandler(city, level="ERROR"))
    logger.info("no")
    logger.error("yes")
    logger.error("%d", "no number")
    assert [record["message"] for record in heard.of("log", 1)] == ["yes"]


class Color(str, enum.Enum):
    RED = "red"


DICTS: list[tuple[dict[str, Any], str]] = [
    ({"name": "a"}, "log"),
    ({"name": "a", "value": 1}, "scalar"),
    ({"name": "a", "value": np.float32(1.5)}, "scalar"),
    ({"name": "a", "value": np.int64(3), "line": np.uint8(3)}, "scalar"),
    ({"name": "a", "duration_ms": 3}, "span"),
    ({"name": "a", "duration_ms": datetime.timedelta(seconds=1)}, "span"),
    ({"name": "a", "time": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}, "log"),
    ({"name": "a", "time": "2024-01-01T00:00:00Z", "path": Path("shop/cart.py")}, "log"),
    ({"name": "a", "kind": "call", "path": "shop/cart.py", "count": 3, "caller_path": "shop/main.py"}, ""),
    ({"name": Color.RED, "severity": "WARNING", "message": "ü\n\x00"}, "log"),
    ({"name": "a", "error": {"type": "E", "message": "m", "stack": "s"}}, "log"),
    ({"name": "a", "error": ValueError("x")}, "log"),
    (
        {"name": "a", "attributes": {"deep": {"er": [1]}, "code.lineno": 3}, "set": {1}, "none": None, "big": 2**70},
        "log",
    ),
    ({"name": "a", "value": None, "path": None, "time": None}, "log"),
    # The name of a file in another encoding.
    ({"name": "caf\udce9", "caf\udce9": 1, "error": ValueError("caf\udce9")}, "log"),
]


@pytest.mark.parametrize("number", range(len(DICTS)))
def test_a_dict_is_a_record(number: int, city: repolis.City) -> None:
    record, kind = DICTS[number]
    heard = Heard(city)
    outcome = city.ingest([record])
    assert outcome["accepted"] == 1 and outcome["rejected"] == [], outcome
    # Calls that were added up elsewhere are no single records.
    if kind:
        heard.of(kind, 1)


WRONG: list[tuple[Any, str]] = [
    ({}, "neither name"),
    ({"value": 3}, "name and value"),
    ({"name": "a", "value": math.nan, "kind": "scalar"}, "finite"),
    ({"name": 3}, "not a text"),
    ({"name": "a", "time": "yesterday"}, "ISO 8601"),
    ({"name": "a", "duration_ms": -1}, "milliseconds"),
    ({"name": "a", "line": -1}, "whole number"),
    ({"name": "a", "severity": 99}, "neither a word nor a number from 1 to 24"),
    ({"name": "a", "kind": "metric"}, "span, log, event"),
    ({1: "a"}, "no text"),
    (["name", "a"], "not a dict"),
    (None, "not a dict"),
]


def test_what_is_no_record_is_told(city: repolis.City) -> None:
    good = {"name": "a", "path": "shop/cart.py"}
    outcome = city.ingest([row for wrong, _ in WRONG for row in (good, wrong)])
    assert (outcome["accepted"], outcome["placed"], outcome["rejected_count"]) == (len(WRONG), len(WRONG), len(WRONG))
    for number, (rejected, (wrong, reason)) in enumerate(zip(outcome["rejected"], WRONG, strict=True)):
        assert rejected["index"] == 2 * number + 1
        assert reason in rejected["reason"], wrong


def test_the_list_of_the_rejected_is_bounded(city: repolis.City) -> None:
    outcome = city.ingest([{}] * 100_000)
    assert len(outcome["rejected"]) == 100 and outcome["rejected_count"] == 100_000
    assert [row["index"] for row in outcome["rejected"]] == list(range(100))


@pytest.mark.parametrize("records", ["text", b"bytes", {"name": ["a"]}, 3, None])
def test_what_is_no_list_is_refused(records: Any, city: repolis.City) -> None:
    with pytest.raises(repolis.Error, match="give a list of dicts"):
        city.ingest(records)


def test_iterators_and_many(city: repolis.City) -> None:
    rows = ({"name": "a", "one": 1, "two": 2, "path": "shop/cart.py", "number": number} for number in range(40_000))
    assert city.ingest(rows)["placed"] == 40_000
    assert city.ingest([])["accepted"] == 0


ROWS = {
    "name": ["sold", "sold", "lost"],
    "path": ["shop/cart.py", "shop/stock.py", None],
    "time": [1_700_000_000.5, 1_700_000_001.0, 1_700_000_002.0],
    "duration_ms": [1.5, None, None],
    "error": [False, True, None],
    "user": ["Ann", "Bob", None],
}


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame(ROWS),
        pl.DataFrame(ROWS).with_columns(pl.col("name", "path").cast(pl.Categorical)),
        pl.DataFrame(ROWS).with_columns(pl.from_epoch(pl.col("time").cast(pl.Int64))),
        pd.DataFrame(ROWS),
        pd.DataFrame(ROWS).astype({"name": "category"}),
        pa.table(ROWS),
        pa.table(ROWS).to_batches()[0],
        pa.chunked_array([pa.table(ROWS).to_struct_array().chunk(0)]),
    ],
    ids=["polars", "categories", "times", "pandas", "pandas categories", "pyarrow", "batch", "structs"],
)
def test_tables_are_records(table: Any, city: repolis.City) -> None:
    heard = Heard(city)
    outcome = city.ingest(table, service="web")
    assert (outcome["accepted"], outcome["placed"], outcome["rejected"]) == (3, 2, [])
    [span], logs = heard.of("span", 1), heard.of("log", 2)
    assert (span["path"], span["duration_ms"], span["service"]) == ("shop/cart.py", 1.5, "web")
    assert [log["error"] for log in logs] == [True, False]


def test_a_table_in_pieces_counts_through(city: repolis.City) -> None:
    table = pa.concat_tables([pa.table({"name": ["a", None]})] * 3)
    rejected = city.ingest(table)["rejected"]
    assert [row["index"] for row in rejected] == [1, 3, 5]


def test_a_list_that_changes_meanwhile(city: repolis.City) -> None:
    rows = [{"name": "a", "path": "shop/cart.py"} for _ in range(50_000)]

    class Clears:
        def __repr__(self) -> str:
            rows.clear()
            return "cleared"

    rows[10]["evil"] = Clears()
    outcome = city.ingest(rows)
    assert 0 < outcome["accepted"] <= 50_000


def test_others_work_meanwhile(city: repolis.City) -> None:
    rows = [{"name": "a", "path": "shop/cart.py"} for _ in range(200_000)]
    counted, goes_on = [0], threading.Event()

    def count() -> None:
        while not goes_on.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    city.ingest(rows)
    assert counted[0] > before
    goes_on.set()
    thread.join()


def test_a_callback_that_raises_is_printed_once_and_goes_on(
    city: repolis.City, capfd: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []

    @city.on_events
    def fails(records: list[dict[str, Any]]) -> None:
        calls.append(len(records))
        raise ValueError(f"number {len(calls)}")

    for turn in range(1, 4):
        city.event("sold", path="shop/cart.py")
        poll(lambda turn=turn: len(calls) >= turn, "it is called again")
    poll(lambda: not city._page.batches[fails.__module__, fails.__qualname__].waiting.next(0), "nothing waits")
    said = capfd.readouterr().err
    assert said.count("ValueError: number") == 1 and "in fails" in said


def test_a_callback_that_exits_is_printed_and_goes_on(city: repolis.City, capfd: pytest.CaptureFixture[str]) -> None:
    calls: list[int] = []

    @city.on_events
    def leaves(records: list[dict[str, Any]]) -> None:
        calls.append(len(records))
        raise SystemExit(3)

    for turn in range(1, 3):
        city.event("sold", path="shop/cart.py")
        poll(lambda turn=turn: len(calls) >= turn, "it is called again")
    poll(lambda: "SystemExit: 3" in capfd.readouterr().err, "it is told")


def test_a_callback_that_blocks_holds_up_nothing(city: repolis.City, capfd: pytest.CaptureFixture[str]) -> None:
    goes_on, heard = threading.Event(), [0]

    @city.on_events
    def blocks(records: list[dict[str, Any]]) -> None:
        heard[0] += len(records)
        goes_on.wait(60)

    city.event("sold", path="shop/cart.py")
    poll(lambda: heard[0], "it blocks")
    rows = [{"name": "a", "path": "shop/cart.py"} for _ in range(100_000)]
    assert city.ingest(rows)["accepted"] == 100_000
    goes_on.set()
    poll(lambda: "records were left out" in capfd.readouterr().err, "it is told")
    assert heard[0] < 100_000


def test_a_callback_of_the_same_name_takes_the_place(city: repolis.City) -> None:
    heard: list[str] = []

    def define(word: str) -> None:
        @city.on_events
        def on_events(records: list[dict[str, Any]]) -> None:
            heard.append(word)

    define("old")
    define("new")
    city.event("sold", path="shop/cart.py")
    poll(lambda: heard, "a callback")
    assert len(city._page.batches) == 1 and set(heard) == {"new"}


def test_answers_are_checked(city: repolis.City) -> None:
    city.annotate(
        severity={"shop/cart.py": 4, "shop/stock.py": 0}, annotations=[{"path": "shop/cart.py", "text": "slow"}]
    )
    with pytest.raises(repolis.UnknownPath, match="cort"):
        city.annotate(severity={"shop/cort.py": 1})
    with pytest.raises(repolis.Error, match="0 to 4"):
        city.annotate(severity={"shop/cart.py": 5})
    with pytest.raises(repolis.Error, match="text"):
        city.annotate(annotations=[{"path": "shop/cart.py"}])


def test_stubs_and_docs_name_the_same(city: repolis.City) -> None:
    text = (shop.ROOT / "docs" / "feeds.md").read_text()
    for name in ("event", "scalar", "span", "ingest", "on_events", "annotate", "log_handler"):
        assert f"city.{name}" in text and inspect.getdoc(getattr(city, name))
