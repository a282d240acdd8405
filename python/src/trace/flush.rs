//! Hands on what was counted, many times a second, on a thread that does not need the GIL.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use repolis::telemetry::{Call, Code, Exception, Log, Message, Severity, SiteId, Telemetry};

use super::clock::Clock;
use super::codes::Function;
use super::edges::{Counted, NOBODY};
use super::exceptions::Raised;
use super::state::Shared;

/// Half of what may go by until it is written.
const INTERVAL: Duration = Duration::from_millis(50);
/// Of OpenTelemetry's severities.
const ERROR: Severity = Severity(17);
/// The same exception is told at most so often at a time.
const MAX_REPEATED: u64 = 1000;

/// The thread.
pub struct Flusher {
    thread: Option<JoinHandle<()>>,
    end: Arc<(Mutex<bool>, Condvar)>,
}

impl Flusher {
    /// Begins to hand on. Ticks of a clock are told, or without one nanoseconds.
    pub fn start(
        shared: &Arc<Shared>,
        telemetry: Arc<Telemetry>,
        service: String,
        clock: Option<Clock>,
    ) -> std::io::Result<Self> {
        let end = Arc::new((Mutex::new(false), Condvar::new()));
        let mut pump =
            Pump { shared: Arc::clone(shared), telemetry, service, clock, sites: Vec::new(), told: Vec::new() };
        let thread = std::thread::Builder::new().name("repolis-trace".to_owned()).spawn({
            let end = Arc::clone(&end);
            move || {
                while !wait(&end) {
                    pump.flush();
                }
                pump.flush();
            }
        })?;
        Ok(Self { thread: Some(thread), end })
    }

    /// Hands on the rest, and ends.
    pub fn stop(&mut self) {
        *self.end.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.end.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// Forgets it in a child process, which has no such thread.
    pub fn forget(&mut self) {
        std::mem::forget(self.thread.take());
    }
}

/// Waits for the next time; `true` at the end.
fn wait(end: &(Mutex<bool>, Condvar)) -> bool {
    let is_ended = end.0.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = end.1.wait_timeout_while(is_ended, INTERVAL, |is_ended| !*is_ended);
    *waited.unwrap_or_else(PoisonError::into_inner).0
}

struct Pump {
    shared: Arc<Shared>,
    telemetry: Arc<Telemetry>,
    service: String,
    clock: Option<Clock>,
    /// By the number of the function.
    sites: Vec<SiteId>,
    /// What was handed on, by edge.
    told: Vec<Counted>,
}

impl Pump {
    fn flush(&mut self) {
        let time = now();
        let tick_nanos = self.clock.as_ref().map_or(1.0, Clock::tick_nanos);
        let mut calls = Vec::new();
        let shared = Arc::clone(&self.shared);
        for (at, edge) in shared.edges.iter().enumerate() {
            let counted = edge.counted();
            if at == self.told.len() {
                self.told.push(Counted::default());
            }
            let before = std::mem::replace(&mut self.told[at], counted);
            if before == counted {
                continue;
            }
            let Some(site) = self.site(edge.callee()) else { continue };
            let nanos = |ticks: u64| (ticks as f64 * tick_nanos) as u64;
            calls.push(Call {
                site,
                caller: self.site(edge.caller()),
                time,
                count: counted.calls - before.calls,
                errors: counted.errors - before.errors,
                self_nanos: nanos(counted.self_ticks - before.self_ticks),
                total_nanos: nanos(counted.total_ticks - before.total_ticks),
                durations: edge.durations().map(|durations| durations.take(tick_nanos)).unwrap_or_default(),
            });
        }
        let message = Message::patient(&self.telemetry);
        message.calls(&calls);
        shared.take_raised().iter().for_each(|raised| self.tell(&message, raised, time));
    }

    fn site(&mut self, function: u32) -> Option<SiteId> {
        if function == NOBODY {
            return None;
        }
        // What is new, in order, so that each has its place.
        let fresh: Vec<Function> = self.shared.functions.get().get(self.sites.len()..)?.to_vec();
        self.sites.extend(fresh.iter().map(|function| self.telemetry.site(&self.service, &code(function))));
        self.sites.get(function as usize).copied()
    }

    fn tell(&self, message: &Message<'_>, raised: &Raised, time: u64) {
        let function = self.shared.functions.get().get(raised.function as usize).cloned();
        let Some(function) = function else { return };
        let exception = Exception { time, kind: &raised.kind, message: &raised.message, stack: &raised.stack };
        let colon = if raised.message.is_empty() { "" } else { ": " };
        let text = format!("{}{colon}{}", raised.kind, raised.message);
        let log = Log {
            time,
            severity: ERROR,
            text: &text,
            trace: 0,
            span: 0,
            exception: Some(exception),
            code: Code { line: raised.line, ..code(&function) },
            attributes: &(),
        };
        message.raised(&self.service, &vec![log; raised.count.min(MAX_REPEATED) as usize]);
    }
}

/// Where a function is.
fn code(function: &Function) -> Code<'_> {
    let name = if function.name.is_empty() { "<module>" } else { "" };
    Code { path: &function.path, function: &function.name, line: function.line, name, ..Code::default() }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
