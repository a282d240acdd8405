"""Events from Python: `city.ingest` in batches, and a loop of the Rerun SDK's `rr.log` for the same events.

`benches/run.py --only events` runs it in a process of its own and reads the JSON that it prints.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import rerun as rr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
import repolis

EVENTS = 1_000_000
BATCH = 10_000
# A loop of single calls takes long enough with fewer.
LOGGED = 20_000
FUNCTIONS = 64
START = 1_700_000_000


def events(repo: repolis.Repo) -> list[dict[str, Any]]:
    """Events of some functions, a thousand a second, each with a number of its own."""
    functions = pl.DataFrame(repo.functions).select("path", "name").unique(maintain_order=True).head(FUNCTIONS).rows()
    return [
        {
            "name": "request",
            "path": functions[number % len(functions)][0],
            "function": functions[number % len(functions)][1],
            "time": START + number / 1000,
            "user": number,
        }
        for number in range(EVENTS)
    ]


def a_second(work: Callable[[], None], count: int) -> float:
    """How many a second."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def checked(outcome: dict[str, Any], count: int) -> None:
    """Only what counts is counted."""
    if (outcome["accepted"], outcome["placed"]) != (count, count):
        raise SystemExit(f"bench: of {count} events {outcome}")


class Ours:
    """Ways to hand events to an open city."""

    def __init__(self, repo: repolis.Repo, rows: list[dict[str, Any]]) -> None:
        self.city = repolis.show(repo)
        self.rows = rows
        self.batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        self.table = pa.Table.from_pylist(rows)
        self.frame = pl.DataFrame(rows)

    def dicts(self) -> None:
        for batch in self.batches:
            checked(self.city.ingest(batch), len(batch))

    def new_dicts(self) -> None:
        """With the dicts made meanwhile, as a program makes them."""
        for batch in self.batches:
            checked(self.city.ingest([{**row} for row in batch]), len(batch))

    def arrow(self) -> None:
        for start in range(0, len(self.rows), BATCH):
            checked(self.city.ingest(self.table.slice(start, BATCH)), min(BATCH, len(self.rows) - start))

    def polars(self) -> None:
        checked(self.city.ingest(self.frame), len(self.rows))

    def single(self) -> None:
        for row in self.rows[:LOGGED]:
            self.city.event(row["name"], path=row["path"], function=row["function"], user=row["user"])


class Theirs:
    """Ways to log the same events with the SDK."""

    def __init__(self, rows: list[dict[str, Any]], file: Path) -> None:
        self.rows = rows[:LOGGED]
        self.stream = rr.RecordingStream("bench")
        self.stream.save(file)

    def text_log(self) -> None:
        for row in self.rows:
            self.stream.set_time("event_time", timestamp=row["time"])
            text = f"{row['name']} {row['function']} {row['user']}"
            self.stream.log(f"events/{row['path']}", rr.TextLog(text, level="INFO"))
        self.stream.flush()

    def scalars(self) -> None:
        for row in self.rows:
            self.stream.set_time("event_time", timestamp=row["time"])
            self.stream.log(f"events/{row['path']}", rr.Scalars(row["user"]))
        self.stream.flush()


def main(tree: str, runs: int) -> dict[str, float]:
    """Events a second of each way, the median of all runs, in turn."""
    repo = repolis.analyze(tree)
    rows = events(repo)
    ours = Ours(repo, rows)
    with tempfile.TemporaryDirectory() as folder:
        theirs = Theirs(rows, Path(folder) / "theirs.rrd")
        ways = {
            "city.ingest(list of dicts)": (ours.dicts, EVENTS),
            "city.ingest(list of dicts), dicts made too": (ours.new_dicts, EVENTS),
            "city.ingest(pyarrow.Table)": (ours.arrow, EVENTS),
            "city.ingest(polars.DataFrame)": (ours.polars, EVENTS),
            "city.event, one by one": (ours.single, LOGGED),
            "rr.log(TextLog), one by one": (theirs.text_log, LOGGED),
            "rr.log(Scalars), one by one": (theirs.scalars, LOGGED),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(runs):
            for name, (work, count) in ways.items():
                taken[name].append(a_second(work, count))
    ours.city.close()
    return {name: statistics.median(rates) for name, rates in taken.items()}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
