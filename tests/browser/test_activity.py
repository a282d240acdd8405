"""What runs lights the city up, at the time that is shown: in a page of `examples/drive.rs`, which is told what ran."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import repolis
from conftest import BINARY, DEADLINE_MS, DEADLINE_SECS, City, Watched, open_context, wait_until_ready, write_repository
from folders import Host, export
from pixels import picture, poll, settled_picture
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_keyboard import AXE, FINDINGS
from test_live import Shown
from test_page import FRAMES

# Seen from everywhere.
TALL, OTHER = "tests/test_cart.py", "web/parts.js"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    yield from open_context(browser, 1000, 700)


@pytest.fixture
def shown(context: BrowserContext, tmp_path: Path) -> Iterator[Shown]:
    folder = tmp_path / "shop"
    write_repository(folder)
    made = Shown(context, folder)
    yield made
    made.host.close()
    assert made.errors == []


def ran(shown: Shown, path: str, **more: object) -> None:
    answer = shown.host.ask("ran", **{"service": "shop", "path": path, "function": "step_0", "calls": 500, **more})
    assert "error" not in answer, answer


def bands(page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    city = np.asarray(picture(page), dtype=int)
    return city[..., 0], city[..., 1], city[..., 2]


def count_failed(page: Page) -> int:
    """Pixels of what has errors, on faces in the light and in the shade."""
    red, green, blue = bands(page)
    return int(np.count_nonzero((red > 90) & (green < 0.35 * red) & (blue > 0.4 * red) & (blue < 0.68 * red)))


def count_glow(page: Page) -> int:
    """Pixels of what runs most, on faces in the light and in the shade."""
    red, green, blue = bands(page)
    return int(
        np.count_nonzero((red > 120) & (green > 0.88 * red) & (green <= red) & (blue > 0.5 * red) & (blue < 0.88 * red))
    )


def expect_failed(page: Page, is_there: bool = True) -> None:
    poll(lambda: count_failed(page), lambda count: (count > 1000) == is_there, DEADLINE_SECS, "pixels of errors")


def go_on_until_failed(page: Page) -> None:
    """By the slider, which has the focus, a second at a time."""

    def go_on() -> int:
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        settled_picture(page, DEADLINE_SECS)
        return count_failed(page)

    poll(go_on, lambda count: count > 1000, DEADLINE_SECS, "pixels of errors")


def keep_failing(shown: Shown, page: Page) -> None:
    """Until it is seen: a light goes out after ten seconds, and drawing may take longer."""

    def fail_once_more() -> int:
        ran(shown, TALL, error="no such cart", millis=3)
        return count_failed(page)

    poll(fail_once_more, lambda count: count > 1000, DEADLINE_SECS, "pixels of errors")


def keep_running(shown: Shown, page: Page, dark: int) -> None:
    """The same of what does not fail."""

    def run_once_more() -> int:
        ran(shown, TALL)
        return count_glow(page)

    poll(run_once_more, lambda count: count > dark + 1000, DEADLINE_SECS, "pixels that glow")


def test_what_runs_lights_its_building(shown: Shown) -> None:
    page = shown.page
    settled_picture(page, DEADLINE_SECS)
    dark = count_glow(page)
    expect(page.locator("#activity")).to_be_hidden()
    expect(page.locator("#runtime")).to_be_hidden()
    keep_running(shown, page, dark)
    expect(page.locator("#activity")).to_be_visible()
    # It shows the latest, and goes out when nothing more comes.
    expect(page.locator("#live")).to_have_attribute("aria-pressed", "true")
    poll(lambda: count_glow(page), lambda count: count < dark + 100, DEADLINE_SECS, "pixels that glow")


def test_counts_say_how_records_were_placed(shown: Shown) -> None:
    page = shown.page
    ran(shown, TALL, calls=3)
    ran(shown, "elsewhere/gone.py", service="other", calls=2, error="it failed")
    page.locator("#runtime > summary").click()
    expect(page.locator("#placed li").filter(has_text="by the path")).to_contain_text("3")
    expect(page.locator("#placed li").filter(has_text="not at all")).to_contain_text("2")
    expect(page.locator("#runtime-count")).to_have_text("5 records, 2 unplaced")
    expect(page.locator("#services li").filter(has_text="other")).to_contain_text("2 failed")


def test_errors_have_their_own_colour_in_every_measure(shown: Shown) -> None:
    page = shown.page
    keep_failing(shown, page)
    for measure in ["self_time", "errors"]:
        page.select_option("#menu-activity", measure)
        expect(page).to_have_url(re.compile(f"activity={measure}"))
        keep_failing(shown, page)
    page.select_option("#menu-activity", "")
    ran(shown, TALL, error="no such cart")
    expect_failed(page, False)
    page.select_option("#menu-activity", "rate")
    keep_failing(shown, page)


def test_an_earlier_time_shows_what_was_then(shown: Shown) -> None:
    page, now = shown.page, time.time()
    settled_picture(page, DEADLINE_SECS)
    dark = count_glow(page)
    ran(shown, TALL, error="long ago", seconds=now - 600)
    keep_running(shown, page, dark)
    expect_failed(page, False)
    page.locator("#moment-slider").focus()
    page.keyboard.press("Home")
    # Soon after the first moment its light is there.
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#live")).to_have_attribute("aria-pressed", "false")
    expect_failed(page)
    page.locator("#live").click()
    expect(page.locator("#live")).to_have_attribute("aria-pressed", "true")
    expect_failed(page, False)


def test_a_day_has_hours_from_0_to_23(browser: Browser, tmp_path: Path) -> None:
    write_repository(tmp_path / "shop")
    context = browser.new_context(locale="en-US", timezone_id="UTC")
    context.set_default_timeout(DEADLINE_MS)
    shown = Shown(context, tmp_path / "shop")
    now = time.time()
    past_midnight = now - (now - 300) % 86400
    ran(shown, TALL, seconds=past_midnight, error="no such cart")
    ran(shown, OTHER)
    expect(shown.page.locator("#moment")).not_to_be_empty()
    shown.page.locator("#moment-slider").focus()
    shown.page.keyboard.press("Home")
    expect(shown.page.locator("#moment")).to_contain_text(re.compile(r"\b00:05:00\.0$"))
    shown.host.ask("select", path=TALL)
    expect(shown.page.locator("#observed time")).to_contain_text(re.compile(r"\b00:05:00\.0$"))
    shown.host.close()
    context.close()


def test_details_tell_what_ran_in_a_file(shown: Shown) -> None:
    page = shown.page
    ran(shown, TALL, calls=7, millis=12, error="no such cart")
    expect(page.locator("#activity")).to_be_visible()
    shown.host.ask("select", path=TALL)
    seen = page.locator("#observed")
    expect(seen).to_contain_text("step_0")
    expect(seen).to_contain_text("7 calls")
    expect(seen).to_contain_text("7 failed")
    expect(seen).to_contain_text("Error: no such cart")
    # Also while another time is shown.
    expect(seen.get_by_role("heading").first).to_have_text("Seen to run, at any time 1")


def test_who_comes_late_sees_what_ran_before(shown: Shown, context: BrowserContext) -> None:
    keep_failing(shown, shown.page)
    late = context.new_page()
    late.goto(f"{shown.host.url}#activity=errors&calls=off")
    expect(late.locator("#activity")).to_be_visible()
    expect(late.locator("#menu-activity")).to_have_value("errors")
    expect(late.locator("#draw-calls")).to_have_attribute("aria-pressed", "false")
    keep_failing(shown, late)


def test_lights_follow_the_filters(shown: Shown) -> None:
    page = shown.page
    keep_failing(shown, page)
    page.evaluate("location.hash = 'hide.role=test'")
    expect(page.locator("#shown")).to_contain_text("1 are hidden")
    ran(shown, TALL, error="no such cart")
    expect_failed(page, False)
    page.evaluate("location.hash = ''")
    keep_failing(shown, page)


def test_a_click_on_a_light_selects_its_building(shown: Shown) -> None:
    page = shown.page
    # Its light stays where the time is stopped.
    keep_failing(shown, page)
    page.locator("#live").click()
    expect_failed(page)
    box = page.locator("#city").bounding_box()
    assert box
    red, green, blue = bands(page)
    rows, columns = np.nonzero((red > 90) & (green < 0.35 * red) & (blue > 0.4 * red) & (blue < 0.68 * red))
    middle = len(rows) // 2
    x, y = box["x"] + int(columns[middle]), box["y"] + int(rows[middle])
    page.mouse.move(x, y)
    page.evaluate(FRAMES)
    page.mouse.click(x, y)
    expect(page.locator("#selected-path")).to_have_text(TALL)
    expect(page.locator("#observed")).to_contain_text("no such cart")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_something_runs(shown: Shown, scheme: str) -> None:
    page = shown.page
    page.emulate_media(color_scheme=scheme)
    ran(shown, TALL, error="no such cart")
    expect(page.locator("#activity")).to_be_visible()
    shown.host.ask("select", path=TALL)
    expect(page.locator("#observed")).to_contain_text("step_0")
    page.evaluate("document.getElementById('runtime').open = true")
    expect(page.locator("#services li").first).to_be_visible()
    page.evaluate(AXE.read_text())
    assert page.evaluate(FINDINGS) == []
    page.set_viewport_size({"width": 800, "height": 500})
    assert page.evaluate("document.getElementById('activity').getBoundingClientRect().height") < 70
    assert page.evaluate("document.getElementById('activity').scrollWidth <= innerWidth")


def called(path: str, seconds: float, **more: str) -> str:
    span = {"service": "shop", "path": path, "function": "step_0", "duration_ms": 5, **more}
    return json.dumps({**span, "time": seconds - 0.005, "end": seconds}) + "\n"


def failing(path: str, seconds: float) -> str:
    return called(path, seconds, error="no such cart")


def test_what_is_followed_is_shown_and_recorded(context: BrowserContext, tmp_path: Path) -> None:
    folder, calls, recording = tmp_path / "shop", tmp_path / "calls.jsonl", tmp_path / "run.rrd"
    write_repository(folder)
    calls.write_text(failing(OTHER, time.time() - 300))
    live = City(folder, "--follow", str(calls), "-o", str(recording))
    page = Watched(context, live).page
    expect(page.locator("#activity")).to_be_visible()
    # What is added to the file is followed.
    with calls.open("a") as added:
        added.write(failing(TALL, time.time()) * 5)
    expect_failed(page)
    page.locator("#runtime > summary").click()
    expect(page.locator("#placed li").first).to_contain_text("6")
    expect(page.get_by_role("heading", name="Taken")).to_be_visible()
    assert live.interrupt() == 0
    replayed = City(recording)
    page = Watched(context, replayed).page
    expect(page.locator("#live")).to_be_hidden()
    expect(page.locator("#runtime-count")).to_have_text("6 records")
    # A recording does not say as what they came.
    page.locator("#runtime > summary").click()
    expect(page.locator("#placed")).to_be_visible()
    expect(page.get_by_role("heading", name="Taken")).to_be_hidden()
    expect(page.locator("#moment")).not_to_be_empty()
    page.locator("#moment-slider").focus()
    page.keyboard.press("Home")
    expect_failed(page, False)
    replayed.close()


def record(folder: Path, recording: Path, lines: str) -> None:
    write_repository(folder)
    command = [BINARY, "log", str(folder), "--follow", "-", "-o", str(recording), "--quiet"]
    subprocess.run(command, check=True, input=lines, text=True)


def test_a_recording_shows_each_time_by_each_measure(context: BrowserContext, tmp_path: Path) -> None:
    recording, now = tmp_path / "run.rrd", time.time()
    # Its light goes out long before the end.
    record(tmp_path / "shop", recording, failing(TALL, now - 100) + called(OTHER, now - 20))
    replayed = City(recording)
    page = Watched(context, replayed).page

    # The viewer knows the times.
    expect(page.locator("#moment")).not_to_be_empty()
    # Another measure is made of what the recording holds.
    for measure in ["rate", "errors"]:
        page.select_option("#menu-activity", measure)
        page.locator("#moment-slider").focus()
        page.keyboard.press("End")
        expect_failed(page, False)
        page.keyboard.press("Home")
        go_on_until_failed(page)
        # It has gone out again soon.
        for _ in range(200):
            page.keyboard.press("ArrowRight")
        expect_failed(page, False)
    replayed.close()


@pytest.mark.parametrize("by", ["slider", "host"])
def test_a_time_stays_wherever_the_camera_goes(by: str, context: BrowserContext, tmp_path: Path) -> None:
    recording, now = tmp_path / "run.rrd", time.time()
    record(tmp_path / "shop", recording, failing(TALL, now - 100) + called(OTHER, now - 20))
    city = repolis.replay(recording)
    page = context.new_page()
    page.goto(city.url)
    wait_until_ready(page)
    expect(page.locator("#moment")).not_to_be_empty()
    if by == "host":
        city.set_time((now - 98) * 1e9)
    else:
        page.locator("#moment-slider").focus()
        page.keyboard.press("Home")
        go_on_until_failed(page)
    expect(page.locator("#live")).to_have_attribute("aria-pressed", "false")
    expect_failed(page)
    shown_time = page.locator("#moment").inner_text()
    city.frame("shop")
    settled_picture(page, DEADLINE_SECS)
    page.locator("#whole").click()
    settled_picture(page, DEADLINE_SECS)
    expect_failed(page)
    assert page.locator("#moment").inner_text() == shown_time
    city.close()


def test_an_exported_folder_shows_what_ran(context: BrowserContext, tmp_path: Path) -> None:
    recording = tmp_path / "run.rrd"
    # Ahead as far as a clock may be: the recording is to end before the light goes out.
    record(tmp_path / "shop", recording, failing(TALL, time.time() + 8))
    export(recording, tmp_path / "site")
    host = Host(tmp_path / "site")
    page = context.new_page()
    page.goto(host.url)
    wait_until_ready(page)
    expect_failed(page)
    expect(page.locator("#runtime-count")).to_have_text("1 record")
    # What this page cannot do it does not offer.
    expect(page.locator("#menu-activity")).to_be_hidden()
    host.close()
