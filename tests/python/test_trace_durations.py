"""`python -m repolis trace`: how long single calls took, and the quantiles of that."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pythons import VERSIONS, run
from rerun.experimental import RrdReader

PROGRAM = """
import asyncio, time

def quick():
    pass

def slow():
    time.sleep(0.02)

def again(levels):
    if levels:
        again(levels - 1)

def numbers():
    yield 1

async def nap():
    await asyncio.sleep(0.02)

def fail():
    raise ValueError

for _ in range(90):
    quick()
for _ in range(10):
    slow()
again(4)
list(numbers())
asyncio.run(nap())
try:
    fail()
except ValueError:
    pass
"""

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "timed.py").write_text(PROGRAM)
    return folder


def durations(recording: Path) -> tuple[Counter[str], dict[str, list[float]]]:
    """How many durations are recorded of each function, and the quantiles of the program."""
    names: dict[int, str] = {}
    counted: Counter[int] = Counter()
    quantiles: dict[str, list[float]] = {}
    for chunk in RrdReader(str(recording)).stream():
        batch = chunk.to_record_batch()

        def column(name: str, batch: Any = batch) -> list[Any]:
            return [value for row in batch[name] for value in row.as_py() or []]

        if chunk.entity_path == "/tables/observed_sites":
            names.update(zip(column("site"), column("name"), strict=True))
        elif chunk.entity_path == "/tables/observed":
            counts = iter(column("bucket_count"))
            for site, buckets in zip(column("site"), column("buckets"), strict=True):
                counted[site] += sum(next(counts) for _ in range(buckets))
        elif re.fullmatch("/telemetry/p[0-9]+/timed", chunk.entity_path):
            quantiles.setdefault(chunk.entity_path.split("/")[2], []).extend(column("Scalars:scalars"))
    return Counter({names[site]: count for site, count in counted.items() if count}), quantiles


def traced(version: tuple[int, ...], mode: str, folder: Path) -> tuple[Counter[str], dict[str, list[float]]]:
    recording = folder.with_name("run.rrd")
    done = run(version, "-m", "repolis", "trace", "-q", "--mode", mode, "-o", recording, "timed.py", folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return durations(recording)


@each
def test_how_long_calls_take_is_recorded(version: tuple[int, ...], folder: Path) -> None:
    counted, quantiles = traced(version, "calls", folder)
    # What stops and goes on is not in them, and each call of a recursion is.
    assert counted == {"<module>": 1, "quick": 90, "slow": 10, "again": 5, "fail": 1}
    assert set(quantiles) == {"p50", "p95", "p99"}
    # A sleep takes as long at least; a quantile is right to 8 %.
    assert max(quantiles["p99"]) > 0.0184
    assert min(quantiles["p50"]) < 0.0184


@each
def test_samples_tell_nothing_of_single_calls(version: tuple[int, ...], folder: Path) -> None:
    assert traced(version, "sample", folder) == (Counter(), {})
