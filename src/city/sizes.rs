//! Metric values become footprints and heights: formulas that keep both the small and the huge legible.

/// Footprints grow with this power of the area metric.
pub const FOOTPRINT_POWER: f64 = 0.75;
/// No footprint is smaller than the typical one divided by this.
const SMALLEST: f64 = 1.0 / 16.0;
/// No footprint is larger than this many typical ones.
const LARGEST: f64 = 32.0;
/// Weights are rounded to powers of two with this many steps for each doubling.
const STEPS: f64 = 4.0;
/// The tallest building, as a share of the city's width.
const TALLEST: f64 = 0.22;
/// The lowest building, as a share of the city's width and of its own side, whichever is less.
const LOWEST: f64 = 0.004;
/// See [`HeightScale::lowest_metres`].
pub const LOWEST_OF_SIDE: f64 = 0.35;
/// The median building is lifted towards this share of the tallest …
const MEDIAN_HEIGHT: f64 = 0.06;
/// … by a power within these bounds.
const HEIGHT_POWERS: (f64, f64) = (0.3, 1.0);

fn positive(value: f64) -> Option<f64> {
    (value.is_finite() && value > 0.0).then_some(value)
}

/// Rounds to the nearest `2^(k / steps)`.
pub(super) fn quantise(value: f64, steps: f64) -> f64 {
    ((value.log2() * steps).round() / steps).exp2()
}

/// The geometric mean of the positive values; 1 where there are none.
pub(super) fn typical(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) =
        values.filter_map(positive).fold((0.0, 0u32), |(sum, count), value| (sum + value.ln(), count + 1));
    if count == 0 { 1.0 } else { (sum / f64::from(count)).exp().clamp(f64::MIN_POSITIVE, f64::MAX) }
}

/// Turns the area metric into treemap weights, 1 being typical: `(area / typical)^0.75`, rounded in steps of `2^(1/4)`
/// and kept between 1/16 and 32. Zero, negative and non-finite areas get the smallest footprint.
pub(super) fn weight(area: f64, typical: f64) -> f64 {
    positive(area).map_or(SMALLEST, |area| {
        // The rounding is of the area alone, so that a change of the typical one moves no building between steps.
        let share = quantise(area, STEPS / FOOTPRINT_POWER) / typical;
        share.powf(FOOTPRINT_POWER).clamp(SMALLEST, LARGEST)
    })
}

/// How a height metric becomes metres: `tallest · (value / max)^power`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeightScale {
    /// The largest value.
    pub max: f64,
    /// The exponent, chosen so that the median building is visible beside the tallest.
    pub power: f64,
    /// Height of the largest value in metres.
    pub tallest_metres: f64,
    /// Height of a building without a value in metres, unless its shorter side times [`LOWEST_OF_SIDE`] is less.
    pub lowest_metres: f64,
}

impl HeightScale {
    pub(super) fn new(values: impl Iterator<Item = f64>, city_metres: f64) -> Self {
        let mut values: Vec<f64> = values.filter_map(positive).collect();
        values.sort_unstable_by(f64::total_cmp);
        let max = values.last().copied().unwrap_or(1.0);
        let median = values.get(values.len() / 2).copied().unwrap_or(1.0);
        let power = lifting_power(median / max, MEDIAN_HEIGHT, HEIGHT_POWERS);
        Self { max, power, tallest_metres: TALLEST * city_metres, lowest_metres: LOWEST * city_metres }
    }

    /// The height of a building with this value and the shorter side given.
    pub fn metres(&self, value: f64, side_metres: f64) -> f64 {
        let lowest = self.lowest_metres.min(LOWEST_OF_SIDE * side_metres);
        let share = positive(value).map_or(0.0, |value| (value / self.max).min(1.0).powf(self.power));
        lowest + (self.tallest_metres - lowest) * share
    }
}

/// The power `p` with `share^p = target`, within `bounds`; `share` is at most 1.
pub(super) fn lifting_power(share: f64, target: f64, bounds: (f64, f64)) -> f64 {
    if share >= 1.0 { bounds.1 } else { (target.ln() / share.ln()).clamp(bounds.0, bounds.1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_weight(area: f64, expect: f64) {
        let actual = weight(area, 100.0);
        assert!((actual / expect).log2().abs() <= 0.5 / STEPS + 1e-9, "weight of {area}: {actual}, not {expect}");
    }

    #[test]
    fn weights_are_compressed_and_bounded() {
        check_weight(100.0, 1.0);
        check_weight(1600.0, 8.0);
        for nothing in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-300] {
            check_weight(nothing, SMALLEST);
        }
        check_weight(1e300, LARGEST);
    }

    #[test]
    fn heights_rise_with_values_and_stay_bounded() {
        let values: Vec<f64> = (1..=100).map(|value| f64::from(value).powi(3)).collect();
        let scale = HeightScale::new(values.iter().copied(), 1000.0);
        let heights: Vec<f64> = values.iter().map(|&value| scale.metres(value, 10.0)).collect();
        assert!(heights.is_sorted_by(|a, b| a < b));
        assert!((heights[99] - 220.0).abs() < 1e-9);
        assert!(heights[50] > 10.0, "the median is visible: {}", heights[50]);
        for odd in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            assert!(scale.metres(odd, 10.0) > 0.0);
        }
        let flat = HeightScale::new([0.0, f64::NAN].into_iter(), 1000.0);
        assert!(flat.metres(0.0, 10.0) > 0.0);
    }
}
