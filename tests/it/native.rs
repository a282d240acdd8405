//! `--native`: the desktop viewer on the PATH is told from none and from another version.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use crate::project::{BINARY, Project, Ran, SHOP};

/// Runs `view shop --native` with a PATH of one folder, in which `rerun` is this script or is absent.
fn view_native(project: &Project, rerun: Option<&str>) -> Ran {
    let bin = project.beside().join("bin");
    fs::create_dir(&bin).unwrap();
    if let Some(script) = rerun {
        let path = bin.join("rerun");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    project.finish(project.command(BINARY).args(["view", "shop", "--native"]).env("PATH", &bin))
}

#[test]
fn without_a_viewer_it_says_how_to_get_it() {
    assert_snapshot!(view_native(&Project::new(SHOP), None), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: --native: there is no program `rerun` on the PATH; install it with: pip install rerun-sdk==0.36.3
    ");
}

#[test]
fn another_version_is_refused() {
    let script = "echo 'rerun-cli 0.35.0 [rustc 1.90.0] x86_64-unknown-linux-gnu'";
    assert_snapshot!(view_native(&Project::new(SHOP), Some(script)), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: --native: `rerun` on the PATH has version 0.35.0, but 0.36.3 is needed; install it with: pip install rerun-sdk==0.36.3
    ");
}

/// The version asked for is the one that is compiled in.
#[test]
fn the_version_is_that_of_the_library() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let version = manifest.split("rerun = { version = \"=").nth(1).unwrap().split('"').next().unwrap();
    let ran = view_native(&Project::new(SHOP), None);
    assert!(ran.stderr().contains(&format!("pip install rerun-sdk=={version}")), "{ran}");
}

#[test]
fn the_viewer_gets_the_recording() {
    let project = Project::new(SHOP);
    let script = "[ \"$1\" = --version ] && echo 'rerun-cli 0.36.3 [x]' && exit; echo \"$@\" >args; /bin/cat >got.rrd";
    let ran = view_native(&project, Some(script));
    assert_eq!(ran.code(), Some(0), "{ran}");
    assert_eq!(fs::read_to_string(project.beside().join("args")).unwrap(), "--bind 127.0.0.1 -\n");
    assert_eq!(fs::read(project.beside().join("got.rrd")).unwrap(), project.log(""));
}

#[test]
fn a_viewer_that_fails_is_reported() {
    let project = Project::new(SHOP);
    // More than a pipe holds, so that the viewer is gone before it has everything.
    for file in 0..2000 {
        project.write(&format!("many/{file}.py"), &format!("def f{file}():\n    pass\n"));
    }
    let script = "[ \"$1\" = --version ] && echo 'rerun-cli 0.36.3 [x]' && exit; exit 3";
    let ran = view_native(&project, Some(script));
    assert_eq!(ran.code(), Some(2), "{ran}");
    assert!(ran.stderr().contains("--native: `rerun` ended with exit status: 3"), "{ran}");
}
