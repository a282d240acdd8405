"""Cognitive complexity of Python functions is that of complexipy, where Campbell's paper says what to count."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import complexipy
import networkx
import pytest
from tables import record

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
SOURCE = Path(networkx.__file__).parent

Function = ast.FunctionDef | ast.AsyncFunctionDef


def differs_by_choice(function: Function) -> bool:
    """Whether a function has what complexipy counts and the paper does not name, or the other way round.

    complexipy counts comprehensions and recursion, leaves out the `else` of loops and `try`, and takes operators in
    parentheses as a sequence of their own. It does not look into keyword arguments, f-strings and starred arguments.
    """
    for node in ast.walk(function):
        if node is function:
            continue
        if isinstance(node, (ast.comprehension, Function, ast.ClassDef)):
            return True
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.Try)) and node.orelse:
            return True
        if isinstance(node, ast.BoolOp) and any(isinstance(value, ast.BoolOp) for value in node.values):
            return True
        is_unseen = isinstance(node, (ast.keyword, ast.JoinedStr, ast.Starred))
        if is_unseen and any(isinstance(inner, (ast.IfExp, ast.BoolOp, ast.Lambda)) for inner in ast.walk(node)):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function.name:
            return True
    return False


def comparable(source: str) -> Iterator[Function]:
    """Functions at the top of a module and methods of its classes, each name once."""
    tree = ast.parse(source)
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    functions = [node for body in bodies for node in body if isinstance(node, Function)]
    return (function for function in functions if not differs_by_choice(function))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, int], int]:
    """Our values by path, unqualified name and last line."""
    tables = record(BINARY, SOURCE, tmp_path_factory.mktemp("cognitive") / "networkx.rrd", "--no-ignore")
    paths = tables["files"]["path"].to_pylist()
    rows = tables["functions"].to_pylist()
    keys = ((paths[row["file"]], row["name"].split(".")[-1], row["end_line"]) for row in rows)
    return dict(zip(keys, (row["cognitive_complexity"] for row in rows), strict=True))


def test_equals_complexipy(ours: dict[tuple[str, str, int], int]) -> None:
    compared, nonzero, wrong = 0, 0, []
    for file in sorted(SOURCE.rglob("*.py")):
        path = file.relative_to(SOURCE).as_posix()
        if "/tests/" in path:
            continue
        theirs = {
            (function.name.split("::")[-1], function.line_end): function.complexity
            for function in complexipy.file_complexity(str(file)).functions
        }
        for function in comparable(file.read_text()):
            expect = theirs.get((function.name, function.end_lineno))
            value = ours.get((path, function.name, function.end_lineno))
            if expect is None or value is None:
                continue
            compared += 1
            nonzero += expect > 0
            if value != expect:
                wrong.append((path, function.name, function.lineno, value, expect))
    assert nonzero > 500, (compared, nonzero)
    assert not wrong, "\n".join(map(str, wrong))
