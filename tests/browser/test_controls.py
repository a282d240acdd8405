"""Menus, filters, light and dark, small frames, and who sees no picture."""

from __future__ import annotations

import re

import pytest
from conftest import DEADLINE_SECS
from pixels import count_hue, difference, picture, poll, settled_picture, swatch_hue, wait_for_buildings
from playwright.sync_api import Page, expect

# What of the page can be acted on and is to be seen.
CONTROLS = """() => {
    const all = document.querySelectorAll("button, input, select, a[href], summary, canvas, [tabindex='0']");
    const isReachable = (one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true});
    const stop = (one) => (one.dataset.stop = one.dataset.stop ?? `${Math.random()}`);
    return Object.fromEntries([...all].filter(isReachable).map((one) => [stop(one), one.outerHTML]));
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
    expect(page).to_have_url(re.compile("color=fan_in"))
    page.select_option("#menu-color", "role")
    expect(page.locator("#key-color li")).to_contain_text(["product", "test"])


@pytest.mark.parametrize(("part", "metric"), [("area", "fan_in"), ("height", "lines")])
def test_the_menus_of_sizes_change_picture_and_legend(page: Page, part: str, metric: str) -> None:
    before, key = settled_picture(page, DEADLINE_SECS), page.inner_text(f"#key-{part}")
    page.select_option(f"#menu-{part}", metric)
    expect(page.locator(f"#key-{part}")).not_to_have_text(key)
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.01, DEADLINE_SECS, "nothing has moved")
    expect(page).to_have_url(re.compile(f"{part}={metric}"))


@pytest.mark.parametrize(
    ("facet", "value", "left", "stays_blue"),
    [
        ("language", "Python", 2, False),
        ("language", "JavaScript", 16, True),
        ("role", "test", 17, True),
        ("class", "generated", 17, True),
    ],
)
def test_a_box_hides_its_buildings(page: Page, facet: str, value: str, left: int, stays_blue: bool) -> None:
    blue = swatch_hue(page, "key-color", "Python")
    before = settled_picture(page, DEADLINE_SECS)
    open_panel(page, "filters")
    box = page.locator(f"#facets input[name={facet}][value={value}]")
    box.uncheck()
    expect(page.locator("#shown")).to_contain_text(f"{left} of 18 buildings are shown")
    expect(page.locator("#filter-count")).to_have_text(f"{18 - left} hidden")
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.002, DEADLINE_SECS, "nothing is hidden")
    poll(lambda: count_hue(page, blue), lambda count: (count > 500) == stays_blue, DEADLINE_SECS, "blue buildings")
    page.get_by_role("button", name="Show all", exact=True).click()
    expect(page.locator("#shown")).to_have_text("All 18 buildings are shown.")
    expect(box).to_be_checked()


def test_a_directory_and_a_range_hide_the_others(page: Page) -> None:
    before = settled_picture(page, DEADLINE_SECS)
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
    expect(page).to_have_url(re.compile("range=fan_in(:|%3A)1(:|%3A)"))


def test_lists_follow_the_filters(page: Page) -> None:
    page.evaluate("location.hash = 'directory=shop'")
    expect(page.locator("#shown")).not_to_contain_text("All")
    page.locator("#places > summary").click()
    expect(page.locator("#cycles")).to_contain_text("All cycles are hidden.")


def test_a_look_that_cannot_be_leaves_what_is_shown(page: Page) -> None:
    page.evaluate("location.hash = 'color=nonsense'")
    expect(page.locator("#notice")).to_contain_text("nonsense")
    expect(page.locator("#menu-color")).to_have_value("language")
    expect(page).not_to_have_url(re.compile("nonsense"))
    page.select_option("#menu-color", "fan_in")
    expect(page.locator("#key-color .scale-bar")).to_be_visible()
    page.evaluate("location.hash = 'color=nonsense'")
    expect(page.locator("#menu-color")).to_have_value("fan_in")
    expect(page).to_have_url(re.compile("color=fan_in"))
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#notice")).to_be_hidden()


def test_tab_reaches_every_control(page: Page) -> None:
    page.evaluate("location.hash = 'select=shop/cart.py'")
    expect(page.locator("#source .line").first).to_be_visible()
    reached: set[str] = set()
    wanted: dict[str, str] = {}
    for panel in ["legend", "filters", "places"]:
        open_panel(page, panel)
        if panel == "places":
            expect(page.locator("#cycles button").first).to_be_visible()
        stops = page.evaluate(CONTROLS)
        wanted |= stops
        # The city first: the viewer must let go of the key.
        page.locator("#city").focus()
        for _ in range(len(stops) + 20):
            page.keyboard.press("Tab")
            stop = page.evaluate("document.activeElement.dataset.stop")
            if stop:
                reached.add(stop)
    missing = [html for stop, html in wanted.items() if stop not in reached]
    assert not missing, missing


def test_every_control_has_a_name(page: Page) -> None:
    page.evaluate("location.hash = 'select=shop/cart.py'")
    expect(page.locator("#source .line").first).to_be_visible()
    session = page.context.new_cdp_session(page)
    for panel in ["legend", "filters", "places"]:
        open_panel(page, panel)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        focusable = [node for node in nodes if has(node, "focusable") and node["role"]["value"] != "RootWebArea"]
        assert len(focusable) > 20
        unnamed = [node for node in focusable if not node.get("name", {}).get("value", "").strip()]
        described = [session.send("DOM.describeNode", {"backendNodeId": it["backendDOMNodeId"]}) for it in unnamed]
        assert [it["node"]["localName"] for it in described] == []
    session.detach()


def has(node: dict, name: str) -> bool:
    return any(one["name"] == name and one["value"]["value"] for one in node.get("properties", []))
