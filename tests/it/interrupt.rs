//! Ctrl-C.

use std::fs;
use std::time::Instant;

use crate::project::{BINARY, DEADLINE, Project, Running};

const SIGINT: u32 = 2;

/// Waits until the process has its own way of taking Ctrl-C.
fn wait_until_handled(running: &Running) {
    let started = Instant::now();
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
        if u64::from_str_radix(caught, 16).unwrap() & (1 << (SIGINT - 1)) != 0 {
            return;
        }
        assert!(started.elapsed() < DEADLINE);
        std::thread::yield_now();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_analysis_stops_and_leaves_no_file() {
    let project = Project::new("");
    let text = "def f(x):\n    if x:\n        return [x for x in range(9) if x]\n".repeat(400);
    for file in 0..4000 {
        project.write(&format!("{}/{file}.py", file % 40), &text);
    }
    let running = Running::start(project.command(BINARY).args(["log", "shop", "-o", "city.rrd"]));
    wait_until_handled(&running);
    running.interrupt();
    assert_eq!(running.wait(), Some(130));
    assert_eq!(project.names(), ["shop"]);
}

#[test]
fn a_city_on_show_ends_well() {
    let project = Project::new(crate::project::SHOP);
    let mut running = Running::start(project.command(BINARY).args(["view", "shop", "--no-open"]));
    assert!(running.line().is_some());
    running.interrupt();
    assert_eq!(running.wait(), Some(0));
}
