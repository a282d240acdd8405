"""A city in a recording of the Python SDK."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from .errors import Error


def log_into(stream: Any, recording: bytes) -> None:
    """Hand the chunks of a recording to a ``rerun.RecordingStream``."""
    try:
        from rerun.experimental import RrdReader

        send = stream.send_chunks
    except (ImportError, AttributeError) as error:
        kind = type(stream).__name__
        message = (
            f"a target of type {kind}: give a path, or a rerun.RecordingStream of rerun-sdk 0.36.3 (repolis[viewer])"
        )
        raise Error(message) from error
    # The SDK reads files alone.
    with tempfile.TemporaryDirectory(prefix="repolis-") as folder:
        path = os.path.join(folder, "city.rrd")
        with open(path, "wb") as file:
            file.write(recording)
        reader = RrdReader(path)
        for entry in reader.recordings():
            send(reader.stream(store=entry))
