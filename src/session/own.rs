//! Metrics of the user's, given to a city that is open.

use std::collections::BTreeMap;

use super::{Facet, MetricInfo};

/// A metric of the user's.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnMetric {
    /// Its name in menus, legend and addresses.
    pub name: String,
    /// The unit of its values; empty for none.
    pub unit: String,
    /// One sentence without a full stop.
    pub description: String,
    /// A value for each file, or for some.
    pub values: OwnValues,
}

/// The values of a metric of the user's. Categories can be a colour and a filter; numbers a size too.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnValues {
    /// Numbers by `FileId`, which is the row of a file in `/tables/files`.
    Numbers(Vec<Option<f64>>),
    /// Categories by `FileId`.
    Texts(Vec<Option<String>>),
    /// Numbers by path.
    NumbersByPath(BTreeMap<String, f64>),
    /// Categories by path.
    TextsByPath(BTreeMap<String, String>),
}

impl OwnValues {
    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::NumbersByPath(values) => values.len(),
            Self::TextsByPath(values) => values.len(),
        }
    }

    /// Whether they follow the rows of one analysis, and mean nothing to another.
    pub(super) fn is_by_file(&self) -> bool {
        matches!(self, Self::Numbers(_) | Self::Texts(_))
    }
}

/// What the menus of a city have after a metric was added.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Every metric.
    pub metrics: Vec<MetricInfo>,
    /// Every metric of categories.
    pub facets: Vec<Facet>,
    /// Paths with a value that are no files of the city, sorted.
    pub unknown: Vec<String>,
}

/// Why a metric cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// The city cannot take any.
    #[error("{0}: this city takes no further metrics")]
    NotHere(String),
    /// The name cannot stand in a menu and in an address.
    #[error("{0:?}: a metric's name has 1 to 60 characters, and neither a colon nor control characters among them")]
    Name(String),
    /// The name is that of a metric which the analysis has.
    #[error("{0}: the analysis has a metric of this name; choose another")]
    Taken(String),
    /// No path is that of a file of the city.
    #[error("{0}: not in this city, as all the paths that were given")]
    NoFile(String),
    /// There are not as many values as files.
    #[error(
        "{name}: {given} values for {files} files; give one for each row of the table of files, or give them by path"
    )]
    Length {
        /// The metric.
        name: String,
        /// How many values there are.
        given: usize,
        /// How many files there are.
        files: usize,
    },
}
