//! Colours that people with colour blindness can tell apart, and the legend that explains them.

use rustc_hash::FxHashMap;

use super::Metric;
use super::sizes::lifting_power;
use crate::scan::FileId;

/// Red, green and blue in sRGB; always opaque.
pub type Rgb = [u8; 3];

/// Where the building colours come from; values are by `FileId`.
#[derive(Clone, Copy, Debug)]
pub enum ColorBy<'a> {
    /// Each distinct text is a category.
    Category {
        /// The metric's name.
        name: &'a str,
        /// Category of each file of the tree.
        values: &'a [&'a str],
    },
    /// A sequential scale.
    Number(Metric<'a>),
}

/// What the colours mean.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ColorLegend {
    /// The metric's name.
    pub name: String,
    /// Its unit; empty for categories and counts.
    pub unit: String,
    /// What the colours are of.
    pub scale: ColorScale,
    /// Categories by falling number of files, or values from low to high.
    pub entries: Vec<LegendEntry>,
}

/// The kind of a colour legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ColorScale {
    /// A colour a category; the rest share [`OTHER`].
    Category,
    /// A continuous gradient through the entries' colours.
    Sequential,
}

/// One line of the colour legend.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LegendEntry {
    /// The category's name, or the value in short.
    pub label: String,
    /// Its colour.
    pub color: Rgb,
    /// How many buildings have it; for a value, how many lie between it and the next lower entry.
    pub files: u32,
}

/// The colour of categories that have none of their own.
pub const OTHER: Rgb = [196, 196, 196];

/// Colours of categories: the seven of Okabe & Ito ("Color Universal Design", 2008) that are not black, and three that
/// were sought to be as far as possible from them and from [`OTHER`] for every kind of colour vision.
pub const CATEGORIES: [Rgb; 10] = [
    [0, 114, 178],
    [230, 159, 0],
    [86, 180, 233],
    [213, 94, 0],
    [0, 158, 115],
    [240, 228, 66],
    [204, 121, 167],
    [110, 70, 220],
    [238, 208, 178],
    [180, 235, 140],
];

/// What muted colours are mixed with, and how much of it.
const MUTED: Rgb = [40, 46, 58];
const MUTED_SHARE: f64 = 0.7;

/// Slots of [`CATEGORIES`] that well-known languages take when they are free, so that a language looks the same in most
/// cities.
const WELL_KNOWN: &[(&str, usize)] = &[
    ("Python", 0),
    ("C#", 0),
    ("Swift", 0),
    ("JavaScript", 1),
    ("JSX", 1),
    ("Java", 1),
    ("TypeScript", 2),
    ("Go", 2),
    ("C", 2),
    ("Rust", 3),
    ("Scala", 3),
    ("Shell", 4),
    ("BASH", 4),
    ("Vue", 4),
    ("C++", 4),
    ("HTML", 5),
    ("Kotlin", 6),
    ("Ruby", 6),
    ("PHP", 6),
    ("CSS", 6),
    ("TSX", 7),
    ("C Header", 7),
    ("Markdown", 9),
    ("ReStructuredText", 9),
    ("JSON", 8),
    ("YAML", 8),
    ("TOML", 8),
];

/// Categories that never take a colour of their own.
const PLAIN: &[&str] = &["Text", "Plain Text", ""];

/// Viridis (van der Walt & Smith, 2015) without its darkest tenth, which would drown between the plates.
pub(super) const SEQUENTIAL: [Rgb; 10] = [
    [72, 36, 117],
    [65, 68, 135],
    [53, 95, 141],
    [42, 120, 142],
    [33, 145, 140],
    [34, 168, 132],
    [68, 191, 112],
    [122, 209, 81],
    [189, 223, 38],
    [253, 231, 37],
];

/// The median value is lifted towards this share of the scale.
const MEDIAN_COLOR: f64 = 0.35;
/// Stops of a sequential legend.
const STOPS: u32 = 6;

/// The colour of each drawn file, in order, and the legend.
pub(super) fn colors(by: ColorBy<'_>, drawn: &[FileId]) -> (Vec<Rgb>, ColorLegend) {
    match by {
        ColorBy::Category { name, values } => categories(name, values, drawn),
        ColorBy::Number(metric) => numbers(metric, drawn),
    }
}

fn categories(name: &str, values: &[&str], drawn: &[FileId]) -> (Vec<Rgb>, ColorLegend) {
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    for file in drawn {
        *counts.entry(values[file.index()]).or_default() += 1;
    }
    let mut ranked: Vec<(&str, u32)> = counts.into_iter().collect();
    ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let palette = assign(&ranked);
    let other = ranked.iter().filter(|(value, _)| !palette.contains_key(value)).map(|(_, files)| files).sum();
    let entry = |label: &str, color, files| LegendEntry { label: label.to_owned(), color, files };
    let mut entries: Vec<_> =
        ranked.iter().filter_map(|&(value, files)| Some(entry(value, *palette.get(value)?, files))).collect();
    if other > 0 {
        entries.push(entry("other", OTHER, other));
    }
    let colors = drawn.iter().map(|file| palette.get(values[file.index()]).copied().unwrap_or(OTHER)).collect();
    let legend = ColorLegend { name: name.to_owned(), unit: String::new(), scale: ColorScale::Category, entries };
    (colors, legend)
}

/// Colours of the most frequent categories: well-known ones get their own, the rest what is left.
fn assign<'a>(ranked: &[(&'a str, u32)]) -> FxHashMap<&'a str, Rgb> {
    let colored: Vec<&str> =
        ranked.iter().map(|&(value, _)| value).filter(|value| !PLAIN.contains(value)).take(CATEGORIES.len()).collect();
    let mut palette = FxHashMap::default();
    let mut free = [true; CATEGORIES.len()];
    for &value in &colored {
        if let Some(&(_, slot)) = WELL_KNOWN.iter().find(|(name, _)| *name == value)
            && free[slot]
        {
            free[slot] = false;
            palette.insert(value, CATEGORIES[slot]);
        }
    }
    for value in colored {
        if !palette.contains_key(value)
            && let Some(slot) = free.iter().position(|&free| free)
        {
            free[slot] = false;
            palette.insert(value, CATEGORIES[slot]);
        }
    }
    palette
}

fn numbers(metric: Metric<'_>, drawn: &[FileId]) -> (Vec<Rgb>, ColorLegend) {
    let value_of = |file: &FileId| Some(metric.values[file.index()]).filter(|value| value.is_finite());
    let mut values: Vec<f64> = drawn.iter().filter_map(value_of).collect();
    values.sort_unstable_by(f64::total_cmp);
    let least = values.first().copied().unwrap_or(0.0);
    let span = values.last().map_or(0.0, |most| most - least);
    let median = values.get(values.len() / 2).map_or(0.0, |median| (median - least) / span.max(f64::MIN_POSITIVE));
    let power = if median > 0.0 { lifting_power(median, MEDIAN_COLOR, (0.2, 1.0)) } else { 0.5 };
    let share = |value: f64| if span > 0.0 { ((value - least) / span).clamp(0.0, 1.0).powf(power) } else { 0.0 };
    let colors = drawn.iter().map(|file| value_of(file).map_or(OTHER, |value| sequential(share(value)))).collect();

    let stops = if span > 0.0 { STOPS } else { 1 };
    let mut entries = Vec::new();
    let mut counted = 0;
    let is_whole = values.iter().all(|value| value.fract() == 0.0);
    let mut last = None;
    for stop in 0..stops {
        let share = f64::from(stop) / f64::from(STOPS - 1);
        let mut value = least + span * share.powf(1.0 / power);
        let mut share = share;
        if is_whole {
            // A count has no fractions: the stop moves to the next whole value, and its colour with it.
            value = value.round();
            share = if span > 0.0 { ((value - least) / span).powf(power) } else { 0.0 };
        }
        if last.replace(value) == Some(value) {
            continue;
        }
        let upto = if stop + 1 == stops { values.len() } else { values.partition_point(|&other| other <= value) };
        entries.push(LegendEntry { label: short(value), color: sequential(share), files: (upto - counted) as u32 });
        counted = upto;
    }
    if values.len() < drawn.len() {
        let files = (drawn.len() - values.len()) as u32;
        entries.push(LegendEntry { label: "unknown".to_owned(), color: OTHER, files });
    }
    let scale = ColorScale::Sequential;
    (colors, ColorLegend { name: metric.name.to_owned(), unit: metric.unit.to_owned(), scale, entries })
}

/// The colour at a share between 0 and 1 of the sequential scale.
fn sequential(share: f64) -> Rgb {
    let position = share.clamp(0.0, 1.0) * (SEQUENTIAL.len() - 1) as f64;
    let low = (position as usize).min(SEQUENTIAL.len() - 2);
    mix(SEQUENTIAL[low], SEQUENTIAL[low + 1], position - low as f64)
}

/// `share` of the way from one colour to another.
pub(super) fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|i| (f64::from(from[i]) + (f64::from(to[i]) - f64::from(from[i])) * share).round() as u8)
}

/// Makes a colour darker and greyer than the dimmest light; those of a scale still differ.
pub(super) fn mute(color: &mut Rgb) {
    *color = mix(*color, MUTED, MUTED_SHARE);
}

/// A neutral grey for a plate: dark enough for a white page, light enough for a black one, lighter with depth.
pub(super) fn plate(depth: u32) -> Rgb {
    const BASE: f64 = 62.0;
    const RISE: f64 = 62.0;
    let grey = (BASE + RISE * (1.0 - (-0.35 * f64::from(depth)).exp())).round() as u8;
    [grey, grey + 2, grey + 6]
}

/// A number in about three significant digits, with `k`, `M` or `G`.
pub(super) fn short(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, "G"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = match scaled.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        0.0 => 0,
        size => (2 - size.log10().floor() as i32).clamp(2, 12) as usize,
    };
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simulates full protanopia and deuteranopia in linear RGB (Machado, Oliveira, Fernandes 2009).
    const VISIONS: [[[f64; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ];
    const XYZ_FROM_RGB: [[f64; 3]; 3] =
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]];
    const WHITE: [f64; 3] = [0.95047, 1.0, 1.08883];

    fn apply(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    fn lab(color: Rgb, vision: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = color.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        let xyz = apply(&XYZ_FROM_RGB, apply(vision, linear).map(|channel| channel.clamp(0.0, 1.0)));
        let [x, y, z] = std::array::from_fn(|i| {
            let share = xyz[i] / WHITE[i];
            if share > 216.0 / 24389.0 { share.cbrt() } else { (24389.0 / 27.0 * share + 16.0) / 116.0 }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// CIE 1976 colour difference.
    fn difference(a: Rgb, b: Rgb, vision: &[[f64; 3]; 3]) -> f64 {
        lab(a, vision).iter().zip(lab(b, vision)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn categories_differ_for_every_vision() {
        let mut all = CATEGORIES.to_vec();
        all.push(OTHER);
        for vision in &VISIONS {
            for (index, &a) in all.iter().enumerate() {
                for &b in &all[..index] {
                    let difference = difference(a, b, vision);
                    assert!(difference >= 16.0, "{a:?} and {b:?}: {difference}");
                }
            }
        }
    }

    #[test]
    fn the_sequential_scale_grows_lighter_for_every_vision() {
        for vision in &VISIONS {
            let lightness: Vec<f64> = (0..=20).map(|step| lab(sequential(f64::from(step) / 20.0), vision)[0]).collect();
            assert!(lightness.is_sorted_by(|a, b| a < b), "{lightness:?}");
        }
    }

    #[track_caller]
    fn check_categories(values: &[&str], expect: &[(&str, Rgb, u32)]) {
        let drawn: Vec<FileId> = (0..values.len() as u32).map(FileId).collect();
        let (colors, legend) = colors(ColorBy::Category { name: "language", values }, &drawn);
        let actual: Vec<_> = legend.entries.iter().map(|entry| (&*entry.label, entry.color, entry.files)).collect();
        assert_eq!(actual, expect);
        assert_eq!(colors.len(), values.len());
    }

    #[test]
    fn well_known_languages_keep_their_colors() {
        check_categories(&["Rust"], &[("Rust", CATEGORIES[3], 1)]);
        check_categories(
            &["Python", "Rust", "Python", "Text"],
            &[("Python", CATEGORIES[0], 2), ("Rust", CATEGORIES[3], 1), ("other", OTHER, 1)],
        );
        // Go comes first in the alphabet and TypeScript takes what is free.
        check_categories(&["TypeScript", "Go"], &[("Go", CATEGORIES[2], 1), ("TypeScript", CATEGORIES[0], 1)]);
        check_categories(&[], &[]);
    }

    #[track_caller]
    fn check_short(value: f64, expect: &str) {
        assert_eq!(short(value), expect);
    }

    #[test]
    fn numbers_are_short() {
        check_short(0.0, "0");
        check_short(7.0, "7");
        check_short(12.34, "12.3");
        check_short(9999.0, "9999");
        check_short(123_456.0, "123k");
        check_short(-2_500_000.0, "-2.5M");
        check_short(0.001_234, "0.00123");
    }

    #[test]
    fn a_numeric_legend_spans_the_values() {
        let values = [1.0, 5.0, 5.0, 8.0, 1000.0, f64::NAN];
        let drawn: Vec<FileId> = (0..6).map(FileId).collect();
        let (colors, legend) = colors(ColorBy::Number(Metric { name: "n", unit: "", values: &values }), &drawn);
        assert_eq!((colors[0], colors[4], colors[5]), (SEQUENTIAL[0], SEQUENTIAL[9], OTHER));
        let labels: Vec<&str> = legend.entries.iter().map(|entry| &*entry.label).collect();
        assert_eq!((labels[0], &labels[labels.len() - 2..]), ("1", &["1000", "unknown"][..]));
        assert!(labels.iter().all(|label| !label.contains('.')), "whole values have whole stops: {labels:?}");
        assert_eq!(legend.entries.iter().map(|entry| entry.files).sum::<u32>(), 6);
    }
}
