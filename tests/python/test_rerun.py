"""Rerun's own tools accept what we write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
RERUN = str(Path(sys.executable).parent / "rerun")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city of our own sources, which hold three languages."""
    path = tmp_path_factory.mktemp("recording") / "city.rrd"
    subprocess.run([BINARY, "log", str(ROOT / "src"), "-o", str(path), "--quiet"], check=True)
    return path


def rerun(*arguments: object) -> str:
    done = subprocess.run([RERUN, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_viewer_is_the_version_that_we_ask_for() -> None:
    manifest = (ROOT / "Cargo.toml").read_text()
    version = rerun("--version").split()[1]
    assert f'rerun = {{ version = "={version}"' in manifest


def test_verify_accepts_a_recording(recording: Path) -> None:
    assert "verified without error" in rerun("rrd", "verify", recording)


def test_verify_accepts_a_stream(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "piped.rrd"
    with path.open("wb") as file:
        subprocess.run([BINARY, "log", str(ROOT / "src"), "-o", "-", "--quiet"], stdout=file, check=True)
    assert path.read_bytes() == recording.read_bytes()
    assert "verified without error" in rerun("rrd", "verify", path)


def test_its_other_tools_read_a_recording(recording: Path, tmp_path: Path) -> None:
    assert "/tables/files" in rerun("rrd", "print", recording)
    merged = tmp_path / "merged.rrd"
    rerun("rrd", "merge", recording, "-o", merged)
    assert "verified without error" in rerun("rrd", "verify", merged)
