//! What runs, from lines of JSON to a recording.

use std::fs;
use std::time::Instant;

use repolis::stream;

use crate::project::{BINARY, DEADLINE, Project, Running, SHOP};

const LINES: &str = r#"{"service":"till","path":"shop/cart.py","function":"total","duration_ms":5}
{"service":"till","path":"shop/stock.py","function":"price","duration_ms":1,"error":"no price"}
{"service":"till","path":"elsewhere.py","function":"gone","duration_ms":1}
no json
"#;

#[test]
fn what_is_followed_to_its_end_is_recorded() {
    let project = Project::new(SHOP);
    fs::write(project.beside().join("calls.jsonl"), LINES).unwrap();
    let ran = project.shell("repolis log shop --follow - -o run.rrd < calls.jsonl");
    assert_eq!(ran.code(), Some(0), "{ran}");
    let stderr = ran.stderr();
    assert!(stderr.contains("standard input:4: not taken"), "{stderr}");
    assert!(stderr.contains("2 placed by path, 1 unplaced"), "{stderr}");
    assert_eq!(project.names(), ["calls.jsonl", "run.rrd", "shop"]);
    let (bytes, has_tail) = stream::read_recording(&project.beside().join("run.rrd")).unwrap();
    assert!(stream::has_footer(&bytes) && !has_tail);
    let (history, _) = stream::load(&bytes).unwrap().runtime.unwrap();
    let names: Vec<_> =
        history.sites().iter().map(|site| (&*site.service, &*site.name, site.place.is_some())).collect();
    assert_eq!(names, [("till", "total", true), ("till", "price", true), ("till", "gone", false)]);
    assert_eq!(&*history.errors()[0].message, "no price");
}

#[test]
fn ctrl_c_completes_what_is_shown_and_recorded() {
    let project = Project::new(SHOP);
    let calls = project.beside().join("calls.jsonl");
    fs::write(&calls, LINES).unwrap();
    let arguments = "view shop --no-open --follow calls.jsonl -o run.rrd";
    let mut running = Running::start(project.command(BINARY).args(arguments.split_whitespace()));
    assert!(running.line().is_some_and(|line| line.starts_with("http://127.0.0.1:")));
    let file = project.beside().join("run.rrd");
    let started = Instant::now();
    // It is in the file's tail before the end.
    let is_recorded = || {
        let (bytes, _) = stream::read_recording(&file).ok()?;
        let (history, _) = stream::load(&bytes).ok()?.runtime?;
        (history.sites().len() == 3).then_some(())
    };
    while is_recorded().is_none() {
        assert!(started.elapsed() < DEADLINE);
        std::thread::yield_now();
    }
    running.interrupt();
    assert_eq!(running.wait(), Some(0));
    let (bytes, has_tail) = stream::read_recording(&file).unwrap();
    assert!(stream::has_footer(&bytes) && !has_tail);
    assert_eq!(project.names(), ["calls.jsonl", "run.rrd", "shop"]);
}

#[track_caller]
fn check_refused(args: &str, expect: &str) {
    let project = Project::new(SHOP);
    let ran = project.run(args);
    assert_eq!(ran.code(), Some(2), "{ran}");
    assert!(ran.stderr().contains(expect), "{ran}");
    assert_eq!(project.names(), ["shop"]);
}

#[test]
fn what_cannot_be_is_refused_before_any_work() {
    check_refused("view shop -o run.rrd", "add --otlp or --follow");
    check_refused("log shop --follow gone.jsonl -o -", "a file that grows");
    check_refused("log shop --follow - -o run.rrd --activity speed", "rate, self_time, total_time, errors");
    check_refused("view shop --follow - --native", "in the browser only");
    check_refused("log shop --follow - -o no/run.rrd", "does not exist");
}

#[test]
fn a_program_that_runs_in_the_folder_says_paths_of_this_machine() {
    let project = Project::new(SHOP);
    let file = project.beside().join("shop/shop/cart.py");
    // The module's own code has a name that no function has.
    let line = serde_json::json!({"path": file, "function": "<module>", "line": 1, "duration_ms": 1});
    fs::write(project.beside().join("calls.jsonl"), format!("{line}\n")).unwrap();
    let ran = project.shell("repolis log shop --follow - -o run.rrd < calls.jsonl");
    assert!(ran.stderr().contains("1 placed by path"), "{ran}");
}

#[test]
fn what_cannot_be_sent_again_waits_for_memory() {
    let project = Project::new(SHOP);
    // Each of a second of its own, and more than a tenth of the memory holds at once.
    let line = |second: u64| {
        format!(
            "{{\"path\":\"shop/cart.py\",\"function\":\"total\",\"time\":{},\"duration_ms\":1}}\n",
            1_700_000_000 + second
        )
    };
    fs::write(project.beside().join("calls.jsonl"), (0..200_000).map(line).collect::<String>()).unwrap();
    let ran = project.shell("repolis log shop --follow - --memory-limit 16MiB -o run.rrd < calls.jsonl");
    assert!(ran.stderr().contains("200000 placed by path") && !ran.stderr().contains("refused"), "{ran}");
}
