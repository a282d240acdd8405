//! `view` and `replay` up to the address that they print; what is behind it is tested in `tests/browser`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::project::{BINARY, Project, Running, SHOP};

/// The address that a command prints, while it runs.
#[track_caller]
fn address(project: &Project, args: &str) -> (Running, String) {
    let mut running = Running::start(project.command(BINARY).args(args.split_whitespace()));
    let line = running.line().unwrap_or_else(|| panic!("{args}: no address"));
    assert!(line.starts_with("http://127.0.0.1:") && line.contains("?token="), "{line}");
    (running, line)
}

#[test]
fn one_address_is_printed_and_answers() {
    let project = Project::new(SHOP);
    let (_running, url) = address(&project, "view shop --no-open");
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[test]
fn every_address_has_a_token_of_its_own() {
    let project = Project::new(SHOP);
    let token = |url: String| url.split_once("token=").unwrap().1.to_owned();
    let (one, other) = (address(&project, "view shop --no-open"), address(&project, "view shop --no-open"));
    assert_ne!(token(one.1), token(other.1));
}

#[test]
fn recordings_are_shown_without_their_repository() {
    let project = Project::new(SHOP);
    project.log("");
    fs::remove_dir_all(project.root()).unwrap();
    for args in ["replay city.rrd --no-open", "view city.rrd --no-open", "replay . --no-open"] {
        address(&project, args);
    }
}

/// What Ctrl-C or a full disk leaves of a recording in a pipe.
#[test]
fn a_recording_without_its_end_is_shown() {
    let project = Project::new(SHOP);
    let bytes = project.log("");
    fs::write(project.beside().join("cut.rrd"), &bytes[..bytes.len() - 20]).unwrap();
    address(&project, "replay cut.rrd --no-open");
}
