"""The notebooks that ship, as scripts and under marimo's own checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "python")}


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, words)], env=ENVIRONMENT, capture_output=True, text=True)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Nothing in it imports anything."""
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "README.md").write_text("# Nothing here\n")
    return folder


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_as_a_script(notebook: Path, bare: Path) -> None:
    for arguments in [(), ("--path", bare)]:
        done = run(notebook, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_marimo_finds_nothing_wrong() -> None:
    assert len(NOTEBOOKS) >= 3
    done = run("-m", "marimo", "check", "--strict", *NOTEBOOKS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_that_shows_a_city_ends_well() -> None:
    """Threads are in Rust all the time here, and Python takes a while to end."""
    script = """
import time
from repolis import _page, analyze, show
_page.TICK = 0.0005

class Slow:
    def __del__(self):
        time.sleep(0.3)

city = show(analyze("docs", progress=False))
_page.kept = [city, Slow()]
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
