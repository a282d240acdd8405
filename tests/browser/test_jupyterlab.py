"""A city in JupyterLab: the real program in a real browser, and clicks in its iframes that reach the kernel."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import DEADLINE_SECS, ROOT, open_context, write_repository
from playwright.sync_api import Browser, BrowserContext, expect
from tabs import Notebook, free_port

CELLS = {
    "iframe": [
        "import repolis\nrepo = repolis.analyze('shop')\ncity = repolis.show(repo)\ncity.iframe(height=500)",
        """from IPython.display import display
shown = display({'text/plain': 'picked nothing'}, raw=True, display_id=True)
@city.on_select
def told(selection):
    shown.update({'text/plain': f"picked {selection['path'] if selection else 'nothing'} in all"}, raw=True)""",
    ],
    "widget": [
        "import repolis\nrepo = repolis.analyze('shop')\ncity = repolis.show(repo)\nheld = city.widget(height=500)\nheld",
        """from IPython.display import display
shown = display({'text/plain': 'picked nothing'}, raw=True, display_id=True)
def told(change):
    selection = change['new']
    shown.update({'text/plain': f"picked {selection['path'] if selection else 'nothing'} in all"}, raw=True)
held.observe(told, 'selection')""",
    ],
}
#: Cells out of sight are drawn too, and nothing is fetched from elsewhere.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


class Lab:
    """A running ``jupyter lab`` of a user who has no settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, values in SETTINGS.items():
            file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        self.log = folder / "lab.log"
        self.port = free_port()
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.root_dir": folder,
            "IdentityProvider.token": "",
            "LabApp.user_settings_dir": folder / "settings",
            "LabApp.workspaces_dir": folder / "workspaces",
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        homes = ["HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "python"),
            **{name: str(folder / "home") for name in homes},
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        until = time.monotonic() + DEADLINE_SECS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api", timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until, self.log.read_text()
                time.sleep(0.05)

    def close(self) -> None:
        # Its kernels are processes of their own.
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Book:
    """A notebook at its address in the lab."""

    def __init__(self, lab: Lab, name: str) -> None:
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(code) for code in CELLS[name]]
        book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(book, lab.folder / f"{name}.ipynb")
        self.url = f"http://127.0.0.1:{lab.port}/lab/tree/{name}.ipynb?reset"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    write_repository(folder / "shop")
    running = Lab(folder)
    yield running
    running.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    yield from open_context(browser, 1500, 1100)


@pytest.mark.parametrize("name", CELLS)
def test_a_click_in_the_lab_reaches_the_kernel(name: str, lab: Lab, context: BrowserContext) -> None:
    tab = Notebook(context, Book(lab, name))
    # What is asked before the kernel is there is forgotten.
    expect(tab.page.locator("#jp-bottom-panel")).to_contain_text("| Idle")
    tab.page.get_by_role("menuitem", name="Run", exact=True).click()
    tab.page.get_by_text("Run All Cells", exact=True).click()
    tab.text("picked nothing")
    city = tab.city()
    first = city.click_a_building()
    tab.text(f"picked {first} in all")
    tab.text(f"picked {city.click_a_building(other_than=first)} in all")
    assert tab.errors == []
    tab.page.close()
