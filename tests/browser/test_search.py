"""By keyboard from the search to the source, and what the lists lead to."""

from __future__ import annotations

import re

import pytest
from conftest import DEADLINE_SECS
from PIL import Image
from pixels import count_hue, difference, picture, poll, settled_picture, swatch_hue
from playwright.sync_api import Page, expect


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.insert_text(text)
    expect(page.locator("#hits [role=option]").first).to_be_visible()


def choose(page: Page, text: str, path: str) -> None:
    search(page, text)
    expect(page.locator("#hits [aria-selected=true]")).to_contain_text(path)
    page.keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_have_text(path)


def wait_for_other_picture(page: Page, before: Image.Image, share: float) -> None:
    poll(lambda: difference(before, picture(page)), lambda now: now > share, DEADLINE_SECS, "share of other pixels")


def test_by_keyboard_from_the_search_to_the_source(page: Page) -> None:
    before = settled_picture(page, DEADLINE_SECS)
    page.locator("#city").focus()
    search(page, "cart")
    hits = page.locator("#hits [role=option]")
    first = hits.first.get_attribute("id")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", first)
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(hits.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    expect(page.locator("#source .line").first).to_contain_text("from shop.stock import find")
    expect(page.locator("#hits")).to_be_hidden()
    wait_for_other_picture(page, before, 0.2)


def test_a_hit_leads_into_the_details_and_slash_back(page: Page) -> None:
    choose(page, "cart.py", "shop/cart.py")
    expect(page.locator("#selection summary").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "cart.py"
    # The same hit once more.
    page.keyboard.insert_text("cart.py")
    page.keyboard.press("Enter")
    expect(page.locator("#selection summary").first).to_be_focused()


def test_a_link_is_followed_by_tab_and_enter(page: Page) -> None:
    choose(page, "second", "deep/two/second.py")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "deep/three/third.py":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_have_text("deep/three/third.py")
    expect(page.locator("#selection summary").first).to_be_focused()


def test_a_function_leads_to_its_line(page: Page) -> None:
    search(page, "first step_3")
    option = page.locator("#hits [role=option]").filter(has=page.locator("code", has_text="step_3")).first
    expect(option).to_contain_text("deep/one/first.py")
    option.click()
    expect(page.locator("#selected-path")).to_have_text("deep/one/first.py")
    expect(page.locator("#source .current")).to_contain_text("def step_3")
    page.locator("#selection .rows button", has_text="step_1").first.click()
    expect(page.locator("#source .current")).to_contain_text("def step_1")


def test_what_is_not_there_is_said(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.insert_text("qqqqqqqq")
    expect(page.locator("#hits")).to_contain_text("Nothing is called so.")
    page.keyboard.press("Escape")
    expect(page.locator("#hits")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#city")).to_be_focused()


def test_imports_are_drawn_up_to_three_steps_away(page: Page) -> None:
    hue = swatch_hue(page, "key-arcs", "what the selected file imports")
    choose(page, "first.py", "deep/one/first.py")
    page.get_by_role("button", name="Whole city").click()
    poll(lambda: count_hue(page, hue), lambda count: count > 10, DEADLINE_SECS, "magenta pixels")
    for steps in ["2", "3"]:
        before = settled_picture(page, DEADLINE_SECS)
        page.select_option("#depth", steps)
        wait_for_other_picture(page, before, 0.0003)
    expect(page).to_have_url(re.compile("depth=3"))


@pytest.mark.parametrize(
    ("rows", "link", "path"),
    [("cycles", "3 files in ring", "ring/"), ("hotspots", "shop/stock.py", "shop/stock.py")],
)
def test_lists_lead_to_the_place(page: Page, rows: str, link: str, path: str) -> None:
    before = settled_picture(page, DEADLINE_SECS)
    page.locator("#places > summary").focus()
    page.keyboard.press("Enter")
    row = page.locator(f"#{rows} button.link").filter(has_text=link).first
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_contain_text(path)
    wait_for_other_picture(page, before, 0.2)


def test_a_cycle_stays_drawn_in_another_look(page: Page) -> None:
    hue = swatch_hue(page, "key-arcs", "what imports the selected file")
    page.locator("#places > summary").click()
    page.locator("#cycles button.link").filter(has_text="3 files in ring").first.click()
    expect(page.locator("#selected-path")).to_contain_text("ring/")
    before = settled_picture(page, DEADLINE_SECS)
    page.evaluate("document.getElementById('legend').open = true")
    page.select_option("#menu-height", "lines")
    wait_for_other_picture(page, before, 0.01)
    settled_picture(page, DEADLINE_SECS)
    assert count_hue(page, hue) < 10, "the imports of the file that is selected"
    # Those of a file that is chosen by itself have that colour.
    page.evaluate("location.hash = '#height=lines&select=ring/red.py'")
    poll(lambda: count_hue(page, hue), lambda count: count > 10, DEADLINE_SECS, "green pixels")
