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

use telemetry::feed::Lines;
use telemetry::otlp::{Encoding, Intake, Signal};
use telemetry::{Limits, Placer, Telemetry};

const MEMORY_BYTES: u64 = 16 << 20;

/// Takes a message whose first byte says of what it is, twice, as senders may; holds the sums against what is said of them.
pub fn take(encoding: Encoding, input: &[u8]) {
    let Some((signal, message)) = input.split_first() else { return };
    let signal = [Signal::Traces, Signal::Metrics, Signal::Logs][usize::from(signal % 3)];
    let telemetry = telemetry();
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

/// Takes lines of JSON, in one piece and in pieces of a few bytes; both come to the same.
pub fn follow(input: &[u8]) {
    let mut taken = [input.len().max(1), 7].map(|length| {
        let telemetry = telemetry();
        let mut lines = Lines::new(telemetry.clone(), "shop");
        for piece in input.chunks(length) {
            lines.push(piece);
        }
        lines.finish();
        telemetry.tick();
        let totals = telemetry.totals();
        (totals.spans, totals.logs, totals.points, totals.refused)
    });
    taken.iter_mut().for_each(|(.., refused)| refused.sort_unstable());
    assert_eq!(taken[0], taken[1]);
}

fn telemetry() -> Arc<Telemetry> {
    Arc::new(Telemetry::new(Placer, Limits { memory_bytes: MEMORY_BYTES, ..Limits::default() }))
}
