//! The server over real sockets: who is let in, and what is answered.

use tungstenite::Message;

use super::testing::{Running, next, small_city};
use super::{ServeError, ServeOptions, Server, checked_base_url};
use crate::session::{Event, Remote};

#[track_caller]
fn check_open(host: &str, origin: Option<&str>, token: Option<&str>, expect: Result<(), u16>) {
    let options = ServeOptions { allow_hosts: vec!["hub.example.org".to_owned()], ..ServeOptions::default() };
    let running = Running::start(&options);
    let port = running.port.to_string();
    let (host, origin) = (host.replace("PORT", &port), origin.map(|origin| origin.replace("PORT", &port)));
    let opened = running.open(&host, origin.as_deref(), token.unwrap_or(&running.token));
    assert_eq!(opened.map(drop), expect, "{host} {origin:?}");
}

#[test]
fn our_page_opens_the_socket() {
    check_open("127.0.0.1:PORT", Some("http://127.0.0.1:PORT"), None, Ok(()));
    check_open("localhost:PORT", Some("http://localhost:PORT"), None, Ok(()));
    check_open("hub.example.org", Some("https://hub.example.org"), None, Ok(()));
}

#[test]
fn a_page_of_another_origin_does_not() {
    check_open("127.0.0.1:PORT", Some("http://127.0.0.1:1"), None, Err(403));
    check_open("127.0.0.1:PORT", Some("https://evil.example"), None, Err(403));
    check_open("127.0.0.1:PORT", Some("null"), None, Err(403));
    check_open("127.0.0.1:PORT", None, None, Err(403));
}

#[test]
fn a_name_rebound_to_loopback_does_not() {
    check_open("evil.example:PORT", Some("http://evil.example:PORT"), None, Err(403));
    check_open("evil.example:PORT", Some("http://127.0.0.1:PORT"), None, Err(403));
}

#[test]
fn without_the_token_nobody_does() {
    check_open("127.0.0.1:PORT", Some("http://127.0.0.1:PORT"), Some(""), Err(403));
    check_open("127.0.0.1:PORT", Some("http://127.0.0.1:PORT"), Some(&"0".repeat(32)), Err(403));
}

#[track_caller]
fn check_get(path: &str, headers: &[&str], expect: &[&str]) {
    let running = Running::start(&ServeOptions { base_url: "/proxy/9000/".to_owned(), ..ServeOptions::default() });
    let headers: Vec<String> = headers.iter().map(|line| line.replace("PORT", &running.port.to_string())).collect();
    let answer = running.get(path, &headers.iter().map(String::as_str).collect::<Vec<_>>()).to_ascii_lowercase();
    for part in expect {
        assert!(answer.contains(&part.to_ascii_lowercase()), "no {part:?} in {}", &answer[..answer.len().min(2000)]);
    }
}

const HOST: &str = "Host: 127.0.0.1:PORT";

#[test]
fn the_page_needs_no_token_and_tells_nothing() {
    check_get("/", &[HOST], &["HTTP/1.1 200", "content-security-policy: default-src 'none'; connect-src 'self'"]);
    check_get("/", &[HOST], &["x-content-type-options: nosniff", "referrer-policy: no-referrer", "no-cache"]);
    let running = Running::start(&ServeOptions::default());
    assert!(!running.get_own("/").contains(&running.token));
    assert!(!running.get_own("/").contains("hamlet"));
}

#[test]
fn foreign_hosts_are_refused_everywhere() {
    check_get("/", &["Host: evil.example"], &["HTTP/1.1 403", "content-security-policy"]);
    check_get("/socket", &["Host: evil.example:PORT"], &["HTTP/1.1 403"]);
    check_get("/", &[HOST, "Host: evil.example"], &["HTTP/1.1 40"]);
    check_get("/", &[], &["HTTP/1.1 40"]);
}

#[test]
fn a_prefix_is_served_beside_the_root() {
    check_get("/proxy/9000/", &[HOST], &["HTTP/1.1 200"]);
    check_get("/proxy/9000?token=x", &[HOST], &["HTTP/1.1 308", "location: /proxy/9000/?token=x"]);
    check_get("/other", &[HOST], &["HTTP/1.1 404", "content-security-policy"]);
}

#[test]
fn the_viewer_is_compressed_and_kept() {
    let path = format!("/assets/{}/re_viewer.js", env!("REPOLIS_VIEWER_HASH"));
    let etag = format!("etag: \"{}-br\"", env!("REPOLIS_VIEWER_HASH"));
    let br = "Accept-Encoding: gzip, br";
    check_get(&path, &[HOST, br], &["HTTP/1.1 200", "content-encoding: br", "immutable", &etag, "vary: accept-"]);
    let known = format!("If-None-Match: \"{}-br\"", env!("REPOLIS_VIEWER_HASH"));
    check_get(&path, &[HOST, br, &known], &["HTTP/1.1 304", &etag]);
    check_get(&path, &[HOST], &["HTTP/1.1 200", "let wasm_bindgen"]);
}

#[test]
fn old_addresses_are_gone() {
    check_get("/assets/0000000000000000/re_viewer.js", &[HOST], &["HTTP/1.1 404"]);
    let path = format!("/assets/{}/..%2f..%2fCargo.toml", env!("REPOLIS_VIEWER_HASH"));
    check_get(&path, &[HOST], &["HTTP/1.1 404"]);
}

#[test]
fn every_page_gets_the_whole_city_first() {
    let running = Running::start(&ServeOptions::default());
    running.session.tail.push("early".into());
    for _ in 0..2 {
        let mut socket = running.open_own();
        let got: Vec<String> = (0..5).map(|_| next(&mut socket)).collect();
        assert_eq!(got, ["hello", "first", "second", "early", "ready"]);
    }
    let mut socket = running.open_own();
    while next(&mut socket) != "ready" {}
    running.session.tail.push("late".into());
    assert_eq!(next(&mut socket), "late");
}

#[track_caller]
fn check_answer(message: &str, expect: &[&str]) {
    let running = Running::start(&ServeOptions::default());
    let mut socket = running.open_own();
    while next(&mut socket) != "ready" {}
    socket.send(Message::text(message)).expect("the server reads");
    let got: Vec<String> = expect.iter().map(|_| next(&mut socket)).collect();
    assert_eq!(got, expect);
}

#[test]
fn questions_are_answered() {
    check_answer(r#"{"type":"select","building":{"entity":"/city/src","instance":0}}"#, &["details", "arcs"]);
    check_answer(r#"{"type":"select_path","path":"src/main.rs"}"#, &["details", "arcs"]);
    check_answer(r#"{"type":"clear"}"#, &["cleared"]);
    check_answer(r#"{"type":"rm -rf"}"#, &["error"]);
    check_answer("{", &["error"]);
}

#[test]
fn a_page_is_told_that_the_server_stops() {
    let mut running = Running::start(&ServeOptions::default());
    let mut socket = running.open_own();
    while next(&mut socket) != "ready" {}
    running.stop();
    assert_eq!(next(&mut socket), "Repolis was stopped.");
}

#[test]
fn a_page_that_reads_nothing_holds_nobody_up() {
    let running = Running::start(&ServeOptions::default());
    let _deaf = running.open_own();
    let mut socket = running.open_own();
    while next(&mut socket) != "ready" {}
    let chunk = bytes::Bytes::from(vec![b'x'; 4 << 20]);
    for _ in 0..20 {
        running.session.tail.push(chunk.clone());
        assert_eq!(next(&mut socket).len(), chunk.len());
    }
}

#[test]
fn pages_are_limited_and_their_seats_come_free() {
    let running = Running::start(&ServeOptions::default());
    let host = running.host();
    let open = || running.open(&host, Some(&format!("http://{host}")), &running.token);
    let mut sockets: Vec<_> = (0..32).map(|_| open().expect("a free seat")).collect();
    assert_eq!(open().map(drop), Err(503));
    sockets.pop();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while open().is_err() {
        assert!(std::time::Instant::now() < deadline, "the seat of a page that left stays taken");
        std::thread::yield_now();
    }
}

#[test]
fn a_port_in_use_is_named() {
    let running = Running::start(&ServeOptions::default());
    let error = Server::bind(&ServeOptions { port: running.port, ..ServeOptions::default() }).expect_err("it is taken");
    assert!(matches!(error, ServeError::PortInUse { port } if port == running.port));
    assert!(error.to_string().contains(&running.port.to_string()));
}

#[test]
fn pages_hear_of_other_cities_and_of_wishes() {
    let running = Running::start(&ServeOptions::default());
    let mut socket = running.open_own();
    while next(&mut socket) != "ready" {}
    assert_eq!(running.session.pages(), 1);
    running.session.replace(small_city("town", &["third"]), Vec::new());
    let got: Vec<String> = (0..3).map(|_| next(&mut socket)).collect();
    assert_eq!(got[..2], ["replaced", "third"]);
    assert!(got[2].starts_with("RRF2"), "the mark of the end");
    assert_eq!(next(&mut socket), "ready");
    let select = |path: &str| Remote::Select { path: path.to_owned() };
    running.session.drive(select("src/main.rs")).unwrap();
    assert_eq!(next(&mut socket), "drive");
    assert!(running.session.drive(select("gone.rs")).is_err());
    let (heard, events) = std::sync::mpsc::channel();
    let _watch = running.session.watch(move |event| heard.send(event.clone()).unwrap()).unwrap();
    socket.send(Message::text(r#"{"type":"select_path","path":"src/main.rs"}"#)).unwrap();
    assert!(matches!(events.recv().unwrap(), Event::Selected { page: 1, path, .. } if path == "src/main.rs"));
    drop(socket);
    assert_eq!(events.recv().unwrap(), Event::Left { page: 1 });
}

#[test]
fn only_an_address_with_the_token_can_be_framed() {
    let running = Running::start(&ServeOptions::default());
    let framed = format!("/?token={}", running.token);
    assert!(running.get_own(&framed).contains("frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"));
    for path in ["/", "/?token=0", "/socket", "/gone"] {
        assert!(running.get_own(path).contains("frame-ancestors 'none'"), "{path}");
    }
}

#[test]
fn a_host_keeps_its_token() {
    let token = Some("0123456789abcdef0123456789abcdef".to_owned());
    let running = Running::start(&ServeOptions { token: token.clone(), ..ServeOptions::default() });
    assert_eq!(Some(&running.token), token.as_ref());
    let weak = ServeOptions { token: Some("secret".to_owned()), ..ServeOptions::default() };
    assert!(matches!(Server::bind(&weak), Err(ServeError::Token)));
}

#[track_caller]
fn check_base_url(base_url: &str, expect: Option<&str>) {
    assert_eq!(checked_base_url(base_url).ok().as_deref(), expect, "{base_url:?}");
}

#[test]
fn base_urls_are_paths() {
    check_base_url("", Some(""));
    check_base_url("/", Some(""));
    check_base_url("proxy/9000", Some("/proxy/9000"));
    check_base_url("/user/~ann/proxy/9000/", Some("/user/~ann/proxy/9000"));
    check_base_url("https://hub.example.org/", None);
    check_base_url("/a/../b", None);
    check_base_url("/{a}", None);
}
