"""The real binary on a small repository, and Chromium without a GPU.

``REPOLIS_BIN`` names the binary (default: ``target/release/repolis``), ``CHROMIUM`` the browser.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A name of an attacker that resolves to this machine.
REBOUND = "rebound.test"
FLAGS = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--no-sandbox",
    "--disable-background-networking",
    f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1",
]
# Drawing in software on a busy machine takes its time.
DEADLINE_SECS = 90
DEADLINE_MS = DEADLINE_SECS * 1000

REPOSITORY = {
    "shop/__init__.py": "",
    "shop/main.py": ["from shop.cart import total", "from shop.stock import find", "import json"],
    "shop/cart.py": ["from shop.stock import find", "from shop.tools.money import round_up"],
    "shop/stock.py": ["from shop.tools import money"],
    "shop/tools/__init__.py": "",
    "shop/tools/money.py": ["import decimal"],
    "shop/tools/report.py": ["from shop.main import run"],
    "tests/test_cart.py": ["from shop.cart import total"],
}


class City:
    """A running ``repolis view``."""

    def __init__(self, folder: Path) -> None:
        command = [BINARY, "view", str(folder), "--no-open", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self._printed_url()
        parts = urlsplit(self.url)
        self.host = parts.netloc
        self.port = parts.port
        self.token = parse_qs(parts.query)["token"][0]

    def _printed_url(self) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+/\S*\?token=\w+", line):
                return found[0]
        raise AssertionError(f"no address was printed before exit {self.process.wait()}")

    def interrupt(self) -> int:
        """Presses Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=DEADLINE_SECS)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def write_repository(folder: Path) -> None:
    for position, (name, imports) in enumerate(REPOSITORY.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        functions = [
            f"def step_{i}(x):\n    if x > {i}:\n        return x\n    return {i}\n" for i in range(5 + 4 * position)
        ]
        path.write_text("\n".join([*imports, "", *functions]))


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository") / "shop"
    write_repository(folder)
    return folder


@pytest.fixture(scope="session")
def city(repository: Path) -> Iterator[City]:
    running = City(repository)
    yield running
    running.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1000, "height": 700})
    opened.set_default_timeout(DEADLINE_MS)
    yield opened
    opened.close()


class Watched:
    """A page on a city, with what it did."""

    def __init__(self, context: BrowserContext, city: City) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.add_init_script(
            "window.blocked = []; document.addEventListener('securitypolicyviolation',"
            " (event) => window.blocked.push(event.blockedURI));"
        )
        self.page.goto(city.url)
        wait_until_ready(self.page)


def wait_until_ready(page) -> None:
    page.locator("body[data-state=ready]").wait_for(timeout=DEADLINE_MS)


@pytest.fixture(scope="session")
def watched(context: BrowserContext, city: City) -> Watched:
    """One page for all tests that only look."""
    return Watched(context, city)


@pytest.fixture
def stranger(context: BrowserContext) -> Iterator[Page]:
    """An empty page of another origin on this machine."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Another page</title>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    page.close()
    server.shutdown()
