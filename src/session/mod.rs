//! An open city: its recording as RRD bytes and what a page may ask of it. Knows no HTTP.

mod messages;
mod recorded;
mod tail;

pub use messages::{
    ArcKey, Building, ColorKey, Details, FromPage, Function, Import, Kind, Legend, LegendEntry, List, Measure,
    MetricName, PageInfo, ToPage, Value,
};
pub use recorded::RecordedCity;
pub use tail::{Subscription, Tail};

use bytes::Bytes;

/// What a page wants to know of the buildings of a city, answered from an analysis or from a recording's tables.
///
/// Calls come from a server's threads and must return within milliseconds: they look up, they never analyse.
pub trait CitySource: Send + Sync {
    /// Everything the details strip shows of a building or plate; `None` if there is no such instance.
    fn details(&self, building: &Building) -> Option<Details>;

    /// The building of a file, or the plate of a directory, by its path in the repository.
    fn building_of(&self, path: &str) -> Option<Building>;

    /// A complete RRD stream that makes the viewer draw a building's own imports, or none of them for `None`.
    ///
    /// It goes only to the page that selected, so it must carry the application and recording ids of the city.
    fn selected_imports(&self, building: Option<&Building>) -> Option<Bytes>;
}

/// A city that is open.
pub struct Session {
    pub info: PageInfo,
    /// The whole city in the order to be sent; each chunk is a complete RRD stream.
    pub recording: Vec<Bytes>,
    pub source: Box<dyn CitySource>,
    /// What came after the recording.
    pub tail: Tail,
}

impl Session {
    /// A session without live additions yet.
    pub fn new(info: PageInfo, recording: Vec<Bytes>, source: Box<dyn CitySource>) -> Self {
        Self { info, recording, source, tail: Tail::default() }
    }

    /// What is said to a page that has just connected, before the recording follows.
    pub fn hello(&self) -> ToPage {
        let recording_bytes = self.recording.iter().map(|chunk| chunk.len() as u64).sum();
        ToPage::Hello { info: self.info.clone(), recording_bytes }
    }

    /// Answers one message of a page.
    pub fn answer(&self, message: FromPage) -> Answer {
        match message {
            FromPage::Select { building } => self.select(building, false),
            FromPage::SelectPath { path } => match self.source.building_of(&path) {
                Some(building) => self.select(building, true),
                None => Answer::error(format!("{path}: not in this city")),
            },
            FromPage::Clear => Answer { message: ToPage::Cleared, rrd: self.source.selected_imports(None) },
        }
    }

    fn select(&self, building: Building, reveal: bool) -> Answer {
        match self.source.details(&building) {
            Some(details) => {
                let rrd = self.source.selected_imports(Some(&building));
                Answer { message: ToPage::Details { building, details, reveal }, rrd }
            }
            None => Answer { message: ToPage::Cleared, rrd: self.source.selected_imports(None) },
        }
    }
}

/// What goes back to the page that asked: a message, then perhaps bytes for its viewer.
#[derive(Debug)]
pub struct Answer {
    pub message: ToPage,
    pub rrd: Option<Bytes>,
}

impl Answer {
    fn error(message: String) -> Self {
        Self { message: ToPage::Error { message }, rrd: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct OneFile;

    impl CitySource for OneFile {
        fn details(&self, building: &Building) -> Option<Details> {
            (building.instance == 7).then(|| Details::new("a.py", Kind::File))
        }

        fn building_of(&self, path: &str) -> Option<Building> {
            (path == "a.py").then(|| Building { entity: "/city/a".to_owned(), instance: 7 })
        }

        fn selected_imports(&self, building: Option<&Building>) -> Option<Bytes> {
            Some(Bytes::from(building.map_or_else(|| "none".to_owned(), |b| b.instance.to_string())))
        }
    }

    #[track_caller]
    fn check(message: &str, expect_type: &str, expect_rrd: Option<&str>) {
        let session = Session::new(PageInfo::default(), vec![Bytes::from_static(b"12345")], Box::new(OneFile));
        let answer = session.answer(serde_json::from_str(message).expect("a message of the page"));
        let json = serde_json::to_value(&answer.message).expect("messages are JSON");
        assert_eq!(json["type"], expect_type, "{json}");
        assert_eq!(answer.rrd.as_deref(), expect_rrd.map(str::as_bytes));
    }

    #[test]
    fn a_click_gets_details_and_imports() {
        check(r#"{"type":"select","building":{"entity":"/city/a","instance":7}}"#, "details", Some("7"));
    }

    #[test]
    fn a_click_beside_every_building_clears() {
        check(r#"{"type":"select","building":{"entity":"/city/a","instance":8}}"#, "cleared", Some("none"));
        check(r#"{"type":"clear"}"#, "cleared", Some("none"));
    }

    #[test]
    fn a_path_finds_its_building() {
        check(r#"{"type":"select_path","path":"a.py"}"#, "details", Some("7"));
    }

    #[test]
    fn an_unknown_path_is_an_error() {
        check(r#"{"type":"select_path","path":"b.py"}"#, "error", None);
    }

    #[test]
    fn hello_says_how_much_follows() {
        let session = Session::new(PageInfo::default(), vec![Bytes::from_static(b"12345"); 2], Box::new(OneFile));
        let json = serde_json::to_value(session.hello()).expect("messages are JSON");
        assert_eq!(json["recording_bytes"], 10);
    }
}
