//! What a city is called, holds and means.

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::city::{self, ArcKind, ColorScale};
use crate::metrics::{Column, Metric};
use crate::session::{
    ArcKey, ColorKey, Facet, FacetValue, Legend, LegendEntry, MetricInfo, MetricName, SizeKey, SizeStop,
};

/// Check boxes of one facet; rarer categories have none.
const MAX_FACET_VALUES: usize = 60;

/// The metrics, as the menus offer them.
pub fn metrics(analysis: &Analysis) -> Vec<MetricInfo> {
    let info = |metric: &Metric| MetricInfo {
        name: metric.name.to_string(),
        unit: metric.unit.to_string(),
        description: metric.description.to_string(),
        range: range(analysis, metric),
    };
    analysis.metrics.iter().map(info).collect()
}

/// The smallest and largest value among the buildings.
fn range(analysis: &Analysis, metric: &Metric) -> Option<(f64, f64)> {
    let values = metric.values.to_numbers()?;
    let drawn = analysis.drawn.iter().map(|file| values[file.index()]).filter(|value| value.is_finite());
    Some(
        drawn
            .fold(None, |range: Option<(f64, f64)>, value| {
                Some(range.map_or((value, value), |(least, most)| (least.min(value), most.max(value))))
            })
            .unwrap_or_default(),
    )
}

/// The metrics of categories of which the buildings have more than one.
pub fn facets(analysis: &Analysis) -> Vec<Facet> {
    let facets = analysis.metrics.iter().filter_map(|metric| {
        let Column::Text(values) = &metric.values else { return None };
        let mut counts = FxHashMap::<&str, u64>::default();
        for file in &analysis.drawn {
            *counts.entry(&values[file.index()]).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let value = |&(value, count): &(&str, u64)| FacetValue { value: value.to_owned(), count };
        let values = counts.iter().take(MAX_FACET_VALUES).map(value).collect();
        (counts.len() > 1).then(|| Facet { name: metric.name.to_string(), values })
    });
    facets.collect()
}

/// What sizes and colours mean.
pub fn legend(legend: &city::Legend) -> Legend {
    let entries = legend.color.entries.iter().map(|entry| LegendEntry {
        label: entry.label.clone(),
        color: entry.color,
        count: Some(entry.files.into()),
    });
    Legend {
        area: size_key(&legend.area),
        height: size_key(&legend.height),
        color: MetricName { name: legend.color.name.clone(), unit: legend.color.unit.clone() },
        color_key: match legend.color.scale {
            ColorScale::Category => ColorKey::Categories { entries: entries.collect() },
            ColorScale::Sequential => ColorKey::Scale { stops: entries.collect() },
        },
        arcs: arc_keys(),
    }
}

fn size_key(legend: &city::SizeLegend) -> SizeKey {
    let stop = |stop: &city::SizeStop| SizeStop { label: stop.label.clone(), share: stop.share };
    SizeKey {
        metric: MetricName { name: legend.name.clone(), unit: legend.unit.clone() },
        formula: legend.formula.clone(),
        stops: legend.stops.iter().map(stop).collect(),
    }
}

fn arc_keys() -> Vec<ArcKey> {
    let key = |kind: ArcKind, label: &str| ArcKey { label: label.to_owned(), color: kind.color() };
    let mut keys: Vec<_> = ArcKind::DRAWN.map(|kind| key(kind, &kind.name().replace('_', "-"))).into();
    keys.push(key(ArcKind::Outgoing, "what the selected file imports"));
    keys.push(key(ArcKind::Incoming, "what imports the selected file"));
    keys
}
