//! Points of metrics of OTLP. A point of a histogram becomes several numbers: its rate and its quantiles.
//!
//! A counter is shown as its rate in a second, whatever its sender sums up.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, SummaryDataPoint,
    number_data_point,
};

use super::attributes::json_of;
use super::buckets::Buckets;
use super::series::{AllSeries, Change, Period, Total};
use super::wire::{self, Value};
use super::{Scope, decode};
use crate::telemetry::{Code, Message, Point, Taken};

const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];
const MAX_QUANTILES: usize = 32;
const MAX_NAME_BYTES: usize = 2048;
/// `DataPointFlags`: nothing was measured.
const NO_VALUE: u32 = 1;

const VALUELESS: &str = "metric point without a number";
const LONG_NAME: &str = "metric whose name and attributes are too long";
const MANY_QUANTILES: &str = "metric with over 32 quantiles";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gauge,
    Sum,
    Histogram,
    Exponential,
    Summary,
}

/// A metric whose points are not decoded yet.
pub struct Metric<'a> {
    name: &'a str,
    unit: &'a str,
    kind: Option<Kind>,
    data: &'a [u8],
    sums_up: bool,
    only_grows: bool,
}

impl<'a> Metric<'a> {
    /// Reads `Metric` and the message in it that has the points; `None` if either is malformed.
    pub fn read(message: &'a [u8]) -> Option<Self> {
        let mut metric = Self { name: "", unit: "", kind: None, data: &[], sums_up: true, only_grows: false };
        for field in wire::fields(message) {
            match field.ok()? {
                (1, Value::Bytes(name)) => metric.name = str::from_utf8(name).ok()?,
                (3, Value::Bytes(unit)) => metric.unit = str::from_utf8(unit).ok()?,
                (number, Value::Bytes(data)) => {
                    if let Some(kind) = kind(number) {
                        (metric.kind, metric.data) = (Some(kind), data);
                    }
                }
                _ => {}
            }
        }
        for field in wire::fields(metric.data) {
            match field.ok()? {
                (2, Value::Number(number)) => metric.sums_up = number != AggregationTemporality::Delta as u64,
                (3, Value::Number(number)) => metric.only_grows = number != 0,
                _ => {}
            }
        }
        Some(metric)
    }

    /// Its points, encoded.
    pub fn points(&self) -> impl Iterator<Item = &'a [u8]> {
        wire::messages(self.data, 1)
    }
}

/// How many points a metric has, also one that is malformed.
pub fn count(metric: &[u8]) -> u64 {
    let data = wire::fields(metric).filter_map(|field| match field {
        Ok((number, Value::Bytes(data))) => kind(number).map(|_| data),
        _ => None,
    });
    data.last().map_or(0, |data| wire::messages(data, 1).count() as u64)
}

fn kind(field: u32) -> Option<Kind> {
    match field {
        5 => Some(Kind::Gauge),
        7 => Some(Kind::Sum),
        9 => Some(Kind::Histogram),
        10 => Some(Kind::Exponential),
        11 => Some(Kind::Summary),
        _ => None,
    }
}

/// A point of whatever metric.
struct Decoded {
    attributes: Vec<KeyValue>,
    period: Period,
    /// `None` if nothing was measured.
    shape: Option<Shape>,
}

enum Shape {
    Number(f64),
    Buckets(Buckets, Mean),
    Summary { count: u64, quantiles: Vec<(f64, f64)> },
}

/// All that a histogram without buckets says.
#[derive(Clone, Copy)]
struct Mean {
    count: u64,
    sum: Option<f64>,
}

/// The numbers of a point that are shown.
pub struct Numbers {
    attributes: Vec<KeyValue>,
    series: String,
    time: u64,
    numbers: Vec<Number>,
}

struct Number {
    suffix: String,
    is_rate: bool,
    value: f64,
}

impl Number {
    fn new(suffix: impl Into<String>, value: f64) -> Self {
        Self { suffix: suffix.into(), is_rate: false, value }
    }
}

/// Decodes a point of a metric, and tells what there is to show of it.
pub fn numbers(
    metric: &Metric<'_>,
    scope: &Scope<'_>,
    point: &[u8],
    all: &mut AllSeries,
) -> Result<Numbers, &'static str> {
    let Decoded { attributes, period, shape } = decoded(metric, point, scope.record_bytes)?;
    let series = series(metric.name, &attributes).ok_or(LONG_NAME)?;
    let key = format!("{}\0{}\0{series}", scope.service, scope.name);
    let mut numbers = match shape {
        Some(Shape::Number(value)) => of_number(metric, value, &key, period, all)?,
        Some(Shape::Buckets(buckets, mean)) => of_buckets(metric, buckets, mean, &key, period, all)?,
        Some(Shape::Summary { count, quantiles }) => of_summary(count, &quantiles, &key, period, all)?,
        None => Vec::new(),
    };
    numbers.retain(|number| number.value.is_finite());
    Ok(Numbers { attributes, series, time: period.end, numbers })
}

impl Numbers {
    /// Hands them over.
    pub fn hand_over(&self, message: &Message<'_>, scope: &Scope<'_>, metric: &Metric<'_>) -> Taken {
        let code = Code { name: scope.name, ..scope.place(&self.attributes).code };
        let name = |number: &Number| match &*number.suffix {
            "" => self.series.clone(),
            suffix => format!("{} {suffix}", self.series),
        };
        let names: Vec<_> = self.numbers.iter().map(name).collect();
        // Of a histogram it is that of the measurements, not of what they come to.
        let counted = if metric.unit.is_empty() || metric.kind != Some(Kind::Sum) { "1" } else { metric.unit };
        let unit_of_rate = format!("{counted}/s");
        let points = self.numbers.iter().zip(&names).map(|(number, name)| Point {
            time: self.time,
            name,
            unit: if number.is_rate { &unit_of_rate } else { metric.unit },
            value: number.value,
            code,
        });
        message.points(scope.service, &points.collect::<Vec<_>>())
    }
}

fn decoded(metric: &Metric<'_>, point: &[u8], max_bytes: usize) -> Result<Decoded, &'static str> {
    let period = |start, end| Period { start, end };
    let (attributes, period, flags, shape) = match metric.kind.ok_or(VALUELESS)? {
        Kind::Gauge | Kind::Sum => {
            let point: NumberDataPoint = decode(point, max_bytes)?;
            let value = point.value.map(|value| match value {
                number_data_point::Value::AsDouble(value) => Shape::Number(value),
                number_data_point::Value::AsInt(value) => Shape::Number(value as f64),
            });
            (point.attributes, period(point.start_time_unix_nano, point.time_unix_nano), point.flags, value)
        }
        Kind::Histogram => {
            let point: HistogramDataPoint = decode(point, max_bytes)?;
            let shape = Shape::Buckets(Buckets::explicit(&point)?, Mean { count: point.count, sum: point.sum });
            (point.attributes, period(point.start_time_unix_nano, point.time_unix_nano), point.flags, Some(shape))
        }
        Kind::Exponential => {
            let point: ExponentialHistogramDataPoint = decode(point, max_bytes)?;
            let shape = Shape::Buckets(Buckets::exponential(&point)?, Mean { count: point.count, sum: point.sum });
            (point.attributes, period(point.start_time_unix_nano, point.time_unix_nano), point.flags, Some(shape))
        }
        Kind::Summary => {
            let point: SummaryDataPoint = decode(point, max_bytes)?;
            if point.quantile_values.len() > MAX_QUANTILES {
                return Err(MANY_QUANTILES);
            }
            let quantiles = point.quantile_values.iter().map(|value| (value.quantile, value.value)).collect();
            let shape = Shape::Summary { count: point.count, quantiles };
            (point.attributes, period(point.start_time_unix_nano, point.time_unix_nano), point.flags, Some(shape))
        }
    };
    match shape {
        _ if flags & NO_VALUE != 0 => Ok(Decoded { attributes, period, shape: None }),
        Some(Shape::Number(value)) if !value.is_finite() => Err(VALUELESS),
        None => Err(VALUELESS),
        shape => Ok(Decoded { attributes, period, shape }),
    }
}

fn of_number(
    metric: &Metric<'_>,
    value: f64,
    key: &str,
    period: Period,
    all: &mut AllSeries,
) -> Result<Vec<Number>, &'static str> {
    if metric.kind == Some(Kind::Gauge) || !metric.only_grows && metric.sums_up {
        return Ok(vec![Number::new("", value)]);
    }
    if !metric.only_grows {
        return Ok(vec![Number::new("", all.sum(key, period, value)?)]);
    }
    let change = changed(metric.sums_up, key, period, Total::Number(value), all)?;
    Ok(rate(&change).into_iter().collect())
}

fn of_buckets(
    metric: &Metric<'_>,
    buckets: Buckets,
    mean: Mean,
    key: &str,
    period: Period,
    all: &mut AllSeries,
) -> Result<Vec<Number>, &'static str> {
    if buckets.count() == 0 {
        let change = changed(metric.sums_up, key, period, Total::Count(mean.count), all)?;
        let mean = mean.sum.filter(|_| mean.count > 0).map(|sum| Number::new("mean", sum / mean.count as f64));
        return Ok(rate(&change).into_iter().chain(mean).collect());
    }
    let change = changed(metric.sums_up, key, period, Total::Buckets(buckets), all)?;
    let Total::Buckets(buckets) = &change.total else { return Ok(Vec::new()) };
    let quantiles = QUANTILES.iter().filter_map(|&(name, share)| Some(Number::new(name, buckets.quantile(share)?)));
    Ok(rate(&change).into_iter().chain(quantiles).collect())
}

fn of_summary(
    count: u64,
    quantiles: &[(f64, f64)],
    key: &str,
    period: Period,
    all: &mut AllSeries,
) -> Result<Vec<Number>, &'static str> {
    let change = changed(true, key, period, Total::Count(count), all)?;
    let quantiles = quantiles.iter().filter(|(share, _)| (0.0..=1.0).contains(share));
    let quantiles = quantiles.map(|&(share, value)| Number::new(format!("p{}", (share * 1e6).round() / 1e4), value));
    Ok(rate(&change).into_iter().chain(quantiles).collect())
}

fn changed(
    sums_up: bool,
    key: &str,
    period: Period,
    total: Total,
    all: &mut AllSeries,
) -> Result<Change, &'static str> {
    if sums_up {
        return all.change(key, period, total);
    }
    Ok(Change { total, seconds: period.seconds() })
}

fn rate(change: &Change) -> Option<Number> {
    let total = match &change.total {
        Total::Number(number) => *number,
        Total::Count(count) => *count as f64,
        Total::Buckets(buckets) => buckets.count() as f64,
    };
    Some(Number { is_rate: true, ..Number::new("rate", total / change.seconds?) })
}

/// `name{key="value"}` with what tells series of a metric apart; `None` if that is too long.
fn series(name: &str, attributes: &[KeyValue]) -> Option<String> {
    let mut room = MAX_NAME_BYTES;
    let of_series = attributes.iter().filter(|attribute| !attribute.key.starts_with("code."));
    let mut parts: Vec<_> =
        of_series.map(|KeyValue { key, value, .. }| format!("{key}={}", json_of(value.as_ref(), &mut room))).collect();
    parts.sort_unstable();
    let series = if parts.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", parts.join(",")) };
    (series.len() <= MAX_NAME_BYTES).then_some(series)
}
