"""A city of so many files that blocks stand for them from afar."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEADLINE_SECS, ROOT, City, Watched
from pixels import (
    count_outline,
    difference,
    inner_points,
    picture,
    poll,
    settled_picture,
    wait_for_buildings,
)
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect
from test_page import FRAMES

sys.path.insert(0, str(ROOT / "benches"))
import synthetic


@pytest.fixture(scope="module")
def large(context: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    city = City(synthetic.tree(tmp_path_factory.mktemp("large") / "large", 20_000))
    watched = Watched(context, city)
    yield watched.page
    watched.page.close()
    city.close()


def click_until_selected(page: Page, is_wanted) -> str:
    settled_picture(page, DEADLINE_SECS)
    path = page.locator("#selected-path")
    for x, y in inner_points(wait_for_buildings(page, DEADLINE_SECS)):
        page.mouse.move(x, y)
        page.evaluate(FRAMES)
        page.mouse.click(x, y)
        try:
            path.wait_for(timeout=4000)
        except TimeoutError:
            # An arc was in front of it.
            continue
        if is_wanted(path.inner_text()):
            return path.inner_text()
    raise AssertionError("no click selected what is there")


def is_part(path: str) -> bool:
    """One of the directories that the files lie in."""
    parts = Path(path).parts
    return len(parts) == 2 and parts[0].startswith("area") and parts[1].startswith("part")


def test_a_click_on_a_block_selects_its_directory(large: Page) -> None:
    click_until_selected(large, is_part)
    expect(large.locator("#selection .metrics")).to_contain_text("50")
    assert large.url.endswith("/")


def test_a_hit_is_a_building_among_others(large: Page) -> None:
    large.keyboard.press("/")
    large.keyboard.insert_text("area3/part60/m7.py")
    large.keyboard.press("Enter")
    expect(large.locator("#selected-path")).to_have_text("area3/part60/m7.py")
    # From near, every building is one.
    assert click_until_selected(large, lambda path: "." in Path(path).name)
    large.get_by_role("button", name="Whole city").click()
    large.evaluate("location.hash = ''")
    expect(large.locator("#selection.empty")).to_be_attached()
    click_until_selected(large, is_part)


def test_what_is_selected_is_outlined_from_afar_too(large: Page) -> None:
    large.emulate_media(color_scheme="dark")
    large.evaluate("location.hash = ''")
    expect(large.locator("#selection.empty")).to_be_attached()
    large.get_by_role("button", name="Whole city").click()
    large.mouse.move(5, 5)
    far = settled_picture(large, DEADLINE_SECS)
    plain = count_outline(large)
    large.evaluate("location.hash = 'select=area3/part60/m7.py'")
    poll(lambda: difference(far, picture(large)), lambda share: share > 0.2, DEADLINE_SECS, "share of other pixels")
    settled_picture(large, DEADLINE_SECS)
    large.get_by_role("button", name="Whole city").click()
    poll(lambda: difference(far, picture(large)), lambda share: share < 0.02, DEADLINE_SECS, "share of other pixels")
    # By the block that it is in.
    poll(lambda: count_outline(large) - plain, lambda more: more > 40, DEADLINE_SECS, "pixels of an outline")
    large.emulate_media(color_scheme="light")
