"""A city on a page, in an iframe of a notebook, and what is clicked in it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from . import _marimo, _page, _repolis
from ._feeds import Feeds
from ._frame import Frame
from ._page import Listener, Page, Selection
from ._remote import Remote
from ._traced import Traced

Callback = TypeVar("Callback", bound=Callable[[Any], object])


class City(Remote, Feeds, Traced):
    """A city that is open on a page of its own server, on 127.0.0.1 only.

    :func:`repolis.show` and :func:`repolis.replay` make one. As the last expression of a cell it shows itself in an iframe.
    The page is closed 10 seconds after the last ``City`` of its name is gone.

    Examples
    --------
    >>> city = repolis.show(repo, color="complexity")
    >>> city
    <repolis.City shop: port ...>
    """

    def __init__(self, page: Page, title: str) -> None:
        super().__init__(page, title)
        _page.hold(page)
        self._finalizer = weakref.finalize(self, _page.release, page)
        # The process ends anyway then.
        self._finalizer.atexit = False

    @property
    def name(self) -> str:
        """Name of what is shown: that of the repository, or of the recording.

        Examples
        --------
        >>> city.name
        'shop'
        """
        return self._title

    @property
    def url(self) -> str:
        """Address of the page. Whoever has it sees the city: it holds the token that lets in.

        Examples
        --------
        >>> city.url
        'http://127.0.0.1:.../?token=...'
        """
        served, (_, base, _hosts) = self._page.served, self._page.place
        if not base:
            return f"http://127.0.0.1:{served.port}{served.path}"
        parts = urlsplit(base)
        host = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        return f"{host}{served.path}"

    @property
    def port(self) -> int:
        """Port of the page on 127.0.0.1.

        Examples
        --------
        >>> f":{city.port}/" in city.url
        True
        """
        return self._page.served.port

    @property
    def pages(self) -> int:
        """How many pages of the city are open in browsers.

        Examples
        --------
        >>> city.pages
        0
        """
        return self._page.served.pages

    @property
    def selection(self) -> Selection | None:
        """What was selected last, as callbacks of :meth:`on_select` get it; ``None`` when nothing is.

        Examples
        --------
        >>> city.selection is None
        True
        """
        return self._page.selection

    def iframe(self, width: int | str = "100%", height: int | str = 600) -> Frame:
        """Show the city in a cell.

        Parameters
        ----------
        width, height : int or str
            Pixels, or a length of CSS such as ``"100%"`` and ``"80vh"``.

        Returns
        -------
        Frame
            An object that marimo, Jupyter and whatever knows ``_repr_html_`` show.

        Examples
        --------
        >>> city.iframe(height=400)._repr_html_()
        '<iframe src="http://127.0.0.1:...'
        """
        return Frame(self, self.url, self._title, width, height)

    def widget(self, height: int | str = 600) -> Any:
        """Make a widget of the city for ``mo.ui.anywidget`` or Jupyter, with synced traits.

        Parameters
        ----------
        height : int or str
            Pixels, or a length of CSS.

        Returns
        -------
        anywidget.AnyWidget
            With the traits ``selection``, ``timeline``, ``time``, ``playing`` and ``color``.

        Raises
        ------
        Error
            When anywidget is not installed.
        """
        from ._widget import make

        return make(self, height)

    def on_select(self, callback: Callback) -> Callback:
        """Call a function for each selection: a click, a hit of a search, :meth:`select`.

        It runs on a thread of its own, one call after another. What it raises is printed. A function of the same name takes the
        place of the one before, so that a cell can run again.

        Parameters
        ----------
        callback : callable
            Called with a dict of primitives, or ``None`` when nothing is selected any more: ``path``, ``kind`` (``"file"`` or
            ``"directory"``), ``function``, ``metrics`` (a dict), ``imports``, ``imported_by`` (paths), ``page``.

        Returns
        -------
        callable
            The callback, so that this is a decorator too.

        Examples
        --------
        >>> @city.on_select
        ... def show(selection):
        ...     print(selection["path"] if selection else "nothing")
        """
        key = (getattr(callback, "__module__", None), getattr(callback, "__qualname__", None) or id(callback))
        self._listen(key, callback)
        return callback

    def state(self) -> Callable[[], Selection | None]:
        """Make a getter of ``mo.state`` for the selection: marimo re-runs the cells that call it on each click.

        Returns
        -------
        callable
            Returns what :attr:`selection` has.

        Raises
        ------
        Error
            Outside a marimo notebook.
        """
        getter, setter = _marimo.state(self.selection)
        self._listen(object(), setter)
        return getter

    def _listen(self, key: object, callback: Callable[[Any], object]) -> None:
        page = self._page
        with _page.lock:
            page.listeners = {k: old for k, old in page.listeners.items() if old.is_wanted}
            before = page.listeners.pop(key, None)
            if before is not None:
                before.stop()
            page.listeners[key] = Listener(callback)

    def _served(self) -> _repolis.Served:
        self._check_open()
        return self._page.served

    def close(self) -> None:
        """Close the page now, for all cities of its name.

        Examples
        --------
        >>> city.close()
        >>> city
        <repolis.City shop: closed>
        """
        _page.close(self._page)

    def _repr_html_(self) -> str:
        return self.iframe()._repr_html_()

    def __repr__(self) -> str:
        # Not the address, which lets in: what is printed may be saved with the notebook.
        state = f"port {self.port}" if self._page.is_open else "closed"
        return f"<repolis.City {self._title}: {state}>"
