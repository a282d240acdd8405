"""Every command of the docs runs as it stands there.

Blocks tagged ``sh`` are run line by line in a copy of this repository, one copy for a page; ``repolis`` and
``cargo run --release --`` are the program that was built. ``view`` and ``replay`` get ``--no-open`` and a free port,
and are stopped once they have printed their address. Blocks tagged ``console`` or ``text`` are not run: what needs the
network, a window or another machine.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
PAGES = [
    page for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))] if page.exists()
]
LEFT_OUT = [".git", ".venv", "target", "node_modules", ".pytest_cache", ".ruff_cache", "__pycache__"]


def commands(markdown: str) -> Iterator[str]:
    for block in re.findall(r"^```sh\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


def run(command: str, folder: Path, environment: dict[str, str]) -> None:
    words = re.sub(r"\s--port[ =]\d+", "", command.replace("cargo run --release --", "repolis"))
    if re.match(r"repolis (view|replay)\b", words) and "--connect" not in words:
        # The shell gives way to the program, so that Ctrl-C reaches it.
        script = "exec " + re.sub(r"\s+#.*", "", words) + " --no-open"
        process = subprocess.Popen(["sh", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        address = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        assert process.wait(timeout=60) == 0, command
        assert address.startswith("http://127.0.0.1:"), command
        return
    done = subprocess.run(["sh", "-c", words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "repolis").symlink_to(BINARY)
    path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT / "python")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_run(page: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "repolis"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for command in commands(page.read_text()):
        run(command, folder, environment)


def test_commands_are_found() -> None:
    page = "```sh\n# why\nrepolis log . \\\n  -o a.rrd\n\nrepolis view .  # see\n```\n```console\nrepolis gone\n```\n"
    assert list(commands(page)) == ["repolis log .    -o a.rrd", "repolis view .  # see"]
