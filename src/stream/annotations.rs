//! What somebody found out of files, drawn at their buildings.

use rerun::external::re_log_types::LogMsg;
use rerun::{Boxes3D, FillMode, Points3D, Radius, StoreId, TimePoint, Timeline};

use super::chunks::StoreWriter;
use super::record::color;
use super::{Cuboid, StreamError};
use crate::scan::FileId;
use crate::telemetry::Nanos;

/// The entity of the texts.
pub const ANNOTATIONS: &str = "/annotations";
/// The entity of the shells.
const SEVERITY: &str = "/annotations/severity";
/// From worth a look to on fire.
const COLORS: [[u8; 3]; 4] = [[86, 180, 233], [240, 228, 66], [230, 126, 34], [214, 39, 40]];
/// A text has the colour of its point, before a ground in the colour of the viewer's theme.
const TEXT_COLOR: [u8; 3] = [205, 70, 40];
/// Between a building and its shell, in metres: outside of the shells that are lit by what runs.
const MARGIN: f32 = 0.9;
/// Between a building's top and its text, in metres.
const ABOVE: f32 = 4.0;

/// What there is to be drawn of files; at most so many of each, and so much of each text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotated {
    /// How bad it is, from 1 to 4, by file.
    pub severity: Vec<(FileId, u8)>,
    /// What stands above a file's building.
    pub texts: Vec<(FileId, String)>,
}

impl Annotated {
    /// Files with a severity at most.
    pub const MAX_SEVERITIES: usize = 10_000;
    /// Texts at most.
    pub const MAX_TEXTS: usize = 500;
    /// Characters of a text at most.
    pub const MAX_CHARS: usize = 120;
    /// The worst severity.
    pub const WORST: u8 = COLORS.len() as u8;

    /// The files that the instances of an entity are drawn at, in their order; only those that are shown.
    pub fn drawn(&self, entity: &str, is_shown: impl Fn(FileId) -> bool) -> impl Iterator<Item = FileId> {
        let (has_texts, has_shells) = (entity == ANNOTATIONS, entity == SEVERITY);
        let texts = self.texts.iter().filter(move |_| has_texts).map(|(file, _)| *file);
        let is_drawn = move |(_, severity): &&(FileId, u8)| has_shells && (1..=Self::WORST).contains(severity);
        let shells = self.severity.iter().filter(is_drawn).map(|(file, _)| *file);
        texts.chain(shells).filter(move |file| is_shown(*file))
    }
}

/// Messages that draw annotations, from a moment of `event_time` on and in the place of those before. `boxes` are the
/// buildings by `FileId`, as far as they are shown.
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn annotations(
    annotated: &Annotated,
    boxes: &[Option<Cuboid>],
    store: &StoreId,
    time: Nanos,
    nanos_since_epoch: u64,
) -> Result<Vec<LogMsg>, StreamError> {
    let time = i64::try_from(time).unwrap_or(i64::MAX);
    let timepoint = TimePoint::default().with(Timeline::new_timestamp("event_time"), time);
    let mut writer = StoreWriter::starting_at(store.clone(), timepoint, nanos_since_epoch);
    let cuboid = |file: FileId| boxes.get(file.index()).copied().flatten();
    let texts: Vec<_> =
        annotated.texts.iter().filter_map(|(file, text)| Some((top(cuboid(*file)?), text.as_str()))).collect();
    let points = Points3D::new(texts.iter().map(|(top, _)| *top))
        .with_labels(texts.iter().map(|(_, text)| *text))
        .with_radii([Radius::new_ui_points(2.5)])
        .with_colors([color(TEXT_COLOR)])
        .with_show_labels(true);
    writer.log(ANNOTATIONS, &points)?;
    let shells: Vec<_> = annotated
        .severity
        .iter()
        .filter_map(|&(file, severity)| {
            Some((shell(cuboid(file)?), *COLORS.get(usize::from(severity).checked_sub(1)?)?))
        })
        .collect();
    let boxes = Boxes3D::from_centers_and_half_sizes(
        shells.iter().map(|(shell, _)| shell.center),
        shells.iter().map(|(shell, _)| shell.half_size),
    )
    .with_colors(shells.iter().map(|(_, rgb)| color(*rgb)))
    .with_fill_mode(FillMode::Solid);
    writer.log(SEVERITY, &boxes)?;
    Ok(writer.finish())
}

fn top(building: Cuboid) -> glam::Vec3 {
    building.center + glam::Vec3::Z * (building.half_size.z + ABOVE)
}

fn shell(building: Cuboid) -> Cuboid {
    Cuboid { half_size: building.half_size + glam::Vec3::splat(MARGIN), ..building }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_drawn_at_its_file() {
        let text = |file| (FileId(file), "slow".to_owned());
        // A severity of 0 has no shell.
        let severity = vec![(FileId(0), 0), (FileId(1), 2), (FileId(2), 4), (FileId(3), 1)];
        let annotated = Annotated { severity, texts: vec![text(3), text(1)] };
        let drawn = |entity| annotated.drawn(entity, |file| file != FileId(2)).collect::<Vec<_>>();
        assert_eq!(drawn(SEVERITY), [FileId(1), FileId(3)]);
        assert_eq!(drawn(ANNOTATIONS), [FileId(3), FileId(1)]);
        assert_eq!(drawn("/city/a"), []);
    }
}
