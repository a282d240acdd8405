//! `path@revision`: the same as a checkout of that revision, and nothing is checked out.

use std::fs;
use std::net::TcpStream;

use insta::assert_snapshot;
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

use crate::project::{BINARY, DEADLINE, Project, Ran, Running, SHOP};

/// Commits what there is, as a person who is nobody, at a time that does not change.
const COMMIT: &str = "git commit -q -m";

/// Runs git in the shop, by the test's own configuration only.
#[track_caller]
fn git(project: &Project, script: &str) -> String {
    let ran = project.shell(&format!(
        "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1\n\
         export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_AUTHOR_DATE=2024-01-01T00:00:00Z\n\
         export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_COMMITTER_DATE=2024-01-01T00:00:00Z\n\
         set -e\ncd shop\n{script}"
    ));
    assert_eq!(ran.code(), Some(0), "{script}: {ran}");
    ran.stdout().trim().to_owned()
}

/// The shop with two commits: the second changes `shop/stock.py` and takes `page` away.
fn committed() -> Project {
    let project = Project::new(SHOP);
    git(&project, &format!("git init -q -b main && git add . && {COMMIT} first && git tag v1.0"));
    project.write("shop/stock.py", "PRICE = 1\n");
    git(&project, &format!("git rm -rq page && git add . && {COMMIT} second && git tag -m second v2.0"));
    project
}

/// A file of each kind that the walk and the parsers treat in a way of its own.
#[cfg(unix)]
fn every_kind() -> Project {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let project = Project::new(SHOP);
    let write = |path: &str, bytes: &[u8]| {
        project.write(path, "");
        fs::write(project.root().join(path), bytes).unwrap();
    };
    for (path, text) in [
        (".gitignore", "*.log\nbuild/\n!keep.log\n!.shown\n/top.py\ndocs/**/draft.md\n"),
        (".ignore", "secret.py\n"),
        (".repolisignore", "vendor\n!secret.py\n"),
        (".gitattributes", "*.bat eol=crlf\n* text=auto\n*.min.bat binary\n[attr]dos text eol=crlf\n"),
        ("engine/.gitattributes", "*.txt dos\n"),
        ("engine/.gitignore", "/only_here.rs\n*.tmp\n!debug.log\n"),
        ("engine/only_here.rs", "fn left_out() {}\n"),
        ("engine/src/only_here.rs", "pub fn taken() {}\n"),
        ("engine/debug.log", "taken\n"),
        ("engine/dos.txt", "a\nb\n"),
        ("engine/mixed.txt", "a\r\nb\n"),
        ("keep.log", "taken\n"),
        ("debug.log", "tracked and ignored\n"),
        ("top.py", "x = 1\n"),
        ("shop/top.py", "x = 1\n"),
        ("build/made.py", "x = 1\n"),
        ("vendor/foreign.py", "x = 1\n"),
        ("secret.py", "x = 1\n"),
        ("docs/a/b/draft.md", "# No\n"),
        ("docs/a/b/final.md", "# Yes\n"),
        (".hidden/x.py", "x = 1\n"),
        (".shown/x.py", "x = 1\n"),
        ("run.bat", "echo one\necho two\n"),
        ("run.min.bat", "echo one\n"),
        ("script", "#!/usr/bin/env python3\nimport shop.main\n"),
        ("Cargo.lock", "version = 4\n"),
        ("made_pb2.py", "x = 1\n"),
        ("empty.py", ""),
        ("line\nbreak.py", "x = 1\n"),
        ("mistaken/.gitignore", "*.tmp\n{a\n"),
        ("mistaken/.ignore", "{b\n{c\n"),
        ("mistaken/a.py", "x = 1\n"),
        ("marked/.gitignore", "\u{feff}*.tmp\n"),
        ("marked/x.tmp", ""),
    ] {
        write(path, text.as_bytes());
    }
    write("picture.png", b"\x89PNG\0\0");
    write("large.bin", &vec![0; 20_000]);
    write("latin.py", b"# caf\xe9\nx = 1\n");
    write("marked/.ignore", b"*.orig\n\xff\n*.py\n");
    write("marked/y.orig", b"");
    write("marked/z.py", b"x = 1\n");
    write("huge.txt", "text\n\n".repeat(3 << 20).as_bytes());
    fs::write(project.root().join(OsStr::from_bytes(b"bad\xff.py")), "x = 1\n").unwrap();
    fs::set_permissions(project.root().join("script"), fs::Permissions::from_mode(0o755)).unwrap();
    let links = [
        ("to_file.py", "shop/cart.py"),
        ("to_folder", "engine/src"),
        ("shop/up.py", "../engine/src/lib.rs"),
        ("through", "to_folder/wheel.rs"),
        ("around", "to_folder/../Cargo.toml"),
        ("engine/out_of_engine", "../shop"),
        ("self", "."),
        ("engine/root", ".."),
        ("gone", "nowhere/at/all"),
        ("below_a_file", "README.md/x"),
        ("file_and_slash", "README.md/"),
        ("file_and_dot", "README.md/."),
        ("loop", "loop"),
        ("ping", "pong"),
        ("pong", "ping"),
        ("absolute", "/"),
        ("leaves", "../.."),
        ("linked/.gitignore", "../engine/.gitignore"),
        ("ignored.log", "README.md"),
    ];
    fs::create_dir(project.root().join("linked")).unwrap();
    write("linked/x.tmp", b"");
    write("linked/x.txt", b"");
    for (link, target) in links {
        symlink(target, project.root().join(link)).unwrap();
    }
    git(&project, &format!("git init -q -b main && git add -f . && {COMMIT} first"));
    project
}

/// The recording of a checkout and that of the revision.
#[cfg(unix)]
#[track_caller]
fn check_same(project: &Project, folder: &str, options: &str) {
    let log = |source: &str| {
        let ran = project.run(&format!("log {source} -q -o city.rrd {options}"));
        assert_eq!(ran.code(), Some(0), "{source} {options}: {ran}");
        fs::read(project.beside().join("city.rrd")).unwrap()
    };
    let tables = |source: &str| project.run(&format!("export {source} -q --format json -o - {options}")).stdout();
    let (disk, revision) = (format!("clone/{folder}"), format!("{folder}@main"));
    similar_lines(&tables(&disk), &tables(&revision));
    assert!(log(&disk) == log(&revision), "{folder} {options}: the recordings differ");
}

/// What differs can be read in the message.
#[track_caller]
fn similar_lines(one: &str, other: &str) {
    let left = one.lines().filter(|line| !other.contains(line)).collect::<Vec<_>>();
    let right = other.lines().filter(|line| !one.contains(line)).collect::<Vec<_>>();
    assert!(one == other, "only in the first: {left:#?}\nonly in the second: {right:#?}");
}

#[cfg(unix)]
#[test]
fn a_revision_is_what_its_checkout_is() {
    let project = every_kind();
    git(&project, "git clone -q . ../clone/shop");
    // The work tree does not matter.
    for path in ["shop/main.py", ".gitignore", ".gitattributes", "engine/.gitignore", "run.bat"] {
        project.write(path, "x = (\n");
    }
    fs::remove_dir_all(project.root().join("docs")).unwrap();
    project.write("untracked.py", "x = 1\n");
    for options in [
        "",
        "--hidden",
        "--no-ignore",
        "--no-ignore --hidden --with generated,minified,binary",
        "--include *.py --include /engine",
        "--exclude shop/ --exclude *.md",
    ] {
        check_same(&project, "shop", options);
    }
    for options in ["", "--hidden", "--no-ignore"] {
        check_same(&project, "shop/engine", options);
        check_same(&project, "shop/engine/src", options);
        check_same(&project, "shop/mistaken", options);
    }
    check_same(&project, "shop/docs", "");
}

#[test]
fn nothing_runs_and_nothing_is_written() {
    let project = committed();
    project.write(".gitattributes", "* filter=x\n");
    git(&project, &format!("git add . && {COMMIT} third"));
    let traces = "for hook in post-checkout post-index-change reference-transaction; do \
        printf '#!/bin/sh\\ntouch ../ran' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done; \
        git config core.fsmonitor 'touch ../ran #'; git config filter.x.smudge 'touch ../ran; cat'; \
        git config filter.x.process 'touch ../ran'; git config diff.external 'touch ../ran'; rm -f ../ran";
    git(&project, traces);
    let files = "find . -type f | sort | xargs ls -ln --time-style=full-iso";
    let before = git(&project, files);
    assert_eq!(project.run("log shop@HEAD -o city.rrd").code(), Some(0));
    assert_eq!(project.run("query summary -s shop@v1.0").code(), Some(0));
    assert_eq!(git(&project, files), before);
    assert_eq!(project.names(), ["city.rrd", "shop"]);
}

fn json(ran: &Ran) -> serde_json::Value {
    assert_eq!(ran.code(), Some(0), "{ran}");
    serde_json::from_str(&ran.stdout()).unwrap()
}

/// What is known of a revision by any name.
#[track_caller]
fn check_revision(project: &Project, source: &str, (name, commit, files): (&str, Option<&str>, u64)) {
    let answer = json(&project.run(&format!("query summary --json -s {source}")));
    let found = (answer["repository"].as_str().unwrap(), answer["commit"].as_str());
    assert_eq!((found, &answer["answer"]["totals"]["files"]), ((name, commit), &files.into()), "{source}");
}

#[test]
fn a_revision_has_many_names() {
    let project = committed();
    let (v1, v2) = (git(&project, "git rev-parse v1.0"), git(&project, "git rev-parse v2.0^{commit}"));
    let short = &v1[..9];
    for name in ["v1.0", "HEAD~1", "main^", &v1, short, "main@{1}", "v2.0~1", "refs/tags/v1.0", ":/first"] {
        check_revision(&project, &format!("shop@{name}"), ("shop", Some(&v1), 10));
    }
    for name in ["v2.0", "HEAD", "@", "main"] {
        check_revision(&project, &format!("shop@{name}"), ("shop", Some(&v2), 8));
    }
    check_revision(&project, "shop@v1.0^{tree}", ("shop", None, 10));
    check_revision(&project, "shop@v1.0:engine", ("shop", None, 3));
    check_revision(&project, "shop/engine@v1.0", ("engine", Some(&v1), 3));
    check_revision(&project, "./shop/../shop/shop/@v1.0", ("shop", Some(&v1), 4));
    // No longer on disk.
    check_revision(&project, "shop/page@v1.0", ("page", Some(&v1), 2));
    git(
        &project,
        "git clone -q --bare . ../bare.git && git worktree add -q ../tree v1.0 && git pack-refs --all && git gc -q",
    );
    check_revision(&project, "bare.git@main~1", ("bare.git", Some(&v1), 10));
    check_revision(&project, "bare.git/engine@v1.0", ("engine", Some(&v1), 3));
    check_revision(&project, "tree@HEAD", ("tree", Some(&v1), 10));
    check_revision(&project, "shop@v1.0", ("shop", Some(&v1), 10));
    // Either name may hold an `@`.
    let tag = "git mv engine @scope && git commit -qm scope && git tag @scope/x@1.0 && git rm -rq @scope && git commit -qm gone";
    git(&project, tag);
    let scoped = git(&project, "git rev-parse HEAD~1");
    check_revision(&project, "shop@@scope/x@1.0", ("shop", Some(&scoped), 8));
    check_revision(&project, "shop/@scope@@scope/x@1.0", ("@scope", Some(&scoped), 3));
    check_revision(&project, "shop/@scope/src@HEAD~1", ("src", Some(&scoped), 2));
    git(&project, "git reset -q --hard v2.0");
    let here = project.shell("cd shop/engine && repolis query summary --json -s @v1.0");
    assert_eq!(json(&here)["repository"], "engine", "{here}");
}

#[test]
fn a_folder_with_an_at_is_a_folder() {
    let project = committed();
    fs::rename(project.root(), project.beside().join("shop@v1.0")).unwrap();
    let commit = project.run("query summary --json -s shop@v1.0@v1.0");
    assert_eq!(json(&commit)["answer"]["totals"]["files"], 10, "{commit}");
    let commit = project.run("query summary --json -s shop@v1.0");
    assert_eq!(json(&commit)["answer"]["totals"]["files"], 8, "{commit}");
}

#[test]
fn every_command_takes_a_revision() {
    let project = committed();
    let of = |source: &str| project.run(&format!("query dependents shop/stock.py -s {source}"));
    assert_snapshot!(of("shop@v1.0"), @r"
    exit status: 0
    --- stdout
    depth  file          imports        line  kind
        1  shop/cart.py  shop/stock.py     1  runtime
        2  shop/main.py  shop/cart.py      2  runtime
    --- stderr
    2 files depend on shop/stock.py
    ");
    assert_snapshot!(of("shop@v2.0"), @r"
    exit status: 0
    --- stdout
    depth  file          imports        line  kind
        1  shop/cart.py  shop/stock.py     1  runtime
        2  shop/main.py  shop/cart.py      2  runtime
    --- stderr
    2 files depend on shop/stock.py
    ");
    // Names as a shell completes them lead into the revision.
    assert_eq!(project.run("query dependents ./shop/shop/stock.py -s shop@v1.0").stdout(), of("shop@v1.0").stdout());
    assert_eq!(project.run("export shop@v1.0 --table files -o files.csv").code(), Some(0));
    let files = fs::read_to_string(project.beside().join("files.csv")).unwrap();
    assert!(files.contains("page/item.ts"), "{files}");
    // The rules are those of today.
    fs::write(project.root().join("repolis.toml"), "[cycles]\nallow = false\n").unwrap();
    assert_snapshot!(project.run("check shop@v1.0"), @r"
    exit status: 1
    --- stdout
    shop/cart.py:1: [cycles] is in a cycle of 2 files: shop/cart.py -> shop/stock.py -> shop/cart.py
        shop/cart.py:1 imports shop/stock.py
        shop/stock.py:2 imports shop/cart.py
    1 finding; 1 rule, 8 files
    --- stderr
    ");
    assert_snapshot!(project.run("check shop@main"), @r"
    exit status: 0
    --- stdout
    no findings; 1 rule, 6 files
    --- stderr
    ");
    fs::remove_file(project.root().join("repolis.toml")).unwrap();
    let ran = project.run("check shop@main");
    assert!(ran.code() == Some(2) && ran.stderr().starts_with("repolis: shop/repolis.toml: no rules there"), "{ran}");
}

#[test]
fn what_changed_between_revisions() {
    let project = committed();
    project.write("shop/cart.py", "never committed\n");
    assert_snapshot!(project.run("query impact -s shop@v2.0 --changed=v1.0"), @r"
    exit status: 0
    --- stdout
    Files: 2
    score  depth  file          through
    0.500      1  shop/cart.py  shop/stock.py
    0.250      2  shop/main.py  shop/cart.py
    --- stderr
    left out, as it is deleted: page/index.ts, and 1 more
    a change of 1 file may reach 2 files and 0 test files
    ");
    assert_snapshot!(project.run("query impact -s shop@v1.0 --changed=v2.0"), @r"
    exit status: 0
    --- stdout
    Files: 2
    score  depth  file          through
    0.500      1  shop/cart.py  shop/stock.py
    0.250      2  shop/main.py  shop/cart.py
    --- stderr
    a change of 3 files may reach 2 files and 0 test files
    ");
    assert_snapshot!(project.run("query impact -s shop/page@v1.0 --changed=v2.0 --paths"), @r"
    exit status: 0
    --- stdout
    --- stderr
    ");
    assert_eq!(project.run("query impact -s shop@v1.0 --changed=HEAD~9").code(), Some(2));
    assert_snapshot!(project.run("query impact -s shop@v1.0 --changed=v9"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop@v9: no such revision; the nearest tags and branches are v1.0, v2.0, main
    ");
}

/// What the page is told of a file.
fn source_of(running: &mut Running, path: &str) -> serde_json::Value {
    let url = running.line().unwrap();
    let (host, token) = url.strip_prefix("http://").unwrap().split_once("/?token=").unwrap();
    let mut request = format!("ws://{host}/socket?token={token}").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{host}").parse().unwrap());
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let (mut socket, _) = tungstenite::client(request, stream).unwrap();
    socket.send(Message::text(format!(r#"{{"type":"source","path":"{path}","line":1}}"#))).unwrap();
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            let message: serde_json::Value = serde_json::from_str(&text).unwrap();
            if message["type"] == "source" {
                return message["excerpt"].clone();
            }
        }
    }
}

#[test]
fn the_page_shows_the_lines_of_the_revision() {
    let project = committed();
    project.write("shop/main.py", "not this\n");
    let lines = |source: &str, path: &str| {
        let mut running = Running::start(project.command(BINARY).args(["view", source, "--no-open"]));
        let excerpt = source_of(&mut running, path);
        (excerpt["lines"][0].clone(), excerpt["note"].clone())
    };
    assert_eq!(lines("shop@v1.0", "shop/main.py"), ("import json".into(), "".into()));
    assert_eq!(lines("shop@v1.0", "page/index.ts"), ("import type { Item } from './item';".into(), "".into()));
    assert_eq!(lines("shop@v2.0", "shop/stock.py"), ("PRICE = 1".into(), "".into()));
    assert_eq!(lines("shop", "shop/main.py"), ("not this".into(), "".into()));
}

#[test]
fn a_submodule_is_skipped_with_the_reason() {
    let project = committed();
    let add = "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib/inner";
    git(&project, &format!("{add} && {COMMIT} inner"));
    let skips = |options: &str| {
        let ran = project.run(&format!("log shop@HEAD -o city.rrd --json {options}"));
        json(&ran)["skipped"].clone()
    };
    let expect = serde_json::json!([
        {"path": "lib/inner", "reason": "a submodule, whose files are in another repository"}
    ]);
    assert_eq!(skips(""), expect);
    assert_eq!(skips("--exclude lib"), serde_json::json!([]));
    let ran = project.run("log shop/lib/inner@HEAD -o city.rrd");
    assert_snapshot!(ran.stderr(), @r"
    repolis: shop/lib/inner@HEAD: inner is a submodule, with revisions of its own, in that revision; name a folder before the @
    ");
}

/// The message of a run that fails and writes nothing.
#[track_caller]
fn message(project: &Project, source: &str) -> String {
    let ran = project.run(&format!("log {source} -o city.rrd"));
    assert_eq!((ran.code(), ran.stdout().as_str()), (Some(2), ""), "{ran}");
    assert!(!project.beside().join("city.rrd").exists());
    ran.stderr()
}

#[test]
fn what_is_no_revision() {
    let project = committed();
    git(&project, "git branch feature/search && mkdir ../plain");
    for source in [
        "shop@v1.1",
        "shop@feature/serach~2",
        "shop@",
        "shop@HEAD~9",
        "shop@v1.0..v2.0",
        "shop@v1.0:README.md",
        "shop@0123456",
        "shop/gone@v1.0",
        "shop/README.md/x@v1.0",
        "shop/README.md@v1.0",
        "plain@v1.0",
        "gone@v1.0",
    ] {
        let told = message(&project, source);
        assert!(told.starts_with("repolis: "), "{told}");
    }
    let all = |sources: &[&str]| sources.iter().map(|source| message(&project, source)).collect::<String>();
    assert_snapshot!(all(&["shop@v1.1", "shop@feature/serach~2", "shop@", "shop@HEAD~9", "shop@v1.0..v2.0"]), @r#"
    repolis: shop@v1.1: no such revision; the nearest tags and branches are v1.0, v2.0, main
    repolis: shop@feature/serach~2: no such revision; the nearest tags and branches are feature/search, main, v1.0
    repolis: shop@: a tag, a branch or a commit must follow the @
    repolis: shop@HEAD~9: no such revision: Commit 849563d has 1 ancestors along the first parent and ancestor number 9 is out of range
    repolis: shop@v1.0..v2.0: no such revision: revspec "v1.0..v2.0" did not resolve to a single object
    "#);
    assert_snapshot!(all(&["shop@v1.0:README.md", "shop@0123456", "shop/gone@v1.0", "shop/README.md/x@v1.0"]), @r"
    repolis: shop@v1.0:README.md: this is a file; name a tag, a branch or a commit after the @
    repolis: shop@0123456: no such revision: no object begins so; git fetch may bring it
    repolis: shop/gone@v1.0: there is no folder gone in that revision; name one that it has before the @
    repolis: shop/README.md/x@v1.0: this is a file; name the folder that holds it before the @
    ");
    assert_snapshot!(all(&["shop/README.md@v1.0", "plain@v1.0", "gone@v1.0", "shop/page@v2.0"]), @r"
    repolis: shop/README.md@v1.0: this is a file; name the folder that holds it before the @
    repolis: plain@v1.0: plain is in no git repository, so it has no revisions; leave out the @ and what follows
    repolis: gone@v1.0: no such folder, and none above it is in a git repository; name a folder of one before the @
    repolis: shop/page@v2.0: there is no folder page in that revision; name one that it has before the @
    ");
    let empty = Project::new("//- a.py\nx = 1\n");
    git(&empty, "git init -q -b main");
    assert_snapshot!(message(&empty, "shop@HEAD"), @r"
    repolis: shop@HEAD: this repository has no commit yet; leave out the @ and what follows
    ");
    assert_snapshot!(message(&empty, "shop@main"), @r"
    repolis: shop@main: this repository has no commit yet; leave out the @ and what follows
    ");
}

#[test]
fn an_ambiguous_hash_names_what_is_meant() {
    // The hashes of these texts begin with the same four digits.
    let project = Project::new("//- a.txt\n195\n//- b.txt\n389\n");
    git(&project, &format!("git init -q -b main && git add . && {COMMIT} first"));
    assert_snapshot!(message(&project, "shop@6bb2"), @r"
    repolis: shop@6bb2: several objects begin so; write more of the one that is meant: 6bb2f4e (blob), 6bb2f98 (blob)
    ");
}

#[test]
fn what_a_clone_does_not_have() {
    let project = committed();
    git(&project, "git clone -q --depth 1 file://$PWD ../shallow && git clone -q --bare . ../partial.git");
    assert_eq!(project.run("query summary -s shallow@HEAD").code(), Some(0));
    assert_snapshot!(message(&project, "shallow@HEAD~1"), @r"
    repolis: shallow@HEAD~1: no such revision: Commit 849563d has 0 ancestors along the first parent and ancestor number 1 is out of range; this clone is shallow: git fetch --unshallow brings the rest
    ");
    assert_snapshot!(message(&project, &format!("shallow@{}", git(&project, "git rev-parse v1.0"))), @r"
    repolis: shallow@bc87926d05e16a72df5e0ffb46b1f265237f0831: no such revision: no object begins so; git fetch --unshallow may bring it
    ");
}

/// The file of a loose object.
fn object(project: &Project, name: &str) -> std::path::PathBuf {
    let id = git(project, &format!("git rev-parse {name}"));
    let file = project.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    // Git writes them so that nobody changes them.
    fs::remove_file(&file).unwrap();
    file
}

#[test]
fn a_blob_that_cannot_be_read_costs_that_file_only() {
    let project = committed();
    object(&project, "HEAD:shop/stock.py");
    fs::write(object(&project, "HEAD:shop/cart.py"), "no object").unwrap();
    let ran = project.run("log shop@HEAD -o city.rrd --json");
    let skipped = json(&ran)["skipped"].to_string();
    assert_snapshot!(skipped.replace("},", "},\n"), @r#"
    [{"path":"shop/cart.py","reason":"cannot be read: git's object cf2961f13c6b3386929d3fbd6254d6234cbbe734 is damaged"},
    {"path":"shop/stock.py","reason":"cannot be read: git's object fdf842b620cf93b6f89c5bcf1a3af09710d985f5 is missing"}]
    "#);
}

#[test]
fn a_tree_that_cannot_be_read_is_an_error() {
    for (object_of, bytes) in
        [("HEAD:shop", None), ("HEAD^{tree}", Some("x")), ("HEAD", Some("")), ("HEAD:engine/src", Some("x"))]
    {
        let project = committed();
        let file = object(&project, object_of);
        if let Some(bytes) = bytes {
            fs::write(file, bytes).unwrap();
        }
        let told = message(&project, "shop@HEAD");
        assert!(
            told.starts_with("repolis: shop@HEAD: cannot be read: ") && told.contains("git fsck"),
            "{object_of}: {told}"
        );
    }
}

/// Git's own commands refuse these: only a repository made to harm has them.
#[test]
fn names_that_no_file_can_have_are_skipped() {
    let project = committed();
    let blob = git(&project, "git rev-parse HEAD:README.md");
    let id: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).unwrap()).collect();
    let names: [&[u8]; 5] = [b"..", b".git", b"a/b", b"a.md", b"a.md"];
    let tree: Vec<u8> = names.iter().flat_map(|name| [b"100644 ", *name, b"\0", &id].concat()).collect();
    fs::write(project.beside().join("tree"), tree).unwrap();
    git(
        &project,
        "tree=$(git hash-object -t tree -w --literally ../tree) && git tag evil $(git commit-tree -m evil $tree)",
    );
    let ran = project.run("log shop@evil -o city.rrd --json --hidden");
    let answer = json(&ran);
    assert_eq!(answer["files"], 1, "{answer}");
    assert_snapshot!(answer["skipped"].to_string(), @r#"
    [{"path":"..","reason":"no name that a file may have"},{"path":"a/b","reason":"no name that a file may have"}]
    "#);
}
