"""Programs that run on every CPython that is here, with the package as cargo built it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import shop

sys.path.insert(0, str(shop.ROOT / "tests" / "wheel"))
from check import interpreters

#: Their programs by version, as (3, 12).
PYTHONS = {tuple(map(int, version.split("."))): program for version, program in sorted(interpreters().items())}
VERSIONS = sorted(PYTHONS)


def environment(**more: str) -> dict[str, str]:
    """Without what the tests' own Python is told."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(shop.ROOT / "python"), **more}


def run(
    version: tuple[int, ...], *arguments: str | Path, folder: Path, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a program; its end is not judged."""
    options.setdefault("env", environment())
    command = [PYTHONS[version], *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, **options)


def answer(version: tuple[int, ...], code: str, folder: Path) -> Any:
    """What a program prints last, read as JSON."""
    done = run(version, "-c", textwrap.dedent(code), folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
