"""The city as a widget: the same iframe, with traits that follow it and that it follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import Error

if TYPE_CHECKING:
    from ._city import City

ESM = """
function selection({ path, details }) {
  return {
    path,
    kind: details.kind,
    language: details.language,
    metrics: Object.fromEntries(details.metrics.map(({ name, value }) => [name, value])),
    imports: details.imports.items.map((row) => row.path),
    imported_by: details.imported_by.items.map((row) => row.path),
  };
}

function traits(event) {
  switch (event.event) {
    case "selected":
      return { selection: selection(event) };
    case "cleared":
      return { selection: null };
    case "color":
      return { color: event.color };
    case "time":
      return { timeline: event.timeline, time: event.time, playing: event.playing };
    default:
      return {};
  }
}

function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.src = model.get("_url");
  frame.title = model.get("_title");
  frame.allow = "clipboard-write; fullscreen";
  frame.style.cssText = "border: 0; width: 100%";
  frame.style.height = model.get("_height");
  el.replaceChildren(frame);
  const heard = ({ source, data }) => {
    if (source !== frame.contentWindow || !data?.repolis) return;
    const changed = traits(data.repolis);
    // What the page says already is not to be asked of it again.
    model.set("_said", { ...model.get("_said"), ...changed });
    for (const [name, value] of Object.entries(changed)) model.set(name, value);
    model.save_changes();
  };
  window.addEventListener("message", heard);
  return () => window.removeEventListener("message", heard);
}

export default { render };
"""


def make(city: City, height: int | str) -> Any:
    """Make the widget of a city."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise Error(
            "city.widget() needs anywidget: pip install 'repolis[widget]'; city.iframe() does without"
        ) from error

    class CityWidget(anywidget.AnyWidget):
        """The city in an iframe. What is clicked there sets the traits, and what sets a trait moves the city."""

        _esm = ESM
        _url = traitlets.Unicode().tag(sync=True)
        _title = traitlets.Unicode().tag(sync=True)
        _height = traitlets.Unicode().tag(sync=True)
        _said = traitlets.Dict().tag(sync=True)
        #: What is selected, as :attr:`City.selection` has it; set it to a path to select.
        selection = traitlets.Any(None, allow_none=True).tag(sync=True)
        #: The timeline that is shown, and the time on it: a sequence number, or nanoseconds.
        timeline = traitlets.Unicode("").tag(sync=True)
        time = traitlets.Float(0.0).tag(sync=True)
        #: Whether the time runs.
        playing = traitlets.Bool(False).tag(sync=True)
        #: The metric that colours the city; empty until something says so.
        color = traitlets.Unicode("").tag(sync=True)

        def __init__(self, of: City) -> None:
            from ._frame import length

            self._city = of
            super().__init__(_url=of.url, _title=f"City of {of.name}", _height=length(height))

        @traitlets.validate("selection")
        def _path_or_dict(self, proposal: Any) -> Any:
            value = proposal["value"]
            return {"path": value} if isinstance(value, str) else value

        @traitlets.observe("selection")
        def _select(self, change: Any) -> None:
            wanted = change["new"]
            self._ask("selection", wanted, lambda: of.clear() if wanted is None else of.select(wanted["path"]))

        @traitlets.observe("color")
        def _color(self, change: Any) -> None:
            self._ask("color", change["new"], lambda: of.color(change["new"]))

        @traitlets.observe("playing")
        def _play(self, change: Any) -> None:
            self._ask("playing", change["new"], of.play if change["new"] else of.pause)

        @traitlets.observe("time", "timeline")
        def _go(self, change: Any) -> None:
            self._ask(change["name"], change["new"], lambda: of.set_time(self.time, self.timeline or None))

        def _ask(self, name: str, wanted: Any, ask: Callable[[], None]) -> None:
            if name in self._said and self._said[name] == wanted:
                return
            ask()

    of = city
    return CityWidget(of)
