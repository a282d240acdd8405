//! What a page is told of what runs.

use serde::{Deserialize, Serialize};

use super::{ArcKey, LegendEntry, List};
use crate::stream::Activity;

/// How a page shows what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityView {
    /// What lights the buildings; nothing for `None`.
    pub measure: Option<Activity>,
    /// Whether observed calls are drawn.
    pub calls: bool,
    /// Whether those calls are drawn that no import explains.
    pub unexplained: bool,
    /// Whether those imports are drawn along which nothing was called.
    pub unexercised: bool,
    /// Whether the imports of the city are drawn.
    pub imports: bool,
}

impl Default for ActivityView {
    fn default() -> Self {
        Self { measure: Some(Activity::default()), calls: true, unexplained: false, unexercised: false, imports: true }
    }
}

/// What was seen to run, in sums and as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RuntimeInfo {
    /// Whether more may come.
    pub is_live: bool,
    /// Whether it is shown as recorded and cannot be otherwise, as in an exported folder.
    pub is_fixed: bool,
    /// What has brought it to its end; empty while it goes on, and for a recording.
    pub note: String,
    /// What a page shows that was asked for nothing else.
    pub shown: ActivityView,
    /// What may light the buildings.
    pub measures: Vec<MeasureKey>,
    /// The colour of what has errors.
    pub error_color: [u8; 3],
    /// The colours of the arcs of what runs.
    pub arcs: Vec<ArcKey>,
    /// Records by how they were placed.
    pub placed: Vec<Count>,
    /// Records by their sort.
    pub records: Vec<Count>,
    /// Records that were not taken, by reason.
    pub refused: Vec<Count>,
    /// Records that count, but not as they were said, by reason.
    pub mended: Vec<Count>,
    /// Those with the most calls first.
    pub services: List<ServiceInfo>,
}

/// How many of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// A measure of the menu, and how its lights are to be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasureKey {
    /// As in a view.
    pub name: Activity,
    /// As people call it.
    pub label: String,
    /// The weakest first.
    pub stops: Vec<LegendEntry>,
}

/// A program that was seen to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceInfo {
    /// Its name; empty for one without.
    pub name: String,
    /// Calls that ended in it.
    pub calls: u64,
    /// How many of them by an error.
    pub errors: u64,
}

/// What was seen to run of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Observed {
    /// Those with the most time of their own first.
    pub functions: List<ObservedFunction>,
    /// The last one first.
    pub errors: List<ObservedError>,
}

/// What was seen of a function over all time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObservedFunction {
    /// Its name.
    pub name: String,
    /// Where it begins, 1-based, if it is known in the repository.
    pub line: Option<u32>,
    /// How many calls ended.
    pub calls: u64,
    /// How many of them by an error.
    pub errors: u64,
    /// Milliseconds without what it called.
    pub self_millis: f64,
    /// Milliseconds that 95 % of the calls did not exceed, where single ones are known.
    pub p95_millis: Option<f64>,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObservedError {
    /// Nanoseconds since the Unix epoch; of the last of several.
    pub time: u64,
    /// How many times.
    pub count: u64,
    /// The function.
    pub function: String,
    /// Type of the exception; empty where there is none.
    pub kind: String,
    /// What it says, cut if it is long.
    pub message: String,
}
