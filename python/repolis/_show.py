"""Opens cities: of repositories, and of recordings."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from . import _marimo, _page, _repolis
from ._city import City
from ._page import Page
from .errors import Error


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
    otlp: bool | Mapping[str, int] = False,
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
    otlp : bool or dict
        Receive OpenTelemetry on 127.0.0.1, so that programs that run light up the city: at the usual ports, 4317 for gRPC and 4318
        for HTTP, or at ``grpc_port`` and ``http_port`` of a dict, 0 being free ones. :attr:`City.otlp` has them.

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
    ports = _ports(otlp)
    look = {"area": area, "height": height, "color": color, "arcs": arcs, "live": ports is not None}
    key = name or str(os.path.abspath(repo.root) if repo.root is not None else repo.name)
    city = _open(repo, key, repo.name, look, port, base_url, allow_hosts)
    city._receive(ports)
    return city


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
    look = {"area": None, "height": None, "color": None, "arcs": None, "live": False}
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
    with _page.lock:
        page = _page.pages.get(key)
        if page is not None and page.place == place and page.is_open:
            page.served.replace(content, **look)
            page.shows(content)
            return City(page, title)
        if page is not None:
            _page.close(page)
        served = _serve(content, look, place)
        page = _page.pages[key] = Page(key, served, place)
        page.shows(content)
        return City(page, title)


def _ports(otlp: bool | Mapping[str, int]) -> tuple[int, int] | None:
    if isinstance(otlp, bool) or otlp is None:
        return (4317, 4318) if otlp else None
    unknown = set(otlp) - {"grpc_port", "http_port"}
    if unknown:
        raise Error(f"otlp: no such key: {', '.join(sorted(unknown))}; there are grpc_port and http_port")
    return otlp.get("grpc_port", 4317), otlp.get("http_port", 4318)


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
