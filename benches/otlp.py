"""OTLP over gRPC: how many spans a second are taken from a generator that runs beside the receiver."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import time
from pathlib import Path

import psutil

SECONDS, IDLE_SECONDS = 5, 5


@dataclasses.dataclass
class Taken:
    """What one run of the generator came to."""

    connections: int
    spans: int
    refused: int
    seconds: float
    receiver_cpu_s: float

    @property
    def a_second(self) -> float:
        return self.spans / self.seconds

    @property
    def micros(self) -> float:
        """Of the receiver's processor time for a span."""
        return self.receiver_cpu_s / max(self.spans, 1) * 1e6


@dataclasses.dataclass
class Found:
    runs: list[Taken]
    idle_cpu: float
    peak_bytes: int


def measure(examples: Path, folder: Path, connections: tuple[int, ...]) -> Found:
    """Runs the generator for some seconds, over so many connections one after another; and then nothing, for some more."""
    command = [examples / "receive", folder, "0", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdin and receiver.stdout
        port, process = json.loads(receiver.stdout.readline())["grpc"], psutil.Process(receiver.pid)
        runs = []
        for count in connections:
            before = used(process)
            flood = [examples / "flood", f"http://127.0.0.1:{port}", str(SECONDS), str(count)]
            said = json.loads(subprocess.run(flood, check=True, capture_output=True, text=True).stdout)
            runs.append(Taken(count, said["spans"], said["refused"], said["seconds"], used(process) - before))
        receiver.stdin.write("\n")
        receiver.stdin.flush()
        counted, sent = json.loads(receiver.stdout.readline())["spans"], sum(run.spans for run in runs)
        if counted != sent:
            raise SystemExit(f"bench: {sent} spans were taken by their sender's account, {counted} by the receiver's")
        before = used(process)
        time.sleep(IDLE_SECONDS)
        idle = (used(process) - before) / IDLE_SECONDS
        return Found(runs, idle, process.memory_info().rss)


def used(process: psutil.Process) -> float:
    """Processor time so far, in seconds."""
    times = process.cpu_times()
    return times.user + times.system
