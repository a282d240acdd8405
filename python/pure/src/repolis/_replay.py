"""A frame on a city that somebody exported."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_EXPORT = "export it with `repolis export FOLDER --format html -o DIR` and name the address under which DIR is served"
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True)
class Replay:
    """A city in a frame. Notebooks show it as the last value of a cell."""

    url: str
    height: int | str
    width: int | str

    def _repr_html_(self) -> str:
        url, width, height = (html.escape(str(value), quote=True) for value in (self.url, self.width, self.height))
        return (
            f'<iframe src="{url}" width="{width}" height="{height}" style="border: 0" title="A city of Repolis"'
            ' allow="fullscreen; clipboard-write"></iframe>'
        )

    def _mime_(self) -> tuple[str, str]:
        """How marimo shows it."""
        return "text/html", self._repr_html_()


def replay(url: str, height: int | str = 600, width: int | str = "100%") -> Replay:
    """Shows a city that ``repolis export --format html`` wrote.

    Parameters
    ----------
    url
        Where the exported folder is served: an address with ``https://`` or ``http://``, or one relative to the notebook's
        page. What follows a ``#`` opens a view, as "Copy link" of the page gives it.
    height, width
        Of the frame in pixels, or as a share such as ``"100%"``.

    Raises
    ------
    ValueError
        When this cannot be the address of an exported city.

    Examples
    --------
    >>> replay("https://example.org/city/#color=fan_in", height=400).url
    'https://example.org/city/#color=fan_in'
    """
    return Replay(_checked_url(url), _checked_length("height", height), _checked_length("width", width))


def _checked_url(url: str) -> str:
    if not isinstance(url, str):
        raise ValueError(f"replay: {url!r} is no address; {_EXPORT}")
    # Browsers leave such characters out, so that an address may turn into another one.
    if not url or _CONTROL.search(url):
        raise ValueError(
            f"replay: {url!r}: an address is not empty and has no blanks, control characters or backslashes"
        )
    parts = urlsplit(url)
    if parts.path.endswith(".rrd"):
        raise ValueError(f"replay: {url}: a recording needs the native package; here, {_EXPORT}")
    if parts.scheme not in ("", "http", "https"):
        raise ValueError(f"replay: {url}: a city is shown from http:// or https://; {_EXPORT}")
    if parts.scheme and not parts.hostname:
        raise ValueError(f"replay: {url}: the address names no host")
    return url


def _checked_length(name: str, value: int | str) -> int | str:
    is_number = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if is_number or (isinstance(value, str) and re.fullmatch(r"[1-9]\d*(px|%)?", value)):
        return value
    raise ValueError(f"replay: {name} is {value!r}: a number of pixels, or a share such as '100%'")
