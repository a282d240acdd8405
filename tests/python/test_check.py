"""`repolis check` beside its peers: SARIF by the official schema, and import-linter's verdict on the same contracts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
SCHEMA = ROOT / "tests/web/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"

# A package in which every import is one that a contract may forbid.
FILES = {
    "shop/__init__.py": "",
    "shop/api.py": "from shop.core import models\nfrom shop import util\n",
    "shop/core/__init__.py": "",
    "shop/core/models.py": "import json\nfrom shop import util\n",
    "shop/core/prices.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop import api\n",
    "shop/plugins/__init__.py": "",
    "shop/plugins/pay.py": "from shop.plugins import ship\nimport importlib\nimportlib.import_module('shop.api')\n",
    "shop/plugins/ship.py": "import shop.core.models\n",
    "shop/util.py": "import shop.api as api\n",
}

CONTRACTS = {
    "forbidden": "type = forbidden\nsource_modules = shop.core\nforbidden_modules = shop.api",
    "direct": "type = forbidden\nsource_modules = shop.core.models\nforbidden_modules = shop.api\n"
    "allow_indirect_imports = True",
    "external": "type = forbidden\nsource_modules = shop.api\nforbidden_modules = json",
    "external-unused": "type = forbidden\nsource_modules = shop\nforbidden_modules = requests",
    "ignored": "type = forbidden\nsource_modules = shop.core\nforbidden_modules = shop.api\n"
    "ignore_imports =\n    shop.util -> shop.api\n    shop.core.* -> shop.api",
    "overlap": "type = forbidden\nsource_modules = shop.plugins.pay\nforbidden_modules = shop.plugins.*",
    "modules": "type = forbidden\nsource_modules = shop.plugins\nforbidden_modules = shop.plugins.*\nas_packages = False",
    "layers": "type = layers\nlayers =\n    shop.api\n    shop.plugins\n    shop.core",
    "layers-down": "type = layers\nlayers =\n    shop.plugins\n    shop.core",
    "siblings": "type = layers\ncontainers = shop\nlayers =\n    api\n    plugins | (gone)\n    core : util",
    "exhaustive": "type = layers\ncontainers = shop\nlayers =\n    plugins\n    core\nexhaustive = True\n"
    "exhaustive_ignores = util",
    "containers": "type = layers\ncontainers = shop.plugins\nlayers =\n    pay\n    ship",
    "independence": "type = independence\nmodules =\n    shop.plugins.*",
    "independence-kept": "type = independence\nmodules =\n    shop.plugins.ship\n    shop.core.prices",
    "protected": "type = protected\nprotected_modules = shop.core\nallowed_importers = shop.api",
    "protected-kept": "type = protected\nprotected_modules = shop.core\nallowed_importers =\n    shop.api\n    shop.plugins",
    "acyclic": "type = acyclic_siblings\nancestors = shop",
    "acyclic-kept": "type = acyclic_siblings\nancestors = shop.core",
    "acyclic-ignored": "type = acyclic_siblings\nancestors = shop\nignore_imports =\n    shop.util -> shop.api\n"
    "    shop.core.prices -> shop.api",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def check(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BINARY, "check", ".", *options], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("settings", ["", "exclude_type_checking_imports = True\n"], ids=["all", "without-types"])
def test_import_linter_has_the_same_verdict(package: Path, settings: str) -> None:
    sections = [f"[importlinter:contract:{name}]\nname = {name}\n{text}" for name, text in CONTRACTS.items()]
    head = f"[importlinter]\nroot_package = shop\ninclude_external_packages = True\n{settings}"
    alerting = "\nunmatched_ignore_imports_alerting = none"
    (package / ".importlinter").write_text("\n\n".join([head, *(section + alerting for section in sections)]) + "\n")

    linter = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    said = subprocess.run(linter, cwd=package, env=environment, capture_output=True, text=True).stdout
    its = dict(re.findall(r"^(\S+) (KEPT|BROKEN)", said, re.MULTILINE))
    assert set(its) == set(CONTRACTS), said

    converted = check(package, "--convert", ".importlinter", "-o", "repolis.toml")
    assert converted.returncode == 0, converted.stderr
    found = check(package, "--json")
    assert found.returncode == 1, found.stderr
    broken = {finding["rule"].split(" (")[0] for finding in json.loads(found.stdout)["findings"]}
    assert {name: "BROKEN" if name in broken else "KEPT" for name in CONTRACTS} == its


RULES = """
[cycles]
allow = false
reason = "cycles cannot be built in parts"

[limits]
code_lines = 1

[[limit]]
metric = "lines"
by = "directory"
max = 3
severity = "warning"

[[forbidden]]
name = "chain, with: signs"
from = "shop/core"
to = ["shop/api.py", "package:json"]
transitive = true

[[layers]]
layers = ["core", "plugins"]
within = "shop"
exhaustive = true
"""


@pytest.mark.skipif(not SCHEMA.exists(), reason="npm brings the schema")
def test_sarif_is_valid(package: Path) -> None:
    (package / "repolis.toml").write_text(RULES)
    (package / "shop" / "a b%.py").write_text("import json\nimport json\n")
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for options in [(), ("--fix-baseline",), ()]:
        ran = check(package, "--format", "sarif", "--quiet", *options)
        if not options:
            log = json.loads(ran.stdout)
            validator.validate(log)
            (run,) = log["runs"]
            assert len(run["results"]) >= 7
            assert {result["ruleId"] for result in run["results"]} <= {
                rule["id"] for rule in run["tool"]["driver"]["rules"]
            }
            prints = [result["partialFingerprints"]["repolisKey/v1"] for result in run["results"]]
            assert len(set(prints)) == len(prints)
    assert all(result["suppressions"] for result in run["results"])
