"""Everything but the picture by the keyboard alone, with a focus that is to be seen; and what axe-core finds."""

from __future__ import annotations

import pytest
from conftest import ROOT, City, Watched
from playwright.sync_api import Browser, Page, expect

# A script for tests that npm brings.
AXE = ROOT / "tests/web/node_modules/axe-core/axe.min.js"
FINDINGS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`))"""

# What has the focus: by its text, its name or its id. And whether that is to be seen.
FOCUSED = """() => {
    const one = document.activeElement;
    const {outlineStyle, outlineWidth} = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const names = [one.textContent.trim(), one.getAttribute("aria-label"), one.id, one.labels?.[0]?.textContent.trim()];
    const onScreen = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return {names, isSeen: onScreen && outlineStyle !== "none" && parseFloat(outlineWidth) >= 1};
}"""


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses Tab until what is called so has the focus; on the way, the focus is always to be seen."""
    met = []
    for _ in range(60):
        page.keyboard.press(key)
        focused = page.evaluate(FOCUSED)
        # After the last stop come the browser's own.
        if page.evaluate("document.activeElement === document.body"):
            continue
        assert focused["isSeen"], focused
        if name in focused["names"]:
            return
        met.append(focused["names"])
    raise AssertionError(f"Tab never reached {name}: {met}")


def expect_heading_focused(page: Page, path: str) -> None:
    expect(page.locator("#selected-path")).to_have_text(path)
    expect(page.locator("#selection summary").first).to_be_focused()


def test_a_visit_by_keyboard_alone(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keyboard = page.keyboard
    # The button that the last visitor clicked is no start.
    page.evaluate("document.activeElement.blur()")

    # From the search to the details.
    keyboard.press("/")
    keyboard.type("second")
    expect(page.locator("#hits [role=option]").first).to_contain_text("deep/two/second.py")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    expect_heading_focused(page, "deep/two/second.py")

    # The path is copied, and who copied it stays there.
    tab_to(page, "Copy path")
    keyboard.press("Enter")
    expect(page.locator("#announcement")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "deep/two/second.py"
    expect(page.get_by_role("button", name="Copied")).to_be_focused()

    # An import is followed, its source read on.
    tab_to(page, "deep/three/third.py")
    keyboard.press("Enter")
    expect_heading_focused(page, "deep/three/third.py")
    tab_to(page, "Later")
    first = page.locator("#source .line-number").first
    expect(first).to_have_text("1")
    keyboard.press("Enter")
    expect(first).not_to_have_text("1")
    expect(page.locator("#source .source")).to_be_focused()
    tab_to(page, "step_0")
    keyboard.press("Enter")
    expect(page.locator("#source .current")).to_contain_text("def step_0")

    # A menu.
    tab_to(page, "Colour")
    keyboard.type("fan_in")
    keyboard.press("Enter")
    expect(page.locator("#key-color .scale-bar")).to_be_visible()
    expect(page.locator("#menu-color")).to_be_focused()

    # Filters, and back to everything.
    tab_to(page, "Filters")
    keyboard.press("Enter")
    tab_to(page, "Directory")
    keyboard.type("ring")
    keyboard.press("Enter")
    expect(page.locator("#shown")).to_contain_text("3 of 18")
    tab_to(page, "Show all", "Shift+Tab")
    keyboard.press("Enter")
    expect(page.locator("#shown")).to_contain_text("All 18")
    expect(page.get_by_role("button", name="Show all", exact=True)).to_be_focused()

    # A cycle out of the list.
    tab_to(page, "Cycles and hotspots")
    keyboard.press("Enter")
    expect(page.locator("#cycles button").first).to_be_visible()
    tab_to(page, "3 files in ring")
    keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_contain_text("ring/")

    # Into the city, and out of it on both sides.
    keyboard.press("/")
    keyboard.press("Escape")
    expect(page.locator("#city")).to_be_focused()
    tab_to(page, "Cycles and hotspots", "Shift+Tab")
    tab_to(page, "city")
    tab_to(page, "search")


def test_who_read_what_is_gone_is_not_lost(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("cart.py")
    page.keyboard.press("Enter")
    expect_heading_focused(page, "shop/cart.py")
    page.evaluate("location.hash = ''")
    expect(page.locator("#selection.empty")).to_be_focused()
    # Nor is who closes a warning.
    page.evaluate("location.hash = 'select=shop/gone.py'")
    close = page.get_by_role("button", name="Close")
    expect(close).to_be_visible()
    tab_to(page, "Close")
    page.keyboard.press("Enter")
    expect(page.locator("#city")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, city: City, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 700}, color_scheme=scheme)
    page = Watched(context, city).page
    page.evaluate(AXE.read_text())
    assert page.evaluate(FINDINGS) == []
    page.evaluate("location.hash = 'select=shop/cart.py'")
    expect(page.locator("#source .line").first).to_be_visible()
    for panel, listed in {"legend": "#key-color li", "filters": "#facets label", "places": "#cycles li"}.items():
        page.evaluate(f"document.getElementById('{panel}').open = true")
        expect(page.locator(listed).first).to_be_visible()
        assert page.evaluate(FINDINGS) == []
    page.keyboard.press("/")
    page.keyboard.insert_text("cart")
    expect(page.locator("#hits [role=option]").first).to_be_visible()
    page.evaluate("location.hash = 'select=gone.py'")
    expect(page.locator("#notice")).to_be_visible()
    assert page.evaluate(FINDINGS) == []
    context.close()
