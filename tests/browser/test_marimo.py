"""A city in a marimo notebook: real marimo, a real browser, real clicks on buildings, and what the cells then say."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEADLINE_SECS, ROOT, open_context, wait_until_ready, write_repository
from playwright.sync_api import Browser, BrowserContext, expect
from tabs import Marimo, Notebook

sys.path.insert(0, str(ROOT / "benches"))
import synthetic

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import os

    import marimo as mo
    import repolis

    return mo, os, repolis


@app.cell
def _(mo):
    again = mo.ui.button(value=0, on_click=lambda count: count + 1, label="Again")
    for_ever = mo.ui.run_button(label="For ever")
    mo.hstack([again, for_ever])
    return again, for_ever


@app.cell
def _(again, mo, repolis):
    repo = repolis.analyze(mo.cli_args()["path"])
    times = again.value
    return repo, times


@app.cell
def _(repo, repolis):
    city = repolis.show(repo)
    seen = city.state()
    city.iframe(height=500)
    return city, seen


@app.cell
def _(mo, seen):
    picked = seen()
    mo.md(f"picked {picked['path'] if picked else 'nothing'} in all")
    return


@app.cell
def _(city):
    @city.on_select
    def told(selection):
        print("told of", selection["path"] if selection else None, "at once")
        raise ValueError("a mistake of the callback")

    return


@app.cell
def _(city, mo, os, times):
    mo.md(f"times {times}: port {city.port} of process {os.getpid()} at `{city.url}` now")
    return


@app.cell
def _(for_ever, mo, repolis):
    mo.stop(not for_ever.value)
    while True:
        repolis.analyze(mo.cli_args()["large"])
    return


if __name__ == "__main__":
    app.run()
"""

#: The last headings of the notebooks that ship.
LAST = {"tour": "Keep it", "review": "4. Directories and communities", "metric": "Where it is worst"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("marimo")
    write_repository(made / "shop")
    synthetic.tree(made / "large", 5000)
    (made / "notebook.py").write_text(NOTEBOOK)
    return made


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    yield from open_context(browser, 1300, 1000)


@pytest.fixture(scope="module")
def edit(folder: Path) -> Iterator[Marimo]:
    paths = ["--path", str(folder / "shop"), "--large", str(folder / "large")]
    running = Marimo("edit", folder / "notebook.py", folder, *paths)
    yield running
    running.close()


@pytest.fixture(scope="module")
def tab(context: BrowserContext, edit: Marimo) -> Notebook:
    """One tab for all tests of the editor, in the order in which they stand."""
    return Notebook(context, edit)


def facts(notebook: Notebook) -> tuple[str, str, str]:
    """Port, process and address, as the last cell says them."""
    text = notebook.page.get_by_text(re.compile(r"^times \d+: port")).inner_text()
    found = re.search(r"port (\d+) of process (\d+) at (\S+) now", text)
    assert found, text
    return found[1], found[2], found[3]


def test_a_click_runs_the_cells_that_depend_on_it(tab: Notebook) -> None:
    city = tab.city()
    tab.text("picked nothing in all")
    first = city.click_a_building()
    tab.text(f"picked {first} in all")
    second = city.click_a_building(other_than=first)
    tab.text(f"picked {second} in all")
    # What callbacks print, and what they raise, is below the cell.
    for text in [f"told of {first} at once", f"told of {second} at once", "ValueError: a mistake of the callback"]:
        tab.text(text)
    assert tab.errors == []


def test_a_cell_that_runs_again_keeps_the_page(tab: Notebook, folder: Path) -> None:
    city, before = tab.city(), facts(tab)
    selected = city.locator("#selected-path").inner_text()
    expect(city.locator("#counts b").first).to_have_text("17")
    tab.page.locator("iframe").evaluate("(frame) => { frame.kept = true; }")
    city.frame.evaluate("window.kept = true")
    (folder / "shop" / "new.py").write_text("x = 1\n")
    tab.page.get_by_role("button", name="Again").click()
    tab.text("times 1: ")
    assert facts(tab) == before
    expect(city.locator("#counts b").first).to_have_text("18")
    # Neither the element nor the page in it is another one.
    assert tab.page.locator("iframe").evaluate("(frame) => frame.kept")
    assert city.frame.evaluate("window.kept")
    tab.text(f"picked {selected} in all")
    # The callback of the cell that ran before is not called any more.
    path = city.click_a_building(other_than=selected)
    tab.text(f"picked {path} in all")
    tab.text(f"told of {path} at once")
    assert tab.page.get_by_text(f"told of {path} at once").count() == 1
    assert tab.errors == []


def test_the_stop_button_stops_an_analysis(tab: Notebook) -> None:
    tab.page.get_by_role("button", name="For ever").click()
    tab.page.get_by_text(re.compile(r"(read|pars|scan|resolv)\w*: [\d,]+ of [\d,]+", re.IGNORECASE)).first.wait_for()
    expect(tab.page.get_by_text("Repolis", exact=True).first).to_be_attached()
    started = time.monotonic()
    tab.page.get_by_test_id("interrupt-button").click()
    tab.text("KeyboardInterrupt")
    taken = time.monotonic() - started
    print(f"{taken:.2f} s from the stop button to the end, as the notebook shows it")
    assert taken < 3
    # The kernel is as it was.
    selected = tab.city().locator("#selected-path").inner_text()
    tab.text(f"picked {tab.city().click_a_building(other_than=selected)} in all")


def test_a_tab_that_was_closed_finds_its_city_again(context: BrowserContext, edit: Marimo, tab: Notebook) -> None:
    before = facts(tab)
    tab.page.close()
    again = Notebook(context, edit)
    city = again.city()
    assert facts(again) == before
    path = city.click_a_building()
    again.text(f"picked {path} in all")
    tab.page, tab.errors = again.page, again.errors


def test_a_kernel_that_is_restarted(context: BrowserContext, tab: Notebook) -> None:
    before = facts(tab)
    beside = context.new_page()
    beside.goto(before[2])
    wait_until_ready(beside)
    tab.page.get_by_test_id("notebook-menu-dropdown").click()
    tab.page.get_by_role("menuitem", name="Restart kernel").click()
    tab.page.get_by_role("alertdialog").get_by_role("button", name="Restart").click()
    expect(beside.locator("#notice")).to_contain_text("If a notebook shows this city, run its cell again")
    beside.close()
    # The notebook itself starts again by itself.
    city = tab.city(other_than=before[2])
    after = facts(tab)
    assert after[1] != before[1] and after[2] != before[2]
    tab.text(f"picked {city.click_a_building()} in all")


def test_two_readers_of_one_app_have_a_city_each(context: BrowserContext, folder: Path) -> None:
    with Marimo("run", folder / "notebook.py", folder, "--path", str(folder / "shop")) as running:
        one, other = Notebook(context, running), Notebook(context, running)
        other.city()
        one.page.bring_to_front()
        city = one.city()
        (port_1, process_1, _), (port_2, process_2, _) = facts(one), facts(other)
        assert process_1 == process_2 and port_1 != port_2
        path = city.click_a_building()
        one.text(f"picked {path} in all")
        other.text("picked nothing in all")
        # An app shows no console: what a callback raises is said where marimo was started.
        assert "told of" not in one.page.locator("body").inner_text()
        while "ValueError: a mistake of the callback" not in running.log.read_text():
            one.page.wait_for_timeout(50)
        for notebook in (one, other):
            assert notebook.errors == []
            notebook.page.close()


def is_open(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def test_a_city_is_closed_once_its_reader_is_gone(context: BrowserContext, folder: Path) -> None:
    paths = ["--path", str(folder / "shop")]
    with Marimo("run", folder / "notebook.py", folder, *paths, options=["--session-ttl", "1"]) as running:
        gone, stays = Notebook(context, running), Notebook(context, running)
        (left, _, _), (kept, _, _) = facts(gone), facts(stays)
        gone.page.close()
        deadline = time.monotonic() + DEADLINE_SECS
        while is_open(left):
            assert time.monotonic() < deadline, "the port is open still"
            stays.page.wait_for_timeout(100)
        assert is_open(kept)
        stays.text(f"picked {stays.city().click_a_building()} in all")
        stays.page.close()


@pytest.mark.parametrize("name", ["tour", "review", "metric"])
def test_the_notebooks_that_ship(name: str, context: BrowserContext, folder: Path, repository: Path) -> None:
    with Marimo("run", ROOT / "notebooks" / f"{name}.py", folder, "--path", str(repository)) as running:
        notebook = Notebook(context, running)
        city = notebook.city()
        # All cells have run.
        notebook.page.get_by_role("heading", name=LAST[name]).wait_for()
        before = ""
        if name == "review":
            # It shows a cycle at once.
            expect(city.locator("#selected-path")).to_have_text(re.compile("^ring/"))
            before = city.locator("#selected-path").inner_text()
        if name == "metric":
            # Numbers have a scale; buildings are found by the colours of categories.
            expect(city.locator("#key-color .scale")).to_be_attached()
            notebook.page.get_by_role("radio", name="language").click()
            expect(city.locator("#key-color")).to_contain_text("Python")
        path = city.click_a_building(other_than=before)
        notebook.page.locator("code").get_by_text(path, exact=True).first.wait_for()
        assert notebook.page.get_by_text("Traceback").count() == 0
        assert notebook.errors == []
        notebook.page.close()
