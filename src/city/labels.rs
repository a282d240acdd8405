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
/// What a letter takes on the ground, as a share of the city's width.
const LETTER: f32 = 0.008;
/// What a letter, and the box around a name besides, take in the picture of the whole city in a large page: as tangents of the
/// angle that they are seen at.
const LETTER_IN_PICTURE: f32 = 0.008;
const BOX_IN_PICTURE: Vec2 = Vec2::new(0.015, 0.028);

/// In a small page letters take so many times what they take in a large one.
const SMALL_PAGE: f32 = 2.0;

/// From what the eye first looks at to the eye, for a city one metre wide: from above and aside.
pub const FROM_ASIDE: Vec3 = Vec3::new(-0.38, -1.04, 0.86);
/// From the middle of the ground to what the eye first looks at, for a city one metre wide.
pub const FIRST_TARGET: Vec3 = Vec3::new(0.0, -0.06, 0.0);

/// Which names a small page has room for, those that come first before others.
pub fn fitting_small_page(names: &[(Vec3, String)]) -> Vec<usize> {
    let mut taken: Vec<(Vec2, Vec2)> = Vec::new();
    let mut fitting = Vec::new();
    for (index, (anchor, name)) in names.iter().enumerate() {
        let half = half_in_picture(name) * SMALL_PAGE;
        let place = in_picture(*anchor, CITY_METRES as f32);
        if !is_covered(place, half, &taken) {
            taken.push((place, half));
            fitting.push(index);
        }
    }
    fitting
}

fn half_in_picture(name: &str) -> Vec2 {
    (Vec2::new(name.chars().count() as f32 * LETTER_IN_PICTURE, 0.0) + BOX_IN_PICTURE) / 2.0
}

/// Where a place in a city of this width, its middle at the origin, is seen from where the eye first stands: to the right and
/// upwards, as tangents of the angles from where it looks.
fn in_picture(place: Vec3, city_size: f32) -> Vec2 {
    // `FROM_ASIDE` has a length, and is not upright.
    let forward = -FROM_ASIDE.normalize();
    let right = forward.cross(Vec3::Z).normalize();
    let from_eye = place / city_size.max(1.0) - (FIRST_TARGET + FROM_ASIDE);
    let distance = from_eye.dot(forward).max(f32::EPSILON);
    Vec2::new(from_eye.dot(right), from_eye.dot(right.cross(forward))) / distance
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
        let place = in_picture(district.label_anchor(), city_size);
        let half = half_in_picture(&district.name);
        let width = LETTER * district.name.chars().count() as f32 * city_size;
        let plate = district.half_size.truncate();
        let fits = plate.min_element() * 2.0 >= SMALLEST_PLATE * city_size && width <= OVERHANG * plate.x * 2.0;
        if fits && !is_covered(place, half, &taken) {
            district.is_labelled = true;
            taken.push((place, half));
        }
        if taken.len() == MAX_LABELS {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_seen_from_aside() {
        let at = |x: f32, y: f32| in_picture(Vec3::new(x, y, 0.0), 1000.0);
        assert!(at(0.0, -60.0).length() < 1e-6, "the eye looks at it");
        assert!(at(100.0, -60.0).x > 0.05 && at(0.0, 100.0).y > 0.05);
        // What is far off is smaller.
        assert!((at(-400.0, 400.0) - at(-300.0, 400.0)).length() < (at(-400.0, -400.0) - at(-300.0, -400.0)).length());
    }

    #[test]
    fn names_that_would_cover_each_other_are_left_out() {
        let name = |x: f32, y: f32| (Vec3::new(x, y, 0.0), "a district".to_owned());
        assert_eq!(fitting_small_page(&[name(0.0, 0.0), name(0.0, 20.0), name(0.0, -300.0)]), [0, 2]);
    }
}
