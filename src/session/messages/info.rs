//! What a city is called, holds and means: the header, the menus and the legend.

use serde::Serialize;

use super::{Measure, RuntimeInfo};

/// What the header and the legend show.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PageInfo {
    /// The repository's name, without the path to it.
    pub name: String,
    /// The application id of recording and blueprint.
    pub application_id: String,
    /// The id of the recording in which selections are made.
    pub recording_id: String,
    /// A few totals for the header, the most important first: "files", "functions", …
    pub counts: Vec<Measure>,
    /// What sizes and colours mean.
    pub legend: Legend,
    /// What may be chosen in the menus.
    pub metrics: Vec<MetricInfo>,
    /// What buildings can be told apart by, each a list of check boxes.
    pub facets: Vec<Facet>,
    /// The folder that was analysed, as the system names it, for links into an editor; `None` for a recording. It goes to
    /// pages only.
    pub root: Option<String>,
    /// Whether sources can be shown.
    pub has_sources: bool,
    /// What was seen to run; `None` while there is nothing of the kind.
    pub runtime: Option<RuntimeInfo>,
}

/// A metric of the menus.
#[derive(Clone, Debug, Serialize)]
pub struct MetricInfo {
    /// Its name in tables and on the command line.
    pub name: String,
    /// Its unit; empty for categories.
    pub unit: String,
    /// One sentence without a full stop.
    pub description: String,
    /// Smallest and largest value among the buildings; `None` for categories, which can only be a colour.
    pub range: Option<(f64, f64)>,
}

/// A metric of categories, and which there are among the buildings.
#[derive(Clone, Debug, Serialize)]
pub struct Facet {
    /// The metric.
    pub name: String,
    /// The most frequent first.
    pub values: Vec<FacetValue>,
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// Its name.
    pub value: String,
    /// How many buildings have it.
    pub count: u64,
}

/// What the city's sizes and colours mean.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Legend {
    /// What the footprint says.
    pub area: SizeKey,
    /// What the height says.
    pub height: SizeKey,
    /// The metric of the colour.
    pub color: MetricName,
    /// How colours are to be read.
    pub color_key: ColorKey,
    /// The colours of the import arcs that are drawn.
    pub arcs: Vec<ArcKey>,
}

/// How a size is to be read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SizeKey {
    /// The metric.
    #[serde(flatten)]
    pub metric: MetricName,
    /// In words, such as "height ∝ complexity^0.41, tallest 870".
    pub formula: String,
    /// Examples, the largest first; may be empty.
    pub stops: Vec<SizeStop>,
}

/// A value and how large it is drawn.
#[derive(Clone, Debug, Serialize)]
pub struct SizeStop {
    /// The value in short.
    pub label: String,
    /// The height, or the side of the footprint, as a share of the first stop's.
    pub share: f64,
}

/// A metric as people read it, such as "code lines" with the unit "lines".
#[derive(Clone, Debug, Default, Serialize)]
pub struct MetricName {
    /// The metric's name.
    pub name: String,
    /// Its unit; empty for categories.
    pub unit: String,
}

/// How colours are to be read.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ColorKey {
    /// A colour for each name, the most frequent first.
    Categories {
        /// Name and colour of each.
        entries: Vec<LegendEntry>,
    },
    /// Colours that run from the first entry's number to the last one's.
    Scale {
        /// Values in rising order.
        stops: Vec<LegendEntry>,
    },
}

impl Default for ColorKey {
    fn default() -> Self {
        Self::Categories { entries: Vec::new() }
    }
}

/// One colour and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LegendEntry {
    /// A name, or a value in short.
    pub label: String,
    /// sRGB.
    pub color: [u8; 3],
    /// How many buildings have it.
    pub count: Option<u64>,
}

/// The colour of one kind of arc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArcKey {
    /// The kind's name.
    pub label: String,
    /// sRGB.
    pub color: [u8; 3],
}
