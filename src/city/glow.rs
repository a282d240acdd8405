//! Colours of what runs: from an ember to a bright light, and those of errors. Knows no time.

use super::color::{Rgb, mix};

/// Steps of the scale: finer ones nobody tells apart, and each change is sent and kept.
pub const GLOW_LEVELS: u8 = 12;
/// Steps of the colour of errors.
pub const ERROR_LEVELS: u8 = 4;

/// Dim, middle and bright. Brightness rises along the scale for every kind of colour vision, and no building has its upper half.
const GLOW: [Rgb; 3] = [[186, 84, 10], [255, 160, 24], [255, 248, 196]];
/// Bluer than the scale where red is not seen, and darker than its upper half.
const ERROR: Rgb = [255, 20, 130];
/// What an error long ago fades to.
const FAINT: Rgb = [120, 24, 74];

/// The colour of a level below [`GLOW_LEVELS`].
pub fn glow(level: u8) -> Rgb {
    let share = f64::from(level.min(GLOW_LEVELS - 1)) / f64::from(GLOW_LEVELS - 1) * 2.0;
    let [dim, middle, bright] = GLOW;
    if share < 1.0 { mix(dim, middle, share) } else { mix(middle, bright, share - 1.0) }
}

/// The colour of errors of a level below [`ERROR_LEVELS`].
pub fn error_glow(level: u8) -> Rgb {
    mix(FAINT, ERROR, f64::from(level.min(ERROR_LEVELS - 1)) / f64::from(ERROR_LEVELS - 1))
}

#[cfg(test)]
mod tests {
    use super::super::color::{CATEGORIES, OTHER, SEQUENTIAL, mute};
    use super::*;

    /// Relative luminance of WCAG 2, without its gamma's foot.
    fn luminance([red, green, blue]: Rgb) -> f64 {
        let linear = |value: u8| (f64::from(value) / 255.0).powf(2.2);
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn what_is_more_is_brighter() {
        let steps: Vec<f64> = (0..GLOW_LEVELS).map(|level| luminance(glow(level))).collect();
        assert!(steps.is_sorted() && steps[steps.len() - 1] > 5.0 * steps[0], "{steps:?}");
        let errors: Vec<f64> = (0..ERROR_LEVELS).map(|level| luminance(error_glow(level))).collect();
        assert!(errors.is_sorted(), "{errors:?}");
    }

    #[test]
    fn no_muted_building_looks_lit() {
        for mut color in CATEGORIES.into_iter().chain(SEQUENTIAL).chain([OTHER]) {
            mute(&mut color);
            assert!(luminance(color) < 0.8 * luminance(glow(0)), "{color:?}");
        }
    }

    /// Without red or green the scale has little blue where errors have much.
    #[test]
    fn errors_are_no_level_of_the_scale() {
        for error in (0..ERROR_LEVELS).map(error_glow) {
            for level in (0..GLOW_LEVELS).map(glow) {
                let differs = f64::from(error[2].abs_diff(level[2])) / 255.0 > 0.2
                    || (luminance(error) - luminance(level)).abs() > 0.2;
                assert!(differs, "{error:?} {level:?}");
            }
        }
    }
}
