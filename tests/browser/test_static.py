"""An exported folder on a plain web server, as somebody sees it who opens it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEADLINE_MS, DEADLINE_SECS, ROOT, Watched, wait_until_ready
from folders import Host, Unpacking, export
from pixels import count_hue, difference, picture, poll, settled_picture, swatch_hue, wait_for_buildings
from playwright.sync_api import BrowserContext, Page, expect
from test_page import select_a_building


@pytest.fixture(scope="module")
def folder(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("exported")
    export(repository, root, "--with", "generated")
    return root


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[Host]:
    running = Host(folder)
    yield running
    running.close()


@pytest.fixture(scope="module")
def still(context: BrowserContext, host: Host) -> Watched:
    return Watched(context, host)


@pytest.fixture
def page(still: Watched) -> Iterator[Page]:
    """The page as it is without anything chosen."""
    for _ in range(2):
        still.page.evaluate("location.hash = ''")
        expect(still.page.locator("#shown")).to_contain_text("All")
        expect(still.page.locator("#selection.empty")).to_be_attached()
        still.page.evaluate("document.getElementById('legend').open = true")
        still.page.get_by_role("button", name="Whole city").click()
        if _ == 0:
            yield still.page


def outside(watched: Watched, host: Host) -> list[str]:
    return [url for url in watched.requests if not url.startswith((f"{host.origin}/", "blob:", "data:"))]


def test_the_city_is_drawn_and_nothing_leaves_the_origin(still: Watched, host: Host) -> None:
    wait_for_buildings(still.page, DEADLINE_SECS)
    assert still.page.locator("#notice").is_hidden() and still.page.locator("#status").is_hidden()
    expect(still.page.locator("#name")).to_have_text("shop")
    assert still.requests and not outside(still, host)
    assert not still.errors


def test_a_click_shows_the_path_and_what_is_known(page: Page) -> None:
    select_a_building(page)
    expect(page.locator("#selection .metrics")).to_contain_text("code_lines")
    expect(page.locator("#source")).to_contain_text("holds no sources")


def test_the_search_frames_what_it_finds(page: Page) -> None:
    before = settled_picture(page, DEADLINE_SECS)
    page.keyboard.press("/")
    page.keyboard.insert_text("cart")
    expect(page.locator("#hits [aria-selected=true]")).to_contain_text("shop/cart.py")
    page.keyboard.press("Enter")
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    expect(page.locator("#selection")).to_contain_text("Imported by")
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.2, DEADLINE_SECS, "the camera stays")
    expect(page).to_have_url(re.compile("#select=shop/cart.py$"))


def test_the_colour_menu_changes_picture_and_legend(page: Page) -> None:
    blue = swatch_hue(page, "key-color", "Python")
    poll(lambda: count_hue(page, blue), lambda count: count > 500, DEADLINE_SECS, "blue buildings")
    page.select_option("#menu-color", "fan_in")
    expect(page.locator("#key-color .scale-bar")).to_be_visible()
    expect(page).to_have_url(re.compile("color=fan_in"))
    page.select_option("#menu-color", "role")
    expect(page.locator("#key-color li")).to_contain_text(["product", "test"])
    product = swatch_hue(page, "key-color", "product")
    poll(lambda: count_hue(page, product), lambda count: count > 500, DEADLINE_SECS, "buildings in the new colour")


@pytest.mark.parametrize(("part", "metric"), [("area", "fan_in"), ("height", "lines")])
def test_the_menus_of_sizes_change_picture_and_legend(page: Page, part: str, metric: str) -> None:
    before, key = settled_picture(page, DEADLINE_SECS), page.inner_text(f"#key-{part}")
    page.select_option(f"#menu-{part}", metric)
    expect(page.locator(f"#key-{part}")).not_to_have_text(key)
    poll(lambda: difference(before, picture(page)), lambda share: share > 0.01, DEADLINE_SECS, "nothing has moved")


def test_filters_hide_buildings(page: Page) -> None:
    blue = swatch_hue(page, "key-color", "Python")
    page.evaluate("document.getElementById('filters').open = true")
    page.locator("#facets input[name=language][value=Python]").uncheck()
    expect(page.locator("#shown")).to_contain_text("2 of 18 buildings are shown")
    poll(lambda: count_hue(page, blue), lambda count: count < 500, DEADLINE_SECS, "blue buildings")


def test_lists_lead_to_the_place(page: Page) -> None:
    page.evaluate("document.getElementById('places').open = true")
    page.locator("#cycles button.link").filter(has_text="3 files in ring").click()
    expect(page.locator("#selected-path")).to_contain_text("ring/")


def test_a_look_that_cannot_be_is_refused(page: Page) -> None:
    page.evaluate("location.hash = 'color=nonsense'")
    expect(page.locator("#notice")).to_contain_text("nonsense: no such metric")
    expect(page).not_to_have_url(re.compile("nonsense"))
    page.get_by_role("button", name="Close").click()


def test_a_link_opens_what_it_names(context: BrowserContext, host: Host) -> None:
    class Linked:
        url = f"{host.url}#color=role&hide.language=JavaScript&select=ring/red.py"

    linked = Watched(context, Linked)
    expect(linked.page.locator("#selected-path")).to_have_text("ring/red.py")
    expect(linked.page.locator("#shown")).to_contain_text("16 of 18")
    expect(linked.page.locator("#menu-color")).to_have_value("role")
    linked.page.close()


def test_it_works_in_a_frame_of_another_origin(stranger: Page, host: Host) -> None:
    stranger.evaluate(
        "(url) => document.body.append(Object.assign(document.createElement('iframe'),"
        " {src: url, width: 800, height: 500}))",
        host.url,
    )
    frame = stranger.frame_locator("iframe")
    wait_until_ready(frame)
    frame.locator("#city").press("/")
    stranger.keyboard.insert_text("cart.py")
    stranger.keyboard.press("Enter")
    expect(frame.locator("#selected-path")).to_have_text("shop/cart.py")


def test_a_host_may_say_what_is_compressed(context: BrowserContext, folder: Path) -> None:
    host = Host(folder, Unpacking)
    watched = Watched(context, host)
    wait_for_buildings(watched.page, DEADLINE_SECS)
    watched.page.close()
    host.close()


def test_our_own_sources_in_another_language(context: BrowserContext, tmp_path: Path) -> None:
    recording = tmp_path / "source"
    recording.symlink_to(ROOT / "src")
    export(recording, tmp_path / "root")
    host = Host(tmp_path / "root")
    watched = Watched(context, host)
    wait_for_buildings(watched.page, DEADLINE_SECS)
    expect(watched.page.locator("#key-color")).to_contain_text("Rust")
    watched.page.keyboard.press("/")
    watched.page.keyboard.insert_text("stream template")
    expect(watched.page.locator("#hits [aria-selected=true]")).to_contain_text("stream/template.rs")
    watched.page.keyboard.press("Enter")
    expect(watched.page.locator("#selection")).to_contain_text("Functions by complexity")
    assert not outside(watched, host) and not watched.errors
    watched.page.close()
    host.close()


def test_a_file_from_disk_says_what_to_do(context: BrowserContext, folder: Path) -> None:
    page = context.new_page()
    page.goto(next(folder.rglob("index.html")).as_uri())
    expect(page.locator("#status")).to_contain_text("python3 -m http.server")
    expect(page.locator("#status")).to_be_visible()
    page.close()


def test_a_folder_with_a_file_missing_says_which(context: BrowserContext, repository: Path, tmp_path: Path) -> None:
    (export(repository, tmp_path) / "data" / "city.json.gz").unlink()
    host = Host(tmp_path)
    page = context.new_page()
    page.goto(host.url)
    expect(page.locator("#notice")).to_contain_text("city.json.gz cannot be loaded: 404", timeout=DEADLINE_MS)
    page.close()
    host.close()
