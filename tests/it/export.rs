//! `repolis export` as a user sees it; what other programs make of its files is in `tests/python/test_export.py`.

use std::fs;

use insta::assert_snapshot;
use repolis::export::{FORMATS, Shape, TABLES};

use crate::project::{Project, SHOP};

/// What is written to standard output.
#[track_caller]
fn exported(project: &Project, args: &str) -> Vec<u8> {
    let ran = project.run(&format!("export {args} --quiet -o -"));
    assert_eq!(ran.code(), Some(0), "{ran}");
    ran.output.stdout
}

#[test]
fn json_has_the_keys_of_its_contract() {
    let text = String::from_utf8(exported(&Project::new(SHOP), "shop --include shop/** --format json")).unwrap();
    // Metrics come and go.
    let lines = text.lines().map(|line| match line.split_once(r#","bytes":"#) {
        Some((before, values)) => format!("{before}, …{}", values.find('}').map_or("", |at| &values[at..])),
        None => line.to_owned(),
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    {
    "files": [
    {"path":"shop/__init__.py","language":"Python","metrics":{"class":"source","role":"product","entry":"package", …}},
    {"path":"shop/cart.py","language":"Python","metrics":{"class":"source","role":"product","entry":"", …}},
    {"path":"shop/main.py","language":"Python","metrics":{"class":"source","role":"product","entry":"", …}},
    {"path":"shop/stock.py","language":"Python","metrics":{"class":"source","role":"product","entry":"", …}}],
    "imports": [
    {"from":"shop/cart.py","to":"shop/stock.py","line":1,"kind":"runtime"},
    {"from":"shop/main.py","to":"shop/cart.py","line":2,"kind":"runtime"},
    {"from":"shop/stock.py","to":"shop/cart.py","line":2,"kind":"runtime"}],
    "externals": [
    {"from":"shop/main.py","package":"json","line":1}],
    "unresolved": [
    {"from":"shop/cart.py","import":".gone","line":2,"reason":"no module `gone` in package `shop`"}],
    "skipped": []}
    "#);
}

#[test]
fn csv_is_one_table_a_file() {
    let project = Project::new(SHOP);
    let text = String::from_utf8(exported(&project, "shop --format csv --table imports")).unwrap();
    assert_snapshot!(text, @r"
    from,to,line,kind
    engine/src/lib.rs,engine/src/wheel.rs,1,module
    engine/src/lib.rs,engine/src/wheel.rs,2,re-export
    page/index.ts,page/item.ts,1,type-only
    shop/cart.py,shop/stock.py,1,runtime
    shop/main.py,shop/cart.py,2,runtime
    shop/stock.py,shop/cart.py,2,runtime
    ");
    assert_eq!(exported(&project, "shop --format csv"), exported(&project, "shop --format csv --table files"));
}

#[test]
fn a_folder_takes_every_table() {
    let project = Project::new(SHOP);
    assert_snapshot!(project.run("export shop --format csv -o tables/"), @r"
    exit status: 0
    --- stdout
    --- stderr
    wrote tables/
    ");
    for (table, ..) in TABLES {
        let written = fs::read(project.beside().join(format!("tables/{table}.csv"))).unwrap();
        assert_eq!(written, exported(&project, &format!("shop --format csv --table {table}")), "{table}");
    }
    assert_eq!(fs::read_dir(project.beside().join("tables")).unwrap().count(), TABLES.len());
    assert_eq!(project.run("export shop --format csv -o tables").code(), Some(0), "a folder that is there");
}

#[test]
fn diagrams_show_directories_or_files() {
    let project = Project::new(SHOP);
    let text = |args: &str| String::from_utf8(exported(&project, args)).unwrap();
    assert_snapshot!(text("shop --format mermaid"), @r#"
    %% repolis: the directories of shop (those with most imports) and the imports between them
    %% there are no imports between these directories
    flowchart LR
      n0["."]
      n1["engine"]
      n2["page"]
      n3["shop"]
    "#);
    assert_snapshot!(text("shop --format mermaid --level file"), @r#"
    %% repolis: the files of shop and their imports
    %% left out: 3 of 10 files, which have no imports of or by another
    flowchart LR
      n0["engine/src/lib.rs"]
      n1["engine/src/wheel.rs"]
      n2["page/index.ts"]
      n3["page/item.ts"]
      n4["shop/cart.py"]
      n5["shop/main.py"]
      n6["shop/stock.py"]
      n0 -->|1| n1
      n2 -->|1| n3
      n4 -->|1| n6
      n5 -->|1| n4
      n6 -->|1| n4
      linkStyle 2,4 stroke:#c1121f,color:#c1121f
    "#);
    assert_snapshot!(text("shop --format mermaid --depth 1"), @r#"
    %% repolis: the directories of shop (to depth 1) and the imports between them
    %% there are no imports between these directories
    flowchart LR
      n0["."]
      n1["engine"]
      n2["page"]
      n3["shop"]
    "#);
    assert_snapshot!(text("shop --format dot --include shop/** --level file"), @r##"
    // repolis: the files of shop and their imports
    // left out: 1 of 4 files, which have no imports of or by another
    digraph "shop" {
      rankdir=LR; ranksep=1; nodesep=0.15;
      node [shape=box, style="rounded,filled", fillcolor="#eef2f7", color="#8a94a6", fontname="Helvetica"];
      edge [color="#8a94a6", fontname="Helvetica", fontsize=10];
      "shop/cart.py" [label="shop/cart.py", tooltip="1 file"];
      "shop/main.py" [label="shop/main.py", tooltip="1 file"];
      "shop/stock.py" [label="shop/stock.py", tooltip="1 file"];
      "shop/cart.py" -> "shop/stock.py" [label=1, weight=1, penwidth=1.0, color="#c1121f"];
      "shop/main.py" -> "shop/cart.py" [label=1, weight=1, penwidth=1.0];
      "shop/stock.py" -> "shop/cart.py" [label=1, weight=1, penwidth=1.0, color="#c1121f"];
    }
    "##);
}

/// Every format, and every table of those that have tables.
fn all() -> impl Iterator<Item = String> {
    FORMATS.iter().flat_map(|format| match format.shape {
        Shape::Table => TABLES.iter().map(|(table, ..)| format!("--format {} --table {table}", format.name)).collect(),
        Shape::Whole | Shape::Diagram => vec![format!("--format {}", format.name)],
    })
}

#[test]
fn a_recording_gives_what_its_folder_gives() {
    let project = Project::new(SHOP);
    project.log("");
    for args in all() {
        assert_eq!(
            exported(&project, &format!("shop {args}")),
            exported(&project, &format!("city.rrd {args}")),
            "{args}"
        );
    }
}

#[test]
fn metrics_that_take_long_are_asked_for() {
    let project = Project::new(SHOP);
    let head = |options| String::from_utf8(exported(&project, options)).unwrap().lines().next().unwrap().to_owned();
    let (few, all) =
        (head("shop --format csv"), head("shop --format csv --with-metric betweenness --with-metric community"));
    assert_eq!(all, format!("{few},betweenness,community"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (project, copy) = (Project::new(SHOP), Project::new(SHOP));
    for args in all() {
        let first = exported(&project, &format!("shop {args}"));
        assert!(!first.is_empty());
        assert_eq!(first, exported(&project, &format!("shop {args}")), "a second run, {args}");
        assert_eq!(first, exported(&copy, &format!("shop {args}")), "a folder of the same name elsewhere, {args}");
    }
}

#[test]
fn the_name_of_the_file_tells_the_format() {
    let project = Project::new(SHOP);
    for format in FORMATS {
        let named = exported(&project, &format!("shop --format {}", format.name));
        for suffix in format.suffixes {
            let ran = project.run(&format!("export shop --quiet -o graph{suffix}"));
            assert_eq!(ran.code(), Some(0), "{ran}");
            assert_eq!(fs::read(project.beside().join(format!("graph{suffix}"))).unwrap(), named, "{suffix}");
        }
    }
}

/// The message of a command that fails before it writes anything.
#[track_caller]
fn refused(project: &Project, args: &str) -> String {
    let ran = project.run(&format!("export {args}"));
    assert_eq!(ran.code(), Some(2), "{ran}");
    assert_eq!(project.names(), ["shop"]);
    ran.stderr()
}

#[test]
fn what_cannot_be_written_is_refused_first() {
    let project = Project::new(SHOP);
    let refused = |args| refused(&project, args);
    assert_snapshot!(refused("shop -o graph.txt"), @"repolis: graph.txt: its name does not tell the format; add --format with one of json, csv, parquet, graphml, dot, mermaid, cc.json, html");
    assert_snapshot!(refused("shop -o -"), @"repolis: -: its name does not tell the format; add --format with one of json, csv, parquet, graphml, dot, mermaid, cc.json, html");
    assert_snapshot!(refused("shop --format json -o shop"), @"repolis: shop: this is a folder; name a file in it, such as shop/graph.json");
    assert_snapshot!(refused("shop -o gone/graph.json"), @"repolis: gone/graph.json: the folder gone does not exist; create it first");
    assert_snapshot!(refused("shop --format csv -o gone/tables/"), @"repolis: gone/tables/: the folder gone does not exist; create it first");
    assert_snapshot!(refused("shop --format csv -o shop/README.md/"), @"repolis: shop/README.md/: this is a file; name a folder, or leave the `/` at the end out");
    assert_snapshot!(refused("shop --table files -o graph.json"), @"repolis: --table files: json has no tables to choose from; csv or parquet has");
    assert_snapshot!(refused("shop --table sheets -o graph.csv"), @r"
    error: invalid value 'sheets' for '--table <TABLE>'
      [possible values: files, directories, functions, imports, externals, unresolved, skipped, diagnostics, metrics]

    For more information, try '--help'.
    ");
    assert_snapshot!(refused("shop --depth 2 -o graph.json"), @"repolis: --level and --depth are for diagrams: dot or mermaid");
    assert_snapshot!(refused("shop --depth 2 --level file -o graph.dot"), @"repolis: --depth counts directories; leave it out with --level file");
    assert_snapshot!(refused("gone -o graph.json"), @"repolis: gone: No such file or directory (os error 2); name a folder that exists and that you may read");
    assert_snapshot!(refused("gone --format csv -o tables/"), @"repolis: gone: No such file or directory (os error 2); name a folder that exists and that you may read");
}

#[test]
fn a_full_disk_is_said_and_the_older_file_stays() {
    let project = Project::new(SHOP);
    assert_snapshot!(project.shell("repolis export shop --format json -o - >/dev/full"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: standard output: not written whole: No space left on device (os error 28)
    ");
    for format in FORMATS {
        let ran = project.run(&format!("export shop --format {} -o /dev/full", format.name));
        assert_eq!(ran.stderr(), "repolis: /dev/full: not written: No space left on device (os error 28)\n");
    }
    fs::write(project.beside().join("graph.json"), "an older one").unwrap();
    for at in 0..200 {
        project.write(&format!("more/{at}.py"), "import shop.cart\n");
    }
    // Files may have a few kilobytes and no more: writing fails half-way, as on a full disk.
    let ran = project.shell("trap '' XFSZ; ulimit -f 8; repolis export shop --quiet -o graph.json");
    assert_snapshot!(ran, @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: graph.json: not written: File too large (os error 27)
    ");
    assert_eq!(fs::read_to_string(project.beside().join("graph.json")).unwrap(), "an older one");
    assert_eq!(project.names(), ["graph.json", "shop"]);
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let project = Project::new(SHOP);
    for args in all() {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let line = format!("export shop {args} -o -");
        let ran = project.finish(project.command(crate::project::BINARY).args(line.split_whitespace()).stdout(writer));
        assert_eq!((ran.code(), ran.stderr().as_str()), (Some(0), ""), "{args}");
    }
}

#[test]
fn json_of_the_summary_makes_way_for_the_file() {
    let project = Project::new(SHOP);
    let ran = project.run("export shop --json -o graph.json");
    assert_snapshot!(ran, @r#"
    exit status: 0
    --- stdout
    {"buildings":10,"commit":null,"cycles":1,"diagnostics":0,"files":10,"functions":5,"imports":5,"name":"shop","skipped":[],"unresolved":1}
    --- stderr
    wrote graph.json
    "#);
    let piped = project.run("export shop --json --format json -o -");
    assert_eq!(piped.output.stdout, fs::read(project.beside().join("graph.json")).unwrap());
    assert_eq!(piped.stderr(), ran.stdout());
}
