//! Where all records come together. Taking them waits for whoever shows or writes them only where a [`Message`] says so.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use super::cache::Key;
use super::clock::arrival;
use super::events::{Events, Record, Subscription};
use super::intake::{Batch, Intake, NO_MEMORY, NO_SITE, OVER_MEMORY};
use super::pending::News;
use super::rate::Rate;
use super::sites::{Found, Sites};
use super::{Call, Code, History, How, Limits, Log, Message, Placer, Point, SiteId, Span, Taken, Totals, Update};

/// Records that are taken before others have their turn.
const CHUNK: usize = 512;

/// Takes records from any thread, and adds them up.
///
/// Records of one message are taken together and in order. What is told by [`Telemetry::tick`] adds up to the same sums in whatever order,
/// and in whatever messages, the records come, as long as spans that belong together come while there is memory for them
/// ([`Limits::memory_bytes`]; at the default of 1 GiB that is for about half a million spans):
///
/// - A span counts once, even if it is sent again.
/// - What a span did itself is its duration without the time in which children of it ran; children that run at once count once.
///   What a child does outside of its parent's time is not the parent's. Of a span with more than 256 children the durations of the
///   children are added up instead.
/// - A span with a place in the repository is called by the nearest span around it that has one too, through those without.
pub struct Telemetry {
    placer: Placer,
    sites: RwLock<Sites>,
    intake: Mutex<Intake>,
    /// What waits was taken out of the intake.
    ticked: Condvar,
    /// Nobody takes it out any more.
    is_left: AtomicBool,
    /// Locked before the intake, and never while that is.
    kept: Mutex<Kept>,
    /// Of `kept`, for those who do not want to wait for it.
    kept_bytes: AtomicU64,
    /// As [`History::is_coarse`].
    is_coarse: AtomicBool,
    /// As [`Totals::a_second`].
    a_second: AtomicU64,
    events: Events,
}

/// What belongs to the consumer.
struct Kept {
    history: History,
    /// Empty, but with room.
    spare: News,
    rate: Rate,
    /// Sites that were told.
    told: usize,
}

impl Telemetry {
    /// Nothing seen yet.
    pub fn new(placer: Placer, limits: Limits) -> Self {
        Self::resume(placer, limits, History::new(limits))
    }

    /// Goes on from what was seen before. Its sites are not told again.
    pub fn resume(placer: Placer, limits: Limits, history: History) -> Self {
        let mut intake = Intake::new(&limits);
        intake.resume(&history);
        let sites = RwLock::new(Sites::new(&limits, history.sites()));
        let kept_bytes = AtomicU64::new(history.memory_bytes());
        let (is_coarse, told) = (AtomicBool::new(history.is_coarse()), history.sites().len());
        let kept = Mutex::new(Kept { history, spare: News::default(), rate: Rate::default(), told });
        let (intake, a_second, events) = (Mutex::new(intake), AtomicU64::new(0), Events::default());
        Self {
            placer,
            sites,
            intake,
            ticked: Condvar::new(),
            is_left: AtomicBool::new(false),
            kept,
            kept_bytes,
            is_coarse,
            a_second,
            events,
        }
    }

    /// Takes finished spans of a service.
    pub fn spans(&self, service: &str, spans: &[Span<'_>]) -> Taken {
        Message::hasty(self).spans(service, spans)
    }

    /// Takes log records of a service.
    pub fn logs(&self, service: &str, logs: &[Log<'_>]) -> Taken {
        Message::hasty(self).logs(service, logs)
    }

    /// Takes points of metrics of a service.
    pub fn points(&self, service: &str, points: &[Point<'_>]) -> Taken {
        Message::hasty(self).points(service, points)
    }

    /// The site of a function, for [`Message::calls`].
    pub fn site(&self, service: &str, code: &Code<'_>) -> SiteId {
        let mut found = Vec::new();
        self.find(service, std::iter::once(code), &mut found);
        found.first().map_or(SiteId(0), |found| found.site)
    }

    /// Counts records that were refused before they were read.
    pub fn refuse(&self, reason: &'static str, count: u64) {
        self.intake().refuse(reason, count);
    }

    /// Hears of each record from now on: as many at a time as may wait, others are missed and counted.
    pub fn subscribe(&self, max_waiting: usize) -> Subscription {
        self.events.subscribe(max_waiting)
    }

    /// What is new since the last call. For one consumer, which calls it regularly.
    pub fn tick(&self) -> Update {
        let now = Instant::now();
        let mut kept = self.kept();
        let mut update = Update::default();
        let records = {
            let mut intake = self.intake();
            intake.settle();
            std::mem::swap(&mut intake.pending.news, &mut kept.spare);
            update.errors = intake.errors.take_repeated();
            update.now = intake.clock.at(now);
            intake.records()
        };
        self.ticked.notify_all();
        // Read after the intake, which speaks only of sites that are there already.
        update.sites.extend_from_slice(self.read_sites().all().get(kept.told..).unwrap_or_default());
        kept.told += update.sites.len();
        self.a_second.store(kept.rate.see(records, now), Ordering::Relaxed);
        let news = &mut kept.spare;
        update.rows = news.take_rows();
        update.calls = news.take_calls();
        update.errors.splice(0..0, std::mem::take(&mut news.errors));
        update.logs = std::mem::take(&mut news.logs);
        update.logs_left_out = std::mem::take(&mut news.logs_left_out);
        update.spans = std::mem::take(&mut news.spans);
        update.points = std::mem::take(&mut news.points);
        news.clear();
        if !update.is_empty() {
            kept.history.add(&update);
            self.kept_bytes.store(kept.history.memory_bytes(), Ordering::Relaxed);
            self.is_coarse.store(kept.history.is_coarse(), Ordering::Relaxed);
        }
        update
    }

    /// How much came, and what became of it.
    pub fn totals(&self) -> Totals {
        let mut totals = self.intake().totals();
        let sites = self.read_sites();
        totals.a_second = self.a_second.load(Ordering::Relaxed);
        totals.sites = sites.all().len() as u64;
        totals.memory_bytes += sites.bytes() as u64 + self.kept_bytes.load(Ordering::Relaxed);
        if sites.is_full() {
            totals.limits.push("names: further ones are counted together");
        }
        if self.is_coarse.load(Ordering::Relaxed) {
            totals.limits.push("time: what is older is kept by windows of more than a second");
        }
        totals
    }

    /// Says that [`Telemetry::tick`] is not called any more, so that nobody waits for it.
    pub fn leave(&self) {
        // With the lock, so that who is about to wait hears of it.
        let _intake = self.intake();
        self.is_left.store(true, Ordering::Relaxed);
        self.ticked.notify_all();
    }

    /// Looks at all that was seen before the last tick.
    pub fn history<R>(&self, f: impl FnOnce(&History) -> R) -> R {
        f(&self.kept().history)
    }

    /// Whether a message may begin.
    pub(super) fn has_room(&self) -> bool {
        !self.intake().pending.is_full(false)
    }

    /// Takes records of a message.
    pub(super) fn take<R: Record>(
        &self,
        message: &Message<'_>,
        service: &str,
        records: &[R],
        take: impl Fn(&mut Intake, Batch<'_>, Found, &R) -> Result<(), &'static str>,
    ) -> Taken {
        let mut taken = Taken::default();
        let batch = Batch { service, arrival: arrival(), now: Instant::now() };
        let mut found = Vec::with_capacity(records.len().min(CHUNK));
        for (at, chunk) in records.chunks(CHUNK).enumerate() {
            found.clear();
            self.find(service, chunk.iter().map(R::code), &mut found);
            let mut intake = self.intake();
            for (index, (record, &found)) in (at * CHUNK..).zip(chunk.iter().zip(&found)) {
                let has_room;
                (intake, has_room) = self.room(intake, message, index..records.len(), &mut taken);
                if !has_room {
                    break;
                }
                match take(&mut intake, batch, found, record) {
                    Ok(()) => {
                        taken.accepted += 1;
                        taken.placed += u64::from(found.how != How::Unplaced);
                    }
                    Err(why) => {
                        intake.refuse(why, 1);
                        taken.rejected.push((index, why));
                    }
                }
            }
            drop(intake);
            self.tell(batch, at * CHUNK, chunk, &found, &taken);
            if taken.accepted as usize + taken.rejected.len() == records.len() {
                break;
            }
        }
        taken
    }

    /// Takes calls of a message.
    pub(super) fn take_calls(&self, message: &Message<'_>, calls: &[Call]) -> Taken {
        let mut taken = Taken::default();
        let batch = Batch { service: "", arrival: arrival(), now: Instant::now() };
        for (at, chunk) in calls.chunks(CHUNK).enumerate() {
            let sites = self.read_sites();
            let how = |call: &Call| {
                let known = call.caller.is_none_or(|caller| caller.index() < sites.all().len());
                sites.all().get(call.site.index()).filter(|_| known).map(|site| site.how)
            };
            let found: Vec<_> = chunk.iter().map(how).collect();
            drop(sites);
            let mut intake = self.intake();
            for (index, (call, how)) in (at * CHUNK..).zip(chunk.iter().zip(found)) {
                let has_room;
                (intake, has_room) = self.room(intake, message, index..calls.len(), &mut taken);
                if !has_room {
                    return taken;
                }
                match how {
                    Some(how) => {
                        intake.call(batch, how, call);
                        taken.accepted += 1;
                        taken.placed += u64::from(how != How::Unplaced);
                    }
                    None => {
                        intake.refuse(NO_SITE, 1);
                        taken.rejected.push((index, NO_SITE));
                    }
                }
            }
        }
        taken
    }

    /// Finds the sites of records. What is new is placed while nothing is locked.
    fn find<'a>(&self, service: &str, codes: impl Iterator<Item = &'a Code<'a>>, found: &mut Vec<Found>) {
        let mut missing = Vec::new();
        {
            let sites = self.read_sites();
            let id = sites.known_service(service);
            for code in codes {
                let known = id.and_then(|id| sites.cache.get(&Key::new(id, code)));
                found.push(known.unwrap_or(Found::NOWHERE));
                if known.is_none() {
                    missing.push((found.len() - 1, code));
                }
            }
        }
        if missing.is_empty() {
            return;
        }
        let places: Vec<_> = missing.iter().map(|(_, code)| self.placer.place(code)).collect();
        let mut sites = self.write_sites();
        let (id, service) = sites.service(service);
        for ((at, code), (place, how)) in missing.into_iter().zip(places) {
            found[at] = sites.intern(&service, code, place, how);
            sites.cache.insert(&Key::new(id, code), found[at]);
        }
    }

    fn tell<R: Record>(&self, batch: Batch<'_>, first: usize, records: &[R], found: &[Found], taken: &Taken) {
        if !self.events.are_heard() {
            return;
        }
        let rejected: Vec<_> = taken.rejected.iter().map(|&(index, _)| index).collect();
        let records = records.iter().zip(found).enumerate();
        let records = records.filter(|(index, _)| rejected.binary_search(&(first + index)).is_err());
        let sites = self.read_sites();
        let place = |found: &Found| sites.all().get(found.site.index()).and_then(|site| site.place);
        self.events.tell(batch, records.map(|(_, (record, found))| (record, found.site, place(found))));
    }

    fn intake(&self) -> MutexGuard<'_, Intake> {
        self.intake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for memory as long as a message does. If there is none, what is left of the records is refused: all of a message may be
    /// sent again, a part of it is lost.
    fn room<'a>(
        &self,
        mut intake: MutexGuard<'a, Intake>,
        message: &Message<'_>,
        left: Range<usize>,
        taken: &mut Taken,
    ) -> (MutexGuard<'a, Intake>, bool) {
        let is_begun = message.is_begun() || left.start > 0;
        if !intake.pending.is_full(is_begun) {
            return (intake, true);
        }
        let patience = message.patience();
        let waits = |intake: &mut Intake| intake.pending.is_full(is_begun) && !self.is_left.load(Ordering::Relaxed);
        let waited = self.ticked.wait_timeout_while(intake, patience.get(), waits);
        intake = waited.unwrap_or_else(PoisonError::into_inner).0;
        let is_full = intake.pending.is_full(is_begun);
        if is_full {
            patience.set(Duration::ZERO);
            let reason = if is_begun { OVER_MEMORY } else { NO_MEMORY };
            intake.refuse(reason, left.len() as u64);
            taken.retry = left.start == 0;
            taken.rejected.extend(left.map(|index| (index, reason)));
        }
        (intake, !is_full)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_sites(&self) -> RwLockReadGuard<'_, Sites> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_sites(&self) -> RwLockWriteGuard<'_, Sites> {
        self.sites.write().unwrap_or_else(PoisonError::into_inner)
    }
}
