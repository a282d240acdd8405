//! Metrics that take too long for every analysis: computed when they are asked for by name.

use super::{Column, Metric, NAMING_UNIT};
use crate::graph::CodeGraph;

/// A metric of files that is computed on demand.
pub struct OnDemand {
    /// See [`Metric::name`].
    pub name: &'static str,
    /// See [`Metric::unit`].
    pub unit: &'static str,
    /// See [`Metric::description`].
    pub description: &'static str,
    compute: fn(&CodeGraph) -> Column,
}

/// Every metric that is computed on demand. A new one is a row here.
pub const ON_DEMAND: &[OnDemand] = &[
    OnDemand {
        name: "betweenness",
        unit: "share",
        description: "share of the pairs of other files whose shortest chain of imports leads over the file (Brandes 2001)",
        compute: |graph| Column::F64(graph.betweenness().values),
    },
    OnDemand {
        name: "community",
        unit: NAMING_UNIT,
        description: "number of the community of files that import each other (Leiden), 1 for the largest, 0 for none",
        compute: |graph| {
            let of = graph.communities().of;
            Column::U64(of.into_iter().map(|community| community.map_or(0, |number| u64::from(number) + 1)).collect())
        },
    },
];

/// Computes the metric of [`ON_DEMAND`] with this name; `None` when there is none.
pub fn on_demand(name: &str, graph: &CodeGraph) -> Option<Metric> {
    let spec = ON_DEMAND.iter().find(|spec| spec.name == name)?;
    Some(Metric {
        name: spec.name.into(),
        unit: spec.unit.into(),
        description: spec.description.into(),
        values: (spec.compute)(graph),
    })
}
