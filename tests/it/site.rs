//! `repolis export --format html`: which files it writes, and where it refuses to. What the page does is in `tests/browser`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::project::{Project, SHOP, USER};

/// Every file below a folder by its path, with `/` between the parts.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files =
        walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    let relative = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    files.map(|entry| (relative(entry.path()), fs::read(entry.path()).unwrap())).collect()
}

#[track_caller]
fn exported(project: &Project, args: &str) -> BTreeMap<String, Vec<u8>> {
    let ran = project.run(&format!("export {args} --format html -o site --quiet"));
    assert_eq!(ran.code(), Some(0), "{ran}");
    contents(&project.beside().join("site"))
}

/// The message of a command that changes nothing.
#[track_caller]
fn refused(project: &Project, args: &str) -> String {
    let before = contents(project.beside());
    let ran = project.run(&format!("export {args} --format html"));
    assert_eq!(ran.code(), Some(2), "{ran}");
    assert_eq!(before, contents(project.beside()));
    ran.stderr()
}

#[test]
fn the_folder_has_all_that_the_page_asks_for() {
    let files = exported(&Project::new(SHOP), "shop");
    // Hashes change with the page, and numbers with the metrics.
    let masked = files.keys().map(|path| match path.split_once('/') {
        Some(("assets", rest)) => format!("assets/…{}", &rest[rest.find('/').unwrap()..]),
        Some(("data", name)) => format!("data/{}", name.replace(|c: char| c.is_ascii_digit(), "").replace("-.", "-N.")),
        _ => path.clone(),
    });
    let masked: std::collections::BTreeSet<_> =
        masked.filter(|path| !path.starts_with("assets/") || !path.ends_with(".js")).collect();
    assert_snapshot!(masked.into_iter().collect::<Vec<_>>().join("\n"), @r"
    LICENSE-APACHE
    LICENSE-MIT
    NOTICE.md
    assets/…/controls.css
    assets/…/icon.svg
    assets/…/re_viewer_bg.wasm.gz
    assets/…/style.css
    city.rrd
    data/area-N.bin.gz
    data/city.json.gz
    data/color-N.bin.gz
    data/files.json.gz
    data/functions.json.gz
    data/imports.json.gz
    data/metrics.json.gz
    data/streams.bin.gz
    index.html
    repolis.json
    ");
    let html = String::from_utf8(files["index.html"].clone()).unwrap();
    for address in html.split(['"']).filter(|text| text.starts_with("assets/")) {
        assert!(files.contains_key(address), "{address}");
    }
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".js") && !path.contains("re_viewer")) {
        let text = std::str::from_utf8(text).unwrap();
        let folder = path.rsplit_once('/').unwrap().0;
        let named = text.split(['"']).filter_map(|text| text.strip_prefix("./")).filter(|name| name.ends_with(".js"));
        // Types are no files of the page.
        for name in named.filter(|name| !name.ends_with("types.js")) {
            assert!(files.contains_key(&format!("{folder}/{name}")), "{path} imports {name}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_folder() {
    let (project, copy) = (Project::new(SHOP), Project::new(SHOP));
    let first = exported(&project, "shop");
    assert_eq!(first, exported(&project, "shop"), "over an earlier one");
    assert_eq!(first, exported(&copy, "shop"), "a folder of the same name elsewhere");
    project.log("");
    assert_eq!(first, exported(&project, "city.rrd"), "of a recording");
    assert_eq!(first["city.rrd"], fs::read(project.beside().join("city.rrd")).unwrap());
}

#[test]
fn nothing_of_this_machine_is_in_it() {
    let project = Project::new(SHOP);
    let folder = project.beside().to_string_lossy().into_owned();
    for (path, bytes) in exported(&project, "shop") {
        let mut plain = Vec::new();
        if path.ends_with(".gz") && !path.ends_with(".wasm.gz") {
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*bytes), &mut plain).unwrap();
        }
        for secret in [&*folder, USER] {
            let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!holds(&bytes) && !holds(&plain), "{path} holds {secret}");
        }
    }
}

#[test]
fn the_look_is_chosen_for_a_folder_and_fixed_for_a_recording() {
    let project = Project::new(SHOP);
    let plain = exported(&project, "shop");
    assert_ne!(plain["data/city.json.gz"], exported(&project, "shop --color fan_in")["data/city.json.gz"]);
    let more = exported(&project, "shop --with-metric betweenness --with-metric community");
    assert!(more.len() > plain.len());
    project.log("");
    assert_snapshot!(refused(&project, "city.rrd --color fan_in -o other"), @r"
    repolis: city.rrd: a recording has its look and its files already; leave these options out
    ");
    assert_snapshot!(refused(&project, "shop --table files -o other"), @r"
    repolis: --table, --level and --depth are for other formats; html holds everything
    ");
    assert_snapshot!(project.run("export shop --color fan_in -o graph.json").stderr(), @r"
    repolis: --area, --height, --color and --arcs are for html: other formats hold numbers
    ");
}

#[test]
fn only_what_is_ours_is_replaced() {
    let project = Project::new(SHOP);
    let site = project.beside().join("site");
    fs::create_dir(&site).unwrap();
    let first = exported(&project, "shop");
    fs::write(site.join("CNAME"), "city.example.org").unwrap();
    fs::write(site.join("data/stale.bin.gz"), "of an earlier version").unwrap();
    let second = exported(&project, "shop");
    assert_eq!(second["CNAME"], b"city.example.org");
    assert!(second.keys().filter(|path| *path != "CNAME").eq(first.keys()), "nothing of the earlier one is left");
}

#[test]
fn what_cannot_be_written_is_refused_first() {
    let project = Project::new(SHOP);
    fs::create_dir(project.beside().join("mine")).unwrap();
    fs::write(project.beside().join("mine/index.html"), "somebody's page").unwrap();
    fs::write(project.beside().join("file"), "").unwrap();
    assert_snapshot!(refused(&project, "shop -o mine"), @r"
    repolis: mine: this folder holds other files; name a new or empty one, or one that `repolis export --format html` wrote
    ");
    assert_snapshot!(refused(&project, "shop -o file"), @r"
    repolis: file: this is a file; name a folder
    ");
    assert_snapshot!(refused(&project, "shop -o gone/site"), @r"
    repolis: gone/site: the folder gone does not exist; create it first
    ");
    assert_snapshot!(refused(&project, "shop -o -"), @r"
    repolis: -o -: html is a folder of files; name the folder
    ");
    assert_snapshot!(refused(&project, "gone -o site"), @r"
    repolis: gone: No such file or directory (os error 2); name a folder that exists and that you may read
    ");
}
