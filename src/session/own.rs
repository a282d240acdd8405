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
    /// Numbers by path.
    Numbers(BTreeMap<String, f64>),
    /// Categories by path.
    Texts(BTreeMap<String, String>),
}

impl OwnValues {
    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
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
}
