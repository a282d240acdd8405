//! By what buildings are lit, and how brightly. Knows no entities.

use std::f64::consts::LN_2;

use crate::city::{ERROR_LEVELS, GLOW_LEVELS, Rgb, error_glow, glow};
use crate::telemetry::{Nanos, Sums};

/// What lights buildings up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// How often functions are called.
    #[default]
    Rate,
    /// Time in functions, without what they call.
    SelfTime,
    /// Time in functions, with what they call.
    TotalTime,
    /// Calls that fail.
    Errors,
}

impl Activity {
    /// All, in the order of menus.
    pub const ALL: [Self; 4] = [Self::Rate, Self::SelfTime, Self::TotalTime, Self::Errors];

    /// The name in options, answers and entity paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::SelfTime => "self_time",
            Self::TotalTime => "total_time",
            Self::Errors => "errors",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|activity| activity.name() == name)
    }

    fn amount(self, sums: &Sums) -> f64 {
        match self {
            Self::Rate => sums.count as f64,
            Self::SelfTime => sums.self_nanos as f64,
            Self::TotalTime => sums.total_nanos as f64,
            Self::Errors => sums.errors as f64,
        }
    }
}

/// After so long a light is half as bright.
const HALF_LIFE: Nanos = 2_000_000_000;
/// A light goes out after so many half-lives without anything new: at a thirty-second of what it was.
const LIFE: Nanos = 5;
/// The brightest light of all is forgotten with this half-life, so that a burst does not leave the city dim.
const PEAK_HALF_LIFE: Nanos = 600_000_000_000;
/// What is this many times halved from the brightest has the dimmest colour.
const DEPTH: f64 = 8.0;
/// A light must be so many levels off before it changes: a steady load is then a still picture.
const PLAY: f64 = 0.7;

/// Levels of a lamp: 0 is unlit, then those of the scale, then those of errors.
const FIRST_ERROR: u8 = 1 + GLOW_LEVELS;

/// The light of one file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lamp {
    value: f64,
    at: Nanos,
    until: Nanos,
    failed: Nanos,
    level: u8,
}

/// How lamps burn down, and what is bright among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flame {
    pub activity: Activity,
    half_life: Nanos,
    peak: f64,
    peak_at: Nanos,
}

impl Flame {
    pub fn new(activity: Activity) -> Self {
        Self { activity, half_life: HALF_LIFE, peak: 0.0, peak_at: 0 }
    }

    /// What is seen comes in windows of this length: lights last from one to the next.
    pub fn set_window(&mut self, nanos: Nanos) {
        self.half_life = HALF_LIFE.max(nanos);
    }

    /// Adds what was seen of a lamp's file in a window of `nanos` that counts at `time`; whether that lights it.
    pub fn feed(&mut self, lamp: &mut Lamp, sums: &Sums, nanos: Nanos, time: Nanos) -> bool {
        let amount = self.activity.amount(sums);
        if time >= lamp.at {
            lamp.value = lamp.value * halved(time - lamp.at, self.half_life) + amount;
            lamp.at = time;
        } else {
            lamp.value += amount * halved(lamp.at - time, self.half_life);
        }
        lamp.value = lamp.value.max(0.0);
        if amount <= 0.0 && sums.errors == 0 {
            return false;
        }
        lamp.until = lamp.until.max(time.saturating_add(nanos.max(self.life())));
        if sums.errors > 0 {
            lamp.failed = lamp.failed.max(time);
        }
        let peak = self.peak * halved(lamp.at.saturating_sub(self.peak_at), PEAK_HALF_LIFE);
        (self.peak, self.peak_at) = (peak.max(lamp.value), self.peak_at.max(lamp.at));
        true
    }

    fn life(&self) -> Nanos {
        LIFE.saturating_mul(self.half_life)
    }

    /// Brings a lamp to a time: whether its colour is another than before, and whether it is lit where it was not, or the other
    /// way about.
    pub fn burn(&self, lamp: &mut Lamp, now: Nanos) -> (bool, bool) {
        let (before, level) = (lamp.level, self.level(lamp, now));
        lamp.level = level;
        (before != level, (before == 0) != (level == 0))
    }

    fn level(&self, lamp: &Lamp, now: Nanos) -> u8 {
        if now >= lamp.until {
            return 0;
        }
        let since_error = now.saturating_sub(lamp.failed);
        if lamp.failed > 0 && since_error < self.life() {
            let share = halved(since_error, self.half_life);
            return FIRST_ERROR + (share * f64::from(ERROR_LEVELS - 1)).round() as u8;
        }
        let value = lamp.value * halved(now.saturating_sub(lamp.at), self.half_life);
        let share = 1.0 + (value / self.peak.max(f64::MIN_POSITIVE)).max(f64::MIN_POSITIVE).log2() / DEPTH;
        let exact = 1.0 + f64::from(GLOW_LEVELS - 1) * share.clamp(0.0, 1.0);
        let is_near = (1..FIRST_ERROR).contains(&lamp.level) && (exact - f64::from(lamp.level)).abs() < PLAY;
        if is_near { lamp.level } else { exact.round() as u8 }
    }
}

impl Lamp {
    pub fn is_lit(&self) -> bool {
        self.level > 0
    }

    pub fn color(&self) -> Rgb {
        match self.level {
            0 => [0; 3],
            level if level < FIRST_ERROR => glow(level - 1),
            level => error_glow(level - FIRST_ERROR),
        }
    }
}

/// Colours of the scale, from the dimmest to the brightest.
pub fn glow_stops() -> Vec<Rgb> {
    (0..GLOW_LEVELS).map(glow).collect()
}

/// The colour of errors.
pub fn glow_of_errors() -> Rgb {
    error_glow(ERROR_LEVELS - 1)
}

/// The share that is left after some time.
fn halved(nanos: Nanos, half_life: Nanos) -> f64 {
    (-LN_2 * nanos as f64 / half_life as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn calls(count: u64, errors: u64) -> Sums {
        Sums { count, errors, ..Sums::default() }
    }

    #[test]
    fn a_light_dims_and_goes_out() {
        let (mut flame, mut lamp) = (Flame::new(Activity::Rate), Lamp::default());
        assert!(flame.feed(&mut lamp, &calls(100, 0), SECOND, 50 * SECOND));
        let mut seen = Vec::new();
        for second in 50..62 {
            flame.burn(&mut lamp, second * SECOND);
            seen.push(lamp.color());
        }
        assert_eq!(seen[0], glow(GLOW_LEVELS - 1));
        assert_eq!(seen[10], [0; 3]);
        assert!(!lamp.is_lit() && seen.windows(2).all(|pair| pair[1][0] <= pair[0][0]), "{seen:?}");
    }

    #[test]
    fn more_is_brighter() {
        let mut flame = Flame::new(Activity::Rate);
        let mut lamps = [Lamp::default(); 3];
        for (lamp, count) in lamps.iter_mut().zip([1, 30, 1000]) {
            flame.feed(lamp, &calls(count, 0), SECOND, SECOND);
        }
        for lamp in &mut lamps {
            flame.burn(lamp, SECOND);
        }
        assert!(lamps[0].level < lamps[1].level && lamps[1].level < lamps[2].level);
    }

    #[test]
    fn a_steady_load_is_a_still_picture() {
        let (mut flame, mut lamp) = (Flame::new(Activity::Rate), Lamp::default());
        let mut changes = 0;
        for tenth in 0..600 {
            let time = SECOND + tenth * SECOND / 10;
            // A tenth more or less each time.
            flame.feed(&mut lamp, &calls(9 + tenth % 3, 0), SECOND, time);
            let (is_other, _) = flame.burn(&mut lamp, time);
            changes += u32::from(tenth > 100 && is_other);
        }
        assert_eq!(changes, 0);
    }

    #[test]
    fn errors_are_seen_in_every_measure() {
        for activity in Activity::ALL {
            let (mut flame, mut lamp) = (Flame::new(activity), Lamp::default());
            flame.feed(
                &mut lamp,
                &Sums { count: 5, errors: 1, self_nanos: 3, total_nanos: 3, ..Sums::default() },
                1,
                SECOND,
            );
            assert_eq!(flame.burn(&mut lamp, SECOND), (true, true));
            assert_eq!(lamp.color(), error_glow(ERROR_LEVELS - 1), "{}", activity.name());
        }
        let (mut flame, mut lamp) = (Flame::new(Activity::Errors), Lamp::default());
        assert!(!flame.feed(&mut lamp, &calls(5, 0), SECOND, SECOND), "a call that did not fail is no error");
    }

    /// What comes late counts as if it had come in time.
    #[test]
    fn order_does_not_matter() {
        let mut levels = Vec::new();
        for times in [[1, 3], [3, 1]] {
            let (mut flame, mut lamp) = (Flame::new(Activity::Rate), Lamp::default());
            for time in times {
                flame.feed(&mut lamp, &calls(4 * time, 0), SECOND, time * SECOND);
            }
            flame.burn(&mut lamp, 4 * SECOND);
            levels.push((lamp.value * 1e6).round());
        }
        assert_eq!(levels[0], levels[1]);
    }
}
