//! What the program that serves a city asks of its pages, checked before any page hears of it.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::page::Wish;
use super::{Building, Cities, Direction, Filter, MAX_DEPTH, Open, PageInfo, ToPage};
use crate::query::nearest;

/// How many names an error suggests.
const SUGGESTED: usize = 3;

/// What every open page is to do, as if its user had done it: address, menus, details and events follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Remote {
    /// Select a file or directory; the camera stays.
    Select {
        /// Below the root; empty or `/` for the root.
        path: String,
    },
    /// Select nothing.
    Clear,
    /// Bring a file or directory near without selecting it, or show the whole city.
    Frame {
        /// Below the root; the whole city for `None`.
        path: Option<String>,
    },
    /// Show other metrics; those that are `None` stay.
    Look {
        /// The metric of the footprint.
        #[serde(default)]
        area: Option<String>,
        /// The metric of the height.
        #[serde(default)]
        height: Option<String>,
        /// The metric of the colour.
        #[serde(default)]
        color: Option<String>,
    },
    /// Select a file and draw the imports around it.
    Imports {
        /// Below the root.
        path: String,
        /// How far, from 1 to 3.
        #[serde(default = "one")]
        depth: u32,
        /// Which way.
        #[serde(default)]
        direction: Direction,
    },
    /// Show only buildings that pass, in the place of all filters so far; `Filter::default()` shows all.
    Filter(Filter),
    /// Let the time run.
    Play,
    /// Let the time stand.
    Pause,
    /// Go to a time.
    SetTime {
        /// The timeline; the one that is shown for `None`.
        #[serde(default)]
        timeline: Option<String>,
        /// Sequence number, or nanoseconds.
        time: f64,
    },
    /// Show another timeline.
    Timeline {
        /// Its name.
        name: String,
    },
}

fn one() -> u32 {
    1
}

/// Why pages are not asked for something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// No city has this path.
    #[error("{path}: not in this city{}", suggestion(nearest))]
    UnknownPath {
        /// The path as given.
        path: String,
        /// Paths that are most like it.
        nearest: Vec<String>,
    },
    /// The city has no such metric.
    #[error("{name}: no such metric{}", suggestion(nearest))]
    UnknownMetric {
        /// The name as given.
        name: String,
        /// Names that are most like it.
        nearest: Vec<String>,
    },
    /// Sizes and ranges need numbers.
    #[error("{0}: a metric of categories, which can be a colour but no size and has no range")]
    NotNumbers(String),
    /// Only categories can be hidden by their names.
    #[error("{0}: a metric of numbers, which is filtered by a range")]
    NotCategories(String),
    /// Imports are drawn only so far.
    #[error("depth {0}: imports are drawn 1 to {MAX_DEPTH} steps far")]
    Depth(u32),
}

fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", nearest.join(", ")) }
}

/// Checks a wish against the cities that are open and addresses it to one of them.
pub(super) fn checked(cities: &Cities, remote: &Remote) -> Result<ToPage, DriveError> {
    let (mut city, mut building) = (cities.first(), None);
    match remote {
        Remote::Select { path } | Remote::Frame { path: Some(path) } => {
            (city, building) = place(cities, path).map(|(city, building)| (city, Some(building)))?;
        }
        Remote::Imports { path, depth, .. } => {
            (city, building) = place(cities, path).map(|(city, building)| (city, Some(building)))?;
            if !(1..=MAX_DEPTH).contains(depth) {
                return Err(DriveError::Depth(*depth));
            }
        }
        Remote::Look { area, height, color } => {
            let info = city.info();
            for size in [area, height].into_iter().flatten() {
                check_numbers(&info, size)?;
            }
            if let Some(color) = color {
                find(&info, color)?;
            }
        }
        Remote::Filter(filter) => check_filter(city, filter)?,
        Remote::Clear
        | Remote::Frame { path: None }
        | Remote::Play
        | Remote::Pause
        | Remote::SetTime { .. }
        | Remote::Timeline { .. } => {}
    }
    let recording = city.info().recording_id;
    Ok(ToPage::Drive { recording, remote: remote.clone(), building, remembered: false })
}

fn place<'c>(cities: &'c Cities, path: &str) -> Result<(&'c Open, Building), DriveError> {
    let path = path.trim_matches('/');
    let mut found = cities.all.iter().filter_map(|city| Some((city, city.city.source.building_of(path)?)));
    found.next().ok_or_else(|| DriveError::UnknownPath {
        path: path.to_owned(),
        nearest: cities.first().city.source.nearest(path),
    })
}

/// The smallest and largest value of a metric that there is; `None` for categories.
fn find(info: &PageInfo, name: &str) -> Result<Option<(f64, f64)>, DriveError> {
    match info.metrics.iter().find(|metric| metric.name == name) {
        Some(metric) => Ok(metric.range),
        None => Err(DriveError::UnknownMetric {
            name: name.to_owned(),
            nearest: nearest(name, info.metrics.iter().map(|metric| metric.name.as_str()), SUGGESTED),
        }),
    }
}

fn check_numbers(info: &PageInfo, name: &str) -> Result<(), DriveError> {
    find(info, name)?.map(|_| ()).ok_or_else(|| DriveError::NotNumbers(name.to_owned()))
}

fn check_filter(city: &Open, filter: &Filter) -> Result<(), DriveError> {
    let info = city.info();
    for name in filter.hide.keys() {
        if find(&info, name)?.is_some() {
            return Err(DriveError::NotCategories(name.clone()));
        }
    }
    if let Some(range) = &filter.range {
        check_numbers(&info, &range.metric)?;
    }
    let directory = filter.directory.trim_matches('/');
    if !directory.is_empty() && city.city.source.building_of(directory).is_none() {
        return Err(DriveError::UnknownPath {
            path: directory.to_owned(),
            nearest: city.city.source.nearest(directory),
        });
    }
    Ok(())
}

/// The last wish of each sort, in the order in which they came.
#[derive(Default)]
pub(super) struct Remembered(Vec<(Instant, Remote)>);

impl Remembered {
    pub fn add(&mut self, remote: &Remote) {
        let mut remote = remote.clone();
        if let Remote::Look { area, height, color } = &mut remote {
            let before = self.0.iter().find_map(|(_, kept)| match kept {
                Remote::Look { area, height, color } => Some((area.clone(), height.clone(), color.clone())),
                _ => None,
            });
            let before = before.unwrap_or_default();
            *area = area.take().or(before.0);
            *height = height.take().or(before.1);
            *color = color.take().or(before.2);
        }
        self.0.retain(|(_, kept)| sort(kept) != sort(&remote));
        self.0.push((Instant::now(), remote));
    }

    /// What a page that joins is told, as far as it can still be.
    pub fn wishes(&self, cities: &Cities) -> Vec<Wish> {
        let told = self.0.iter().filter_map(|(at, remote)| Some((*at, checked(cities, remote).ok()?)));
        told.map(|(at, message)| match message {
            ToPage::Drive { recording, remote, building, .. } => {
                (at, ToPage::Drive { recording, remote, building, remembered: true })
            }
            other => (at, other),
        })
        .collect()
    }
}

/// Wishes of one sort are fulfilled by the last of them.
fn sort(remote: &Remote) -> u8 {
    match remote {
        Remote::Select { .. } | Remote::Clear | Remote::Imports { .. } => 0,
        Remote::Frame { .. } => 1,
        Remote::Look { .. } => 2,
        Remote::Filter(_) => 3,
        Remote::Play | Remote::Pause => 4,
        Remote::SetTime { .. } => 5,
        Remote::Timeline { .. } => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_remembered(wishes: &[&str], expect: &[&str]) {
        let parse = |json: &&str| serde_json::from_str::<Remote>(json).expect("a wish");
        let mut remembered = Remembered::default();
        wishes.iter().map(parse).for_each(|wish| remembered.add(&wish));
        let kept: Vec<_> = remembered.0.into_iter().map(|(_, wish)| wish).collect();
        assert_eq!(kept, expect.iter().map(parse).collect::<Vec<_>>());
    }

    #[test]
    fn the_last_of_each_sort_is_remembered() {
        let (select, other) = (r#"{"type":"select","path":"a"}"#, r#"{"type":"select","path":"b"}"#);
        let (clear, frame) = (r#"{"type":"clear"}"#, r#"{"type":"frame","path":null}"#);
        check_remembered(&[select, frame, other], &[frame, other]);
        check_remembered(&[select, clear], &[clear]);
        check_remembered(
            &[r#"{"type":"imports","path":"a"}"#],
            &[r#"{"type":"imports","path":"a","depth":1,"direction":"both"}"#],
        );
        let (color, area) = (r#"{"type":"look","color":"x"}"#, r#"{"type":"look","area":"y"}"#);
        check_remembered(&[color, area], &[r#"{"type":"look","area":"y","color":"x"}"#]);
        let filter = r#"{"type":"filter","directory":"src","hide":{"role":["test"]}}"#;
        check_remembered(&[r#"{"type":"filter"}"#, filter], &[filter]);
        check_remembered(
            &[r#"{"type":"play"}"#, r#"{"type":"set_time","time":3}"#],
            &[r#"{"type":"play"}"#, r#"{"type":"set_time","timeline":null,"time":3.0}"#],
        );
    }
}
