//! Names of metrics become a city. Knows neither parsing nor Rerun.

use serde::{Deserialize, Serialize};

use super::{City, CityInput, ColorBy, Cycles, Metric, build};
use crate::analysis::Analysis;
use crate::metrics::{self, Column, NAMING_UNIT};
use crate::scan::FileId;

/// Which metrics a city shows, by their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The metric of the footprint.
    pub area: String,
    /// The metric of the height.
    pub height: String,
    /// The metric of the colour.
    pub color: String,
    /// At most so many arcs; see [`CityInput::arc_budget`].
    #[serde(skip)]
    pub arcs: Option<usize>,
    /// See [`CityInput::is_muted`].
    #[serde(skip)]
    pub is_muted: bool,
}

impl Look {
    /// The metrics of a city when nothing else is asked for: footprint, height and colour.
    pub const DEFAULT: [&str; 3] = ["code_lines", "complexity", "language"];
}

impl Default for Look {
    fn default() -> Self {
        let [area, height, color] = Self::DEFAULT.map(str::to_owned);
        Self { area, height, color, arcs: None, is_muted: false }
    }
}

/// Why there is no such city.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// The analysis has no metric of this name.
    #[error("{name}: no such metric; there are {}", known.join(", "))]
    NoMetric {
        /// The name as given.
        name: String,
        /// Every name.
        known: Vec<String>,
    },
    /// Footprints and heights need numbers.
    #[error("{0}: not a metric of numbers")]
    NotNumbers(String),
}

/// The city of an analysis in this look, with the arcs between the files that `shows` admits.
///
/// # Errors
/// When a metric is missing, or is text where a number is needed.
pub fn city_of(analysis: &Analysis, look: &Look, shows: impl Fn(FileId) -> bool) -> Result<City, LookError> {
    let (area, area_values) = numbers(analysis, &look.area)?;
    let (height, height_values) = numbers(analysis, &look.height)?;
    let color = metric(analysis, &look.color)?;
    let color_values = color.values.to_numbers().unwrap_or_default();
    let categories = categories(color);
    let names: Vec<&str> = categories.iter().flatten().map(|name| &**name).collect();
    let edges = &analysis.resolution.edges;
    let shown: Vec<_> = edges.iter().filter(|edge| shows(edge.from) && shows(edge.to)).cloned().collect();
    Ok(build(&CityInput {
        tree: &analysis.tree,
        drawn: &analysis.drawn,
        area: Metric { name: &area.name, unit: &area.unit, values: &area_values },
        height: Metric { name: &height.name, unit: &height.unit, values: &height_values },
        color: match categories {
            Some(_) => ColorBy::Category { name: &color.name, values: &names },
            None => ColorBy::Number(Metric { name: &color.name, unit: &color.unit, values: &color_values }),
        },
        is_muted: look.is_muted,
        edges: &shown,
        cycles: Cycles(&analysis.graph.cycle_of),
        arc_budget: look.arcs,
        previous: None,
    }))
}

fn metric<'a>(analysis: &'a Analysis, name: &str) -> Result<&'a metrics::Metric, LookError> {
    let known = || analysis.metrics.iter().map(|metric| metric.name.to_string()).collect();
    analysis.metric(name).ok_or_else(|| LookError::NoMetric { name: name.to_owned(), known: known() })
}

fn numbers<'a>(analysis: &'a Analysis, name: &str) -> Result<(&'a metrics::Metric, Vec<f64>), LookError> {
    let metric = metric(analysis, name)?;
    match metric.values.to_numbers() {
        Some(values) => Ok((metric, values)),
        None => Err(LookError::NotNumbers(name.to_owned())),
    }
}

/// The categories of a metric by file: text, or numbers that only name something, of which 0 is nothing.
fn categories(metric: &metrics::Metric) -> Option<Vec<Box<str>>> {
    match &metric.values {
        Column::Text(values) => Some(values.clone()),
        Column::U64(values) if &*metric.unit == NAMING_UNIT => {
            let name =
                |&value: &u64| if value == 0 { "none".into() } else { format!("{} {value}", metric.name).into() };
            Some(values.iter().map(name).collect())
        }
        Column::U64(_) | Column::F64(_) => None,
    }
}
