//! How fast something counts up.

use std::time::{Duration, Instant};

/// Measured over a second or more.
const PERIOD: Duration = Duration::from_secs(1);

/// A count that is looked at now and then.
#[derive(Debug, Default)]
pub struct Rate {
    then: Option<(u64, Instant)>,
    a_second: u64,
}

impl Rate {
    /// How much it was a second, lately.
    pub fn see(&mut self, count: u64, now: Instant) -> u64 {
        let &mut (before, then) = self.then.get_or_insert((count, now));
        let since = now.saturating_duration_since(then);
        if since >= PERIOD {
            self.a_second = ((count - before) as f64 / since.as_secs_f64()).round() as u64;
            self.then = Some((count, now));
        }
        self.a_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_a_second_or_more() {
        let (mut rate, begin) = (Rate::default(), Instant::now());
        let mut at = |millis, count| rate.see(count, begin + Duration::from_millis(millis));
        assert_eq!(at(0, 100), 0);
        assert_eq!(at(500, 700), 0);
        assert_eq!(at(1000, 1100), 1000);
        assert_eq!(at(1900, 9999), 1000);
        assert_eq!(at(3000, 1200), 50);
    }
}
