"""`city.trace`: what is counted of a program on each CPython, and that the program does not notice."""

from __future__ import annotations

import runpy
import textwrap
from pathlib import Path
from typing import Any

import pytest
import repolis
from page import Page, poll
from pythons import VERSIONS, answer

FILES = {
    "work/__init__.py": "",
    "work/calls.py": """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def outer(function, *args):
    return function(*args)

class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    @staticmethod
    def fresh():
        return Stack()

def parts():
    return [n for n in range(3)], {n for n in range(3)}, sum(n for n in range(3))
""",
    "work/streams.py": """
import asyncio, time

def numbers(n):
    for i in range(n):
        yield i

def delegating(n):
    yield from numbers(n)

def spend(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass

def slow_consumer():
    total = 0
    for i in numbers(5):
        spend(0.01)
        total += i
    return total

async def nap():
    await asyncio.sleep(0.2)
    return 1

async def busy():
    spend(0.05)

async def both():
    return await asyncio.gather(nap(), busy(), nap())

def received():
    got = []
    def inner():
        while True:
            try:
                got.append((yield))
            except ValueError:
                got.append("thrown")
    gen = inner()
    next(gen)
    gen.send(1)
    gen.throw(ValueError())
    gen.close()
    return got
""",
    "work/errors.py": """
class Loud(Exception):
    def __str__(self):
        print("str was called")
        return "loud"

def fail(kind):
    raise kind("it failed")

def passes(kind):
    fail(kind)

def handled(kind):
    try:
        passes(kind)
    except Exception as error:
        return error
    return None

def inside():
    try:
        raise KeyError("never leaves")
    except KeyError:
        return 1

class Three:
    def __init__(self):
        self.left = 3

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.left
""",
    "other/elsewhere.py": "def helper():\n    return 1\n",
    ".gitignore": "ignored/\n",
    "ignored/library.py": "def helper():\n    return 2\n",
}

# What each program begins with: `rows` has calls and errors by name, `times` seconds.
BEGIN = """
import json, repolis, sys, threading, asyncio, os
repo = repolis.analyze(".", progress=False)
city = repolis.show(repo)

def say(value):
    print(json.dumps(value))

def rows(trace):
    return {row["name"]: [row["calls"], row["errors"]] for row in trace.functions if row["name"]}

def times(trace):
    return {row["name"]: [row["self_seconds"], row["total_seconds"]] for row in trace.functions}
"""

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))
monitored = pytest.mark.parametrize(
    "version",
    [version for version in VERSIONS if version >= (3, 12)],
    ids=lambda version: ".".join(map(str, version)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trace") / "work"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(version: tuple[int, ...], found: dict[str, Any]) -> dict[str, Any]:
    """Before 3.11 Python knows no qualified names: only the last part is compared."""
    if version >= (3, 11):
        return found
    return {name.rpartition(".")[2]: value for name, value in found.items()}


@each
def test_calls_are_counted_by_function(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import calls
    with city.trace() as trace:
        assert calls.outer(calls.fib, 10) == 55
        stack = calls.Stack.fresh()
        for _ in range(7):
            stack.push(1)
        assert calls.parts() == ([0, 1, 2], {0, 1, 2}, 3)
    say(rows(trace))
    """
    found = answer(version, BEGIN + _dedent(code), folder)
    expect = {"fib": 177, "outer": 1, "Stack.__init__": 1, "Stack.fresh": 1, "Stack.push": 7, "parts": 1}
    assert found == names(version, {name: [calls, 0] for name, calls in expect.items()})


@each
def test_callers_are_known_through_code_of_others(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import functools
    from work import calls
    with city.trace() as trace:
        calls.outer(functools.partial(calls.outer, calls.fib), 5)
    say({f'{row["from_name"]} {row["to_name"]}': row["calls"] for row in trace.calls})
    """
    assert answer(version, BEGIN + _dedent(code), folder) == {"outer outer": 1, "outer fib": 1, "fib fib": 14}


@each
def test_time_of_a_recursion_counts_once(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import time
    from work import calls
    before = time.perf_counter()
    with city.trace() as trace:
        calls.outer(calls.fib, 16)
    say([times(trace), time.perf_counter() - before])
    """
    found, wall = answer(version, BEGIN + _dedent(code), folder)
    assert 0 < found["fib"][1] <= found["outer"][1] <= wall
    assert sum(own for own, _ in found.values()) <= found["outer"][1] * 1.001


@each
def test_a_generator_is_one_call_and_does_not_count_while_it_waits(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import streams
    with city.trace() as trace:
        assert streams.slow_consumer() == 10
        assert list(streams.delegating(4)) == [0, 1, 2, 3]
        assert streams.received() == [1, "thrown"]
    say([rows(trace), times(trace)])
    """
    counted, spent = answer(version, BEGIN + _dedent(code), folder)
    inner = names(version, {"received.<locals>.inner": [1, 0]})
    expect = {"numbers": [2, 0], "delegating": [1, 0], "slow_consumer": [1, 0], "spend": [5, 0], "received": [1, 0]}
    assert counted == {**expect, **inner}
    assert spent["numbers"][1] < spent["spend"][0] < spent["slow_consumer"][1]


@each
def test_coroutines_do_not_count_while_they_wait(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import streams
    with city.trace() as trace:
        assert asyncio.run(streams.both()) == [1, None, 1]
    say([rows(trace), times(trace)])
    """
    counted, spent = answer(version, BEGIN + _dedent(code), folder)
    assert counted == {"both": [1, 0], "nap": [2, 0], "busy": [1, 0], "spend": [1, 0]}
    assert spent["nap"][1] < spent["spend"][0] and spent["both"][1] < spent["spend"][0]


@each
def test_threads_have_stacks_of_their_own(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import calls
    with city.trace() as trace:
        threads = [threading.Thread(target=calls.outer, args=(calls.fib, 12)) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    say([rows(trace), {f'{row["from_name"]} {row["to_name"]}': row["calls"] for row in trace.calls}])
    """
    counted, pairs = answer(version, BEGIN + _dedent(code), folder)
    assert counted == {"outer": [4, 0], "fib": [4 * 465, 0]}
    assert pairs == {"outer fib": 4, "fib fib": 4 * 464}


@monitored
def test_threads_that_run_already_are_seen(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import queue
    from work import calls
    wishes, done = queue.Queue(), queue.Queue()
    def serve():
        while (n := wishes.get()) is not None:
            done.put(calls.fib(n))
    thread = threading.Thread(target=serve); thread.start()
    wishes.put(1); done.get()
    with city.trace() as trace:
        wishes.put(5); done.get()
    wishes.put(None); thread.join()
    say(rows(trace))
    """
    assert answer(version, BEGIN + _dedent(code), folder) == {"fib": [15, 0]}


@each
def test_only_files_of_the_repository_are_followed(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import json.decoder
    sys.path.append("ignored")
    import library
    from other import elsewhere
    from work import calls
    with city.trace() as everything:
        library.helper(); elsewhere.helper(); calls.fib(1); json.loads("[]")
    with city.trace("work") as part:
        library.helper(); elsewhere.helper(); calls.fib(1)
    with city.trace(["other", "work/errors.py"]) as parts:
        library.helper(); elsewhere.helper(); calls.fib(1)
    say([[(row["path"], row["name"]) for row in trace.functions] for trace in (everything, part, parts)])
    """
    everything, part, parts = answer(version, BEGIN + _dedent(code), folder)
    assert sorted(everything) == [["other/elsewhere.py", "helper"], ["work/calls.py", "fib"]]
    assert part == [["work/calls.py", "fib"]]
    assert parts == [["other/elsewhere.py", "helper"]]


@each
def test_files_are_known_through_links(version: tuple[int, ...], folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    code = """
    sys.path[0] = "."
    from work import calls
    with city.trace() as trace:
        calls.fib(1)
    say([row["path"] for row in trace.functions])
    """
    assert answer(version, BEGIN + _dedent(code), tmp_path / "link") == ["work/calls.py"]


@each
def test_exceptions_leave_as_they_came_and_count_where_they_left(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import traceback
    from work import errors
    plain = errors.handled(ValueError)
    with city.trace() as trace:
        error = errors.handled(ValueError)
        assert type(error) is ValueError and error.args == ("it failed",)
        assert [frame.name for frame in traceback.extract_tb(error.__traceback__)] == ["handled", "passes", "fail"]
        assert [frame.lineno for frame in traceback.extract_tb(error.__traceback__)] == [
            frame.lineno for frame in traceback.extract_tb(plain.__traceback__)]
        assert errors.inside() == 1
        assert list(errors.Three()) == [2, 1, 0]
        assert type(errors.handled(errors.Loud)) is errors.Loud
    say(rows(trace))
    """
    found = answer(version, BEGIN + _dedent(code), folder)
    expect = {"fail": [2, 2], "passes": [2, 2], "handled": [2, 0], "inside": [1, 0]}
    three = {"Three.__init__": [1, 0], "Three.__iter__": [1, 0], "Three.__next__": [4, 0]}
    assert found == {**expect, **names(version, three)}


@each
def test_nothing_of_an_exception_is_run(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import contextlib, io
    from work import errors
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), city.trace():
        errors.handled(errors.Loud)
    say(printed.getvalue())
    """
    assert answer(version, BEGIN + _dedent(code), folder) == ""


@each
def test_hooks_are_given_back(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import calls
    def tools():
        return [sys.monitoring.get_tool(tool) for tool in range(6)] if sys.version_info >= (3, 12) else []
    def state():
        return [sys.getprofile(), sys.gettrace(), getattr(threading, "_profile_hook", None), tools()]
    before = state()
    try:
        with city.trace() as trace:
            calls.fib(3)
            raise KeyError
    except KeyError:
        pass
    after = rows(trace)
    calls.fib(3)
    say([before == state(), after == rows(trace), after])
    """
    assert answer(version, BEGIN + _dedent(code), folder) == [True, True, {"fib": [5, 0]}]


@monitored
def test_profilers_debuggers_and_coverage_work_meanwhile(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import cProfile
    from work import calls
    seen, lines = [], []
    def profile(frame, event, arg):
        if event == "call" and frame.f_code.co_name == "fib": seen.append(event)
    def trace_lines(frame, event, arg):
        if frame.f_code.co_name == "fib" and event == "line": lines.append(frame.f_lineno)
        return trace_lines
    mon, covered = sys.monitoring, set()
    mon.use_tool_id(mon.COVERAGE_ID, "cover")
    mon.register_callback(mon.COVERAGE_ID, mon.events.LINE, lambda code, line: covered.add((code.co_name, line)) or mon.DISABLE)
    mon.set_events(mon.COVERAGE_ID, mon.events.LINE)
    with city.trace() as trace:
        sys.setprofile(profile); sys.settrace(trace_lines)
        calls.fib(4)
        sys.setprofile(None); sys.settrace(None)
        profiler = cProfile.Profile()
        profiler.runcall(calls.fib, 4)
    mon.set_events(mon.COVERAGE_ID, 0)
    counted = [row.callcount for row in profiler.getstats() if getattr(row.code, "co_name", "") == "fib"]
    say([rows(trace), len(seen), len(lines), sorted(line for name, line in covered if name == "fib"), counted])
    """
    assert answer(version, BEGIN + _dedent(code), folder) == [{"fib": [18, 0]}, 9, 9, [3], [9]]


@each
def test_a_program_with_a_profiler_of_its_own_keeps_it(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import warnings
    from work import calls
    seen = []
    def profile(frame, event, arg):
        if event == "call" and frame.f_code.co_name == "fib": seen.append(event)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with city.trace() as trace:
            calls.fib(2)
            sys.setprofile(profile)
            calls.fib(2)
    is_kept = sys.getprofile() is profile
    sys.setprofile(None)
    say([is_kept, len(seen), rows(trace)["fib"][0], [str(one.message) for one in said]])
    """
    is_kept, seen, counted, said = answer(version, BEGIN + _dedent(code), folder)
    assert is_kept and seen == 3
    if version >= (3, 12):
        assert counted == 6 and said == []
    else:
        assert counted == 3 and len(said) == 1 and "is not traced" in said[0]


@each
def test_a_profiler_that_is_there_before_is_told_of_once(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import warnings
    def profile(frame, event, arg): pass
    failed = []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        sys.setprofile(profile)
        try:
            with city.trace(): pass
        except repolis.Error as error:
            failed.append(str(error))
        is_kept = sys.getprofile() is profile
        sys.setprofile(None)
        with city.trace(): pass
    say([is_kept, len(failed), [str(one.message) for one in said]])
    """
    assert answer(version, BEGIN + _dedent(code), folder) == [True, int(version < (3, 12)), []]


@each
def test_warnings_of_the_program_are_as_without(version: tuple[int, ...], folder: Path) -> None:
    code = """
    import warnings
    before = list(warnings.filters)
    # Other threads of the program make the warning its own.
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    def fork():
        child = os.fork()
        if child == 0:
            os._exit(warnings.filters != before)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with city.trace():
        city.close()
        for thread in others: thread.join()
        statuses = [fork(), fork()]
    say([statuses, warnings.filters == before])
    """
    assert answer(version, BEGIN + _dedent(code), folder) == [[0, 0], True]


@each
def test_one_trace_at_a_time(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import calls
    said = []
    with city.trace() as trace:
        for wrong in (lambda: city.trace().start(), lambda: city.trace(mode="lines"), lambda: city.trace("nowhere")):
            try: wrong()
            except repolis.Error as error: said.append(str(error))
        calls.fib(1)
    trace.stop()
    say([said, rows(trace), repr(trace)])
    """
    said, counted, text = answer(version, BEGIN + _dedent(code), folder)
    assert "another trace" in said[0] and "sample" in said[1] and "nowhere" in said[2]
    assert counted == {"fib": [1, 0]} and text == "<repolis.Trace by calls: does not run>"


@each
@pytest.mark.parametrize("mode", ["calls", "sample"])
def test_children_run_untraced(version: tuple[int, ...], mode: str, folder: Path) -> None:
    code = f"""
    import multiprocessing
    from work import calls
    if __name__ == "__main__":
        with city.trace(mode="{mode}") as trace:
            calls.fib(1)
            child = os.fork()
            if child == 0:
                calls.fib(20)
                clean = sys.getprofile() is None and (sys.version_info < (3, 12) or sys.monitoring.get_tool(4) is None)
                os._exit(7 if clean else 1)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            with multiprocessing.get_context("fork").Pool(2) as pool:
                results = pool.map(calls.fib, [10, 11])
            calls.fib(1)
        say([status, results, rows(trace).get("fib") if "{mode}" == "calls" else [2, 0]])
    """
    assert answer(version, BEGIN + _dedent(code), folder) == [7, [55, 89], [2, 0]]


@each
def test_samples_find_where_time_goes(version: tuple[int, ...], folder: Path) -> None:
    code = """
    from work import streams
    with city.trace(mode="sample") as trace:
        thread = threading.Thread(target=streams.spend, args=(0.6,))
        thread.start()
        streams.slow_consumer()
        thread.join()
    found = times(trace)
    say([found["spend"], max(found, key=lambda name: found[name][0]), sys.getprofile() is None])
    """
    (own, total), most, is_free = answer(version, BEGIN + _dedent(code), folder)
    assert most == "spend" and 0 < own <= total * 1.001 and is_free


def test_an_open_page_is_told(folder: Path) -> None:
    city = repolis.show(repolis.analyze(folder, progress=False))
    page = Page(city.url)
    with city.trace(service="numbers"):
        assert runpy.run_path(str(folder / "work" / "calls.py"))["fib"](10) == 55

    def told() -> list[tuple[str, int]]:
        services = [message["runtime"]["services"]["items"] for message in page.heard("runtime")]
        return [(service["name"], service["calls"]) for found in services for service in found if service["calls"]]

    # The body of the file, and 177 calls in it.
    poll(lambda: ("numbers", 178) in told(), f"the page hears of all calls: {told()}")
    page.close()
    city.close()


def _dedent(code: str) -> str:
    return textwrap.dedent(code)
