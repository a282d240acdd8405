//! What a page and a session say to each other, as JSON with a `type`. Recordings go as bytes beside it.

mod answers;
mod details;
mod info;
mod runtime;
mod wish;

use serde::{Deserialize, Serialize};

use super::Remote;

pub use answers::{CycleEntry, Excerpt, Hit, HitKind, Hotspot, Lists, Shown};
pub use details::{Details, Function, Import, ImportDetails, ImportEnd, ImportLine, Kind, List, Measure, Value};
pub use info::{
    ArcKey, ColorKey, Facet, FacetValue, Legend, LegendEntry, MetricInfo, MetricName, PageInfo, SizeKey, SizeStop,
};
pub use runtime::{
    ActivityView, Count, MeasureKey, Observed, ObservedError, ObservedFunction, RuntimeInfo, ServiceInfo,
};
pub use wish::{Direction, Filter, MAX_DEPTH, Range, View};

/// What a page asks of one of its cities.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FromPage {
    /// The recording of the city; the first city if empty.
    #[serde(default)]
    pub recording: String,
    /// How the page shows the city. It comes with each question, as nothing of it is kept here.
    #[serde(default)]
    pub view: View,
    /// What is asked.
    #[serde(flatten)]
    pub command: Command,
}

/// What there is to be asked.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// The view has changed: what is shown is to follow.
    Look {
        /// What the page shows so far, which need not be sent again; everything is for `None`.
        #[serde(default)]
        before: Option<View>,
        /// What is selected, whose arcs follow too.
        selected: Option<Building>,
        /// The cycle whose arcs are drawn instead.
        #[serde(default)]
        cycle: Option<u64>,
    },
    /// A building, plate or import was clicked in the viewer.
    Select {
        /// What was clicked.
        building: Building,
        /// The building whose imports are drawn, and the cycle if they are rather those of one.
        #[serde(default)]
        around: Option<Building>,
        /// As the metric `cycle` counts.
        #[serde(default)]
        cycle: Option<u64>,
    },
    /// A file or directory was chosen by its path, outside the viewer.
    SelectPath {
        /// Relative to the root, with `/` between the parts; empty for the root.
        path: String,
        /// Whether the camera goes there.
        #[serde(default)]
        frame: bool,
        /// Whether it was selected in a city that this one replaces: then it is no error that it is not here.
        #[serde(default)]
        keep: bool,
        /// The line that was chosen in it, such as that of a function; 0 for none.
        #[serde(default)]
        line: u32,
    },
    /// Nothing is selected any more.
    Clear,
    /// The camera goes to a building or plate, or back to the whole city.
    Frame {
        /// Where to; the city for `None`.
        building: Option<Building>,
        /// What is selected.
        #[serde(default)]
        selected: Option<Building>,
    },
    /// An import cycle was chosen: its imports are drawn and the camera goes there.
    Cycle {
        /// As the metric `cycle` counts.
        number: u64,
    },
    /// Paths and functions are sought.
    Search {
        /// What was typed.
        text: String,
    },
    /// Lines of a file are wanted.
    Source {
        /// The file.
        path: String,
        /// The line to show, 1-based.
        line: u32,
    },
    /// Places worth a visit are wanted.
    Lists,
    /// What runs is to be drawn as the view says.
    Activity,
    /// What was seen to run of a file is wanted.
    Observed {
        /// The file.
        path: String,
    },
    /// The system has changed between light and dark.
    Theme {
        /// Dark on light.
        light: bool,
    },
    /// The time in the viewer has changed.
    Time(Now),
    /// The page shows what it was sent last, and nothing of what it showed before.
    Swapped,
}

/// The time that a viewer shows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Now {
    /// The name of the timeline.
    pub timeline: String,
    /// Sequence number, or nanoseconds.
    pub time: f64,
    /// Whether it runs.
    pub playing: bool,
}

/// What a page is told.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToPage {
    /// The first message; `recording_bytes` of RRD follow.
    Hello {
        /// What there is to be shown; the first is shown first.
        cities: Vec<PageInfo>,
        /// The size of all recordings together.
        recording_bytes: u64,
    },
    /// Other cities are open now. The streams of those that the page does not have follow, then `Ready`; it says
    /// `swapped` once it shows them.
    Replaced {
        /// What there is to be shown; the first is shown first, if that which the page shows is gone.
        cities: Vec<PageInfo>,
        /// The size of what follows.
        recording_bytes: u64,
    },
    /// So many bytes of one RRD stream follow, in parts.
    Rrd {
        /// The size of the stream.
        bytes: u64,
        /// The recording that it introduces, if that is all it does.
        #[serde(skip_serializing_if = "Option::is_none")]
        opens: Option<String>,
        /// The empty recording that it ends with, as a mark.
        #[serde(skip_serializing_if = "Option::is_none")]
        ends: Option<String>,
    },
    /// Everything was sent.
    Ready,
    /// The page is to do as if its user had done it.
    Drive {
        /// In which city.
        recording: String,
        /// What.
        remote: Remote,
        /// The building or plate of its path.
        building: Option<Building>,
        /// Whether it was asked for before the page came, so that what the address says comes first.
        remembered: bool,
    },
    /// A city has another metric, or one has other values.
    Metrics {
        /// The city.
        city: PageInfo,
        /// The metric.
        changed: String,
    },
    /// `reveal` asks the page to select it in the viewer too.
    Details {
        /// What was selected.
        building: Building,
        /// The instance that stands for it in the picture: itself, or the block that it is merged into.
        shown_as: Building,
        /// What is known of it.
        details: Details,
        /// Whether the viewer does not know of the selection yet.
        reveal: bool,
        /// Whether the camera goes there.
        framed: bool,
        /// The import cycle that is drawn, and not the imports of what was selected.
        cycle: Option<u64>,
    },
    /// An import was clicked. What is selected stays, and its imports are still drawn.
    Import {
        /// What is known of it.
        details: ImportDetails,
    },
    /// What was selected has no details.
    Cleared,
    /// The look or the filters have changed.
    Look {
        /// What sizes and colours mean now.
        legend: Legend,
        /// What is to be seen.
        shown: Shown,
        /// The instance that now stands for what is selected.
        shown_as: Option<Building>,
    },
    /// There is no such look, so that what was shown stays.
    Refused {
        /// Why, as a whole sentence.
        message: String,
    },
    /// The camera moves.
    Framed {
        /// To a building or plate, and not to the whole city.
        near: bool,
        /// The instance that now stands for what is selected.
        shown_as: Option<Building>,
    },
    /// What a search found, the best first.
    Hits {
        /// What was sought.
        text: String,
        /// What was found.
        hits: Vec<Hit>,
    },
    /// Lines of a file.
    Source {
        /// The lines.
        excerpt: Excerpt,
    },
    /// Places worth a visit.
    Lists {
        /// The places.
        lists: Lists,
    },
    /// What runs has changed.
    Runtime {
        /// The recording in which it is drawn.
        recording: String,
        /// What is known of it.
        runtime: Box<RuntimeInfo>,
    },
    /// What was seen to run of a file.
    Observed {
        /// The file.
        path: String,
        /// What.
        observed: Observed,
    },
    /// The city is light or dark now, as it was said.
    Themed,
    /// To be shown to the user.
    Error {
        /// A whole sentence.
        message: String,
    },
}

/// One instance of a batch: a file's building; a directory's plate under `/ground`; half an arc under `/imports`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Building {
    /// The batch's entity path, such as `/city/src`.
    pub entity: String,
    /// The instance in the batch, from 0.
    pub instance: u64,
}
