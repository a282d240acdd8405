//! How a page wants to see a city: look, filters and how far imports are drawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ActivityView;
use crate::analysis::Analysis;
use crate::city::Look;
use crate::metrics::Column;
use crate::scan::FileId;
use crate::stream::Room;

/// The farthest that the imports of a selection are drawn.
pub const MAX_DEPTH: u32 = 3;

/// How a page shows a city.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Which metrics; the recording's own for `None`.
    pub look: Option<Look>,
    /// Which buildings.
    pub filter: Filter,
    /// Whether the camera is near buildings, of which a large city shows blocks only from afar.
    pub near: bool,
    /// How much room the page has for names.
    pub room: Room,
    /// How many imports away from the selected file arcs are drawn, from 1 to [`MAX_DEPTH`].
    pub depth: u32,
    /// Which of the imports around the selected file are drawn.
    pub direction: Direction,
    /// How what runs is shown.
    pub activity: ActivityView,
}

/// Which way imports are followed from a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// To the files that import it.
    In,
    /// To the files that it imports.
    Out,
}

impl View {
    /// Whether it is as recorded.
    pub fn is_recorded(&self) -> bool {
        self.look.is_none() && self.filter == Filter::default()
    }

    /// Whether a large city is shown as blocks. What is left by a filter can be told apart from afar too.
    pub fn is_far(&self) -> bool {
        !self.near && self.filter == Filter::default()
    }

    /// The depth within its bounds.
    pub fn depth(&self) -> u32 {
        self.depth.clamp(1, MAX_DEPTH)
    }
}

/// Which buildings are shown: those that pass every part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// By the name of a metric of categories: those that are hidden.
    pub hide: BTreeMap<String, Vec<String>>,
    /// Only files in or below this directory; all if empty.
    pub directory: String,
    /// Only files with values within these bounds.
    pub range: Option<Range>,
}

/// Values of a metric, both ends included; no bound for `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Range {
    /// The metric.
    pub metric: String,
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}

impl Filter {
    /// Whether each file of an analysis passes, by `FileId`. Metrics that there are not hide nothing.
    pub fn shows(&self, analysis: &Analysis) -> Vec<bool> {
        let directory = self.directory.trim_matches('/');
        let lies_in = |path: &str| {
            directory.is_empty()
                || path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut shows: Vec<bool> = analysis.tree.files.iter().map(|file| lies_in(&file.path)).collect();
        for (name, hidden) in self.hide.iter().filter(|(_, hidden)| !hidden.is_empty()) {
            if let Some(Column::Text(values)) = analysis.metric(name).map(|metric| &metric.values) {
                keep(&mut shows, |file| !hidden.iter().any(|hidden| **hidden == *values[file.index()]));
            }
        }
        if let Some(Range { metric, min, max }) = &self.range {
            let values = analysis.metric(metric).and_then(|metric| metric.values.to_numbers());
            let is_within = |value: f64| min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max);
            keep(&mut shows, |file| values.as_ref().is_none_or(|values| is_within(values[file.index()])));
        }
        shows
    }
}

fn keep(shows: &mut [bool], passes: impl Fn(FileId) -> bool) {
    for (shows, index) in shows.iter_mut().zip(0..) {
        *shows = *shows && passes(FileId(index));
    }
}
