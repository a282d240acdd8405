//! `repolis log --otlp`, from its ports to its recording.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};

use repolis::stream;

use super::{Answer, JSON, head, until};
use crate::project::{BINARY, Project, Running, SHOP};

/// Runs `log` until it receives. What it said so far.
fn start(project: &Project, options: &str) -> (Running, String) {
    let said = project.beside().join("said.txt");
    let arguments = format!("log shop --otlp --otlp-grpc-port 0 --otlp-http-port 0 -o run.rrd {options}");
    let mut command = project.command(BINARY);
    command.args(arguments.split_whitespace()).stderr(fs::File::create(&said).unwrap());
    let running = Running::start(&mut command);
    let mut text = String::new();
    until(|| {
        text = fs::read_to_string(&said).unwrap();
        text.contains("Ctrl-C ends")
    });
    (running, text)
}

/// Sends a span of `total` in shop/cart.py to the port that was told. It is accepted.
fn send_span(said: &str) {
    let http = said.lines().find_map(|line| line.strip_prefix("OTLP over HTTP: http://")).unwrap();
    let json = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"till"}}]},"scopeSpans":[
        {"spans":[{"name":"total","attributes":[{"key":"code.file.path","value":{"stringValue":"/app/shop/cart.py"}},
        {"key":"code.function.name","value":{"stringValue":"total"}}]}]}]}]}"#;
    let mut stream = TcpStream::connect(http).unwrap();
    write!(stream, "{}{json}", head("POST", "/v1/traces", &[&format!("Content-Type: {JSON}")], json.len())).unwrap();
    assert_eq!(Answer::read(stream).status, 200);
}

/// Service, name and calls of what ran and has a place in the repository; `None` while the recording cannot be read.
fn recorded(project: &Project) -> Option<Vec<(String, String, u64)>> {
    let (bytes, _) = stream::read_recording(&project.beside().join("run.rrd")).ok()?;
    let (history, _) = stream::load(&bytes).ok()?.runtime?;
    let placed = history.sites().iter().enumerate().filter(|(_, site)| site.place.is_some());
    let calls = |index| history.rows().filter(|row| row.site.index() == index).map(|row| row.sums.count).sum();
    Some(placed.map(|(index, site)| (site.service.to_string(), site.name.to_string(), calls(index))).collect())
}

#[test]
fn what_is_sent_is_recorded() {
    let project = Project::new(SHOP);
    let (running, said) = start(&project, "");
    send_span(&said);
    running.interrupt();
    assert_eq!(running.wait(), Some(0));
    assert_eq!(recorded(&project).unwrap(), [("till".to_owned(), "total".to_owned(), 1)]);
}

#[test]
fn what_is_recorded_survives_kill_9() {
    let project = Project::new(SHOP);
    // It is written however seldom it is drawn.
    let (running, said) = start(&project, "--redraw-hz 0.1");
    for _ in 0..3 {
        send_span(&said);
    }
    let all = Some(vec![("till".to_owned(), "total".to_owned(), 3)]);
    until(|| recorded(&project) == all);
    running.kill();
    assert_eq!(recorded(&project), all);
    let ran = project.run("query observed run.rrd --json");
    assert_eq!(ran.code(), Some(0), "{ran}");
    assert!(ran.stdout().contains("shop/cart.py"), "{ran}");
}

#[test]
fn a_port_in_use_is_told_before_any_work() {
    let project = Project::new(SHOP);
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let ran = project.run(&format!("log shop --otlp --otlp-grpc-port {port} --otlp-http-port 0 -o run.rrd"));
    assert_eq!(ran.code(), Some(2), "{ran}");
    assert!(ran.stderr().contains(&format!("port {port} is in use")), "{ran}");
    assert!(ran.stderr().contains("--otlp-grpc-port"), "{ran}");
    assert_eq!(project.names(), ["shop"]);
}

#[test]
fn an_address_that_others_reach_is_warned_of() {
    let project = Project::new(SHOP);
    let (running, said) = start(&project, "--otlp-bind 0.0.0.0");
    assert!(said.contains("warning: OTLP is received at 0.0.0.0"), "{said}");
    running.interrupt();
    assert_eq!(running.wait(), Some(0));
    let (running, said) = start(&project, "");
    assert!(!said.contains("warning"), "{said}");
    running.interrupt();
    assert_eq!(running.wait(), Some(0));
}
