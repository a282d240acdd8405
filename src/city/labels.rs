//! Which plates carry their name: the largest, as long as the names do not cover each other.

use glam::{Vec2, Vec3};

use super::{CITY_METRES, District};

/// No city shows more names.
pub const MAX_LABELS: usize = 20;
/// A plate whose shorter side is less than this share of the city's width carries no name.
const SMALLEST_PLATE: f32 = 0.03;
/// A name may be wider than its plate by this factor.
const OVERHANG: f32 = 1.5;
/// A plate that fills more than this share of the one around it leaves the name to that one.
const DOMINANT: f32 = 0.5;
/// What a letter takes, as a share of the city's width, when the whole city is in view from aside.
const LETTER: Vec2 = Vec2::new(0.008, 0.045);

/// In a small page letters take so many times what they take in a large one.
const SMALL_PAGE: f32 = 2.4;

/// Which names a small page has room for, those that come first before others.
pub fn fitting_small_page(names: &[(Vec3, String)]) -> Vec<usize> {
    let mut taken: Vec<(Vec2, Vec2)> = Vec::new();
    let mut fitting = Vec::new();
    for (index, (anchor, name)) in names.iter().enumerate() {
        let half = half_extent(name, CITY_METRES as f32 * SMALL_PAGE);
        if !is_covered(anchor.truncate(), half, &taken) {
            taken.push((anchor.truncate(), half));
            fitting.push(index);
        }
    }
    fitting
}

fn half_extent(name: &str, city_size: f32) -> Vec2 {
    LETTER * Vec2::new(name.chars().count() as f32, 1.0) * (city_size / 2.0)
}

fn is_covered(center: Vec2, half: Vec2, taken: &[(Vec2, Vec2)]) -> bool {
    taken.iter().any(|&(other, other_half)| (center - other).abs().cmplt(half + other_half).all())
}

/// Shows the names of the largest districts; `parents` has the place of the district around each.
pub(super) fn choose(districts: &mut [District], parents: &[u32], city_size: f32) {
    let areas: Vec<f32> = districts.iter().map(|district| district.half_size.x * district.half_size.y).collect();
    let is_dominant = |index: usize| {
        let parent = parents[index] as usize;
        parent != 0 && areas[index] > DOMINANT * areas[parent]
    };
    let mut by_area: Vec<usize> = (1..districts.len()).filter(|&index| !is_dominant(index)).collect();
    by_area.sort_by(|&a, &b| areas[b].total_cmp(&areas[a]).then(a.cmp(&b)));
    let mut taken: Vec<(Vec2, Vec2)> = Vec::new();
    for index in by_area {
        let district = &mut districts[index];
        let center = district.center.truncate();
        let half = half_extent(&district.name, city_size);
        let plate = district.half_size.truncate();
        let fits = plate.min_element() * 2.0 >= SMALLEST_PLATE * city_size && half.x <= OVERHANG * plate.x;
        if fits && !is_covered(center, half, &taken) {
            district.is_labelled = true;
            taken.push((center, half));
        }
        if taken.len() == MAX_LABELS {
            break;
        }
    }
}
