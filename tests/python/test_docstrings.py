"""The examples in the docstrings run, and every public name has a docstring."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import repolis
import shop

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
CLASSES = [repolis.Repo, repolis.Table, repolis.City]


def modules() -> Iterator[Any]:
    yield repolis
    for found in pkgutil.iter_modules(repolis.__path__):
        # What is optional need not be installed.
        if found.name not in ("_repolis", "_widget"):
            yield importlib.import_module(f"repolis.{found.name}")


def documented(module: Any) -> Iterator[tuple[str, Any]]:
    """What the module itself defines: functions, classes, and what belongs to these."""
    yield module.__name__, module
    for name, found in vars(module).items():
        if getattr(found, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(found) or inspect.isclass(found):
            yield f"{module.__name__}.{name}", found
        if inspect.isclass(found):
            for member, value in vars(found).items():
                if not member.startswith("_") and (callable(value) or inspect.isdatadescriptor(value)):
                    yield f"{module.__name__}.{name}.{member}", value


def native() -> Iterator[tuple[str, Any]]:
    for class_ in (repolis.Repo, repolis.Table):
        yield f"repolis.{class_.__name__}", class_
        for member, value in vars(class_).items():
            if not member.startswith("_"):
                yield f"repolis.{class_.__name__}.{member}", value


def public() -> Iterator[tuple[str, Any]]:
    for name in repolis.__all__:
        found = getattr(repolis, name)
        if name == "__version__":
            continue
        yield name, found
        if inspect.isclass(found):
            for base in inspect.getmro(found):
                if not base.__module__.startswith("repolis"):
                    continue
                for member, value in vars(base).items():
                    if not member.startswith("_"):
                        yield f"{name}.{member}", value


ALL = {name: found for module in modules() for name, found in documented(module)} | dict(native())
WITH_EXAMPLES = [name for name, found in ALL.items() if ">>> " in (found.__doc__ or "")]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.write(tmp_path / "shop"))
    known = {"repolis": repolis, "repo": repolis.analyze(".")}
    if "city" in (ALL[name].__doc__ or ""):
        known["city"] = repolis.show(known["repo"])
    test = doctest.DocTestParser().get_doctest(ALL[name].__doc__, known, name, None, None)
    said: list[str] = []
    done = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append, clear_globs=False)
    if "city" in known:
        known["city"].close()
    assert done.failed == 0, "".join(said)


@pytest.mark.parametrize("name", [name for name, _ in public()])
def test_public_names_are_documented(name: str) -> None:
    found = dict(public())[name]
    assert len(inspect.getdoc(found) or "") > 15, "a docstring"


@pytest.mark.parametrize("name", [name for name, _ in public()])
def test_parameters_are_documented(name: str) -> None:
    found = dict(public())[name]
    if inspect.isclass(found) or not callable(found):
        return
    doc = inspect.getdoc(found) or ""
    parameters = [each for each in inspect.signature(found).parameters if each not in ("self", "slf", "cls")]
    section = doc.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
    told = {
        each.strip()
        for line in section.splitlines()
        if line[:1].strip()
        for each in line.partition(" : ")[0].split(",")
    }
    assert told == set(parameters)


def test_all_that_is_exported_is_known_to_have_examples() -> None:
    without = [name for name, _ in public() if ">>> " not in (dict(public())[name].__doc__ or "")]
    # They need a notebook, or a compiler: `rust_metric` has an example of all of it.
    known = ["City.widget", "City.state", "RustMetric", "RustMetric.one", "RustMetric.was_compiled"]
    assert [name for name in without if name not in known] == []
