//! A recording keeps the contract of its entities and their bounds, whatever the repository's size.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use repolis::city::ArcKind;
use repolis::metrics::METRICS;
use rerun::external::arrow::array::{Array, AsArray};
use rerun::external::arrow::datatypes::UInt8Type;

use crate::project::{Project, SHOP, USER};
use crate::recording::Recording;

const MAX_BATCHES: usize = 140;
const MAX_BOXES: usize = 50_000;
const MAX_DRAWN_ENTITIES: usize = 300;
const TABLES: [&str; 8] =
    ["diagnostics", "directories", "externals", "files", "functions", "imports", "index", "metrics"];

/// Files that a script wrote, in folders of very different sizes, each importing some others.
fn generated(files: usize) -> Project {
    let project = Project::new("");
    let path = |file: usize| match file % 7 {
        0 => format!("wide/m{file}.py"),
        1..=4 => format!("p{}/q{}/m{file}.py", file % 60, file % 420),
        _ => format!("deep/{}m{file}.py", "x/".repeat(file % 12)),
    };
    for file in 0..files {
        let mut text = String::new();
        for other in [file / 2, file / 3 + 1] {
            let module = path(other).trim_end_matches(".py").replace('/', ".");
            writeln!(text, "import {module}").unwrap();
        }
        for function in 0..file % 3 {
            write!(text, "def f{function}(x):\n    if x:\n        return x\n    return {file}\n").unwrap();
        }
        project.write(&path(file), &text);
    }
    project
}

#[test]
fn a_small_recording_keeps_the_contract() {
    let recording = Recording::read(&Project::new(SHOP).log(""));
    hold(&recording);
    assert_eq!(kinds_of_imports(&recording), BTreeSet::from(["cycles", "re_export", "runtime", "type_only"]));
    assert!(recording.entity("/report").texts("TextDocument:text")[0].starts_with("# shop\n"));
    assert_eq!(recording.entity("/tables/externals").texts("package"), ["json"]);
    assert_eq!(recording.entity("/tables/diagnostics").texts("subject"), [".gone"]);
}

#[test]
fn a_large_recording_keeps_the_contract() {
    const FILES: usize = 5000;
    let bytes = generated(FILES).log("");
    let recording = Recording::read(&bytes);
    hold(&recording);
    let functions = recording.entity("/tables/functions").rows();
    assert_eq!((recording.entity("/tables/files").rows(), functions), (FILES, FILES - 1));
    let most = 700 * FILES + 60 * functions;
    assert!(bytes.len() <= most, "{} bytes for {FILES} files, {functions} functions", bytes.len());
}

#[test]
fn files_that_are_left_out_stay_in_the_tables() {
    let project = Project::new(SHOP);
    project.write("package-lock.json", "{}\n");
    let recording = Recording::read(&project.log(""));
    hold(&recording);
    assert!(recording.entity("/tables/files").texts("path").contains(&"package-lock.json"));
    assert_eq!(recording.entity("/tables/index").rows() + 1, recording.entity("/tables/files").rows());
}

#[test]
fn nothing_tells_of_this_machine() {
    let project = Project::new(SHOP);
    let recording = Recording::read(&project.log(""));
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let folder = project.beside().to_string_lossy();
    // A host may be called as a word that any recording holds.
    for secret in [USER, &*folder, host.trim()].into_iter().filter(|secret| secret.len() > 6) {
        assert!(!recording.contains(secret), "{secret}");
    }
    assert!(recording.contains("shop/main.py"), "what is there is found");
}

/// Holds a recording against the contract.
#[track_caller]
fn hold(recording: &Recording) {
    hold_entities(recording);
    hold_stores(recording);
    hold_tables(recording);
    hold_buildings(recording);
    hold_index(recording);
    hold_ground(recording);
    hold_graph(recording);
    kinds_of_imports(recording);
}

fn hold_entities(recording: &Recording) {
    let is_data = |path: &str| path.starts_with("/tables/") || path.starts_with("/__properties");
    let drawn: Vec<_> = recording.entities.keys().filter(|path| !is_data(path)).collect();
    assert!(drawn.len() <= MAX_DRAWN_ENTITIES, "{} drawn entities", drawn.len());
    for path in drawn {
        let known = ["/blocks", "/ground", "/ground/names", "/graph", "/report"].contains(&path.as_str());
        let part = path.strip_prefix("/city/").or_else(|| path.strip_prefix("/imports/"));
        assert!(known || part.is_some_and(|part| !part.contains('/')), "{path}");
    }
}

fn hold_stores(recording: &Recording) {
    assert_eq!(recording.store.application_id().as_str(), "repolis");
    assert!(!recording.blueprint.is_empty());
    let [blueprint] = &recording.activated[..] else { panic!("one layout is activated") };
    assert_eq!(blueprint.application_id(), recording.store.application_id());
    let footer: BTreeSet<_> = recording.in_footer.iter().collect();
    assert_eq!(footer, BTreeSet::from([blueprint, &recording.store]));
    let properties = recording.entity("/__properties/repolis");
    assert_eq!(properties.texts("repository"), ["shop"]);
    assert_eq!(properties.texts("tool_version"), [env!("CARGO_PKG_VERSION")]);
}

fn hold_tables(recording: &Recording) {
    let names: Vec<_> = recording.below("/tables").map(|(path, _)| path.trim_start_matches("/tables/")).collect();
    assert_eq!(names, TABLES);
    let rows: BTreeMap<_, _> = recording.below("/tables").map(|(path, table)| (path, table.rows() as u32)).collect();
    // Ids lead to rows that are there, and files are in path order.
    for (table, column, target) in [
        ("files", "directory", "directories"),
        ("directories", "parent", "directories"),
        ("functions", "file", "files"),
        ("imports", "from", "files"),
        ("imports", "to", "files"),
        ("externals", "from", "files"),
        ("index", "file", "files"),
    ] {
        let ids = recording.entity(&format!("/tables/{table}")).numbers(column);
        let count = rows[&*format!("/tables/{target}")];
        assert!(ids.iter().all(|&id| id < count), "{table}.{column}");
    }
    assert!(recording.entity("/tables/files").texts("path").is_sorted());
    let metrics = recording.entity("/tables/metrics").texts("name");
    assert_eq!(metrics, METRICS.iter().map(|metric| metric.name).collect::<Vec<_>>());
}

fn hold_buildings(recording: &Recording) {
    assert!(recording.below("/city").count() <= MAX_BATCHES);
    for (path, batch) in recording.below("/city") {
        let boxes = batch.get("Boxes3D:centers").len();
        assert!((1..=MAX_BOXES).contains(&boxes), "{path}: {boxes}");
        let by_instance = ["Boxes3D:half_sizes", "Boxes3D:colors", "Boxes3D:labels"].into_iter();
        for name in by_instance.chain(METRICS.iter().map(|metric| metric.name)) {
            assert_eq!(batch.get(name).len(), boxes, "{path}: {name}");
        }
        let fill_mode = batch.primitives::<UInt8Type>("Boxes3D:fill_mode");
        assert_eq!(fill_mode, [rerun::FillMode::Solid as u8], "{path}");
        assert!(!batch.get("Boxes3D:show_labels").as_boolean().value(0), "{path}");
        assert!(batch.numbers("Boxes3D:colors").iter().all(|rgba| rgba & 0xff == 0xff), "{path}: opaque");
    }
}

/// Every building is one file's, and every file drawn has one building, which bears its path.
fn hold_index(recording: &Recording) {
    let index = recording.entity("/tables/index");
    let paths = recording.entity("/tables/files").texts("path");
    let (mut places, mut files) = (BTreeSet::new(), BTreeSet::new());
    let rows = index.texts("batch").into_iter().zip(index.numbers("instance")).zip(index.numbers("file"));
    for ((batch, instance), file) in rows {
        assert!(places.insert((batch, instance)) && files.insert(file), "{batch} {instance} {file}");
        let labels = recording.entity(&format!("/city/{batch}")).get("Boxes3D:labels");
        assert_eq!(labels.as_string::<i32>().value(instance as usize), paths[file as usize]);
    }
    let buildings: usize = recording.below("/city").map(|(_, batch)| batch.get("Boxes3D:centers").len()).sum();
    assert_eq!(places.len(), buildings);
}

fn hold_ground(recording: &Recording) {
    let plates = recording.entity("/ground").texts("Boxes3D:labels");
    let directories = recording.entity("/tables/directories").texts("path");
    assert_eq!(plates.len(), directories.len().min(MAX_BOXES));
    assert_eq!((plates[0], directories[0]), ("shop", ""));
    assert_eq!(plates[1..], directories[1..plates.len()]);
    assert_eq!(recording.entity("/ground").get("Boxes3D:half_sizes").len(), plates.len());
}

fn hold_graph(recording: &Recording) {
    let graph = recording.entity("/graph");
    let nodes: BTreeSet<_> = graph.texts("GraphNodes:node_ids").into_iter().collect();
    assert!(!nodes.is_empty() && nodes.len() <= 2000);
    assert_eq!(graph.get("GraphNodes:positions").len(), nodes.len(), "every node is named once and has a place");
    let edges = graph.get("GraphEdges:edges").as_struct();
    for end in edges.columns() {
        assert!(end.as_string::<i32>().iter().all(|id| nodes.contains(id.unwrap())));
    }
}

fn kinds_of_imports(recording: &Recording) -> BTreeSet<&str> {
    let kinds: BTreeSet<_> =
        recording.below("/imports").map(|(path, _)| path.trim_start_matches("/imports/")).collect();
    for kind in &kinds {
        assert!(ArcKind::DRAWN.iter().any(|drawn| drawn.name() == *kind), "{kind}");
        let arcs = recording.entity(&format!("/imports/{kind}"));
        assert_eq!(arcs.get("LineStrips3D:colors").len(), arcs.get("LineStrips3D:strips").len());
    }
    kinds
}
