//! What running programs say of themselves: decoded, placed on files and functions, and added up. Knows no layout and no Rerun.
//!
//! Senders of whatever protocol become [`Span`]s, [`Log`]s, [`Point`]s and [`Call`]s. [`Telemetry`] takes them, on any thread and
//! without waiting, or as a [`Message`] that does; one consumer takes what has changed by [`Telemetry::tick`].

mod cache;
mod clock;
mod errors;
mod events;
pub mod feed;
mod histogram;
mod history;
mod hub;
mod intake;
mod layer;
mod message;
mod open;
pub mod otlp;
mod pending;
mod place;
mod rate;
mod record;
mod rows;
mod site;
mod sites;
mod slowest;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod totals;

pub use events::{Event, EventKind, Subscription};
pub use histogram::Histogram;
pub use history::History;
pub use hub::Telemetry;
pub use intake::NO_MEMORY;
pub use layer::TracingLayer;
pub use message::Message;
pub use pending::WINDOW;
pub use place::Placer;
pub use record::{Attributes, Call, Code, Exception, Log, Nanos, Point, Severity, Span};
pub use rows::{CallRow, ErrorRow, LogRow, PointRow, Row, SpanRow, Sums, Update};
pub use site::{How, Place, Site, SiteId};
pub use totals::{Limits, Taken, Totals};
