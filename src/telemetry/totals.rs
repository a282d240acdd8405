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

/// What became of the records of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many count from now on.
    pub accepted: u64,
    /// How many of them have a place in the repository.
    pub placed: u64,
    /// Which do not count, by their index, and why.
    pub rejected: Vec<(usize, &'static str)>,
    /// None counts, as there is no memory for them at the moment: the same records may be sent again later.
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
