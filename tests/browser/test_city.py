"""What is clicked and drawn in the city itself: arcs, the outline of a selection, the camera, the names."""

from __future__ import annotations

import re

import numpy as np
from conftest import DEADLINE_MS, DEADLINE_SECS, City, Watched
from pixels import TABS, difference, picture, poll, settled_picture, swatch_hue
from playwright.sync_api import Browser, Page, TimeoutError, expect
from test_page import FRAMES, select_a_building

IMPORTER, IMPORTED = "deep/one/first.py", "deep/two/second.py"


def select(page: Page, path: str) -> None:
    page.evaluate("(path) => (location.hash = `select=${path}`)", path)
    expect(page.locator("#selected-path")).to_have_text(path)


def points_on_lines(page: Page, hue: float) -> list[tuple[int, int]]:
    """Points of the page where something of this hue is drawn, spread over the picture."""
    box = page.locator("#city").bounding_box()
    assert box
    hsv = np.asarray(settled_picture(page, DEADLINE_SECS).convert("HSV"), dtype=float) / 255
    rows, columns = np.nonzero((np.abs(hsv[..., 0] - hue) < 0.02) & (hsv[..., 1] > 0.6) & (hsv[..., 2] > 0.6))
    points = [(int(box["x"]) + int(x), int(box["y"]) + int(y)) for x, y in zip(columns, rows, strict=True)]
    return points[:: max(1, len(points) // 10)]


def click_on_arc(page: Page) -> None:
    """Of the import that the selected file is drawn with."""
    shown = page.locator("#shown-import")
    for x, y in points_on_lines(page, swatch_hue(page, "key-arcs", "what the selected file imports")):
        page.mouse.move(x, y)
        page.evaluate(FRAMES)
        page.mouse.click(x, y)
        try:
            shown.wait_for(timeout=3000)
        except TimeoutError:
            # The building below it was nearer.
            select(page, IMPORTER)
            continue
        return
    raise AssertionError("no click met the arc")


def test_a_click_on_an_arc_tells_of_the_import(page: Page) -> None:
    select(page, IMPORTER)
    click_on_arc(page)
    expect(page.locator("#shown-import")).to_have_text(f"{IMPORTER} → {IMPORTED}")
    expect(page.locator("#selection")).to_contain_text("line 1")
    # The selection is kept, and its arcs with it.
    expect(page).to_have_url(re.compile(f"select={IMPORTER}$"))
    page.get_by_role("button", name="line 1").click()
    expect(page.locator("#selected-path")).to_have_text(IMPORTER)
    expect(page.locator("#source .current")).to_contain_text("from deep.two.second import step_0")
    click_on_arc(page)
    page.get_by_role("button", name=IMPORTED).click()
    expect(page.locator("#selected-path")).to_have_text(IMPORTED)
    select(page, IMPORTER)
    click_on_arc(page)
    page.get_by_role("button", name="Back to the selection").click()
    expect(page.locator("#selected-path")).to_have_text(IMPORTER)


def test_an_import_is_left_with_what_is_drawn(page: Page) -> None:
    select(page, IMPORTER)
    click_on_arc(page)
    page.select_option("#menu-color", "role")
    expect(page.locator("#selected-path")).to_have_text(IMPORTER)


def test_back_leaves_nothing_selected_in_the_city(page: Page) -> None:
    path = select_a_building(page)
    page.go_back()
    expect(page.locator("#selection.empty")).to_be_attached()
    page.evaluate(FRAMES)
    # The same building, where the pointer still is.
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#selected-path")).to_have_text(path, timeout=10_000)


def test_the_camera_stays_when_the_system_becomes_light_or_dark(page: Page) -> None:
    first = settled_picture(page, DEADLINE_SECS)
    box = page.locator("#city").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 20, steps=5)
    page.mouse.up()
    page.mouse.move(5, 5)
    poll(lambda: difference(first, picture(page)), lambda share: share > 0.1, DEADLINE_SECS, "share of other pixels")
    light = settled_picture(page, DEADLINE_SECS)
    page.emulate_media(color_scheme="dark")
    poll(lambda: difference(light, picture(page)), lambda share: share > 0.1, DEADLINE_SECS, "share of other pixels")
    dark = settled_picture(page, DEADLINE_SECS)
    page.emulate_media(color_scheme="light")
    poll(lambda: difference(dark, picture(page)), lambda share: share > 0.1, DEADLINE_SECS, "share of other pixels")
    poll(lambda: difference(light, picture(page)), lambda share: share < 0.01, 20, "share of other pixels")


def count_names(page: Page) -> int:
    """Pixels of letters on a dark page."""
    return int(np.count_nonzero(np.asarray(settled_picture(page, DEADLINE_SECS))[TABS:].min(axis=2) > 200))


def test_a_small_page_has_few_names_in_every_layout(browser: Browser, city: City) -> None:
    context = browser.new_context(viewport={"width": 800, "height": 500}, color_scheme="dark")
    context.set_default_timeout(DEADLINE_MS)
    page = Watched(context, city).page
    page.get_by_role("button", name="Side panel").click()
    few = count_names(page)
    assert few > 50
    before = picture(page)
    page.select_option("#menu-area", "complexity")
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.01, DEADLINE_SECS, "other pixels")
    assert count_names(page) < 1.4 * few
    before = settled_picture(page, DEADLINE_SECS)
    # As near as it was at first.
    page.get_by_role("button", name="Whole city").click()
    page.evaluate(FRAMES)
    assert difference(before, settled_picture(page, DEADLINE_SECS)) < 0.01
    context.close()
