//! Another look of a city, or fewer of its buildings, as an addition to an open recording.

use rerun::external::re_log_types::LogMsg;
use rerun::{Boxes3D, LineStrips3D};

use super::blocks::BLOCKS;
use super::chunks::StoreWriter;
use super::load::Loaded;
use super::record::color;
use super::{Room, StreamError, arcs, blocks, blueprint, ground};
use crate::city::{ArcKind, Building, City};
use crate::scan::FileId;

/// Messages that let the page choose between the city and its blocks, which the recorded layout does not: everything is
/// in the picture, and the batches are empty until [`look`] fills them. They count if they come before the recording too.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn from_afar(loaded: &Loaded, nanos_since_epoch: u64) -> Result<Vec<LogMsg>, StreamError> {
    let mut writer = StoreWriter::addition(loaded.store.clone(), nanos_since_epoch);
    clear_batches(&mut writer, loaded)?;
    let mut messages = blueprint::whole_contents(nanos_since_epoch)?;
    messages.extend(writer.finish());
    Ok(messages)
}

fn clear_batches(writer: &mut StoreWriter, loaded: &Loaded) -> Result<(), StreamError> {
    for (entity, _) in &loaded.batches {
        writer.log(entity, &nothing())?;
    }
    Ok(())
}

/// No box at all, whatever was logged of its colours and the like.
pub(super) fn nothing() -> Boxes3D {
    Boxes3D::update_fields().with_half_sizes([] as [[f32; 3]; 0])
}

/// Which of its two forms a large city has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Every building.
    Near,
    /// Blocks, where the city has any.
    Far,
}

/// What of a city is not as the page has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Where everything stands.
    pub layout: bool,
    /// Heights, and which buildings are shown; so with every other layout.
    pub boxes: bool,
    /// Colours.
    pub colors: bool,
    /// Whether imports are drawn; so with every change of the boxes.
    pub arcs: bool,
}

impl Changes {
    /// Nothing is.
    pub const ALL: Self = Self { layout: true, boxes: true, colors: true, arcs: true };
}

/// Messages that show `city`, built from the same analysis, in the place of what was shown, of which only the `changes`
/// are sent; they win over what was logged before `nanos_since_epoch`. Buildings stay the instances they are; those that
/// `shows` refuses become boxes of size zero. Names are those that there is `room` for.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn look(
    loaded: &Loaded,
    city: &City,
    shows: impl Fn(FileId) -> bool,
    distance: Distance,
    changes: Changes,
    room: Room,
    nanos_since_epoch: u64,
) -> Result<Vec<LogMsg>, StreamError> {
    let mut writer = StoreWriter::addition(loaded.store.clone(), nanos_since_epoch);
    if changes.layout {
        ground::log_layout(&mut writer, &loaded.analysis, city, room)?;
    }
    match distance {
        Distance::Far if !loaded.blocks.is_empty() => log_blocks(&mut writer, loaded, city)?,
        _ => log_buildings(&mut writer, loaded, city, shows, changes)?,
    }
    if changes.boxes || changes.arcs {
        for kind in ArcKind::DRAWN {
            let arcs = city.arcs_of_kind(kind);
            let strips =
                if arcs.is_empty() { LineStrips3D::clear_fields() } else { arcs::strips(arcs, arcs::in_metres) };
            writer.log(&arcs::entity(kind), &strips)?;
        }
    }
    Ok(writer.finish())
}

fn log_blocks(writer: &mut StoreWriter, loaded: &Loaded, city: &City) -> Result<(), StreamError> {
    let labels = blocks::labels(&loaded.analysis, &city.blocks);
    writer.log(BLOCKS, &blocks::boxes(&city.blocks).with_labels(labels))?;
    clear_batches(writer, loaded)
}

fn log_buildings(
    writer: &mut StoreWriter,
    loaded: &Loaded,
    city: &City,
    shows: impl Fn(FileId) -> bool,
    changes: Changes,
) -> Result<(), StreamError> {
    if !loaded.blocks.is_empty() {
        writer.log(BLOCKS, &nothing())?;
    }
    for (entity, instances) in &loaded.batches {
        let buildings: Vec<_> = instances.iter().map(|file| file.and_then(|file| city.building(file))).collect();
        let half_size = |building: &Building| if shows(building.file) { building.half_size } else { glam::Vec3::ZERO };
        let mut boxes = Boxes3D::update_fields();
        if changes.boxes {
            boxes = boxes
                .with_centers(buildings.iter().map(|building| building.map_or(glam::Vec3::ZERO, |it| it.center)))
                .with_half_sizes(buildings.iter().map(|building| building.map_or(glam::Vec3::ZERO, half_size)));
        }
        if changes.colors {
            boxes = boxes.with_colors(buildings.iter().map(|building| color(building.map_or([0; 3], |it| it.color))));
        }
        if changes.boxes || changes.colors {
            writer.log(entity, &boxes)?;
        }
    }
    Ok(())
}
