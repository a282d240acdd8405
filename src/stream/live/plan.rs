//! Where what runs is to be seen: the building of each file, and the part of the repository that it counts for.

use rerun::log::ChunkError;
use rerun::{AsComponents, Boxes3D, FillMode, InstancePoses3D, StoreId};
use rustc_hash::FxHashMap;

use super::super::chunks::StoreWriter;
use super::super::load::{Cuboid, Loaded};
use super::Activity;
use crate::scan::FileId;

/// A lit building is so much wider on each side than the dark one inside, as a share of its half width …
const SHELL: f32 = 0.15;
/// … but at least and at most so much, in metres.
const SHELL_METRES: (f32, f32) = (0.4, 4.0);
/// It is so much higher, in metres: WebGL does not tell much less apart from where the whole city is seen.
const RISE_METRES: f32 = 6.0;

/// A building by batch and instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub batch: usize,
    pub instance: usize,
}

/// What of a city is needed to show what runs in it.
pub struct Plan {
    pub store: StoreId,
    /// Names and files of the batches.
    pub batches: Vec<(String, Vec<Option<FileId>>)>,
    pub boxes: FxHashMap<FileId, Cuboid>,
    /// By file.
    spots: Vec<Option<Spot>>,
    /// The first directory of each file's path, by file; empty for files at the root.
    tops: Vec<Box<str>>,
    paths: Vec<Box<str>>,
}

impl Plan {
    pub fn new(loaded: &Loaded) -> Self {
        let files = &loaded.analysis.tree.files;
        let name = |entity: &str| entity.trim_start_matches("/city/").to_owned();
        let batches: Vec<_> = loaded.batches.iter().map(|(entity, files)| (name(entity), files.clone())).collect();
        let mut spots = vec![None; files.len()];
        for (batch, (_, instances)) in batches.iter().enumerate() {
            for (instance, file) in instances.iter().enumerate() {
                if let Some(spot) = file.and_then(|file| spots.get_mut(file.index())) {
                    *spot = Some(Spot { batch, instance });
                }
            }
        }
        let top = |path: &str| path.split_once('/').map_or("", |(top, _)| top).into();
        Self {
            store: loaded.store.clone(),
            batches,
            boxes: loaded.boxes.clone(),
            spots,
            tops: files.iter().map(|file| top(&file.path)).collect(),
            paths: files.iter().map(|file| file.path.clone()).collect(),
        }
    }

    /// The building of a file that is drawn.
    pub fn spot(&self, file: FileId) -> Option<Spot> {
        self.spots.get(file.index()).copied().flatten()
    }

    /// The first directory of a file's path; empty for files at the root.
    pub fn top(&self, file: FileId) -> &str {
        self.tops.get(file.index()).map_or("", |top| top)
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &str {
        self.paths.get(file.index()).map_or("", |path| path)
    }

    /// The middle of a drawn file's roof as recorded.
    pub fn roof(&self, file: FileId) -> Option<glam::Vec3> {
        self.boxes.get(&file).map(Cuboid::roof)
    }

    /// The entity of a batch's lights.
    pub fn lights(&self, activity: Activity, batch: usize) -> String {
        entity(activity, &self.batches[batch].0)
    }

    /// Logs where the lights of every batch stand, and how large they are when they are lit; `boxes` are of a look of the city.
    pub fn log_shells(
        &self,
        writer: &mut StoreWriter,
        activity: Activity,
        boxes: impl Fn(FileId) -> Option<Cuboid>,
    ) -> Result<(), ChunkError> {
        let batches =
            self.batches.iter().map(|(name, files)| (name.as_str(), files.iter().map(|file| file.and_then(&boxes))));
        log_shells(writer, activity, batches)
    }
}

/// Logs where the lights of batches stand, by their names and the buildings of their instances.
pub fn log_shells<'a>(
    writer: &mut StoreWriter,
    activity: Activity,
    batches: impl Iterator<Item = (&'a str, impl Iterator<Item = Option<Cuboid>>)>,
) -> Result<(), ChunkError> {
    for (name, buildings) in batches {
        let shells: Vec<_> = buildings.map(|building| shell(building.unwrap_or_default())).collect();
        let poses = InstancePoses3D::new()
            .with_translations(shells.iter().map(|shell| shell.center))
            .with_scales(shells.iter().map(|shell| shell.half_size));
        let mut batches = poses.as_serialized_batches();
        batches.extend(Boxes3D::update_fields().with_fill_mode(FillMode::Solid).as_serialized_batches());
        writer.log_batches(&entity(activity, name), batches)?;
    }
    Ok(())
}

fn entity(activity: Activity, batch: &str) -> String {
    format!("/activity/{}/{batch}", activity.name())
}

/// Around a building, on the same ground; none around one that is not shown.
fn shell(building: Cuboid) -> Cuboid {
    let half = building.half_size;
    let short = half.x.min(half.y);
    if short <= 0.0 {
        return Cuboid::default();
    }
    let more = (SHELL * short).clamp(SHELL_METRES.0, SHELL_METRES.1);
    Cuboid {
        center: building.center + glam::Vec3::Z * (RISE_METRES * 0.5),
        half_size: half + glam::vec3(more, more, RISE_METRES * 0.5),
    }
}
