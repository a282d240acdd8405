"""What somebody who opens the page sees and can do."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import CHROMIUM, DEADLINE_MS, DEADLINE_SECS, FLAGS, REPOSITORY, City, Watched, wait_until_ready
from PIL import Image, ImageStat
from pixels import inner_points, picture, poll, wait_for_buildings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, TimeoutError, expect

# Resolves after some frames were drawn.
FRAMES = """async () => {
    for (let left = 15; left; left--) await new Promise((resolve) => requestAnimationFrame(resolve));
}"""


def select_a_building(page: Page) -> str:
    """Clicks until a file's path stands in the details strip."""
    path = page.locator("#selected-path")
    for x, y in inner_points(wait_for_buildings(page, DEADLINE_SECS)):
        # Rerun finds out what lies under the pointer a few frames after it has moved there.
        for wiggle in range(3):
            page.mouse.move(x + wiggle, y)
            page.evaluate(FRAMES)
            page.mouse.click(x + wiggle, y)
            try:
                path.wait_for(timeout=2000)
            except TimeoutError:
                continue
            if path.inner_text() in REPOSITORY:
                return path.inner_text()
    raise AssertionError("no click on a building brought up its path")


def test_the_city_is_drawn(watched: Watched) -> None:
    wait_for_buildings(watched.page, DEADLINE_SECS)
    assert watched.page.locator("#notice").is_hidden()
    assert watched.page.locator("#status").is_hidden()


def test_the_header_names_the_repository(watched: Watched) -> None:
    expect(watched.page.locator("#name")).to_have_text("shop")
    expect(watched.page.locator("#counts")).to_contain_text("buildings")


def test_the_legend_says_what_sizes_and_colours_mean(watched: Watched) -> None:
    legend = watched.page.locator("#legend")
    for word in ["Area", "Height", "Colour", "Python"]:
        expect(legend).to_contain_text(word)


def test_a_click_shows_the_path_and_links_lead_on(watched: Watched) -> None:
    page = watched.page
    select_a_building(page)
    expect(page.locator("#selection .metrics")).to_contain_text("lines")
    links = page.locator("#selection button.link")
    names = links.all_inner_texts()
    other = next((name for name in names if name in REPOSITORY and name != page.inner_text("#selected-path")), None)
    assert other, f"a file of this repository imports another or is imported: {names}"
    links.nth(names.index(other)).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_have_text(other)


def test_no_request_leaves_the_machine(watched: Watched) -> None:
    wait_for_buildings(watched.page, DEADLINE_SECS)
    outside = [url for url in watched.requests if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert not outside
    # Rerun's analytics try, and the page's policy forbids it.
    blocked = {urlsplit(uri).hostname for uri in watched.page.evaluate("window.blocked")}
    assert blocked <= {"tel.rerun.io"}
    assert not watched.errors


def test_a_second_page_gets_the_whole_city(watched: Watched, context: BrowserContext, city: City) -> None:
    second = Watched(context, city)
    wait_for_buildings(second.page, DEADLINE_SECS)
    assert second.page.inner_text("#counts") == watched.page.inner_text("#counts")
    second.page.close()


def test_the_viewer_is_loaded_once(playwright: Playwright, city: City, tmp_path: Path) -> None:
    # Contexts that leave no trace have a cache too small for it.
    context = playwright.chromium.launch_persistent_context(tmp_path, executable_path=CHROMIUM, args=FLAGS)
    transferred = "performance.getEntriesByType('resource').find((one) => one.name.endsWith('.wasm')).transferSize"
    assert [Watched(context, city).page.evaluate(transferred) > 1_000_000 for _ in range(2)] == [True, False]
    context.close()


def mean_light(page: Page) -> tuple[float, float]:
    """Of the page's header and of the city, from 0 to 255: text and buildings are the smaller part of both."""
    whole = Image.open(io.BytesIO(page.screenshot())).convert("L")
    return tuple(ImageStat.Stat(part).median[0] for part in [whole.crop((0, 0, 800, 30)), picture(page).convert("L")])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_works_in_a_small_frame(browser: Browser, city: City, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 800, "height": 500}, color_scheme=scheme)
    context.set_default_timeout(DEADLINE_MS)
    page = Watched(context, city).page
    wait_for_buildings(page, DEADLINE_SECS, least=100)
    is_light = scheme == "light"
    assert [light > 128 for light in mean_light(page)] == [is_light] * 2
    page.emulate_media(color_scheme="dark" if is_light else "light")
    turned = [not is_light] * 2
    poll(lambda: [light > 128 for light in mean_light(page)], lambda now: now == turned, DEADLINE_SECS, "is it light")
    canvas = page.locator("#city").bounding_box()
    assert canvas and canvas["width"] == 800 and canvas["height"] > 440
    page.get_by_role("button", name="Side panel").click()
    expect(page.locator("#legend")).to_contain_text("Python")
    canvas, side = page.locator("#city").bounding_box(), page.locator("#side").bounding_box()
    assert canvas and side and canvas["width"] > 500 and canvas["x"] + canvas["width"] <= side["x"] + 1
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider
    context.close()


def test_it_works_in_a_frame_of_a_notebook_on_this_machine(stranger: Page, city: City) -> None:
    stranger.evaluate(
        "(url) => document.body.append(Object.assign(document.createElement('iframe'),"
        " {src: url, width: 800, height: 500}))",
        city.url,
    )
    frame = stranger.frame_locator("iframe")
    wait_until_ready(frame)
    frame.locator("#city").press("/")
    stranger.keyboard.insert_text("cart.py")
    expect(frame.locator("#hits [role=option]").first).to_contain_text("shop/cart.py")
    stranger.keyboard.press("Enter")
    expect(frame.locator("#selected-path")).to_have_text("shop/cart.py")
    expect(frame.locator("#source .line").first).to_be_in_viewport()
    stranger.keyboard.press("/")
    expect(frame.locator("#search")).to_be_focused()


def test_a_wrong_token_is_explained(context: BrowserContext, city: City) -> None:
    page = context.new_page()
    page.goto(city.url.replace(city.token, "0" * len(city.token)))
    expect(page.locator("#notice")).to_contain_text("token", timeout=DEADLINE_MS)
    expect(page.locator("#name")).to_have_text("Repolis")
    page.close()


def test_without_webgl_the_page_says_so(context: BrowserContext, city: City) -> None:
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null; delete Navigator.prototype.gpu;")
    page.goto(city.url)
    expect(page.locator("#notice")).to_contain_text("WebGL", timeout=DEADLINE_MS)
    page.close()


def test_the_end_of_the_server_is_told(context: BrowserContext, repository: Path) -> None:
    city = City(repository)
    page = Watched(context, city).page
    assert city.interrupt() in (0, 130)
    expect(page.locator("#notice")).to_contain_text("Disconnected", timeout=DEADLINE_MS)
    page.close()
