//! A message that comes in parts: whether there is memory for it is asked once, so that it is taken as a whole or not at all.

use super::intake::Intake;
use super::{Log, Point, Span, Taken, Telemetry};

/// A message that was begun. Its parts may take half as much memory again as there is for what begins.
pub struct Message<'t>(&'t Telemetry);

impl<'t> Message<'t> {
    /// Begins one; `None` if there is no memory at the moment.
    pub fn begin(telemetry: &'t Telemetry) -> Option<Self> {
        telemetry.has_room().then_some(Self(telemetry))
    }

    /// As [`Telemetry::spans`].
    pub fn spans(&self, service: &str, spans: &[Span<'_>]) -> Taken {
        self.0.take(service, spans, true, |intake, batch, found, span| {
            intake.span(batch, found, span);
            Ok(())
        })
    }

    /// As [`Telemetry::logs`].
    pub fn logs(&self, service: &str, logs: &[Log<'_>]) -> Taken {
        self.0.take(service, logs, true, |intake, batch, found, log| {
            intake.log(batch, found, log);
            Ok(())
        })
    }

    /// As [`Telemetry::points`].
    pub fn points(&self, service: &str, points: &[Point<'_>]) -> Taken {
        self.0.take(service, points, true, Intake::point)
    }
}
