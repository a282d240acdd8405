//! Records that belong together: whether there is memory for them is asked once, and what is missing for the rest is waited for.

use std::cell::Cell;
use std::time::Duration;

use super::intake::Intake;
use super::{Call, Log, Point, Span, Taken, Telemetry};

/// For so long the rest of a message waits for memory, whose sender waits for an answer.
const ANSWER: Duration = Duration::from_secs(1);
/// The same for records that nobody can send again. It is exceeded only if nobody takes away what waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Records that are taken together.
pub struct Message<'t> {
    telemetry: &'t Telemetry,
    is_begun: bool,
    patience: Cell<Duration>,
}

impl<'t> Message<'t> {
    /// Begins one that is taken as a whole or not at all; `None` if there is no memory at the moment. Its parts may take half as much
    /// memory again as there is for what begins, and wait for more after that.
    pub fn begin(telemetry: &'t Telemetry) -> Option<Self> {
        telemetry.has_room().then_some(Self { telemetry, is_begun: true, patience: Cell::new(ANSWER) })
    }

    /// Begins one that cannot be sent again: it waits for memory. If there is none for ten seconds, what is left is refused.
    pub fn patient(telemetry: &'t Telemetry) -> Self {
        Self { telemetry, is_begun: false, patience: Cell::new(PATIENCE) }
    }

    /// Begins one that never waits.
    pub(super) fn hasty(telemetry: &'t Telemetry) -> Self {
        Self { telemetry, is_begun: false, patience: Cell::default() }
    }

    /// Where its records go.
    pub fn telemetry(&self) -> &'t Telemetry {
        self.telemetry
    }

    /// As [`Telemetry::spans`].
    pub fn spans(&self, service: &str, spans: &[Span<'_>]) -> Taken {
        self.telemetry.take(self, service, spans, |intake, batch, found, span| {
            intake.span(batch, found, span);
            Ok(())
        })
    }

    /// As [`Telemetry::logs`].
    pub fn logs(&self, service: &str, logs: &[Log<'_>]) -> Taken {
        self.telemetry.take(self, service, logs, |intake, batch, found, log| {
            intake.log(batch, found, log);
            Ok(())
        })
    }

    /// Takes exceptions that ended calls, as records of them. The calls are counted by [`Message::calls`].
    pub fn raised(&self, service: &str, logs: &[Log<'_>]) -> Taken {
        self.telemetry.take(self, service, logs, |intake, batch, found, log| {
            intake.raised(batch, found, log);
            Ok(())
        })
    }

    /// As [`Telemetry::points`].
    pub fn points(&self, service: &str, points: &[Point<'_>]) -> Taken {
        self.telemetry.take(self, service, points, Intake::point)
    }

    /// Takes calls that a tracer counted.
    pub fn calls(&self, calls: &[Call]) -> Taken {
        self.telemetry.take_calls(self, calls)
    }

    /// Whether its records may take half as much memory again.
    pub(super) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// How long it waits yet. Who waits in vain does not wait again.
    pub(super) fn patience(&self) -> &Cell<Duration> {
        &self.patience
    }
}
