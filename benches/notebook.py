"""How long a click takes from the browser to a callback in Python, and a wish from Python to the page.

The city is in a process of its own, as in a kernel; both processes read the same clock of this machine.
"""

import json
import os
import queue
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import inputs
from playwright.sync_api import Browser, Page, sync_playwright
from viewer import FLAGS

sys.path.insert(0, str(inputs.ROOT / "tests/browser"))

KERNEL = """
import json, sys, time
import repolis

repo = repolis.analyze(sys.argv[1], progress=False)
city = repolis.show(repo)

@city.on_select
def told(selection):
    print(json.dumps({"called": time.time() * 1000, "path": selection and selection["path"]}), flush=True)

print(json.dumps({"url": city.url}), flush=True)
values = {row["path"]: float(len(row["path"])) for row in repo.top("bytes", len(repo))}
for line in sys.stdin:
    name, arguments, options = json.loads(line)
    started = time.time() * 1000
    if arguments == ["values"]:
        arguments = [values]
    getattr(city, name)(*arguments, **options)
    print(json.dumps({"started": started, "returned": time.time() * 1000}), flush=True)
"""
# When the button was let go, and when the page told Repolis what the viewer made of it.
WATCH = """
    const now = () => performance.timeOrigin + performance.now();
    addEventListener("pointerup", (event) => (window.upAt = performance.timeOrigin + event.timeStamp), true);
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (typeof data === "string" && data.includes('"select')) window.toldAt = now();
        return send.call(this, data);
    };
    window.until = (holds) => {
        window.heldAt = 0;
        const look = () => {
            if (window.heldAt || !holds()) return;
            window.heldAt = now();
            requestAnimationFrame(() => requestAnimationFrame(() => (window.paintedAt = now())));
        };
        new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    };
"""
WISHES = [
    ("select", "select", ["PATH"], {}, "document.querySelector('#selected-path')?.textContent === 'PATH'"),
    ("colour by a metric", "color", ["complexity"], {}, "document.querySelector('#menu-color').value === 'complexity'"),
    ("colour by a dict", "color", ["values"], {}, "document.querySelector('#menu-color').value === 'own'"),
    ("filter", "filter", [], {"directory": "area0"}, "!document.querySelector('#shown').textContent.startsWith('All')"),
    ("no filter", "filter", [], {}, "document.querySelector('#shown').textContent.startsWith('All')"),
]


# Frames are drawn in software.
WAIT_S = 4


@dataclass
class Latency:
    """Medians in milliseconds, and how many were measured."""

    count: int
    click_ms: float
    told_ms: float
    slowest_ms: float
    # By wish: until the page has carried it out, and until the frame after that.
    wishes_ms: dict[str, tuple[float, float]]


class Kernel:
    """Python with a city."""

    def __init__(self, tree: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", KERNEL, str(tree)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(inputs.ROOT / "python")},
        )
        self.url = json.loads(self.process.stdout.readline())["url"]
        self.calls: queue.Queue[dict] = queue.Queue()
        self.answers: queue.Queue[dict] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            said = json.loads(line)
            (self.calls if "called" in said else self.answers).put(said)

    def ask(self, name: str, arguments: list, options: dict) -> dict:
        self.process.stdin.write(json.dumps([name, arguments, options]) + "\n")
        self.process.stdin.flush()
        return self.answers.get(timeout=60)


def measure(small: Path, tree: Path, chromium: str, clicks: int = 50, rounds: int = 5) -> Latency:
    """Real clicks on buildings of a small city, as each waits for frames, and wishes to a large one, in headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        whole, told = on_page(browser, small, lambda page, kernel: click(page, kernel, clicks))
        wishes = on_page(browser, tree, lambda page, kernel: wish(page, kernel, tree, rounds))
        browser.close()
    return Latency(len(whole), statistics.median(whole), statistics.median(told), max(whole), wishes)


def on_page(browser: Browser, tree: Path, work: Callable[[Page, Kernel], Any]) -> Any:
    """A kernel and a page on its city."""
    kernel = Kernel(tree)
    try:
        page = browser.new_page(viewport={"width": 800, "height": 600})
        page.add_init_script(WATCH)
        page.goto(kernel.url)
        page.wait_for_selector("body[data-state=ready]", timeout=300_000)
        found = work(page, kernel)
        page.close()
        return found
    finally:
        kernel.process.kill()
        kernel.process.wait()


def click(page: Page, kernel: Kernel, wanted: int) -> tuple[list[float], list[float]]:
    """From letting go of the button to the first line of the callback, and from the page's message on."""
    from pixels import building_points, settled_picture, wait_for_buildings

    wait_for_buildings(page, 300)
    settled_picture(page, 300)
    points = building_points(page)
    whole, told = [], []
    for x, y in points[:: max(1, len(points) // (6 * wanted))]:
        page.mouse.move(x, y)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.wait_for_timeout(200)
        while not kernel.calls.empty():
            kernel.calls.get()
        page.mouse.click(x, y)
        try:
            called = kernel.calls.get(timeout=WAIT_S)
        except queue.Empty:
            # The building that is selected already, or the ground.
            continue
        if called["path"] is None:
            continue
        up, sent = page.evaluate("[window.upAt, window.toldAt]")
        whole.append(called["called"] - up)
        told.append(called["called"] - sent)
        if len(whole) == wanted:
            break
    return whole, told


def wish(page: Page, kernel: Kernel, tree: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """From the call in Python until the page shows it; the viewer's picture follows with its next frames."""
    paths = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*.py"))
    found: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds):
        path = paths[number * len(paths) // rounds]
        for title, name, arguments, options, holds in WISHES:
            page.evaluate(f"until(() => {holds.replace('PATH', path)})")
            answer = kernel.ask(name, [one.replace("PATH", path) for one in arguments], options)
            page.wait_for_function("() => window.heldAt && window.paintedAt > window.heldAt", timeout=60_000)
            held, painted = page.evaluate("[window.heldAt, window.paintedAt]")
            found.setdefault(title, []).append((held - answer["started"], painted - answer["started"]))
        kernel.ask("color", ["language"], {})
        page.wait_for_function("() => document.querySelector('#menu-color').value === 'language'")
    return {
        title: (statistics.median(held for held, _ in all), statistics.median(painted for _, painted in all))
        for title, all in found.items()
    }
