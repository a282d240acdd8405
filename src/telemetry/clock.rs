//! What time it is for what was seen, and times that cannot be.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::Nanos;

/// The start of the year 2000: what is said to be earlier comes from a clock that was not set, or counts from another beginning.
const EARLIEST: Nanos = 946_684_800_000_000_000;
/// How far a sender's clock may be ahead of ours: the live end goes ahead with it, and shows nothing of others until they are there.
const AHEAD: u64 = 10_000_000_000;

/// Why a time was mended.
pub const NO_TIME: &str = "no time that can be: counted when it arrived";
/// Why a time was mended.
pub const FUTURE: &str = "more than 10 seconds in the future: counted when it arrived";
/// Why a span was mended.
pub const BACKWARDS: &str = "ended before it started: counted as of no duration";

/// Our time, the only one that is sure.
pub fn arrival() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since.as_nanos() as Nanos).max(EARLIEST)
}

/// The time at which something counts, and why that is not the time it says.
pub fn mend(time: Nanos, arrival: Nanos) -> (Nanos, Option<&'static str>) {
    match time {
        ..EARLIEST => (arrival, Some(NO_TIME)),
        _ if time > arrival.saturating_add(AHEAD) => (arrival, Some(FUTURE)),
        _ => (time, None),
    }
}

/// Start and end of a span. Where neither can be, or its clock is ahead, the duration does; where one of them cannot, there is none.
pub fn mend_span(start: Nanos, end: Nanos, arrival: Nanos) -> (Nanos, Nanos, Option<&'static str>) {
    match (mend(start, arrival), mend(end, arrival)) {
        ((_, None), (_, None)) if start <= end => (start, end, None),
        ((_, None), (_, None)) => (end, end, Some(BACKWARDS)),
        ((_, Some(_)), (_, None)) => (end, end, Some(NO_TIME)),
        ((_, None), (_, why)) => match start.checked_sub(end.saturating_sub(arrival)) {
            Some(start) if start >= EARLIEST && end > arrival => (start, arrival, why),
            _ => (start, start, why),
        },
        ((_, Some(_)), (_, why)) => {
            let nanos = if start == 0 { 0 } else { end.saturating_sub(start) };
            (arrival.saturating_sub(nanos).max(EARLIEST), arrival, why)
        }
    }
}

/// The latest time that was seen, and as much later as has gone by since. Never goes back.
#[derive(Debug, Default)]
pub struct Clock {
    latest: Nanos,
    seen: Option<Instant>,
}

impl Clock {
    /// Something was seen.
    pub fn see(&mut self, time: Nanos, now: Instant) {
        if time > self.at(now) {
            (self.latest, self.seen) = (time, Some(now));
        }
    }

    /// What time it is; 0 if nothing was seen yet.
    pub fn at(&self, now: Instant) -> Nanos {
        let since = self.seen.map_or(0, |seen| now.saturating_duration_since(seen).as_nanos() as u64);
        self.latest.saturating_add(since)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Nanos = 1_790_000_000_000_000_000;
    const SECOND: u64 = 1_000_000_000;

    #[track_caller]
    fn check(start: Nanos, end: Nanos, expect: (Nanos, Nanos, Option<&str>)) {
        assert_eq!(mend_span(start, end, NOW), expect);
    }

    #[test]
    fn times_that_can_be_stay() {
        check(NOW - SECOND, NOW, (NOW - SECOND, NOW, None));
        check(EARLIEST, EARLIEST + 1, (EARLIEST, EARLIEST + 1, None));
        check(NOW, NOW + AHEAD, (NOW, NOW + AHEAD, None));
    }

    #[test]
    fn times_that_cannot_be_are_mended() {
        check(NOW, NOW - SECOND, (NOW - SECOND, NOW - SECOND, Some(BACKWARDS)));
        check(0, 0, (NOW, NOW, Some(NO_TIME)));
        check(0, NOW - 5, (NOW - 5, NOW - 5, Some(NO_TIME)));
        check(NOW - 5, 0, (NOW - 5, NOW - 5, Some(NO_TIME)));
        check(0, SECOND, (NOW, NOW, Some(NO_TIME)));
        check(SECOND, 3 * SECOND, (NOW - 2 * SECOND, NOW, Some(NO_TIME)));
        check(u64::MAX - 7, u64::MAX, (NOW - 7, NOW, Some(FUTURE)));
        check(1, u64::MAX, (EARLIEST, NOW, Some(FUTURE)));
        check(NOW - 5, u64::MAX, (NOW - 5, NOW - 5, Some(FUTURE)));
    }

    #[test]
    fn a_clock_that_is_ahead_keeps_durations() {
        let ahead = 60 * SECOND;
        for duration in [1, 55 * SECOND, 3600 * SECOND] {
            let end = NOW + ahead;
            check(end - duration, end, (NOW - duration, NOW, Some(FUTURE)));
        }
    }

    #[test]
    fn the_clock_goes_on_and_never_back() {
        let (mut clock, begin) = (Clock::default(), Instant::now());
        assert_eq!(clock.at(begin), 0);
        clock.see(NOW, begin);
        assert_eq!(clock.at(begin + Duration::from_secs(2)), NOW + 2 * SECOND);
        clock.see(NOW + SECOND, begin + Duration::from_secs(2));
        assert_eq!(clock.at(begin + Duration::from_secs(2)), NOW + 2 * SECOND);
        clock.see(NOW + 9 * SECOND, begin + Duration::from_secs(2));
        assert_eq!(clock.at(begin + Duration::from_secs(3)), NOW + 10 * SECOND);
    }
}
