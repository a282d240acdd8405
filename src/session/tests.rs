//! A session and the answers of its cities, without a server.

use std::sync::mpsc::{Receiver, channel};

use serde_json::json;

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

    fn building_of(&self, path: &str) -> Option<Building> {
        (path == "a.py").then(|| Building { entity: "/city/a".to_owned(), instance: 7 })
    }

    fn selected_imports(&self, _view: &View, building: Option<&Building>) -> Option<Bytes> {
        Some(Bytes::from(building.map_or_else(|| "none".to_owned(), |b| b.instance.to_string())))
    }

    fn look(&self, view: &View, _before: Option<&View>, _selected: Option<&Building>) -> Result<Dressed, String> {
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

    fn repaint(&self, is_light: bool) -> Option<Bytes> {
        Some(Bytes::from_static(if is_light { b"light" } else { b"dark" }))
    }
}

fn one_city(recording: Vec<Bytes>) -> Session {
    Session::new(City { info: PageInfo::default(), recording, source: Box::new(OneFile) }, Vec::new())
}

#[track_caller]
fn check(message: &str, expect_type: &str, expect_rrd: &[&str]) {
    let session = one_city(vec![Bytes::from_static(b"12345")]);
    let answer = session.answer(serde_json::from_str(message).expect("a message of the page"));
    let json = serde_json::to_value(&answer.message).expect("messages are JSON");
    assert_eq!(json["type"], expect_type, "{json}");
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
}

#[test]
fn hello_says_how_much_follows() {
    let session = one_city(vec![Bytes::from_static(b"12345"); 2]);
    let json = serde_json::to_value(session.hello()).expect("messages are JSON");
    assert_eq!(json["recording_bytes"], 10);
}
