"""A city in a Jupyter notebook: a real kernel runs the cells, and a browser shows their output while it lives."""

from __future__ import annotations

import functools
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from conftest import DEADLINE_SECS, ROOT
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import BrowserContext
from tabs import Notebook

CELLS = [
    "import repolis\nrepo = repolis.analyze('shop')",
    "city = repolis.show(repo)\ncity",
    "clicked = []\ncity.on_select(clicked.append);",
    "defining = get_ipython().get_parent()['header']['msg_id']\n@city.on_select\ndef told(selection):\n    print('told of', selection['path'])\n    raise ValueError('a mistake')",
]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Served:
    """A folder at an address, as Jupyter's own pages have one."""

    def __init__(self, folder: Path, name: str) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.server.server_port}/{name}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def run(client: NotebookClient, code: str) -> str:
    """Runs a further cell and gives what it shows."""
    cell = nbformat.v4.new_code_cell(code)
    client.nb.cells.append(cell)
    client.execute_cell(cell, len(client.nb.cells) - 1)
    # What a callback prints meanwhile stands there too.
    return next(output["data"]["text/plain"] for output in cell.outputs if "data" in output)


def test_a_click_in_the_output_of_a_cell_reaches_the_kernel(
    context: BrowserContext, repository: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setitem(os.environ, "PYTHONPATH", str(ROOT / "python"))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    client = NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(repository.parent)}})
    with client.setup_kernel():
        for position, cell in enumerate(book.cells):
            client.execute_cell(cell, position)
        defining = run(client, "defining").strip("'")
        (tmp_path / "book.html").write_text(HTMLExporter().from_notebook_node(book)[0])
        served = Served(tmp_path, "book.html")
        tab = Notebook(context, served)
        city = tab.city()
        path = city.click_a_building()
        # What a callback prints and raises is sent as of the cell that ran last.
        said, parents = "", set()
        while f"told of {path}" not in said or "ValueError: a mistake" not in said:
            message = run_sync(client.kc.get_iopub_msg)(timeout=DEADLINE_SECS)
            if message["msg_type"] == "stream":
                parents.add(message["parent_header"]["msg_id"])
                said += message["content"]["text"]
        assert defining not in parents
        # The kernel hears of it on its own; a cell that runs later sees it.
        assert (
            run(client, f"import time\nwhile not clicked: time.sleep(0.01)\nclicked[-1]['path'] == {path!r}") == "True"
        )
        assert run(client, "city.selection['kind']") == "'file'"
        # And a cell moves the page.
        run(client, "city.select('shop/cart.py'); 'done'")
        tab.city().frame.wait_for_function("document.querySelector('#selected-path')?.textContent === 'shop/cart.py'")
        tab.page.close()
        served.server.shutdown()
