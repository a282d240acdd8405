"""What the Python tracer adds to programs, beside cProfile and viztracer, on every CPython that is here.

`benches/run.py --only trace` runs it. All run from beginning to end, with what each writes at the end; added is the time over that of the
program alone. Programs print how long they took without start and end; pytest does not.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import inputs

sys.path.insert(0, str(inputs.ROOT / "tests" / "wheel"))
from check import interpreters

DOCUTILS = "0.22"
VIZTRACER = "1.1.1"
PYTEST = "9.2.0"
SQLPARSE = "0.5.3"
PROGRAMS = Path(__file__).with_name("programs")
# Whatever stands in the configuration around the cache.
QUIET = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--override-ini=xfail_strict=false")
TOOLS = ("alone", "calls", "sample", "cProfile", "viztracer")
# What start and end take is less of a program that runs for long, and peers would take minutes.
LONG = "docutils: 1,800 documents"
HEAD = """| Python | program | tool | wall | processor | added: wall | processor | inside | of cProfile: wall | processor | of viztracer: wall | processor |
|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def environment(version: str, interpreter: str) -> Path:
    """The folder of an environment with the peers and what the programs need."""
    folder = inputs.CACHE / f"tracer-{version}"
    if not folder.exists():
        part = inputs.CACHE / f"tracer-{version}.part"
        shutil.rmtree(part, ignore_errors=True)
        inputs.run(interpreter, "-m", "venv", part)
        pip = [part / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        inputs.run(*pip, f"docutils=={DOCUTILS}", f"viztracer=={VIZTRACER}", f"pytest=={PYTEST}")
        # From 3.13 on an environment is ignored as a whole, and with it the library that is traced.
        (part / ".gitignore").unlink(missing_ok=True)
        part.rename(folder)
    return folder


def tested() -> Path:
    """A small package with its tests."""
    folder = inputs.CACHE / f"sqlparse-{SQLPARSE}"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        inputs.run(*pip, "--no-binary", ":all:", "--dest", inputs.CACHE, f"sqlparse=={SQLPARSE}")
        with tarfile.open(inputs.CACHE / f"{folder.name}.tar.gz") as sources:
            sources.extractall(inputs.CACHE, filter="data")
    return folder


def programs(venv: Path) -> dict[str, tuple[Path, list[str]]]:
    """By name, the folder that is traced and the arguments of Python."""
    libraries = next((venv / "lib").glob("python3*/site-packages/docutils"))
    return {
        "calls.py: many small calls": (PROGRAMS, [str(PROGRAMS / "calls.py"), "3000000"]),
        "docutils: 400 documents": (libraries, [str(PROGRAMS / "documents.py"), "400"]),
        LONG: (libraries, [str(PROGRAMS / "documents.py"), "1800"]),
        "pytest of sqlparse": (tested(), [*QUIET, str(tested() / "tests")]),
    }


def command(tool: str, venv: Path, root: Path, arguments: list[str]) -> list[str]:
    """A program in a tool."""
    python, out = str(venv / "bin" / "python"), inputs.CACHE / "traced"
    out.mkdir(exist_ok=True)
    match tool:
        case "cProfile":
            return [python, "-m", "cProfile", "-o", str(out / "run.prof"), *arguments]
        case "viztracer":
            return [python, "-m", "viztracer", "--quiet", "-o", str(out / "run.json"), *arguments]
        case "calls" | "sample":
            ours = ["-m", "repolis", "trace", "-q", "-o", str(out / "run.rrd"), "--root", str(root), "--mode", tool]
            return [python, *ours, *arguments]
    return [python, *arguments]


def once(line: list[str], folder: Path) -> dict[str, float]:
    """Seconds of one run: by the clock, of the processor, and what the program says of itself."""
    variables = {**os.environ, "PYTHONPATH": str(inputs.ROOT / "python")}
    started = time.perf_counter()
    with subprocess.Popen(
        line, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        said = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode != 0:
        raise SystemExit(f"bench: exit code {process.returncode}: {' '.join(line)}")
    last = said.split()[-1] if said.split() else ""
    inside = float(last) if last.replace(".", "", 1).isdigit() else wall
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "inside": inside}


def measure(runs: int, only: list[str]) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Medians by version, program and tool. Tools take turns, so that a busy moment meets each of them."""
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for version, interpreter in sorted(interpreters().items(), key=lambda pair: tuple(map(int, pair[0].split(".")))):
        if only and version not in only:
            continue
        venv = environment(version, interpreter)
        for name, (root, arguments) in programs(venv).items():
            tools = TOOLS[:3] if name == LONG else TOOLS
            taken: dict[str, list[dict[str, float]]] = {tool: [] for tool in tools}
            # The first run compiles the sources and warms the caches.
            for turn in range(runs + 1):
                for tool in tools:
                    sample = once(command(tool, venv, root, arguments), root)
                    taken[tool] += [sample] if turn else []
            found.setdefault(version, {})[name] = {
                tool: {key: statistics.median(one[key] for one in samples) for key in samples[0]}
                for tool, samples in taken.items()
            }
            print(table(version, name, found[version][name]), flush=True)
    return found


def table(version: str, name: str, results: dict[str, dict[str, float]]) -> str:
    """Rows of Markdown: what each tool adds to the program alone, and ours as a part of what its peers add."""
    alone, rows = results["alone"], []

    def added(tool: str, key: str) -> float:
        return results[tool][key] - alone[key]

    for tool in results:
        cells = [version, name, tool, f"{results[tool]['wall']:.2f} s", f"{results[tool]['cpu']:.2f} s"]
        if tool != "alone":
            cells += [f"{added(tool, key) / alone[key]:+.1%}" for key in ("wall", "cpu", "inside")]
        if tool in ("calls", "sample"):
            peers = [(peer, key) for peer in ("cProfile", "viztracer") if peer in results for key in ("wall", "cpu")]
            cells += [f"{added(tool, key) / max(added(peer, key), 1e-3):.2f}" for peer, key in peers]
        rows.append("| " + " | ".join(cells + [""] * (12 - len(cells))) + " |")
    return "\n".join(rows)
