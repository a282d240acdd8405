"""Static exports on a plain web server."""

from __future__ import annotations

import functools
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from conftest import BINARY

# Nothing may depend on being at the root of a host.
BELOW = "some/where/a city"


def export(source: Path, root: Path, *options: str) -> Path:
    """Exports into a folder below `root`, which has a blank in its name."""
    folder = root / BELOW
    folder.parent.mkdir(parents=True)
    command = [BINARY, "export", str(source), "--format", "html", "-o", str(folder), "--quiet", *options]
    subprocess.run(command, check=True)
    return folder


class Quiet(SimpleHTTPRequestHandler):
    """Python's own server, which knows nothing of compression, without its log."""

    def log_message(self, *_: object) -> None:
        pass


class Unpacking(Quiet):
    """A host that says of compressed files that they are."""

    def end_headers(self) -> None:
        if self.path.endswith(".gz"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()


class Host:
    """A running server of a folder."""

    def __init__(self, root: Path, handler: type[Quiet] = Quiet) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(root)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.url = f"{self.origin}/{BELOW.replace(' ', '%20')}/"

    def close(self) -> None:
        self.server.shutdown()
