//! Spans for tests, of a generator that always makes the same.

use std::collections::BTreeMap;

use super::{Code, History, Limits, Nanos, Placer, Site, Span, Telemetry};
use crate::scan::{FileClass, FileEntry, Language, SourceTree};

pub const SECOND: u64 = 1_000_000_000;
/// In the year 2026.
pub const BEGIN: Nanos = 1_780_000_000 * SECOND;
pub const PATHS: [&str; 5] = ["a.py", "b.py", "c/d.py", "c/e.py", "f.js"];

/// Numbers that look random (`SplitMix64`, Steele et al. 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % limit
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

pub fn placer() -> Placer {
    let entry = |path: &&str| FileEntry {
        path: (*path).to_owned(),
        language: Language::of_name(path),
        class: FileClass::Source,
        bytes: 1,
    };
    let tree = SourceTree::new(PATHS.iter().map(entry).collect());
    Placer::new(&tree, [], &[])
}

pub fn telemetry(memory_bytes: u64) -> Telemetry {
    Telemetry::new(placer(), Limits { memory_bytes, slowest: 20 })
}

/// A span that owns nothing.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    pub service: &'static str,
    pub trace: u128,
    pub id: u64,
    pub parent: u64,
    pub start: Nanos,
    pub end: Nanos,
    pub path: &'static str,
    pub is_error: bool,
}

impl Made {
    pub fn span(&self) -> Span<'static> {
        Span {
            trace: self.trace,
            id: self.id,
            parent: self.parent,
            name: "work",
            start: self.start,
            end: self.end,
            is_error: self.is_error,
            exceptions: &[],
            code: Code { path: self.path, name: "work", ..Code::default() },
            attributes: &(),
        }
    }
}

/// Spans of some traces, parents before their children: some without a place, some that overlap or outlive their parents,
/// some whose parents never come.
pub fn traces(numbers: &mut Numbers, count: u64) -> Vec<Made> {
    let mut spans = Vec::new();
    for trace in 1..=count {
        let first = spans.len();
        for id in 1..=1 + numbers.below(30) {
            let root = Made {
                service: ["one", "two"][numbers.below(2) as usize],
                trace: u128::from(trace) << 64 | 7,
                id,
                parent: if numbers.below(20) == 0 { 999 } else { 0 },
                start: BEGIN + numbers.below(20 * SECOND),
                end: 0,
                path: if numbers.below(3) == 0 { "" } else { PATHS[numbers.below(5) as usize] },
                is_error: numbers.below(10) == 0,
            };
            let end = root.start + numbers.below(SECOND);
            let span = match spans[first..].len() as u64 {
                0 => Made { end, ..root },
                known => {
                    let parent: Made = spans[first + numbers.below(known) as usize];
                    let start = parent.start + numbers.below(parent.end - parent.start + 1);
                    Made { parent: parent.id, start, end: start + numbers.below(SECOND / 4), ..root }
                }
            };
            spans.push(span);
        }
    }
    spans
}

/// Takes spans in messages of random lengths, each of one service, with a tick now and then.
pub fn take(telemetry: &Telemetry, numbers: &mut Numbers, spans: &[Made]) {
    let mut rest = spans;
    while !rest.is_empty() {
        let (message, others) = rest.split_at(rest.len().min(1 + numbers.below(40) as usize));
        for service in ["one", "two"] {
            let spans: Vec<_> = message.iter().filter(|made| made.service == service).map(Made::span).collect();
            assert_eq!(telemetry.spans(service, &spans).accepted, spans.len() as u64);
        }
        if numbers.below(4) == 0 {
            telemetry.tick();
        }
        rest = others;
    }
    telemetry.tick();
}

/// What tells sites apart whatever their ids are.
pub type Name = (String, String);

pub fn name(site: &Site) -> Name {
    let path = site.place.map_or("", |place| PATHS[place.file.0 as usize]);
    (site.service.to_string(), path.to_owned())
}

/// Of a window and site: count, errors, self time, total time.
pub type Sum = (u64, u64, i64, u64);

pub fn sums(history: &History) -> BTreeMap<(Nanos, Name), Sum> {
    let rows = history.rows().map(|row| {
        let sums = row.sums;
        assert_eq!(sums.durations.count(), sums.count);
        (
            (row.start, name(&history.sites()[row.site.index()])),
            (sums.count, sums.errors, sums.self_nanos, sums.total_nanos),
        )
    });
    rows.collect()
}

pub fn calls(history: &History) -> BTreeMap<(Nanos, Name, Name), (u64, u64)> {
    let name = |site: super::SiteId| name(&history.sites()[site.index()]);
    let rows = history.call_rows();
    rows.map(|row| ((row.start, name(row.from), name(row.to)), (row.count, row.errors))).collect()
}
