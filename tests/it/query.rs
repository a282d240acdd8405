//! `repolis query`: answers as tables, JSON and paths, and what a user gets wrong.

use insta::assert_snapshot;

use crate::project::{BINARY, Project, Ran, SHOP};

/// An answer about the shop.
#[track_caller]
fn ask(args: &str) -> Ran {
    Project::new(SHOP).run(&format!("query -s shop {args}"))
}

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
fn the_root_is_a_dot_and_what_is_left_out_is_told() {
    let project = Project::new("//- a.py\nimport b\n//- b.py\n//- c.py\nimport d\n//- d.py\n");
    let answer = project.run("query communities shop -n 1");
    assert!(answer.stdout().contains("1      2        2  .\n"), "{}", answer.stdout());
    let note =
        "2 communities of 4 files, modularity 0.500; 0 misplaced at depth 0 (the first 1 shown; --limit 0 shows all)";
    assert!(answer.to_string().contains(note), "{answer}");
}

#[test]
fn a_recording_knows_text_from_plain_text() {
    let project = Project::new("//- a.txt\nwords\n//- notes\nmore\n");
    project.run("log shop -o city.rrd");
    let languages = |source: &str| project.run(&format!("query top language {source}")).stdout();
    assert!(languages("shop").contains("Plain Text"), "{}", languages("shop"));
    let summary = |source: &str| project.run(&format!("query summary {source}")).stdout();
    assert_eq!(summary("city.rrd"), summary("shop"));
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

#[test]
fn impact() {
    assert_snapshot!(ask("impact shop/stock.py"), @r"
    exit status: 0
    --- stdout
    Files: 2
    score  depth  file          through
    0.500      1  shop/cart.py  shop/stock.py
    0.250      2  shop/main.py  shop/cart.py
    --- stderr
    a change of 1 file may reach 2 files and 0 test files
    ");
}

/// The shop in a git repository whose configuration names programs that leave a trace when they run.
fn committed() -> Project {
    let project = Project::new(SHOP);
    let set_up = "cd shop && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm first \
        && git config core.fsmonitor 'touch ../ran #' && git config filter.x.clean 'touch ../ran; cat' \
        && git config diff.external 'touch ../ran' && printf '*.py filter=x\\n' > .gitattributes";
    let ran = project.shell(set_up);
    assert_eq!(ran.code(), Some(0), "{ran}");
    project
}

#[test]
fn impact_of_what_git_finds_changed() {
    let project = committed();
    assert_snapshot!(project.run("query impact --changed -s shop"), @r"
    exit status: 0
    --- stdout
    Files: 0
    score  depth  file  through
    --- stderr
    a change of 0 files may reach 0 files and 0 test files
    ");
    project.write("shop/stock.py", "PRICE = 1\n");
    project.write("shop/new.py", "from shop.main import run\n");
    std::fs::remove_file(project.root().join("page/item.ts")).unwrap();
    assert_snapshot!(project.run("query impact --changed -s shop"), @r"
    exit status: 0
    --- stdout
    Files: 2
    score  depth  file          through
    0.500      1  shop/cart.py  shop/stock.py
    0.250      2  shop/main.py  shop/cart.py
    --- stderr
    left out, as it is deleted: page/item.ts
    a change of 2 files may reach 2 files and 0 test files
    ");
    assert_snapshot!(project.run("query impact --changed=HEAD -s shop/shop"), @r"
    exit status: 0
    --- stdout
    Files: 0
    score  depth  file  through
    --- stderr
    a change of 2 files may reach 0 files and 0 test files
    ");
    assert_snapshot!(project.run("query impact --changed=v9 -s shop"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop@v9: no such revision; the nearest tags and branches are master
    ");
    assert_eq!(project.names(), ["shop"], "a program of the configuration ran");
}

#[test]
fn line_ends_are_no_change() {
    let project = committed();
    let text = std::fs::read_to_string(project.root().join("shop/stock.py")).unwrap();
    project.write("shop/stock.py", &text.replace('\n', "\r\n"));
    assert_eq!(project.run("query impact --changed -s shop --paths").stdout(), "");
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
fn json() {
    assert_snapshot!(ask("dependents shop/cart.py --depth 1 --json"), @r#"
    exit status: 0
    --- stdout
    {"query":"dependents","schema":1,"repository":"shop","commit":null,"answer":{"direction":"dependents","of":"shop/cart.py","of_files":1,"files":[{"path":"shop/main.py","depth":1,"through":"shop/cart.py","imports":[{"line":2,"kind":"runtime"}]},{"path":"shop/stock.py","depth":1,"through":"shop/cart.py","imports":[{"line":2,"kind":"runtime"}]}]}}
    --- stderr
    "#);
    assert_snapshot!(ask("path engine page --json"), @r#"
    exit status: 0
    --- stdout
    {"query":"path","schema":1,"repository":"shop","commit":null,"answer":{"from":"engine","to":"page","length":null,"count":0,"paths":[],"length_back":null}}
    --- stderr
    "#);
}

#[test]
fn exit_codes_for_scripts() {
    for (args, code) in [("cycles", 0), ("cycles --exit-code", 1), ("cycles --in page --exit-code", 0)] {
        assert_eq!(ask(args).code(), Some(code), "{args}");
    }
}

#[test]
fn names_as_a_shell_completes_them() {
    let project = Project::new(SHOP);
    let expect = project.run("query -q -s shop dependents shop/stock.py").stdout();
    let absolute = project.root().join("shop/stock.py");
    let absolute = absolute.to_str().unwrap();
    for name in ["shop/shop/stock.py", "./shop/shop/stock.py", "shop/../shop/shop/stock.py", absolute] {
        let ran = project.run(&format!("query -q -s shop dependents {name}"));
        assert_eq!((ran.stdout(), ran.code()), (expect.clone(), Some(0)), "{name}");
    }
    let mut inside = project.command(BINARY);
    inside.current_dir(project.root().join("shop")).args(["query", "-q", "-s", "..", "dependents", "stock.py"]);
    assert_eq!(project.finish(&mut inside).stdout(), expect);
}

#[test]
fn a_recording_answers_as_its_folder_does() {
    let project = Project::new(SHOP);
    project.log("");
    for question in [
        "cycles",
        "path shop/main.py shop/stock.py",
        "top complexity",
        "unresolved",
        "impact shop/stock.py",
        "entry-points",
        "unused",
        "summary",
    ] {
        let [folder, recording] =
            ["shop", "city.rrd"].map(|source| project.run(&format!("query {question} -s {source}")));
        assert_eq!(recording.to_string(), folder.to_string(), "{question}");
    }
    let ran = project.run("query impact --changed -s city.rrd");
    assert_snapshot!(ran, @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: city.rrd: --changed looks into a folder; name the files instead
    ");
}

#[test]
fn of_what_did_not_run_nothing_was_observed() {
    let project = Project::new(SHOP);
    project.log("");
    for source in ["shop", "city.rrd"] {
        let ran = project.run(&format!("query observed {source}"));
        assert_eq!((ran.code(), ran.stdout()), (Some(2), String::new()), "{ran}");
        assert!(ran.stderr().starts_with("repolis: shop: nothing was observed to run here; record "), "{ran}");
    }
}

#[test]
fn a_recording_that_was_cut_off_answers_as_far_as_it_goes() {
    let project = Project::new(SHOP);
    let bytes = project.log("");
    let whole = project.run("query -s city.rrd dependents shop/stock.py").stdout();
    // Without its footer it is read from its start.
    std::fs::write(project.beside().join("city.rrd"), &bytes[..bytes.len() - 40]).unwrap();
    let ran = project.run("query -s city.rrd dependents shop/stock.py");
    assert_eq!((ran.stdout(), ran.code()), (whole, Some(0)));
    assert!(ran.stderr().contains("city.rrd: its end is missing"), "{ran}");
    std::fs::write(project.beside().join("city.rrd"), &bytes[..200]).unwrap();
    let ran = project.run("query -s city.rrd cycles");
    assert_eq!(ran.code(), Some(2), "{ran}");
}

#[test]
fn nothing_to_answer_is_an_empty_table() {
    let project = Project::new("//- a.txt\nwords\n");
    assert_snapshot!(project.run("query cycles shop"), @r"
    exit status: 0
    --- stdout
    cycle  files  file  line  imports  kind
    --- stderr
    no import cycles
    ");
    assert_snapshot!(project.run("query dependents a.txt -s shop"), @r"
    exit status: 0
    --- stdout
    depth  file  imports  line  kind
    --- stderr
    nothing depends on a.txt
    ");
    std::fs::create_dir(project.beside().join("empty")).unwrap();
    assert_snapshot!(project.run("query summary empty"), @r"
    exit status: 0
    --- stdout
    In all
    text files                          0
    directories                         1
    lines of code                       0
    functions                           0
    imports between files               0
    packages from outside               0
    unresolved imports                  0
    import cycles                       0
    files in import cycles              0
    files that nothing is known to use  0
    --- stderr
    ");
    assert_snapshot!(project.run("query cycles empty --json"), @r#"
    exit status: 0
    --- stdout
    {"query":"cycles","schema":1,"repository":"empty","commit":null,"answer":{"cycles":[],"files":0}}
    --- stderr
    "#);
    assert_snapshot!(project.run("query communities empty"), @r"
    exit status: 0
    --- stdout
    Communities, with the directory that holds most of each
    community  files  of them  in

    Agreement with the directories, by depth
    depth  directories  mutual information  adjusted Rand

    Files that work more with another directory than with their own
    file  other  imports there  here
    --- stderr
    0 communities of 0 files, modularity 0.000; 0 misplaced at depth 0
    ");
    assert_eq!(
        project.run("query dependents . -s empty --quiet --paths").to_string(),
        "exit status: 0\n--- stdout\n--- stderr\n"
    );
    assert_snapshot!(project.run("query dependents a.txt -s empty"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: a.txt: no such file or directory in the repository
    ");
    assert_snapshot!(project.run("query impact --changed -s shop"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop: not in a git work tree, so there is nothing to compare with; name the files instead
    ");
    assert_snapshot!(project.run("query unresolved shop --json"), @r#"
    exit status: 0
    --- stdout
    {"query":"unresolved","schema":1,"repository":"shop","commit":null,"answer":{"by":"reason","groups":[],"imports":0}}
    --- stderr
    "#);
}

#[test]
fn mistakes() {
    assert_snapshot!(ask("dependents shop/cat.py"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop/cat.py: no such file or directory in the repository; did you mean shop/cart.py, shop/main.py or shop/stock.py?
    ");
    assert_snapshot!(ask("explain shop/*.ts page"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop/*.ts: this glob matches no file of the repository; did you mean shop, shop/cart.py or shop/main.py?
    ");
    let unknown = ask("top complexty");
    assert_eq!(unknown.code(), Some(2));
    assert!(unknown.stderr().contains("complexty: no such metric of a file; there are language, "), "{unknown}");
    assert!(unknown.stderr().ends_with("did you mean complexity?\n"), "{unknown}");
    assert_snapshot!(ask("top complexity --in pgae"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: pgae: no such file or directory in the repository; did you mean page, engine or engine/src?
    ");
    assert_snapshot!(ask("path shop/main.py shop/main.py"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop/main.py and shop/main.py: the same files; name two different parts
    ");
    assert_snapshot!(ask("cycles other"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: other: SOURCE is given already, as shop
    ");
    let project = Project::new(SHOP);
    std::fs::write(project.beside().join("notes.rrd"), "no recording\n").unwrap();
    assert_snapshot!(project.run("query cycles notes.rrd"), @r#"
    exit status: 2
    --- stdout
    --- stderr
    repolis: notes.rrd: not a readable Rerun recording: Not an RRD file: expected FourCC header "RRF2", got "no r"
    "#);
}
