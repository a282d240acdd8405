//! What is no tidy repository, no tidy viewer and no tidy recording: a message or a listed skip, never a panic or a hang.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use repolis::session::{Building, CitySource, RecordedCity, View};
use repolis::stream;

use crate::project::{Project, SHOP};

/// The line for scripts about a folder `shop`.
#[track_caller]
fn summary(project: &Project) -> serde_json::Value {
    let ran = project.run("log shop -o city.rrd --json");
    assert_eq!(ran.code(), Some(0), "{ran}");
    assert!(!ran.stderr().contains("panicked"), "{ran}");
    serde_json::from_str(&ran.stdout()).unwrap()
}

#[test]
fn what_is_no_file_is_listed() {
    let project = Project::new("//- a.py\nx = 1\n");
    let root = project.root();
    assert!(Command::new("mkfifo").arg(root.join("fifo.py")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.py")).unwrap();
    std::os::unix::fs::symlink(".", root.join("loop")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", root.join("out.py")).unwrap();
    let summary = summary(&project);
    assert_eq!(summary["buildings"], 1);
    let skipped: Vec<_> = summary["skipped"].as_array().unwrap().iter().map(|skip| &skip["path"]).collect();
    assert_eq!(skipped, ["fifo.py", "loop", "out.py", "socket.py"]);
}

#[test]
fn names_may_be_anything() {
    use std::os::unix::ffi::OsStrExt;
    let project = Project::new("//- a.py\nx = 1\n");
    for name in [&b"line\nbreak.py"[..], b"\xff\xfe.py", b"'\"`$(x).py", b"..b.py", b"-o", b"\x1b[31m.rs", b" "] {
        fs::write(project.root().join(std::ffi::OsStr::from_bytes(name)), "import a\n").unwrap();
    }
    // The one that starts with a dot is hidden.
    assert_eq!(summary(&project)["buildings"], 7);
}

#[test]
fn what_is_too_deep_keeps_its_building() {
    const DEEP: usize = 200_000;
    let project = Project::new("//- a.py\nx = 1\n");
    for suffix in ["py", "rs", "ts", "tsx", "js", "jsx", "json", "md", "toml", "ipynb"] {
        for (name, open, close) in
            [("round", "(", ")"), ("square", "[", "]"), ("curly", "{", "}"), ("sharp", "<a>", "</a>")]
        {
            let text = format!("{}{}\n", open.repeat(DEEP), close.repeat(DEEP));
            project.write(&format!("{suffix}/{name}.{suffix}"), &text);
        }
    }
    project.write("elif.py", &format!("if a:\n  b\n{}", "elif c:\n  d\n".repeat(DEEP)));
    project.write("else.rs", &format!("fn f() {{ if a {{}} {} }}\n", "else if b {}\n".repeat(DEEP)));
    project.write("else.ts", &format!("if (a) {{}}\n{}", "else if (b) {}\n".repeat(DEEP)));
    project.write("decorated.js", &"@".repeat(DEEP * 25));
    project.write("sum.py", &format!("a = 1{}\n", " + 1".repeat(DEEP)));
    project.write("Cargo.toml", &format!("a = {}\n", "[".repeat(DEEP)));
    project.write("package.json", &format!("{{\"exports\": {}", "{\"import\": ".repeat(DEEP)));
    let ran = project.run("log shop -o city.rrd --json --with minified");
    assert_eq!(ran.code(), Some(0), "{ran}");
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap();
    assert_eq!(summary["buildings"], 48, "{ran}");
    assert!(summary["diagnostics"].as_u64() > Some(10), "{ran}");
}

#[test]
fn a_link_to_a_recording_stays_a_link() {
    let project = Project::new(SHOP);
    fs::write(project.beside().join("real.rrd"), "old").unwrap();
    std::os::unix::fs::symlink("real.rrd", project.beside().join("link.rrd")).unwrap();
    let ran = project.run("log shop -o link.rrd");
    assert_eq!(ran.code(), Some(0), "{ran}");
    assert!(project.beside().join("link.rrd").is_symlink());
    assert!(fs::read(project.beside().join("real.rrd")).unwrap().starts_with(b"RRF2"));
    assert_eq!(project.names(), ["link.rrd", "real.rrd", "shop"]);
}

#[test]
fn what_listens_but_is_no_viewer_does_not_hold_up() {
    let project = Project::new(SHOP);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("rerun+http://{}/proxy", listener.local_addr().unwrap());
    let ran = project.run(&format!("log shop -o city.rrd --connect {url}"));
    assert_eq!(ran.code(), Some(2), "{ran}");
    assert!(ran.stderr().contains(&url), "{ran}");
    assert!(project.beside().join("city.rrd").exists());
}

/// Every building can be asked about, if the recording opens at all.
fn ask_about_everything(bytes: &[u8]) -> bool {
    let Ok(loaded) = stream::load(bytes) else { return false };
    let places: Vec<_> = loaded.places.values().cloned().collect();
    let city = RecordedCity::new(loaded);
    let other = r#"{"look":{"area":"bytes","height":"fan_in","color":"class"},"filter":{"directory":"src"},"depth":3}"#;
    let views = [View::default(), serde_json::from_str(other).unwrap()];
    for view in &views {
        let _ = city.look(view, None, None, None);
        city.lists(view);
        city.search(view, "s");
        city.cycle(view, 1);
        city.frame(view, None);
    }
    for place in places {
        let building = Building { entity: place.entity, instance: place.instance };
        city.details(&building);
        for view in &views {
            city.selected_imports(view, Some(&building));
            city.frame(view, Some(&building));
        }
    }
    true
}

#[test]
fn a_damaged_recording_is_refused_or_opens() {
    let whole = Project::new(SHOP).log("");
    assert!(ask_about_everything(&whole));
    assert!(!ask_about_everything(b""));
    assert!(!ask_about_everything(&whole[..whole.len() / 8]));
    // The constants are those of a linear congruential generator; the damage is the same in each run.
    let mut state = 1_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for _ in 0..150 {
        ask_about_everything(&whole[..next(whole.len())]);
        let mut flipped = whole.clone();
        for _ in 0..=next(4) {
            flipped[next(whole.len())] ^= 1 << next(8);
        }
        ask_about_everything(&flipped);
    }
}

#[test]
fn a_broken_git_folder_costs_only_the_commit() {
    let project = Project::new(SHOP);
    for (path, text) in
        [(".git/HEAD", "ref: ref: \u{0}"), (".git/config", "[core"), (".git/index", "DIRC"), (".git/refs/a", "")]
    {
        project.write(path, text);
    }
    fs::create_dir_all(project.root().join(".git/objects")).unwrap();
    assert!(summary(&project)["commit"].is_null());
    fs::remove_dir_all(project.root().join(".git")).unwrap();
    project.write(".git", "gitdir: ../shop/.git\n");
    assert!(summary(&project)["commit"].is_null());
}
