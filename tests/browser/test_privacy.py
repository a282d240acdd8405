"""Who cannot see the city, tried from a real browser, and how the viewer is kept in its cache."""

from __future__ import annotations

import http.client
import re

import pytest
from conftest import REBOUND, City
from playwright.sync_api import BrowserContext, Page

FETCH = """async ([url, mode]) => {
    try { return (await fetch(url, {mode})).type; } catch (error) { return error.name; }
}"""
# Resolves with what came first: a message, or the end.
OPEN_SOCKET = """(url) => new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.onmessage = ({data}) => resolve(`message ${data}`);
    socket.onclose = () => resolve("closed");
})"""


def get(city: City, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", city.port)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.body = response.read()
    return response


@pytest.fixture(scope="module")
def wasm_path(city: City) -> str:
    found = re.search(rb'name="viewer-wasm" content="([^"]+)"', get(city, "/").body)
    assert found
    return "/" + found[1].decode()


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_another_page_reads_nothing(stranger: Page, city: City, wasm_path: str, mode: str) -> None:
    for path in ["/", f"/?token={city.token}", f"/socket?token={city.token}", wasm_path]:
        assert stranger.evaluate(FETCH, [f"http://{city.host}{path}", mode]) == "TypeError"


def test_another_page_cannot_look_into_a_frame(stranger: Page, city: City) -> None:
    look = """(url) => new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.onload = () => resolve(frame.contentDocument === null);
        frame.src = url;
        document.body.append(frame);
    })"""
    assert stranger.evaluate(look, city.url)


@pytest.mark.parametrize("known", [True, False])
def test_another_page_cannot_open_the_socket(stranger: Page, city: City, known: bool) -> None:
    token = city.token if known else "0" * len(city.token)
    for host in [city.host, f"localhost:{city.port}", f"{REBOUND}:{city.port}"]:
        assert stranger.evaluate(OPEN_SOCKET, f"ws://{host}/socket?token={token}") == "closed"


def test_our_page_can_open_it_with_the_token_alone(context: BrowserContext, city: City) -> None:
    page = context.new_page()
    page.goto(f"http://{city.host}/icon-that-is-not-there")
    socket = f"ws://{city.host}/socket"
    assert page.evaluate(OPEN_SOCKET, socket) == "closed"
    assert page.evaluate(OPEN_SOCKET, f"{socket}?token={'0' * len(city.token)}") == "closed"
    assert page.evaluate(OPEN_SOCKET, f"{socket}?token={city.token}").startswith('message {"type":"hello"')
    page.close()


def test_a_rebound_name_is_refused(context: BrowserContext, city: City) -> None:
    page = context.new_page()
    answer = page.goto(f"http://{REBOUND}:{city.port}/?token={city.token}")
    assert answer and answer.status == 403
    socket = f"ws://{REBOUND}:{city.port}/socket?token={city.token}"
    assert page.evaluate(OPEN_SOCKET, socket) == "closed"
    page.close()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_wrong_host_is_refused(city: City, host: str) -> None:
    assert get(city, "/", Host=host.replace("PORT", str(city.port))).status in (400, 403)


def test_the_page_itself_tells_nothing(city: City) -> None:
    answer = get(city, "/")
    assert answer.status == 200
    assert b"shop" not in answer.body and city.token.encode() not in answer.body
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("coding", "most"), [("br", 11_000_000), ("gzip", 15_000_000)])
def test_the_viewer_is_compressed_and_cacheable(city: City, wasm_path: str, coding: str, most: int) -> None:
    answer = get(city, wasm_path, Accept_Encoding=coding)
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == coding
    assert answer.headers["Content-Type"] == "application/wasm"
    assert len(answer.body) < most
    assert "immutable" in answer.headers["Cache-Control"]
    again = get(city, wasm_path, Accept_Encoding=coding, If_None_Match=answer.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_who_knows_no_gzip_gets_the_viewer_as_it_is(city: City, wasm_path: str) -> None:
    answer = get(city, wasm_path, Accept_Encoding="identity")
    assert answer.headers["Content-Encoding"] is None
    assert answer.body.startswith(b"\0asm")
