"""A page without a browser: it speaks the protocol of `web/socket.js` and draws nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

DEADLINE_SECS = 30.0


def poll(what: Callable[[], Any], why: str, seconds: float = DEADLINE_SECS) -> Any:
    """Wait until something is true, and return it."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {why}"
        time.sleep(0.005)
    return found


class Page:
    """Connects, takes what it is sent, and does what it is asked to do, as the real one."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        address = f"ws://{parts.netloc}{parts.path}socket?{parts.query}&theme=dark&size=wide"
        self.socket = connect(address, origin=f"http://{parts.netloc}", max_size=None, legacy=True)
        self.messages: list[dict[str, Any]] = []
        self.received_bytes = 0
        self.city: dict[str, Any] = {}
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()
        poll(lambda: self.heard("ready"), "the page is ready")

    def _follow(self) -> None:
        replaced = None
        try:
            for message in self.socket:
                if isinstance(message, bytes):
                    self.received_bytes += len(message)
                    continue
                said = json.loads(message)
                if said["type"] in ("hello", "replaced"):
                    replaced, self.city = said["type"] == "replaced", said["cities"][0]
                elif said["type"] == "ready" and replaced:
                    self.send("swapped")
                elif said["type"] == "drive":
                    self._obey(said["remote"])
                # What was there before is not kept, as those of hundreds of runs are heard.
                self.messages = [*self.messages[-50:], said]
        except ConnectionClosed:
            pass

    def _obey(self, remote: dict[str, Any]) -> None:
        if remote["type"] in ("select", "imports"):
            self.send("select_path", path=remote["path"], frame=False)
        elif remote["type"] == "clear":
            self.send("clear")

    def send(self, type_: str, **wish: Any) -> None:
        self.socket.send(json.dumps({"type": type_, "recording": self.city.get("recording_id", ""), **wish}))

    def select(self, path: str) -> None:
        """What a click on a building comes to."""
        self.send("select_path", path=path, frame=False)

    def heard(self, type_: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == type_]

    def close(self) -> None:
        self.socket.close()
        self.thread.join(DEADLINE_SECS)
