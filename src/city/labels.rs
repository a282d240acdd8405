//! Which plates carry their name: the largest, as long as the names do not cover each other.

use glam::Vec2;

use super::District;

/// No city shows more names.
pub const MAX_LABELS: usize = 40;
/// A plate whose shorter side is less than this share of the city's width carries no name.
const SMALLEST_PLATE: f32 = 0.03;
/// What a letter takes, as a share of the city's width, when the whole city is in view from aside.
const LETTER: Vec2 = Vec2::new(0.010, 0.045);

/// Shows the names of the largest districts.
pub(super) fn choose(districts: &mut [District], city_size: f32) {
    let area = |district: &District| district.half_size.x * district.half_size.y;
    let mut by_area: Vec<usize> = (1..districts.len()).collect();
    by_area.sort_by(|&a, &b| area(&districts[b]).total_cmp(&area(&districts[a])).then(a.cmp(&b)));
    let mut taken: Vec<(Vec2, Vec2)> = Vec::new();
    for index in by_area {
        let district = &mut districts[index];
        let center = district.center.truncate();
        let half = LETTER * Vec2::new(district.name.chars().count() as f32, 1.0) * (city_size / 2.0);
        let is_small = 2.0 * district.half_size.truncate().min_element() < SMALLEST_PLATE * city_size;
        let covers = taken.iter().any(|&(other, other_half)| (center - other).abs().cmplt(half + other_half).all());
        if !is_small && !covers {
            district.is_labelled = true;
            taken.push((center, half));
        }
        if taken.len() == MAX_LABELS {
            break;
        }
    }
}
