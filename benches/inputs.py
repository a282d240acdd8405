"""Gets the sources to be measured and the programs to measure against, all from package registries."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "target" / "bench"

DJANGO = "5.2.8"
TOKEI = "15.0.0"
NODE_TOOLS = {"madge": "8.0.0", "dependency-cruiser": "17.4.3", "typescript": "5.9.3"}
# Packages that are published together with their TypeScript sources.
TYPESCRIPT_PACKAGES = [
    *("effect@3", "@effect/platform", "@effect/cli", "@effect/rpc", "@effect/sql", "@effect/printer", "rxjs@7"),
    *("@tanstack/router-core", "@tanstack/react-router", "@tanstack/router-generator", "@tanstack/start-client-core"),
    *("@tanstack/query-core", "@tanstack/react-query", "@tanstack/table-core", "@tanstack/form-core"),
]
SCOPES = ("effect", "@effect", "@tanstack", "rxjs")


def run(*command: str | Path, folder: Path = ROOT, **environment: str) -> None:
    """Runs a command of the set-up; its output goes to standard error."""
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr, env={**os.environ, **environment})


def fresh(name: str) -> Path:
    """An empty folder for what is in the making; `keep` gives it its name, so that half a download is none."""
    part = CACHE / f"{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    return part


def keep(part: Path) -> Path:
    """Gives a finished folder its name."""
    return part.rename(part.with_suffix(""))


def python_tree() -> Path:
    """Django's source distribution, tests and all."""
    tree = CACHE / f"django-{DJANGO.replace('.', '-')}"
    if not tree.exists():
        part = fresh(tree.name)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        run(*pip, "--no-deps", "--no-binary", "django", "--dest", part, f"django=={DJANGO}")
        (archive,) = part.glob("*.tar.gz")
        with tarfile.open(archive) as sources:
            sources.extractall(part, filter="data")
        archive.unlink()
        keep(part)
    return tree


def parses(package: Path) -> bool:
    """Whether Python takes every file."""
    try:
        for file in package.rglob("*.py"):
            ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return False
    return True


def contracts(tree: Path) -> Path:
    """Contracts of import-linter over all packages of Django and of its tests: some are kept, some are not."""
    root = next(tree.glob("django-*"), tree)
    # import-linter stops at a file that Python cannot parse, and Django tests its own runner with one.
    tests = sorted(path.parent.name for path in root.glob("tests/*/__init__.py") if parses(path.parent))

    def contract(name: str, kind: str, **lists: list[str]) -> str:
        rows = [f"[importlinter:contract:{name}]", f"name = {name}", f"type = {kind}"]
        for key, values in lists.items():
            rows += [f"{key} ="] + [f"    {value}" for value in values]
        return "\n".join(rows)

    packages = ["django", *tests]
    sections = [
        "[importlinter]\nroot_packages =\n" + "\n".join(f"    {package}" for package in packages),
        contract("no-tests", "forbidden", source_modules=["django"], forbidden_modules=tests),
        contract("test-apps", "independence", modules=tests),
        contract("below", "forbidden", source_modules=["django.utils"], forbidden_modules=["django.contrib.gis"]),
        contract(
            "pages", "layers", layers=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"]
        ),
        contract("apps", "layers", containers=["django.contrib.auth"], layers=["views", "forms", "models", "hashers"]),
        contract("siblings", "acyclic_siblings", ancestors=["django"]),
        contract("models", "protected", protected_modules=["django.db.models.sql"], allowed_importers=["django.db"]),
    ]
    file = root / ".importlinter"
    file.write_text("\n\n".join(sections) + "\n")
    return file


def rust_tree() -> Path:
    """The sources of every package that this project depends on, and of what else cargo has fetched here."""
    run("cargo", "fetch", "--locked", "--quiet")
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    return home / "registry" / "src"


def typescript_tree() -> Path:
    """A workspace of published packages: their manifests and sources, without what was built from them."""
    tree = CACHE / "workspace"
    if not tree.exists():
        downloads = fresh("downloads")
        (downloads / "package.json").write_text('{"private": true}')
        run(*NPM_INSTALL, "--legacy-peer-deps", *TYPESCRIPT_PACKAGES, folder=downloads)
        part = fresh(tree.name)
        for scope in SCOPES:
            for manifest in sorted((downloads / "node_modules" / scope).rglob("package.json")):
                package = manifest.parent
                name = package.relative_to(downloads / "node_modules")
                if (package / "src").is_dir() and len(name.parts) == 1 + scope.startswith("@"):
                    shutil.copytree(package / "src", part / "packages" / name / "src")
                    shutil.copy(manifest, part / "packages" / name)
        (part / "package.json").write_text('{"private": true, "workspaces": ["packages/*", "packages/@*/*"]}')
        (part / "tsconfig.json").write_text('{"compilerOptions": {"module": "nodenext"}}')
        keep(part)
        shutil.rmtree(downloads)
    return tree


NPM_INSTALL = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")


def node_tools() -> Path:
    """The folder with madge and dependency-cruiser."""
    tools = CACHE / "tools"
    if not tools.exists():
        part = fresh(tools.name)
        (part / "package.json").write_text('{"private": true}')
        run(*NPM_INSTALL, *(f"{name}@{version}" for name, version in NODE_TOOLS.items()), folder=part)
        keep(part)
    return tools / "node_modules"


def tokei() -> Path:
    """The line counter."""
    folder = CACHE / f"tokei-{TOKEI}"
    program = folder / "bin" / "tokei"
    if not program.exists():
        target = str(CACHE / "build-tokei")
        run("cargo", "install", "--quiet", "--locked", "--root", folder, f"tokei@{TOKEI}", CARGO_TARGET_DIR=target)
    return program


def floor() -> Path:
    """The program that only reads and parses."""
    manifest = ROOT / "benches" / "floor" / "Cargo.toml"
    target = CACHE / "build-floor"
    run("cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", manifest, CARGO_TARGET_DIR=str(target))
    return target / "release" / "floor"


CRUISER_CONFIG = """module.exports = {options: {
  doNotFollow: {path: 'node_modules'}, tsPreCompilationDeps: true, combinedDependencies: true,
  tsConfig: {fileName: 'tsconfig.json'}, moduleSystems: ['es6', 'cjs', 'tsd'],
  enhancedResolveOptions: {
    exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'],
    extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts', '.json'],
    mainFields: ['module', 'main', 'types', 'typings']}}};
"""


def with_links(tree: Path) -> Path:
    """A throw-away copy in which workspace packages are linked as an installation would, for the peers need that."""
    copy = CACHE / "linked"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns("node_modules", ".git"))
    for manifest in sorted(copy.rglob("package.json")):
        try:
            name = json.loads(manifest.read_text()).get("name")
        except (OSError, ValueError, AttributeError):
            continue
        link = copy / "node_modules" / name if isinstance(name, str) and name and manifest.parent != copy else None
        if link and not os.path.lexists(link):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(manifest.parent)
    if not (copy / "tsconfig.json").exists():
        (copy / "tsconfig.json").write_text('{"compilerOptions": {"allowJs": true}}')
    (copy / ".dc.cjs").write_text(CRUISER_CONFIG)
    return copy
