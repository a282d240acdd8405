"""`python -m repolis trace`: a program runs as `python` runs it, and what it did can be seen afterwards."""

from __future__ import annotations

import re
import signal
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shop
from pythons import PYTHONS, VERSIONS, environment, run
from rerun.experimental import RrdReader

# Everything of its surroundings that a program may look at, but for addresses of objects.
SHOW = """
import json, os, sys
main = sys.modules["__main__"].__dict__
about = {key: repr(value) for key, value in sorted(main.items()) if key.startswith("__")}
print(json.dumps([sys.argv, sys.orig_argv, sys.path[0], sys._getframe().f_code.co_filename, main is globals(), about], indent=0))
"""

FILES = {
    "show.py": SHOW,
    "package/__init__.py": "",
    "package/__main__.py": SHOW,
    "package/part.py": SHOW,
    "package/fails.py": "def f(): raise LookupError('gone')\nf()\n",
    "folder/__main__.py": SHOW,
    "fails.py": "def f(): raise ValueError('x')\ntry:\n    f()\nexcept ValueError:\n    1 / 0\n",
    "syntax.py": "def f(:\n",
    "leaves.py": "import sys\nsys.exit('a message')\n",
    "leaves_with_3.py": "import atexit, sys\natexit.register(print, 'at exit')\nraise SystemExit(3)\n",
    "interrupted.py": "raise KeyboardInterrupt\n",
    "ends_hard.py": "import os\nprint('said', flush=True)\nos._exit(7)\n",
    "killed.py": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "hook.py": """
import sys, traceback
def hook(kind, error, found):
    print(kind, len(traceback.extract_tb(found)), len(traceback.extract_tb(error.__traceback__)), sys.excepthook is hook)
sys.excepthook = hook
def f(): raise ValueError
f()
""",
    "threads.py": """
import threading, time
def later():
    time.sleep(0.05)
    print("thread")
    raise OSError("in a thread")
threading.Thread(target=later, name="named").start()
print("main")
""",
    "pickles.py": """
import pickle, multiprocessing
class Thing:
    def __init__(self): self.value = 5
def double(x): return x * 2
if __name__ == "__main__":
    assert pickle.loads(pickle.dumps(Thing())).value == 5
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(double, [1, 2, 3]))
""",
    "forks.py": """
import os, sys
child = os.fork()
if child == 0:
    print("child", flush=True)
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""",
    "again.py": """
import os, subprocess, sys
print(__name__, sys.argv[1:], flush=True)
if "AGAIN" not in os.environ:
    subprocess.run([sys.executable, *sys.orig_argv[1:]], env={**os.environ, "AGAIN": "1"}, check=True)
""",
    "warns.py": """
import os, sys, warnings
def warn():
    warnings.warn("said once", UserWarning)
for turn in range(3):
    warn()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        warn()
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(child, 0)
""",
    "raises.py": """
class Numbered(Exception): pass
class Same(Exception): pass

def deep(levels):
    if levels == 0:
        raise ValueError("bottom")
    deep(levels - 1)

def again():
    try:
        raise KeyError("first")
    except KeyError as error:
        raise error

def numbered(number):
    raise Numbered(number)

def same(number):
    raise Same("same", object(), "x" * 5000)

def tried(function, *args):
    try:
        function(*args)
    except Exception:
        pass

tried(deep, 50)
tried(again)
for number in range(100):
    tried(numbered, number)
    tried(same, number)
""",
    "works.py": """
def two(last):
    if last:
        raise ValueError("went wrong", 2)

def one():
    two(False)
    two(True)

one()
""",
    "tested/library.py": "def double(x):\n    return 2 * x\n",
    "tested/tests/test_it.py": """
from library import double

def test_right():
    assert double(2) == 4

def test_wrong():
    assert double(2) == 5
""",
    "tested/conftest.py": "",
    "reads.py": "import sys\nprint(sys.stdin.read().upper(), end='')\n",
}

PROGRAMS = [
    "show.py a -b --mode", "./show.py", "link/show.py", "folder x", "app.zip x", "-m package q", "-m package.part -o x", "-m show",
    "fails.py", "-m package.fails", "syntax.py", "leaves.py", "leaves_with_3.py", "interrupted.py", "ends_hard.py", "killed.py",
    "hook.py", "threads.py", "pickles.py", "forks.py", "again.py x", "-m again -q", "warns.py", "reads.py", "gone.py", "-m gone", "-m package.gone",
]  # fmt: skip

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))
monitored = pytest.mark.parametrize("version", [version for version in VERSIONS if version >= (3, 12)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trace") / "programs"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with zipfile.ZipFile(root / "app.zip", "w") as archive:
        archive.write(root / "show.py", "__main__.py")
    (root / "link").mkdir()
    (root / "link" / "show.py").symlink_to("../show.py")
    return root


def told(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    """What is seen of a program, without addresses."""
    return done.returncode, *(re.sub(r"0x[0-9a-f]+", "0x", text) for text in (done.stdout, done.stderr))


@each
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_does_not_notice(version: tuple[int, ...], program: str, folder: Path, tmp_path: Path) -> None:
    words = program.split()
    plain = run(version, *words, folder=folder, input="text\n")
    traced = run(
        version, "-m", "repolis", "trace", "-q", "-o", tmp_path / "run.rrd", *words, folder=folder, input="text\n"
    )
    assert told(traced) == told(plain)


@each
def test_a_program_is_started_as_without_the_command(version: tuple[int, ...], folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "repolis"
    script.write_text("import sys\nfrom repolis._main import main\nsys.exit(main())\n")
    for before, ours in [
        ([], ["-m", "repolis"]),
        (["-X", "dev", "-O"], ["-m", "repolis"]),
        (["-O"], ["-mrepolis"]),
        (["-BO"], ["-BOm", "repolis"]),
        (["-BO"], ["-BOmrepolis"]),
        ([], [script]),
        (["-W", "error"], [script]),
        ([], ["-c", "from repolis._main import main; main()"]),
    ]:
        for words in (["show.py", "-m", "a"], ["-m", "show", "-q"]):
            plain = run(version, *before, *words, folder=folder)
            options = [] if ours[0] in ("-BOm", "-BOmrepolis") else before
            command = [*options, *ours, "trace", "-q", "-o", tmp_path / "run.rrd"]
            traced = run(version, *command, *words, folder=folder)
            assert told(traced) == told(plain), (before, ours, words)


@each
def test_a_program_does_not_wait_for_what_draws_cities(version: tuple[int, ...], folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "modules.py"
    program.write_text(
        "import sys\n"
        "heavy = {'repolis._city', 'repolis._page', 'repolis._rust', 'socket', 'subprocess', 'webbrowser'}\n"
        "print(heavy & {*sys.modules})\n"
        "import repolis\n"
        "print({name for name in repolis.__all__ if not hasattr(repolis, name)}, {*repolis.__all__} - {*dir(repolis)})\n"
        "print(repolis.errors.Error is repolis.Error, repolis.City.__name__, hasattr(repolis, 'nothing'))\n"
    )
    done = run(version, "-m", "repolis", "trace", "-q", "-o", tmp_path / "run.rrd", program, folder=folder)
    assert (done.stdout, done.stderr) == ("set()\nset() set()\nTrue City False\n", "")


def observed(recording: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of what was seen, by table; those of a recording's parts follow each other."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for chunk in RrdReader(str(recording)).stream():
        name = chunk.entity_path.removeprefix("/tables/")
        if name.startswith("observed"):
            batch = chunk.to_record_batch()
            others = ("event_time", "bucket", "bucket_count")
            columns = [name for name in batch.schema.names if not name.startswith("rerun.") and name not in others]
            for row in range(batch.num_rows):
                values = {column: batch[column][row].as_py() for column in columns}
                lengths = [len(value) for value in values.values()]
                rows.setdefault(name, []).extend(
                    {column: value[index] for column, value in values.items() if len(value) == max(lengths)}
                    for index in range(max(lengths))
                )
    return rows


@each
@pytest.mark.parametrize("mode", ["calls", "sample"])
def test_a_run_is_recorded(version: tuple[int, ...], mode: str, folder: Path, tmp_path: Path) -> None:
    recording = tmp_path / "run.rrd"
    done = run(version, "-m", "repolis", "trace", "--mode", mode, "-o", recording, "works.py", folder=folder)
    assert done.returncode == 1 and done.stdout == ""
    assert f"{recording}: " in done.stderr.splitlines()[-1]
    assert recording.exists() and not recording.with_name("run.rrd.tail").exists()
    if mode == "sample":
        return
    assert "4 calls of 3 functions in 1 file, 3 errors" in done.stderr
    found = observed(recording)
    names = {row["site"]: row["name"] for row in found["observed_sites"]}
    assert {row["service"] for row in found["observed_sites"]} == {"works"}
    assert {row["placed_by"] for row in found["observed_sites"]} == {"path"}
    counts: Counter[str] = Counter()
    for row in found["observed"]:
        counts[names[row["site"]]] += row["count"]
    assert counts == {"<module>": 1, "one": 1, "two": 2}
    pairs = {(names[row["from"]], names[row["to"]]) for row in found["observed_calls"]}
    assert pairs == {("<module>", "one"), ("one", "two")}
    if version >= (3, 12):
        errors = [(names[row["site"]], row["kind"], row["message"], row["stack"]) for row in found["observed_errors"]]
        # Where it has been when it leaves the first function.
        lines = ["in two"]
        assert [error[:3] for error in errors] == [("two", "ValueError", "went wrong, 2")]
        assert [line.partition(", ")[2].partition(", ")[2] for line in errors[0][3].splitlines()] == lines
        assert str(folder) not in errors[0][3]


@monitored
def test_an_exception_is_listed_once_with_its_own_message(
    version: tuple[int, ...], folder: Path, tmp_path: Path
) -> None:
    recording = tmp_path / "run.rrd"
    done = run(version, "-m", "repolis", "trace", "-o", recording, "raises.py", folder=folder)
    assert done.returncode == 0 and "252 errors" in done.stderr, done.stderr
    found = observed(recording)
    names = {row["site"]: row["name"] for row in found["observed_sites"]}
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in found["observed_errors"]:
        counts[names[row["site"]], row["kind"], row["message"]] += row["count"]
    numbered = {message: count for (name, _, message), count in counts.items() if name == "numbered"}
    rest = numbered.pop("", 0)
    # Of each look there is a bound to what is told apart.
    assert len(numbered) >= 32 and set(numbered.values()) == {1} and len(numbered) + rest == 100
    cut = f"same, {'x' * 5000}"[:1000]
    others = {key: count for key, count in counts.items() if key[0] != "numbered"}
    assert others == {
        ("deep", "ValueError", "bottom"): 1,
        ("again", "KeyError", "first"): 1,
        ("same", "__main__.Same", cut): 100,
    }


@pytest.mark.parametrize("version", [version for version in VERSIONS if version >= (3, 11)])
def test_a_run_of_pytest_is_recorded(version: tuple[int, ...], folder: Path, tmp_path: Path) -> None:
    # That of these tests, which is of Python alone; before 3.11 it needs packages that are not here.
    paths = f"{shop.ROOT / 'python'}:{Path(pytest.__file__).parents[1]}"
    packages = {"PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    plain = run(version, *words, folder=folder / "tested", env=environment(**packages))
    recording = tmp_path / "run.rrd"
    traced = run(
        version,
        "-m",
        "repolis",
        "trace",
        "-q",
        "-o",
        recording,
        *words,
        folder=folder / "tested",
        env=environment(**packages),
    )
    assert (traced.returncode, re.sub(r"[\d.]+s", "", traced.stdout)) == (1, re.sub(r"[\d.]+s", "", plain.stdout))
    names = {row["name"] for row in observed(recording)["observed_sites"]}
    assert {"test_right", "test_wrong", "double"} <= names


@each
def test_what_cannot_be_done_is_said_before_the_program_runs(version: tuple[int, ...], folder: Path) -> None:
    for words, expect in [
        (["-o", "no/such/folder/run.rrd", "show.py"], "no/such/folder"),
        (["--root", "nowhere", "-o", "run.rrd", "show.py"], "nowhere"),
        (["--only", "nothing.py", "-o", "run.rrd", "show.py"], "nothing.py"),
        (["-o", "run.rrd"], "name a script"),
        (["-o", "-", "show.py"], "name one"),
        (["--mode", "lines", "-o", "run.rrd", "show.py"], "lines"),
    ]:
        done = run(version, "-m", "repolis", "trace", *words, folder=folder)
        assert done.returncode == 2 and done.stdout == "", words
        assert expect in done.stderr and "Traceback" not in done.stderr, words


def test_the_command_is_there_without_trace(folder: Path) -> None:
    done = run(VERSIONS[-1], "-m", "repolis", "query", "top", "code_lines", "-n", "1", "--paths", folder=folder)
    assert done.returncode == 0 and done.stdout.endswith(".py\n")


def test_the_page_stays_until_it_is_interrupted(folder: Path) -> None:
    command = [PYTHONS[VERSIONS[-1]], "-m", "repolis", "trace", "--no-open", "leaves_with_3.py"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr and process.stdout
    address = process.stderr.readline()
    assert re.search(r"http://127\.0\.0\.1:\d+/\?token=", address), address
    assert "Ctrl-C" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 3
    assert process.stdout.read() == "at exit\n"
    process.stdout.close()
    process.stderr.close()
