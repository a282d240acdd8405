//! Files by rank and by role, and the whole in a few numbers.

use insta::assert_snapshot;

use super::ask;
use crate::project::Project;

#[test]
fn rankings() {
    assert_snapshot!(ask("top code_lines -n 2"), @r"
    exit status: 0
    --- stdout
    code_lines  file
             6  shop/main.py
             4  shop/cart.py
    --- stderr
    2 of 10 files, by code_lines (lines)
    ");
    assert_snapshot!(ask("top complexity --by function --in engine"), @r"
    exit status: 0
    --- stdout
    complexity  function  file                 line
             2  turn      engine/src/wheel.rs     1
    --- stderr
    1 of 1 functions, by complexity (paths)
    ");
    assert_snapshot!(ask("top code_lines --by directory"), @r"
    exit status: 0
    --- stdout
    code_lines  directory
            13  shop
             6  engine
             3  engine/src
             3  page
    --- stderr
    4 of 4 directories, by code_lines (lines, the sum of all files below)
    ");
    assert_snapshot!(ask("top language"), @r"
    exit status: 0
    --- stdout
    files  value
        4  Python
        2  Rust
        2  TypeScript
        1  Markdown
        1  TOML
    --- stderr
    5 of 5 values of language
    ");
}

#[test]
fn entry_points_and_unused() {
    assert_snapshot!(ask("entry-points"), @r"
    exit status: 0
    --- stdout
    entry    file               language  imports
    library  engine/src/lib.rs  Rust            1
    --- stderr
    1 entry point; of all kinds: 1 library, 1 package
    ");
    assert_snapshot!(ask("unused"), @r"
    exit status: 0
    --- stdout
    file           language    role     code_lines  imports
    page/index.ts  TypeScript  product           2        1
    shop/main.py   Python      product           6        1
    --- stderr
    2 files of 8 that nothing is known to use, with 8 lines of code
    ");
}

#[test]
fn unresolved() {
    assert_snapshot!(ask("unresolved"), @r"
    exit status: 0
    --- stdout
    In groups
    imports  reason
          1  no module `gone` in package `shop`

    One by one
    file          line  import  reason
    shop/cart.py     2  .gone   no module `gone` in package `shop`
    --- stderr
    1 unresolved import
    ");
}

#[test]
fn a_file_that_is_left_out_is_told_from_one_that_is_not_there() {
    let project = Project::new("//- a.ts\nimport font from './font.woff2';\nimport gone from './gone.woff2';\n");
    project.write("font.woff2", "\0\u{1}");
    let reasons = project.run("query unresolved --json --quiet").stdout();
    assert!(reasons.contains(r#""import":"./font.woff2","reason":"a file that is left out: binary""#), "{reasons}");
    assert!(reasons.contains(r#""import":"./gone.woff2","reason":"no such file in the repository""#), "{reasons}");
}

#[test]
fn summary() {
    assert_snapshot!(ask("summary"), @r"
    exit status: 0
    --- stdout
    In all
    text files                          10
    directories                          5
    lines of code                       22
    functions                            5
    imports between files                5
    packages from outside                1
    unresolved imports                   1
    import cycles                        1
    files in import cycles               2
    files that nothing is known to use   2

    Languages
    language    files  code lines
    Python          4          13
    Rust            2           3
    TypeScript      2           3
    TOML            1           3
    Markdown        1           0

    Directories
    directory  files  code lines
    shop           4          13
    engine         3           6
    page           2           3
    .              1           0

    Largest files of the product
    code lines  file
             6  shop/main.py
             4  shop/cart.py
             3  shop/stock.py
             2  engine/src/lib.rs
             2  page/index.ts

    Most complex functions of the product
    complexity  function  file                 line
             2  turn      engine/src/wheel.rs     1
             2  total     shop/cart.py            4
             2  run       shop/main.py            4
             2  price     shop/stock.py           1
             1  names     page/index.ts           2

    Most imported files
    importing files  file
                  2  shop/cart.py
                  1  engine/src/wheel.rs
                  1  page/item.ts
                  1  shop/stock.py

    Largest import cycles
    cycle  files  within
        1      2  shop

    Packages from outside that most files import
    importing files  package
                  1  json

    Read first
    file                 why
    README.md            what the repository says of itself
    engine/src/lib.rs    starts something (library), imports 1
    shop/cart.py         2 files import it
    shop/stock.py        1 file imports it, on which much depends
    engine/src/wheel.rs  1 file imports it, on which much depends
    page/item.ts         1 file imports it, on which much depends
    --- stderr
    ");
}
