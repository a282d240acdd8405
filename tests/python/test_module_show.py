"""`repolis.show`: one page a name, on one address, for as long as somebody wants it; what is selected reaches Python."""

from __future__ import annotations

import gc
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import repolis
import shop
from page import Page, poll
from repolis import _page
from websockets.exceptions import InvalidStatus


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.write(tmp_path_factory.mktemp("show") / "shop")


@pytest.fixture(scope="module")
def repo(folder: Path) -> repolis.Repo:
    return repolis.analyze(folder)


@pytest.fixture
def city(repo: repolis.Repo) -> Iterator[repolis.City]:
    shown = repolis.show(repo)
    yield shown
    shown.close()


@pytest.fixture
def page(city: repolis.City) -> Iterator[Page]:
    opened = Page(city.url)
    yield opened
    opened.close()


def fetch(url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def quiet_lingering(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(_page, "LINGER", seconds)


def test_the_page_is_served_and_framed(city: repolis.City) -> None:
    status, page = fetch(city.url)
    assert status == 200 and "<title>" in page
    html = city.iframe("80%", 400)._repr_html_()
    assert (
        city.url.replace("&", "&amp;") in html
        and "width: 80%; height: 400px" in html
        and 'title="City of shop"' in html
    )
    assert city.iframe()._mime_() == ("text/html", city._repr_html_())
    assert "token" not in repr(city)


def test_without_the_token_nothing_is_told(city: repolis.City) -> None:
    with pytest.raises(InvalidStatus):
        Page(city.url.split("token=")[0] + "token=00")


def test_a_cell_that_runs_again_keeps_address_and_page(folder: Path, tmp_path: Path) -> None:
    changing = shop.write(tmp_path / "shop")
    city = repolis.show(repolis.analyze(changing))
    url, page = city.url, Page(city.url)
    first = page.city["recording_id"]
    (changing / "new.py").write_text("x = 1\n")
    again = repolis.show(repolis.analyze(changing), color="complexity")
    assert (again.url, again.port) == (url, city.port)
    poll(lambda: page.heard("replaced"), "the open page gets the new city")
    poll(lambda: page.city["recording_id"] != first and len(page.heard("ready")) == 2, "it is whole")
    assert again.pages == city.pages == 1
    # The old name still works: both are the same page.
    again.select("new.py")
    poll(lambda: (city.selection or {}).get("path") == "new.py", "the selection")
    again.close()
    page.thread.join(10)
    assert not page.thread.is_alive()


def test_two_names_are_two_pages_and_one_name_is_one(repo: repolis.Repo) -> None:
    one, other, same = repolis.show(repo, name="a"), repolis.show(repo, name="b"), repolis.show(repo, name="a")
    assert one.port != other.port and one.url == same.url
    one.close()
    poll(lambda: not is_open(one.port), "the page is closed")
    assert is_open(other.port)
    other.close()


def test_a_port_of_ones_own(repo: repolis.Repo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(repolis.Error, match=f"port {port} is in use: choose another with port="):
            repolis.show(repo, name="taken", port=port)
    city = repolis.show(repo, name="taken", port=port)
    assert city.port == port == repolis.show(repo, name="taken", port=port).port
    city.close()
    # It is free again at once, also for a page of another name.
    poll(lambda: not is_open(port), "the port is closed")
    again = repolis.show(repo, name="free", port=port)
    assert again.port == port
    again.close()


def test_an_unknown_metric_opens_nothing(repo: repolis.Repo) -> None:
    with pytest.raises(repolis.Error, match="complexty"):
        repolis.show(repo, name="unknown", color="complexty")
    with pytest.raises(OverflowError):
        repolis.show(repo, name="unknown", arcs=-1)
    assert (None, "unknown") not in _page.pages


def test_a_failed_run_leaves_the_open_city(city: repolis.City, repo: repolis.Repo, page: Page) -> None:
    with pytest.raises(repolis.Error):
        repolis.show(repo, color="complexty")
    city.select("shop/cart.py")
    poll(lambda: (city.selection or {}).get("path") == "shop/cart.py", "the city still answers")


def test_a_page_is_closed_after_its_last_owner(repo: repolis.Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet_lingering(monkeypatch, 0.3)
    city = repolis.show(repo, name="left")
    port, frame = city.port, city.iframe()
    del city
    gc.collect()
    time.sleep(0.6)
    assert is_open(port), "a frame of it is kept"
    quiet_lingering(monkeypatch, 3)
    del frame
    gc.collect()
    assert is_open(port), "not at once"
    poll(lambda: not is_open(port), "the page is closed")
    assert (None, "left") not in _page.pages


def test_a_page_that_is_wanted_again_in_time_stays(repo: repolis.Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet_lingering(monkeypatch, 0.5)
    city = repolis.show(repo, name="again")
    url = city.url
    del city
    gc.collect()
    city = repolis.show(repo, name="again")
    time.sleep(1)
    assert city.url == url and is_open(city.port)
    city.close()


def test_a_closed_city_says_so(repo: repolis.Repo) -> None:
    city = repolis.show(repo, name="closed")
    city.close()
    city.close()
    assert "closed" in repr(city)
    with pytest.raises(repolis.Error, match="this city is closed; show it again"):
        city.select("shop/cart.py")
    with pytest.raises(repolis.Error, match="this city is closed; show it again"):
        city.add_metric("own", {"shop/cart.py": 1})
    again = repolis.show(repo, name="closed")
    assert is_open(again.port)
    again.close()


def test_a_click_comes_to_python(city: repolis.City, page: Page) -> None:
    heard: list[Any] = []
    city.on_select(heard.append)
    started = time.perf_counter()
    page.select("shop/cart.py")
    poll(lambda: heard, "the callback")
    # The aim is 0.1 from the click on; machines are noisy.
    assert time.perf_counter() - started < 1
    selection = heard[0]
    assert selection["path"] == "shop/cart.py" and selection["kind"] == "file" and selection["language"] == "Python"
    assert selection["metrics"]["complexity"] == 3 and selection["function"] is None
    assert selection["imports"] == ["shop/stock.py"] and "tests/test_cart.py" in selection["imported_by"]
    assert city.selection == selection
    page.select("shop")
    poll(lambda: len(heard) == 2, "the directory")
    assert heard[1]["kind"] == "directory"
    page.send("clear")
    poll(lambda: len(heard) == 3, "nothing")
    assert heard[2] is None and city.selection is None


def test_a_callback_of_the_same_name_takes_the_place(city: repolis.City, page: Page) -> None:
    heard: list[str] = []

    def define(word: str) -> Callable[[Any], None]:
        def on_click(_: Any) -> None:
            heard.append(word)

        return on_click

    for word in ("old", "new"):
        city.on_select(define(word))
    page.select("shop/cart.py")
    poll(lambda: heard, "a callback")
    time.sleep(0.3)
    assert heard == ["new"]


def test_a_callback_that_raises_is_printed_and_goes_on(
    city: repolis.City, page: Page, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []

    @city.on_select
    def fails(selection: Any) -> None:
        heard.append(selection["path"])
        raise ValueError(f"about {selection['path']}")

    others: list[str] = []
    city.on_select(lambda selection: others.append(selection["path"]))
    for path in ("shop/cart.py", "shop/main.py"):
        page.select(path)
        poll(lambda path=path: path in heard and path in others, f"both are told of {path}")
    poll(lambda: "main" in heard[-1], "it goes on")
    time.sleep(0.1)
    said = capfd.readouterr().err
    assert "ValueError: about shop/cart.py" in said and "ValueError: about shop/main.py" in said
    assert "in fails" in said, "with the place"


def test_a_callback_that_blocks_holds_up_nothing(city: repolis.City, page: Page, repo: repolis.Repo) -> None:
    goes_on = threading.Event()
    blocked: list[str] = []

    @city.on_select
    def blocks(selection: Any) -> None:
        goes_on.wait(60)
        blocked.append(selection["path"])

    others: list[str] = []
    city.on_select(lambda selection: others.append(selection["path"]))
    for path in ("shop/cart.py", "shop/main.py", "page/index.ts"):
        page.select(path)
        poll(lambda path=path: path in others, "another callback")
    assert city.selection["path"] == "page/index.ts"
    city.color("complexity")
    poll(lambda: page.heard("drive"), "the page is driven")
    assert repolis.show(repo).url == city.url
    assert blocked == []
    goes_on.set()
    poll(lambda: len(blocked) == 3, "it gets them all, one after another")
    assert blocked == others


def test_pages_are_driven(city: repolis.City, page: Page) -> None:
    wishes: list[tuple[Callable[[], None], dict[str, Any]]] = [
        (lambda: city.select("shop/cart.py"), {"type": "select", "path": "shop/cart.py"}),
        (lambda: city.frame("shop/"), {"type": "frame"}),
        (lambda: city.frame(), {"type": "frame", "path": None}),
        (
            lambda: city.show_imports("shop/cart.py", depth=2, direction="in"),
            {"type": "imports", "depth": 2, "direction": "in"},
        ),
        (lambda: city.look(height="fan_in"), {"type": "look", "height": "fan_in", "area": None, "color": None}),
        (lambda: city.color("complexity"), {"type": "look", "color": "complexity"}),
        (
            lambda: city.filter(directory="shop", tests=False),
            {"type": "filter", "directory": "shop", "hide": {"role": ["test"]}},
        ),
        (lambda: city.clear(), {"type": "clear"}),
    ]
    for wish, expect in wishes:
        before = len(page.heard("drive"))
        wish()
        poll(lambda before=before: len(page.heard("drive")) > before, str(expect))
        remote = page.heard("drive")[-1]["remote"]
        assert {key: remote[key] for key in expect} == expect
    with pytest.raises(repolis.UnknownPath, match="did you mean shop/cart") as caught:
        city.select("shop/cort.py")
    assert caught.value.nearest[0] == "shop/cart.py"
    with pytest.raises(repolis.UnknownMetric):
        city.color("complexty")
    with pytest.raises(repolis.Error):
        city.show_imports("shop/cart.py", direction="sideways")


def test_colours_of_ones_own(city: repolis.City, page: Page) -> None:
    city.color({"shop/cart.py": 1.0, "shop/main.py": 2.5}, unit="h")
    poll(lambda: page.heard("metrics"), "the page has the metric")
    assert page.heard("metrics")[-1]["changed"] == "own"
    with pytest.warns(UserWarning, match="gone.py: this path is not in the repository"):
        city.add_metric("team", {"shop/cart.py": "ours", "gone.py": "theirs"})
    with pytest.raises(repolis.UnknownPath):
        city.add_metric("team", {"gone.py": "theirs"})
    with pytest.raises(repolis.Error, match="complexity"):
        city.add_metric("complexity", {"shop/cart.py": 1})
    page.select("shop/cart.py")
    poll(lambda: city.selection, "a selection")
    assert city.selection["metrics"]["own"] == 1.0 and city.selection["metrics"]["team"] == "ours"


def test_a_page_that_comes_later_and_one_that_left(city: repolis.City) -> None:
    first, second = Page(city.url), Page(city.url)
    poll(lambda: city.pages == 2, "two pages")
    first.close()
    poll(lambda: city.pages == 1, "one page")
    second.select("shop/cart.py")
    poll(lambda: city.selection, "the other one still speaks")
    second.close()


def test_recordings_are_replayed(repo: repolis.Repo, tmp_path: Path) -> None:
    for name in ("one.rrd", "two ü.rrd"):
        repo.log(tmp_path / name)
    city = repolis.replay([tmp_path / "one.rrd", str(tmp_path / "two ü.rrd")])
    page = Page(city.url)
    assert page.city["name"] == "shop" if "name" in page.city else page.city
    assert repolis.replay([tmp_path / "one.rrd", tmp_path / "two ü.rrd"]).url == city.url
    page.close()
    city.close()
    with pytest.raises(repolis.Error, match=r"gone\.rrd"):
        repolis.replay(tmp_path / "gone.rrd")
    with pytest.raises(repolis.Error, match="no recording to show"):
        repolis.replay([])


def test_behind_a_proxy(repo: repolis.Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = "https://hub.example.org/user/me/proxy/{port}"
    city = repolis.show(repo, name="hub", base_url=hub)
    assert city.url.startswith(f"https://hub.example.org/user/me/proxy/{city.port}/?token=")
    local = city.url.replace("https://hub.example.org", f"http://127.0.0.1:{city.port}")
    assert fetch(local)[0] == 200
    again = repolis.show(repo, name="hub", base_url=hub)
    assert again.url == city.url
    city.close()
    monkeypatch.setenv("REPOLIS_BASE_URL", "/proxy/{port}")
    city = repolis.show(repo, name="environment")
    assert f"/proxy/{city.port}/?token=" in city.url
    city.close()
    with pytest.raises(repolis.Error, match="base_url='ftp:"):
        repolis.show(repo, name="ftp", base_url="ftp://example.org")
