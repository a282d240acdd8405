"""A program of Python, run as ``python SCRIPT`` and ``python -m MODULE`` run it."""

from __future__ import annotations

import io
import os
import runpy
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader, SourcelessFileLoader
from pkgutil import get_importer, read_code
from types import CodeType, ModuleType, TracebackType
from typing import Any


def run_module(name: str, arguments: Sequence[str]) -> None:
    """Run a module in the place of this program."""
    # So Python has it until it knows the file.
    sys.argv = ["-m", *arguments]
    _set_folder(os.getcwd())
    _fresh_main()
    with _Ours(run_module.__code__):
        # What Python itself calls for `-m`.
        runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def run_script(path: str, arguments: Sequence[str]) -> None:
    """Run a file in the place of this program; or a folder, or an archive, that has a ``__main__.py``."""
    sys.argv = [path, *arguments]
    importer = get_importer(path)
    if type(importer).__name__ not in ("NoneType", "NullImporter", "FileFinder") or os.path.isdir(path):
        _set_folder(os.path.abspath(path), always=True)
        _fresh_main()
        with _Ours(run_script.__code__):
            runpy._run_module_as_main("__main__", False)  # type: ignore[attr-defined]
        return
    _set_folder(os.path.dirname(os.path.realpath(path)))
    # On Windows Python normalises it, elsewhere it does not.
    file = os.path.abspath(path) if os.name == "nt" else os.path.join(os.getcwd(), path)
    main = _fresh_main()
    with _Ours(run_script.__code__):
        code, loader = _code(file)
        main.__dict__.update(__file__=file, __cached__=None, __loader__=loader)
        exec(code, main.__dict__)


def _code(file: str) -> tuple[CodeType, Any]:
    try:
        with io.open_code(file) as stream:
            compiled = read_code(stream)
            if compiled is not None:
                return compiled, SourcelessFileLoader("__main__", file)
            stream.seek(0)
            source = stream.read()
    except OSError as error:
        # As Python says it.
        print(f"{sys.executable}: can't open file {file!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        sys.exit(2)
    return compile(source, file, "exec", dont_inherit=True), SourceFileLoader("__main__", file)


def _fresh_main() -> ModuleType:
    """The program's own ``__main__``: ours stays out of what it sees and pickles."""
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    sys.modules["__main__"] = main
    return main


def _set_folder(folder: str, *, always: bool = False) -> None:
    """The first place where modules are looked for."""
    is_safe = getattr(sys.flags, "safe_path", sys.flags.isolated)
    if always and is_safe:
        sys.path.insert(0, folder)
    elif not is_safe:
        sys.path[0] = folder


class _Ours:
    """Takes the functions of this package out of what is printed of an exception that ends the program.

    Python prints it, with all that comes before and after; `sys.excepthook` is what it asks first.
    """

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, SystemExit):
            sys.excepthook = _Hook(sys.excepthook, self.code, error)


class _Hook:
    def __init__(self, hook: Callable[..., Any], code: CodeType, error: BaseException) -> None:
        self.hook, self.code, self.error = hook, code, error

    def __call__(self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        sys.excepthook = self.hook
        if error is self.error:
            traceback = _below(traceback, self.code)
            error.__traceback__ = sys.last_traceback = traceback
        self.hook(kind, error, traceback)


def _below(traceback: TracebackType | None, code: CodeType) -> TracebackType | None:
    """What is below the function of this code, and below what it calls of this file."""
    entry = traceback
    while entry is not None and entry.tb_frame.f_code is not code:
        entry = entry.tb_next
    if entry is None:
        return traceback
    while entry is not None and entry.tb_frame.f_code.co_filename == code.co_filename:
        entry = entry.tb_next
    return entry
