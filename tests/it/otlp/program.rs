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

#[test]
fn what_is_sent_is_recorded() {
    let project = Project::new(SHOP);
    let (running, said) = start(&project, "");
    let http = said.lines().find_map(|line| line.strip_prefix("OTLP over HTTP: http://")).unwrap();
    let json = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"till"}}]},"scopeSpans":[
        {"spans":[{"name":"total","attributes":[{"key":"code.file.path","value":{"stringValue":"/app/shop/cart.py"}},
        {"key":"code.function.name","value":{"stringValue":"total"}}]}]}]}]}"#;
    let mut stream = TcpStream::connect(http).unwrap();
    write!(stream, "{}{json}", head("POST", "/v1/traces", &[&format!("Content-Type: {JSON}")], json.len())).unwrap();
    assert_eq!(Answer::read(stream).status, 200);
    running.interrupt();
    assert_eq!(running.wait(), Some(0));
    let (bytes, _) = stream::read_recording(&project.beside().join("run.rrd")).unwrap();
    let (history, _) = stream::load(&bytes).unwrap().runtime.unwrap();
    let sites: Vec<_> =
        history.sites().iter().map(|site| (&*site.service, &*site.name, site.place.is_some())).collect();
    assert_eq!(sites, [("till", "total", true)]);
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
