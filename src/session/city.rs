//! What a city answers to a page. Knows nothing of other pages.

use bytes::Bytes;

use super::runtime::{Boxes, Differences, Runtime};
use super::{
    Building, Command, Details, Excerpt, Hit, ImportDetails, Legend, Lists, LiveCity, MetricError, Observed, Offered,
    OwnMetric, PageInfo, RecordedCity, Room, Shown, ToPage, View,
};
use crate::scan::{FileId, Place};
use crate::stream::{self, Activity, LiveStream, LoadError, Loaded};
use crate::telemetry::{History, Placer};

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

    /// The imports that a drawn arc stands for; `None` if the instance is none. Around a selection its arcs are drawn, or
    /// those of a cycle.
    fn import(
        &self,
        view: &View,
        arc: &Building,
        around: Option<&Building>,
        cycle: Option<u64>,
    ) -> Option<ImportDetails>;

    /// The building of a file, or the plate of a directory, by its path in the repository.
    fn building_of(&self, path: &str) -> Option<Building>;

    /// A complete RRD stream that makes the viewer draw the imports around a building, or none of them for `None`.
    fn selected_imports(&self, view: &View, building: Option<&Building>) -> Option<Bytes>;

    /// What another look and other filters change of what was shown `before`, and the imports around what is selected, or
    /// those of a cycle.
    ///
    /// # Errors
    /// When there is no such look, as a sentence for the user.
    fn look(
        &self,
        view: &View,
        before: Option<&View>,
        selected: Option<&Building>,
        cycle: Option<u64>,
    ) -> Result<Dressed, String>;

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

    /// A complete RRD stream that tells a viewer of the recording and holds nothing of it; without one, a page cannot take the
    /// recording out of its viewer again.
    fn introduction(&self) -> Option<Bytes> {
        None
    }

    /// Names of files and directories that are most like a path that there is not.
    fn nearest(&self, _path: &str) -> Vec<String> {
        Vec::new()
    }

    /// The name of the function of a file that begins at a line.
    fn function_at(&self, _path: &str, _line: u32) -> Option<String> {
        None
    }

    /// Where buildings stand in a view, for what runs to be drawn on them.
    fn boxes(&self, _view: &View) -> Boxes {
        Boxes::new()
    }

    /// Draws what runs on its buildings as they were recorded.
    fn live_stream(&self, _measure: Activity) -> Option<LiveStream> {
        None
    }

    /// What an arc of calls stands for, between files that it has.
    fn call(&self, _from: FileId, _to: FileId, _calls: u64) -> Option<ImportDetails> {
        None
    }

    /// Places records on its files and functions.
    fn placer(&self, _maps: &[(String, String)]) -> Option<Placer> {
        None
    }

    /// The names of its files and functions.
    fn names(&self) -> CodeNames {
        CodeNames::default()
    }

    /// What the recording holds of what ran.
    fn runtime(&self) -> Option<Runtime> {
        None
    }

    /// What was seen to run of a file, by its path; `None` if there is no such file.
    ///
    /// Where records are placed on the files of another city, `moved` says which of these each is.
    fn observed(&self, _path: &str, _history: &History, _moved: Option<&[Option<FileId>]>) -> Option<Observed> {
        None
    }

    /// In what its imports and the calls that were seen differ.
    fn compared(&self, _history: &History) -> Differences {
        Differences::default()
    }

    /// The building of a file.
    fn building_at(&self, _file: FileId) -> Option<Building> {
        None
    }

    /// A file by its path.
    fn file(&self, _path: &str) -> Option<FileId> {
        None
    }

    /// The paths of its files, by [`FileId`].
    fn paths(&self) -> Vec<Box<str>> {
        Vec::new()
    }

    /// Takes a metric of the user's, or its new values.
    ///
    /// # Errors
    /// When its name is taken, or its values are not those of this city's files.
    fn add_metric(&self, metric: &OwnMetric) -> Result<Offered, MetricError> {
        Err(MetricError::NotHere(metric.name.clone()))
    }
}

/// Names of what places of records point at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeNames {
    /// Paths by `FileId`, sorted.
    pub files: Vec<Box<str>>,
    /// Names of functions, qualified within their files, by row of the analysis.
    pub functions: Vec<Box<str>>,
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

/// A city to be opened.
pub struct City {
    /// What the page's header and legend show.
    pub info: PageInfo,
    /// The whole city in the order to be sent; each chunk is a complete RRD stream.
    pub recording: Vec<Bytes>,
    /// Answers questions about the buildings.
    pub source: Box<dyn CitySource>,
}

impl City {
    /// The city of a recording. The text of its files is taken from `place`, where that is at hand.
    ///
    /// # Errors
    /// When the bytes are no recording of a city.
    pub fn open(recording: impl Into<Bytes>, place: Option<Place>) -> Result<Self, LoadError> {
        let recording = recording.into();
        Ok(Self::of(stream::load(&recording)?, recording, place))
    }

    /// The same of a recording that was read already.
    pub fn of(loaded: Loaded, recording: impl Into<Bytes>, place: Option<Place>) -> Self {
        let source = RecordedCity::new(loaded).with_place(place);
        Self { info: source.page_info(), recording: vec![recording.into()], source: Box::new(LiveCity::new(source)) }
    }

    pub(super) fn answer(&self, view: &View, command: Command) -> Answer {
        let source = &self.source;
        match command {
            Command::Look { before, selected, cycle } => {
                match source.look(view, before.as_ref(), selected.as_ref(), cycle) {
                    Ok(Dressed { legend, shown, rrd }) => {
                        let shown_as = selected.map(|building| source.shown_as(view, &building));
                        Answer { message: Some(ToPage::Look { legend, shown, shown_as }), rrd: vec![rrd] }
                    }
                    Err(message) => ToPage::Refused { message }.into(),
                }
            }
            Command::Select { building, around, cycle } => {
                match source.import(view, &building, around.as_ref(), cycle) {
                    Some(details) => ToPage::Import { details }.into(),
                    None => self.select(view, source.meant(view, building), false, false),
                }
            }
            Command::SelectPath { path, frame, keep, .. } => match source.building_of(path.trim_end_matches('/')) {
                Some(building) => self.select(view, building, true, frame),
                None if keep => self.cleared(view),
                None => Answer::error(format!("{path}: not in this city")),
            },
            Command::Clear => self.cleared(view),
            Command::Frame { building, selected } => {
                let near = building.is_some();
                let rrd = source.frame(view, building.as_ref()).into_iter().collect();
                let view = View { near, ..view.clone() };
                let shown_as = selected.map(|building| source.shown_as(&view, &building));
                Answer { message: Some(ToPage::Framed { near, shown_as }), rrd }
            }
            Command::Cycle { number } => self.cycle(view, number),
            Command::Search { text } => {
                let hits = source.search(view, &text);
                ToPage::Hits { text, hits }.into()
            }
            Command::Source { path, line } => ToPage::Source { excerpt: source.source(&path, line) }.into(),
            Command::Lists => ToPage::Lists { lists: source.lists(view) }.into(),
            // What is said of the page, and not of a city, the session has heard.
            Command::Theme { .. }
            | Command::Time(_)
            | Command::Swapped
            | Command::Activity
            | Command::Observed { .. } => Answer::silent(),
        }
    }

    fn select(&self, view: &View, building: Building, reveal: bool, framed: bool) -> Answer {
        let frame = || self.source.frame(view, Some(&building));
        let rrd = self.source.selected_imports(view, Some(&building)).into_iter();
        let rrd = rrd.chain(framed.then(frame).flatten()).collect();
        self.described(view, building, reveal, framed, None, rrd).unwrap_or_else(|| self.cleared(view))
    }

    fn cycle(&self, view: &View, number: u64) -> Answer {
        let found = self.source.cycle(view, number);
        let answer = found.and_then(|(building, rrd)| self.described(view, building, true, true, Some(number), rrd));
        answer.unwrap_or_else(|| Answer::error(format!("there is no import cycle {number} in this city")))
    }

    fn described(
        &self,
        view: &View,
        building: Building,
        reveal: bool,
        framed: bool,
        cycle: Option<u64>,
        rrd: Vec<Bytes>,
    ) -> Option<Answer> {
        let details = self.source.details(&building)?;
        let shown_as = if framed { building.clone() } else { self.source.shown_as(view, &building) };
        Some(Answer { message: Some(ToPage::Details { building, shown_as, details, reveal, framed, cycle }), rrd })
    }

    fn cleared(&self, view: &View) -> Answer {
        Answer { message: Some(ToPage::Cleared), rrd: self.source.selected_imports(view, None).into_iter().collect() }
    }
}

/// What goes back to the page that asked: a message, then perhaps bytes for its viewer.
#[derive(Debug)]
pub struct Answer {
    /// Said first, if anything.
    pub message: Option<ToPage>,
    /// Complete streams for the viewer, in order.
    pub rrd: Vec<Bytes>,
}

impl Answer {
    pub(super) fn silent() -> Self {
        Self { message: None, rrd: Vec::new() }
    }

    fn error(message: String) -> Self {
        ToPage::Error { message }.into()
    }
}

impl From<ToPage> for Answer {
    fn from(message: ToPage) -> Self {
        Self { message: Some(message), rrd: Vec::new() }
    }
}
