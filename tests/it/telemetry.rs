//! What is kept of what runs, in a process of its own.

use std::fs;
use std::process::Command;

use repolis::scan::{FileClass, FileEntry, Language, SourceTree};
use repolis::telemetry::{Code, Exception, Limits, Log, Placer, Severity, Span, Telemetry};

const SECOND: u64 = 1_000_000_000;
const BEGIN: u64 = 1_780_000_000 * SECOND;
const LIMIT: u64 = 16 << 20;
const CHILD: &str = "REPOLIS_TEST_DAYS";

/// Bytes that this process has in memory.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Three days of spans, logs and errors; most names and messages are new.
fn take_days(telemetry: &Telemetry, looked: &mut dyn FnMut()) -> u64 {
    let stack = "  File \"a.py\", line 3, in f\n".repeat(20);
    let mut number = 0_u64;
    for second in (0..3 * 86_400_u64).step_by(2) {
        let time = BEGIN + second * SECOND;
        let texts: Vec<_> = (0..6).map(|at| format!("GET /user/{}", number + at)).collect();
        let exceptions = [Exception { time, kind: "KeyError", message: &texts[0], stack: &stack }];
        let spans = texts.iter().map(|name| {
            number += 1;
            Span {
                trace: (number / 5).into(),
                id: number,
                parent: number / 2,
                name,
                start: time,
                end: time + number % SECOND,
                is_error: number.is_multiple_of(9),
                exceptions: if number.is_multiple_of(9) { &exceptions } else { &[] },
                code: Code { path: ["a.py", "b.py", ""][number as usize % 3], name, ..Code::default() },
                attributes: &(),
            }
        });
        let spans: Vec<_> = spans.collect();
        assert_eq!(telemetry.spans("one", &spans).accepted, 6);
        let (severity, code) = (Severity((number % 24) as u8), Code { name: "log", ..Code::default() });
        let log = Log { time, severity, text: &texts[1], trace: 0, span: 0, exception: None, code, attributes: &() };
        assert_eq!(telemetry.logs("two", &[log]).accepted, 1);
        telemetry.tick();
        if second % 1000 == 0 {
            looked();
        }
    }
    number
}

fn days() {
    let entry = |path: &str| FileEntry {
        path: path.to_owned(),
        language: Language::of_name(path),
        class: FileClass::Source,
        bytes: 1,
    };
    let tree = SourceTree::new(vec![entry("a.py"), entry("b.py")]);
    let telemetry = Telemetry::new(Placer::new(&tree, [], &[]), Limits { memory_bytes: LIMIT, slowest: 100 });
    let (before, mut most) = (memory(), 0);
    let spans = take_days(&telemetry, &mut || most = most.max(memory()));
    let grown = most - before;
    assert!(grown < LIMIT, "{:.1} MiB in memory", grown as f64 / f64::from(1 << 20));
    let totals = telemetry.totals();
    assert!(totals.memory_bytes < LIMIT && grown > LIMIT / 8, "{grown} {}", totals.memory_bytes);
    telemetry.history(|history| {
        assert_eq!(history.rows().map(|row| row.sums.count).sum::<u64>(), spans + totals.logs);
        assert_eq!(history.errors().iter().map(|row| row.count).sum::<u64>(), totals.errors);
        let lengths = history.window_lengths();
        assert!(lengths.first().unwrap().0 == SECOND && lengths.last().unwrap().0 > SECOND, "{lengths:?}");
    });
}

#[test]
fn days_of_input_stay_below_the_limit() {
    if std::env::var_os(CHILD).is_some() {
        return days();
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "telemetry::days_of_input_stay_below_the_limit"]).env(CHILD, "1");
    let output = child.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
