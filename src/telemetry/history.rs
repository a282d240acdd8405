//! What was seen, by window of time, as a recording keeps it too.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::hub::{ErrorRow, SpanRow, Update};
use super::{Histogram, Nanos, Site, SiteId};

/// What was seen of a site in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many calls ended in it.
    pub count: u64,
    /// How many of them by an error.
    pub errors: u64,
    /// Nanoseconds, without what was called.
    pub self_nanos: u64,
    /// Nanoseconds, with what was called.
    pub total_nanos: u64,
    /// Durations, where single ones are known.
    pub durations: Histogram,
}

impl Sums {
    /// Adds another one's.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.errors += other.errors;
        self.self_nanos = self.self_nanos.saturating_add(other.self_nanos);
        self.total_nanos = self.total_nanos.saturating_add(other.total_nanos);
        self.durations.merge(&other.durations);
    }
}

/// A part of what was seen of a site in a window: parts of one site and window are added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When the window began, a multiple of its length.
    pub start: Nanos,
    /// How long it is.
    pub nanos: u64,
    /// What is counted.
    pub site: SiteId,
    /// What was seen.
    pub sums: Sums,
}

/// A part of the calls from one site to another in a window: parts are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// When the window began, a multiple of its length.
    pub start: Nanos,
    /// How long it is.
    pub nanos: u64,
    /// The calling site.
    pub from: SiteId,
    /// The called site.
    pub to: SiteId,
    /// How many.
    pub count: u64,
    /// How many ended by an error.
    pub errors: u64,
}

/// All that was seen.
#[derive(Clone, Debug, Default)]
pub struct History {
    sites: Vec<Site>,
    rows: BTreeMap<(Nanos, u64), FxHashMap<SiteId, Sums>>,
    calls: FxHashMap<(SiteId, SiteId), (u64, u64)>,
    errors: Vec<ErrorRow>,
    spans: Vec<SpanRow>,
}

impl History {
    /// Adds what is new.
    pub fn add(&mut self, update: &Update) {
        self.sites.extend(update.sites.iter().cloned());
        for row in &update.rows {
            self.rows.entry((row.start, row.nanos)).or_default().entry(row.site).or_default().add(&row.sums);
        }
        for row in &update.calls {
            let (count, errors) = self.calls.entry((row.from, row.to)).or_default();
            (*count, *errors) = (*count + row.count, *errors + row.errors);
        }
        self.errors.extend(update.errors.iter().cloned());
        self.spans.extend(update.spans.iter().cloned());
    }

    /// What was counted, by [`SiteId`].
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// What was seen, one row a window and site, by time.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.rows.iter().flat_map(|(&(start, nanos), sites)| {
            let mut sites: Vec<_> = sites.iter().collect();
            sites.sort_unstable_by_key(|(site, _)| **site);
            sites.into_iter().map(move |(&site, sums)| Row { start, nanos, site, sums: sums.clone() })
        })
    }

    /// Calls over all time, with how many there were and how many of them failed, by sites.
    pub fn calls(&self) -> Vec<((SiteId, SiteId), (u64, u64))> {
        let mut calls: Vec<_> = self.calls.iter().map(|(&sites, &counts)| (sites, counts)).collect();
        calls.sort_unstable();
        calls
    }

    /// Every error, in the order in which they came.
    pub fn errors(&self) -> &[ErrorRow] {
        &self.errors
    }

    /// The slowest spans, in the order in which they came.
    pub fn spans(&self) -> &[SpanRow] {
        &self.spans
    }
}
