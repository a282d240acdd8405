//! Names of metrics on the command line become a city.

use anyhow::{Result, bail};

use super::args::LookArgs;
use crate::analysis::Analysis;
use crate::city::{City, Look, city_of};
use crate::metrics::METRICS;

/// Refuses names that no metric has, before any work is done.
pub fn check_names(args: &LookArgs) -> Result<()> {
    for (option, name) in [("--area", &args.area), ("--height", &args.height), ("--color", &args.color)] {
        if !METRICS.iter().any(|metric| metric.name == name) {
            let names: Vec<_> = METRICS.iter().map(|metric| metric.name).collect();
            bail!("{option} {name}: no such metric; there are {}", names.join(", "));
        }
    }
    for (option, name) in [("--area", &args.area), ("--height", &args.height)] {
        if METRICS.iter().any(|metric| metric.name == name && metric.is_text()) {
            bail!("{option} {name}: this metric is text and can only be a colour");
        }
    }
    Ok(())
}

/// Builds the city with the metrics chosen.
pub fn city(analysis: &Analysis, args: &LookArgs) -> Result<City> {
    let look =
        Look { area: args.area.clone(), height: args.height.clone(), color: args.color.clone(), arcs: args.arcs };
    Ok(city_of(analysis, &look, |_| true)?)
}
