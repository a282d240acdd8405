//! `repolis query`: answers as tables, JSON and paths, and what a user gets wrong.

mod files;
mod graph;
mod impact;
mod recordings;

use insta::assert_snapshot;

use crate::project::{BINARY, Project, Ran, SHOP};

/// An answer about the shop.
#[track_caller]
fn ask(args: &str) -> Ran {
    Project::new(SHOP).run(&format!("query -s shop {args}"))
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
    let nothing = Project::new(SHOP).shell("repolis query -s shop dependents ''");
    assert_snapshot!(nothing, @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: an empty name: name a path, a directory or a glob; `.` is the whole repository
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
