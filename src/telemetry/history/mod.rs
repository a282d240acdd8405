//! What was seen, by window of time, as a recording keeps it too.

mod errors;
mod packed;
#[cfg(test)]
mod tests;
mod windows;

use rustc_hash::FxHashMap;

use super::slowest::prune;
use super::totals::Share;
use super::{CallRow, ErrorRow, Limits, Nanos, Row, Site, SiteId, SpanRow, Update};
use errors::KeptErrors;
use windows::Windows;

/// All that was seen, in a memory of a size. What does not fit is kept less finely, the older first, and none of it is lost:
///
/// - Sums and calls are by windows of a second; where these do not fit, older ones become one of two seconds, of four, and so on, about
///   as many of each length. Each [`Row`] says how long its window is, and [`History::window_lengths`] how many there are of which.
/// - Errors are in full; where they do not fit, the older lose their stack traces. Without one, those that are alike are counted by
///   window, of a second at first ([`History::error_window`]); where they do not fit either, older ones lose their messages.
/// - Of the slowest spans there are as many as the limits say, and a few of each site.
#[derive(Clone, Debug)]
pub struct History {
    limits: Limits,
    sites: Vec<Site>,
    windows: Windows,
    calls: FxHashMap<(SiteId, SiteId), (u64, u64)>,
    errors: KeptErrors,
    spans: Vec<SpanRow>,
    /// How many of the spans there were when they were looked through last.
    spans_then: usize,
}

impl Default for History {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl History {
    /// Nothing seen yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            sites: Vec::new(),
            windows: Windows::new(limits.bytes(Share::Windows)),
            calls: FxHashMap::default(),
            errors: KeptErrors::new(limits.bytes(Share::Errors)),
            spans: Vec::new(),
            spans_then: 0,
        }
    }

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

    /// Adds a part of what was seen; parts may come in any order. A window that lies within a longer one becomes part of that.
    pub fn add_row(&mut self, row: &Row) {
        self.windows.add_row(row);
    }

    /// Adds a part of the calls; parts may come in any order.
    pub fn add_calls(&mut self, row: &CallRow) {
        self.windows.add_calls(row);
        let (count, errors) = self.calls.entry((row.from, row.to)).or_default();
        (*count, *errors) = (*count + row.count, *errors + row.errors);
    }

    /// Adds an error, or repetitions of one.
    pub fn add_error(&mut self, row: &ErrorRow) {
        self.errors.add(row.clone());
    }

    /// Adds a span that may be among the slowest.
    pub fn add_span(&mut self, row: &SpanRow) {
        self.spans.push(row.clone());
        // Seldom enough to cost little, and often enough to need little.
        if self.spans.len() > 2 * self.spans_then + 100 {
            prune(&mut self.spans, &self.limits);
            self.spans_then = self.spans.len();
        }
    }

    /// What was counted, by [`SiteId`].
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// What was seen, one row a window and site, by time.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.windows.rows()
    }

    /// Lengths of windows in nanoseconds, shortest first, and how many there are of each.
    pub fn window_lengths(&self) -> Vec<(u64, usize)> {
        self.windows.lengths()
    }

    /// Whether there are windows of more than a second.
    pub fn is_coarse(&self) -> bool {
        self.windows.is_coarse()
    }

    /// The start of the latest window; 0 if nothing was seen.
    pub fn end(&self) -> Nanos {
        self.windows.end()
    }

    /// Calls over all time, with how many there were and how many of them failed, by sites.
    pub fn calls(&self) -> Vec<((SiteId, SiteId), (u64, u64))> {
        let mut calls: Vec<_> = self.calls.iter().map(|(&sites, &counts)| (sites, counts)).collect();
        calls.sort_unstable();
        calls
    }

    /// Calls by time, one row a window and pair of sites.
    pub fn call_rows(&self) -> impl Iterator<Item = CallRow> {
        self.windows.calls()
    }

    /// Every error, by time; those that are alike may be counted in one row.
    pub fn errors(&self) -> Vec<&ErrorRow> {
        self.errors.rows()
    }

    /// The length, in nanoseconds, of the windows by which errors are counted that are alike and have no stack trace.
    pub fn error_window(&self) -> u64 {
        self.errors.window()
    }

    /// The slowest spans, slowest first.
    pub fn spans(&self) -> Vec<&SpanRow> {
        let mut spans = self.spans.iter().collect();
        prune(&mut spans, &self.limits);
        spans
    }

    /// About how many bytes it takes.
    pub fn memory_bytes(&self) -> u64 {
        let text = |texts: [&str; 2]| texts.iter().map(|text| text.len() + 16).sum::<usize>();
        let spans = self.spans.iter().map(|span| size_of::<SpanRow>() * 2 + text([&span.name, &span.attributes]));
        let calls = self.calls.capacity() * (size_of::<((SiteId, SiteId), (u64, u64))>() + 1);
        (self.windows.bytes() + self.errors.bytes() + calls + spans.sum::<usize>()) as u64
    }
}
