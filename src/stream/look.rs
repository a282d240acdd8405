//! Another look of a city, or fewer of its buildings, as an addition to an open recording.

use rerun::external::re_log_types::LogMsg;
use rerun::{Boxes3D, Color, LineStrips3D};

use super::chunks::StoreWriter;
use super::load::Loaded;
use super::record::color;
use super::{StreamError, arcs, ground};
use crate::city::{ArcKind, City};
use crate::scan::FileId;

/// Messages that show `city`, built from the same analysis, in the place of the recorded one; they win over what was
/// logged before `nanos_since_epoch`. Buildings stay the instances they are; those that `shows` refuses become boxes of
/// size zero.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn look(
    loaded: &Loaded,
    city: &City,
    shows: impl Fn(FileId) -> bool,
    nanos_since_epoch: u64,
) -> Result<Vec<LogMsg>, StreamError> {
    let mut writer = StoreWriter::addition(loaded.store.clone(), nanos_since_epoch);
    ground::log_layout(&mut writer, &loaded.analysis, city)?;
    for (entity, instances) in &loaded.batches {
        let buildings = instances.iter().map(|file| {
            let building = file.and_then(|file| city.building(file));
            building.map_or((glam::Vec3::ZERO, glam::Vec3::ZERO, [0; 3]), |building| {
                let half_size = if shows(building.file) { building.half_size } else { glam::Vec3::ZERO };
                (building.center, half_size, building.color)
            })
        });
        let buildings: Vec<_> = buildings.collect();
        let boxes = Boxes3D::from_centers_and_half_sizes(
            buildings.iter().map(|building| building.0),
            buildings.iter().map(|building| building.1),
        )
        .with_colors(buildings.iter().map(|building| -> Color { color(building.2) }));
        writer.log(entity, &boxes)?;
    }
    for kind in ArcKind::DRAWN {
        let arcs = city.arcs_of_kind(kind);
        let strips = if arcs.is_empty() { LineStrips3D::clear_fields() } else { arcs::strips(arcs) };
        writer.log(&arcs::entity(kind), &strips)?;
    }
    Ok(writer.finish())
}
