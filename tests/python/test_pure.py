"""The package in pure Python: its wheel, what it says of the native one, and that it runs in WebAssembly."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = ROOT / "python" / "pure"
WEB = ROOT / "tests" / "web"
VERSION = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]

IN_WEBASSEMBLY = """
import sys

import repolis

assert sys.platform == "emscripten"
print(repolis.__version__)
print(repolis.replay("city/#select=src/", height=300)._repr_html_())
try:
    repolis.analyze(".")
except repolis.NeedsNative as error:
    print(error)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PURE, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture
def repolis(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package out of the wheel, whatever else of its name is installed."""

    def forget() -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "repolis"}

    monkeypatch.syspath_prepend(str(wheel))
    before = forget()
    yield importlib.import_module("repolis")
    forget()
    # Tests that come later hold classes of the native package: it must not be imported anew beside them.
    sys.modules.update(before)


def test_the_wheel_runs_everywhere_and_is_of_this_version(wheel: Path, repolis: ModuleType) -> None:
    assert wheel.name == f"repolis-{VERSION}-py3-none-any.whl"
    assert repolis.__version__ == VERSION
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if name.startswith("repolis/")} == {
        "repolis/__init__.py",
        "repolis/_replay.py",
        "repolis/py.typed",
    }
    assert wheel.stat().st_size < 20_000


def test_a_city_is_shown_in_a_frame(repolis: ModuleType) -> None:
    shown = repolis.replay('https://example.org/a/?b=1&c="2#select=src/main.rs', height=400)
    html = shown._repr_html_()
    assert shown._mime_() == ("text/html", html)
    assert 'src="https://example.org/a/?b=1&amp;c=&quot;2#select=src/main.rs"' in html
    assert 'height="400"' in html and 'width="100%"' in html
    for url in ["city/", "../city/#color=role", "/city/index.html", "http://127.0.0.1:8000/", "//example.org/city/"]:
        assert repolis.replay(url).url == url
    assert doctest.testmod(sys.modules["repolis._replay"]).failed == 0


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "not empty"),
        ("javascript:alert(1)", "http:// or https://"),
        ("data:text/html,x", "http:// or https://"),
        ("file:///city/index.html", "http:// or https://"),
        ("java\nscript:alert(1)", "control characters"),
        ("https://example.org/a b", "blanks"),
        ("https:\\\\example.org", "backslashes"),
        ("https:///city", "no host"),
        ("city.rrd", "native package"),
        (Path("city"), "no address"),
    ],
)
def test_what_is_no_address_is_refused(repolis: ModuleType, url: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        repolis.replay(url)


@pytest.mark.parametrize("height", [0, -1, True, 1.5, "calc(1px)", '1" onload="x', ""])
def test_a_height_is_one(repolis: ModuleType, height: object) -> None:
    with pytest.raises(ValueError, match="height"):
        repolis.replay("city/", height=height)


def test_what_needs_the_native_package_says_so(repolis: ModuleType) -> None:
    for name in ["analyze", "show", "load", "rust_metric"]:
        assert name in dir(repolis)
        with pytest.raises(repolis.NeedsNative, match=rf"repolis\.{name}: .* native package.*pip install"):
            getattr(repolis, name)
    (native,) = (
        ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "python" / "repolis" / "__init__.py").read_text()).body
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
    )
    assert set(native) <= set(dir(repolis))
    with pytest.raises(ImportError, match="native package"):
        from repolis import analyze  # noqa: F401
    assert issubclass(repolis.NeedsNative, repolis.Error)
    with pytest.raises(AttributeError):
        _ = repolis.nonsense


def test_it_runs_in_webassembly(wheel: Path, tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("npm, which brings Pyodide, is not installed")
    subprocess.run([str(ROOT / "scripts" / "test-web"), "--install"], check=True)
    script = tmp_path / "script.py"
    script.write_text(IN_WEBASSEMBLY)
    command = ["node", str(WEB / "pyodide.mjs"), str(wheel), str(script)]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    version, frame, error = done.stdout.splitlines()
    assert version == VERSION
    assert '<iframe src="city/#select=src/"' in frame
    assert "repolis.analyze: analysing a repository needs the native package" in error
