"""What Python asks of the pages of a city: what they select, show and hide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _values
from ._page import Page
from .errors import Error


class Remote:
    """The part of a :class:`repolis.City` that moves its pages."""

    def __init__(self, page: Page, title: str) -> None:
        self._page = page
        self._title = title

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

    def _check_open(self) -> None:
        if not self._page.is_open:
            raise Error(f"{self._title}: this city is closed; show it again with repolis.show")

    def _drive(self, **wish: Any) -> None:
        self._check_open()
        self._page.served.drive(wish)
