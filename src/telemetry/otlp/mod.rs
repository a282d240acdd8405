//! OTLP: the messages of OpenTelemetry's protocol, as protobuf or JSON, become records. Knows no network.
//!
//! What a message holds is taken record by record: one that cannot be decoded is refused with a reason, and the others count.

mod attributes;
mod buckets;
mod json;
mod logs;
mod points;
mod schema;
mod series;
mod spans;
#[cfg(test)]
mod tests;
mod text;
mod wire;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::{Message, NO_MEMORY, Taken, Telemetry};
use attributes::Said;
use series::AllSeries;

/// A message of the largest size has fewer, unless they are empty: none takes long.
const MAX_RECORDS: u64 = 500_000;
/// Records that are decoded, placed and added up together.
const BATCH: usize = 128;
/// Bytes of such records after which no further one is waited for.
const BATCH_BYTES: usize = 256 << 10;
/// A record's size in memory can be fifty times that on the wire, so that it has a share of the memory limit.
const RECORD_SHARE: u64 = 256;
const RECORD_BYTES: std::ops::RangeInclusive<u64> = 64 << 10..=1 << 20;
/// A share of the memory limit, for the last points of counters.
const SERIES_SHARE: u64 = 64;

const TOO_LARGE: &str = "record too large";
const UNDECODABLE: &str = "record malformed";

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Points of metrics.
    Metrics,
    /// Log records.
    Logs,
}

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Protobuf.
    Protobuf,
    /// OTLP-JSON.
    Json,
}

/// A message that cannot be read as a whole, so that nothing of it counts.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It is no protobuf, or not of OTLP.
    #[error("this is no OTLP message in protobuf")]
    Protobuf,
    /// It is no JSON, or not of OTLP.
    #[error("this is no OTLP message in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It has so many records that each of them says next to nothing.
    #[error("a message may have at most {MAX_RECORDS} records: send fewer at once")]
    Records,
}

/// What became of the records of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many count from now on.
    pub accepted: u64,
    /// How many do not, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Some of them only for want of memory: where none counts, all may be sent again.
    pub is_short_of_memory: bool,
}

impl Outcome {
    /// How many records do not count.
    pub fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Why they do not, for the sender; empty if all count.
    pub fn message(&self) -> String {
        let mut text = String::new();
        for (reason, count) in &self.rejected {
            let separator = if text.is_empty() { "" } else { "; " };
            // Writing to a text does not fail.
            let _ = write!(text, "{separator}{count} × {reason}");
        }
        text
    }

    /// Adds what became of some more records.
    fn add(&mut self, taken: &Taken) {
        self.is_short_of_memory |= taken.retry;
        self.accepted += taken.accepted;
        for &(_, reason) in &taken.rejected {
            self.reject(reason, 1);
        }
    }

    fn reject(&mut self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.rejected.entry(reason).or_default() += count;
        }
    }
}

/// Takes messages of OTLP, from any thread.
pub struct Intake {
    telemetry: Arc<Telemetry>,
    series: Mutex<AllSeries>,
    record_bytes: usize,
}

impl Intake {
    /// Hands records on to `telemetry`. What has to be remembered of metrics takes a share of `memory_bytes`.
    pub fn new(telemetry: Arc<Telemetry>, memory_bytes: u64) -> Self {
        let record_bytes = (memory_bytes / RECORD_SHARE).clamp(*RECORD_BYTES.start(), *RECORD_BYTES.end()) as usize;
        Self { telemetry, series: Mutex::new(AllSeries::new(memory_bytes / SERIES_SHARE)), record_bytes }
    }

    /// Where the records go.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Takes the records of a message.
    pub fn take(&self, signal: Signal, encoding: Encoding, message: &[u8]) -> Result<Outcome, Malformed> {
        match encoding {
            Encoding::Protobuf => self.take_protobuf(signal, message),
            Encoding::Json => self.take_protobuf(signal, &json::to_protobuf(schema_of(signal), message)?),
        }
    }

    fn take_protobuf(&self, signal: Signal, message: &[u8]) -> Result<Outcome, Malformed> {
        wire::check(message)?;
        let mut outcome = Outcome::default();
        let scopes = || wire::resources(message).flat_map(wire::scopes);
        let records = scopes().map(|scope| count(signal, scope)).sum();
        if records > MAX_RECORDS {
            return Err(Malformed::Records);
        }
        match Message::begin(&self.telemetry) {
            Some(begun) => {
                for resource in wire::resources(message) {
                    self.take_resource(&begun, signal, resource, &mut outcome);
                }
            }
            None => {
                self.reject(&mut outcome, NO_MEMORY, records);
                outcome.is_short_of_memory = outcome.rejections() > 0;
            }
        }
        Ok(outcome)
    }

    fn take_resource(&self, begun: &Message<'_>, signal: Signal, bytes: &[u8], outcome: &mut Outcome) {
        let resource = match decode::<Resource>(wire::owner(bytes), self.record_bytes) {
            Ok(resource) => resource,
            Err(reason) => {
                let records = wire::scopes(bytes).map(|scope| count(signal, scope)).sum();
                return self.reject(outcome, reason, records);
            }
        };
        let service = attributes::service(&resource.attributes);
        let said = Said::of(&resource.attributes);
        for bytes in wire::scopes(bytes) {
            match decode::<InstrumentationScope>(wire::owner(bytes), self.record_bytes) {
                Ok(scope) => {
                    let said = Said::of(&scope.attributes).or(&said);
                    let scope = Scope { service, name: &scope.name, said, record_bytes: self.record_bytes };
                    self.take_scope(begun, signal, &scope, bytes, outcome);
                }
                Err(reason) => self.reject(outcome, reason, count(signal, bytes)),
            }
        }
    }

    fn take_scope(&self, begun: &Message<'_>, signal: Signal, scope: &Scope<'_>, bytes: &[u8], outcome: &mut Outcome) {
        match signal {
            Signal::Traces => self.take_records(bytes, outcome, |spans| spans::take(begun, scope, spans)),
            Signal::Logs => self.take_records(bytes, outcome, |logs| logs::take(begun, scope, logs)),
            Signal::Metrics => {
                for metric in wire::records(bytes) {
                    self.take_metric(begun, scope, metric, outcome);
                }
            }
        }
    }

    fn take_records<M: prost::Message + Default>(
        &self,
        bytes: &[u8],
        outcome: &mut Outcome,
        take: impl Fn(&[M]) -> Taken,
    ) {
        let (mut batch, mut batch_bytes) = (Vec::new(), 0);
        for record in wire::records(bytes) {
            match decode(record, self.record_bytes) {
                Ok(decoded) => batch.push(decoded),
                Err(reason) => self.reject(outcome, reason, 1),
            }
            batch_bytes += record.len();
            if batch.len() >= BATCH || batch_bytes >= BATCH_BYTES {
                outcome.add(&take(&batch));
                batch.clear();
                batch_bytes = 0;
            }
        }
        outcome.add(&take(&batch));
    }

    fn take_metric(&self, begun: &Message<'_>, scope: &Scope<'_>, bytes: &[u8], outcome: &mut Outcome) {
        let Some(metric) = points::Metric::read(bytes) else {
            // One without a point is to be told of as well.
            return self.reject(outcome, UNDECODABLE, points::count(bytes).max(1));
        };
        for point in metric.points() {
            // One lock a point, so that a large message does not keep others waiting.
            let numbers =
                points::numbers(&metric, scope, point, &mut self.series.lock().unwrap_or_else(PoisonError::into_inner));
            match numbers {
                Ok(numbers) => {
                    let taken = numbers.hand_over(begun, scope, &metric);
                    // Several numbers of one point are one record to its sender.
                    let rejected: Vec<_> = taken.rejected.into_iter().take(1).collect();
                    outcome.add(&Taken { accepted: u64::from(rejected.is_empty()), rejected, ..taken });
                }
                Err(reason) => self.reject(outcome, reason, 1),
            }
        }
    }

    fn reject(&self, outcome: &mut Outcome, reason: &'static str, count: u64) {
        self.telemetry.refuse(reason, count);
        outcome.reject(reason, count);
    }
}

/// Who tells of records, and what that says of all of them.
struct Scope<'a> {
    service: &'a str,
    name: &'a str,
    said: Said<'a>,
    /// The most that one of them may take.
    record_bytes: usize,
}

impl<'a> Scope<'a> {
    /// Where a record with these attributes belongs. Many name their scope as the module is named in which they are made.
    fn place(&self, attributes: &'a [KeyValue]) -> Said<'a> {
        let mut said = Said::of(attributes).or(&self.said);
        if said.code.function.is_empty() && said.code.namespace.is_empty() {
            said.code.namespace = self.name;
        }
        said
    }
}

/// How many records a scope has, as their sender counts them.
fn count(signal: Signal, scope: &[u8]) -> u64 {
    match signal {
        Signal::Traces | Signal::Logs => wire::records(scope).count() as u64,
        Signal::Metrics => wire::records(scope).map(points::count).sum(),
    }
}

fn trace_id(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

fn span_id(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}

fn decode<M: prost::Message + Default>(record: &[u8], max_bytes: usize) -> Result<M, &'static str> {
    if record.len() > max_bytes {
        return Err(TOO_LARGE);
    }
    M::decode(record).map_err(|_| UNDECODABLE)
}

fn schema_of(signal: Signal) -> &'static schema::Schema {
    match signal {
        Signal::Traces => &schema::TRACES,
        Signal::Metrics => &schema::METRICS,
        Signal::Logs => &schema::LOGS,
    }
}
