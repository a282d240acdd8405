//! `repolis check`: what rules find, in each format, and what is wrong with a rule file.

use insta::assert_snapshot;

use crate::project::{Project, Ran, SHOP};

/// The shop with rules, checked.
fn check(rules: &str, options: &str) -> Ran {
    let project = Project::new(SHOP);
    project.write("repolis.toml", rules);
    project.run(&format!("check shop {options}"))
}

/// What is found, or the message.
#[track_caller]
fn said(rules: &str, code: i32) -> String {
    let ran = check(rules, "");
    assert_eq!(ran.code(), Some(code), "{ran}");
    ran.stdout() + &ran.stderr()
}

const FORBIDDEN: &str = "
[[forbidden]]
name = \"stock-is-low\"
from = \"shop/stock.py\"
to = \"shop/cart.py\"
reason = \"the stock knows no cart\"
";

#[test]
fn a_forbidden_import_names_its_line() {
    assert_snapshot!(said(FORBIDDEN, 1), @r"
    shop/stock.py:2: [stock-is-low] imports shop/cart.py
        reason: the stock knows no cart
    1 finding; 1 rule, 8 files
    ");
    assert_snapshot!(said("[[forbidden]]\nfrom = 'page/**'\nto = 'shop/**'", 0), @r"
    no findings; 1 rule, 8 files
    ");
    assert_snapshot!(said("[[forbidden]]\nfrom = 'shop'\nto = 'package:js*'\nseverity = 'warning'", 0), @r"
    shop/main.py:1: warning [forbidden: shop -> package:js*] imports package:json
    no findings, 1 warning; 1 rule, 8 files
    ");
}

#[test]
fn a_transitive_import_shows_the_chain() {
    let rules = "[[forbidden]]\nfrom = 'shop/main.py'\nto = 'shop/stock.py'\ntransitive = true";
    assert_snapshot!(said(rules, 1), @r"
    shop/main.py:2: [forbidden: shop/main.py -> shop/stock.py] reaches shop/stock.py through shop/cart.py
        shop/main.py:2 imports shop/cart.py
        shop/cart.py:1 imports shop/stock.py
    1 finding; 1 rule, 8 files
    ");
    assert_snapshot!(said(&rules.replace("true", "false"), 0), @r"
    no findings; 1 rule, 8 files
    ");
    let except = "\nexcept = [{ from = 'shop/cart.py', to = 'shop/stock.py' }]";
    assert_snapshot!(said(&format!("{rules}{except}"), 0), @r"
    no findings; 1 rule, 8 files
    ");
    let except = "\nexcept = [{ from = 'shop/stock.py', to = 'page' }]";
    assert_snapshot!(said(&format!("{rules}{except}"), 1), @r"
    shop/main.py:2: [forbidden: shop/main.py -> shop/stock.py] reaches shop/stock.py through shop/cart.py
        shop/main.py:2 imports shop/cart.py
        shop/cart.py:1 imports shop/stock.py
    note: line 5: `except` of forbidden: shop/main.py -> shop/stock.py: no import leads from shop/stock.py to page; remove it
    1 finding; 1 rule, 8 files
    ");
}

#[test]
fn only_what_is_allowed() {
    assert_snapshot!(said("[[allowed]]\nfrom = 'shop'\nto = 'shop/stock.py'", 1), @r"
    shop/main.py:2: [allowed: shop -> shop/stock.py] imports shop/cart.py, which is not among shop/stock.py
    shop/stock.py:2: [allowed: shop -> shop/stock.py] imports shop/cart.py, which is not among shop/stock.py
    2 findings; 1 rule, 8 files
    ");
    assert_snapshot!(said("[[allowed]]\nfrom = 'page'\nto = []", 1), @r"
    page/index.ts:1: [allowed: page -> ] imports page/item.ts, where nothing is allowed
    1 finding; 1 rule, 8 files
    ");
}

#[test]
fn what_is_required() {
    assert_snapshot!(said("[[required]]\nfrom = 'shop/*.py'\nto = 'shop/cart.py'", 1), @r"
    shop/__init__.py: [required: shop/*.py -> shop/cart.py] imports nothing of shop/cart.py
    shop/cart.py: [required: shop/*.py -> shop/cart.py] imports nothing of shop/cart.py
    2 findings; 1 rule, 8 files
    ");
}

#[test]
fn layers() {
    assert_snapshot!(said("[[layers]]\nlayers = ['shop/main.py', 'shop/stock.py', 'shop/cart.py']", 1), @r"
    shop/cart.py:1: [layers: shop/main.py > shop/stock.py > shop/cart.py] imports shop/stock.py; layer shop/stock.py is above shop/cart.py
    1 finding; 1 rule, 8 files
    ");
    assert_snapshot!(said("[[layers]]\nlayers = ['main.py', ['stock.py', 'cart.py']]\nwithin = 'shop'", 1), @r"
    shop/cart.py:1: [layers: main.py > stock.py | cart.py in shop] imports shop/stock.py; stock.py and cart.py of one layer are independent
    shop/stock.py:2: [layers: main.py > stock.py | cart.py in shop] imports shop/cart.py; cart.py and stock.py of one layer are independent
    2 findings; 1 rule, 8 files
    ");
    let closed = "[[layers]]\nlayers = ['shop/main.py', {parts = ['page'], closed = true}, 'shop/cart.py']";
    assert_snapshot!(said(closed, 1), @r"
    shop/main.py:2: [layers: shop/main.py > page > shop/cart.py] imports shop/cart.py; this goes past the closed layer page
    1 finding; 1 rule, 8 files
    ");
    let exhaustive = "[[layers]]\nlayers = ['main.py', 'cart.py']\nwithin = 'shop'\nexhaustive = true";
    assert_snapshot!(said(exhaustive, 1), @r"
    shop/stock.py: [layers: main.py > cart.py in shop] is in no layer of shop
    1 finding; 1 rule, 8 files
    ");
}

#[test]
fn independent_parts() {
    assert_snapshot!(said("[[independent]]\nparts = ['page', 'engine', 'shop']", 0), @r"
    no findings; 1 rule, 8 files
    ");
    assert_snapshot!(said("[[independent]]\neach = 'shop/*.py'", 1), @r"
    shop/cart.py:1: [independent: shop/*.py] imports shop/stock.py; shop/cart.py and shop/stock.py are independent
    shop/main.py:2: [independent: shop/*.py] imports shop/cart.py; shop/main.py and shop/cart.py are independent
    shop/stock.py:2: [independent: shop/*.py] imports shop/cart.py; shop/stock.py and shop/cart.py are independent
    3 findings; 1 rule, 8 files
    ");
}

#[test]
fn cycles() {
    assert_snapshot!(said("[cycles]\nallow = false", 1), @r"
    shop/cart.py:1: [cycles] is in a cycle of 2 files: shop/cart.py -> shop/stock.py -> shop/cart.py
        shop/cart.py:1 imports shop/stock.py
        shop/stock.py:2 imports shop/cart.py
    1 finding; 1 rule, 8 files
    ");
    assert_snapshot!(said("[cycles]\nallow = true", 0), @r"
    no findings; no rules, 8 files
    ");
    assert_snapshot!(said("[cycles]\nof = 'siblings'\nfiles = 'shop'", 1), @r"
    shop: [cycles: siblings] holds a cycle of 2 siblings: shop/cart.py -> shop/stock.py -> shop/cart.py
        shop/cart.py:1 imports shop/stock.py
        shop/stock.py:2 imports shop/cart.py
    1 finding; 1 rule, 8 files
    ");
}

#[test]
fn limits() {
    assert_snapshot!(said("[limits]\ncode_lines = 4\nfan_in = 1", 1), @r"
    shop/cart.py: [limit: fan_in] fan_in 2 is above 1
    shop/main.py: [limit: code_lines] code_lines 6 is above 4
    2 findings; 2 rules, 11 files
    ");
    let function = "[[limit]]\nmetric = 'complexity'\nby = 'function'\nmax = 1\nfiles = ['**', '!engine']";
    assert_snapshot!(said(function, 1), @r"
    shop/cart.py:4: [limit: complexity of a function in **, !engine] function total: complexity 2 is above 1
    shop/main.py:4: [limit: complexity of a function in **, !engine] function run: complexity 2 is above 1
    shop/stock.py:1: [limit: complexity of a function in **, !engine] function price: complexity 2 is above 1
    3 findings; 1 rule, 11 files
    ");
    let mean = "[[limit]]\nmetric = 'code_lines'\nby = 'directory'\nfiles = 'shop'\naggregate = ";
    assert_snapshot!(said(&format!("{mean}'mean'\nmax = 3\n{mean}'max'\nmax = 5"), 1), @r"
    .: [limit: largest code_lines of a directory in shop] largest code_lines 6 is above 5
    .: [limit: mean code_lines of a directory in shop] mean code_lines 3.25 is above 3
    shop: [limit: largest code_lines of a directory in shop] largest code_lines 6 is above 5
    shop: [limit: mean code_lines of a directory in shop] mean code_lines 3.25 is above 3
    4 findings; 2 rules, 11 files
    ");
    assert_snapshot!(said("[[limit]]\nmetric = 'files'\nby = 'directory'\nmax = 3", 1), @r"
    shop: [limit: files of a directory] files 4 is above 3
    1 finding; 1 rule, 11 files
    ");
}

#[test]
fn other_formats() {
    assert_snapshot!(check(FORBIDDEN, "--json").stdout(), @r#"
    {"findings":[{"rule":"stock-is-low","kind":"forbidden","severity":"error","reason":"the stock knows no cart","path":"shop/stock.py","line":2,"message":"imports shop/cart.py","known":false,"to":"shop/cart.py","lines":[2]}],"stale":[],"notes":[],"summary":{"errors":1,"warnings":0,"known":0,"stale":0,"rules":1,"files":8}}
    "#);
    assert_snapshot!(check(FORBIDDEN, "--format github"), @r"
    exit status: 1
    --- stdout
    ::error file=shop/stock.py,line=2,title=stock-is-low::shop/stock.py imports shop/cart.py%0Areason: the stock knows no cart
    --- stderr
    1 finding; 1 rule, 8 files
    ");
    assert_snapshot!(check(FORBIDDEN, "--format sarif -q").stdout(), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "repolis",
              "version": "0.1.0",
              "rules": [
                {
                  "id": "stock-is-low",
                  "shortDescription": {
                    "text": "forbidden: shop/stock.py -> shop/cart.py"
                  },
                  "help": {
                    "text": "the stock knows no cart"
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "properties": {
                    "kind": "forbidden"
                  }
                }
              ]
            }
          },
          "originalUriBaseIds": {
            "SRCROOT": {
              "description": {
                "text": "the root of the repository"
              }
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "stock-is-low",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "shop/stock.py imports shop/cart.py\nreason: the stock knows no cart"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "shop/stock.py",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 2
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "repolisKey/v1": "stock-is-low|shop/stock.py|shop/cart.py"
              }
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_baseline_holds_what_is_known() {
    let project = Project::new(SHOP);
    project.write("repolis.toml", &format!("{FORBIDDEN}[limits]\ncode_lines = 4\n[cycles]\nallow = false\n"));
    assert_snapshot!(project.run("check shop --fix-baseline"), @r"
    exit status: 0
    --- stdout
    --- stderr
    wrote shop/repolis-baseline.toml: 3 known
    ");
    assert_snapshot!(std::fs::read_to_string(project.root().join("repolis-baseline.toml")).unwrap(), @r#"
    # Findings of `repolis check` that are known and do not fail. Written by `repolis check --fix-baseline`:
    # run it again once some are repaired. `count` is the number of imports, `value` that of a metric.

    [[known]]
    rule = "cycles"
    path = "shop/cart.py"
    members = [
        "shop/cart.py",
        "shop/stock.py",
    ]

    [[known]]
    rule = "limit: code_lines"
    path = "shop/main.py"
    value = 6

    [[known]]
    rule = "stock-is-low"
    path = "shop/stock.py"
    to = "shop/cart.py"
    "#);
    assert_snapshot!(project.run("check shop"), @r"
    exit status: 0
    --- stdout
    no findings, 3 known; 3 rules, 12 files
    --- stderr
    ");
    project.write(
        "shop/stock.py",
        "import json\ndef price(item):\n    from shop.cart import a\n    from shop.cart import b\n    return a\n",
    );
    assert_snapshot!(project.run("check shop"), @r"
    exit status: 1
    --- stdout
    shop/stock.py: [limit: code_lines] code_lines 5 is above 4
    shop/stock.py:3: [stock-is-low] imports shop/cart.py
        also at line 4
        reason: the stock knows no cart
    2 findings, 2 known; 3 rules, 12 files
    --- stderr
    ");
    project.write("shop/stock.py", "\n");
    assert_snapshot!(project.run("check shop"), @r"
    exit status: 0
    --- stdout
    stale in the baseline: shop/cart.py [cycles]
    stale in the baseline: shop/stock.py -> shop/cart.py [stock-is-low]
    no findings, 1 known, 2 stale in the baseline (--fix-baseline removes them); 3 rules, 12 files
    --- stderr
    ");
}

#[test]
fn mistakes_name_line_and_key() {
    assert_snapshot!(said("[[forbidden]]\nform = 'shop'\nto = 3\n[[layers]]\nlayers = ['shop']\n[limits]\nlines = 'x'", 2), @r#"
    repolis: shop/repolis.toml:1:1: forbidden[1].from: is missing; add such as from = "src/**"
    shop/repolis.toml:2:1: forbidden[1].form: unknown key; did you mean `from`?
    shop/repolis.toml:3:6: forbidden[1].to: expected a string or a list of strings, found a number
    shop/repolis.toml:5:10: layers[1].layers: needs two layers at least, from high to low
    shop/repolis.toml:7:9: limits.lines: expected a number, found a string
    "#);
    assert_snapshot!(said("[[forbidden]\n", 2), @r"
    repolis: shop/repolis.toml:1:13: not valid TOML: unclosed array table, expected `]`
    ");
    assert_snapshot!(said("[cycles]\nallow = false\n[cycles]\n", 2), @r"
    repolis: shop/repolis.toml:3:2: not valid TOML: duplicate key `cycles`
    ");
    assert_snapshot!(said("[[forbiden]]\nfrom = 'a'", 2), @r"
    repolis: shop/repolis.toml:1:3: forbiden: unknown key; did you mean `forbidden`?
    ");
    assert_snapshot!(said("[[forbidden]]\nfrom = 'a['\nto = '!b'\nkinds = 'run'\nseverity = 'high'", 2), @r#"
    repolis: shop/repolis.toml:2:8: forbidden[1].from: `a[`: not a valid glob (unclosed character class; missing ']')
    shop/repolis.toml:3:6: forbidden[1].to: `!b` takes out what no glob before it took in; begin with "**"
    shop/repolis.toml:4:9: forbidden[1].kinds: no kind `run`; there are runtime, type-only, dynamic, re-export, module
    shop/repolis.toml:5:12: forbidden[1].severity: must be "error" or "warning"
    "#);
    assert_snapshot!(said("[limits]\ncomplexty = 3\n[[limit]]\nmetric = 'bytes'\nby = 'function'\nmin = -1", 2), @r"
    repolis: shop/repolis.toml:6:7: limit[1].min: must not be negative
    ");
    assert_snapshot!(said("[[layers]]\nlayers = ['shop', {part = ['page']}]\nexhaustive = true", 2), @r#"
    repolis: shop/repolis.toml:2:19: layers[1].layers.parts: is missing; add such as parts = ["src/core"]
    shop/repolis.toml:2:20: layers[1].layers.part: unknown key; did you mean `parts`?
    shop/repolis.toml:3:14: layers[1].exhaustive: needs `within`: the directories that hold nothing but layers
    "#);
    assert_snapshot!(said(&format!("{FORBIDDEN}{FORBIDDEN}"), 2), @r"
    repolis: shop/repolis.toml:9:8: forbidden[2].name: another rule above is `stock-is-low` too; give each a `name` of its own
    ");
    assert_snapshot!(said("[[limit]]\nname = ''\nmetric = 'lines'\nmax = 2\nmin = 5\naggregate = 'mean'\n[limits]\nlines = nan", 2), @r#"
    repolis: shop/repolis.toml:2:8: limit[1].name: must be a line of text; leave it out, or say what the rule is called
    shop/repolis.toml:4:7: limit[1].max: is less than `min`; no value is both
    shop/repolis.toml:6:13: limit[1].aggregate: only stands with by = "directory"
    shop/repolis.toml:8:9: limits.lines: must be a finite number that is not negative
    "#);
    assert_snapshot!(said("[cycles]\ndepth = 2\n[[layers]]\nlayers = ['shop', 'page']", 2), @r#"
    repolis: shop/repolis.toml:2:9: cycles.depth: only stands with of = "siblings"
    "#);
    assert_snapshot!(said("[[layers]]\nlayers = ['shop', 'shop/cart.py']\n[[limit]]\nmetric = 'entry'\nby = 'directory'\naggregate = 'max'\nmax = 1", 2), @r"
    repolis: shop/repolis.toml:2:19: layers[1].layers: shop/cart.py is in two parts, `shop` and `shop/cart.py`; take it out of one with a `!` glob
    shop/repolis.toml:4:10: limit[1].metric: a directory has no metric `entry` of numbers; there are bytes, lines, code_lines, comment_lines, blank_lines, functions, classes, abstract_classes, complexity, max_complexity, cognitive_complexity, max_cognitive_complexity, max_function_lines, nesting_depth, fan_in, fan_out, page_rank, cycle, layer
    ");
}

#[test]
fn a_glob_that_matches_nothing_has_the_nearest_names() {
    assert_snapshot!(said("[[forbidden]]\nfrom = 'shpo/**'\nto = ['shop/crat.py', '!shop/*.rs']", 2), @r"
    repolis: shop/repolis.toml:2:8: forbidden[1].from: `shpo/**` matches no file; did you mean `shop`?
    shop/repolis.toml:3:7: forbidden[1].to: `shop/crat.py` matches no file; did you mean `shop/cart.py`?
    shop/repolis.toml:3:23: forbidden[1].to: `!shop/*.rs` matches no file; in shop there are `shop/__init__.py`, `shop/cart.py`, `shop/main.py`, `shop/stock.py`
    ");
    assert_snapshot!(said("[[forbidden]]\nfrom = 'engine/x/**'\nto = 'page'", 2), @r"
    repolis: shop/repolis.toml:2:8: forbidden[1].from: `engine/x/**` matches no file; did you mean `engine`?
    ");
    assert_snapshot!(said("[[forbidden]]\nfrom = 'engine/x/**'\nto = 'page'\noptional = true", 0), @r"
    no findings; 1 rule, 8 files
    ");
    assert_snapshot!(said("[[independent]]\nparts = ['shop', 'shop/cart.py']", 2), @r"
    repolis: shop/repolis.toml:2:18: independent[1].parts: shop/cart.py is in two parts, `shop` and `shop/cart.py`; take it out of one with a `!` glob
    ");
}

#[test]
fn no_rules() {
    let project = Project::new(SHOP);
    assert_snapshot!(project.run("check shop"), @r#"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop/repolis.toml: no rules there; write some, or name their file with --rules, such as:

    [cycles]
    allow = false

    [[forbidden]]
    name = "core-is-pure"
    from = "src/core/**"
    to = "src/cli/**"
    reason = "the core knows no command line"

    [[limit]]
    metric = "complexity"
    by = "function"
    max = 20
    "#);
    project.log("");
    assert_snapshot!(project.run("check city.rrd"), @r#"
    exit status: 2
    --- stdout
    --- stderr
    repolis: city.rrd: a recording has no rules; name their file with --rules, such as:

    [cycles]
    allow = false

    [[forbidden]]
    name = "core-is-pure"
    from = "src/core/**"
    to = "src/cli/**"
    reason = "the core knows no command line"

    [[limit]]
    metric = "complexity"
    by = "function"
    max = 20
    "#);
    assert_snapshot!(project.run("check shop --rules gone.toml"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: gone.toml: cannot be read: No such file or directory (os error 2)
    ");
}

#[test]
fn a_recording_finds_what_its_folder_does() {
    let project = Project::new(SHOP);
    project.log("");
    project.write("repolis.toml", FORBIDDEN);
    let (of_folder, of_recording) =
        (project.run("check shop"), project.run("check city.rrd --rules shop/repolis.toml"));
    assert_eq!(of_folder.code(), Some(1));
    assert_eq!(of_folder.stdout().replace("11 files", "10 files"), of_recording.stdout());
}

#[test]
fn this_repository_keeps_its_own_rules() {
    let project = Project::new("");
    let mut command = project.command(crate::project::BINARY);
    let ran = project.finish(command.args(["check", env!("CARGO_MANIFEST_DIR")]));
    assert_eq!(ran.code(), Some(0), "{ran}");
}
