//! An open city: its recording as RRD bytes and what a page may ask of it. Knows no HTTP.

mod messages;
mod recorded;
mod site;
mod sources;
mod tail;

pub use crate::stream::Room;
pub use messages::{
    ArcKey, Building, ColorKey, Command, CycleEntry, Details, Excerpt, Facet, FacetValue, Filter, FromPage, Function,
    Hit, HitKind, Hotspot, Import, Kind, Legend, LegendEntry, List, Lists, Measure, MetricInfo, MetricName, PageInfo,
    Range, Shown, SizeKey, SizeStop, ToPage, Value, View,
};
pub use recorded::RecordedCity;
pub use site::{SiteError, SiteFile, site_files};
pub use sources::{Folder, Sources};
pub use tail::{Subscription, Tail};

use bytes::Bytes;

/// What a page wants to know of the buildings of a city, answered from an analysis or from a recording's tables.
///
/// Calls come from a server's threads and must return soon: they look up and lay out, they never analyse. Streams go only
/// to the page that asked, so they carry the application and recording ids of the city.
pub trait CitySource: Send + Sync {
    /// Everything the details strip shows of a building or plate; `None` if there is no such instance.
    fn details(&self, building: &Building) -> Option<Details>;

    /// The building or plate that an instance stands for in a view: a block stands for its only building or its directory.
    fn meant(&self, view: &View, clicked: Building) -> Building;

    /// The instance that stands for a building in a view; see [`CitySource::meant`].
    fn shown_as(&self, view: &View, building: &Building) -> Building;

    /// The building of a file, or the plate of a directory, by its path in the repository.
    fn building_of(&self, path: &str) -> Option<Building>;

    /// A complete RRD stream that makes the viewer draw the imports around a building, or none of them for `None`.
    fn selected_imports(&self, view: &View, building: Option<&Building>) -> Option<Bytes>;

    /// What another look and other filters change of what was shown `before`, and the imports around what is selected.
    ///
    /// # Errors
    /// When there is no such look, as a sentence for the user.
    fn look(&self, view: &View, before: Option<&View>, selected: Option<&Building>) -> Result<Dressed, String>;

    /// A complete RRD stream that moves the camera to a building or plate, or back to the whole city.
    fn frame(&self, view: &View, building: Option<&Building>) -> Option<Bytes>;

    /// The file of an import cycle that most of it imports, and streams that draw the cycle's imports and frame it.
    fn cycle(&self, view: &View, number: u64) -> Option<(Building, Vec<Bytes>)>;

    /// Files, directories and functions whose names are like the text, the best first.
    fn search(&self, view: &View, text: &str) -> Vec<Hit>;

    /// Lines of a file around one of them.
    fn source(&self, path: &str, line: u32) -> Excerpt;

    /// Places worth a visit.
    fn lists(&self, view: &View) -> Lists;

    /// A complete RRD stream that fits layout and names to a page. It goes before the recording.
    fn theme(&self, screen: Screen) -> Option<Bytes>;

    /// A complete RRD stream that makes an open city light or dark.
    fn repaint(&self, is_light: bool) -> Option<Bytes>;
}

/// What a page says of itself when it connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Dark on light.
    pub is_light: bool,
    /// How much room there is.
    pub room: Room,
}

/// A city in another look.
#[derive(Debug)]
pub struct Dressed {
    /// What sizes and colours mean now.
    pub legend: Legend,
    /// What is to be seen.
    pub shown: Shown,
    /// A complete stream.
    pub rrd: Bytes,
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
    pub fn themes(&self, screen: Screen) -> Vec<Bytes> {
        self.cities().filter_map(|city| city.source.theme(screen)).collect()
    }

    /// Answers one message of a page.
    pub fn answer(&self, message: FromPage) -> Answer {
        if let Command::Theme { light } = message.command {
            let rrd = self.cities().filter_map(|city| city.source.repaint(light)).collect();
            return Answer { message: ToPage::Themed, rrd };
        }
        let asked = self.cities().find(|city| city.info.recording_id == message.recording);
        asked.unwrap_or(&self.first).answer(&message.view, message.command)
    }
}

impl City {
    fn answer(&self, view: &View, command: Command) -> Answer {
        let source = &self.source;
        match command {
            Command::Look { before, selected } => match source.look(view, before.as_ref(), selected.as_ref()) {
                Ok(Dressed { legend, shown, rrd }) => {
                    Answer { message: ToPage::Look { legend, shown }, rrd: vec![rrd] }
                }
                Err(message) => ToPage::Refused { message }.into(),
            },
            Command::Select { building } => self.select(view, source.meant(view, building), false, false),
            Command::SelectPath { path, frame } => match source.building_of(path.trim_end_matches('/')) {
                Some(building) => self.select(view, building, true, frame),
                None => Answer::error(format!("{path}: not in this city")),
            },
            Command::Clear => self.cleared(view),
            Command::Frame { building } => {
                let near = building.is_some();
                let rrd = source.frame(view, building.as_ref()).into_iter().collect();
                Answer { message: ToPage::Framed { near }, rrd }
            }
            Command::Cycle { number } => self.cycle(view, number),
            Command::Search { text } => {
                let hits = source.search(view, &text);
                ToPage::Hits { text, hits }.into()
            }
            Command::Source { path, line } => ToPage::Source { excerpt: source.source(&path, line) }.into(),
            Command::Lists => ToPage::Lists { lists: source.lists(view) }.into(),
            // All cities share a layout: the session has told each.
            Command::Theme { .. } => ToPage::Themed.into(),
        }
    }

    fn select(&self, view: &View, building: Building, reveal: bool, framed: bool) -> Answer {
        let frame = || self.source.frame(view, Some(&building));
        let rrd = self.source.selected_imports(view, Some(&building)).into_iter();
        let rrd = rrd.chain(framed.then(frame).flatten()).collect();
        self.described(view, building, reveal, framed, rrd).unwrap_or_else(|| self.cleared(view))
    }

    fn cycle(&self, view: &View, number: u64) -> Answer {
        let found = self.source.cycle(view, number);
        let answer = found.and_then(|(building, rrd)| self.described(view, building, true, true, rrd));
        answer.unwrap_or_else(|| Answer::error(format!("there is no import cycle {number} in this city")))
    }

    fn described(
        &self,
        view: &View,
        building: Building,
        reveal: bool,
        framed: bool,
        rrd: Vec<Bytes>,
    ) -> Option<Answer> {
        let details = self.source.details(&building)?;
        let shown_as = if framed { building.clone() } else { self.source.shown_as(view, &building) };
        Some(Answer { message: ToPage::Details { building, shown_as, details, reveal, framed }, rrd })
    }

    fn cleared(&self, view: &View) -> Answer {
        Answer { message: ToPage::Cleared, rrd: self.source.selected_imports(view, None).into_iter().collect() }
    }
}

/// What goes back to the page that asked: a message, then perhaps bytes for its viewer.
#[derive(Debug)]
pub struct Answer {
    /// Said first.
    pub message: ToPage,
    /// Complete streams for the viewer, in order.
    pub rrd: Vec<Bytes>,
}

impl Answer {
    fn error(message: String) -> Self {
        ToPage::Error { message }.into()
    }
}

impl From<ToPage> for Answer {
    fn from(message: ToPage) -> Self {
        Self { message, rrd: Vec::new() }
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
}
