"""A metric in Rust: compiled for real, with the crates that Repolis itself is built of, so that none is downloaded for it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import repolis
from repolis import _rust

ROOT = Path(__file__).resolve().parents[2]
TODO = """
fn metric(_path: &str, source: &str) -> f64 {
    source.matches("TODO").count() as f64
}
"""
# Of the same length for each file; `one` tells whether two ran at once.
MEETING = """
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

static INSIDE: AtomicUsize = AtomicUsize::new(0);

fn metric(path: &str, source: &str) -> f64 {
    if path.starts_with("slow") {
        std::thread::sleep(Duration::from_millis(source.trim().parse().unwrap()));
        return 0.0;
    }
    INSIDE.fetch_add(1, Ordering::SeqCst);
    let until = Instant::now() + Duration::from_secs(5);
    let mut most = 0;
    while most < 2 && Instant::now() < until {
        most = most.max(INSIDE.load(Ordering::SeqCst));
        std::thread::yield_now();
    }
    most as f64
}
"""
FRAGILE = """
fn metric(path: &str, source: &str) -> f64 {
    if path.ends_with("fatal.py") {
        panic!("no more than {} characters", source.len());
    }
    f64::NAN
}
"""


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing of earlier runs; PyO3 is compiled once for all of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop & söhne"
    (made / "sub").mkdir(parents=True)
    (made / "a.py").write_text("# TODO one\n# TODO two\n")
    (made / "sub" / "ünï.py").write_text("# TODO: größer\n")
    (made / "empty.py").write_text("")
    (made / "latin.py").write_bytes(b"# TODO caf\xe9\n")
    return made


def analyze(folder: Path) -> repolis.Repo:
    return repolis.analyze(folder, progress=False)


def test_values_by_path_become_a_metric(folder: Path) -> None:
    repo, metric = analyze(folder), repolis.rust_metric(TODO)
    values = metric(repo)
    assert values == {"a.py": 2.0, "empty.py": 0.0, "latin.py": 1.0, "sub/ünï.py": 1.0}
    repo.add_metric("todo", values, unit="remarks", description="remarks that wait")
    assert repo.top("todo", 1) == [{"path": "a.py", "value": 2.0}]
    assert metric.one("any.py", "TODO TODO TODO") == 3.0


def test_it_is_compiled_once(folder: Path, cache: Path) -> None:
    code = TODO.replace("TODO", "FIXME")
    assert repolis.rust_metric(code).was_compiled
    assert not repolis.rust_metric(code).was_compiled
    # In another process, where there is no cargo either.
    script = f"import repolis; m = repolis.rust_metric({code!r}); print(m.was_compiled, m.one('', 'FIXME'))"
    environment = {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT / "python"), "PATH": "/nowhere"}
    found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "False 1.0\n"
    # A library that was cut off is made anew.
    [library] = cache.glob(f"repolis/rust_metrics/{repolis.rust_metric(code)._module.__name__}/*.so")
    part = library.read_bytes()[:1000]
    # Another file: this process has the old one mapped.
    library.unlink()
    library.write_bytes(part)
    environment["PATH"] = f"{Path(shutil.which('cargo')).parent}:/usr/bin:/bin"
    environment["HOME"] = str(Path.home())
    found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "True 1.0\n"


def test_all_cores_work_and_python_goes_on(folder: Path) -> None:
    for number in range(8):
        (folder / f"more{number}.py").write_text("x = 1\n")
    metric = repolis.rust_metric(MEETING)
    values = metric(analyze(folder))
    assert max(values.values()) >= 2
    # This thread goes on meanwhile.
    ticks, thread = 0, threading.Thread(target=metric.one, args=("slow.py", "1000"))
    thread.start()
    while thread.is_alive():
        ticks += 1
        time.sleep(0.01)
    assert ticks > 20


def test_an_interrupt_ends_it(folder: Path, cache: Path) -> None:
    repolis.rust_metric(MEETING)
    script = (
        f"import _thread, threading, time, repolis; m = repolis.rust_metric({MEETING!r})\n"
        "threading.Timer(0.3, _thread.interrupt_main).start(); started = time.monotonic()\n"
        "try:\n    m.one('slow.py', '20000')\nexcept KeyboardInterrupt:\n    print(time.monotonic() - started)"
    )
    environment = {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT / "python")}
    found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert float(found.stdout) < 2


def test_a_panic_names_the_file_and_the_line(folder: Path) -> None:
    metric = repolis.rust_metric(FRAGILE)
    repo = analyze(folder)
    repo.add_metric("nothing", metric(repo))
    (folder / "fatal.py").write_text("x = 1\n")
    with pytest.raises(
        repolis.Error, match=r"^fatal\.py: the metric panicked: no more than 6 characters \(metric\.rs:4:"
    ):
        metric(analyze(folder))
    # The next one is none the worse.
    assert metric.one("fine.py", "") != metric.one("fine.py", "")


HOPELESS = """
struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("at the end");
        }
    }
}

fn metric(path: &str, source: &str) -> f64 {
    match path {
        "number.py" => std::panic::panic_any(7),
        "index.py" => [1.0, 2.0][source.len()],
        "borrow.py" => {
            let cell = std::cell::RefCell::new(1.0);
            let _one = cell.borrow_mut();
            *cell.borrow()
        }
        "drop.py" => {
            let _loud = Loud;
            1.0
        }
        _ => 0.0,
    }
}
"""


def test_every_panic_is_an_exception() -> None:
    metric = repolis.rust_metric(HOPELESS)
    said = {
        "number.py": "without a message",
        "index.py": "index out of bounds",
        "borrow.py": "already",
        "drop.py": "end",
    }
    for _ in range(3):
        for path, message in said.items():
            with pytest.raises(repolis.Error, match=f"^{path}: the metric panicked: .*{message}"):
                metric.one(path, "four")
            assert metric.one("fine.py", "") == 0.0


def test_errors_of_the_compiler_have_the_lines_of_the_code() -> None:
    code = TODO.replace("as f64", "as f46")
    with pytest.raises(repolis.Error) as caught:
        repolis.rust_metric(code)
    line = 1 + code[: code.index("f46")].count("\n")
    assert f"metric.rs:{line}:" in str(caught.value) and "f46" in str(caught.value)
    with pytest.raises(repolis.Error, match=re.escape("fn metric(path: &str, source: &str) -> f64")):
        repolis.rust_metric("fn metric(path: &str) -> f64 { path.len() as f64 }")
    with pytest.raises(repolis.Error, match="no function"):
        repolis.rust_metric("fn other() {}")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        with pytest.raises(repolis.Error, match="rustup"):
            repolis.rust_metric(TODO + "// no cargo\n")
    monkeypatch.setitem(sys.modules, "rustimport", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(repolis.Error, match=r'pip install "repolis\[rust\]"'):
        repolis.rust_metric(TODO)


def test_files_that_are_gone(folder: Path) -> None:
    metric, repo = repolis.rust_metric(TODO), analyze(folder)
    (folder / "a.py").unlink()
    with pytest.warns(UserWarning, match=r"a\.py: cannot be read now"):
        assert "a.py" not in metric(repo)
    shutil.rmtree(folder)
    with pytest.raises(repolis.Error, match="cannot be read now"):
        metric(repo)


def test_a_recording_has_no_sources(folder: Path, tmp_path: Path) -> None:
    analyze(folder).log(tmp_path / "city.rrd")
    with pytest.raises(repolis.Error, match="holds no sources"):
        repolis.rust_metric(TODO)(repolis.load(tmp_path / "city.rrd"))


def test_binary_files_have_no_value(folder: Path) -> None:
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0")
    repo = repolis.analyze(folder, with_="binary", progress=False)
    assert len(repo) == 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(repolis.rust_metric(TODO)(repo)) == 4


def test_the_versions_are_those_of_repolis() -> None:
    """Else each first metric downloads crates. How to follow is in the message."""
    ours = _packages(ROOT / "Cargo.lock")
    theirs = _packages(_rust.VERSIONS) - {("NAME", "0.0.0")}
    assert len(theirs) > 10
    assert theirs <= ours, (
        "make python/repolis/_rust.lock anew: Cargo.lock beside a manifest as in _rust.rs, cargo update -w"
    )
    [pyo3] = [version for name, version in theirs if name == "pyo3"]
    assert f'version = "={pyo3}"' in _rust.WRAPPER.read_text()


def _packages(lock: Path) -> set[tuple[str, str]]:
    return set(re.findall(r'name = "(.+)"\nversion = "(.+)"', lock.read_text()))
