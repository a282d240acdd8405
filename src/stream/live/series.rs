//! Rates, errors and durations over time of services and directories, and in which state services are.

use std::collections::BTreeMap;

use rerun::{AsComponents, Scalars, StateChange, StateConfiguration};
use rustc_hash::FxHashMap;

use super::super::record::color;
use super::entities::Entities;
use super::groups::{GroupId, Groups};
use crate::city::{GLOW_LEVELS, error_glow, glow};
use crate::telemetry::{Nanos, Sums};

/// What ended so long ago is complete; what comes later is in the tables only.
const GRACE: Nanos = 1_000_000_000;
/// A service has errors until it had none for so long.
const SOBER: Nanos = 5_000_000_000;
const SECOND: f64 = 1e9;

/// Shares of durations, and their names.
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// What a group was when it was last written.
#[derive(Clone, Copy, Default)]
struct Last {
    is_active: bool,
    failed: Nanos,
    state: Option<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Active,
    Errors,
}

impl State {
    const ALL: [Self; 3] = [Self::Idle, Self::Active, Self::Errors];

    fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Active => "active",
            Self::Errors => "errors",
        }
    }
}

/// Windows that are not complete, by end and length.
#[derive(Default)]
pub(super) struct Series {
    open: BTreeMap<(Nanos, Nanos), FxHashMap<GroupId, Sums>>,
    /// Up to when all is written.
    done: Nanos,
    last: BTreeMap<GroupId, Last>,
}

impl Series {
    /// Adds what was seen in a window.
    pub fn feed(&mut self, group: GroupId, sums: &Sums, start: Nanos, nanos: Nanos) {
        let end = start.saturating_add(nanos);
        if end > self.done {
            self.open.entry((end, nanos)).or_default().entry(group).or_default().add(sums);
        }
    }

    /// Gives the windows that are complete.
    pub fn frame(&mut self, groups: &Groups, now: Nanos, entities: &mut Entities) {
        self.close(groups, now, now, entities);
        let quiet = self.open.keys().next().map_or(now, |&(end, nanos)| end - nanos.min(end));
        self.rest(groups, self.done.saturating_add(2 * GRACE), quiet.min(now.saturating_sub(GRACE)), entities);
    }

    /// Gives all windows, as nothing more comes. One that lasts beyond `now` ends there, but is a second long at least.
    pub fn complete(&mut self, groups: &Groups, now: Nanos, entities: &mut Entities) {
        self.close(groups, Nanos::MAX, now, entities);
    }

    /// Gives the windows that ended some time before `until`.
    fn close(&mut self, groups: &Groups, until: Nanos, now: Nanos, entities: &mut Entities) {
        while let Some(window) = self.open.first_entry()
            && window.key().0.saturating_add(GRACE) <= until
        {
            let ((end, nanos), sums) = window.remove_entry();
            let start = end - nanos.min(end);
            let end = end.min(now.max(start.saturating_add(SECOND as Nanos)));
            self.rest(groups, self.done.saturating_add(nanos), start, entities);
            self.write(groups, &sums, (start, end), entities);
            self.done = self.done.max(end);
        }
    }

    /// Who was active has been idle from `since` on, if that is before the next window.
    fn rest(&mut self, groups: &Groups, since: Nanos, until: Nanos, entities: &mut Entities) {
        if since > until {
            return;
        }
        for (&group, last) in self.last.iter_mut().filter(|(_, last)| last.is_active) {
            idle(groups, group, last, since, entities);
        }
    }

    fn write(
        &mut self,
        groups: &Groups,
        sums: &FxHashMap<GroupId, Sums>,
        (start, end): (Nanos, Nanos),
        entities: &mut Entities,
    ) {
        let mut seen: Vec<_> = sums.iter().filter(|(_, sums)| sums.count + sums.errors > 0).collect();
        seen.sort_unstable_by_key(|(group, _)| **group);
        for (&group, last) in self.last.iter_mut().filter(|(group, last)| last.is_active && !sums.contains_key(group)) {
            idle(groups, group, last, end, entities);
        }
        for (&group, sums) in seen {
            let last = self.last.entry(group).or_default();
            if !last.is_active {
                // The line rises from nothing, and not from when it was last seen.
                rate(groups, group, 0.0, start, entities);
            }
            last.is_active = true;
            values(groups, group, sums, (start, end), entities);
            if sums.errors > 0 {
                last.failed = end;
            }
            let has_errors = last.failed > 0 && end < last.failed.saturating_add(SOBER);
            change(groups, group, last, if has_errors { State::Errors } else { State::Active }, start, entities);
        }
    }
}

fn idle(groups: &Groups, group: GroupId, last: &mut Last, time: Nanos, entities: &mut Entities) {
    last.is_active = false;
    rate(groups, group, 0.0, time, entities);
    change(groups, group, last, State::Idle, time, entities);
}

fn values(groups: &Groups, group: GroupId, sums: &Sums, (start, end): (Nanos, Nanos), entities: &mut Entities) {
    let count = sums.count as f64;
    rate(groups, group, count * SECOND / (end - start).max(1) as f64, end, entities);
    // Log records of errors are no calls.
    scalar(groups, group, "error_rate", sums.errors as f64 / count.max(sums.errors as f64), end, entities);
    for (name, share) in QUANTILES {
        if let Some(nanos) = sums.durations.quantile(share) {
            scalar(groups, group, name, nanos / SECOND, end, entities);
        }
    }
}

fn rate(groups: &Groups, group: GroupId, value: f64, time: Nanos, entities: &mut Entities) {
    scalar(groups, group, "rate", value, time, entities);
}

/// Views choose what they show by how paths begin: what is measured comes first, and directories are apart.
fn scalar(groups: &Groups, group: GroupId, name: &str, value: f64, time: Nanos, entities: &mut Entities) {
    let below = if groups.is_service(group) { "" } else { "directories/" };
    let entity = format!("/telemetry/{below}{name}/{}", groups.path(group));
    entities.row(entity, time, Scalars::new([value]).as_serialized_batches());
}

fn change(groups: &Groups, group: GroupId, last: &mut Last, state: State, time: Nanos, entities: &mut Entities) {
    if last.state == Some(state) || !groups.is_service(group) {
        return;
    }
    let entity = format!("/telemetry/state/{}", groups.path(group));
    if last.state.is_none() {
        let colors = [[110, 116, 126], glow(GLOW_LEVELS / 2), error_glow(u8::MAX)].map(color);
        let names = State::ALL.map(State::name);
        entities.fix(entity.clone(), &StateConfiguration::new().with_values(names).with_colors(colors));
    }
    last.state = Some(state);
    entities.row(entity, time, StateChange::single(state.name()).as_serialized_batches());
}
