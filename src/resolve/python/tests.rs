//! One fixture for each rule.

use crate::resolve::testing::check;

#[test]
fn submodules_come_before_attributes() {
    check(
        "
//- a/__init__.py
//- a/b.py
//- m.py
from a import b, c
import a.b
from a.b import d
from a import *
",
        "
        m.py:1 -> a/__init__.py (runtime)
        m.py:4 -> a/__init__.py (runtime)
        m.py:1 -> a/b.py (runtime)
        m.py:2 -> a/b.py (runtime)
        m.py:3 -> a/b.py (runtime)
        ",
    );
}

#[test]
fn relative_imports_climb() {
    check(
        "
//- p/__init__.py
from . import a
//- p/a.py
//- p/q/__init__.py
//- p/q/b.py
from . import c, d
from ..a import x
from .. import q
from .gone import y
from ...far import z
from .... import w
//- p/q/c.py
",
        "
        p/__init__.py:1 -> p/a.py (runtime)
        p/q/b.py:2 -> p/a.py (runtime)
        p/q/b.py:1 -> p/q/__init__.py (runtime)
        p/q/b.py:3 -> p/q/__init__.py (runtime)
        p/q/b.py:1 -> p/q/c.py (runtime)
        p/q/b.py:6 -> ....w (unresolved: climbs out of the repository)
        p/q/b.py:5 -> ...far (unresolved: no module `far` at the top of the repository)
        p/q/b.py:4 -> .gone (unresolved: no module `gone` in package `p/q`)
        ",
    );
}

#[test]
fn kinds_follow_the_statement() {
    check(
        "
//- p/__init__.py
from .a import x as x, y
from .b import z
from .c import *
__all__ = ['z']
//- p/a.py
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from p import b
from .b import x as x
def f():
    importlib.import_module('p.c')
    importlib.import_module('.b', __package__)
    importlib.import_module(f'p.{name}')
//- p/b.py
//- p/c.py
",
        "
        p/__init__.py:1 -> p/a.py (runtime)
        p/__init__.py:1 -> p/a.py (re-export)
        p/__init__.py:2 -> p/b.py (re-export)
        p/__init__.py:3 -> p/c.py (re-export)
        p/a.py:3 -> p/b.py (type-only)
        p/a.py:4 -> p/b.py (runtime)
        p/a.py:7 -> p/b.py (dynamic)
        p/a.py:6 -> p/c.py (dynamic)
        p/a.py:1 -> typing (external, runtime)
        p/a.py:8 -> importlib.import_module(f'p.{name}') (unresolved: computed when the program runs)
        ",
    );
}

#[test]
fn src_layouts_and_their_tests() {
    check(
        "
//- pyproject.toml
//- src/a/__init__.py
//- src/a/b.py
from a import c
import numpy.linalg
//- src/a/c.py
//- tests/test_a.py
import a.b
from helpers import x
//- tests/helpers.py
",
        "
        src/a/b.py:1 -> src/a/c.py (runtime)
        tests/test_a.py:1 -> src/a/b.py (runtime)
        tests/test_a.py:2 -> tests/helpers.py (runtime)
        src/a/b.py:2 -> numpy (external, runtime)
        ",
    );
}

#[test]
fn projects_of_one_repository_import_each_other() {
    check(
        "
//- packages/a/pyproject.toml
//- packages/a/src/a/__init__.py
//- packages/a/src/a/x.py
from b import y
//- packages/a/tests/__init__.py
//- packages/a/tests/util.py
//- packages/a/tests/test_a.py
from tests.util import z
//- packages/b/setup.py
//- packages/b/b/__init__.py
//- packages/b/b/y.py
import a.x
//- packages/b/tests/__init__.py
//- packages/b/tests/util.py
//- packages/b/tests/test_b.py
from tests.util import z
",
        "
        packages/a/src/a/x.py:1 -> packages/b/b/y.py (runtime)
        packages/a/tests/test_a.py:1 -> packages/a/tests/util.py (runtime)
        packages/b/b/y.py:1 -> packages/a/src/a/x.py (runtime)
        packages/b/tests/test_b.py:1 -> packages/b/tests/util.py (runtime)
        ",
    );
}

#[test]
fn the_nearest_of_several_projects_is_meant() {
    check(
        "
//- one/app/main.py
import shared
//- one/libs/pyproject.toml
//- one/libs/shared/__init__.py
//- two/app/main.py
import shared
//- two/libs/pyproject.toml
//- two/libs/shared/__init__.py
",
        "
        one/app/main.py:1 -> one/libs/shared/__init__.py (runtime)
        two/app/main.py:1 -> two/libs/shared/__init__.py (runtime)
        ",
    );
}

#[test]
fn manifests_name_roots() {
    check(
        "
//- one/pyproject.toml
[tool.setuptools.packages.find]
where = ['lib']
//- one/lib/ns/a.py
//- two/setup.cfg
[options]
package_dir =
    = py
//- two/py/ns/b.py
import ns.a
from ns import a, c
",
        "
        two/py/ns/b.py:1 -> one/lib/ns/a.py (runtime)
        two/py/ns/b.py:2 -> one/lib/ns/a.py (runtime)
        two/py/ns/b.py:2 -> ns (external, runtime)
        ",
    );
}

#[test]
fn namespace_packages_merge_over_roots() {
    check(
        "
//- x/pyproject.toml
//- x/src/ns/api/__init__.py
//- y/pyproject.toml
//- y/src/ns/flask/__init__.py
import flask
from ns import api
import ns.flask.util
//- y/src/ns/flask/util.py
import ns.gone
import ns
from ns import flask
",
        "
        y/src/ns/flask/__init__.py:2 -> x/src/ns/api/__init__.py (runtime)
        y/src/ns/flask/__init__.py:3 -> y/src/ns/flask/util.py (runtime)
        y/src/ns/flask/util.py:3 -> y/src/ns/flask/__init__.py (runtime)
        y/src/ns/flask/__init__.py:1 -> flask (external, runtime)
        y/src/ns/flask/util.py:1 -> ns (external, runtime)
        y/src/ns/flask/util.py:2 -> ns (external, runtime)
        ",
    );
}

#[test]
fn legacy_namespace_packages_merge_too() {
    check(
        "
//- x/pyproject.toml
//- x/ns/__init__.py
__path__ = __import__('pkgutil').extend_path(__path__, __name__)
//- x/ns/a.py
from ns import b, attribute
import ns.elsewhere
//- y/pyproject.toml
//- y/ns/__init__.py
__path__ = __import__('pkgutil').extend_path(__path__, __name__)
//- y/ns/b.py
",
        "
        x/ns/a.py:1 -> x/ns/__init__.py (runtime)
        x/ns/a.py:1 -> y/ns/b.py (runtime)
        x/ns/__init__.py:1 -> pkgutil (external, dynamic)
        x/ns/a.py:2 -> ns (external, runtime)
        y/ns/__init__.py:1 -> pkgutil (external, dynamic)
        ",
    );
}

#[test]
fn the_standard_library_wins_unless_a_root_shadows_it() {
    check(
        "
//- app/__init__.py
//- app/json.py
//- app/m.py
import json, os.path, sys
from . import json as own
import queue
//- examples/logging.py
//- examples/run.py
import logging
//- queue.py
//- sys.py
",
        "
        app/m.py:2 -> app/json.py (runtime)
        app/m.py:3 -> queue.py (runtime)
        app/m.py:1 -> json (external, runtime)
        app/m.py:1 -> os (external, runtime)
        app/m.py:1 -> sys (external, runtime)
        examples/run.py:1 -> logging (external, runtime)
        ",
    );
}

#[test]
fn a_copy_of_the_standard_library_uses_itself() {
    check(
        "
//- Lib/abc.py
//- Lib/json/__init__.py
import os, sys
//- Lib/os.py
//- Lib/types.py
//- Tools/t.py
import os
",
        "
        Lib/json/__init__.py:1 -> Lib/os.py (runtime)
        Lib/json/__init__.py:1 -> sys (external, runtime)
        Tools/t.py:1 -> os (external, runtime)
        ",
    );
}

#[test]
fn stubs_stand_beside_or_alone() {
    check(
        "
//- a.py
//- a.pyi
from b import x
//- b.pyi
//- m.py
import a
import b
",
        "
        a.pyi:1 -> b.pyi (runtime)
        m.py:1 -> a.py (runtime)
        m.py:1 -> a.pyi (type-only)
        m.py:2 -> b.pyi (runtime)
        ",
    );
}

#[test]
fn what_is_missing_says_why() {
    check(
        "
//- p/__init__.py
//- p/_fast.pyx
//- p/m.py
import p._fast
import p.gone.deeper
from p.m2.sub import x
from p import no_such_attribute
//- p/m2.py
",
        "
        p/m.py:4 -> p/__init__.py (runtime)
        p/m.py:1 -> p._fast (unresolved: compiled from `p/_fast.pyx`, which is not Python)
        p/m.py:2 -> p.gone.deeper (unresolved: no module `gone` in package `p`)
        p/m.py:3 -> p.m2.sub (unresolved: `p/m2.py` is a module without a submodule `sub`)
        ",
    );
}

#[test]
fn scripts_do_not_import_themselves() {
    check(
        "
//- examples/flask.py
import flask
import shared
//- examples/shared.py
//- other/shared.py
",
        "
        examples/flask.py:2 -> examples/shared.py (runtime)
        examples/flask.py:1 -> flask (external, runtime)
        ",
    );
}

#[test]
fn packages_come_before_modules_before_directories() {
    check(
        "
//- a/__init__.py
//- a.py
//- b/x.py
//- b.py
//- m.py
import a, b
import b.x
",
        "
        m.py:1 -> a/__init__.py (runtime)
        m.py:1 -> b.py (runtime)
        m.py:2 -> b.x (unresolved: `b.py` is a module without a submodule `x`)
        ",
    );
}

#[test]
fn setup_py_within_a_package_is_a_module() {
    check(
        "
//- app/__init__.py
//- app/setup.py
//- app/sub/run.py
import other.thing
from app import setup
",
        "
        app/sub/run.py:2 -> app/setup.py (runtime)
        app/sub/run.py:1 -> other (external, runtime)
        ",
    );
}

#[test]
fn scripts_find_what_lies_beside_them() {
    check(
        "
//- backend/json.py
//- backend/main.py
import util, numpy, json
from lib import x, y
//- backend/jobs/__init__.py
//- backend/jobs/run.py
import util
import jobs
//- backend/lib/__init__.py
//- backend/lib/x.py
//- backend/util.py
//- tests/test_util.py
from backend.util import q
from backend.lib import x
import backend.jobs
",
        "
        backend/jobs/run.py:1 -> backend/util.py (runtime)
        backend/main.py:2 -> backend/lib/__init__.py (runtime)
        backend/main.py:2 -> backend/lib/x.py (runtime)
        backend/main.py:1 -> backend/util.py (runtime)
        tests/test_util.py:3 -> backend/jobs/__init__.py (runtime)
        tests/test_util.py:2 -> backend/lib/x.py (runtime)
        tests/test_util.py:1 -> backend/util.py (runtime)
        backend/jobs/run.py:2 -> jobs (external, runtime)
        backend/main.py:1 -> json (external, runtime)
        backend/main.py:1 -> numpy (external, runtime)
        ",
    );
}

#[test]
fn calls_that_import_literals() {
    check(
        "
//- a.py
import importlib as il
from importlib import import_module as im
il.import_module('pkg.y')
im('pkg.y')
im('.y', 'pkg')
il.import_module('..y', package='pkg.sub')
//- pkg/__init__.py
//- pkg/y.py
",
        "
        a.py:3 -> pkg/y.py (dynamic)
        a.py:4 -> pkg/y.py (dynamic)
        a.py:5 -> pkg/y.py (dynamic)
        a.py:6 -> pkg/y.py (dynamic)
        a.py:1 -> importlib (external, runtime)
        a.py:2 -> importlib (external, runtime)
        ",
    );
}

#[test]
fn modules_that_import_themselves_lead_nowhere() {
    check(
        "
//- main.py
from main import foo
import main
//- other/core.py
from other import core
import other.core
//- pkg/__init__.py
import pkg
from pkg import attribute
//- pkg/x.py
from pkg import x
from pkg import attribute
import pkg
//- src/tool.py
from tool import foo
",
        "
        pkg/x.py:2 -> pkg/__init__.py (runtime)
        pkg/x.py:3 -> pkg/__init__.py (runtime)
        ",
    );
}
