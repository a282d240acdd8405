use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

#[track_caller]
fn check(files: &[(&str, &str)], options: &ScanOptions, expect: &[&str]) {
    let dir = folder(files);
    let walk = walk(dir.path(), options).unwrap();
    assert_eq!(walk.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), expect);
}

#[test]
fn ignore_files_count_without_git() {
    let files = [
        (".gitignore", "a\n"),
        (".ignore", "b\n"),
        (".repolisignore", "c\n"),
        ("a", ""),
        ("b", ""),
        ("c", ""),
        ("d", ""),
    ];
    check(&files, &ScanOptions::default(), &["d"]);
    let all = ScanOptions { no_ignore: true, ..Default::default() };
    check(&files, &all, &["a", "b", "c", "d"]);
    let hidden = ScanOptions { hidden: true, ..Default::default() };
    check(&files, &hidden, &[".gitignore", ".ignore", ".repolisignore", "d"]);
}

#[test]
fn gits_own_rules_count_in_a_linked_work_tree_too() {
    let exclude = (".git/info/exclude", "a\n");
    check(&[exclude, ("a", ""), ("b", "")], &ScanOptions::default(), &["b"]);
    let dir = folder(&[
        ("main/.git/info/exclude", "a\n"),
        ("main/.git/worktrees/w/commondir", "../..\n"),
        ("w/.git", "gitdir: ../main/.git/worktrees/w\n"),
        ("w/a", ""),
        ("w/b", ""),
    ]);
    let walk = walk(&dir.path().join("w"), &ScanOptions::default()).unwrap();
    assert_eq!(walk.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn ignore_files_above_count_up_to_the_top_of_the_repository() {
    let files = [
        (".gitignore", "a\n"),
        ("top/.git/info/exclude", "b\n"),
        ("top/.gitignore", "c\n/in/d\n!e\n"),
        ("top/in/.gitignore", "e\n"),
        ("top/in/a", ""),
        ("top/in/b", ""),
        ("top/in/c", ""),
        ("top/in/d", ""),
        ("top/in/e", ""),
        ("top/in/f", ""),
    ];
    let dir = folder(&files);
    let paths = |folder: &str, no_ignore| {
        let options = ScanOptions { no_ignore, ..Default::default() };
        let candidates = walk(&dir.path().join(folder), &options).unwrap().candidates;
        candidates.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    assert_eq!(paths("top/in", false), ["a", "f"]);
    assert_eq!(paths("top/in", true), ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(paths("top", false), ["in/a", "in/f"]);
}

#[test]
fn globs_narrow_but_never_bring_ignored_files_back() {
    let files = [(".gitignore", "out/\nx.py\n"), ("out/a.py", ""), ("x.py", ""), ("src/b.py", ""), ("src/b.rs", "")];
    let include = ScanOptions { include: vec!["*.py".into()], ..Default::default() };
    check(&files, &include, &["src/b.py"]);
    for folder in ["src", "src/", "/src"] {
        let include = ScanOptions { include: vec![folder.into()], ..Default::default() };
        check(&files, &include, &["src/b.py", "src/b.rs"]);
    }
    let exclude = ScanOptions { exclude: vec!["src/*.py".into()], ..Default::default() };
    check(&files, &exclude, &["src/b.rs"]);
}

#[test]
fn version_control_is_never_taken() {
    let files = [(".git/config", ""), (".hg/x", ""), ("a", "")];
    check(&files, &ScanOptions { hidden: true, no_ignore: true, ..Default::default() }, &["a"]);
}

#[cfg(unix)]
#[test]
fn links_are_noted_and_not_walked() {
    let dir = folder(&[("a/b", "")]);
    std::os::unix::fs::symlink("..", dir.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink("/etc", dir.path().join("out")).unwrap();
    std::os::unix::fs::symlink("a/b", dir.path().join("in")).unwrap();
    let walk = walk(dir.path(), &ScanOptions::default()).unwrap();
    assert_eq!(walk.candidates.len(), 1);
    assert_eq!(walk.skipped.iter().map(|skip| &*skip.path).collect::<Vec<_>>(), ["a/loop", "out"]);
    assert_eq!(walk.links, [Link { path: "in".into(), target: "a/b".into() }]);
}

#[cfg(unix)]
#[test]
fn an_endless_ignore_file_is_not_read() {
    let dir = folder(&[("a/b", ""), ("c/d", "")]);
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("a/.gitignore")).unwrap();
    let found = walk(dir.path(), &ScanOptions::default()).unwrap();
    assert_eq!(found.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["c/d"]);
    let reason = "its .gitignore is no file of rules".to_owned();
    assert!(found.skipped.contains(&Skip { path: "a".to_owned(), reason }), "{:?}", found.skipped);
    std::os::unix::fs::symlink("/dev/zero", dir.path().join(".ignore")).unwrap();
    let error = walk(dir.path(), &ScanOptions::default()).unwrap_err().to_string();
    assert!(error.contains(".ignore: this is no file"), "{error}");
}

#[cfg(unix)]
#[test]
fn names_that_are_not_text_are_escaped() {
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&[("line\nbreak", "")]);
    std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
    let walk = walk(dir.path(), &ScanOptions::default()).unwrap();
    assert_eq!(walk.candidates.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["bad\\xFF", "line\nbreak"]);
}

#[test]
fn errors_name_the_path() {
    let dir = folder(&[("file", "")]);
    let error = walk(&dir.path().join("file"), &ScanOptions::default()).unwrap_err().to_string();
    assert!(error.contains("this is a file"), "{error}");
    let error = walk(&dir.path().join("none"), &ScanOptions::default()).unwrap_err().to_string();
    assert!(error.contains("none"), "{error}");
    let bad = ScanOptions { include: vec!["a[".into()], ..Default::default() };
    assert!(walk(dir.path(), &bad).unwrap_err().to_string().contains("a["));
}
