"""A page whose city changes before it is drawn, and one whose host goes and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import DEADLINE_SECS, open_context, wait_until_ready, write_repository
from pixels import poll, wait_for_buildings
from playwright.sync_api import Browser, BrowserContext, Route, expect
from test_live import Host, Shown


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    yield from open_context(browser, 1000, 700)


def test_a_city_that_is_replaced_before_the_viewer_is_there(context: BrowserContext, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write_repository(folder)
    host = Host(folder)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    told: list[str | bytes] = []
    asked: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(frame)))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: asked.append(frame)))
    held: list[Route] = []
    page.route("**/*.wasm", lambda route: held.append(route))
    page.goto(f"{host.url}#color=role&hide.role=test")
    expect(page.locator("#counts b").first).to_have_text("17")
    poll(lambda: page.title() and held, bool, DEADLINE_SECS, "the viewer is asked for")
    (folder / "new.py").write_text("x = 1\n")
    host.ask("replace", folder=str(folder))

    def count(frames: list[str | bytes], type_: str) -> int:
        page.title()
        return sum(isinstance(frame, str) and frame.startswith(f'{{"type":"{type_}"') for frame in frames)

    poll(lambda: count(told, "ready"), lambda ready: ready == 2, DEADLINE_SECS, "what was sent")
    for route in held:
        route.continue_()
    wait_until_ready(page)
    expect(page.locator("#counts b").first).to_have_text("18")
    poll(lambda: count(asked, "swapped"), bool, DEADLINE_SECS, "the other city is gone")
    wait_for_buildings(page, DEADLINE_SECS)
    # What the address says is true of it.
    expect(page.locator("#menu-color")).to_have_value("role")
    expect(page.locator("#shown")).to_contain_text("hidden")
    host.ask("select", path="new.py")
    host.wait_for("selected", path="new.py")
    expect(page.locator("#selected-path")).to_have_text("new.py")
    host.close()
    assert errors == []


def test_a_host_that_comes_back_is_found_again(context: BrowserContext, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write_repository(folder)
    shown = Shown(context, folder)
    page = shown.page
    shown.host.ask("look", color="role")
    shown.host.ask("select", path="shop/cart.py")
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    parts = urlsplit(shown.host.url)
    shown.host.close()
    expect(page.locator("#notice")).to_contain_text("Disconnected")
    expect(page.locator("#notice")).to_contain_text("run its cell again")
    # What is chosen meanwhile is shown afterwards.
    page.select_option("#menu-color", "language")
    page.select_option("#menu-color", "complexity")
    (folder / "new.py").write_text("x = 1\n")
    again = Host(folder, str(parts.port), parse_qs(parts.query)["token"][0])
    assert again.url == shown.host.url
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#counts b").first).to_have_text("18")
    expect(page.locator("#selected-path")).to_have_text("shop/cart.py")
    expect(page.locator("#menu-color")).to_have_value("complexity")
    expect(page.locator("#key-color .scale")).to_be_attached()
    again.wait_for("selected", path="shop/cart.py")
    # Another run at the same port, with a token of its own.
    again.close()
    expect(page.locator("#notice")).to_contain_text("Disconnected")
    stranger = Host(folder, str(parts.port))
    expect(page.locator("#notice")).to_contain_text("token")
    stranger.close()
    assert shown.errors == []
