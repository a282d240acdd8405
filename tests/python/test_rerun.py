"""Rerun's own tools accept what we write."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
DAY = str(Path(BINARY).with_name("examples") / "day")
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


def test_verify_accepts_what_ran(tmp_path: Path) -> None:
    path = tmp_path / "run.rrd"
    subprocess.run([DAY, ROOT / "src", path, "200", "50"], check=True, capture_output=True)
    assert not path.with_suffix(".rrd.tail").exists()
    assert "verified without error" in rerun("rrd", "verify", path)
    listed = rerun("rrd", "print", path)
    for entity in ("/activity/rate/", "/calls", "/telemetry/p95/web", "/telemetry/state/web", "/tables/observed_parts"):
        assert entity in listed, entity


def test_what_was_accepted_survives_kill_9(tmp_path: Path) -> None:
    """Each line of the program says how many spans it has handed over; then nothing of it is left to write any."""
    path = tmp_path / "run.rrd"
    command = [DAY, ROOT / "src", path, "1000000", "50", "say"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        # More than a part, and something after it.
        lines = [program.stdout.readline() for _ in range(100)]
        program.send_signal(signal.SIGKILL)
        lines += program.stdout.readlines()
    said = [int(line) for line in lines if line.endswith("\n")]
    done = subprocess.run([DAY, path], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["tail"] and found["spans"] >= said[-1] > 1000, (found, said[-1])
    assert "/tables/observed" in rerun("rrd", "print", path)
