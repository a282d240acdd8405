//! What was seen, by window of time, as a recording keeps it too.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{CallRow, ErrorRow, Nanos, Row, Site, SiteId, SpanRow, Sums, Update};

/// All that was seen.
#[derive(Clone, Debug, Default)]
pub struct History {
    sites: Vec<Site>,
    rows: BTreeMap<(Nanos, u64), FxHashMap<SiteId, Sums>>,
    calls: BTreeMap<(Nanos, u64, SiteId, SiteId), (u64, u64)>,
    errors: Vec<ErrorRow>,
    spans: Vec<SpanRow>,
}

impl History {
    /// Adds what is new.
    pub fn add(&mut self, update: &Update) {
        self.sites.extend(update.sites.iter().cloned());
        update.rows.iter().for_each(|row| self.add_row(row));
        update.calls.iter().for_each(|row| self.add_calls(row));
        update.errors.iter().for_each(|row| self.add_error(row));
        update.spans.iter().for_each(|row| self.add_span(row));
    }

    /// Adds the next site, whose id is the number of those before.
    pub fn add_site(&mut self, site: Site) {
        self.sites.push(site);
    }

    /// Adds a part of what was seen; parts may come in any order.
    pub fn add_row(&mut self, row: &Row) {
        self.rows.entry((row.start, row.nanos)).or_default().entry(row.site).or_default().add(&row.sums);
    }

    /// Adds a part of the calls; parts may come in any order.
    pub fn add_calls(&mut self, row: &CallRow) {
        let (count, errors) = self.calls.entry((row.start, row.nanos, row.from, row.to)).or_default();
        (*count, *errors) = (*count + row.count, *errors + row.errors);
    }

    /// Adds an error, or repetitions of one.
    pub fn add_error(&mut self, row: &ErrorRow) {
        self.errors.push(row.clone());
    }

    /// Adds a span that may be among the slowest.
    pub fn add_span(&mut self, row: &SpanRow) {
        self.spans.push(row.clone());
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
        let mut calls: FxHashMap<_, (u64, u64)> = FxHashMap::default();
        for row in self.call_rows() {
            let (count, errors) = calls.entry((row.from, row.to)).or_default();
            (*count, *errors) = (*count + row.count, *errors + row.errors);
        }
        let mut calls: Vec<_> = calls.into_iter().collect();
        calls.sort_unstable();
        calls
    }

    /// Calls by time, one row a window and pair of sites.
    pub fn call_rows(&self) -> impl Iterator<Item = CallRow> {
        let rows = self.calls.iter();
        rows.map(|(&(start, nanos, from, to), &(count, errors))| CallRow { start, nanos, from, to, count, errors })
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
