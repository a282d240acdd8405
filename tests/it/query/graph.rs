//! Cycles, paths and neighbours.

use insta::assert_snapshot;

use super::ask;

#[test]
fn cycles() {
    assert_snapshot!(ask("cycles"), @r"
    exit status: 0
    --- stdout
    cycle  files  file           line  imports        kind
        1      2  shop/cart.py      1  shop/stock.py  runtime
                  shop/stock.py     2  shop/cart.py   runtime
    --- stderr
    1 import cycle, 2 files in them; each with a shortest way round
    ");
}

#[test]
fn communities() {
    assert_snapshot!(ask("communities"), @r"
    exit status: 0
    --- stdout
    Communities, with the directory that holds most of each
    community  files  of them  in
            1      3        3  shop
            2      2        2  engine
            3      2        2  page

    Agreement with the directories, by depth
    depth  directories  mutual information  adjusted Rand
        1            3               1.000          1.000
        2            3               1.000          1.000

    Files that work more with another directory than with their own
    file  other  imports there  here
    --- stderr
    3 communities of 7 files, modularity 0.560; 0 misplaced at depth 1
    ");
}

#[test]
fn what_breaks_a_cycle() {
    assert_snapshot!(ask("cycles --break"), @r"
    exit status: 0
    --- stdout
    cycle  files  file           line  imports        kind
        1      2  shop/cart.py      1  shop/stock.py  runtime
                  shop/stock.py     2  shop/cart.py   runtime

    Without 1 import there are no cycles; fewer do not suffice
    cycle  file           line  imports       kind
        1  shop/stock.py     2  shop/cart.py  runtime
    --- stderr
    1 import cycle, 2 files in them; each with a shortest way round
    ");
}

#[test]
fn paths() {
    assert_snapshot!(ask("path shop/main.py shop/stock.py"), @r"
    exit status: 0
    --- stdout
    path  file          line  imports        kind
       1  shop/main.py     2  shop/cart.py   runtime
          shop/cart.py     1  shop/stock.py  runtime
    --- stderr
    1 shortest path from shop/main.py to shop/stock.py, 2 imports long
    ");
    assert_snapshot!(ask("path shop/stock.py shop/main.py"), @r"
    exit status: 0
    --- stdout
    path  file  line  imports  kind
    --- stderr
    no path from shop/stock.py to shop/main.py; but shop/main.py depends on shop/stock.py, over 2 imports
    ");
    assert_snapshot!(ask("path page shop"), @r"
    exit status: 0
    --- stdout
    path  file  line  imports  kind
    --- stderr
    no path from page to shop, nor back
    ");
}

#[test]
fn dependents_and_dependencies() {
    assert_snapshot!(ask("dependents shop/stock.py"), @r"
    exit status: 0
    --- stdout
    depth  file          imports        line  kind
        1  shop/cart.py  shop/stock.py     1  runtime
        2  shop/main.py  shop/cart.py      2  runtime
    --- stderr
    2 files depend on shop/stock.py
    ");
    assert_snapshot!(ask("dependents shop/stock.py --depth 1 --paths"), @r"
    exit status: 0
    --- stdout
    shop/cart.py
    --- stderr
    ");
    assert_snapshot!(ask("dependencies shop/main.py --tree"), @r"
    exit status: 0
    --- stdout
    file                line  kind
    shop/cart.py           2  runtime
      shop/stock.py        1  runtime
        shop/cart.py *     2  runtime
    --- stderr
    shop/main.py depends on 2 files
    ");
    assert_snapshot!(ask("dependencies page --kind runtime"), @r"
    exit status: 0
    --- stdout
    depth  file  imported by  line  kind
    --- stderr
    page depends on no other file
    ");
}

#[test]
fn parts() {
    assert_snapshot!(ask("explain shop/main.py shop"), @r"
    exit status: 0
    --- stdout
    shop/main.py → shop: 1 import, by 1 file, of 1 file
    file          line  imports       kind
    shop/main.py     2  shop/cart.py  runtime

    shop → shop/main.py: no imports
    file  line  imports  kind
    --- stderr
    1 import there, 0 back
    ");
}
