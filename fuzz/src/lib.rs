//! The library's `telemetry`, built without the parsers and Rerun, and what its fuzz targets share.

/// What the records' places are of.
pub mod scan {
    /// As the library's.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct FileId(pub u32);
}

#[allow(dead_code, reason = "what is not decoded is not called")]
pub mod telemetry {
    include!(concat!(env!("OUT_DIR"), "/telemetry.rs"));
}

use std::sync::Arc;

use telemetry::otlp::{Encoding, Intake, Signal};
use telemetry::{Limits, Placer, Telemetry};

const MEMORY_BYTES: u64 = 16 << 20;

/// Takes a message whose first byte says of what it is, twice, as senders may; holds the sums against what is said of them.
pub fn take(encoding: Encoding, input: &[u8]) {
    let Some((signal, message)) = input.split_first() else { return };
    let signal = [Signal::Traces, Signal::Metrics, Signal::Logs][usize::from(signal % 3)];
    let limits = Limits { memory_bytes: MEMORY_BYTES, ..Limits::default() };
    let telemetry = Arc::new(Telemetry::new(Placer, limits));
    let intake = Intake::new(telemetry.clone(), MEMORY_BYTES);
    for _ in 0..2 {
        let Ok(outcome) = intake.take(signal, encoding, message) else { return };
        assert_eq!(outcome.rejections() == 0, outcome.message().is_empty());
        let refused: u64 = telemetry.totals().refused.iter().map(|(_, count)| count).sum();
        assert!(refused >= outcome.rejections());
        telemetry.tick();
    }
    let totals = telemetry.totals();
    assert!(totals.placed.iter().sum::<u64>() >= totals.spans + totals.logs);
}
