"""What outlives a call: memory over many runs, the end of the process, and processes that it starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import shop

sys.path.insert(0, str(shop.ROOT / "benches"))
import synthetic

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.write(tmp_path_factory.mktemp("life") / "shop")


RERUN = """
import gc, sys
sys.path.insert(0, sys.argv[2])
import psutil, repolis
from page import Page, poll

def rss():
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20

repo = repolis.analyze(sys.argv[1])
city = repolis.show(repo)
url, page = city.url, Page(city.url)
for turn in range(200):
    if turn == 60:
        before = rss()
    if turn % 20 == 0:
        repo = repolis.analyze(sys.argv[1])
    city = repolis.show(repo, color=("complexity", "fan_in")[turn % 2])
    assert city.url == url
    heard = city.on_select(lambda selection: None)
poll(lambda: page.heard("replaced"), "the page follows")
print(rss() - before, page.received_bytes / 2**20, city.pages)
"""


def test_200_runs_of_a_cell_need_no_more_memory(tmp_path: Path) -> None:
    folder = synthetic.tree(tmp_path / "tree", 2000)
    done = shop.python(RERUN, folder, HERE)
    assert done.returncode == 0, done.stderr
    grown, received, pages = map(float, done.stdout.split())
    # 140 cities of half a megabyte, and of several in memory: one that is kept each time would be a multiple of this.
    assert grown < 60, f"{grown:.0f} MiB more"
    assert received > 0.3 and pages == 1


END = """
import sys, repolis
repo = repolis.analyze(sys.argv[1])
city = repolis.show(repo)
city.on_select(print)
frame = city.iframe()
"""


@pytest.mark.parametrize("turn", range(5))
def test_a_process_ends_cleanly_while_a_city_is_open(turn: int, folder: Path) -> None:
    done = shop.python(END, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


BUSY = """
import sys, threading, time, repolis

def work():
    while True:
        repolis.analyze(sys.argv[1])

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""


@pytest.mark.parametrize("turn", range(5))
def test_a_process_ends_cleanly_while_threads_analyse(turn: int, folder: Path) -> None:
    done = shop.python(BUSY, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


SPAWN = """
import multiprocessing, os, sys
import repolis

def count(path):
    return len(repolis.analyze(path))

if __name__ == "__main__":
    method, path = sys.argv[1:]
    repo = repolis.analyze(path)
    city = repolis.show(repo)
    with multiprocessing.get_context(method).Pool(2) as pool:
        print(pool.map_async(count, [path] * 4).get(60))
    # The parent's page is still there, and answers.
    import urllib.request
    print(urllib.request.urlopen(city.url).status, len(repolis.analyze(path)))
"""


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_processes_of_multiprocessing(method: str, folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SPAWN)
    done = subprocess.run(
        [sys.executable, str(script), method, str(folder)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["[11, 11, 11, 11]", "200 11"]


FORK = """
import os, sys, urllib.request
import repolis
city = repolis.show(repolis.analyze(sys.argv[1]))
child = os.fork()
if child == 0:
    # It runs what runs at the end, and that is not the end of the parent's page.
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
print(urllib.request.urlopen(city.url).status)
"""


def test_the_end_of_a_forked_child_leaves_the_page(folder: Path) -> None:
    done = shop.python(FORK, folder)
    assert (done.returncode, done.stdout.strip()) == (0, "200"), done.stderr


INTERRUPTED = """
import os, signal, sys, threading, repolis
repo = repolis.analyze(sys.argv[1])
city = repolis.show(repo)
threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    threading.Event().wait(20)
except KeyboardInterrupt:
    city.select("shop/cart.py")
    print("interrupted", city.port > 0)
"""


def test_ctrl_c_stays_pythons(folder: Path) -> None:
    done = shop.python(INTERRUPTED, folder)
    assert (done.returncode, done.stdout.strip()) == (0, "interrupted True"), done.stderr
