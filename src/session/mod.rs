//! An open city: its recording as RRD bytes and what a page may ask of it. Knows no HTTP.

mod messages;
mod recorded;
mod tail;

pub use messages::{
    ArcKey, Building, ColorKey, Command, Details, FromPage, Function, Import, Kind, Legend, LegendEntry, List, Measure,
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

    /// A complete RRD stream that fits layout and names to a light or a dark page. It goes before the recording.
    fn theme(&self, is_light: bool) -> Option<Bytes>;
}

/// A city that is open.
pub struct City {
    /// What the page's header and legend show.
    pub info: PageInfo,
    /// The whole city in the order to be sent; each chunk is a complete RRD stream.
    pub recording: Vec<Bytes>,
    /// Answers questions about the buildings.
    pub source: Box<dyn CitySource>,
}

/// What a page is connected to: one city, or several that it can change between.
pub struct Session {
    first: City,
    more: Vec<City>,
    /// What came after the recordings.
    pub tail: Tail,
}

impl Session {
    /// A session without live additions yet.
    pub fn new(first: City, more: Vec<City>) -> Self {
        Self { first, more, tail: Tail::default() }
    }

    fn cities(&self) -> impl DoubleEndedIterator<Item = &City> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// What is said to a page that has just connected, before the recordings follow.
    pub fn hello(&self) -> ToPage {
        let recording_bytes = self.recordings().map(|chunk| chunk.len() as u64).sum();
        ToPage::Hello { cities: self.cities().map(|city| city.info.clone()).collect(), recording_bytes }
    }

    /// The recordings of every city, the first city's last: a viewer shows what came last.
    pub fn recordings(&self) -> impl Iterator<Item = &Bytes> {
        self.cities().rev().flat_map(|city| &city.recording)
    }

    /// What goes to a page before the recordings, so that they suit it.
    pub fn themes(&self, is_light: bool) -> Vec<Bytes> {
        self.cities().filter_map(|city| city.source.theme(is_light)).collect()
    }

    /// Answers one message of a page.
    pub fn answer(&self, message: FromPage) -> Answer {
        let asked = self.cities().find(|city| city.info.recording_id == message.recording);
        asked.unwrap_or(&self.first).answer(message.command)
    }
}

impl City {
    fn answer(&self, command: Command) -> Answer {
        match command {
            Command::Select { building } => self.select(building, false),
            Command::SelectPath { path } => match self.source.building_of(&path) {
                Some(building) => self.select(building, true),
                None => Answer::error(format!("{path}: not in this city")),
            },
            Command::Clear => Answer { message: ToPage::Cleared, rrd: self.source.selected_imports(None) },
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
    /// Said first.
    pub message: ToPage,
    /// A complete stream for the viewer.
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

        fn theme(&self, _is_light: bool) -> Option<Bytes> {
            None
        }
    }

    fn one_city(recording: Vec<Bytes>) -> Session {
        Session::new(City { info: PageInfo::default(), recording, source: Box::new(OneFile) }, Vec::new())
    }

    #[track_caller]
    fn check(message: &str, expect_type: &str, expect_rrd: Option<&str>) {
        let session = one_city(vec![Bytes::from_static(b"12345")]);
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
        let session = one_city(vec![Bytes::from_static(b"12345"); 2]);
        let json = serde_json::to_value(session.hello()).expect("messages are JSON");
        assert_eq!(json["recording_bytes"], 10);
    }
}
