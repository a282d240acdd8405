"""An iframe of a city, for whatever shows HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._city import City


class Frame:
    """An iframe with a city in it. It keeps the city open."""

    def __init__(self, city: City, url: str, title: str, width: int | str, height: int | str) -> None:
        self._city = city
        self._url, self._title, self._width, self._height = url, title, width, height

    def _repr_html_(self) -> str:
        style = f"border: 0; width: {length(self._width)}; height: {length(self._height)}"
        return (
            f'<iframe src="{html.escape(self._url)}" title="{html.escape(f"City of {self._title}")}" '
            f'style="{html.escape(style)}" allow="clipboard-write; fullscreen"></iframe>'
        )

    def _mime_(self) -> tuple[str, str]:
        return "text/html", self._repr_html_()


def length(length: int | str) -> str:
    return f"{length}px" if isinstance(length, int) else length
