//! A recording is written whole or not at all.

use std::fs;

use insta::assert_snapshot;
use repolis::export::FORMATS;

use crate::project::{BINARY, Project, SHOP};

#[test]
fn standard_output_gets_what_a_file_gets() {
    let project = Project::new(SHOP);
    assert_eq!(project.run("log shop -o -").output.stdout, project.log(""));
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let project = Project::new(SHOP);
    let exports = FORMATS.iter().map(|format| format!("export shop -q --format {} -o -", format.name));
    for args in ["log shop -q -o -", "log shop -q -o city.rrd --json"].map(str::to_owned).into_iter().chain(exports) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = project.finish(project.command(BINARY).args(args.split_whitespace()).stdout(writer));
        assert_eq!((ran.code(), ran.stderr().as_str()), (Some(0), ""), "{args}");
    }
    assert_eq!(project.names(), ["city.rrd", "shop"]);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_standard_output_nothing_is_lost_silently() {
    let project = Project::new(SHOP);
    for args in ["log shop -q -o -", "export shop -q --format csv -o -"] {
        let ran = project.shell(&format!("repolis {args} >&-"));
        let expect =
            "repolis: -o -: standard output is closed; redirect it, or name a file (-o /dev/null throws it away)\n";
        assert_eq!((ran.code(), ran.stderr().as_str()), (Some(2), expect), "{args}");
        let ran = project.shell(&format!("repolis {args} >/dev/null"));
        assert_eq!((ran.code(), ran.stderr().as_str()), (Some(0), ""), "{args}");
    }
    assert_eq!(project.shell("repolis log shop -q -o /dev/null >&-").code(), Some(0));
}

#[test]
fn nobody_has_to_read_what_it_says() {
    let project = Project::new(SHOP);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ran = project.finish(project.command(BINARY).args(["log", "shop", "-o", "city.rrd"]).stderr(writer));
    assert_eq!(ran.code(), Some(0));
    assert_eq!(project.names(), ["city.rrd", "shop"]);
}

#[test]
fn a_full_disk_is_said() {
    let project = Project::new(SHOP);
    assert_snapshot!(project.run("log shop --quiet -o /dev/full"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: /dev/full: not written: No space left on device (os error 28)
    ");
    assert_snapshot!(project.shell("repolis log shop --quiet -o - >/dev/full"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: standard output: not written whole: No space left on device (os error 28)
    ");
}

#[test]
fn a_recording_replaces_another_and_leaves_nothing_beside() {
    let project = Project::new(SHOP);
    fs::write(project.beside().join("city.rrd"), "an older one").unwrap();
    assert!(project.log("").starts_with(b"RRF2"));
    assert_eq!(project.names(), ["city.rrd", "shop"]);
}

#[test]
fn a_recording_that_fails_leaves_the_older_one() {
    let project = Project::new(SHOP);
    fs::write(project.beside().join("city.rrd"), "an older one").unwrap();
    // Files may have a few kilobytes and no more: writing fails half-way, as on a full disk.
    let ran = project.shell("trap '' XFSZ; ulimit -f 8; repolis log shop --quiet -o city.rrd");
    assert_snapshot!(ran, @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: city.rrd: not written: File too large (os error 27)
    ");
    assert_eq!(fs::read_to_string(project.beside().join("city.rrd")).unwrap(), "an older one");
    assert_eq!(project.names(), ["city.rrd", "shop"]);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (project, copy) = (Project::new(SHOP), Project::new(SHOP));
    let first = project.log("");
    assert_eq!(project.log(""), first, "a second run");
    assert_eq!(copy.log(""), first, "a folder of the same name elsewhere");
    assert_ne!(project.log("--color complexity"), first);
}
