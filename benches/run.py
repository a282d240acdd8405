"""Measures `repolis log` beside other tools, as docs/performance.md describes; `make bench` runs it.

Prints tables in Markdown and writes benches/results.json.
"""

import argparse
import dataclasses
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import inputs
import synthetic
from measure import Contestant, Result, interleaved

RECORDING = inputs.CACHE / "out.rrd"
SCALES = (12_500, 25_000, 50_000, 100_000)
MODULE_FILES = 50_000
SPANS = 2_000_000
VIEWER_SCALES = (1_000, 10_000, 40_000)
NOTEBOOK_FILES = (200, 5_000)
# One of each way to answer: graph, metrics, everything.
QUESTIONS = ("summary", "cycles", "top complexity", "explain . *.md", "dependents . --tree", "unused")


class Report:
    """What was measured, printed as it comes."""

    def __init__(self) -> None:
        self.sections: dict[str, dict] = {}

    def table(self, title: str, tree: Path, files: int, results: dict[str, Result]) -> None:
        """Times and peaks; ratios are ours to the peer's in the same run."""
        ours = next(iter(results.values()))
        print(
            f"\n## {title}: {files:,} files\n\n| program | runs | wall | user | peak memory | ours / its: wall | user |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|")
        for result in results.values():
            peak = f"{result.peak_bytes / 2**20:.0f} MiB"
            ratios = (
                "| |"
                if result is ours
                else f"| {ratio(ours.wall_s, result.wall_s)} | {ratio(ours.user_s, result.user_s)} |"
            )
            print(f"| {result.name} | {result.runs} | {result.wall_s:.2f} s | {result.user_s:.2f} s | {peak} {ratios}")
        print(f"\nPeak memory of `{ours.name}`: {ours.peak_bytes / 1024 / files:.1f} KiB a file.", flush=True)
        self.sections[title] = {
            "tree": tree.name,
            "files": files,
            "results": [dataclasses.asdict(result) for result in results.values()],
        }

    def line(self, title: str, text: str, values: dict) -> None:
        """A finding in a sentence."""
        print(f"\n{text}", flush=True)
        self.sections[title] = values


def ratio(ours: float, its: float) -> str:
    """Ours as a part of its; as so many times faster where it is far."""
    value = ours / max(its, 1e-3)
    return f"{value:.2f}×" if value > 0.1 else f"{value:.3f}× (1/{1 / value:.0f})"


def repolis(tree: Path) -> Contestant:
    return Contestant("repolis log", [str(PROGRAM), "log", "--quiet", str(tree), "-o", str(RECORDING)], ARGS.runs)


def log(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, "log", *options, tree, "-o", RECORDING]
    return subprocess.run(command, check=True, text=True, capture_output=True)


def summary(tree: Path) -> dict:
    return json.loads(log(tree, "--json").stdout)


def profile(report: Report, title: str, tree: Path) -> None:
    """Where the time goes, by stage; the medians of several runs."""
    taken = [json.loads(log(tree, "--quiet", "--timings").stderr.splitlines()[-1])["seconds"] for _ in range(ARGS.runs)]
    stages = {stage: statistics.median(run[stage] for run in taken) for stage in taken[0]}
    whole = sum(stages.values())
    ordered = sorted(stages.items(), key=lambda stage: -stage[1])
    shares = ", ".join(f"{stage} {seconds * 1000:.0f} ms ({seconds / whole:.0%})" for stage, seconds in ordered)
    report.line(f"{title}: profile", f"Stages of {title}: {shares}.", stages)


def bench_python(report: Report, tree: Path) -> None:
    ruff = Contestant(
        "ruff analyze graph", [str(Path(sys.executable).parent / "ruff"), "analyze", "graph", str(tree)], ARGS.runs
    )
    report.table("Python", tree, summary(tree)["files"], interleaved([repolis(tree), ruff]))
    profile(report, "Python", tree)


def bench_rust(report: Report, tree: Path) -> None:
    peers = [Contestant("floor: read and parse", [str(inputs.floor()), str(tree)], ARGS.runs)]
    peers.append(Contestant("tokei", [str(inputs.tokei()), str(tree)], ARGS.runs))
    report.table("Rust", tree, summary(tree)["files"], interleaved([repolis(tree), *peers]))
    profile(report, "Rust", tree)


def bench_typescript(report: Report, tree: Path, runs: int) -> None:
    tools, copy = inputs.node_tools(), inputs.with_links(tree)
    node = ["node", "--stack-size=4000", "--max-old-space-size=8000"]
    suffixes = "js,jsx,ts,tsx,mjs,cjs,mts,cts"
    madge = [str(tools / "madge/bin/cli.js"), "--extensions", suffixes, "--ts-config", "tsconfig.json", "--json", "."]
    cruiser = [str(tools / "dependency-cruiser/bin/dependency-cruise.mjs"), "--config", ".dc.cjs"]
    peers = [
        Contestant("madge", [*node, *madge], runs, copy),
        Contestant("dependency-cruiser", [*node, *cruiser, "--output-type", "json", "."], runs, copy),
    ]
    report.table("TypeScript", tree, summary(tree)["files"], interleaved([repolis(tree), *peers]))
    profile(report, "TypeScript", tree)
    shutil.rmtree(copy)


def bench_scaling(report: Report) -> None:
    times = {}
    for files in SCALES:
        tree = synthetic.tree(inputs.CACHE / "synthetic", files)
        times[files] = interleaved([repolis(tree)])["repolis log"]
        shutil.rmtree(tree)
    print(
        "\n## Scaling: small files in four languages\n\n| files | wall | user | peak memory | times the half: wall | user |"
    )
    print("|---:|---:|---:|---:|---:|---:|")
    for files, result in times.items():
        half = times.get(files // 2)
        growth = f"{result.wall_s / half.wall_s:.2f} | {result.user_s / half.user_s:.2f}" if half else "|"
        peak = f"{result.peak_bytes / 2**20:.0f} MiB"
        print(f"| {files:,} | {result.wall_s:.2f} s | {result.user_s:.2f} s | {peak} | {growth} |", flush=True)
    report.sections["scaling"] = {str(files): dataclasses.asdict(result) for files, result in times.items()}


def bench_size(report: Report, title: str, tree: Path) -> None:
    """A recording's bytes; those of functions are what leaving out their table saves."""
    found = summary(tree)
    rerun, without = Path(sys.executable).parent / "rerun", RECORDING.with_name("without.rrd")

    def size_without(entity: str) -> int:
        subprocess.run(
            [rerun, "rrd", "filter", "--drop-entity", entity, RECORDING, "-o", without], check=True, capture_output=True
        )
        return without.stat().st_size

    size = RECORDING.stat().st_size
    functions = size_without("/nothing") - size_without("/tables/functions")
    without.unlink()
    per_file, per_function = (size - functions) / found["files"], functions / max(found["functions"], 1)
    text = (
        f"Recording of {title}: {size:,} bytes; {per_function:.1f} bytes for each of {found['functions']:,} functions, "
        f"besides them {per_file:.0f} bytes for each of {found['files']:,} files."
    )
    report.line(f"{title}: size", text, {"bytes": size, "per_function": per_function, "per_file": per_file})


def verdicts(folder: Path, rules: Path, linter: list[str], environment: dict[str, str]) -> tuple[set[str], set[str]]:
    """The contracts that each program finds broken."""
    found = subprocess.run([PROGRAM, "check", folder, "--rules", rules, "--json"], capture_output=True, text=True)
    ours = {finding["rule"].split(" (")[0] for finding in json.loads(found.stdout)["findings"]}
    said = subprocess.run(linter, cwd=folder, env=environment, capture_output=True, text=True).stdout
    return ours, set(re.findall(r"^(\S+) BROKEN", said, re.MULTILINE))


def bench_check(report: Report, tree: Path) -> None:
    """The same contracts by import-linter, without its cache and with it, and by `repolis check`."""
    config = inputs.contracts(tree)
    folder, rules = config.parent, inputs.CACHE / "check.toml"
    subprocess.run([PROGRAM, "check", folder, "--convert", config, "-o", rules], check=True, capture_output=True)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), str(folder / "tests")])
    linter = [str(Path(sys.executable).parent / "lint-imports"), "--config", str(config)]
    ours, its = verdicts(folder, rules, [*linter, "--no-cache"], dict(os.environ))
    if ours != its:
        raise SystemExit(f"bench: repolis finds {sorted(ours)} broken, import-linter {sorted(its)}")
    cache = ["--cache-dir", str(inputs.CACHE / "lint-imports")]
    contestants = [
        Contestant(
            "repolis check", [str(PROGRAM), "check", "-q", str(folder), "--rules", str(rules)], ARGS.runs, None, (0, 1)
        ),
        Contestant("lint-imports --no-cache", [*linter, "--no-cache"], ARGS.runs, folder, (0, 1)),
        Contestant("lint-imports", [*linter, *cache], ARGS.runs, folder, (0, 1)),
    ]
    files = sum(1 for _ in folder.rglob("*.py"))
    report.table("check", folder, files, interleaved(contestants))
    report.line(
        "check: verdict", f"Both find these contracts broken: {', '.join(sorted(ours))}.", {"broken": sorted(ours)}
    )
    taken = [
        json.loads(
            subprocess.run([*contestants[0].command, "--timings"], capture_output=True, text=True).stderr.splitlines()[
                -1
            ]
        )
        for _ in range(ARGS.runs)
    ]
    stages = {stage: statistics.median(run["seconds"][stage] for run in taken) for stage in taken[0]["seconds"]}
    share = stages["check"] / (sum(stages.values()) - stages["check"])
    report.line("check: share", f"The rules take {stages['check'] * 1000:.0f} ms, {share:.1%} of the analysis.", stages)


def bench_viewer(report: Report) -> None:
    """What the first picture of a city draws, and what a browser needs for it."""
    # A program that starts another counts into its peak, and this one brings a lot.
    import viewer

    chromium = subprocess.run([inputs.ROOT / "scripts/chromium"], check=True, text=True, capture_output=True).stdout
    print(
        "\n## Viewer\n\n| files | entities | boxes | triangles | uploaded a frame | memory of the page | idle server |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for files in VIEWER_SCALES:
        tree = synthetic.tree(inputs.CACHE / "synthetic", files)
        log(tree, "--quiet")
        shutil.rmtree(tree)
        drawn, page = viewer.drawn(RECORDING), viewer.browser(PROGRAM, RECORDING, chromium.strip())
        print(
            f"| {files:,} | {drawn.entities} | {drawn.boxes:,} | {drawn.triangles:,} | {drawn.uploaded_bytes / 2**20:.2f} MiB "
            f"| {page.memory_bytes / 2**20:.0f} MiB | {page.idle_cpu:.1%} |",
            flush=True,
        )
        report.sections[f"viewer: {files}"] = dataclasses.asdict(drawn) | dataclasses.asdict(page)


def bench_notebook(report: Report) -> None:
    """From a click to Python, and from Python to the page."""
    import notebook

    chromium = subprocess.run([inputs.ROOT / "scripts/chromium"], check=True, text=True, capture_output=True).stdout
    small, large = (synthetic.tree(inputs.CACHE / f"synthetic-{files}", files) for files in NOTEBOOK_FILES)
    found = notebook.measure(small, large, chromium.strip())
    shutil.rmtree(small)
    shutil.rmtree(large)
    text = (
        f"Median of {found.count} clicks in a city of {NOTEBOOK_FILES[0]:,} files: {found.click_ms:.0f} ms from the pointer to the "
        f"callback ({found.slowest_ms:.0f} ms at most), {found.told_ms:.1f} ms of them after the viewer's event."
    )
    report.line("notebook", text, dataclasses.asdict(found))
    print("\n| wish | done in the page | next frame |\n|---|---:|---:|")
    for title, (held, painted) in found.wishes_ms.items():
        print(f"| {title} | {held:.0f} ms | {painted:.0f} ms |", flush=True)


def bench_trace(report: Report) -> None:
    """What the Python tracer adds, beside cProfile and viztracer."""
    import tracer

    subprocess.run([inputs.ROOT / "scripts/link-module"], check=True)
    print(f"\n## Python tracer\n\n{tracer.HEAD}", flush=True)
    report.sections["trace"] = tracer.measure(ARGS.runs, ARGS.python_versions)


def bench_query(report: Report, title: str, tree: Path) -> None:
    """What a question adds to the analysis, within one process; and how long it takes with a recording."""
    log(tree, "--quiet")
    base = [str(PROGRAM), "query", "--quiet", "-n", "1"]
    for question in QUESTIONS:
        command = [*base, *question.split(), "-s", str(tree), "--timings"]
        shares = []
        for _ in range(ARGS.runs):
            done = subprocess.run(command, check=True, text=True, capture_output=True)
            stages = json.loads(done.stderr.splitlines()[-1])["seconds"]
            shares.append(sum(stages.values()) / (sum(stages.values()) - stages["query"]))
        recorded = Contestant(question, [*base, *question.split(), "-s", str(RECORDING)], ARGS.runs)
        result = interleaved([recorded])[question]
        share = statistics.median(shares)
        text = (
            f"`query {question}` on {title}: {share:.3f}× the analysis; on its recording {result.wall_s * 1000:.0f} ms, "
            f"{(result.user_s + result.system_s) * 1000:.0f} ms of processor time, "
            f"{result.peak_bytes / 2**20:.0f} MiB."
        )
        report.line(f"{title}: query {question}", text, {"share": share, **dataclasses.asdict(result)})


def bench_module(report: Report, title: str, tree: Path) -> None:
    """The Python module, in a process of its own."""
    subprocess.run([inputs.ROOT / "scripts/link-module"], check=True)
    large = synthetic.tree(inputs.CACHE / "synthetic", MODULE_FILES)
    command = [sys.executable, Path(__file__).with_name("module.py"), PROGRAM, tree, large, str(ARGS.runs)]
    found = json.loads(subprocess.run(command, check=True, text=True, capture_output=True).stdout)
    shutil.rmtree(large)
    calls, analysis = found["boundary"], found["analysis"]
    least = calls["nothing()"]
    print(
        f"\n## Python module\n\n| call | time | more than a method that does nothing ({least:.0f} ns) |\n|---|---:|---:|"
    )
    for name, taken in calls.items():
        print(f"| `{name}` | {taken:.0f} ns | {taken - least:+.0f} ns, {taken / least:.2f}× |")
    print(f"\n| table of {MODULE_FILES:,} files | rows | to polars, first | again |\n|---|---:|---:|---:|")
    for name, table in found["tables"].items():
        print(f"| `{name}` | {table['rows']:,} | {table['first']:.1f} ms | {table['again']:.2f} ms |")
    text = (
        f"`analyze` of {title}: {analysis['module'] * 1000:.0f} ms, {analysis['ratio']:.3f}× the command's own analysis "
        f"(of the best runs {analysis['best']:.3f}×) "
        f"of {analysis['command'] * 1000:.0f} ms."
    )
    report.line("module", text, found)


def bench_otlp(report: Report) -> None:
    """Spans of a generator over gRPC, on the same cores as the receiver."""
    import otlp

    found = otlp.measure(PROGRAM.parent / "examples", inputs.ROOT / "src", (1, 2, 8))
    print(
        "\n## OTLP over gRPC\n\n| connections | spans a second | the receiver's share of a core | a span |\n|---:|---:|---:|---:|"
    )
    for run in found.runs:
        share = run.receiver_cpu_s / run.seconds
        print(f"| {run.connections} | {run.a_second:,.0f} | {share:.0%} | {run.micros:.2f} µs |", flush=True)
    text = f"Every span is counted; afterwards {found.idle_cpu:.1%} of a core and {found.peak_bytes / 2**20:.0f} MiB."
    report.line("otlp", text, dataclasses.asdict(found))


def bench_day(report: Report, tree: Path) -> None:
    """A day of 1,000 spans a second in one recording: its bytes, and what a browser needs to show it."""
    import viewer

    chromium = subprocess.run([inputs.ROOT / "scripts/chromium"], check=True, text=True, capture_output=True).stdout
    program, day = PROGRAM.with_name("examples") / "day", inputs.CACHE / "day.rrd"
    done = subprocess.run([program, tree, day, "86400", "1000"], check=True, text=True, capture_output=True)
    found = json.loads(done.stdout)
    rerun = Path(sys.executable).parent / "rerun"
    subprocess.run([rerun, "rrd", "verify", day], check=True, capture_output=True)
    page = viewer.browser(PROGRAM, day, chromium.strip())
    text = (
        f"A day of {found['spans']:,} spans of sixty functions: {found['bytes'] / 1e6:.0f} MB, {found['bytes'] / found['spans']:.1f} "
        f"bytes a span, windows of {found['window_seconds']} s at its end; recorded in {found['taken']:.0f} s, accepted by `rerun rrd "
        f"verify`, on a page after {page.ready_s:.0f} s with {page.memory_bytes / 2**20:.0f} MiB."
    )
    report.line("day", text, found | dataclasses.asdict(page))
    day.unlink()


def bench_sums(report: Report) -> None:
    """Spans and calls added up on one core, beside the histograms of OpenTelemetry's SDK for the same spans; a day in little memory."""
    program = inputs.ROOT / "target/release/examples/sums"

    def run(*arguments: object) -> dict:
        command = [program, *map(str, arguments)]
        return json.loads(subprocess.run(command, check=True, text=True, capture_output=True).stdout)

    runs = [run("spans", SPANS) for _ in range(ARGS.runs)]
    rates = {
        name: statistics.median(found["spans"] / found[f"{name}_s"] for found in runs)
        for name in ("spans", "calls", "sdk")
    }
    against = statistics.median(found["spans_s"] / found["sdk_s"] for found in runs)
    tick = statistics.median(found["slowest_tick_s"] for found in runs)
    text = (
        f"Telemetry on one core: {rates['spans']:,.0f} spans a second with self time, callers and history (aim: 1,000,000), "
        f"{against:.2f}× the time of a histogram of opentelemetry_sdk by function ({rates['sdk']:,.0f} a second), which knows neither; "
        f"{rates['calls']:,.0f} calls of a tracer a second; the slowest tick took {tick * 1000:.1f} ms."
    )
    report.line("sums", text, {"runs": runs, "against": against, "rates": rates})
    day = run("days", 1, 64)
    text = (
        f"A day of {day['spans']:,} spans, half of them with names of their own, in a limit of {day['limit_bytes'] >> 20} MiB: "
        f"the process grew by {day['grown_bytes'] / 2**20:.0f} MiB; windows (seconds, how many): {day['windows']}."
    )
    report.line("sums: a day", text, day)


def bench_events(report: Report, tree: Path) -> None:
    """Events from Python beside the SDK's loop, in a process of its own."""
    subprocess.run([inputs.ROOT / "scripts/link-module"], check=True)
    command = [sys.executable, Path(__file__).with_name("events.py"), tree, str(ARGS.runs)]
    found = json.loads(subprocess.run(command, check=True, text=True, capture_output=True).stdout)
    # The quicker of both ways is the one to be held against.
    its = max(rate for name, rate in found.items() if name.startswith("rr.log"))
    print("\n## Events from Python\n\n| way | events a second | the quicker rr.log |\n|---|---:|---:|")
    for name, rate in found.items():
        print(f"| `{name}` | {rate:,.0f} | {rate / its:.1f}× |", flush=True)
    report.sections["events"] = found


Step = Callable[[Report, dict[str, Path], argparse.Namespace], object]
# By name, in the order in which they run.
STEPS: dict[str, Step] = {
    "python": lambda report, trees, _: bench_python(report, trees["Python"]),
    "rust": lambda report, trees, _: bench_rust(report, trees["Rust"]),
    "typescript": lambda report, _, args: bench_typescript(
        report, (args.typescript or inputs.typescript_tree()).resolve(), args.typescript_runs
    ),
    "scaling": lambda report, *_: bench_scaling(report),
    "size": lambda report, trees, _: [bench_size(report, title, tree) for title, tree in trees.items()],
    "check": lambda report, trees, _: bench_check(report, trees["Python"]),
    "query": lambda report, trees, _: bench_query(report, trees["Python"].name, trees["Python"]),
    "module": lambda report, trees, _: bench_module(report, trees["Python"].name, trees["Python"]),
    "events": lambda report, trees, _: bench_events(report, trees["Python"]),
    "trace": lambda report, *_: bench_trace(report),
    "viewer": lambda report, *_: bench_viewer(report),
    "notebook": lambda report, *_: bench_notebook(report),
    "otlp": lambda report, *_: bench_otlp(report),
    "day": lambda report, trees, _: bench_day(report, trees["Python"]),
    "sums": lambda report, *_: bench_sums(report),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", metavar="DIR", type=Path, help="instead of Django's sources")
    parser.add_argument("--rust", metavar="DIR", type=Path, help="instead of cargo's registry")
    parser.add_argument("--typescript", metavar="DIR", type=Path, help="instead of packages from npm")
    parser.add_argument("--runs", metavar="N", type=int, default=5, help="runs of each program")
    parser.add_argument("--typescript-runs", metavar="N", type=int, default=3, help="of madge and dependency-cruiser")
    parser.add_argument(
        "--python-versions", metavar="V", nargs="*", default=[], help="of the step trace, such as 3.12; all without it"
    )
    parser.add_argument("--program", metavar="FILE", type=Path, default=inputs.ROOT / "target/release/repolis")
    parser.add_argument("--only", metavar="STEP", choices=STEPS, action="append", help=f"of: {', '.join(STEPS)}")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    inputs.CACHE.mkdir(parents=True, exist_ok=True)
    report, steps = Report(), args.only or [*STEPS]
    trees = {
        "Python": (args.python or inputs.python_tree()).resolve()
        if {"python", "size", "check", "query", "module", "day", "events"} & {*steps}
        else None,
        "Rust": (args.rust or inputs.rust_tree()).resolve() if {"rust", "size"} & {*steps} else None,
    }
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores; load before: {load:.1f}", flush=True)
    for step in steps:
        STEPS[step](report, trees, args)
    RECORDING.unlink(missing_ok=True)
    results = Path(__file__).with_name("results.json")
    results.write_text(json.dumps({"cores": os.cpu_count(), "load": load, **report.sections}, indent=1) + "\n")


if __name__ == "__main__":
    ARGS = arguments()
    PROGRAM = ARGS.program.resolve()
    main(ARGS)
