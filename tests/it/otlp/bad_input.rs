//! Senders that are careless or worse: a clear answer, a count, and everything else goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use repolis::serve::OtlpOptions;

use super::{Answer, JSON, PROTOBUF, Receiver, encoded, head, large, spans, until};

const TYPE: &str = "Content-Type: application/x-protobuf";

/// Connections that hold what all messages on their way may take, each short of its end.
pub fn fill(receiver: &Receiver) -> Vec<TcpStream> {
    let begin = || {
        let mut stream = receiver.connect();
        write!(stream, "{}", head("POST", "/v1/traces", &[TYPE], 512 << 10)).unwrap();
        stream.write_all(&vec![0; 500 << 10]).unwrap();
        stream
    };
    loop {
        let held: Vec<_> = (0..4).map(|_| begin()).collect();
        // 48 KiB are left when all has come, if none of them found the room taken by what asks here.
        if (0..2000).any(|_| receiver.post("/v1/traces", PROTOBUF, &vec![0; 100 << 10]).status == 503) {
            return held;
        }
    }
}

#[test]
fn a_message_beyond_the_memory_is_to_be_sent_again() {
    let receiver = Receiver::small();
    let held = fill(&receiver);
    let message = encoded(large(300 << 10));
    let answer = receiver.post("/v1/traces", PROTOBUF, &message);
    assert!(answer.status == 503 && answer.head.contains("retry-after: 1"), "{}", answer.head);
    assert!(receiver.refused("message beyond those that may be on their way: to be sent again later") > 0);
    // A small one still fits.
    receiver.check_well();
    drop(held);
    until(|| receiver.post("/v1/traces", PROTOBUF, &message).status == 200);
}

#[test]
fn a_hundred_megabytes_are_refused_as_they_come() {
    let receiver = Receiver::start();
    let mut stream = receiver.connect();
    write!(stream, "{}", head("POST", "/v1/traces", &[TYPE], 100 << 20)).unwrap();
    for _ in 0..100 {
        stream.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let answer = Answer::read(stream);
    assert_eq!(answer.status, 413, "{}", answer.head);
    assert_eq!(receiver.refused("message too large"), 1);
    receiver.check_well();
}

#[test]
fn a_gzip_bomb_ends_early() {
    let receiver = Receiver::small();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..200 {
        bomb.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 300 << 10);
    for media_type in [TYPE, "Content-Type: application/json"] {
        let answer = receiver.post_with("/v1/traces", &[media_type, "Content-Encoding: gzip"], &bomb);
        assert_eq!(answer.status, 413, "{}", answer.head);
    }
    assert_eq!(receiver.refused("message too large"), 2);
    receiver.check_well();
}

/// Two bytes each on the wire, hundreds in memory.
#[test]
fn many_empty_spans_are_taken_and_more_are_refused() {
    let receiver = Receiver::start();
    let varint =
        |number: usize| (0..5).map(move |at| (number >> (7 * at) & 0x7f) as u8 | if at < 4 { 0x80 } else { 0 });
    let message = |spans: usize| -> Vec<u8> {
        let empty = [0x12, 0].repeat(spans);
        let scope: Vec<_> = [0x12].into_iter().chain(varint(empty.len())).chain(empty).collect();
        [0x0a].into_iter().chain(varint(scope.len())).chain(scope).collect()
    };
    assert_eq!(receiver.post("/v1/traces", PROTOBUF, &message(1 << 18)).status, 200);
    assert_eq!(receiver.totals().spans, 1 << 18);
    assert_eq!(receiver.post("/v1/traces", PROTOBUF, &message(1 << 20)).status, 413);
    assert_eq!((receiver.totals().spans, receiver.refused("message too large")), (1 << 18, 1));
}

#[test]
fn a_sender_that_stalls_is_told_and_holds_nobody_up() {
    let receiver = Receiver::with(OtlpOptions { pause: Duration::from_millis(50), ..OtlpOptions::default() });
    let mut stalled = receiver.connect();
    write!(stalled, "{}", head("POST", "/v1/traces", &[TYPE], 1000)).unwrap();
    stalled.write_all(b"half").unwrap();
    let answer = Answer::read(stalled);
    assert_eq!(answer.status, 408, "{}", answer.head);
    assert_eq!(receiver.refused("message that stalled half-way"), 1);
    receiver.check_well();
}

#[test]
fn a_header_that_stalls_is_counted_and_silence_is_not() {
    let receiver = Receiver::with(OtlpOptions { pause: Duration::from_millis(100), ..OtlpOptions::default() });
    let (mut half, mut silent) = (receiver.connect(), receiver.connect());
    half.write_all(b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Ty").unwrap();
    write!(silent, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    for mut stream in [half, silent] {
        let _ = stream.read_to_end(&mut Vec::new());
    }
    until(|| receiver.refused("header that stalled half-way") == 1);
    assert_eq!(receiver.totals().refused.len(), 2, "and a request that is no OTLP: {:?}", receiver.totals().refused);
}

#[test]
fn a_sender_that_breaks_off_is_counted() {
    let receiver = Receiver::start();
    let mut broken = receiver.connect();
    write!(broken, "{}", head("POST", "/v1/traces", &[TYPE], 1000)).unwrap();
    broken.write_all(b"half").unwrap();
    drop(broken);
    until(|| receiver.refused("message that broke off") == 1);
    receiver.check_well();
}

#[test]
fn connections_without_a_seat_are_told_so() {
    let receiver = Receiver::start();
    let mut seated: Vec<_> = (0..256).map(|_| receiver.connect()).collect();
    let answer = receiver.post("/v1/traces", PROTOBUF, b"");
    assert!(answer.status == 503 && answer.head.contains("retry-after"), "{}", answer.head);
    let mut stream = TcpStream::connect(receiver.grpc).unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).unwrap();
    assert_eq!((said.len(), said[3]), (17, 7), "GOAWAY and nothing else: {said:?}");
    assert_eq!(receiver.refused("connection beyond the 256 that are taken at a time"), 2);
    let many: Vec<_> = (0..150).map(|_| receiver.connect()).collect();
    assert_eq!(receiver.post("/v1/traces", PROTOBUF, b"").status, 503);
    assert!(many.into_iter().all(|idle| Answer::read(idle).status == 503));
    seated.truncate(200);
    until(|| receiver.post("/v1/traces", PROTOBUF, b"").status == 200);
    receiver.check_well();
}

#[test]
fn what_is_no_request_ends_its_connection_alone() {
    let receiver = Receiver::start();
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame",
        long.as_bytes(),
    ] {
        let mut stream = receiver.connect();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        // It ends, whatever is said before.
        let _ = stream.read_to_end(&mut Vec::new());
    }
    until(|| receiver.refused("connection that is no HTTP") == 3);
    receiver.check_well();
}

#[test]
fn times_and_names_may_be_anything() {
    let receiver = Receiver::start();
    let span = |start: &str, end: &str, name: &str| {
        format!(r#"{{"startTimeUnixNano":"{start}","endTimeUnixNano":"{end}","name":{name}}}"#)
    };
    let spans = [
        span("1767225600000000000", "1767225500000000000", r#""ends before it starts""#),
        span("18446744073709551615", "18446744073709551615", r#""far away""#),
        span("0", "0", r#""../../etc/passwd""#),
        span("1", "18446744073709551615", r#""\u0000\u001b[31m""#),
    ];
    let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(","));
    let answer = receiver.post("/v1/traces", JSON, json.as_bytes());
    assert_eq!(answer.json(), serde_json::json!({}));
    assert_eq!(receiver.totals().spans, 4);
    assert!(!receiver.totals().mended.is_empty());
    receiver.telemetry.tick();
}

#[test]
fn a_message_that_is_sent_again_counts_once() {
    let receiver = Receiver::start();
    for _ in 0..3 {
        assert_eq!(receiver.post("/v1/traces", PROTOBUF, &encoded(spans(&["a", "b"]))).status, 200);
    }
    assert_eq!(receiver.totals().spans, 2);
}
