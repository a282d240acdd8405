//! A session and the answers of its cities, without a server.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value as Json;

use super::*;

struct OneFile;

impl CitySource for OneFile {
    fn details(&self, building: &Building) -> Option<Details> {
        (building.instance == 7).then(|| Details::new("a.py", Kind::File))
    }

    fn meant(&self, _view: &View, clicked: Building) -> Building {
        clicked
    }

    fn shown_as(&self, _view: &View, building: &Building) -> Building {
        building.clone()
    }

    fn import(
        &self,
        _view: &View,
        arc: &Building,
        _around: Option<&Building>,
        _cycle: Option<u64>,
    ) -> Option<ImportDetails> {
        let end = |path: &str| ImportEnd { path: path.to_owned(), kind: Kind::File };
        let details = || ImportDetails { from: end("a.py"), to: end("b.py"), imports: List::default(), calls: None };
        (arc.entity == "/imports/runtime").then(details)
    }

    fn building_of(&self, path: &str) -> Option<Building> {
        (path == "a.py").then(|| Building { entity: "/city/a".to_owned(), instance: 7 })
    }

    fn selected_imports(&self, _view: &View, building: Option<&Building>) -> Option<Bytes> {
        Some(Bytes::from(building.map_or_else(|| "none".to_owned(), |b| b.instance.to_string())))
    }

    fn look(&self, view: &View, _: Option<&View>, _: Option<&Building>, _: Option<u64>) -> Result<Dressed, String> {
        let look = view.look.as_ref().ok_or("no look")?;
        Ok(Dressed { legend: Legend::default(), shown: Shown::default(), rrd: Bytes::from(look.color.clone()) })
    }

    fn frame(&self, _view: &View, building: Option<&Building>) -> Option<Bytes> {
        Some(Bytes::from_static(if building.is_some() { b"near" } else { b"far" }))
    }

    fn cycle(&self, _view: &View, number: u64) -> Option<(Building, Vec<Bytes>)> {
        (number == 1).then(|| (self.building_of("a.py").expect("it is there"), vec![Bytes::from_static(b"cycle")]))
    }

    fn search(&self, _view: &View, _text: &str) -> Vec<Hit> {
        Vec::new()
    }

    fn source(&self, path: &str, line: u32) -> Excerpt {
        Excerpt { path: path.to_owned(), line, ..Excerpt::default() }
    }

    fn lists(&self, _view: &View) -> Lists {
        Lists::default()
    }

    fn theme(&self, _screen: Screen) -> Option<Bytes> {
        None
    }

    fn introduction(&self) -> Option<Bytes> {
        Some(Bytes::from_static(b"hello"))
    }

    fn nearest(&self, _path: &str) -> Vec<String> {
        vec!["a.py".to_owned()]
    }

    fn function_at(&self, _path: &str, line: u32) -> Option<String> {
        (line == 3).then(|| "run".to_owned())
    }

    fn add_metric(&self, metric: &OwnMetric) -> Result<Offered, MetricError> {
        Ok(Offered { metrics: vec![info(&metric.name, true)], facets: Vec::new(), unknown: vec!["c.py".to_owned()] })
    }

    fn repaint(&self, is_light: bool) -> Option<Bytes> {
        Some(Bytes::from_static(if is_light { b"light" } else { b"dark" }))
    }
}

fn info(name: &str, is_number: bool) -> MetricInfo {
    let range = is_number.then_some((0.0, 1.0));
    MetricInfo { name: name.to_owned(), unit: String::new(), description: String::new(), range }
}

fn city(recording_id: &str, recording: Vec<Bytes>) -> City {
    let metrics = vec![info("lines", true), info("role", false)];
    let info = PageInfo { recording_id: recording_id.to_owned(), metrics, ..PageInfo::default() };
    City { info, recording, source: Box::new(OneFile) }
}

fn one_city(recording: Vec<Bytes>) -> Session {
    Session::new(city("", recording), Vec::new())
}

fn json(message: &ToPage) -> Json {
    serde_json::to_value(message).expect("messages are JSON")
}

#[track_caller]
fn check(message: &str, expect_type: &str, expect_rrd: &[&str]) {
    let session = one_city(vec![Bytes::from_static(b"12345")]);
    let mut page = session.join(Screen::default());
    let answer = page.answer(serde_json::from_str(message).expect("a message of the page"));
    let json = answer.message.as_ref().map(json).unwrap_or_default();
    assert_eq!(json["type"].as_str().unwrap_or_default(), expect_type, "{json}");
    assert_eq!(answer.rrd, expect_rrd);
}

#[test]
fn a_click_gets_details_and_imports() {
    check(r#"{"type":"select","building":{"entity":"/city/a","instance":7}}"#, "details", &["7"]);
}

#[test]
fn a_click_beside_every_building_clears() {
    check(r#"{"type":"select","building":{"entity":"/city/a","instance":8}}"#, "cleared", &["none"]);
    check(r#"{"type":"clear"}"#, "cleared", &["none"]);
}

#[test]
fn a_click_on_an_arc_keeps_what_is_drawn() {
    check(r#"{"type":"select","building":{"entity":"/imports/runtime","instance":0}}"#, "import", &[]);
}

#[test]
fn a_path_finds_its_building() {
    check(r#"{"type":"select_path","path":"a.py"}"#, "details", &["7"]);
}

#[test]
fn the_camera_goes_where_it_is_asked_to() {
    check(r#"{"type":"select_path","path":"a.py","frame":true}"#, "details", &["7", "near"]);
    check(r#"{"type":"frame","building":{"entity":"/city/a","instance":7}}"#, "framed", &["near"]);
    check(r#"{"type":"frame","building":null}"#, "framed", &["far"]);
    check(r#"{"type":"cycle","number":1}"#, "details", &["cycle"]);
    check(r#"{"type":"cycle","number":2}"#, "error", &[]);
}

#[test]
fn the_view_comes_with_the_question() {
    let look = r#"{"area":"lines","height":"lines","color":"fan_in"}"#;
    check(&format!(r#"{{"type":"look","selected":null,"view":{{"look":{look},"depth":2}}}}"#), "look", &["fan_in"]);
    check(r#"{"type":"look","selected":null}"#, "refused", &[]);
}

#[test]
fn questions_have_answers_without_bytes() {
    check(r#"{"type":"search","text":"a"}"#, "hits", &[]);
    check(r#"{"type":"source","path":"a.py","line":3}"#, "source", &[]);
    check(r#"{"type":"lists"}"#, "lists", &[]);
}

#[test]
fn an_open_city_follows_the_system() {
    check(r#"{"type":"theme","light":true}"#, "themed", &["light"]);
}

#[test]
fn an_unknown_path_is_an_error() {
    check(r#"{"type":"select_path","path":"b.py"}"#, "error", &[]);
    check(r#"{"type":"select_path","path":"b.py","keep":true}"#, "cleared", &["none"]);
}

#[test]
fn hello_says_how_much_follows() {
    let session = one_city(vec![Bytes::from_static(b"12345"); 2]);
    let (hello, parts) = session.join(Screen::default()).opening(None);
    assert_eq!(json(&hello)["recording_bytes"], 10);
    assert_eq!(parts.iter().map(|part| &part.rrd[..]).collect::<Vec<_>>(), [&b"hello"[..], b"12345", b"12345"]);
    assert_eq!(parts[0].opens.as_deref(), Some(""));
}

/// What a page hears without having asked, as far as it is there already.
fn notes(page: &mut Page<'_>) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut heard = Vec::new();
    runtime.block_on(async {
        while let Ok(note) = tokio::time::timeout(std::time::Duration::ZERO, page.next()).await {
            heard.push(match note {
                Note::Say(message) => json(&message)["type"].as_str().unwrap_or_default().to_owned(),
                Note::Behind => "behind".to_owned(),
                Note::Ran { .. } => "ran".to_owned(),
                Note::Replaced => {
                    let (message, parts) = page.change();
                    let names = parts.iter().map(|part| String::from_utf8_lossy(&part.rrd).into_owned());
                    let names = names.map(|name| if name.starts_with("RRF2") { "end".to_owned() } else { name });
                    format!("{} {}", json(&message)["type"], names.collect::<Vec<_>>().join(" "))
                }
            });
        }
    });
    heard
}

fn say(page: &mut Page<'_>, message: &str) {
    page.answer(serde_json::from_str(message).expect("a message of the page"));
}

#[test]
fn a_replaced_city_is_sent_once_the_last_one_is_there() {
    let recording = |name: &'static str| vec![Bytes::from_static(name.as_bytes())];
    let session = Session::new(city("one", recording("one")), Vec::new());
    let mut page = session.join(Screen::default());
    session.replace(city("two", recording("two")), Vec::new());
    assert_eq!(notes(&mut page), [r#""replaced" hello two end"#]);
    // It takes its time: what it has missed is never sent.
    session.replace(city("three", recording("three")), Vec::new());
    session.replace(city("four", recording("four")), vec![city("two", recording("two"))]);
    assert_eq!(notes(&mut page), Vec::<String>::new());
    say(&mut page, r#"{"type":"swapped"}"#);
    assert_eq!(notes(&mut page), [r#""replaced" hello four end"#]);
    say(&mut page, r#"{"type":"swapped"}"#);
    session.replace(city("four", recording("four")), Vec::new());
    assert_eq!(notes(&mut page), [r#""replaced" "#]);
    // Who comes later hears of the last one only.
    let mut late = session.join(Screen::default());
    assert_eq!(json(&late.opening(None).0)["cities"][0]["recording_id"], "four");
    let mut back = |known| late.opening(Some(&Back { known, away: Duration::ZERO })).1.len();
    assert_eq!((back(vec!["four".to_owned()]), back(Vec::new())), (0, 3));
}

#[test]
fn what_was_replaced_is_given_back() {
    let session = one_city(vec![Bytes::from_static(b"12345")]);
    let first = Arc::downgrade(&*session.cities.borrow());
    let mut page = session.join(Screen::default());
    for number in 0..200 {
        session.replace(city(&number.to_string(), vec![Bytes::from(vec![0; 1000])]), Vec::new());
    }
    assert_eq!(notes(&mut page).len(), 1);
    say(&mut page, r#"{"type":"swapped"}"#);
    assert_eq!(first.strong_count(), 0);
    assert_eq!(Arc::strong_count(&session.cities.borrow()), 2, "that of the session and that of the page");
}

fn watched(session: &Session) -> (Watch, Receiver<Json>) {
    let (heard, events) = channel();
    let watch = session.watch(move |event| heard.send(serde_json::to_value(event).unwrap()).unwrap());
    (watch.expect("a thread"), events)
}

#[test]
fn events_tell_what_has_changed() {
    let session = one_city(Vec::new());
    let (_watch, events) = watched(&session);
    let mut page = session.join(Screen::default());
    assert_eq!(session.pages(), 1);
    say(&mut page, r#"{"type":"select_path","path":"a.py"}"#);
    say(&mut page, r#"{"type":"select","building":{"entity":"/city/a","instance":7}}"#);
    say(&mut page, r#"{"type":"source","path":"a.py","line":2}"#);
    say(&mut page, r#"{"type":"source","path":"a.py","line":3}"#);
    say(&mut page, r#"{"type":"clear"}"#);
    say(&mut page, r#"{"type":"clear"}"#);
    let look = r#"{"area":"lines","height":"lines","color":"fan_in"}"#;
    say(&mut page, &format!(r#"{{"type":"look","selected":null,"view":{{"look":{look},"direction":"in"}}}}"#));
    for playing in [false, false, true] {
        say(&mut page, &format!(r#"{{"type":"time","timeline":"commit","time":3,"playing":{playing}}}"#));
    }
    drop(page);
    assert_eq!(session.pages(), 0);
    let mut heard = Vec::new();
    while heard.last().is_none_or(|event: &Json| event["event"] != "left") {
        heard.push(events.recv().expect("an event"));
    }
    let expect = ["joined", "selected", "selected", "cleared", "looked", "time", "time", "left"];
    assert_eq!(heard.iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>(), expect);
    assert!(heard.iter().all(|event| event["page"] == 1));
    assert_eq!(
        (&heard[1]["path"], &heard[1]["function"], &heard[2]["function"]),
        (&"a.py".into(), &Json::Null, &"run".into())
    );
    assert_eq!(heard[1]["details"]["kind"], "file");
    assert_eq!((&heard[4]["view"]["look"]["color"], &heard[4]["view"]["direction"]), (&"fan_in".into(), &"in".into()));
}

#[track_caller]
fn check_drive(wish: &str, expect: Result<(), &str>) {
    let session = one_city(Vec::new());
    let mut page = session.join(Screen::default());
    let driven = session.drive(serde_json::from_str(wish).expect("a wish"));
    let wishes = session.join(Screen::default()).wishes(None);
    match expect {
        Ok(()) => {
            driven.unwrap();
            assert_eq!(notes(&mut page), ["drive"]);
            assert_eq!((wishes.len(), &json(&wishes[0])["remembered"]), (1, &true.into()));
            // A page that comes back has heard them.
            assert_eq!(session.join(Screen::default()).wishes(Some(Duration::ZERO)).len(), 0);
        }
        Err(message) => {
            assert_eq!(driven.unwrap_err().to_string(), message);
            assert_eq!((notes(&mut page), wishes.len()), (Vec::new(), 0));
        }
    }
}

#[test]
fn a_wish_is_checked_before_pages_hear_of_it() {
    check_drive(r#"{"type":"select","path":"a.py"}"#, Ok(()));
    check_drive(r#"{"type":"select","path":"b.py"}"#, Err("b.py: not in this city; did you mean a.py?"));
    check_drive(r#"{"type":"imports","path":"a.py","depth":2,"direction":"out"}"#, Ok(()));
    check_drive(r#"{"type":"imports","path":"a.py","depth":4}"#, Err("depth 4: imports are drawn 1 to 3 steps far"));
    check_drive(r#"{"type":"frame","path":"b.py"}"#, Err("b.py: not in this city; did you mean a.py?"));
    check_drive(r#"{"type":"frame","path":null}"#, Ok(()));
    check_drive(r#"{"type":"look","color":"role","height":"lines"}"#, Ok(()));
    check_drive(r#"{"type":"look","color":"lined"}"#, Err("lined: no such metric; did you mean lines, role?"));
    let no_numbers = "role: a metric of categories, which can be a colour but no size and has no range";
    check_drive(r#"{"type":"look","area":"role"}"#, Err(no_numbers));
    check_drive(r#"{"type":"filter","hide":{"role":["test"]},"range":{"metric":"lines","min":1}}"#, Ok(()));
    check_drive(r#"{"type":"filter","range":{"metric":"role"}}"#, Err(no_numbers));
    check_drive(
        r#"{"type":"filter","hide":{"lines":[]}}"#,
        Err("lines: a metric of numbers, which is filtered by a range"),
    );
    check_drive(r#"{"type":"set_time","time":5}"#, Ok(()));
}

#[test]
fn a_metric_is_offered_at_once_and_stays_with_its_recording() {
    let session = Session::new(city("one", Vec::new()), Vec::new());
    let mut page = session.join(Screen::default());
    let values = OwnValues::Numbers([("a.py".to_owned(), 1.0)].into());
    let metric = OwnMetric { name: "risk".to_owned(), unit: String::new(), description: String::new(), values };
    assert_eq!(session.add_metric(&metric), Ok(vec!["c.py".to_owned()]));
    assert_eq!(notes(&mut page), ["metrics"]);
    assert!(session.drive(Remote::Look { area: None, height: None, color: Some("risk".to_owned()) }).is_ok());
    session.replace(city("one", Vec::new()), Vec::new());
    assert_eq!(session.info().metrics[0].name, "risk");
    session.replace(city("two", Vec::new()), Vec::new());
    assert_eq!(session.info().metrics[0].name, "lines");
}
