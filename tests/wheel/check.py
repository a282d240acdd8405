"""What a wheel holds, and that it works on every CPython that is here. `scripts/test-wheel` builds it and runs this."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from email.parser import Parser
from pathlib import Path

HERE = Path(__file__).parent
MAX_BYTES = 25_000_000
EXTRAS = {"viewer", "marimo", "widget"}
LICENCES = {"LICENSE-MIT", "LICENSE-APACHE", "NOTICE.md"}


def mistakes(wheel: Path) -> list[str]:
    """What is wrong with the file."""
    found = []
    size = wheel.stat().st_size
    if size > MAX_BYTES:
        found.append(f"it has {size:,} bytes; at most {MAX_BYTES:,} are wanted")
    if "-cp310-abi3-" not in wheel.name:
        found.append("its tag is not cp310-abi3")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        entries = archive.read(about.replace("METADATA", "entry_points.txt")).decode()
        metadata = Parser().parsestr(archive.read(about).decode())
    extras = set(metadata.get_all("Provides-Extra", []))
    if not extras >= EXTRAS:
        found.append(f"it has the extras {sorted(extras)}; {sorted(EXTRAS - extras)} are missing")
    if [one for one in metadata.get_all("Requires-Dist", []) if "extra ==" not in one]:
        found.append("it needs other packages")
    if "rerun-sdk==0.36.3 ; extra == 'viewer'" not in metadata.get_all("Requires-Dist", []):
        found.append("the extra `viewer` is not the SDK of the viewer inside")
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    if not licences >= LICENCES:
        found.append(f"{sorted(LICENCES - licences)} are missing")
    if "repolis=repolis._main:main" not in entries.replace(" ", ""):
        found.append("it has no command")
    for name in ("repolis/py.typed", "repolis/_repolis.pyi", "repolis/_repolis.abi3.so"):
        if name not in names:
            found.append(f"{name} is missing")
    return found


def interpreters() -> dict[str, str]:
    """The programs of every CPython from 3.10 on, by their versions."""
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    candidates = [str(path) for root in roots for path in sorted(root.glob("*/bin/python3"))]
    candidates += [path for minor in range(10, 30) if (path := shutil.which(f"python3.{minor}"))]
    found: dict[str, str] = {}
    for candidate in [*candidates, sys.executable]:
        code = "import sys, venv, ensurepip; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
        said = subprocess.run([candidate, "-c", code], capture_output=True, text=True)
        name, _, version = said.stdout.strip().partition(" ")
        if said.returncode == 0 and name == "cpython" and int(version.partition(".")[2]) >= 10:
            found.setdefault(version, candidate)
    return found


def try_on(version: str, interpreter: str, wheel: Path) -> str:
    """What went wrong on one CPython; empty for nothing."""
    with tempfile.TemporaryDirectory(prefix="repolis-wheel-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        for command in (
            [interpreter, "-m", "venv", "--without-pip", folder],
            [sys.executable, "-m", "pip", f"--python={folder}/bin/python", "install", "--quiet", "--no-deps",
             "--no-index", "--disable-pip-version-check", str(wheel)],
            [f"{folder}/bin/python", "-I", str(HERE / "smoke.py")],
        ):  # fmt: skip
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
            if done.returncode != 0:
                return f"{version}: {' '.join(command[1:4])}\n{done.stdout}{done.stderr}"
    return ""


def main() -> None:
    """Ends with 1 when something is wrong, having said what."""
    wheel = Path(sys.argv[1]).resolve()
    found = mistakes(wheel)
    works = []
    for version, interpreter in interpreters().items():
        said = try_on(version, interpreter, wheel)
        found += [said] if said else []
        works += [] if said else [version]
    for mistake in found:
        print(f"test-wheel: {wheel.name}: {mistake}", file=sys.stderr)
    print(f"test-wheel: {wheel.name}: {wheel.stat().st_size:,} bytes, works on CPython {', '.join(works)}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
