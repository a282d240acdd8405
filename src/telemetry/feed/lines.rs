//! Bytes that come in pieces become lines, and these records.

use std::sync::Arc;

use super::intake::{Outcome, ingest};
use super::json::JsonLines;
use crate::telemetry::Telemetry;
use crate::telemetry::otlp::{Encoding, Intake, Signal};

/// Longer lines are no records: nothing of them is kept.
pub const MAX_LINE_BYTES: usize = 16 << 20;
/// Of one piece, more wrong lines than these are only counted.
const MAX_TOLD: usize = 100;
const NO_RECORD: &str = "a line that is no record";
const TOO_LONG: &str = "longer than 16 MiB";
const CUT_OFF: &str = "cut off";
/// What lines begin with that the file exporter of OpenTelemetry's Collector writes.
const OTLP: [(&str, Signal); 3] = [
    ("{\"resourceSpans\"", Signal::Traces),
    ("{\"resourceLogs\"", Signal::Logs),
    ("{\"resourceMetrics\"", Signal::Metrics),
];
/// The memory that what is remembered of metrics takes a share of.
const MEMORY_BYTES: u64 = 1 << 30;

/// A line that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Takes records as lines of JSON.
///
/// A line may come in several pieces. One that is no record is told of, and the next ones count. Empty lines are none.
pub struct Lines {
    telemetry: Arc<Telemetry>,
    service: String,
    /// Of the line that was ended last.
    number: u64,
    /// The beginning of a line.
    partial: Vec<u8>,
    /// Whether the line in the making is too long.
    is_skipping: bool,
    outcome: Outcome,
    otlp: Intake,
}

impl Lines {
    /// Nothing came yet. Records that do not name a service are of the given one.
    pub fn new(telemetry: Arc<Telemetry>, service: &str) -> Self {
        let otlp = Intake::new(Arc::clone(&telemetry), MEMORY_BYTES);
        let (service, outcome) = (service.to_owned(), Outcome::default());
        Self { telemetry, service, number: 0, partial: Vec::new(), is_skipping: false, outcome, otlp }
    }

    /// How much was taken so far; the reasons are told as they come.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Takes the lines that end in a piece, and returns the wrong ones.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if self.is_skipping || !self.partial.is_empty() {
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                self.keep(bytes, &mut wrong);
                return wrong;
            };
            self.keep(&bytes[..end], &mut wrong);
            self.end_partial(&mut wrong);
            bytes = &bytes[end + 1..];
        }
        let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        self.take(&bytes[..whole], &mut wrong);
        self.keep(&bytes[whole..], &mut wrong);
        wrong
    }

    /// Takes what came after the last line's end: nothing more comes. Lines are counted from 1 again.
    pub fn finish(&mut self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        self.end_partial(&mut wrong);
        self.number = 0;
        wrong
    }

    /// Forgets a line whose rest will not come; lines are counted from 1 again.
    pub fn restart(&mut self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if !self.partial.is_empty() || self.is_skipping {
            self.number += 1;
            self.reject(self.number, CUT_OFF.to_owned(), &mut wrong);
        }
        (self.partial, self.is_skipping, self.number) = (Vec::new(), false, 0);
        wrong
    }

    fn keep(&mut self, bytes: &[u8], wrong: &mut Vec<Wrong>) {
        if self.is_skipping {
            return;
        }
        if self.partial.len() + bytes.len() > MAX_LINE_BYTES {
            (self.partial, self.is_skipping) = (Vec::new(), true);
            self.reject(self.number + 1, TOO_LONG.to_owned(), wrong);
            return;
        }
        self.partial.extend_from_slice(bytes);
    }

    fn end_partial(&mut self, wrong: &mut Vec<Wrong>) {
        let line = std::mem::take(&mut self.partial);
        if std::mem::take(&mut self.is_skipping) {
            self.number += 1;
        } else if !line.is_empty() {
            self.take(&line, wrong);
        }
    }

    /// Takes lines; the last one's end may be that of the bytes.
    fn take(&mut self, bytes: &[u8], wrong: &mut Vec<Wrong>) {
        let mut records = JsonLines::default();
        // Of each record the number of its line.
        let mut numbers = Vec::new();
        if bytes.is_empty() {
            return;
        }
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            self.number += 1;
            match self.line(&bytes[start..end], &mut records) {
                Ok(true) => numbers.push(self.number),
                Ok(false) => {}
                Err(reason) => self.reject(self.number, reason, wrong),
            }
            start = end + 1;
        }
        let outcome = ingest(&self.telemetry, &self.service, &records);
        wrong.extend(
            outcome
                .reasons
                .iter()
                .filter_map(|&(index, reason)| Some(Wrong { line: *numbers.get(index)?, reason: reason.to_owned() })),
        );
        self.outcome.append(Outcome { reasons: Vec::new(), ..outcome }, 0);
        wrong.sort_by_key(|wrong| wrong.line);
        wrong.truncate(MAX_TOLD);
    }

    /// Whether a line became a record.
    fn line<'l>(&mut self, line: &'l [u8], records: &mut JsonLines<'l>) -> Result<bool, String> {
        if line.len() > MAX_LINE_BYTES {
            return Err(TOO_LONG.to_owned());
        }
        let text = std::str::from_utf8(line).map_err(|_| "not UTF-8".to_owned())?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Ok(false);
        }
        if let Some((_, signal)) = OTLP.iter().find(|(start, _)| text.starts_with(start)) {
            return self.otlp(*signal, text).map(|()| false);
        }
        let told = |error: serde_json::Error| error.to_string().replace(" at line 1 column ", " at column ");
        records.push(text).map(|()| true).map_err(told)
    }

    fn reject(&mut self, line: u64, reason: String, wrong: &mut Vec<Wrong>) {
        self.telemetry.refuse(NO_RECORD, 1);
        self.outcome.rejected += 1;
        wrong.push(Wrong { line, reason });
    }

    /// A line as the Collector writes them.
    fn otlp(&mut self, signal: Signal, line: &str) -> Result<(), String> {
        let taken = self.otlp.take(signal, Encoding::Json, line.as_bytes()).map_err(|error| error.to_string())?;
        self.outcome.accepted += taken.accepted;
        // What is wrong with single records is counted already.
        self.outcome.rejected += taken.rejections();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Limits, Placer};

    fn lines() -> Lines {
        Lines::new(Arc::new(Telemetry::new(Placer::default(), Limits::default())), "tests")
    }

    /// The same in pieces of every size: how many count, and the numbers of the wrong lines.
    #[track_caller]
    fn check(text: &str, accepted: u64, expect: &[u64]) {
        for size in 1..=text.len() {
            let (mut lines, mut wrong) = (lines(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                wrong.extend(lines.push(piece));
            }
            wrong.extend(lines.finish());
            let numbers: Vec<_> = wrong.iter().map(|wrong| wrong.line).collect();
            assert_eq!((lines.outcome().accepted, &*numbers), (accepted, expect), "{size}: {wrong:?}");
            assert_eq!(lines.outcome().rejected, expect.len() as u64);
        }
    }

    #[test]
    fn lines_in_pieces() {
        check("{\"name\": \"a\"}\n{\"name\": \"b\"}\n", 2, &[]);
        check("{\"name\": \"a\"}\r\n\r\n\n{\"name\": \"ü\"}", 2, &[]);
        check("\u{feff}{\"name\": \"a\"}\n", 1, &[]);
    }

    #[test]
    fn wrong_lines_are_told_by_number() {
        check(
            "{\"name\": \"a\"}\nhello\n\n{\"name\":\n[1]\n{\"name\": \"b\"} x\n{\"name\": \"c\"}\n",
            2,
            &[2, 4, 5, 6],
        );
        check("{}\n{\"name\": 1}\n{\"name\": \"a\", \"time\": \"yesterday\"}\n", 0, &[1, 2, 3]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut lines = lines();
        let wrong = lines.push(b"{\"name\" 1}\n{\"name\": \"a\", \"severity\": 99}\n\xff\n[]\n");
        let reasons: Vec<_> = wrong.iter().map(|wrong| wrong.reason.as_str()).collect();
        assert_eq!(reasons[0], "expected `:` at column 9");
        assert!(reasons[1].starts_with("severity: neither"), "{reasons:?}");
        assert_eq!(reasons[2], "not UTF-8");
        assert!(reasons[3].contains("expected an object, which a record is"), "{reasons:?}");
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut lines = lines();
        let piece = vec![b'x'; 1 << 20];
        let mut wrong = lines.push(b"{\"message\": \"");
        for _ in 0..100 {
            wrong.extend(lines.push(&piece));
            assert!(lines.partial.capacity() <= 2 * MAX_LINE_BYTES);
        }
        wrong.extend(lines.push(b"\"}\n{\"name\": \"a\"}\nx\n"));
        assert_eq!(wrong.iter().map(|wrong| wrong.line).collect::<Vec<_>>(), [1, 3]);
        assert_eq!((&*wrong[0].reason, lines.outcome().accepted), (TOO_LONG, 1));
    }

    #[test]
    fn a_cut_off_line_waits() {
        let mut lines = lines();
        assert_eq!(lines.push(b"{\"name\": \"a\"}\n{\"na"), []);
        assert_eq!(lines.outcome().accepted, 1);
        assert_eq!(lines.push(b"me\": \"b\"}\n"), []);
        assert_eq!(lines.outcome().accepted, 2);
        lines.push(b"{\"na");
        assert_eq!(lines.restart(), [Wrong { line: 3, reason: CUT_OFF.to_owned() }]);
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!("{{\"a\": {}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
        let mut lines = lines();
        assert_eq!(lines.push(deep.as_bytes()).len(), 1);
        let deep = format!("{}1{}\n", "{\"fields\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(lines.push(deep.as_bytes()).len(), 1);
    }

    #[test]
    fn what_the_collector_writes() {
        let mut lines = lines();
        let span = r#"{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"GET /","startTimeUnixNano":"1736000000000000000","endTimeUnixNano":"1736000000500000000"}"#;
        let spans = format!("{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{span}]}}]}}]}}\n");
        let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1736000000000000000","body":{"stringValue":"hi"}}]}]}]}"#;
        assert_eq!(lines.push(format!("{spans}{log}\n{{\"name\":\"a\"}}\n").as_bytes()), []);
        assert_eq!(lines.outcome().accepted, 3);
        assert_eq!(lines.push(b"{\"resourceSpans\":7}\n")[0].line, 4);
    }

    #[test]
    fn what_loggers_write() {
        let mut lines = lines();
        let wrong = lines.push(
            br#"{"timestamp":"2025-01-02T03:04:05.6Z","level":"INFO","fields":{"message":"hi","n":1},"target":"shop::cart","filename":"src/cart.rs","line_number":7}
{"level":"warn","ts":1736000000.5,"logger":"shop","msg":"slow","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}
{"event":"paid","level":"error","timestamp":"2025-01-02T03:04:05Z","exception":"Traceback:\n  File\nE: x","func_name":"pay","lineno":3}
{"kind":"span","name":"GET /","time":1736000000,"duration_ms":12.5,"error":{"type":"E","message":"x","stack":"at f"},"attributes":{"http.route":"/"}}
"#,
        );
        assert_eq!((wrong, lines.outcome().accepted), (Vec::new(), 4));
        let update = lines.telemetry.tick();
        let texts: Vec<_> = update.logs.iter().map(|log| &*log.text).collect();
        assert_eq!(texts, ["hi", "slow", "paid"]);
        assert!(update.errors.iter().any(|error| &*error.kind == "E" && &*error.stack == "at f"));
    }
}
