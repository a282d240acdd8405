"""Links out of the page, and links to what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import DEADLINE_SECS, City, wait_until_ready
from pixels import settled_picture
from playwright.sync_api import BrowserContext, Page, expect
from test_page import FRAMES


def select(page: Page, path: str) -> None:
    page.evaluate("(path) => (location.hash = `select=${path}`)", path)
    expect(page.locator("#selected-path")).to_have_text(path)


def expect_view(page: Page) -> None:
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    expect(page.locator("#menu-color")).to_have_value("fan_in")
    expect(page.locator("#key-color .scale-bar")).to_be_attached()
    expect(page.locator("#shown")).to_contain_text("16 of 18")
    expect(page.locator("#facets input[name=language][value=JavaScript]")).not_to_be_checked()
    expect(page.locator("#depth")).to_have_value("2")


def test_the_path_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    select(page, "shop/cart.py")
    page.get_by_role("button", name="Copy path").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "shop/cart.py"


def test_the_link_that_is_copied_has_no_token(page: Page, city: City) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    select(page, "shop/cart.py")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"http://{city.host}/#select=shop/cart.py"


def test_editors_open_by_a_click_only(page: Page, repository: Path) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    asked: list[str] = []
    session.on("Page.frameRequestedNavigation", lambda event: asked.append(event["url"]))
    select(page, "shop/cart.py")
    page.locator("#selection .rows button", has_text="step_1").first.click()
    expect(page.locator("#source .current")).to_contain_text("def step_1")
    line = int(page.locator("#source .current .line-number").inner_text())
    file = repository.resolve() / "shop/cart.py"
    link = page.get_by_role("link", name="Open in editor")
    for editor, address in {
        "vscode": f"vscode://file{file}:{line}",
        "idea": f"idea://open?file={file}&line={line}",
        "zed": f"zed://file{file}:{line}",
    }.items():
        page.select_option("select[aria-label=Editor]", editor)
        expect(link).to_have_attribute("href", address)
    page.select_option("select[aria-label=Editor]", "custom")
    template = page.get_by_role("textbox", name="Address of the editor")
    template.fill("javascript:alert('{path}')")
    expect(page.locator("a.open-in-editor")).not_to_have_attribute("href", "")
    assert page.locator("a.open-in-editor").get_attribute("href") is None
    template.fill("emacs://open?file={path}&line={line}")
    expect(link).to_have_attribute("href", f"emacs://open?file={file}&line={line}")
    assert asked == []
    # The browser would ask whether it may open the editor, and let nobody do anything else meanwhile.
    page.evaluate("addEventListener('click', (event) => event.target.href && event.preventDefault(), {once: true})")
    link.click()
    assert asked == []
    page.evaluate("localStorage.clear()")
    session.detach()


def test_the_address_holds_the_view(page: Page, context: BrowserContext) -> None:
    page.select_option("#menu-color", "fan_in")
    page.evaluate("document.getElementById('filters').open = true")
    page.get_by_role("checkbox", name="JavaScript").uncheck()
    page.keyboard.press("/")
    page.keyboard.insert_text("cart.py")
    page.keyboard.press("Enter")
    page.select_option("#depth", "2")
    expect_view(page)
    second = context.new_page()
    second.goto(page.url)
    wait_until_ready(second)
    expect_view(second)
    second.reload()
    wait_until_ready(second)
    # The viewer drops selections while it takes in a city.
    settled_picture(second, DEADLINE_SECS)
    second.evaluate(FRAMES)
    expect_view(second)
    second.close()
    page.go_back()
    expect(page.locator("#depth")).to_have_value("1")
    page.go_forward()
    expect_view(page)


def test_a_link_to_what_is_gone_says_so(page: Page) -> None:
    page.evaluate("location.hash = 'select=shop/gone.py'")
    expect(page.locator("#notice")).to_contain_text("shop/gone.py")
    # The test hears of the address later than of the notice.
    expect(page).not_to_have_url(re.compile("gone"))
    page.get_by_role("button", name="Close").click()


# What the viewer says, and whether that is news; what it was asked for in the end.
A, B, NONE = {"entity": "/a", "instance": 1}, {"entity": "/a", "instance": 2}, None
CONVERSE = """async ({steps, source}) => {
    const {Selection} = await import(source);
    const asked = [];
    const selection = new Selection((building) => asked.push(building.instance));
    const news = [];
    for (const [does, building] of steps) {
        const said = selection[does](building);
        if (does === "report") news.push(said);
    }
    selection.settle();
    return {news, asked};
}"""


@pytest.mark.parametrize(
    ("steps", "news", "asked"),
    [
        # The viewer loses at first what it was asked for.
        ([("request", A), ("report", NONE), ("report", A)], [False, False], [1, 1]),
        # It drops the selection later, and nobody did that.
        ([("request", A), ("report", A), ("report", NONE), ("report", A)], [False] * 3, [1, 1]),
        # A click beside every building.
        ([("request", A), ("report", A), ("touch", NONE), ("report", NONE)], [False, True], [1]),
        # A click on another building, before or after what was asked for has come.
        ([("request", A), ("touch", NONE), ("report", B)], [True], [1]),
        (
            [("request", A), ("report", A), ("touch", NONE), ("report", B), ("report", NONE)],
            [False, True, False],
            [1, 2],
        ),
        # It never selects it.
        ([("request", A), *[("report", NONE)] * 7], [False] * 6 + [True], [1] * 7),
    ],
)
def test_a_selection_is_not_lost(page: Page, steps: list, news: list[bool], asked: list[int]) -> None:
    source = page.evaluate("document.querySelector('script[type=module]').src.replace('main.js', 'selection.js')")
    assert page.evaluate(CONVERSE, {"steps": steps, "source": source}) == {"news": news, "asked": asked}
