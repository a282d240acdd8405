//! What running programs say of themselves: decoded, placed on files and functions, and added up. Knows no layout and no Rerun.
//!
//! Senders of whatever protocol become [`Span`]s, [`Log`]s, [`Point`]s and [`Call`]s. [`Telemetry`] takes them, on any thread and
//! without waiting; one consumer takes what has changed by [`Telemetry::tick`].

mod histogram;
mod history;
mod hub;
mod place;
mod record;
mod site;

pub use histogram::Histogram;
pub use history::{CallRow, History, Row, Sums};
pub use hub::{ErrorRow, Limits, LogRow, PointRow, SpanRow, Taken, Telemetry, Totals, Update};
pub use place::Placer;
pub use record::{Attributes, Call, Code, Exception, Log, Nanos, Point, Severity, Span};
pub use site::{How, Place, Site, SiteId};
