//! How long each stage of the work takes.

use std::time::{Duration, Instant};

/// Stages in the order in which they ended.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    /// Name and wall time.
    pub stages: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Does `work` and notes how long it took.
    pub fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.stages.push((stage, start.elapsed()));
        result
    }
}
