//! Names of metrics on the command line become a city.

use anyhow::{Result, bail};

use super::args::LookArgs;
use crate::analysis::Analysis;
use crate::city::{self, City, CityInput, ColorBy, Cycles};
use crate::metrics::{Column, METRICS, Metric, NAMING_UNIT};

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
    let (area, height) = (numbers(analysis, &args.area)?, numbers(analysis, &args.height)?);
    let Some(color) = analysis.metric(&args.color) else { bail!("--color {}: no such metric", args.color) };
    let color_numbers = color.values.to_numbers().unwrap_or_default();
    let categories = categories(color);
    let names: Vec<&str> = categories.iter().flatten().map(|name| &**name).collect();
    let color = match categories {
        Some(_) => ColorBy::Category { name: &color.name, values: &names },
        None => ColorBy::Number(city::Metric { name: &color.name, unit: &color.unit, values: &color_numbers }),
    };
    let metric = |name: &'static str, values| city::Metric { name, unit: unit(name), values };
    Ok(city::build(&CityInput {
        tree: &analysis.tree,
        drawn: &analysis.drawn,
        area: metric(static_name(&args.area), &area),
        height: metric(static_name(&args.height), &height),
        color,
        edges: &analysis.resolution.edges,
        cycles: Cycles(&analysis.graph.cycle_of),
        arc_budget: args.arcs,
        previous: None,
    }))
}

/// The categories of a metric by file: text, or numbers that only name something, of which 0 is nothing.
fn categories(metric: &Metric) -> Option<Vec<Box<str>>> {
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

fn numbers(analysis: &Analysis, name: &str) -> Result<Vec<f64>> {
    match analysis.metric(name).and_then(|metric| metric.values.to_numbers()) {
        Some(numbers) => Ok(numbers),
        None => bail!("{name}: not a metric of numbers"),
    }
}

fn static_name(name: &str) -> &'static str {
    METRICS.iter().find(|metric| metric.name == name).map_or("", |metric| metric.name)
}

fn unit(name: &str) -> &'static str {
    METRICS.iter().find(|metric| metric.name == name).map_or("", |metric| metric.unit)
}
