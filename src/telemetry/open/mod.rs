//! Spans that others may still refer to: what their children took, and who called whom, in whatever order they come.

mod cover;
mod ring;
#[cfg(test)]
mod tests;

use super::pending::{Pending, second};
use super::{Nanos, SiteId};
use cover::Cover;
pub use ring::Id;
use ring::Ring;

/// Why a span was mended.
pub const TWICE: &str = "the same trace and span id again: counted once";
/// Why a span was mended.
pub const CIRCLE: &str = "a span that is its own ancestor: without a caller";
/// Why a span was mended.
pub const FORGOTTEN: &str = "the span around them did not come in time: without a caller";

/// How many are spared at most before one is forgotten.
const CHANCES: usize = 8;

/// A span that came, as far as it concerns others.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Which.
    pub id: Id,
    /// The span around it, of the same trace; 0 at the root.
    pub parent: u64,
    /// When it began.
    pub start: Nanos,
    /// When it ended, not before.
    pub end: Nanos,
    /// Where.
    pub site: SiteId,
    /// Whether that is a place in the repository.
    pub is_placed: bool,
    /// Whether it failed.
    pub is_error: bool,
}

impl Arrival {
    fn parent_id(&self) -> Option<Id> {
        let has_parent = self.parent != 0 && self.parent != self.id.span;
        has_parent.then_some(Id { span: self.parent, ..self.id })
    }

    fn call(&self) -> WaitingCall {
        let errors = u32::from(self.is_error);
        WaitingCall { second: second(self.end), site: self.site, count: 1, errors }
    }
}

/// What a span is to its descendants: by whom they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    /// Nothing of the repository.
    None,
    /// This, or what is nearest above it.
    Site(SiteId),
    /// What is nearest above that other span, or itself.
    Above(u64),
}

/// A span that was seen, or that another one named as its parent.
#[derive(Debug)]
struct Entry {
    id: Id,
    seen: Option<Seen>,
    /// Whether something came for it lately.
    is_fresh: bool,
    waiting: Option<Box<Waiting>>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    start: Nanos,
    end: Nanos,
    site: SiteId,
    caller: Caller,
}

#[derive(Debug, Default)]
struct Waiting {
    cover: Cover,
    calls: Vec<WaitingCall>,
}

/// Calls whose caller is not known yet.
#[derive(Clone, Copy, Debug)]
struct WaitingCall {
    second: u32,
    site: SiteId,
    count: u32,
    errors: u32,
}

/// As many of the spans that came last as there is memory for.
pub struct Open {
    ring: Ring,
    limit: usize,
    /// Bytes of what waits.
    waiting_bytes: usize,
    /// How many calls were given up, as their caller did not come in time.
    forgotten: u64,
}

impl Open {
    /// For so many bytes.
    pub fn new(limit: usize) -> Self {
        Self { ring: Ring::default(), limit, waiting_bytes: 0, forgotten: 0 }
    }

    /// Takes a span: tells who called it, and whom it called, and mends what its parent was thought to do itself.
    /// Nanoseconds that it did itself, as far as is known; why it does not count.
    pub fn arrive(&mut self, span: &Arrival, sums: &mut Pending) -> Result<u64, &'static str> {
        if span.id.trace == [0; 2] || span.id.span == 0 {
            return Ok(span.end - span.start);
        }
        let at = self.entry(span.id);
        if self.ring.get(at).is_some_and(|entry| entry.seen.is_some()) {
            return Err(TWICE);
        }
        let parent = span.parent_id().map(|parent| self.entry(parent));
        let caller = self.caller(span, parent);
        let of_children = match caller {
            _ if span.is_placed => Caller::Site(span.site),
            Caller::Above(above) if above == span.id.span => {
                sums.mended.add(CIRCLE, 1);
                Caller::None
            }
            caller => caller,
        };
        let seen = Seen { start: span.start, end: span.end, site: span.site, caller: of_children };
        let (self_nanos, calls) = self.see(at, seen);
        for call in calls {
            self.call(span.id.trace, of_children, call, sums);
        }
        let call = span.is_placed.then(|| span.call());
        match (parent, call) {
            (Some(parent), Some(call)) if caller == Caller::Above(span.parent) => {
                self.cover(parent, span, Some(call), sums);
            }
            (Some(parent), call) => {
                self.cover(parent, span, None, sums);
                call.into_iter().for_each(|call| self.call(span.id.trace, caller, call, sums));
            }
            (None, _) => {}
        }
        Ok(self_nanos)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.ring.bytes() + self.waiting_bytes
    }

    /// How many calls were given up since this was asked last.
    pub fn take_forgotten(&mut self) -> u64 {
        std::mem::take(&mut self.forgotten)
    }

    /// Who calls what this span calls if it has no place itself; also who calls it.
    fn caller(&mut self, span: &Arrival, parent: Option<u32>) -> Caller {
        let Some(parent) = parent else { return Caller::None };
        match self.ring.get(parent).and_then(|entry| entry.seen) {
            Some(seen) => self.follow(span.id.trace, seen.caller),
            None => Caller::Above(span.parent),
        }
    }

    /// Follows spans without a place as far up as they are known, and remembers where that leads.
    fn follow(&mut self, trace: [u64; 2], first: Caller) -> Caller {
        let (mut caller, mut hops) = (first, 0);
        while let Caller::Above(span) = caller
            && let Some(seen) = self.seen(Id { trace, span })
        {
            (caller, hops) = (seen.caller, hops + 1);
        }
        let mut step = first;
        while hops > 1
            && let Caller::Above(span) = step
        {
            step = self.set_caller(Id { trace, span }, caller);
            hops -= 1;
        }
        caller
    }

    fn seen(&self, id: Id) -> Option<Seen> {
        self.ring.find(id).and_then(|at| self.ring.get(at)?.seen)
    }

    /// What it was before.
    fn set_caller(&mut self, id: Id, caller: Caller) -> Caller {
        let entry = self.ring.find(id).and_then(|at| self.ring.get_mut(at));
        let seen = entry.and_then(|entry| entry.seen.as_mut());
        seen.map_or(Caller::None, |seen| std::mem::replace(&mut seen.caller, caller))
    }

    fn see(&mut self, at: u32, seen: Seen) -> (u64, Vec<WaitingCall>) {
        let Some(entry) = self.ring.get_mut(at) else { return (seen.end - seen.start, Vec::new()) };
        entry.seen = Some(seen);
        let Some(waiting) = &mut entry.waiting else { return (seen.end - seen.start, Vec::new()) };
        let calls = std::mem::take(&mut waiting.calls);
        self.waiting_bytes -= calls.capacity() * size_of::<WaitingCall>();
        (waiting.cover.rest(seen.start, seen.end), calls)
    }

    /// Counts calls, or lets them wait for whoever is above.
    fn call(&mut self, trace: [u64; 2], caller: Caller, call: WaitingCall, sums: &mut Pending) {
        match self.follow(trace, caller) {
            Caller::None => {}
            Caller::Site(from) => {
                sums.call(call.second, from, call.site, u64::from(call.count), u64::from(call.errors));
            }
            Caller::Above(span) => {
                let at = self.entry(Id { trace, span });
                self.wait(at, |waiting| waiting.call(call));
            }
        }
    }

    /// A child takes some of its parent's time, and waits for it if it has to know more of it.
    fn cover(&mut self, parent: u32, child: &Arrival, call: Option<WaitingCall>, sums: &mut Pending) {
        let seen = self.ring.get(parent).and_then(|entry| entry.seen);
        let (mut before, mut after) = (0, 0);
        self.wait(parent, |waiting| {
            before = seen.map_or(0, |seen| waiting.cover.rest(seen.start, seen.end));
            waiting.cover.add(child.start, child.end);
            after = seen.map_or(0, |seen| waiting.cover.rest(seen.start, seen.end));
            call.into_iter().for_each(|call| waiting.call(call));
        });
        if let Some(seen) = seen
            && before != after
        {
            sums.mend_self(seen.end, seen.site, after as i64 - before as i64);
        }
    }

    fn wait(&mut self, at: u32, change: impl FnOnce(&mut Waiting)) {
        let Some(entry) = self.ring.get_mut(at) else { return };
        entry.is_fresh = true;
        let before = entry.waiting_bytes();
        change(entry.waiting.get_or_insert_default());
        self.waiting_bytes = self.waiting_bytes + entry.waiting_bytes() - before;
    }

    /// The entry of a span. Makes room for a new one by forgetting the oldest, except what still waits and was asked for lately.
    fn entry(&mut self, id: Id) -> u32 {
        if let Some(at) = self.ring.find(id) {
            return at;
        }
        let mut chances = CHANCES;
        while self.bytes() > self.limit
            && let Some(mut oldest) = self.ring.pop()
        {
            if oldest.seen.is_none() && oldest.is_fresh && chances > 0 {
                (oldest.is_fresh, chances) = (false, chances - 1);
                self.ring.push(oldest);
                continue;
            }
            self.waiting_bytes -= oldest.waiting_bytes();
            let calls = oldest.waiting.iter().flat_map(|waiting| &waiting.calls);
            self.forgotten += calls.map(|call| u64::from(call.count)).sum::<u64>();
        }
        self.ring.push(Entry { id, seen: None, is_fresh: false, waiting: None })
    }
}

impl Entry {
    fn waiting_bytes(&self) -> usize {
        let heap = |waiting: &Waiting| {
            let calls = waiting.calls.capacity() * size_of::<WaitingCall>();
            size_of::<Waiting>() + waiting.cover.bytes() + calls
        };
        self.waiting.as_deref().map_or(0, heap)
    }
}

impl Waiting {
    fn call(&mut self, call: WaitingCall) {
        // Those of a loop follow each other.
        let recent = self.calls.iter_mut().rev().take(8);
        let same = |known: &&mut WaitingCall| known.second == call.second && known.site == call.site;
        match recent.into_iter().find(same) {
            Some(known) => {
                known.count = known.count.saturating_add(call.count);
                known.errors = known.errors.saturating_add(call.errors);
            }
            None => self.calls.push(call),
        }
    }
}
