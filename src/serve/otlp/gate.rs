//! Reads messages within bounds and hands them on. Knows no protocol.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::refusal::Refusal;
use crate::telemetry::otlp::{Encoding, Intake, Outcome, Signal};

/// All messages in flight together take at most one part in so many of the memory limit.
const FLIGHT_SHARE: u64 = 8;
/// A single message takes at most one part in so many, on its way and inflated.
const MESSAGE_SHARE: u64 = 32;
const MESSAGE_BYTES: std::ops::RangeInclusive<u64> = 64 << 10..=32 << 20;
/// So many messages are decoded at a time.
const DECODED: usize = 2;
/// A message may take so long in all.
const WHOLE: Duration = Duration::from_secs(60);

/// Where messages come in.
pub struct Gate {
    intake: Intake,
    message_bytes: usize,
    /// How long a message may pause.
    pause: Duration,
    /// Bytes that messages in flight may still take.
    free_bytes: Arc<Semaphore>,
    /// Messages that may be decoded beside those that are.
    turns: Arc<Semaphore>,
}

/// A message, and the room that it takes.
pub struct Message {
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Gate {
    /// Lets in what fits into its share of `memory_bytes` and pauses for no longer than `pause`.
    pub fn new(intake: Intake, memory_bytes: u64, pause: Duration) -> Self {
        let message_bytes = (memory_bytes / MESSAGE_SHARE).clamp(*MESSAGE_BYTES.start(), *MESSAGE_BYTES.end()) as usize;
        let flight_bytes = usize::try_from(memory_bytes / FLIGHT_SHARE).unwrap_or(usize::MAX);
        let flight_bytes = flight_bytes.clamp(message_bytes, Semaphore::MAX_PERMITS);
        let (free_bytes, turns) = (Arc::new(Semaphore::new(flight_bytes)), Arc::new(Semaphore::new(DECODED)));
        Self { intake, message_bytes, pause, free_bytes, turns }
    }

    /// How long a message may pause.
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// Counts what was not taken.
    pub fn count(&self, refusal: &Refusal) {
        if let Some(reason) = refusal.reason() {
            self.count_as(reason);
        }
    }

    /// Counts what was not taken for some reason.
    pub fn count_as(&self, reason: &'static str) {
        self.intake.telemetry().refuse(reason, 1);
    }

    /// Reads a message as it comes over the network.
    pub async fn read(&self, mut body: Body) -> Result<Message, Refusal> {
        let deadline = Instant::now() + WHOLE;
        let (mut bytes, mut room) = (BytesMut::new(), None);
        while let Some(part) = self.next(&mut body, deadline).await? {
            let refusal = if bytes.len() + part.len() > self.message_bytes {
                Refusal::TooLarge(self.message_bytes)
            } else if let Ok(more) = self.free_bytes.clone().try_acquire_many_owned(part.len() as u32) {
                match &mut room {
                    Some(room) => OwnedSemaphorePermit::merge(room, more),
                    None => room = Some(more),
                }
                bytes.extend_from_slice(&part);
                continue;
            } else {
                Refusal::Busy
            };
            drop((bytes, room));
            self.discard(body, deadline).await;
            return Err(refusal);
        }
        Ok(Message { bytes: bytes.freeze(), _room: room })
    }

    /// Lets the rest of a message go by, as a sender that is still sending would not hear the answer.
    async fn discard(&self, mut body: Body, deadline: Instant) {
        while let Ok(Some(_)) = self.next(&mut body, deadline).await {}
    }

    /// Takes a message, on a thread that nobody else waits for. No more messages than [`DECODED`] are inflated at a time.
    pub async fn take(
        self: &Arc<Self>,
        signal: Signal,
        encoding: Encoding,
        is_gzip: bool,
        message: Message,
    ) -> Result<Outcome, Refusal> {
        // It is never closed.
        let turn = self.turns.clone().acquire_owned().await;
        let gate = Arc::clone(self);
        let decode = move || {
            let taken = gate.decode(signal, encoding, is_gzip, &message.bytes);
            drop((message, turn));
            taken
        };
        // One that does not end well is that of a server that stops.
        tokio::task::spawn_blocking(decode).await.unwrap_or(Err(Refusal::Broken))
    }

    fn decode(&self, signal: Signal, encoding: Encoding, is_gzip: bool, message: &[u8]) -> Result<Outcome, Refusal> {
        let outcome = if is_gzip {
            self.intake.take(signal, encoding, &self.inflated(message)?)?
        } else {
            self.intake.take(signal, encoding, message)?
        };
        // Once some count, the sender must not send these again.
        if outcome.is_short_of_memory && outcome.accepted == 0 { Err(Refusal::NoMemory) } else { Ok(outcome) }
    }

    fn inflated(&self, gzip: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut inflated = Vec::new();
        let mut decoder = MultiGzDecoder::new(gzip).take(self.message_bytes as u64 + 1);
        decoder.read_to_end(&mut inflated).map_err(|_| Refusal::Gzip)?;
        if inflated.len() > self.message_bytes {
            return Err(Refusal::TooLarge(self.message_bytes));
        }
        Ok(inflated)
    }

    /// The next part of a body; `None` at its end.
    async fn next(&self, body: &mut Body, deadline: Instant) -> Result<Option<Bytes>, Refusal> {
        loop {
            let pause = deadline.min(Instant::now() + self.pause);
            match timeout_at(pause, body.frame()).await {
                Err(_) => return Err(Refusal::Stalled),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(Refusal::Broken),
                Ok(Some(Ok(frame))) => {
                    // Trailers say nothing.
                    if let Ok(part) = frame.into_data() {
                        return Ok(Some(part));
                    }
                }
            }
        }
    }
}
