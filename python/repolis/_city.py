"""A city on a page, in an iframe of a notebook, and what is clicked in it."""

from __future__ import annotations

import atexit
import contextlib
import html
import os
import queue
import socket
import threading
import traceback
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from . import _marimo, _repolis, _values
from .errors import Error

Selection = dict[str, Any]
Callback = TypeVar("Callback", bound=Callable[[Any], object])

#: A page is closed when nobody has wanted it for so many seconds.
LINGER = 10.0
#: How often threads look whether they are still wanted, in seconds.
TICK = 0.25
#: More selections than these are not kept for a callback that is busy: the oldest go.
MAX_WAITING = 1000


class _Page:
    """A page that is served, which the cities that re-run cells make share."""

    def __init__(
        self, key: tuple[object, str], served: _repolis.Served, place: tuple[int, str, tuple[str, ...]]
    ) -> None:
        self.key = key
        self.served = served
        self.place = place
        self.owners = 0
        self.closing: threading.Timer | None = None
        self.is_open = True
        self.selection: Selection | None = None
        self.listeners: dict[object, _Listener] = {}
        self.events = served.events()
        thread = threading.Thread(target=self._follow, args=(self.events,), name="repolis-events", daemon=True)
        thread.start()
        _following.add(thread)

    def _follow(self, events: _repolis.Events) -> None:
        while self.is_open:
            event = events.next(TICK)
            if event is None:
                continue
            if event["event"] == "selected":
                self.selection = _selection(event)
            elif event["event"] == "cleared":
                self.selection = None
            else:
                continue
            for listener in list(self.listeners.values()):
                listener.put(self.selection)

    def close(self) -> None:
        self.is_open = False
        self.events.close()
        self.served.stop()
        for listener in self.listeners.values():
            listener.stop()


class _Listener:
    """A callback on a thread of its own: one that blocks holds up nothing else."""

    def __init__(self, callback: Callable[[Any], object]) -> None:
        self.callback = callback
        self.waiting: queue.Queue[Any] = queue.Queue(MAX_WAITING)
        self.is_wanted = True
        # In marimo the cell whose thread it is gets what is printed, and may set states.
        self.thread = _marimo.thread(self._run) or threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def put(self, value: Any) -> None:
        while True:
            try:
                return self.waiting.put_nowait(value)
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self.waiting.get_nowait()

    def stop(self) -> None:
        self.is_wanted = False

    def _run(self) -> None:
        # Marimo asks the threads of a cell to end when the cell runs again.
        while self.is_wanted and not getattr(self.thread, "should_exit", False):
            try:
                value = self.waiting.get(timeout=TICK)
            except queue.Empty:
                continue
            try:
                self.callback(value)
            except Exception:
                _marimo.say(traceback.format_exc().rstrip())
        self.is_wanted = False


_pages: dict[tuple[object, str], _Page] = {}
_lock = threading.RLock()
#: Threads that wait in Rust, where Python must not end them.
_following: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


class City:
    """A city that is open on a page of its own server, on 127.0.0.1 only.

    :func:`repolis.show` and :func:`repolis.replay` make one. As the last expression of a cell it shows itself in an iframe.
    The page is closed 10 seconds after the last ``City`` of its name is gone.

    Examples
    --------
    >>> city = repolis.show(repo, color="complexity")
    >>> city
    <repolis.City shop: port ...>
    """

    def __init__(self, page: _Page, title: str) -> None:
        self._page = page
        self._title = title
        with _lock:
            page.owners += 1
            if page.closing is not None:
                page.closing.cancel()
                page.closing = None
        self._finalizer = weakref.finalize(self, _release, page)
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
        with _lock:
            page.listeners = {k: old for k, old in page.listeners.items() if old.is_wanted}
            before = page.listeners.pop(key, None)
            if before is not None:
                before.stop()
            page.listeners[key] = _Listener(callback)

    def select(self, path: str) -> None:
        """Select a file or directory. The camera stays.

        Parameters
        ----------
        path : str
            The file or directory.

        Raises
        ------
        UnknownPath
            When there is no such file or directory in the city.

        Examples
        --------
        >>> city.select("shop/cart.py")
        """
        self._drive(type="select", path=path)

    def clear(self) -> None:
        """Select nothing any more.

        Examples
        --------
        >>> city.clear()
        """
        self._drive(type="clear")

    def frame(self, path: str | None = None) -> None:
        """Bring a file or directory near, or show the whole city.

        Parameters
        ----------
        path : str, optional
            The file or directory; the whole city without it.

        Raises
        ------
        UnknownPath
            When there is no such file or directory in the city.

        Examples
        --------
        >>> city.frame("shop/")
        >>> city.frame()
        """
        self._drive(type="frame", path=path)

    def show_imports(self, path: str, depth: int = 1, direction: str = "both") -> None:
        """Select a file and draw the imports around it.

        Parameters
        ----------
        path : str
            The file.
        depth : int
            How far, from 1 to 3.
        direction : {"both", "in", "out"}
            The files that import it (``"in"``), those that it imports (``"out"``), or both.

        Raises
        ------
        UnknownPath
            When there is no such file in the city.

        Examples
        --------
        >>> city.show_imports("shop/cart.py", depth=2, direction="in")
        """
        self._drive(type="imports", path=path, depth=depth, direction=direction)

    def look(self, *, area: str | None = None, height: str | None = None, color: str | None = None) -> None:
        """Show other metrics; those that are left out stay.

        Parameters
        ----------
        area, height, color : str, optional
            Metrics of footprint, height and colour.

        Raises
        ------
        UnknownMetric
            When there is no such metric in the city.

        Examples
        --------
        >>> city.look(height="fan_in", color="complexity")
        """
        self._drive(type="look", area=area, height=height, color=color)

    def color(self, what: Any, *, name: str | None = None, unit: str = "") -> None:
        """Colour the buildings by a metric, or by values of one's own.

        Parameters
        ----------
        what : str, dict, Series or DataFrame
            Name of a metric; or numbers, or texts that are categories, by path.
        name : str, optional
            What the values are, for the menus and the legend. The name of the column or Series without it, else ``"own"``.
        unit : str
            Unit of the values.

        Raises
        ------
        UnknownMetric
            When there is no such metric in the city.
        UnknownPath
            When none of the paths is in the city.

        Warns
        -----
        UserWarning
            When some of the paths are not in the city.

        Examples
        --------
        >>> city.color("complexity")
        >>> city.color({"shop/cart.py": "ours", "shop/main.py": "theirs"}, name="team")
        """
        if not isinstance(what, str):
            name = name or _values.name_of(what) or "own"
            self.add_metric(name, what, unit=unit)
            what = name
        self.look(color=what)

    def add_metric(self, name: str, values: Any, *, unit: str = "", description: str = "") -> None:
        """Give the open city a metric for its menus and details. :meth:`repolis.Repo.add_metric` keeps it in the tables too.

        Parameters
        ----------
        name : str
            Name of the metric.
        values : dict, Series or DataFrame
            Numbers, or texts that are categories, by path.
        unit, description : str
            Unit of the values, and what they are.

        Examples
        --------
        >>> city.add_metric("risk", {"shop/cart.py": 0.5, "shop/main.py": 0.1})
        >>> city.look(height="risk")
        """
        self._check_open()
        by_path = _values.by_path(values)
        unknown = self._page.served.add_metric(name, by_path, unit, description or "given by the notebook")
        _values.warn_of(unknown, len(by_path))

    def filter(
        self,
        *,
        directory: str = "",
        hide: Mapping[str, str | Sequence[str]] | None = None,
        tests: bool = True,
        generated: bool = True,
        range: tuple[str, float | None, float | None] | None = None,
    ) -> None:
        """Show only the buildings that pass, in the place of all filters so far. Without arguments all are shown.

        Parameters
        ----------
        directory : str
            Only files in or below it.
        hide : dict
            Categories to hide by the metric that has them, such as ``{"language": ["JSON", "YAML"]}``.
        tests, generated : bool
            ``False`` hides tests, and generated files.
        range : tuple, optional
            Metric, least and greatest value; ``None`` is no bound: ``("complexity", 10, None)``.

        Examples
        --------
        >>> city.filter(directory="shop", tests=False, range=("complexity", 2, None))
        >>> city.filter()
        """
        hidden = {metric: [names] if isinstance(names, str) else list(names) for metric, names in (hide or {}).items()}
        if not tests:
            hidden.setdefault("role", []).append("test")
        if not generated:
            hidden.setdefault("class", []).append("generated")
        wish: dict[str, Any] = {"type": "filter", "directory": directory, "hide": hidden, "range": None}
        if range is not None:
            metric, least, most = range
            wish["range"] = {"metric": metric, "min": least, "max": most}
        self._drive(**wish)

    def play(self) -> None:
        """Let the time run, in a city with a history.

        Examples
        --------
        >>> city.play()
        """
        self._drive(type="play")

    def pause(self) -> None:
        """Let the time stand still.

        Examples
        --------
        >>> city.pause()
        """
        self._drive(type="pause")

    def set_time(self, time: float, timeline: str | None = None) -> None:
        """Go to a time.

        Parameters
        ----------
        time : float
            A sequence number, or nanoseconds.
        timeline : str, optional
            Name of the timeline; the one that is shown without it.

        Examples
        --------
        >>> city.set_time(0)
        """
        self._drive(type="set_time", time=float(time), timeline=timeline)

    def close(self) -> None:
        """Close the page now, for all cities of its name.

        Examples
        --------
        >>> city.close()
        >>> city
        <repolis.City shop: closed>
        """
        _close(self._page)

    def _check_open(self) -> None:
        if not self._page.is_open:
            raise Error(f"{self._title}: this city is closed; show it again with repolis.show")

    def _drive(self, **wish: Any) -> None:
        self._check_open()
        self._page.served.drive(wish)

    def _repr_html_(self) -> str:
        return self.iframe()._repr_html_()

    def __repr__(self) -> str:
        # Not the address, which lets in: what is printed may be saved with the notebook.
        state = f"port {self.port}" if self._page.is_open else "closed"
        return f"<repolis.City {self._title}: {state}>"


class Frame:
    """An iframe with a city in it. It keeps the city open."""

    def __init__(self, city: City, url: str, title: str, width: int | str, height: int | str) -> None:
        self._city = city
        self._url, self._title, self._width, self._height = url, title, width, height

    def _repr_html_(self) -> str:
        style = f"border: 0; width: {_length(self._width)}; height: {_length(self._height)}"
        return (
            f'<iframe src="{html.escape(self._url)}" title="{html.escape(f"City of {self._title}")}" '
            f'style="{html.escape(style)}" allow="clipboard-write; fullscreen"></iframe>'
        )

    def _mime_(self) -> tuple[str, str]:
        return "text/html", self._repr_html_()


def show(
    repo: _repolis.Repo,
    *,
    name: str | None = None,
    area: str | None = None,
    height: str | None = None,
    color: str | None = None,
    arcs: int | None = None,
    port: int | None = None,
    base_url: str | None = None,
    allow_hosts: Sequence[str] | None = None,
) -> City:
    """Open the city of a repository on a page of this process, for an iframe or a browser.

    A cell that runs again keeps address and port: the page that is open gets the new city without a flash.

    Parameters
    ----------
    repo : Repo
        What to show.
    name : str, optional
        Cities of one name share a page. The root of the repository without it.
    area, height, color : str, optional
        Metrics of footprint, height and colour.
    arcs : int, optional
        At most so many import arcs, the strongest.
    port : int, optional
        Port on 127.0.0.1; a free one without it.
    base_url : str, optional
        Where a proxy shows the page, such as ``"/proxy/{port}"`` or ``"https://hub.example.org/user/me/proxy/{port}"``.
        ``REPOLIS_BASE_URL`` without it.
    allow_hosts : sequence of str, optional
        Further hosts that pages may come from, such as ``"hub.example.org"``. ``REPOLIS_ALLOW_HOSTS`` (with commas) without it.

    Returns
    -------
    City
        The open city.

    Raises
    ------
    Error
        When the port is taken, or there is no such metric.

    Examples
    --------
    >>> city = repolis.show(repo, name="review", height="complexity")
    >>> city.close()
    """
    look = {"area": area, "height": height, "color": color, "arcs": arcs}
    key = name or str(os.path.abspath(repo.root) if repo.root is not None else repo.name)
    return _open(repo, key, repo.name, look, port, base_url, allow_hosts)


def replay(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    name: str | None = None,
    port: int | None = None,
    base_url: str | None = None,
    allow_hosts: Sequence[str] | None = None,
) -> City:
    """Open recordings on a page of this process. Their repositories are not needed.

    Parameters
    ----------
    path : str, os.PathLike or sequence of them
        Recordings that ``repo.log`` or ``repolis log`` wrote.
    name : str, optional
        Cities of one name share a page. The path without it.
    port, base_url, allow_hosts : optional
        As :func:`show` takes them.

    Returns
    -------
    City
        The open city.

    Raises
    ------
    Error
        When a file cannot be read, or is no recording of a city.

    Examples
    --------
    >>> repo.log("city.rrd")
    >>> city = repolis.replay("city.rrd")
    >>> city.close()
    """
    files = [path] if isinstance(path, (str, os.PathLike)) else list(path)
    paths = [os.fspath(file) for file in files]
    title = os.path.basename(paths[0]) if paths else ""
    look = {"area": None, "height": None, "color": None, "arcs": None}
    return _open(paths, name or "\n".join(map(os.path.abspath, paths)), title, look, port, base_url, allow_hosts)


def _open(
    content: Any,
    name: str,
    title: str,
    look: dict[str, Any],
    port: int | None,
    base_url: str | None,
    allow_hosts: Sequence[str] | None,
) -> City:
    base = os.environ.get("REPOLIS_BASE_URL", "") if base_url is None else base_url
    hosts = os.environ.get("REPOLIS_ALLOW_HOSTS", "").split(",") if allow_hosts is None else allow_hosts
    place = (port or 0, base, tuple(host.strip() for host in hosts if host.strip()))
    key = (_marimo.session(), name)
    with _lock:
        page = _pages.get(key)
        if page is not None and page.place == place and page.is_open:
            page.served.replace(content, **look)
            return City(page, title)
        if page is not None:
            _close(page)
        served = _serve(content, look, place)
        page = _pages[key] = _Page(key, served, place)
        return City(page, title)


def _serve(content: Any, look: dict[str, Any], place: tuple[int, str, tuple[str, ...]]) -> _repolis.Served:
    port, base, hosts = place
    if "{port}" in base and port == 0:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    parts = urlsplit(base.replace("{port}", str(port)))
    if parts.scheme not in ("", "http", "https"):
        raise Error(f"base_url={base!r}: a path such as /proxy/{{port}}, or an address that begins with http")
    allowed = [*hosts, *([parts.netloc] if parts.netloc else [])]
    return _repolis.Served(content, **look, port=port, base_url=parts.path, allow_hosts=allowed)


def _release(page: _Page) -> None:
    """One that had the page open is gone."""
    with _lock:
        page.owners -= 1
        if page.owners == 0 and page.is_open and page.closing is None:
            page.closing = threading.Timer(LINGER, _close_unless_wanted, args=(page,))
            page.closing.daemon = True
            page.closing.start()


def _close_unless_wanted(page: _Page) -> None:
    with _lock:
        if page.owners == 0:
            _close(page)


def _close(page: _Page) -> None:
    with _lock:
        page.close()
        if _pages.get(page.key) is page:
            del _pages[page.key]


@atexit.register
def _close_all() -> None:
    for page in list(_pages.values()):
        _close(page)
    for thread in list(_following):
        thread.join(1)


def _selection(event: dict[str, Any]) -> Selection:
    details = event["details"]
    return {
        "path": event["path"],
        "kind": event["kind"],
        "function": event["function"],
        "language": details["language"],
        "metrics": {metric["name"]: metric["value"] for metric in details["metrics"]},
        "imports": [row["path"] for row in details["imports"]["items"]],
        "imported_by": [row["path"] for row in details["imported_by"]["items"]],
        "page": event["page"],
    }


def _length(length: int | str) -> str:
    return f"{length}px" if isinstance(length, int) else length
