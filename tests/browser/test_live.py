"""A city that its host replaces, drives and watches: `examples/drive.rs` in the place of such a host."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import DEADLINE_MS, DEADLINE_SECS, PYTHON, ROOT, open_context, wait_until_ready, write_repository
from PIL import Image
from pixels import count_hue, difference, inner_points, poll, settled_picture, swatch_hue, wait_for_buildings
from playwright.sync_api import Browser, BrowserContext, Page, expect

sys.path.insert(0, str(ROOT / "benches"))
import synthetic

HOST = os.environ.get("REPOLIS_DRIVE", str(ROOT / "target" / "release" / "examples" / "drive"))
MEMORY = """
    const keep = (made) => ((window.memory ??= (made.instance ?? made).exports.memory), made);
    for (const name of ["instantiate", "instantiateStreaming"]) {
        const real = WebAssembly[name];
        WebAssembly[name] = (...all) => real(...all).then(keep);
    }
"""


@contextlib.contextmanager
def every_picture(page: Page) -> Iterator[list[Image.Image]]:
    """What the browser shows meanwhile, each picture as it comes to the screen."""
    pictures: list[Image.Image] = []
    session = page.context.new_cdp_session(page)

    def keep(frame: dict) -> None:
        pictures.append(Image.open(io.BytesIO(base64.b64decode(frame["data"]))).convert("HSV"))
        session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    session.on("Page.screencastFrame", keep)
    session.send("Page.startScreencast", {"format": "jpeg", "quality": 70, "everyNthFrame": 1})
    yield pictures
    session.send("Page.stopScreencast")
    session.detach()


def colored(picture: Image.Image) -> float:
    """The share of the city's part of the page that has a colour."""
    left = np.asarray(picture)[:, : picture.width * 6 // 10, 1]
    return float(np.count_nonzero(left > 90) / left.size)


class Host:
    """The program that serves a city."""

    def __init__(self, folder: Path, *args: str) -> None:
        command = [HOST, str(folder), *args]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answers: queue.Queue[dict] = queue.Queue()
        self.events: queue.Queue[dict] = queue.Queue()
        line = self.process.stdout.readline()
        assert line, f"{HOST} ended; build it with: cargo build --release --locked --bins --examples"
        self.url = json.loads(line)["url"]
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            said = json.loads(line)
            (self.events if "event" in said else self.answers).put(said)

    def ask(self, type_: str, **wish: object) -> dict:
        self.process.stdin.write(json.dumps({"type": type_, **wish}) + "\n")
        self.process.stdin.flush()
        return self.answers.get(timeout=DEADLINE_SECS)

    def wait_for(self, event: str, **expect: object) -> dict:
        while True:
            found = self.events.get(timeout=DEADLINE_SECS)
            if found["event"] == event and all(found[key] == value for key, value in expect.items()):
                return found

    def forget(self) -> None:
        while not self.events.empty():
            self.events.get()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Shown:
    """A page on a host of its own."""

    def __init__(self, context: BrowserContext, folder: Path) -> None:
        self.folder, self.host = folder, Host(folder)
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.add_init_script(MEMORY)
        self.page.goto(self.host.url)
        wait_until_ready(self.page)
        wait_for_buildings(self.page, DEADLINE_SECS)

    def buildings(self) -> int:
        return int(self.page.locator("#counts b").first.inner_text().replace(",", ""))

    def replace(self, name: str, lines: int) -> float:
        """Another file each time; how long it took until the page says so."""
        (self.folder / f"{name}.py").write_text(PYTHON.replace("NUMBER", "1") * lines)
        before, started = self.buildings(), time.monotonic()
        assert "error" not in self.host.ask("replace", folder=str(self.folder))
        expect(self.page.locator("#counts b").first).to_have_text(f"{before + 1:,}")
        return time.monotonic() - started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    yield from open_context(browser, 1000, 700)


@pytest.fixture
def shown(context: BrowserContext, tmp_path: Path) -> Iterator[Shown]:
    folder = tmp_path / "shop"
    write_repository(folder)
    made = Shown(context, folder)
    yield made
    made.host.close()


def test_a_replaced_city_keeps_what_the_page_shows(shown: Shown) -> None:
    page, host = shown.page, shown.host
    host.ask("imports", path="shop/cart.py", depth=2, direction="out")
    host.ask("filter", hide={"role": ["test"]})
    host.ask("look", color="complexity")
    expect(page.locator("#key-color .scale")).to_be_attached()
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    host.ask("frame", path="shop")
    settled_picture(page, DEADLINE_SECS)
    url = page.url
    with every_picture(page) as pictures:
        shown.replace("zz", 1)
        near = settled_picture(page, DEADLINE_SECS)
    shares = [colored(one) for one in pictures]
    assert len(shares) > 2 and min(shares) > max(shares) / 2, shares
    expect(page).to_have_url(url)
    for part in ["color=complexity", "hide.role=test", "select=shop/cart.py", "depth=2", "direction=out"]:
        assert part in url
    expect(page.locator("#menu-color")).to_have_value("complexity")
    expect(page.locator("#direction")).to_have_value("out")
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    expect(page.locator("#shown")).to_contain_text("hidden")
    # The camera is where it was, and not over the whole city.
    host.ask("frame", path=None)
    poll(
        lambda: difference(near, settled_picture(page, DEADLINE_SECS)),
        lambda share: share > 0.2,
        DEADLINE_SECS,
        "moved",
    )
    assert shown.errors == []


def test_what_is_gone_is_no_longer_selected(shown: Shown) -> None:
    shown.host.ask("select", path="ring/red.py")
    shown.host.wait_for("selected", path="ring/red.py")
    (shown.folder / "ring" / "red.py").unlink()
    shown.host.ask("replace", folder=str(shown.folder))
    shown.host.wait_for("cleared")
    expect(shown.page.locator("#selection.empty")).to_be_attached()
    expect(shown.page).not_to_have_url(re.compile("#.*select"))
    expect(shown.page.locator("#notice")).to_be_hidden()


def test_fifty_replaced_cities_are_given_back(shown: Shown) -> None:
    measure = "() => window.memory.buffer.byteLength / 1e6"
    for turn in range(50):
        shown.replace(f"new_{turn}", 5)
        if turn == 9:
            before = shown.page.evaluate(measure)
    assert shown.page.evaluate(measure) - before < 60, "megabytes: fifty recordings would be more"
    assert shown.errors == []


def next_selected(host: Host) -> dict:
    while (event := host.events.get(timeout=4))["event"] != "selected":
        pass
    return event


def test_a_click_comes_out(shown: Shown) -> None:
    page, host = shown.page, shown.host
    joined = host.wait_for("joined")
    settled_picture(page, DEADLINE_SECS)
    latencies = []
    for x, y in inner_points(wait_for_buildings(page, DEADLINE_SECS)):
        page.mouse.move(x, y)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        started = time.monotonic()
        page.mouse.click(x, y)
        try:
            selected = next_selected(host)
        except queue.Empty:
            # The same building, or an arc before it.
            continue
        latencies.append(time.monotonic() - started)
        assert (selected["event"], selected["page"]) == ("selected", joined["page"])
        expect(page.locator("#selected-path")).to_have_text(selected["path"])
        assert selected["details"]["metrics"]
        if len(latencies) == 3:
            break
    assert len(latencies) == 3
    print("seconds from a click to its event", latencies)


def test_a_search_and_a_function_come_out(shown: Shown) -> None:
    shown.page.keyboard.press("/")
    shown.page.keyboard.insert_text("report step_7")
    shown.page.locator("#hits [role=option]").first.click()
    selected = shown.host.wait_for("selected", path="shop/tools/report.py")
    assert (selected["kind"], selected["function"]) == ("file", "step_7")


def test_two_pages_are_told_apart_and_both_obey(shown: Shown, context: BrowserContext) -> None:
    assert shown.host.ask("pages")["done"] == 1
    shown.host.ask("look", color="role")
    other = context.new_page()
    other.goto(shown.host.url)
    wait_until_ready(other)
    # Who comes late hears of it.
    expect(other.locator("#menu-color")).to_have_value("role")
    assert shown.host.ask("pages")["done"] == 2
    shown.host.forget()
    shown.host.ask("select", path="web/app.js")
    pages = {shown.host.wait_for("selected", path="web/app.js")["page"] for _ in range(2)}
    assert len(pages) == 2
    other.close()
    assert shown.host.wait_for("left")["page"] in pages
    # What the address says comes first.
    third = context.new_page()
    third.goto(f"{shown.host.url}#color=fan_in&select=web/parts.js")
    wait_until_ready(third)
    expect(third.locator("#selected-path")).to_have_text("web/parts.js")
    expect(third.locator("#menu-color")).to_have_value("fan_in")


def test_what_there_is_not_is_refused(shown: Shown) -> None:
    assert shown.host.ask("select", path="shop/cort.py")["error"].startswith(
        "shop/cort.py: not in this city; did you mean shop/cart.py"
    )
    assert "did you mean complexity" in shown.host.ask("look", color="complexty")["error"]
    expect(shown.page.locator("#notice")).to_be_hidden()


def test_a_metric_of_the_host_is_a_colour_at_once(shown: Shown) -> None:
    page, host = shown.page, shown.host
    risks = {path.relative_to(shown.folder).as_posix(): "low" for path in shown.folder.rglob("*.py")}
    assert host.ask("metric", name="risk", values={**risks, "gone.py": "high"})["done"] == ["gone.py"]
    host.ask("look", color="risk")
    expect(page.locator("#key-color")).to_contain_text("low")
    low = swatch_hue(page, "key-color", "low")
    poll(lambda: count_hue(page, low), lambda count: count > 10_000, DEADLINE_SECS, "pixels of low risk")
    host.ask("select", path="shop/cart.py")
    expect(page.locator("#selection .metrics")).to_contain_text("risk")
    # Other values of the same name.
    host.ask("metric", name="risk", values={**risks, "shop/cart.py": "high", "tests/test_cart.py": "high"})
    expect(page.locator("#key-color")).to_contain_text("high")
    high = swatch_hue(page, "key-color", "high")
    poll(lambda: count_hue(page, high), lambda count: count > 1000, DEADLINE_SECS, "pixels of high risk")
    expect(page.locator("#selection .metrics")).to_contain_text("high")
    host.ask("metric", name="weight", values={"shop/cart.py": 100.0, "shop/main.py": 1.0})
    host.ask("look", area="weight")
    expect(page.locator("#menu-area")).to_have_value("weight")
    assert "the analysis has a metric of this name" in host.ask("metric", name="complexity", values={})["error"]
    assert shown.errors == []


def test_wishes_come_true_in_a_city_of_5000_files(context: BrowserContext, tmp_path: Path) -> None:
    folder = synthetic.tree(tmp_path / "large", 5000)
    shown = Shown(context, folder)
    page, host = shown.page, shown.host
    path = next(folder.rglob("*.py")).relative_to(folder).as_posix()

    def measure(what: str, done: str, type_: str, **wish: object) -> None:
        started = time.monotonic()
        assert "error" not in host.ask(type_, **wish)
        page.wait_for_function(f"() => {done}", polling=5)
        print(f"{what}: {(time.monotonic() - started) * 1e3:.0f} ms until the page says so")

    measure("select", f"document.querySelector('#selected-path')?.textContent === '{path}'", "select", path=path)
    measure("colour", "document.querySelector('#key-color .scale')", "look", color="complexity")
    values = {found.relative_to(folder).as_posix(): len(found.name) * 1.0 for found in folder.rglob("*.py")}
    offered = "[...document.querySelector('#menu-color').options].some((one) => one.value === 'own')"
    measure("metric", offered, "metric", name="own", values=values)
    measure("colour by it", "location.hash.includes('color=own')", "look", color="own")
    measure("filter", "!document.querySelector('#shown').textContent.startsWith('All')", "filter", directory="area0")
    measure("imports", "location.hash.includes('depth=2')", "imports", path=path, depth=2)
    measure("clear", "document.querySelector('#selection.empty')", "clear")
    shown.host.close()


FRAME = """(url) => {
    const frame = Object.assign(document.createElement("iframe"), {src: url, width: 900, height: 600});
    document.body.append(frame);
}"""


def test_a_notebook_can_frame_it_with_the_token_only(shown: Shown, stranger: Page) -> None:
    stranger.evaluate(FRAME, shown.host.url)
    frame = stranger.frame_locator("iframe")
    frame.locator("body[data-state=ready]").wait_for(timeout=DEADLINE_MS)
    shown.host.ask("select", path="shop/cart.py")
    expect(frame.locator("#selected-path")).to_have_text("shop/cart.py")
    # Without it there is nothing to be framed.
    stranger.evaluate("document.querySelector('iframe').remove()")
    stranger.evaluate(FRAME, shown.host.url.split("?")[0])
    stranger.wait_for_function("document.querySelector('iframe').contentDocument === null")
    assert stranger.frames[1].query_selector("#city") is None
