"""The Python module: what a call costs, an analysis beside the command's, and tables on their way to polars.

`benches/run.py --only module` runs it in a process of its own and reads the JSON that it prints.
"""

import json
import statistics
import subprocess
import sys
import time
import timeit
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
import repolis

TABLES = ("files", "directories", "functions", "imports", "externals", "diagnostics")
# What a process of its own measures, as the command is one too.
ANALYZE = """
import sys, time
sys.path.insert(0, sys.argv[1])
import repolis
started = time.perf_counter()
repolis.analyze(sys.argv[2])
print(time.perf_counter() - started)
"""


class Plain:
    """A class of Python that does nothing."""

    def nothing(self) -> None:
        """The cheapest method that there is."""

    @property
    def text(self) -> str:
        """The cheapest property."""
        return "text"

    def __len__(self) -> int:
        return 1


def nanoseconds(statement: str, **names: object) -> float:
    """Of one execution, at best."""
    number = 200_000
    return min(timeit.repeat(statement, globals=names, number=number, repeat=9)) / number * 1e9


def boundary(repo: repolis.Repo) -> dict[str, float]:
    """Trivial calls, and the same in Python."""
    plain = Plain()
    return {
        "nothing()": nanoseconds("plain.nothing()", plain=plain),
        "len() of Python": nanoseconds("len(plain)", plain=plain),
        "len()": nanoseconds("len(repo)", repo=repo),
        "name": nanoseconds("repo.name", repo=repo),
        "name of Python": nanoseconds("plain.text", plain=plain),
    }


def analysis(program: str, tree: str, runs: int) -> dict[str, float]:
    """Seconds of the analysis alone, by the module and by the command in turn."""
    package = str(Path(__file__).resolve().parent.parent / "python")
    ours, its = [], []
    # The first run warms the caches of the system.
    for _ in range(runs + 1):
        done = subprocess.run(
            [sys.executable, "-c", ANALYZE, package, tree], capture_output=True, check=True, text=True
        )
        ours.append(float(done.stdout))
        command = [program, "query", "-q", "summary", "-n", "1", "-s", tree, "--timings"]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        stages = json.loads(done.stderr.splitlines()[-1])["seconds"]
        its.append(sum(stages.values()) - stages["query"])
    ratios = [a / b for a, b in zip(ours[1:], its[1:], strict=True)]
    return {
        "module": statistics.median(ours[1:]),
        "command": statistics.median(its[1:]),
        "ratio": statistics.median(ratios),
        # What others do on the machine only adds.
        "best": min(ours) / min(its),
    }


def tables(tree: str, runs: int) -> dict[str, dict[str, float]]:
    """Milliseconds until a table is a frame of polars: the first time, which builds it, and again."""
    first: dict[str, list[float]] = {name: [] for name in TABLES}
    again: dict[str, list[float]] = {name: [] for name in TABLES}
    rows = {}
    for _ in range(runs):
        repo = repolis.analyze(tree)
        for name in TABLES:
            for times in (first[name], again[name]):
                started = time.perf_counter()
                frame = pl.DataFrame(getattr(repo, name))
                times.append((time.perf_counter() - started) * 1e3)
            rows[name] = frame.height
    return {
        name: {"rows": rows[name], "first": statistics.median(first[name]), "again": statistics.median(again[name])}
        for name in TABLES
    }


if __name__ == "__main__":
    program, tree, large, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    found = {
        "boundary": boundary(repolis.analyze(tree)),
        "analysis": analysis(program, tree, runs),
        "tables": tables(large, runs),
    }
    print(json.dumps(found))
