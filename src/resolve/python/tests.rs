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
",
        "
        m.py:1 -> a/__init__.py (runtime)
        m.py:1 -> a/b.py (runtime)
        m.py:2 -> a/b.py (runtime)
        m.py:3 -> a/b.py (runtime)
        ",
    );
}
