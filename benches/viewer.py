"""What a city asks of the viewer: what its first picture draws, and the memory of a browser that shows it.

A machine without a GPU cannot tell frames a second. What a frame costs follows from what is drawn, which can be counted.
"""

import re
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright
from rerun.experimental import RrdReader

# Bytes that Rerun's renderer uploads in each frame: the transform, tint and ids of an instance of a mesh, and a vertex
# of a line with its share of the strip's data.
BYTES_OF_BOX = 108
BYTES_OF_VERTEX = 20
TRIANGLES_OF_BOX = 12
TRIANGLES_OF_SEGMENT = 2
FLAGS = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--no-sandbox",
    "--disable-background-networking",
]
# Drawing in software takes its time.
DEADLINE_S = 300


@dataclass
class Drawn:
    """The first picture of a city."""

    entities: int = 0
    boxes: int = 0
    triangles: int = 0
    uploaded_bytes: int = 0


def drawn(recording: Path) -> Drawn:
    """Counts what the layout shows: blocks in the place of buildings where there are any."""
    chunks = [chunk for chunk in RrdReader(recording).stream() if not str(chunk.entity_path).startswith("/tables/")]
    has_blocks = any(str(chunk.entity_path) == "/blocks" for chunk in chunks)
    found = Drawn()
    for chunk in chunks:
        entity = str(chunk.entity_path)
        if entity.startswith("/__") or (has_blocks and entity.startswith("/city/")):
            continue
        found.entities += 1
        batch = chunk.to_record_batch()
        columns = {name: batch.column(name)[0].as_py() for name in batch.schema.names if ":" in name}
        boxes = sum(any(half) for half in columns.get("Boxes3D:half_sizes") or [])
        strips = columns.get("LineStrips3D:strips") or []
        vertices = sum(map(len, strips))
        found.boxes += boxes
        found.triangles += TRIANGLES_OF_BOX * boxes + TRIANGLES_OF_SEGMENT * (vertices - len(strips))
        found.uploaded_bytes += BYTES_OF_BOX * boxes + BYTES_OF_VERTEX * vertices
    return found


@dataclass
class Browser:
    """A page that shows a city."""

    memory_bytes: int
    ready_s: float
    idle_cpu: float


def browser(program: Path, recording: Path, chromium: str) -> Browser:
    """Opens a recording in headless Chromium; the memory is that of the page's own process."""
    city = subprocess.Popen([program, "replay", recording, "--no-open"], stdout=subprocess.PIPE, text=True)
    try:
        address = next(found[0] for line in city.stdout if (found := re.search(r"http://127\.0\.0\.1\S+", line)))
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = opened.new_page(viewport={"width": 1600, "height": 1000})
            start = time.perf_counter()
            page.goto(address)
            page.wait_for_selector("body[data-state=ready]", timeout=DEADLINE_S * 1000)
            ready = time.perf_counter() - start
            renderer = settled(max(renderers(), key=lambda process: process.memory_info().rss))
            memory = renderer.memory_full_info().uss
            idle = psutil.Process(city.pid).cpu_percent(interval=5) / 100
            opened.close()
    finally:
        city.kill()
        city.wait()
    return Browser(memory, ready, idle)


def renderers() -> list[psutil.Process]:
    below = psutil.Process().children(recursive=True)
    return [process for process in below if "--type=renderer" in " ".join(process.cmdline())]


def settled(process: psutil.Process) -> psutil.Process:
    """Waits until the process has drawn what it was sent."""
    process.cpu_percent()
    until = time.perf_counter() + DEADLINE_S
    while time.perf_counter() < until:
        if statistics.mean(process.cpu_percent(interval=1) for _ in range(3)) < 5:
            break
    return process
