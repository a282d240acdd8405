"""Metrics of one's own in Rust, compiled by rustimport. The code is the user's; that of a repository is never compiled."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

from . import _marimo, _repolis
from .errors import Error

#: Part of what a compiled metric is known by: one that an older wrapper made is compiled again.
WRAPPER = Path(__file__).with_name("_rust.rs")
#: Versions of what the wrapper needs, those that Repolis itself is built with.
VERSIONS = Path(__file__).with_name("_rust.lock")
#: So many sources are in memory at a time.
BATCH = 500
#: What the file of the metric is called in messages.
OWN_NAME = "metric.rs"

NO_RUSTIMPORT = 'a metric in Rust needs rustimport: pip install "repolis[rust]" (or: pip install "rustimport>=1.7")'
NO_CARGO = (
    "a metric in Rust needs Rust's cargo (1.85 or newer) on the PATH: install it from https://rustup.rs, "
    "and start the notebook again"
)
SIGNATURE = "fn metric(path: &str, source: &str) -> f64"
NO_FUNCTION = f"the code has no function `{SIGNATURE}`"

_compiled: dict[str, ModuleType] = {}
_lock = threading.Lock()


class RustMetric:
    """A metric that was compiled: called with a repository, it gives a number for each of its text files.

    :func:`repolis.rust_metric` makes one.
    """

    def __init__(self, module: ModuleType, was_compiled: bool) -> None:
        self._module = module
        self._was_compiled = was_compiled

    @property
    def was_compiled(self) -> bool:
        """Whether the compiler ran for it; ``False`` when it came out of the cache."""
        return self._was_compiled

    def __call__(self, repo: _repolis.Repo) -> dict[str, float]:
        """Compute the metric of every text file that has a building, on all cores and without the GIL.

        Parameters
        ----------
        repo : Repo
            What :func:`repolis.analyze` gave; a recording holds no sources.

        Returns
        -------
        dict
            Values by path, as :meth:`repolis.Repo.add_metric` takes them.

        Raises
        ------
        Error
            When the metric panics, with the file that it was computing; or when no file can be read.
        """
        paths = sorted(row["path"] for row in repo.top("bytes", max(len(repo), 1)))
        values: dict[str, float] = {}
        unread: list[Error] = []
        with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as readers:
            for start in range(0, len(paths), BATCH):
                read = readers.map(lambda path: (path, _text(repo, path)), paths[start : start + BATCH])
                texts = [(path, text) for path, text in read if text is not None]
                unread += [text for _, text in texts if isinstance(text, Error)]
                found = {path: text for path, text in texts if isinstance(text, str)}
                values.update(zip(found, self._batch([*found], [*found.values()]), strict=True))
        if unread and not values:
            raise unread[0]
        if unread:
            more = f", and {len(unread) - 1} more like it" if len(unread) > 1 else ""
            warnings.warn(f"{unread[0]}{more}: without a value", stacklevel=2)
        return values

    def one(self, path: str, source: str) -> float:
        """Compute the metric of one text, to try it.

        Parameters
        ----------
        path : str
            Path that the metric sees. There need be no such file.
        source : str
            Text that the metric sees.

        Returns
        -------
        float
            Its value.

        Raises
        ------
        Error
            When the metric panics.
        """
        return self._batch([path], [source])[0]

    def _batch(self, paths: list[str], sources: list[str]) -> list[float]:
        values: list[float]
        values, panic = self._module.batch(paths, sources)
        if panic is not None:
            position, message = panic
            raise Error(f"{paths[position]}: the metric panicked: {message}")
        return values

    def __repr__(self) -> str:
        return f"<repolis.RustMetric {self._module.__name__}>"


def rust_metric(code: str) -> RustMetric:
    """Compile a metric that is written in Rust.

    This compiles ``code`` with cargo and runs it in this process, with all that you may do yourself: it is meant for code that
    you wrote. Nothing of the repository is compiled or run, its files are only read.

    The first metric takes some 10 to 20 seconds, as PyO3 is compiled for it, further ones one or two, and one that was compiled before
    none: results are kept in ``$XDG_CACHE_HOME/repolis/rust_metrics`` (``~/.cache`` without it), by the code.

    Parameters
    ----------
    code : str
        Rust with a function ``fn metric(path: &str, source: &str) -> f64``; further items and ``use`` of the standard library
        as you like. It is called from several threads. ``NAN`` is no value. Lines ``//: [dependencies]`` and such as
        ``//: regex = "1"`` at its beginning name crates.

    Returns
    -------
    RustMetric
        ``m(repo)`` gives values by path for :meth:`repolis.Repo.add_metric`, ``m.one(path, source)`` a single one.

    Raises
    ------
    Error
        When rustimport or cargo is missing, or the code does not compile: then with the compiler's message, in lines of the
        code that was given.

    Examples
    --------
    >>> todo = repolis.rust_metric('''
    ... fn metric(_path: &str, source: &str) -> f64 {
    ...     source.matches("TODO").count() as f64
    ... }
    ... ''')  # doctest: +SKIP
    >>> repo.add_metric("todo", todo(repo), unit="remarks")  # doctest: +SKIP
    """
    if importlib.util.find_spec("rustimport") is None:
        raise Error(NO_RUSTIMPORT)
    code = textwrap.dedent(code)
    if not re.search(r"\bfn\s+metric\b", code):
        raise Error(NO_FUNCTION)
    wrapper = WRAPPER.read_text(encoding="utf-8")
    known_by = "\0".join([code, wrapper, VERSIONS.read_text(encoding="utf-8"), sys.implementation.cache_tag or ""])
    name = f"metric_{hashlib.sha256(known_by.encode()).hexdigest()[:16]}"
    with _lock:
        if name in _compiled:
            return RustMetric(_compiled[name], False)
        cache = _cache()
        with _only_process(cache):
            module, was_compiled = _compile(cache, name, code, wrapper)
        _compiled[name] = module
        return RustMetric(module, was_compiled)


def _compile(cache: Path, name: str, code: str, wrapper: str) -> tuple[ModuleType, bool]:
    from rustimport.importable import SingleFileImportable

    folder = cache / name
    folder.mkdir(exist_ok=True)
    own, file = folder / OWN_NAME, folder / f"{name}.rs"
    own.write_text(code, encoding="utf-8")
    wishes = [line for line in _header(code) if line.startswith("//:")]
    text = wrapper.replace("NAME", name).replace("OWN_FILE", json.dumps(str(own), ensure_ascii=False))
    # Both name dependencies: a table must not come twice.
    extra = "".join(f"{line}\n" for line in wishes if line.replace(" ", "") != "//:[dependencies]")
    file.write_text(text.replace("//: EXTRA\n", extra), encoding="utf-8")
    importable = SingleFileImportable(str(file), fullname=name)
    if not importable.needs_rebuild(release=True):
        with contextlib.suppress(ImportError):
            return importable.load(), False
    with _marimo.spinner("Compiling the metric"):
        _build(importable, folder, own, is_locked=not wishes)
    return importable.load(), True


def _build(importable: Any, folder: Path, own: Path, is_locked: bool) -> None:
    """As rustimport builds. Its own way to run cargo keeps no message of it and may miss where the library is."""
    from rustimport.checksum import save_checksum
    from rustimport.pre_processing import Preprocessor

    cargo = os.environ.get("RUSTIMPORT_CARGO_EXECUTABLE") or shutil.which("cargo")
    if cargo is None:
        raise Error(NO_CARGO)
    made = Preprocessor(importable.path, lib_name=importable.name).process()
    crate = folder / "crate"
    (crate / "src").mkdir(parents=True, exist_ok=True)
    (crate / "src" / "lib.rs").write_bytes(made.updated_source or b"")
    (crate / "Cargo.toml").write_bytes(made.cargo_manifest)
    if is_locked:
        versions = VERSIONS.read_text(encoding="utf-8")
        (crate / "Cargo.lock").write_text(versions.replace('"NAME"', json.dumps(importable.name)), encoding="utf-8")
    command = [cargo, "rustc", "--lib", "--release", "--quiet", "--message-format", "json"]
    done = subprocess.run(
        [*command, *made.additional_cargo_args],
        cwd=crate,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0:
        raise Error(_explain(messages, done.stderr, own))
    library = next(
        message["filenames"][0]
        for message in messages
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == importable.name
    )
    # A process that has the file before in its memory keeps that one.
    part = f"{importable.extension_path}.part"
    shutil.copy2(library, part)
    os.replace(part, importable.extension_path)
    save_checksum(importable.extension_path, importable.dependencies, release=True)
    shutil.rmtree(crate)


def _explain(messages: list[dict[str, Any]], stderr: str, own: Path) -> str:
    """What the compiler says of the metric, or what cargo says when it got no further."""
    said = [message["message"] for message in messages if message["reason"] == "compiler-message"]
    errors = [message["rendered"].rstrip() for message in said if message["level"] == "error" and message["spans"]]
    if not errors:
        errors = [message["rendered"].rstrip() for message in said if message["level"] == "error"] or [stderr.strip()]
    text = "\n\n".join(errors).replace(str(own), OWN_NAME)
    # Only the call of the metric is left to be wrong there.
    hint = f" (it must be `{SIGNATURE}`)" if "--> src/lib.rs" in text else ""
    return f"the metric does not compile{hint}:\n\n{text}"


def _text(repo: _repolis.Repo, path: str) -> str | Error | None:
    """Of a binary file, which was asked for, nothing; of one that cannot be read why."""
    try:
        text = repo.source(path)
    except Error as error:
        return None if "no text" in str(error) else error
    return None if "\0" in text else text


def _header(code: str) -> Iterator[str]:
    """Lines before the first that is no comment."""
    for line in code.splitlines():
        if line.strip() and not line.startswith("//"):
            return
        yield line.strip()


def _cache() -> Path:
    """The folder of all metrics, with one folder for what cargo builds for them."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(home) / "repolis" / "rust_metrics"
    # Libraries are loaded from here: they are nobody else's to write.
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = cache / ".cargo" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    # The stable ABI needs no interpreter to be looked at, and the one on the PATH may be another.
    python = 'PYO3_NO_PYTHON = "1"' if os.name == "posix" else f"PYO3_PYTHON = {json.dumps(sys.executable)}"
    text = f"[build]\ntarget-dir = {json.dumps(str(cache / 'target'))}\n\n[env]\n{python}\n"
    if not config.exists() or config.read_text(encoding="utf-8") != text:
        config.write_text(text, encoding="utf-8")
    return cache


@contextlib.contextmanager
def _only_process(cache: Path) -> Iterator[None]:
    """Two notebooks do not write the same files at once."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(cache / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
