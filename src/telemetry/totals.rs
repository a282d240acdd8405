//! How much is kept, and what became of the rest.

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory for all that is kept of what was seen.
    pub memory_bytes: u64,
    /// How many of the slowest spans are kept in detail.
    pub slowest: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 1 << 30, slowest: 1000 }
    }
}

/// What an allocator takes for itself, however little it is asked for; seen with mimalloc.
const ALLOCATOR_BYTES: u64 = 8 << 20;

/// What the memory is shared between. Three tenths of it are no one's: for what is being made anew, and what an allocator loses.
#[derive(Clone, Copy)]
pub(super) enum Share {
    /// Names of what is counted.
    Sites,
    /// Answers of the placer.
    Cache,
    /// Spans that others may still refer to.
    Open,
    /// What waits for the next tick.
    Pending,
    /// Sums by window of time.
    Windows,
    /// Who called whom.
    Pairs,
    /// Errors in full.
    Errors,
    /// Kinds and messages of errors, so as to know them again.
    Groups,
    /// The slowest spans.
    Slowest,
}

impl Limits {
    /// Bytes of a share.
    pub(super) fn bytes(&self, share: Share) -> usize {
        let parts = match share {
            Share::Windows => 9,
            Share::Open | Share::Pending => 4,
            Share::Sites | Share::Errors => 3,
            Share::Slowest => 2,
            Share::Cache | Share::Groups | Share::Pairs => 1,
        };
        let free = self.memory_bytes - ALLOCATOR_BYTES.min(self.memory_bytes / 2);
        usize::try_from(free / 40 * parts).unwrap_or(usize::MAX)
    }
}

/// What became of the records of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many count from now on.
    pub accepted: u64,
    /// How many of them have a place in the repository.
    pub placed: u64,
    /// Which do not count, by their index, and why.
    pub rejected: Vec<(usize, &'static str)>,
    /// None counts, as there is no memory for them at the moment: the same message may be sent again later.
    pub retry: bool,
}

/// How much came, and what became of it, since the beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records by how they were placed, in the order of [`How::ALL`].
    pub placed: [u64; 4],
    /// Spans that were taken.
    pub spans: u64,
    /// Log records that were taken.
    pub logs: u64,
    /// Points of metrics that were taken.
    pub points: u64,
    /// Calls that tracers counted.
    pub calls: u64,
    /// Records that were not taken, by reason.
    pub refused: Vec<(&'static str, u64)>,
    /// Records that count, but not as they were said, by reason: a time in the future, an end before the start.
    pub mended: Vec<(&'static str, u64)>,
    /// Errors, whether they are told in full or counted.
    pub errors: u64,
    /// Records a second, over the last second or so.
    pub a_second: u64,
    /// Sites there are.
    pub sites: u64,
    /// Bytes of memory in use for what is kept.
    pub memory_bytes: u64,
    /// Bytes of memory that may be used: [`Limits::memory_bytes`].
    pub memory_limit_bytes: u64,
    /// What is kept less finely, or no more, because its share of the memory is used up, each a sentence.
    pub limits: Vec<&'static str>,
}

/// Counts by reason.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons(pub Vec<(&'static str, u64)>);

impl Reasons {
    /// Counts some more.
    pub fn add(&mut self, reason: &'static str, count: u64) {
        if count == 0 {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += count,
            None => self.0.push((reason, count)),
        }
    }
}
