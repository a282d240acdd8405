//! Where buildings stand and which are shown, for each view of late.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use glam::Vec3;

use crate::city::City;
use crate::scan::FileId;
use crate::session::View;
use crate::stream::{Cuboid, Frame, Loaded};

/// Views whose shapes are kept; others are laid out anew when a page asks.
const KEPT: usize = 8;

/// Buildings as one view shows them.
pub struct Shape {
    /// By file; `None` for one that is not drawn.
    boxes: Vec<Option<Cuboid>>,
    /// By file.
    shows: Vec<bool>,
    /// The files of each block of a large city.
    pub blocks: Vec<Vec<FileId>>,
}

impl Shape {
    /// The buildings of a city; `shows` is by file.
    pub fn of(city: &City, shows: Vec<bool>) -> Self {
        let mut boxes = vec![None; shows.len()];
        for building in &city.buildings {
            boxes[building.file.index()] = Some(Cuboid { center: building.center, half_size: building.half_size });
        }
        Self { boxes, shows, blocks: city.blocks.iter().map(|block| block.files.clone()).collect() }
    }

    fn recorded(loaded: &Loaded) -> Self {
        let count = loaded.analysis.tree.files.len();
        let mut boxes = vec![None; count];
        for (file, cuboid) in &loaded.boxes {
            boxes[file.index()] = Some(*cuboid);
        }
        Self { boxes, shows: vec![true; count], blocks: loaded.blocks.clone() }
    }

    /// The block that a file is merged into.
    pub fn block_of(&self, file: FileId) -> Option<usize> {
        self.blocks.iter().position(|files| files.binary_search(&file).is_ok())
    }

    /// Whether a file's building is to be seen.
    pub fn shows(&self, file: FileId) -> bool {
        self.shows[file.index()] && self.boxes[file.index()].is_some()
    }

    /// A shown building.
    pub fn cuboid(&self, file: FileId) -> Option<Cuboid> {
        self.boxes[file.index()].filter(|_| self.shows[file.index()])
    }

    /// The middle of a shown building's roof.
    pub fn roof(&self, file: FileId) -> Option<Vec3> {
        self.shows[file.index()].then_some(())?;
        self.boxes[file.index()].map(|cuboid| cuboid.roof())
    }

    /// What the camera is to show for these files, the hidden ones too; `None` when none of them is drawn.
    pub fn frame(&self, files: impl IntoIterator<Item = FileId>) -> Option<Frame> {
        let boxes = files.into_iter().filter_map(|file| self.boxes[file.index()]);
        let corners = boxes.map(|cuboid| (cuboid.center - cuboid.half_size, cuboid.center + cuboid.half_size));
        let (min, max) = corners.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))?;
        Some(Frame::Part(min, max))
    }
}

/// The shapes of late, so that a click does not lay the city out again. What is kept changes no answer.
pub struct Shapes {
    recorded: Arc<Shape>,
    kept: Mutex<VecDeque<(View, Arc<Shape>)>>,
}

impl Shapes {
    pub fn new(loaded: &Loaded) -> Self {
        Self { recorded: Arc::new(Shape::recorded(loaded)), kept: Mutex::default() }
    }

    pub fn recorded(&self) -> Arc<Shape> {
        self.recorded.clone()
    }

    pub fn find(&self, view: &View) -> Option<Arc<Shape>> {
        if view.is_recorded() {
            return Some(self.recorded());
        }
        let kept = self.lock();
        kept.iter().find(|(other, _)| is_alike(other, view)).map(|(_, shape)| shape.clone())
    }

    pub fn add(&self, view: &View, shape: Shape) -> Arc<Shape> {
        let shape = Arc::new(shape);
        let mut kept = self.lock();
        kept.retain(|(other, _)| !is_alike(other, view));
        kept.push_front((view.clone(), shape.clone()));
        kept.truncate(KEPT);
        shape
    }

    /// Forgets the views that show a metric whose values have changed.
    pub fn forget(&self, metric: &str) {
        let shows = |view: &View| {
            let look = view
                .look
                .as_ref()
                .is_some_and(|look| [&look.area, &look.height, &look.color].contains(&&metric.to_owned()));
            look || view.filter.hide.contains_key(metric)
                || view.filter.range.as_ref().is_some_and(|it| it.metric == metric)
        };
        self.lock().retain(|(view, _)| !shows(view));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(View, Arc<Shape>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far imports are drawn moves no building.
fn is_alike(a: &View, b: &View) -> bool {
    (&a.look, &a.filter) == (&b.look, &b.filter)
}
