//! Plates of the districts, and the names on the largest.

use rerun::{Boxes3D, FillMode, Points3D, Radius};

use super::StreamError;
use super::blueprint::{Room, Theme, names_color};
use super::chunks::StoreWriter;
use super::record::color;
use crate::analysis::Analysis;
use crate::city::{City, District, fitting_small_page};

/// The entity of the plates; its instances are `DirId`s.
pub const GROUND: &str = "/ground";
/// The entity of the names on the plates.
pub const NAMES: &str = "/ground/names";
/// Rerun draws at most 60,000 boxes of one batch; plates beyond this many, the deepest, have no box.
const MAX_PLATES: usize = 50_000;

/// Logs `/ground`, an instance a `DirId`, and `/ground/names`.
pub fn log(writer: &mut StoreWriter, analysis: &Analysis, city: &City) -> Result<(), StreamError> {
    let plates = plates(analysis, city);
    let boxes = boxes(&plates)
        .with_fill_mode(FillMode::Solid)
        .with_labels(analysis.tree.dirs.iter().take(plates.len()).map(|dir| or_name(&dir.path, &analysis.name)))
        .with_show_labels(false);
    writer.log(GROUND, &boxes)?;
    let names = names(analysis, city, Room::Wide)
        .with_radii([Radius::new_ui_points(0.0)])
        .with_colors([names_color(Theme::Dark)])
        .with_show_labels(true);
    Ok(writer.log(NAMES, &names)?)
}

/// Logs what another layout changes of both, on a page with so much room.
pub fn log_layout(writer: &mut StoreWriter, analysis: &Analysis, city: &City, room: Room) -> Result<(), StreamError> {
    writer.log(GROUND, &boxes(&plates(analysis, city)))?;
    Ok(writer.log(NAMES, &names(analysis, city, room))?)
}

type Plate = (glam::Vec3, glam::Vec3, [u8; 3]);

fn plates(analysis: &Analysis, city: &City) -> Vec<Plate> {
    let mut plates = vec![(glam::Vec3::ZERO, glam::Vec3::ZERO, [0; 3]); analysis.tree.dirs.len().min(MAX_PLATES)];
    for district in &city.districts {
        // A directory without a plate of its own keeps a box of size zero, so that instance numbers stay ids.
        if let Some(plate) = plates.get_mut(district.dir.index()) {
            *plate = (district.center, district.half_size, district.color);
        }
    }
    plates
}

fn boxes(plates: &[Plate]) -> Boxes3D {
    Boxes3D::from_centers_and_half_sizes(plates.iter().map(|plate| plate.0), plates.iter().map(|plate| plate.1))
        .with_colors(plates.iter().map(|plate| color(plate.2)))
}

fn names(analysis: &Analysis, city: &City, room: Room) -> Points3D {
    let named = named(analysis, city, room);
    let names = named.iter().map(|district| or_name(&district.name, &analysis.name));
    Points3D::new(named.iter().map(|district| district.label_anchor())).with_labels(names)
}

/// The districts whose names are on their plates, by the instance of [`NAMES`]. The largest come first: on small pages they go
/// before others.
pub fn named<'c>(analysis: &Analysis, city: &'c City, room: Room) -> Vec<&'c District> {
    let mut named: Vec<_> = city.districts.iter().filter(|district| district.is_labelled).collect();
    let area = |district: &District| district.half_size.x * district.half_size.y;
    named.sort_by(|a, b| area(b).total_cmp(&area(a)).then(a.dir.cmp(&b.dir)));
    if room == Room::Small {
        let name = |district: &&District| (district.label_anchor(), or_name(&district.name, &analysis.name).to_owned());
        let names: Vec<_> = named.iter().map(name).collect();
        named = fitting_small_page(&names).into_iter().map(|index| named[index]).collect();
    }
    named
}

/// The root has no name of its own: it is called after the repository.
fn or_name<'a>(name: &'a str, repository: &'a str) -> &'a str {
    if name.is_empty() { repository } else { name }
}
