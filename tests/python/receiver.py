"""What receives OTLP, without a city: `examples/receive.rs`, asked for what came."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target/release"


class Receiver:
    """Runs it on a folder; with `with`."""

    def __init__(self, folder: Path) -> None:
        command = [RELEASE / "examples/receive", folder, "0", "0"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ports = self._line()
        self.grpc, self.http = (f"http://127.0.0.1:{ports[protocol]}" for protocol in ("grpc", "http"))

    def totals(self) -> dict[str, Any]:
        """What came so far, and what became of it."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=30)
