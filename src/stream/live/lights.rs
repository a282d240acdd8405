//! Lit buildings of one measure.

use std::collections::BTreeSet;

use rerun::{AsComponents, Boxes3D};

use super::super::record::color;
use super::Activity;
use super::activity::{Flame, Lamp};
use super::entities::Entities;
use super::plan::{Plan, Spot};
use crate::telemetry::{Nanos, Sums};

/// The lights of a city in one measure.
pub(super) struct Lights {
    flame: Flame,
    /// By batch; empty until one of its buildings is lit.
    lamps: Vec<Vec<Lamp>>,
    /// Batches in which something is lit.
    awake: BTreeSet<usize>,
}

impl Lights {
    pub fn new(activity: Activity, plan: &Plan) -> Self {
        Self { flame: Flame::new(activity), lamps: vec![Vec::new(); plan.batches.len()], awake: BTreeSet::new() }
    }

    pub fn activity(&self) -> Activity {
        self.flame.activity
    }

    /// What is seen comes in windows of this length from now on.
    pub fn set_window(&mut self, nanos: Nanos) {
        self.flame.set_window(nanos);
    }

    /// Whether nothing is lit.
    pub fn is_dark(&self) -> bool {
        self.awake.is_empty()
    }

    /// Adds what was seen of a building in a window of `nanos` that counts at `time`.
    pub fn feed(&mut self, plan: &Plan, spot: Spot, sums: &Sums, nanos: Nanos, time: Nanos) {
        let lamps = &mut self.lamps[spot.batch];
        if lamps.is_empty() {
            lamps.resize(plan.batches[spot.batch].1.len(), Lamp::default());
        }
        if self.flame.feed(&mut lamps[spot.instance], sums, nanos, time) {
            self.awake.insert(spot.batch);
        }
    }

    /// Gives the batches that look different now.
    pub fn frame(&mut self, plan: &Plan, now: Nanos, entities: &mut Entities) {
        let (flame, all) = (self.flame, &mut self.lamps);
        self.awake.retain(|&batch| {
            let lamps = &mut all[batch];
            let changes = lamps.iter_mut().map(|lamp| flame.burn(lamp, now));
            let (changed, switched) = changes.fold((false, false), |all, one| (all.0 | one.0, all.1 | one.1));
            if changed {
                let boxes = boxes(lamps, switched);
                entities.row(plan.lights(flame.activity, batch), now, boxes.as_serialized_batches());
            }
            lamps.iter().any(Lamp::is_lit)
        });
    }
}

/// The values of those behind the last are as its: what follows the last lit one is left out but for one that is unlit.
fn boxes(lamps: &[Lamp], switched: bool) -> Boxes3D {
    let lit = lamps.iter().rposition(Lamp::is_lit).map_or(0, |last| last + 1);
    let boxes = Boxes3D::update_fields().with_colors(lamps[..lit.max(1)].iter().map(|lamp| color(lamp.color())));
    if !switched {
        return boxes;
    }
    let sizes = lamps[..lamps.len().min(lit + 1)].iter().map(|lamp| [f32::from(u8::from(lamp.is_lit())); 3]);
    boxes.with_half_sizes(sizes)
}
