"""The stubs of the native module say what it has, and the package is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What is optional need not be installed. In the same folder both checks know the same cache.
OPTIONS = [
    "--strict",
    "--ignore-missing-imports",
    f"--cache-dir={ROOT / 'target' / 'mypy'}",
    f"--config-file={os.devnull}",
]

USER = """
import repolis
from repolis.answers import Cycle, Ranked

repo = repolis.analyze(".", with_=["generated"], progress=lambda done, total, what: None)
rows: list[Ranked] = repo.top("complexity", 3, by="function")
cycles: list[Cycle] = repo.cycles(breaking=True)
reveal_type(repo.file("a.py")["metrics"])
reveal_type(repo.shortest_path("a", "b"))
repo.top("complexity", by="files")
repo.files.rows
"""


def mypy(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python"), "MYPYPATH": str(ROOT / "python")}
    return subprocess.run(
        [sys.executable, "-m", *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_stubs_are_those_of_the_module() -> None:
    done = mypy("mypy.stubtest", "repolis._repolis", "--mypy-config-file", os.devnull)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_type_checks() -> None:
    done = mypy("mypy", *OPTIONS, "python/repolis")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_user_is_told_types(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    done = mypy("mypy", *OPTIONS, "user.py", cwd=tmp_path)
    said = done.stdout.replace("builtins.", "")
    assert 'Revealed type is "dict[str, int | float | str]"' in said
    assert 'Revealed type is "list[str] | None"' in said
    assert "has incompatible type \"Literal['files']\"" in said or 'has incompatible type "str"' in said
    assert '"Table" has no attribute "rows"' in said
    assert "Found 2 errors in 1 file" in said, said
