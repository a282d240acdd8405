"""Cells of the pages on notebooks run as they stand there: those of marimo as a marimo notebook, others one by one.

Blocks tagged ``python`` are cells; ``python no-test`` is what needs another machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "python")}


def cells(page: str) -> list[str]:
    markdown = (ROOT / "docs" / page).read_text()
    return re.findall(r"^```python\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


def as_marimo(blocks: list[str]) -> str:
    """A notebook of them. Names that a later block defines again are other notebooks' to begin with."""
    taken: set[str] = set()
    parts = ["import marimo\n\napp = marimo.App()\n"]
    for block in blocks:
        defined = set(re.findall(r"^(?:import )?(\w+)(?: =|$)", block, re.MULTILINE))
        if defined & taken:
            continue
        taken |= defined
        parts.append("@app.cell\ndef _():\n" + textwrap.indent(block, "    ") + "    return\n")
    return "\n\n".join([*parts, 'if __name__ == "__main__":\n    app.run()\n'])


def run(folder: Path, text: str) -> None:
    (folder / "cells.py").write_text(text)
    # The folder that is analysed is small; the examples name no file of it.
    (folder / "a.py").write_text("import b\n\n\ndef f(x):\n    return x  # as it is\n")
    (folder / "b.py").write_text("")
    done = subprocess.run([sys.executable, "cells.py"], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_cells_of_marimo_are_a_notebook(tmp_path: Path) -> None:
    blocks = cells("marimo.md")
    text = as_marimo([block for block in blocks if "rust_metric" not in block])
    assert text.count("@app.cell") >= 5
    run(tmp_path, text)


def test_the_metric_in_rust_compiles(tmp_path: Path) -> None:
    [block] = [block for block in cells("marimo.md") if "rust_metric" in block]
    run(tmp_path, block)


@pytest.mark.parametrize("page", ["jupyter.md", "feeds.md"])
def test_the_cells_of_a_page_run_one_after_another(page: str, tmp_path: Path) -> None:
    blocks = cells(page)
    assert len(blocks) >= 4
    run(tmp_path, "\n".join(blocks))


@pytest.mark.parametrize("page", ["marimo.md", "jupyter.md", "feeds.md"])
def test_what_the_table_names_is_there(page: str) -> None:
    """Methods of `city` and `repo` in the text are methods in the package."""
    import repolis

    text = (ROOT / "docs" / page).read_text()
    for owner, methods in [
        (repolis.City, r"\bcity\.(\w+)"),
        (repolis.Repo, r"\brepo\.(\w+)"),
        (repolis, r"\brepolis\.(\w+)"),
    ]:
        for name in set(re.findall(methods, text)) - {"toml", "rrd"}:
            assert hasattr(owner, name), name
