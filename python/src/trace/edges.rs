//! What is counted: calls of a function, by the function that called it.
//!
//! The thread that has the GIL counts; another reads meanwhile, without the GIL. As one thread writes at a time, it needs no
//! read-modify-write, which would take longer than all the rest.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::sync::{Arc, OnceLock};

use super::durations::Durations;

/// Stands for what is no function of the repository.
pub const NOBODY: u32 = u32::MAX;

const CHUNK: usize = 1024;
const MAX_CHUNKS: usize = 1024;

/// Calls of one function by another.
#[derive(Default)]
pub struct Edge {
    caller: AtomicU32,
    callee: AtomicU32,
    calls: AtomicU64,
    errors: AtomicU64,
    self_ticks: AtomicU64,
    total_ticks: AtomicU64,
    /// Of all calls of the function, if each of them is one stretch of time.
    durations: OnceLock<Arc<Durations>>,
}

/// What was counted of an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many calls began.
    pub calls: u64,
    /// How many ended by an exception that is an error.
    pub errors: u64,
    /// Ticks in the function itself, and in what it called outside the repository.
    pub self_ticks: u64,
    /// Ticks until it returned.
    pub total_ticks: u64,
}

impl Edge {
    /// Who calls, or [`NOBODY`].
    pub fn caller(&self) -> u32 {
        self.caller.load(Relaxed)
    }

    /// Who is called.
    pub fn callee(&self) -> u32 {
        self.callee.load(Relaxed)
    }

    /// A call began, or so many.
    #[inline]
    pub fn call(&self, count: u64) {
        add(&self.calls, count);
    }

    /// A call ended by an error.
    pub fn fail(&self) {
        add(&self.errors, 1);
    }

    /// It was the function on top for so long.
    #[inline]
    pub fn spend(&self, ticks: u64) {
        // Who sees this sees how long calls took, too.
        self.self_ticks.store(self.self_ticks.load(Relaxed).wrapping_add(ticks), Release);
    }

    /// A call ended after so long; to be told before [`Edge::spend`].
    #[inline]
    pub fn end(&self, ticks: u64) {
        if let Some(durations) = self.durations.get() {
            durations.add(ticks);
        }
    }

    /// Has durations of calls counted from now on.
    pub fn time(&self, durations: &Arc<Durations>) {
        let _ = self.durations.set(Arc::clone(durations));
    }

    /// Durations of calls of the function, if they are counted.
    pub fn durations(&self) -> Option<&Durations> {
        self.durations.get().map(|durations| &**durations)
    }

    /// It was on the stack for so long.
    #[inline]
    pub fn last(&self, ticks: u64) {
        add(&self.total_ticks, ticks);
    }

    /// What was counted so far.
    pub fn counted(&self) -> Counted {
        Counted {
            calls: self.calls.load(Relaxed),
            errors: self.errors.load(Relaxed),
            self_ticks: self.self_ticks.load(Acquire),
            total_ticks: self.total_ticks.load(Relaxed),
        }
    }
}

#[inline]
fn add(sum: &AtomicU64, more: u64) {
    sum.store(sum.load(Relaxed).wrapping_add(more), Relaxed);
}

/// All edges. They stay where they are while more come.
pub struct Edges {
    chunks: Vec<OnceLock<Box<[Edge]>>>,
    len: AtomicUsize,
}

impl Edges {
    /// None yet.
    pub fn new() -> Self {
        Self { chunks: std::iter::repeat_with(OnceLock::new).take(MAX_CHUNKS).collect(), len: AtomicUsize::new(0) }
    }

    /// One more; with the GIL only. `None` when there are more than any program has.
    pub fn add(&self, caller: u32, callee: u32) -> Option<&Edge> {
        let at = self.len.load(Relaxed);
        let chunk = self.chunks.get(at / CHUNK)?;
        let edge = chunk.get_or_init(|| std::iter::repeat_with(Edge::default).take(CHUNK).collect()).get(at % CHUNK)?;
        edge.caller.store(caller, Relaxed);
        edge.callee.store(callee, Relaxed);
        self.len.store(at + 1, Release);
        Some(edge)
    }

    /// All, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Edge> {
        let all = self.chunks.iter().map_while(OnceLock::get).flat_map(|chunk| chunk.iter());
        all.take(self.len.load(Acquire))
    }
}

/// Finds an edge by the address of a code object and the caller: the one look-up of a call.
pub struct EdgeTable {
    entries: Vec<Entry>,
    len: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    code: usize,
    caller: u32,
    callee: u32,
    edge: *const Edge,
}

const EMPTY: Entry = Entry { code: 0, caller: 0, callee: 0, edge: std::ptr::null() };

/// What a look-up finds.
#[derive(Clone, Copy)]
pub struct Found {
    /// Lives as long as the [`Edges`] that it is of.
    pub edge: *const Edge,
    /// Who is called.
    pub callee: u32,
}

impl EdgeTable {
    /// Of no edges.
    pub fn new() -> Self {
        Self { entries: vec![EMPTY; 1024], len: 0 }
    }

    /// The edge, if it is known.
    #[inline]
    pub fn get(&self, code: usize, caller: u32) -> Option<Found> {
        let mask = self.entries.len() - 1;
        let mut at = place(code, caller) & mask;
        loop {
            let entry = self.entries[at & mask];
            if entry.code == code && entry.caller == caller {
                return Some(Found { edge: entry.edge, callee: entry.callee });
            }
            if entry.code == 0 {
                return None;
            }
            at += 1;
        }
    }

    /// Notes an edge that is not known yet.
    pub fn insert(&mut self, code: usize, edge: &Edge) {
        // Half of it stays empty, so that a look-up ends soon.
        if self.len * 2 >= self.entries.len() {
            let bigger = vec![EMPTY; self.entries.len() * 4];
            let entries = std::mem::replace(&mut self.entries, bigger);
            entries.into_iter().filter(|entry| entry.code != 0).for_each(|entry| self.put(entry));
        }
        self.put(Entry { code, caller: edge.caller(), callee: edge.callee(), edge });
        self.len += 1;
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let mut at = place(entry.code, entry.caller) & mask;
        while self.entries[at & mask].code != 0 {
            at += 1;
        }
        self.entries[at & mask] = entry;
    }
}

/// Fibonacci hashing (Knuth, The Art of Computer Programming 6.4): the upper bits of a product are well mixed.
#[inline]
fn place(code: usize, caller: u32) -> usize {
    let key = code as u64 ^ (u64::from(caller) << 32);
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}
