"""The command ``repolis trace``: a program of Python whose calls light the city up, on a page or in a recording."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from . import _program, _repolis, _trace
from ._analyze import analyze
from .errors import Error

EPILOG = """examples:
  python -m repolis trace app.py --port 8000        watch it on a page
  python -m repolis trace -o run.rrd -m pytest -q   record it; `repolis replay run.rrd` shows it
"""


def main(arguments: Sequence[str]) -> None:
    """Run a program in the place of this one, and trace it."""
    options = _parser().parse_args(arguments)
    if not options.program:
        _parser().error("name a script, or a module after -m")
    if options.output == "-":
        _parser().error("-o -: what runs is written into a file that grows; name one")
    try:
        _begin(options)
    except Error as error:
        _say(str(error))
        sys.exit(2)
    sys.orig_argv = _words_without_us(sys.orig_argv, sys.argv[1:], options)
    name, *rest = options.program
    if options.m:
        _program.run_module(name, rest)
    else:
        _program.run_script(name, rest)


def _words_without_us(words: list[str], ours: list[str], options: argparse.Namespace) -> list[str]:
    """How the program is started without this command: reloaders start it again so, as two may not write one recording."""
    count = len(words) - len(ours)
    head = words[:count]
    if words[count:] != ours or len(head) < 2:
        return words
    # `-m repolis`, or the path of the console script; Python's options may stand together, as in `-Bm repolis`.
    if re.fullmatch("-[a-zA-Z]*[mc]", head[-2]):
        head[-2:] = [head[-2][:-1]]
    else:
        head[-1] = head[-1].removesuffix("mrepolis") if head[-1].startswith("-") else "-"
    if head[-1] == "-":
        head.pop()
    return [*head, *(["-m"] if options.m else []), *options.program]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="repolis trace",
        usage="%(prog)s [-o RUN.rrd] [options] SCRIPT [ARG ...]\n       %(prog)s [-o RUN.rrd] [options] -m MODULE [ARG ...]",
        description="Runs a program of Python and shows on the city of its repository what it does.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-o", "--output", metavar="RUN.rrd", help="write what runs into a recording while it runs")
    parser.add_argument("--root", metavar="DIR", default=".", help="folder of the repository; default: this one")
    parser.add_argument(
        "--only", metavar="PATH", action="append", help="follow only this file, directory or glob of it"
    )
    parser.add_argument(
        "--mode",
        choices=("calls", "sample"),
        default="calls",
        help="follow each call, or look a hundred times a second; default: calls",
    )
    parser.add_argument("--service", metavar="NAME", help="what the program is called; default: its own name")
    pages = parser.add_mutually_exclusive_group()
    pages.add_argument("--view", action="store_true", help="open the page in a browser; default without -o")
    pages.add_argument("--no-open", action="store_true", help="serve the page and only say its address")
    parser.add_argument("--port", metavar="PORT", type=int, default=0, help="port of the page; default: a free one")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("-m", action="store_true", help="run a module, as python -m does")
    parser.add_argument("program", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _begin(options: argparse.Namespace) -> None:
    folder = os.path.abspath(options.root)
    repo = analyze(folder, progress=False)
    output = None if options.output is None else os.path.abspath(options.output)
    has_page = options.view or options.no_open or output is None
    live = _repolis.Live(repo, output=output, port=options.port if has_page else None)
    name = options.program[0] if options.m else os.path.splitext(os.path.basename(options.program[0]))[0]
    service = options.service or name
    trace = _trace.make(repo, folder, root=options.only, mode=options.mode, service=service, telemetry=live)
    run = _Run(trace, live, options)
    run.begin()
    # The last that was registered runs first: what the program registers is still seen.
    atexit.register(run.end)


class _Run:
    """What goes on beside the program."""

    def __init__(self, trace: _trace.Trace, live: Any, options: argparse.Namespace) -> None:
        self.trace, self.live, self.options = trace, live, options
        self.process = os.getpid()

    def begin(self) -> None:
        if self.live.url:
            if not self.options.quiet:
                _say(self.live.url)
            if not self.options.no_open:
                import webbrowser

                webbrowser.open(self.live.url)
        self.trace.start()

    def end(self) -> None:
        if os.getpid() != self.process:
            return
        self.trace.stop()
        if self.live.url:
            self._linger()
        try:
            self.live.stop()
        except Error as error:
            _say(str(error))
        if not self.options.quiet:
            self._sum_up()

    def _linger(self) -> None:
        """The page stays open until Ctrl-C."""
        if not self.options.quiet:
            _say("the program has ended; Ctrl-C closes its page")
        # The program may have changed what it does.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()

    def _sum_up(self) -> None:
        rows = self.trace.functions
        unit = "call" if self.options.mode == "calls" else "sample"
        counts = [
            _count(sum(row["calls"] for row in rows), unit),
            f"of {_count(len(rows), 'function')}",
            f"in {_count(len({row['path'] for row in rows}), 'file')}",
        ]
        errors = _count(sum(row["errors"] for row in rows), "error")
        text = f"{' '.join(counts)}, {errors}"
        _say(f"{self.options.output}: {text}" if self.options.output else text)


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    # The program may have closed its own, or none is there.
    stream = sys.__stderr__
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            print(f"repolis: {text}", file=stream, flush=True)
