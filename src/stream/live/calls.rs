//! Observed calls between files as arcs: the strongest, cumulated.

use rerun::{AsComponents, LineStrips3D, Radius};
use rustc_hash::FxHashMap;

use super::super::LoadError;
use super::super::record::color;
use super::super::table::Table;
use super::entities::Entities;
use crate::city::{Arc, ArcKind, arc_between, arc_radius, default_budget};
use crate::scan::FileId;
use crate::telemetry::Nanos;

/// Where arcs of calls are drawn.
pub const CALLS: &str = "/calls";
/// The table of the files that they are between, by instance.
pub const ARCS: &str = "observed_arcs";
/// So many arcs were among the strongest at some time, at the most.
const MAX_SLOTS: usize = 2000;
/// So many pairs of files are counted.
const MAX_PAIRS: usize = 200_000;
/// Arcs change at most so often.
const PACE: Nanos = 1_000_000_000;
/// Thicknesses that are told apart.
const LEVELS: f32 = 10.0;

/// Arcs of calls are so thick beside those of imports, which they may not hide.
const THIN: f32 = 0.75;

/// Calls from one file to another.
type Pair = (FileId, FileId);

/// The arcs of a city's calls. An arc keeps its instance once it has been among the strongest; it is thin as nothing while it is
/// not.
pub(super) struct Calls {
    counts: FxHashMap<Pair, u64>,
    slots: Vec<Pair>,
    of: FxHashMap<Pair, usize>,
    levels: Vec<u8>,
    budget: usize,
    /// Since when there is something new.
    is_changed: bool,
    drawn_at: Nanos,
    hidden_at: Option<Nanos>,
    /// How many arcs were given.
    given: usize,
}

impl Calls {
    pub fn new(files: usize) -> Self {
        Self {
            counts: FxHashMap::default(),
            slots: Vec::new(),
            of: FxHashMap::default(),
            levels: Vec::new(),
            budget: default_budget(files),
            is_changed: false,
            drawn_at: 0,
            hidden_at: None,
            given: 0,
        }
    }

    /// The arcs of a recording or of another stream, each the instance that it was; nothing is counted yet.
    pub fn with_arcs(mut self, arcs: impl IntoIterator<Item = Pair>) -> Self {
        for pair in arcs {
            self.slot(pair);
        }
        self
    }

    /// Gives again what others do not have yet.
    pub fn regive(&mut self, given: usize) {
        self.is_changed |= self.slots.len() > given;
        self.given = self.given.min(given);
    }

    /// How many arcs were given.
    pub fn given(&self) -> usize {
        self.given
    }

    /// The arcs in the order of their instances.
    pub fn arcs(&self) -> &[Pair] {
        &self.slots
    }

    /// Adds calls from one drawn file to another; `false` when there is no more room for such a pair.
    pub fn add(&mut self, pair: Pair, count: u64) -> bool {
        if pair.0 == pair.1 || count == 0 {
            return true;
        }
        if self.counts.len() >= MAX_PAIRS && !self.counts.contains_key(&pair) {
            return false;
        }
        *self.counts.entry(pair).or_default() += count;
        self.is_changed = true;
        true
    }

    /// How many arcs there are; another number means that [`Calls::strips`] are others.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Gives what has changed, at most once a second; `begin` is the earliest time of the recording.
    pub fn frame(
        &mut self,
        roof: impl Fn(FileId) -> Option<glam::Vec3>,
        begin: Nanos,
        now: Nanos,
        entities: &mut Entities,
    ) {
        if self.is_changed && now >= self.drawn_at.saturating_add(PACE) {
            (self.is_changed, self.drawn_at) = (false, now);
            let is_other = self.rank();
            if self.slots.len() > self.given {
                entities.fix(CALLS.to_owned(), &self.strips(roof));
                entities.table(ARCS, now, arcs(&self.slots[self.given..]));
                self.given = self.slots.len();
            }
            if is_other {
                entities.row(CALLS.to_owned(), now, self.radii());
            }
        }
        // Without a row of their own, arcs would be drawn before there were any.
        if !self.slots.is_empty() && self.hidden_at.is_none_or(|time| begin < time) {
            self.hidden_at = Some(begin);
            if begin < self.drawn_at {
                entities.row(CALLS.to_owned(), begin, radii([0.0]));
            }
        }
    }

    /// Every arc as it would be drawn between these roofs; one without them has no points.
    pub fn strips(&self, roof: impl Fn(FileId) -> Option<glam::Vec3>) -> LineStrips3D {
        let arcs: Vec<_> = self.slots.iter().map(|&pair| arc(pair, ArcKind::Call, 1, 1.0, &roof)).collect();
        strips(&arcs)
    }

    /// The files that the arc of an instance is between.
    pub fn pair(&self, instance: u64) -> Option<(Pair, u64)> {
        let pair = *self.slots.get(usize::try_from(instance / 2).ok()?)?;
        Some((pair, self.counts.get(&pair).copied().unwrap_or(0)))
    }

    /// Finds the strongest anew; whether they look different.
    fn rank(&mut self) -> bool {
        let mut ranked: Vec<_> = self.counts.iter().map(|(&pair, &count)| (count, pair)).collect();
        let order = |a: &(u64, Pair), b: &(u64, Pair)| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
        if ranked.len() > self.budget {
            ranked.select_nth_unstable_by(self.budget, order);
            ranked.truncate(self.budget);
        }
        ranked.sort_unstable_by(order);
        let strongest = ranked.first().map_or(1, |&(count, _)| count) as f32;
        let mut levels = vec![0; self.slots.len()];
        for (count, pair) in ranked {
            let Some(slot) = self.slot(pair) else { continue };
            levels.resize(self.slots.len(), 0);
            levels[slot] = ((count as f32 / strongest).sqrt() * LEVELS).ceil() as u8;
        }
        let is_other = levels != self.levels;
        self.levels = levels;
        is_other
    }

    fn slot(&mut self, pair: Pair) -> Option<usize> {
        if let Some(&slot) = self.of.get(&pair) {
            return Some(slot);
        }
        if self.slots.len() == MAX_SLOTS {
            return None;
        }
        self.of.insert(pair, self.slots.len());
        self.slots.push(pair);
        Some(self.slots.len() - 1)
    }

    fn radii(&self) -> Vec<rerun::SerializedComponentBatch> {
        let level = |&level: &u8| if level == 0 { 0.0 } else { THIN * arc_radius((f32::from(level) / LEVELS).powi(2)) };
        let shown = self.levels.iter().rposition(|&level| level > 0).map_or(0, |last| last + 1);
        // The last counts for all behind it.
        let radii = self.levels[..shown].iter().map(level).flat_map(|radius| [radius; 2]);
        self::radii(radii.chain([0.0]))
    }
}

/// Which arcs are new, as a table tells it.
fn arcs(pairs: &[Pair]) -> Table {
    Table::default().u32("from", pairs.iter().map(|(from, _)| from.0)).u32("to", pairs.iter().map(|(_, to)| to.0))
}

/// The arcs that a table tells of, between files that there are.
pub fn read_arcs(table: &Table, files: usize) -> Result<Vec<Pair>, LoadError> {
    let pairs = table.read_u32("from")?.into_iter().zip(table.read_u32("to")?);
    let pairs = pairs.map(|(from, to)| (FileId(from), FileId(to)));
    // Up to the first that cannot be: what follows would be another's instance.
    Ok(pairs.take_while(|(from, to)| from.index() < files && to.index() < files).collect())
}

fn radii(radii: impl IntoIterator<Item = f32>) -> Vec<rerun::SerializedComponentBatch> {
    let radii = radii.into_iter().map(Radius::new_scene_units);
    LineStrips3D::update_fields().with_radii(radii).as_serialized_batches()
}

/// Arcs of pairs of files as they are now, the strongest `budget` of them.
pub(super) fn weighted(
    pairs: &[(FileId, FileId, u64)],
    kind: ArcKind,
    budget: usize,
    roof: impl Fn(FileId) -> Option<glam::Vec3>,
) -> LineStrips3D {
    let mut pairs: Vec<_> = pairs.iter().filter(|(from, to, _)| from != to).copied().collect();
    pairs.sort_unstable_by(|a, b| b.2.cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    pairs.truncate(budget);
    let strongest = pairs.first().map_or(1, |pair| pair.2.max(1)) as f32;
    let arc = |&(from, to, weight): &(FileId, FileId, u64)| {
        let count = u32::try_from(weight).unwrap_or(u32::MAX);
        arc((from, to), kind, count, weight as f32 / strongest, &roof)
    };
    let arcs: Vec<_> = pairs.iter().map(arc).collect();
    if arcs.is_empty() {
        return LineStrips3D::clear_fields();
    }
    let radii = arcs.iter().flatten().flat_map(|arc| [Radius::new_scene_units(arc.radius); 2]);
    strips(&arcs).with_radii(radii)
}

fn arc(
    pair: Pair,
    kind: ArcKind,
    weight: u32,
    strength: f32,
    roof: &impl Fn(FileId) -> Option<glam::Vec3>,
) -> Option<Arc> {
    Some(arc_between(pair, (roof(pair.0)?, roof(pair.1)?), kind, weight, strength))
}

/// Two strips an arc, or two without points for none.
fn strips(arcs: &[Option<Arc>]) -> LineStrips3D {
    let halves = || {
        arcs.iter().flat_map(|arc| match arc {
            Some(arc) => arc.halves().map(|(points, rgb)| (points.to_vec(), color(rgb))),
            None => [(Vec::new(), color([0; 3])), (Vec::new(), color([0; 3]))],
        })
    };
    LineStrips3D::new(halves().map(|(points, _)| points)).with_colors(halves().map(|(_, color)| color))
}
