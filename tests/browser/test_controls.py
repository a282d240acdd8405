"""Menus, filters, light and dark, small frames, and who sees no picture."""

from __future__ import annotations

import pytest
from conftest import DEADLINE_SECS
from pixels import count_hue, difference, picture, poll, swatch_hue, wait_for_buildings
from playwright.sync_api import Page, expect

# What of the page can be acted on and is to be seen.
CONTROLS = """() => {
    const all = document.querySelectorAll("button, input, select, a[href], summary, canvas, [tabindex='0']");
    const isReachable = (one) => !one.disabled && one.checkVisibility({visibilityProperty: true});
    return [...all].filter(isReachable).map((one) => (one.dataset.stop = one.dataset.stop ?? `${Math.random()}`));
}"""


def open_panel(page: Page, name: str) -> None:
    page.evaluate(f"document.getElementById('{name}').open = true")


def test_the_colour_menu_changes_picture_and_legend(page: Page) -> None:
    blue = swatch_hue(page, "key-color", "Python")
    wait_for_buildings(page, DEADLINE_SECS)
    assert count_hue(page, blue) > 500
    page.select_option("#menu-color", "fan_in")
    expect(page.locator("#key-color .scale-bar")).to_be_visible()
    labels = page.locator("#key-color .scale-labels span").all_inner_texts()
    values = [float(label) for label in labels]
    assert values == sorted(values) and values[-1] > values[0] >= 0
    assert "color=fan_in" in page.url
    page.select_option("#menu-color", "role")
    expect(page.locator("#key-color li")).to_contain_text(["product", "test"])


@pytest.mark.parametrize(("part", "metric"), [("area", "fan_in"), ("height", "lines")])
def test_the_menus_of_sizes_change_picture_and_legend(page: Page, part: str, metric: str) -> None:
    wait_for_buildings(page, DEADLINE_SECS)
    before, key = picture(page), page.inner_text(f"#key-{part}")
    page.select_option(f"#menu-{part}", metric)
    expect(page.locator(f"#key-{part}")).not_to_have_text(key)
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.01, DEADLINE_SECS, "nothing has moved")
    assert f"{part}={metric}" in page.url


@pytest.mark.parametrize(
    ("value", "left", "stays_blue"),
    [("Python", 2, False), ("JavaScript", 16, True), ("test", 17, True), ("generated", 17, True)],
)
def test_a_box_hides_its_buildings(page: Page, value: str, left: int, stays_blue: bool) -> None:
    blue = swatch_hue(page, "key-color", "Python")
    wait_for_buildings(page, DEADLINE_SECS)
    before = picture(page)
    open_panel(page, "filters")
    page.get_by_role("checkbox", name=value).uncheck()
    expect(page.locator("#shown")).to_contain_text(f"{left} of 18 buildings are shown")
    expect(page.locator("#filter-count")).to_have_text(f"{18 - left} hidden")
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.002, DEADLINE_SECS, "nothing is hidden")
    poll(lambda: count_hue(page, blue), lambda count: (count > 500) == stays_blue, DEADLINE_SECS, "blue buildings")
    page.get_by_role("button", name="Show all", exact=True).click()
    expect(page.locator("#shown")).to_have_text("All 18 buildings are shown.")
    expect(page.get_by_role("checkbox", name=value)).to_be_checked()


def test_a_directory_and_a_range_hide_the_others(page: Page) -> None:
    wait_for_buildings(page, DEADLINE_SECS)
    before = picture(page)
    open_panel(page, "filters")
    page.fill("#directory", "/shop/tools/")
    page.keyboard.press("Enter")
    expect(page.locator("#shown")).to_contain_text("3 of 18")
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.02, DEADLINE_SECS, "nothing is hidden")
    page.fill("#directory", "")
    page.keyboard.press("Enter")
    expect(page.locator("#shown")).to_contain_text("All")
    page.select_option("#range-metric", "fan_in")
    page.fill("#range-min", "1")
    page.keyboard.press("Enter")
    expect(page.locator("#shown")).not_to_contain_text("All")
    assert "range=fan_in:1:" in page.url.replace("%3A", ":")


def test_lists_follow_the_filters(page: Page) -> None:
    page.get_by_role("textbox", name="Directory").evaluate("(input) => (input.value = 'shop')")
    page.locator("#directory").dispatch_event("change")
    expect(page.locator("#shown")).not_to_contain_text("All")
    page.locator("#places > summary").click()
    expect(page.locator("#cycles")).to_contain_text("All cycles are hidden.")


def test_a_look_that_cannot_be_leaves_what_is_shown(page: Page) -> None:
    page.evaluate("location.hash = 'color=nonsense'")
    expect(page.locator("#notice")).to_contain_text("nonsense")
    expect(page.locator("#menu-color")).to_have_value("language")
    assert "nonsense" not in page.url
    page.select_option("#menu-color", "fan_in")
    expect(page.locator("#key-color .scale-bar")).to_be_visible()
    page.evaluate("location.hash = 'color=nonsense'")
    expect(page.locator("#menu-color")).to_have_value("fan_in")
    assert "color=fan_in" in page.url
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#notice")).to_be_hidden()


def test_tab_reaches_every_control(page: Page) -> None:
    page.evaluate("location.hash = 'select=shop/cart.py'")
    expect(page.locator("#source .line").first).to_be_visible()
    reached: set[str] = set()
    wanted: set[str] = set()
    for panel in ["legend", "filters", "places"]:
        open_panel(page, panel)
        expect(page.locator("#cycles li").first).to_be_attached()
        stops = page.evaluate(CONTROLS)
        wanted |= set(stops)
        # The city first: the viewer must let go of the key.
        page.locator("#city").focus()
        for _ in range(len(stops) + 20):
            page.keyboard.press("Tab")
            stop = page.evaluate("document.activeElement.dataset.stop")
            if stop in reached and stop == stops[0]:
                break
            if stop:
                reached.add(stop)
    missing = [page.locator(f"[data-stop='{stop}']").evaluate("(one) => one.outerHTML") for stop in wanted - reached]
    assert not missing


def test_every_control_has_a_name(page: Page) -> None:
    page.evaluate("location.hash = 'select=shop/cart.py'")
    expect(page.locator("#source .line").first).to_be_visible()
    session = page.context.new_cdp_session(page)
    for panel in ["legend", "filters", "places"]:
        open_panel(page, panel)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        focusable = [node for node in nodes if has(node, "focusable") and node["role"]["value"] != "RootWebArea"]
        assert len(focusable) > 20
        assert [node for node in focusable if not node.get("name", {}).get("value", "").strip()] == []
    session.detach()


def has(node: dict, name: str) -> bool:
    return any(one["name"] == name and one["value"]["value"] for one in node.get("properties", []))
