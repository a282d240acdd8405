"""A notebook exported by marimo that shows an exported city in a frame: two folders of files, and no Python any more."""

from __future__ import annotations

import io
import mimetypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import marimo
import numpy as np
import pytest
from conftest import DEADLINE_MS, DEADLINE_SECS, ROOT, wait_until_ready
from folders import BELOW, Host, export
from PIL import Image
from pixels import poll
from playwright.sync_api import BrowserContext, FrameLocator, Route, expect

NOTEBOOK = """import marimo

app = marimo.App()


@app.cell
def _():
    import repolis

    repolis.replay({url!r}, height=500)
    return
"""
# An exported notebook takes marimo's own page from there; the package has the same files.
CDN = "https://cdn.jsdelivr.net/npm/@marimo-team/frontend@"
STATIC = Path(marimo.__file__).parent / "_static"


def from_package(route: Route) -> None:
    file = STATIC / route.request.url.split("/dist/", 1)[1].split("?")[0]
    if not file.is_file():
        return route.fulfill(status=404)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return route.fulfill(body=file.read_bytes(), content_type=kind, headers={"Access-Control-Allow-Origin": "*"})


def bright_points(frame: FrameLocator) -> int:
    """Ground, background and names have no colours; buildings do."""
    image = Image.open(io.BytesIO(frame.locator("#city").screenshot())).convert("HSV")
    return int(np.count_nonzero(np.asarray(image)[:, :, 1] > 128))


@pytest.fixture(scope="module")
def host(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    root = tmp_path_factory.mktemp("notebook")
    export(repository, root)
    notebook = root / "notebook.py"
    # Relative: notebook and city can be put anywhere together.
    notebook.write_text(NOTEBOOK.format(url=f"{BELOW.replace(' ', '%20')}/#color=role"))
    command = [sys.executable, "-m", "marimo", "export", "html", str(notebook), "-o", str(root / "notebook.html")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python" / "pure" / "src")}
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, timeout=DEADLINE_SECS)
    assert done.returncode == 0, done.stderr
    running = Host(root)
    yield running
    running.close()


def test_an_exported_notebook_shows_the_city(context: BrowserContext, host: Host) -> None:
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(host.origin) else route.abort())
    page.route(f"{CDN}**", from_package)
    page.goto(f"{host.origin}/notebook.html")
    frame = page.frame_locator("iframe[title='A city of Repolis']")
    wait_until_ready(frame)
    expect(frame.locator("#name")).to_have_text("shop")
    expect(frame.locator("#menu-color")).to_have_value("role")
    expect(frame.locator("#status")).to_be_hidden(timeout=DEADLINE_MS)
    poll(lambda: bright_points(frame), lambda count: count > 3000, DEADLINE_SECS, "points in the colours of buildings")
    frame.locator("#search").fill("cart.py")
    frame.locator("#search").press("Enter")
    expect(frame.locator("#selected-path")).to_have_text("shop/cart.py")
    assert any("/data/city.json.gz" in url for url in requests)
    page.close()
