"""Marimo for real, and the page of a city in an iframe of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from conftest import DEADLINE_MS, DEADLINE_SECS, ROOT
from pixels import inner_points, wait_for_buildings
from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

# Cells run when the notebook is opened, and nothing is asked or fetched.
CONFIG = """
[runtime]
auto_instantiate = true
on_cell_change = "autorun"

[server]
disable_file_downloads = false
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def environment(folder: Path) -> dict[str, str]:
    """Of a user who has no settings, with the package of this folder."""
    config = folder / "config" / "marimo"
    config.mkdir(parents=True, exist_ok=True)
    (config / "marimo.toml").write_text(CONFIG)
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "python"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "MARIMO_SKIP_UPDATE_CHECK": "1",
    }


class Marimo:
    """``marimo run`` or ``marimo edit`` of a file."""

    def __init__(self, mode: str, file: Path, folder: Path, *args: str, options: Sequence[str] = ()) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = folder / f"marimo-{self.port}.log"
        command = [sys.executable, "-m", "marimo", "-q", "-y", mode, str(file)]
        command += ["--headless", "--no-token", "--port", str(self.port), *options]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, *(["--", *args] if args else [])],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(folder),
                cwd=folder,
                start_new_session=True,
            )
        until = time.monotonic() + DEADLINE_SECS
        while True:
            try:
                urllib.request.urlopen(f"{self.url}health", timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until, self.log.read_text()
                time.sleep(0.05)

    def __enter__(self) -> Marimo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        # Its kernels are processes of their own.
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Notebook:
    """A tab with a notebook in it."""

    def __init__(self, context: BrowserContext, marimo: Marimo) -> None:
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        # What is drawn in a tab behind another is not painted.
        self.page.bring_to_front()
        self.page.goto(marimo.url)

    def text(self, text: str, **options: int) -> None:
        """Waits until the notebook says so."""
        expect(self.page.locator("body")).to_contain_text(text, **options)

    def city(self, other_than: str = "") -> InFrame:
        """The city in the iframe, once it is there; not the one at an address that goes."""
        other = f":not([src='{other_than}'])" if other_than else ""
        element = self.page.locator(f"iframe[title^='City of']{other}").first
        element.wait_for(timeout=DEADLINE_MS)
        element.scroll_into_view_if_needed()
        frame = element.element_handle().content_frame()
        assert frame
        frame.locator("body[data-state=ready]").wait_for(timeout=DEADLINE_MS)
        return InFrame(self.page, frame)


class InFrame:
    """A frame as a page, for what looks for buildings on its picture."""

    def __init__(self, page: Page, frame: Frame) -> None:
        self.page, self.frame = page, frame

    def locator(self, selector: str) -> Locator:
        return self.frame.locator(selector)

    def eval_on_selector_all(self, selector: str, expression: str) -> object:
        return self.frame.eval_on_selector_all(selector, expression)

    def screenshot(self) -> bytes:
        return self.page.screenshot()

    def click_a_building(self, other_than: str = "") -> str:
        """Clicks where the picture shows buildings until one that is a file is selected; its path."""
        # Cells above it may have grown meanwhile.
        self.frame.frame_element().scroll_into_view_if_needed()
        for x, y in inner_points(wait_for_buildings(self, DEADLINE_SECS, 60)):
            self.page.mouse.move(x, y)
            self.page.wait_for_timeout(100)
            self.page.mouse.click(x, y)
            try:
                self.frame.wait_for_function(
                    "(other) => { const path = document.querySelector('#selected-path')?.textContent;"
                    " return path && path.includes('.') && path !== other; }",
                    arg=other_than,
                    timeout=4000,
                )
            except Exception:
                continue
            return self.locator("#selected-path").inner_text()
        raise AssertionError("no click hit a building")
