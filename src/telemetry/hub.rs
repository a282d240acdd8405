//! Where all records come together. Taking them never waits for whoever shows or writes them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::{
    Call, CallRow, Code, ErrorRow, Histogram, History, How, Limits, Log, LogRow, Nanos, Placer, Point, PointRow, Row,
    Site, SiteId, Span, Sums, Taken, Totals, Update,
};

/// The length of the windows that are kept first.
const WINDOW: u64 = 1_000_000_000;

/// Takes records from any thread, and adds them up.
pub struct Telemetry {
    placer: Placer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ids: FxHashMap<Site, SiteId>,
    history: History,
    update: Update,
    pending: FxHashMap<(Nanos, SiteId), Sums>,
    calls: FxHashMap<(Nanos, SiteId, SiteId), (u64, u64)>,
    totals: Totals,
    spans: FxHashMap<(u128, u64), SiteId>,
}

impl Telemetry {
    /// Nothing seen yet.
    pub fn new(placer: Placer, limits: Limits) -> Self {
        let _ = limits;
        Self { placer, state: Mutex::default() }
    }

    /// Takes finished spans of a service.
    pub fn spans(&self, service: &str, spans: &[Span<'_>]) -> Taken {
        let mut state = self.lock();
        let mut taken = Taken::default();
        for span in spans {
            let site = state.site(&self.placer, service, &span.code, &mut taken);
            let nanos = span.end.saturating_sub(span.start);
            let mut durations = Histogram::default();
            durations.add(nanos, 1);
            let errors = u64::from(span.is_error);
            let sums = Sums { count: 1, errors, self_nanos: nanos as i64, total_nanos: nanos, durations };
            state.add(span.end, site, &sums);
            if span.is_error {
                let exception = span.exceptions.first().copied().unwrap_or_default();
                state.update.errors.push(ErrorRow {
                    time: span.end,
                    site,
                    kind: exception.kind.into(),
                    message: exception.message.into(),
                    stack: exception.stack.into(),
                    count: 1,
                });
            }
            state.spans.insert((span.trace, span.id), site);
            if let Some(&from) = state.spans.get(&(span.trace, span.parent)) {
                let call = state.calls.entry((span.end / WINDOW * WINDOW, from, site)).or_default();
                *call = (call.0 + 1, call.1 + errors);
            }
            state.totals.spans += 1;
        }
        taken
    }

    /// Takes log records of a service.
    pub fn logs(&self, service: &str, logs: &[Log<'_>]) -> Taken {
        let mut state = self.lock();
        let mut taken = Taken::default();
        for log in logs {
            let site = state.site(&self.placer, service, &log.code, &mut taken);
            let row = LogRow { time: log.time, site, severity: log.severity, text: log.text.into() };
            state.update.logs.push(row);
            state.totals.logs += 1;
        }
        taken
    }

    /// Takes points of metrics of a service.
    pub fn points(&self, service: &str, points: &[Point<'_>]) -> Taken {
        let mut state = self.lock();
        let mut taken = Taken::default();
        for point in points {
            let site = state.site(&self.placer, service, &point.code, &mut taken);
            let (name, unit) = (point.name.into(), point.unit.into());
            state.update.points.push(PointRow { time: point.time, site, name, unit, value: point.value });
            state.totals.points += 1;
        }
        taken
    }

    /// The site of a function, for [`Telemetry::calls`].
    pub fn site(&self, service: &str, code: &Code<'_>) -> SiteId {
        self.lock().site(&self.placer, service, code, &mut Taken::default())
    }

    /// Takes calls that a tracer counted.
    pub fn calls(&self, calls: &[Call]) -> Taken {
        let mut state = self.lock();
        for call in calls {
            let durations = Histogram::default();
            let Call { count, errors, total_nanos, .. } = *call;
            let self_nanos = call.self_nanos as i64;
            state.add(call.time, call.site, &Sums { count, errors, self_nanos, total_nanos, durations });
            if let Some(from) = call.caller {
                let sum = state.calls.entry((call.time / WINDOW * WINDOW, from, call.site)).or_default();
                *sum = (sum.0 + count, sum.1 + errors);
            }
            state.totals.calls += count;
        }
        Taken { accepted: calls.len() as u64, placed: calls.len() as u64, ..Taken::default() }
    }

    /// Counts records that were refused before they were read.
    pub fn refuse(&self, reason: &'static str, count: u64) {
        let refused = &mut self.lock().totals.refused;
        match refused.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += count,
            None => refused.push((reason, count)),
        }
    }

    /// What is new since the last call. For one consumer, which calls it regularly.
    pub fn tick(&self) -> Update {
        let mut state = self.lock();
        let mut update = std::mem::take(&mut state.update);
        update.now = state.update.now;
        let rows = std::mem::take(&mut state.pending);
        update.rows = rows.into_iter().map(|((start, site), sums)| Row { start, nanos: WINDOW, site, sums }).collect();
        update.rows.sort_unstable_by_key(|row| (row.start, row.site));
        let calls = std::mem::take(&mut state.calls).into_iter();
        let calls =
            calls.map(|((start, from, to), (count, errors))| CallRow { start, nanos: WINDOW, from, to, count, errors });
        update.calls = calls.collect();
        update.calls.sort_unstable_by_key(|row| (row.start, row.from, row.to));
        state.history.add(&update);
        update
    }

    /// How much came, and what became of it.
    pub fn totals(&self) -> Totals {
        self.lock().totals.clone()
    }

    /// Looks at all that was seen before the last tick.
    pub fn history<R>(&self, f: impl FnOnce(&History) -> R) -> R {
        f(&self.lock().history)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn site(&mut self, placer: &Placer, service: &str, code: &Code<'_>, taken: &mut Taken) -> SiteId {
        let (place, how) = placer.place(code);
        taken.accepted += 1;
        taken.placed += u64::from(place.is_some());
        self.totals.placed[How::ALL.iter().position(|known| *known == how).unwrap_or(3)] += 1;
        let name = if code.function.is_empty() { code.name } else { code.function };
        let site = Site { service: service.into(), name: name.into(), place, how };
        if let Some(&id) = self.ids.get(&site) {
            return id;
        }
        let id = SiteId(self.ids.len() as u32);
        self.ids.insert(site.clone(), id);
        self.update.sites.push(site);
        id
    }

    fn add(&mut self, time: Nanos, site: SiteId, sums: &Sums) {
        self.update.now = self.update.now.max(time);
        self.pending.entry((time / WINDOW * WINDOW, site)).or_default().add(sums);
    }
}
