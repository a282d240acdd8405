//! Rules on graphs that are small enough to see the answer.

use std::sync::atomic::AtomicBool;

use super::check as check_rules;
use crate::analysis::{Analysis, Options, analyze};
use crate::rules::{Baseline, Finding, parse};
use crate::scan::Place;

/// Python files that import each other: `a/x: b/y c` is the file `a/x.py` with two imports.
fn analysis(files: &str) -> Analysis {
    let dir = tempfile::tempdir().unwrap();
    for line in files.split(';').map(str::trim) {
        let (path, imports) = line.split_once(':').unwrap();
        let path = dir.path().join(format!("{path}.py"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let import = |name: &str| format!("import {}\n", name.replace('/', "."));
        std::fs::write(path, imports.split_whitespace().map(import).collect::<String>()).unwrap();
    }
    analyze(&Place::from(dir.path()), &Options::default(), &(), &AtomicBool::new(false)).unwrap()
}

fn found(files: &str, rules: &str) -> Vec<Finding> {
    check_rules(&parse(rules).unwrap(), &analysis(files)).unwrap().findings
}

#[track_caller]
fn check(files: &str, rules: &str, expect: &[&str]) {
    let found = found(files, rules);
    let lines: Vec<_> = found.iter().map(|finding| format!("{} {}", finding.path, finding.message)).collect();
    assert_eq!(lines, expect, "{rules}");
}

#[test]
fn a_chain_is_the_shortest_and_leaves_its_source_once() {
    let files = "s/a: s/b m/c; s/b: m/c; m/c: m/d m/e; m/d: t/z; m/e: m/f; m/f: t/z; t/z:";
    let rules = "[[forbidden]]\nfrom = 's'\nto = 't'\ntransitive = true";
    let expect = ["s/a.py reaches t/z.py through m/c.py, m/d.py", "s/b.py reaches t/z.py through m/c.py, m/d.py"];
    check(files, rules, &expect);
    check(
        files,
        &format!("{rules}\nexcept = {{ from = 'm/d.py', to = 't' }}"),
        &[
            "s/a.py reaches t/z.py through m/c.py, m/e.py, m/f.py",
            "s/b.py reaches t/z.py through m/c.py, m/e.py, m/f.py",
        ],
    );
}

#[test]
fn chains_end_where_cycles_lead_nowhere() {
    let rules = "[[forbidden]]\nfrom = 's'\nto = 't'\ntransitive = true";
    check("s/a: m/b; m/b: m/c; m/c: m/b s/a; t/z: m/b", rules, &[]);
}

#[test]
fn layers_are_not_passed_through_what_is_in_none() {
    let layers = "[[layers]]\nlayers = ['hi', 'lo']\ntransitive = ";
    let files = "hi/a: lo/b; lo/b: util/u; util/u: hi/a";
    check(files, &format!("{layers}false"), &[]);
    check(files, &format!("{layers}true"), &["lo/b.py reaches hi/a.py through util/u.py; layer hi is above lo"]);
}

#[test]
fn parts_of_one_layer_may_be_related() {
    let files = "hi/a: lo/b; lo/b: mid/c; mid/c: lo/b";
    let rules = |independent: bool| {
        format!("[[layers]]\nlayers = ['hi', {{ parts = ['lo', 'mid'], independent = {independent} }}]")
    };
    check(files, &rules(false), &[]);
    check(
        files,
        &rules(true),
        &[
            "lo/b.py imports mid/c.py; mid and lo of one layer are independent",
            "mid/c.py imports lo/b.py; lo and mid of one layer are independent",
        ],
    );
}

#[test]
fn the_last_glob_that_matches_decides() {
    let files = "a/x: b/y b/keep/z; b/y:; b/keep/z:";
    check(files, "[[forbidden]]\nfrom = 'a'\nto = ['b/**', '!b/keep']", &["a/x.py imports b/y.py"]);
    let again = "[[forbidden]]\nfrom = 'a'\nto = ['b/**', '!b', 'b/keep/*.py']";
    check(files, again, &["a/x.py imports b/keep/z.py"]);
}

#[test]
fn excluded_files_are_in_no_rule() {
    let files = "a/x: b/y; b/y: a/x";
    check(files, "[cycles]\nallow = false", &["a/x.py is in a cycle of 2 files: a/x.py -> b/y.py -> a/x.py"]);
    check(files, "exclude = 'b'\n[cycles]\nallow = false", &[]);
}

#[test]
fn siblings_are_what_lies_side_by_side() {
    let files = "p/__init__: p/a/x; p/a/x: p/b/y; p/a/z: ; p/b/y: p/c; p/c: p/a/z";
    let cycle = "p holds a cycle of 3 siblings: p/a -> p/b -> p/c.py -> p/a";
    check(files, "[cycles]\nallow = false", &[]);
    check(files, "[cycles]\nof = 'siblings'\nfiles = 'p'", &[cycle]);
    check(files, "[cycles]\nof = 'siblings'", &[cycle]);
    check(files, "[cycles]\nof = 'siblings'\ndepth = 0", &[]);
    check(files, "[cycles]\nof = 'siblings'\nskip = 'p'", &[]);
}

#[test]
fn a_baseline_survives_moved_lines_and_sees_growth() {
    let rules = "[[forbidden]]\nname = 'r'\nfrom = 'a'\nto = 'b'\n[cycles]\nallow = false";
    let known = |before: &str, after: &str| {
        let baseline = Baseline::parse(&Baseline::write(&found(before, rules))).unwrap();
        let mut report = check_rules(&parse(rules).unwrap(), &analysis(after)).unwrap();
        baseline.apply(&mut report);
        let new = report.findings.iter().filter(|finding| !finding.known).count();
        (new, report.stale.len())
    };
    assert_eq!(known("a/x: b/y; b/y: a/x", "a/x: os b/y; b/y: a/x"), (0, 0));
    assert_eq!(known("a/x: b/y; b/y: a/x", "a/x: b/y b/y; b/y: a/x"), (1, 0));
    assert_eq!(known("a/x: b/y; b/y: a/x", "a/x: b/y; b/y: c; c: a/x"), (1, 1));
    assert_eq!(known("a/x: b/y; b/y: c; c: a/x b/y", "a/x: b/y; b/y: c; c: b/y"), (0, 0));
    assert_eq!(known("a/x: b/y; b/y:", "a/x: ; b/y:"), (0, 1));
}

#[test]
fn a_long_chain_needs_no_stack() {
    let chain: Vec<_> = (0..2_000).map(|i| format!("m/f{i}: m/f{}", i + 1)).collect();
    let files = format!("{}; m/f2000: m/f0; s: m/f0; t:", chain.join("; "));
    let rules = "[[forbidden]]\nfrom = '/s.py'\nto = 'm/f2000.py'\ntransitive = true\n[cycles]\nallow = false";
    let found = found(&files, rules);
    assert_eq!(found.iter().map(|finding| finding.steps().len()).collect::<Vec<_>>(), [2001, 2001]);
}
