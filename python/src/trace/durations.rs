//! How long calls of a function took, each counted in a bucket: what quantiles are found from.
//!
//! As in [`edges`](super::edges), the thread that has the GIL counts, and another reads meanwhile.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use repolis::telemetry::Histogram;

/// Buckets of a power of two, all as wide: a sixteenth of it at most, so that a middle is right to 3.2 %.
const STEPS: u32 = 16;
/// A power of two with as many ticks as it has buckets: less than that is not told apart.
const FIRST: u32 = STEPS.ilog2();
/// From here on it is not told apart either; six hours of a processor with 3 GHz.
const LAST: u32 = 46;
/// Buckets that are made at once, as most functions need but some.
const PART: usize = 2 * STEPS as usize;
const PARTS: usize = ((LAST - FIRST) * STEPS) as usize / PART;

/// Durations of the calls of a function, by the thousand bytes.
#[derive(Default)]
pub struct Durations([OnceLock<Box<Part>>; PARTS]);

#[derive(Default)]
struct Part {
    counts: [AtomicU32; PART],
    /// Of those what was handed on; only who reads has it.
    told: [AtomicU32; PART],
}

impl Durations {
    /// Counts a call; with the GIL only.
    #[inline]
    pub fn add(&self, ticks: u64) {
        let bucket = bucket(ticks);
        let part = self.0[bucket / PART].get_or_init(Box::default);
        let count = &part.counts[bucket % PART];
        count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// What was counted since the last time; for one reader.
    pub fn take(&self, tick_nanos: f64) -> Histogram {
        let parts = self.0.iter().enumerate().filter_map(|(at, part)| Some((at, part.get()?)));
        let mut fresh = Histogram::default();
        for (at, part) in parts {
            for (bucket, (count, told)) in (at * PART..).zip(part.counts.iter().zip(&part.told)) {
                let count = count.load(Relaxed);
                let more = count.wrapping_sub(told.swap(count, Relaxed));
                fresh.add((middle(bucket) * tick_nanos) as u64, more.into());
            }
        }
        fresh
    }
}

#[inline]
fn bucket(ticks: u64) -> usize {
    let ticks = ticks.clamp(1 << FIRST, (1 << LAST) - 1);
    let power = ticks.ilog2();
    let step = (ticks >> (power - FIRST)) as u32 - STEPS;
    ((power - FIRST) * STEPS + step) as usize
}

/// Ticks in the middle of a bucket.
fn middle(bucket: usize) -> f64 {
    let (power, step) = (bucket as u32 / STEPS, bucket as u32 % STEPS);
    (f64::from(STEPS + step) + 0.5) * f64::from(power).exp2()
}
