"""Buildings in a screenshot, found by the colours that the legend names."""

from __future__ import annotations

import colorsys
import io
import re
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from PIL import Image
from playwright.sync_api import Page

# Faces in the shade keep the hue of the legend, not its brightness.
HUE_TOLERANCE = 0.03
LEAST_SATURATION = 0.3
STEP = 4
# Of 255, in one of red, green and blue.
CLEAR_DIFFERENCE = 24
# The height of the viewer's tabs, with names in white.
TABS = 40

T = TypeVar("T")


def legend_hues(page: Page) -> list[float]:
    styles = page.eval_on_selector_all(
        "#legend .swatch", "all => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    colors = [tuple(int(part) / 255 for part in re.findall(r"\d+", style)[:3]) for style in styles]
    hsv = [colorsys.rgb_to_hsv(*color) for color in colors]
    return [hue for hue, saturation, _ in hsv if saturation > LEAST_SATURATION]


def building_points(page: Page) -> list[tuple[int, int]]:
    """Points on a grid over the canvas, in page coordinates, that have a building's colour."""
    box = page.locator("#city").bounding_box()
    assert box
    hues = legend_hues(page)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    points = []
    for x in range(int(box["x"]), int(box["x"] + box["width"]), STEP):
        for y in range(int(box["y"]), int(box["y"] + box["height"]), STEP):
            hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in image.getpixel((x, y))))
            distances = [min(abs(hue - known), 1 - abs(hue - known)) for known in hues]
            if saturation > LEAST_SATURATION and min(distances, default=1) < HUE_TOLERANCE:
                points.append((x, y))
    return points


def wait_for_buildings(page: Page, deadline_secs: float, least: int = 200) -> list[tuple[int, int]]:
    """Polls until so many grid points show buildings."""
    deadline = time.monotonic() + deadline_secs
    while True:
        points = building_points(page)
        if len(points) >= least:
            return points
        assert time.monotonic() < deadline, f"only {len(points)} points of the picture look like buildings"


def inner_points(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those with neighbours all around, spread over the picture."""
    known = set(points)
    offsets = [(dx * STEP, dy * STEP) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    inner = [(x, y) for x, y in points if all((x + dx, y + dy) in known for dx, dy in offsets)]
    return inner[:: max(1, len(inner) // 12)]


def picture(page: Page) -> Image.Image:
    """The canvas alone."""
    box = page.locator("#city").bounding_box()
    assert box
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    left, top = int(box["x"]), int(box["y"])
    return whole.crop((left, top, left + int(box["width"]), top + int(box["height"])))


def swatch_hue(page: Page, key: str, label: str) -> float:
    """The hue of an entry of the legend's list `key`."""
    row = page.locator(f"#{key} li").filter(has_text=label).first
    style = row.locator("span").first.evaluate("(one) => getComputedStyle(one).backgroundColor")
    return colorsys.rgb_to_hsv(*(int(part) / 255 for part in re.findall(r"\d+", style)[:3]))[0]


def count_hue(page: Page, hue: float, least_saturation: float = LEAST_SATURATION) -> int:
    """Pixels of the canvas that have it."""
    hues, saturations, _ = (np.asarray(band, dtype=float) / 255 for band in picture(page).convert("HSV").split())
    distance = np.abs(hues - hue)
    near = np.minimum(distance, 1 - distance) < HUE_TOLERANCE
    return int(np.count_nonzero(near & (saturations > least_saturation)))


def count_outline(page: Page) -> int:
    """Pixels of the light grey that the viewer outlines a selection with, and of what else has it, as rims of letters."""
    city = np.asarray(picture(page), dtype=int)[TABS:]
    least, most = city.min(axis=2), city.max(axis=2)
    return int(np.count_nonzero((least > 165) & (least < 215) & (most - least < 50)))


def poll(measure: Callable[[], T], holds: Callable[[T], bool], deadline_secs: float, what: str) -> T:
    """Measures until it holds. Drawing takes its time, so nothing is asserted on the first picture."""
    deadline = time.monotonic() + deadline_secs
    while True:
        value = measure()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"{what}: it is {value} at last"


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that clearly differ."""
    bands = np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max(axis=2)
    return float(np.count_nonzero(bands > CLEAR_DIFFERENCE) / bands.size)


def settled_picture(page: Page, deadline_secs: float) -> Image.Image:
    """Once two in a row are the same."""
    last = picture(page)

    def moved() -> float:
        nonlocal last
        before, last = last, picture(page)
        return difference(before, last)

    poll(moved, lambda share: share < 0.001, deadline_secs, "the picture does not come to rest")
    return last
