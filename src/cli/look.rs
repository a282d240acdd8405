//! Names of metrics on the command line become a city.

use anyhow::{Result, bail};

use super::args::LookArgs;
use crate::analysis::Analysis;
use crate::city::{City, Look, city_of};
use crate::metrics::{METRICS, ON_DEMAND};

/// Refuses names that no metric has, before any work is done.
pub fn check_names(args: &LookArgs) -> Result<()> {
    for (option, name) in [("--area", &args.area), ("--height", &args.height), ("--color", &args.color)] {
        let names = METRICS.iter().map(|metric| metric.name).chain(ON_DEMAND.iter().map(|metric| metric.name));
        if !names.clone().any(|other| other == name) {
            let names: Vec<_> = names.collect();
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

/// Builds the city with the metrics chosen, muted where something will run in it.
pub fn city(analysis: &mut Analysis, args: &LookArgs, is_muted: bool) -> Result<City> {
    [&args.area, &args.height, &args.color].into_iter().for_each(|name| analysis.demand(name));
    Ok(city_of(analysis, &Look { is_muted, ..args.look() }, |_| true)?)
}
