"""Questions to a `Repo`: each answer is the command's own, and mistakes are told as exceptions."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import repolis
import shop
from repolis import Repo

Question = Callable[[Repo], Any]

# What is asked, how the command is asked it, and what of its answer is ours.
QUESTIONS: list[tuple[Question, str, str | None]] = [
    (lambda repo: repo.cycles(), "cycles", "cycles"),
    (lambda repo: repo.cycles(breaking=True), "cycles --break", "cycles"),
    (lambda repo: repo.cycles(within="page"), "cycles --in page", "cycles"),
    (lambda repo: repo.cycles(kinds=["runtime", "dynamic"]), "cycles --kind runtime --kind dynamic", "cycles"),
    (lambda repo: repo.paths("shop/main.py", "shop/stock.py"), "path shop/main.py shop/stock.py", None),
    (lambda repo: repo.paths("tests", "shop", kinds="runtime"), "path tests shop --kind runtime", None),
    (lambda repo: repo.dependents("shop/stock.py"), "dependents shop/stock.py", "files"),
    (lambda repo: repo.dependents(["shop/*.py"], depth=1), "dependents shop/*.py -d 1", "files"),
    (lambda repo: repo.dependents("shop/stock.py", tree=True), "dependents shop/stock.py --tree", "rows"),
    (lambda repo: repo.dependencies("shop"), "dependencies shop", "files"),
    (lambda repo: repo.dependencies("page", kinds="type-only"), "dependencies page --kind type-only", "files"),
    (lambda repo: repo.dependencies("tests", tree=True), "dependencies tests --tree", "rows"),
    (lambda repo: repo.top("complexity"), "top complexity", "rows"),
    (lambda repo: repo.top("code_lines", 100, by="directory"), "top code_lines --by directory", "rows"),
    (
        lambda repo: repo.top("complexity", by="function", within="shop"),
        "top complexity --by function --in shop",
        "rows",
    ),
    (lambda repo: repo.top("bytes", ascending=True), "top bytes --ascending", "rows"),
    (lambda repo: repo.top("betweenness"), "top betweenness", "rows"),
    (lambda repo: repo.explain("shop", "tests"), "explain shop tests", None),
    (lambda repo: repo.impact("shop/stock.py"), "impact shop/stock.py", None),
    (lambda repo: repo.impact(["shop/stock.py", "page"], depth=1), "impact shop/stock.py page -d 1", None),
    (lambda repo: repo.communities(), "communities", None),
    (lambda repo: repo.unresolved(), "unresolved", "groups"),
    (
        lambda repo: repo.unresolved("file", within=["shop", "page"]),
        "unresolved --by file --in shop --in page",
        "groups",
    ),
    (lambda repo: repo.entry_points(), "entry-points", "files"),
    (lambda repo: repo.entry_points(["test", "script"]), "entry-points --kind test --kind script", "files"),
    (lambda repo: repo.unused(), "unused", "files"),
    (lambda repo: repo.unused(within="*.ts"), "unused --in *.ts", "files"),
    (lambda repo: repo.summary(rows=1000), "summary", None),
]


def of_command(source: Path, question: str) -> Any:
    command = [shop.BINARY, "query", *question.split(), "-s", str(source), "-n", "0", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["answer"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.write(tmp_path_factory.mktemp("query") / "shop")


@pytest.fixture(scope="module")
def repo(folder: Path) -> Repo:
    return repolis.analyze(folder)


@pytest.fixture(scope="module")
def recorded(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    path = tmp_path_factory.mktemp("recorded") / "city.rrd"
    repo.log(path)
    return repolis.load(path)


@pytest.mark.parametrize(("ask", "question", "part"), QUESTIONS, ids=[question for _, question, _ in QUESTIONS])
def test_an_answer_is_that_of_the_command(
    ask: Question, question: str, part: str | None, folder: Path, repo: Repo, recorded: Repo
) -> None:
    answer = of_command(folder, question)
    expect = answer[part] if part else answer
    assert ask(repo) == expect
    assert ask(recorded) == expect
    assert json.loads(json.dumps(ask(repo))) == expect, "of primitives"


def test_a_shortest_path_is_a_list_of_files(repo: Repo) -> None:
    assert repo.shortest_path("shop/main.py", "shop/stock.py") == ["shop/main.py", "shop/cart.py", "shop/stock.py"]
    assert repo.shortest_path("shop/stock.py", "page") is None


def test_a_file_has_all_that_is_known_of_it(repo: Repo) -> None:
    file = repo.file("shop/cart.py")
    assert file["imports"] == [{"path": "shop/stock.py", "imports": [{"line": 1, "kind": "runtime"}]}]
    assert [row["path"] for row in file["imported_by"]] == ["shop/main.py", "shop/stock.py", "tests/test_cart.py"]
    assert file["unresolved"][0]["import"] == ".gone"
    assert file["functions"][0]["name"] == "total" and file["functions"][0]["complexity"] == 3
    assert file["metrics"]["language"] == "Python" and file["metrics"]["complexity"] == 3
    assert repo.file("shop/broken.py")["diagnostics"]
    assert [row["package"] for row in repo.file("shop/main.py")["externals"]] == ["json"]


def test_sources_are_read_from_the_folder(repo: Repo, recorded: Repo) -> None:
    assert repo.source("docs/über uns.md").startswith("# Über uns\n")
    with pytest.raises(repolis.Error, match=r"shop/main\.py: a recording holds no sources"):
        recorded.source("shop/main.py")
    with pytest.raises(repolis.Error, match="this is a recording: name the files"):
        recorded.impact(changed=True)


def test_a_recording_has_no_root(repo: Repo, recorded: Repo, folder: Path) -> None:
    assert repo.root == folder and recorded.root is None
    assert repo.name == recorded.name == "shop"
    assert repr(repo) == repr(recorded) == "<repolis.Repo shop: 11 files, 5 imports>"


MISTAKES: list[tuple[Question, str]] = [
    (lambda repo: repo.cycles(kinds="runtimes"), 'kind="runtimes": there are runtime, type-only'),
    (lambda repo: repo.top("complexity", by="files"), 'by="files": there are file, directory, function'),
    (lambda repo: repo.unresolved("what"), 'by="what": there are reason, file, import'),
    (lambda repo: repo.entry_points("tests"), 'kind="tests": there are'),
    (lambda repo: repo.table("filez"), 'name="filez": there are files, directories'),
    (lambda repo: repo.impact(), "no files: name those that change"),
    (lambda repo: repo.impact(changed="no-such-revision"), "not in a git work tree"),
]


@pytest.mark.parametrize(("ask", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_an_error_that_says_what_there_is(ask: Question, message: str, repo: Repo) -> None:
    with pytest.raises(repolis.Error, match=message):
        ask(repo)


UNKNOWN: list[Question] = [
    lambda repo: repo.file("shop/cort.py"),
    lambda repo: repo.source("shop/cort.py"),
    lambda repo: repo.dependents("shop/cort.py"),
    lambda repo: repo.dependencies(["shop/main.py", "shop/cort.py"]),
    lambda repo: repo.shortest_path("shop/main.py", "shop/cort.py"),
    lambda repo: repo.explain("shop/cort.py", "shop"),
    lambda repo: repo.impact("shop/cort.py"),
    lambda repo: repo.cycles(within="shop/cort.py"),
]


@pytest.mark.parametrize("ask", UNKNOWN)
def test_an_unknown_path_is_a_key_error_with_the_nearest(ask: Question, repo: Repo) -> None:
    with pytest.raises(repolis.UnknownPath, match=r"shop/cort\.py: no such file.*did you mean shop/cart\.py") as caught:
        ask(repo)
    assert isinstance(caught.value, KeyError) and isinstance(caught.value, repolis.Error)
    assert caught.value.name == "shop/cort.py" and caught.value.nearest[0] == "shop/cart.py"


def test_a_glob_without_files_and_an_unknown_metric(repo: Repo) -> None:
    with pytest.raises(repolis.UnknownPath) as caught:
        repo.dependents("*.rs")
    assert caught.value.name == "*.rs"
    with pytest.raises(repolis.UnknownMetric, match="complexity") as unknown:
        repo.top("complexty")
    assert unknown.value.nearest[0] == "complexity"


def test_errors_can_be_sent_to_another_process(repo: Repo) -> None:
    for ask in (lambda: repo.file("shop/cort.py"), lambda: repo.top("complexty"), lambda: repo.table("x")):
        with pytest.raises(repolis.Error) as caught:
            ask()
        error = caught.value
        for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))


def test_wrong_types_are_type_errors(repo: Repo) -> None:
    for ask in (
        lambda: repo.file(1),
        lambda: repo.top("complexity", -1),
        lambda: repo.dependents(3),
        lambda: repo.cycles(1),
    ):
        with pytest.raises((TypeError, OverflowError)):
            ask()


def test_threads_ask_while_another_adds_metrics(folder: Path) -> None:
    repo = repolis.analyze(folder)
    mistakes: list[BaseException] = []

    def often(ask: Callable[[int], object]) -> threading.Thread:
        def work() -> None:
            try:
                for number in range(300):
                    ask(number)
            except BaseException as error:
                mistakes.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    threads = [
        often(lambda number: repo.add_metric("own", {"shop/cart.py": number + 0.5})),
        often(lambda number: repo.top("betweenness" if number % 2 else "complexity")),
        often(lambda _: repo.cycles(breaking=True)),
        often(lambda _: repo.communities()),
        often(lambda _: repo.files.column_names),
        often(lambda _: len(repo)),
    ]
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    assert mistakes == []


def test_a_metric_computed_on_demand_becomes_a_column(folder: Path) -> None:
    repo = repolis.analyze(folder)
    assert "betweenness" not in repo.files.column_names
    repo.top("betweenness")
    assert "betweenness" in repo.files.column_names


def test_what_was_observed_is_that_of_the_command(folder: Path, tmp_path: Path) -> None:
    spans = [
        {"path": "shop/main.py", "trace": "1", "span": "1", "duration_ms": 3},
        {"path": "/app/shop/cart.py", "function": "total", "trace": "1", "span": "2", "parent": "1", "duration_ms": 2},
        {"path": "page/index.ts", "trace": "1", "span": "3", "parent": "2", "duration_ms": 1},
    ]
    lines = "".join(json.dumps(span) + "\n" for span in spans)
    run = tmp_path / "run.rrd"
    command = [shop.BINARY, "log", str(folder), "--follow", "-", "-o", str(run), "-q"]
    subprocess.run(command, input=lines, text=True, check=True)
    found = repolis.load(run).observed()
    assert found == of_command(run, "observed")
    assert (found["files"], found["calls"]) == (3, 2)
    [unexplained] = found["unexplained"]
    assert (unexplained["from"], unexplained["to"], unexplained["caller"]) == ("shop/cart.py", "page/index.ts", "total")
    assert unexplained["relation"] == "unrelated"
    assert [(row["from"], row["to"]) for row in found["unexercised"]] == [("shop/cart.py", "shop/stock.py")]
    assert repolis.load(run).observed(within="page")["unexercised"] == []
