"""Runs programs one after another in turn, and measures each: wall time, user time and peak memory."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Sample:
    """What one run took."""

    wall_s: float
    user_s: float
    system_s: float
    peak_bytes: int


@dataclass
class Contestant:
    """A program to be measured."""

    name: str
    command: list[str]
    runs: int
    folder: Path | None = None
    # Linters that find something end with 1.
    codes: tuple[int, ...] = (0,)


@dataclass
class Result:
    """The medians of a contestant's runs."""

    name: str
    runs: int
    wall_s: float
    wall_min_s: float
    user_s: float
    system_s: float
    peak_bytes: int


def measure(contestant: Contestant) -> Sample:
    """Runs a program to its end; what it prints is dropped."""
    command = contestant.command
    start = time.perf_counter()
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen(command, cwd=contestant.folder, stdin=null, stdout=null, stderr=null)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in contestant.codes:
        raise SystemExit(f"bench: exit code {process.returncode}: {' '.join(command)}")
    # Linux counts in KiB.
    return Sample(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024)


def interleaved(contestants: list[Contestant]) -> dict[str, Result]:
    """Runs all in turn, so that a busy moment of the machine meets each of them, after one run that does not count.

    Contestants with a single run go without that warm-up.
    """
    samples: dict[str, list[Sample]] = {contestant.name: [] for contestant in contestants}
    for contestant in contestants:
        if contestant.runs > 1:
            measure(contestant)
    for turn in range(max(contestant.runs for contestant in contestants)):
        for contestant in contestants:
            if turn < contestant.runs:
                samples[contestant.name].append(measure(contestant))
    return {name: median(name, taken) for name, taken in samples.items()}


def median(name: str, samples: list[Sample]) -> Result:
    """The middle of each measure, taken one by one."""

    def of(field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in samples)

    return Result(
        name=name,
        runs=len(samples),
        wall_s=of("wall_s"),
        wall_min_s=min(sample.wall_s for sample in samples),
        user_s=of("user_s"),
        system_s=of("system_s"),
        peak_bytes=int(of("peak_bytes")),
    )
