//! What a user gets wrong: exit code 2, and a message that names it and says what to do.

use std::net::TcpListener;

use insta::assert_snapshot;

use crate::project::{Project, SHOP};

/// The message of a run that fails and writes nothing.
#[track_caller]
fn message(args: &str) -> String {
    let project = Project::new(SHOP);
    std::fs::create_dir(project.beside().join("empty")).unwrap();
    std::fs::write(project.beside().join("notes.txt"), "no recording\n").unwrap();
    let before = project.names();
    let ran = project.run(args);
    assert_eq!((ran.code(), ran.stdout().as_str()), (Some(2), ""), "{ran}");
    assert_eq!(project.names(), before);
    ran.stderr()
}

#[test]
fn no_such_folder() {
    assert_snapshot!(message("log gone -o city.rrd"), @r"
    repolis: gone: No such file or directory (os error 2); name a folder that exists and that you may read
    ");
    assert_snapshot!(message("view gone --no-open"), @r"
    repolis: gone: No such file or directory (os error 2); name a folder that exists and that you may read
    ");
}

#[test]
fn a_revision_instead_of_a_folder() {
    assert_snapshot!(message("log shop@v1.0 -o city.rrd"), @r"
    repolis: shop@v1.0: shop is in no git repository, so it has no revisions; leave out the @ and what follows
    ");
}

#[test]
fn a_file_instead_of_a_folder() {
    assert_snapshot!(message("log notes.txt -o city.rrd"), @r"
    repolis: notes.txt: this is a file; name the folder that holds it, .
    ");
}

#[test]
fn nothing_to_draw() {
    assert_snapshot!(message("log empty -o city.rrd"), @r"
    repolis: empty: nothing to draw: the folder holds no files, or the ignore rules exclude them all; try --no-ignore or --hidden
    ");
    assert_snapshot!(message("log shop --include *.cobol -o city.rrd"), @r"
    repolis: shop: nothing to draw: no file is left by --include and --exclude; their syntax is that of .gitignore
    ");
}

#[test]
fn no_such_metric() {
    assert_snapshot!(message("log shop --height beauty -o city.rrd"), @r"
    repolis: --height beauty: no such metric; there are language, class, role, entry, bytes, lines, code_lines, comment_lines, blank_lines, functions, classes, abstract_classes, complexity, max_complexity, cognitive_complexity, max_cognitive_complexity, max_function_lines, nesting_depth, fan_in, fan_out, page_rank, cycle, layer, betweenness, community
    ");
    assert_snapshot!(message("log shop --area language -o city.rrd"), @r"
    repolis: --area language: this metric is text and can only be a colour
    ");
}

#[test]
fn a_bad_glob() {
    assert_snapshot!(message("log shop --include a[ -o city.rrd"), @r#"
    repolis: "a[": not a valid glob (error parsing glob 'a[': unclosed character class; missing ']'); the syntax is that of .gitignore
    "#);
    assert_snapshot!(message("log shop --exclude {a -o city.rrd"), @r#"
    repolis: "{a": not a valid glob (error parsing glob '{a': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)); the syntax is that of .gitignore
    "#);
}

#[test]
fn nowhere_to_write() {
    assert_snapshot!(message("log shop -o gone/city.rrd"), @r"
    repolis: gone/city.rrd: the folder gone does not exist; create it first
    ");
    assert_snapshot!(message("log shop -o empty"), @r"
    repolis: empty: this is a folder; name a file in it, such as empty/city.rrd
    ");
    assert_snapshot!(message("log shop"), @r"
    error: the following required arguments were not provided:
      --output <FILE>

    Usage: repolis log --output <FILE> <SOURCE>

    For more information, try '--help'.
    ");
}

#[test]
fn no_viewer_to_stream_to() {
    // A port that was free a moment ago: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let stderr = message(&format!("log shop --connect rerun+http://127.0.0.1:{port}/proxy"));
    assert_snapshot!(stderr.replace(&port.to_string(), "[PORT]"), @r"
    shop: 10 buildings, 5 functions, 5 imports, 1 import cycles
    repolis: rerun+http://127.0.0.1:[PORT]/proxy: Connection refused (os error 111); start a viewer with `rerun` and try again
    ");
    assert_snapshot!(message("log shop --connect nonsense"), @r"
    repolis: nonsense: not an address of a Rerun viewer (Invalid or missing scheme (expected one of: `rerun://`, `rerun+http://`, `rerun+https://`)); it looks like rerun+http://127.0.0.1:9876/proxy
    ");
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let stderr = message(&format!("view shop --no-open --port {port}"));
    assert_snapshot!(stderr.replace(&port, "[PORT]"), @r"
    repolis: port [PORT] is in use: choose another with --port, or leave it out for a free one
    ");
}

#[test]
fn not_a_recording() {
    assert_snapshot!(message("replay gone.rrd"), @r"
    repolis: gone.rrd: No such file or directory (os error 2)
    ");
    assert_snapshot!(message("replay notes.txt"), @r#"
    repolis: notes.txt: not a readable Rerun recording: Not an RRD file: expected FourCC header "RRF2", got "no r"
    "#);
    assert_snapshot!(message("replay shop"), @r"
    repolis: shop: no recordings (.rrd) in this folder; write one with `repolis log FOLDER -o FILE`
    ");
    assert_snapshot!(message("view gone.rrd"), @r"
    repolis: gone.rrd: No such file or directory (os error 2)
    ");
}

#[test]
fn a_recording_of_something_else() {
    let project = Project::new("");
    let path = project.beside().join("other.rrd");
    let other = rerun::RecordingStreamBuilder::new("other").save(&path).unwrap();
    other.log("points", &rerun::Points3D::new([(0.0, 0.0, 0.0)])).unwrap();
    drop(other);
    assert_snapshot!(project.run("replay other.rrd"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: other.rrd: a Rerun recording without a city (it has no /tables); write one with `repolis log FOLDER -o FILE`
    ");
}

#[test]
fn options_that_contradict() {
    assert_snapshot!(message("view shop --native --port 8080"), @r"
    error: the argument '--native' cannot be used with '--port <PORT>'

    Usage: repolis view --native <SOURCE>

    For more information, try '--help'.
    ");
    assert_snapshot!(message("paint shop"), @r"
    error: unrecognized subcommand 'paint'

    Usage: repolis [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}
