//! What runs, from records to what a page is sent, without a server or a clock: the thread's steps are taken one by one.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::Bytes;
use re_log_encoding::DecoderApp;
use rerun::external::re_log_types::LogMsg;
use rerun::log::Chunk;

use super::live::Worker;
use super::*;
use crate::analysis::{Options, analyze};
use crate::city::{Look, city_of};
use crate::scan::Place;
use crate::session::{Answer, Back, City, LiveOptions, Note, Page, Screen, Session, ToPage};
use crate::stream;
use crate::telemetry::{Code, Exception, Limits, Span, Telemetry};

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_700_000_000 * SECOND;

fn city(files: &[(&str, &str)]) -> City {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let place = Place::Folder(folder.path().to_owned());
    let analysis = analyze(&place, &Options::default(), &(), &AtomicBool::new(false)).unwrap();
    let city = city_of(&analysis, &Look::default(), |_| true).unwrap();
    let messages = stream::record_live(&analysis, &city, "{}", Activity::Rate).unwrap();
    let recording = stream::to_bytes(&messages).unwrap();
    City::open(recording, None).unwrap()
}

struct Running {
    session: Arc<Session>,
    telemetry: Arc<Telemetry>,
    worker: Worker,
}

impl Running {
    fn new() -> Self {
        let files = [("a.py", "import b\n\n\ndef run():\n    pass\n"), ("b.py", "def load():\n    pass\n")];
        let session = Arc::new(Session::new(city(&files), Vec::new()));
        let telemetry = Arc::new(Telemetry::new(session.placer(&[]).unwrap(), Limits::default()));
        let worker = Worker::new(telemetry.clone(), Some(&session), None, &LiveOptions::default());
        Self { session, telemetry, worker }
    }

    /// Calls of a function that took 10 ms each and ended in the second after the start.
    fn ran(&self, path: &str, function: &str, calls: usize, is_error: bool) {
        let exceptions = [Exception { kind: "ValueError", message: "no such cart", ..Exception::default() }];
        let span = Span {
            trace: 0,
            id: 0,
            parent: 0,
            name: function,
            start: START,
            end: START + SECOND / 100,
            is_error,
            exceptions: if is_error { &exceptions } else { &[] },
            code: Code { path, function, ..Code::default() },
            attributes: &(),
        };
        self.telemetry.spans("shop", &vec![span; calls]);
    }

    fn info(&self) -> RuntimeInfo {
        self.session.info().runtime.expect("the session is live")
    }
}

fn ask(page: &mut Page<'_>, message: &str) -> Answer {
    page.answer(serde_json::from_str(message).expect("a message of the page"))
}

/// What a page is sent without having asked, as far as it is there: types of messages, and what is drawn where.
fn heard(page: &mut Page<'_>) -> (Vec<String>, BTreeSet<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let (mut said, mut drawn) = (Vec::new(), BTreeSet::new());
    runtime.block_on(async {
        while let Ok(note) = tokio::time::timeout(std::time::Duration::ZERO, page.next()).await {
            match note {
                Note::Say(message) => said.push(type_of(&message)),
                Note::Ran { recording, moment } => drawn.extend(entities(&page.draw(&recording, &moment))),
                Note::Replaced => said.push("replaced".to_owned()),
                Note::Behind => said.push("behind".to_owned()),
            }
        }
    });
    (said, drawn)
}

fn type_of(message: &ToPage) -> String {
    let json = serde_json::to_value(message).expect("messages are JSON");
    json["type"].as_str().unwrap_or_default().to_owned()
}

/// The entities in streams that have a row at some time.
fn entities(streams: &[Bytes]) -> BTreeSet<String> {
    let messages =
        streams.iter().flat_map(|rrd| DecoderApp::decode_lazy(Cursor::new(rrd.to_vec())).map(Result::unwrap));
    let chunks = messages.filter_map(|message| match message {
        LogMsg::ArrowMsg(_, message) => Some(Chunk::from_arrow_msg(&message).unwrap()),
        _ => None,
    });
    chunks.filter(|chunk| !chunk.is_static()).map(|chunk| chunk.entity_path().to_string()).collect()
}

fn lights(drawn: &BTreeSet<String>, measure: &str) -> bool {
    drawn.iter().any(|entity| entity.starts_with(&format!("/activity/{measure}/")))
}

const SHOW: &str = r#"{"type":"activity"}"#;

#[test]
fn what_runs_is_drawn_for_pages_that_want_it() {
    let mut running = Running::new();
    let session = running.session.clone();
    let (mut wants, mut has_not_asked) = (session.join(Screen::default()), session.join(Screen::default()));
    ask(&mut wants, SHOW);
    running.ran("a.py", "run", 3, false);
    running.worker.tick();
    assert!(lights(&heard(&mut wants).1, "rate"));
    assert_eq!(heard(&mut has_not_asked).1.len(), 0);
}

#[test]
fn who_comes_back_has_the_errors_before() {
    let mut running = Running::new();
    running.ran("a.py", "run", 1, true);
    running.worker.tick();
    let session = running.session.clone();
    let recording = session.info().recording_id;
    let drawn = |back: Option<Back>| {
        let mut page = session.join(Screen::default());
        page.opening(back.as_ref());
        entities(&ask(&mut page, SHOW).rrd)
    };
    let lists = |drawn: &BTreeSet<String>| drawn.iter().any(|entity| entity.starts_with("/telemetry/log/"));
    assert!(lists(&drawn(None)));
    let away = Duration::from_secs(1);
    let again = drawn(Some(Back { known: vec![recording], away }));
    assert!(!lists(&again) && lights(&again, "rate"));
    assert!(lists(&drawn(Some(Back { known: Vec::new(), away }))));
}

#[test]
fn who_comes_late_is_sent_all_that_came_before() {
    let mut running = Running::new();
    running.ran("a.py", "run", 3, false);
    running.worker.tick();
    let session = running.session.clone();
    let mut page = session.join(Screen::default());
    assert!(lights(&entities(&ask(&mut page, SHOW).rrd), "rate"));
    // And nothing twice.
    assert_eq!(ask(&mut page, SHOW).rrd.len(), 0);
}

#[test]
fn another_measure_comes_with_its_past_and_goes_on() {
    let mut running = Running::new();
    let session = running.session.clone();
    let mut page = session.join(Screen::default());
    ask(&mut page, SHOW);
    running.ran("a.py", "run", 3, true);
    running.worker.tick();
    heard(&mut page);
    let answer = ask(&mut page, r#"{"type":"activity","view":{"activity":{"measure":"errors"}}}"#);
    assert!(lights(&entities(&answer.rrd), "errors"));
    running.ran("b.py", "load", 3, true);
    running.worker.tick();
    assert!(lights(&heard(&mut page).1, "errors"));
}

#[test]
fn sums_say_how_records_were_placed_and_by_whom_they_were_sent() {
    let mut running = Running::new();
    running.ran("a.py", "run", 3, false);
    running.ran("elsewhere.py", "gone", 2, true);
    running.worker.tick();
    let info = running.info();
    let placed: Vec<_> = info.placed.iter().map(|row| (row.name.as_str(), row.count)).collect();
    assert_eq!((placed[0], placed[3]), (("path", 3), ("unplaced", 2)));
    assert_eq!(info.records[0].count, 5);
    assert_eq!((info.services.items[0].calls, info.services.items[0].errors), (5, 2));
    assert!(info.is_live);
}

#[test]
fn pages_hear_of_other_sums_and_of_the_end() {
    let mut running = Running::new();
    let session = running.session.clone();
    let mut page = session.join(Screen::default());
    running.ran("a.py", "run", 1, false);
    running.worker.tick();
    running.worker.tick();
    assert_eq!(heard(&mut page).0, ["runtime"]);
    running.ran("a.py", "run", 1, false);
    running.worker.finish().unwrap();
    assert_eq!(heard(&mut page).0.last().map(String::as_str), Some("runtime"));
    let info = session.info().runtime.unwrap();
    assert_eq!((info.is_live, info.records[0].count), (false, 2), "what came last is counted");
}

#[test]
fn a_file_tells_what_ran_in_it() {
    let mut running = Running::new();
    running.ran("a.py", "run", 4, true);
    running.worker.tick();
    let session = running.session.clone();
    let mut page = session.join(Screen::default());
    let Some(ToPage::Observed { observed, .. }) = ask(&mut page, r#"{"type":"observed","path":"a.py"}"#).message else {
        panic!("no answer")
    };
    let function = &observed.functions.items[0];
    assert_eq!((function.name.as_str(), function.calls, function.errors), ("run", 4, 4));
    assert!((function.p95_millis.unwrap() / 10.0 - 1.0).abs() < 0.05);
    let errors: Vec<_> = observed.errors.items.iter().map(|error| (error.message.as_str(), error.count)).collect();
    assert_eq!(errors, [("no such cart", 4)]);
    let other = ask(&mut page, r#"{"type":"observed","path":"b.py"}"#).message;
    assert!(matches!(other, Some(ToPage::Observed { observed, .. }) if observed == Default::default()));
}

#[test]
fn a_city_that_comes_in_the_place_goes_on_with_the_files_that_both_have() {
    let mut running = Running::new();
    running.ran("b.py", "load", 3, false);
    running.worker.tick();
    // The files have other numbers now.
    let files = [("a0.py", "x = 1\n"), ("b.py", "def save():\n    pass\n\n\ndef load():\n    pass\n")];
    running.session.replace(city(&files), Vec::new());
    let session = running.session.clone();
    let mut page = session.join(Screen::default());
    assert!(lights(&entities(&ask(&mut page, SHOW).rrd), "rate"));
    let Some(ToPage::Observed { observed, .. }) = ask(&mut page, r#"{"type":"observed","path":"b.py"}"#).message else {
        panic!("no answer")
    };
    let function = &observed.functions.items[0];
    assert_eq!((function.name.as_str(), function.line, function.calls), ("load", Some(5), 3));
    let other = ask(&mut page, r#"{"type":"observed","path":"a0.py"}"#).message;
    assert!(matches!(other, Some(ToPage::Observed { observed, .. }) if observed == Default::default()));
    // Errors have a colour of their own: what is brightest already would not change by more calls.
    running.ran("b.py", "load", 2, true);
    running.worker.tick();
    assert!(lights(&heard(&mut page).1, "rate"));
}

#[test]
fn a_thread_takes_what_came_before_it_was_stopped() {
    let Running { session, telemetry, worker } = Running::new();
    drop(worker);
    let live = session.go_live(telemetry.clone(), &LiveOptions::default()).unwrap();
    let running =
        Running { worker: Worker::new(telemetry.clone(), None, None, &LiveOptions::default()), session, telemetry };
    running.ran("b.py", "load", 7, false);
    live.stop().unwrap();
    live.stop().unwrap();
    assert_eq!(running.info().records[0].count, 7);
}
