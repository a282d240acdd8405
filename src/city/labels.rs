//! Which plates carry their name: the largest, as long as the names do not cover each other.

use glam::Vec2;

use super::District;

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
        let half = LETTER * Vec2::new(district.name.chars().count() as f32, 1.0) * (city_size / 2.0);
        let plate = district.half_size.truncate();
        let fits = plate.min_element() * 2.0 >= SMALLEST_PLATE * city_size && half.x <= OVERHANG * plate.x;
        let covers = taken.iter().any(|&(other, other_half)| (center - other).abs().cmplt(half + other_half).all());
        if fits && !covers {
            district.is_labelled = true;
            taken.push((center, half));
        }
        if taken.len() == MAX_LABELS {
            break;
        }
    }
}
