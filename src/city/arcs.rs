//! Imports as arcs above the roofs: aggregated until they fit a budget, cycles apart, or those of one file.

use glam::Vec3;
use rustc_hash::FxHashMap;

use super::census::Census;
use super::color::{Rgb, mix};
use super::{CITY_METRES, City, Cycles};
use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::{DirId, FileId, SourceTree};

/// No city draws more arcs.
pub const MAX_ARCS: usize = 1000;
/// Straight pieces of an arc; even, as each half has its own colour.
const SEGMENTS: usize = 16;
/// Points of each half of an arc.
pub const POINTS_OF_HALF: usize = SEGMENTS / 2 + 1;
/// Units that files are aggregated to, finest first; before them come the files themselves.
const UNIT_LIMITS: [usize; 6] = [256, 128, 64, 32, 16, 8];

/// Radius in metres of the arc that stands for most imports.
pub const THICKEST_ARC: f32 = 0.002 * CITY_METRES as f32;
/// The least radius in metres.
const THINNEST: f32 = 0.0005 * CITY_METRES as f32;
/// Arcs around a selection bow so many times as far, as those of the city for the same imports would hide them.
const ABOVE_OTHERS: f32 = 1.25;

/// Arcs of calls bow so many times as far, beside those of the imports that they use.
const BESIDE_IMPORTS: f32 = 1.12;

/// What arcs far from the selected file fade to.
const FAR: Rgb = [150, 150, 150];

/// What an arc stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArcKind {
    /// See [`ImportKind::Runtime`].
    Runtime,
    /// See [`ImportKind::TypeOnly`].
    TypeOnly,
    /// See [`ImportKind::Dynamic`].
    Dynamic,
    /// See [`ImportKind::ReExport`].
    ReExport,
    /// Imports within a cycle of files, whatever their kind.
    Cycle,
    /// An import by the selected file.
    Outgoing,
    /// An import of the selected file.
    Incoming,
    /// Calls that were observed.
    Call,
    /// Calls that were observed and that no import explains.
    Unexplained,
    /// An import that was not exercised while its importer ran.
    Unexercised,
}

impl ArcKind {
    /// The kinds of a city's own arcs, in the order of [`City::arcs`].
    pub const DRAWN: [Self; 5] = [Self::Runtime, Self::TypeOnly, Self::Dynamic, Self::ReExport, Self::Cycle];

    /// A name that is safe as part of an entity path.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::TypeOnly => "type_only",
            Self::Dynamic => "dynamic",
            Self::ReExport => "re_export",
            Self::Cycle => "cycles",
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
            Self::Call => "calls",
            Self::Unexplained => "unexplained",
            Self::Unexercised => "unexercised",
        }
    }

    /// The colour at the importing end.
    pub fn color(self) -> Rgb {
        match self {
            Self::Runtime => [70, 150, 225],
            Self::TypeOnly => [150, 130, 215],
            Self::Dynamic => [40, 165, 130],
            Self::ReExport => [205, 165, 60],
            Self::Cycle => [215, 40, 40],
            Self::Outgoing => [230, 60, 170],
            Self::Incoming => [125, 200, 45],
            Self::Call => [255, 196, 60],
            Self::Unexplained => [0, 205, 215],
            Self::Unexercised => [128, 128, 136],
        }
    }

    fn of(kind: ImportKind) -> Option<Self> {
        match kind {
            ImportKind::Runtime => Some(Self::Runtime),
            ImportKind::TypeOnly => Some(Self::TypeOnly),
            ImportKind::Dynamic => Some(Self::Dynamic),
            ImportKind::ReExport => Some(Self::ReExport),
            ImportKind::Module => None,
        }
    }
}

/// An end of an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// One building.
    File(FileId),
    /// The files of a directory and of those below it that are no sites themselves.
    Dir(DirId),
}

/// Imports of one place by another.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// The importing end.
    pub from: Site,
    /// The imported end.
    pub to: Site,
    /// What it stands for.
    pub kind: ArcKind,
    /// How many imports it stands for.
    pub weight: u32,
    /// From the importing end over the roofs to the imported one.
    pub points: Vec<Vec3>,
    /// Thickness in metres.
    pub radius: f32,
    /// Of the half at the importing end, and of the half at the imported end, which is paler.
    pub colors: [Rgb; 2],
}

impl Arc {
    /// The two halves as strips of one colour each: the importing end first.
    pub fn halves(&self) -> [(&[Vec3], Rgb); 2] {
        let middle = self.points.len() / 2;
        [(&self.points[..=middle], self.colors[0]), (&self.points[middle..], self.colors[1])]
    }

    /// Thinner and greyer the farther it is from what is selected.
    fn faded(self, distance: u32) -> Self {
        let share = 1.0 - 1.0 / f64::from(distance);
        Self {
            radius: self.radius / (distance as f32).sqrt().sqrt(),
            colors: self.colors.map(|color| mix(color, FAR, 0.6 * share)),
            ..self
        }
    }
}

/// How many arcs a city of so many files shows unless told otherwise: more would hide it.
pub fn default_budget(files: usize) -> usize {
    (60 + files / 35).min(240)
}

/// What arcs end at: files, or the directories that these were aggregated to, by [`DirId`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sites {
    plain: Option<Vec<DirId>>,
    cyclic: Option<Vec<DirId>>,
}

impl Sites {
    /// Whether an arc of the city stands for an import, among others.
    pub fn holds(&self, arc: &Arc, edge: &Edge, tree: &SourceTree, cycles: Cycles<'_>) -> bool {
        let is_cyclic = arc.kind == ArcKind::Cycle;
        let units = if is_cyclic { &self.cyclic } else { &self.plain };
        let site = |file: FileId| match units {
            Some(units) => Site::Dir(units[tree.file(file).dir.index()]),
            None => Site::File(file),
        };
        let is_of_kind = ArcKind::of(edge.kind).is_some_and(|kind| is_cyclic || kind == arc.kind);
        is_of_kind && cycles.holds(edge) == is_cyclic && (site(edge.from), site(edge.to)) == (arc.from, arc.to)
    }
}

/// The strongest of the edges, which are between buildings, cycles among them for at most a third of the budget.
pub(super) fn arcs(
    city: &City,
    census: &Census<'_>,
    edges: &[Edge],
    cycles: Cycles<'_>,
    budget: usize,
) -> (Vec<Arc>, Sites) {
    let (mut cyclic, mut plain) = (Vec::new(), Vec::new());
    for edge in edges {
        let Some(kind) = ArcKind::of(edge.kind) else { continue };
        if cycles.holds(edge) {
            cyclic.push(Link::new(edge.from, edge.to, ArcKind::Cycle));
        } else {
            plain.push(Link::new(edge.from, edge.to, kind));
        }
    }
    let budget = budget.min(MAX_ARCS);
    let (cyclic, cyclic_units) = strongest(city, census, cyclic, budget / 3);
    let (mut arcs, plain_units) = strongest(city, census, plain, budget - cyclic.len());
    arcs.extend(cyclic);
    arcs.sort_by(|a, b| {
        a.kind.cmp(&b.kind).then(b.weight.cmp(&a.weight)).then_with(|| (a.from, a.to).cmp(&(b.from, b.to)))
    });
    (arcs, Sites { plain: plain_units, cyclic: cyclic_units })
}

/// An import on a way that leads from a selected file, or to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The importing file.
    pub from: FileId,
    /// The imported file.
    pub to: FileId,
    /// [`ArcKind::Outgoing`] on ways from the selected file, [`ArcKind::Incoming`] on ways to it, or another.
    pub kind: ArcKind,
    /// Imports between the selected file and the far end of this one: 1 for its own.
    pub distance: u32,
}

/// Arcs between the middles of roofs, at most [`MAX_ARCS`], the nearest first and strongest; files without a roof have no
/// building.
pub fn arcs_along(roof: impl Fn(FileId) -> Option<Vec3>, steps: &[Step]) -> Vec<Arc> {
    let farthest = steps.iter().map(|step| step.distance).max().unwrap_or(0);
    let ends = |site: Site| match site {
        Site::File(file) => roof(file),
        Site::Dir(_) => None,
    };
    let mut arcs = Vec::new();
    for distance in 1..=farthest {
        let at = steps.iter().filter(|step| step.distance == distance);
        let mut links = counted(at.map(|step| Link::new(step.from, step.to, step.kind)));
        truncate(&mut links, MAX_ARCS - arcs.len());
        arcs.extend(links_to_arcs(links, ABOVE_OTHERS, ends).into_iter().map(|arc| arc.faded(distance)));
    }
    arcs
}

/// The arc of a file's calls of another, or the like, between the middles of their roofs; `strength` is a share of the strongest.
pub fn arc_between(
    (from, to): (FileId, FileId),
    (from_roof, to_roof): (Vec3, Vec3),
    kind: ArcKind,
    weight: u32,
    strength: f32,
) -> Arc {
    Arc {
        from: Site::File(from),
        to: Site::File(to),
        kind,
        weight,
        points: curve(from_roof, to_roof, BESIDE_IMPORTS),
        radius: radius(strength),
        colors: two_tones(kind),
    }
}

/// Thickness in metres for a share of the strongest.
pub fn radius(strength: f32) -> f32 {
    THINNEST + (THICKEST_ARC - THINNEST) * strength.sqrt()
}

fn two_tones(kind: ArcKind) -> [Rgb; 2] {
    let color = kind.color();
    [color, mix(color, [225, 225, 225], 0.55)]
}

struct Link {
    from: Site,
    to: Site,
    kind: ArcKind,
    weight: u32,
}

impl Link {
    fn new(from: FileId, to: FileId, kind: ArcKind) -> Self {
        Self { from: Site::File(from), to: Site::File(to), kind, weight: 1 }
    }
}

/// At most `budget` arcs at the finest level that does not lose much of the links; and the unit of each directory, if links
/// were aggregated.
fn strongest(city: &City, census: &Census<'_>, links: Vec<Link>, budget: usize) -> (Vec<Arc>, Option<Vec<DirId>>) {
    let mut links = counted(links.into_iter());
    let (mut places, mut chosen) = (FxHashMap::default(), None);
    for limit in UNIT_LIMITS {
        if links.len() <= budget * 3 / 2 {
            break;
        }
        let units = census.units(limit);
        // The units of a smaller limit are among those of a larger one, so that links can be coarsened step by step.
        let unit = |site: Site| {
            Site::Dir(match site {
                Site::File(file) => units[census.tree.file(file).dir.index()],
                Site::Dir(dir) => units[dir.index()],
            })
        };
        let coarser = counted(links.iter().map(|link| Link { from: unit(link.from), to: unit(link.to), ..*link }));
        if coarser.is_empty() {
            break;
        }
        links = coarser;
        places = unit_places(city, census, &units);
        chosen = Some(units);
    }
    truncate(&mut links, budget);
    let arcs = links_to_arcs(links, 1.0, |site| match site {
        Site::File(file) => city.roof(file),
        Site::Dir(dir) => places.get(&dir).copied(),
    });
    (arcs, chosen)
}

/// Links with the same ends become one; what stays within one site is left out.
fn counted(links: impl Iterator<Item = Link>) -> Vec<Link> {
    let mut links: Vec<Link> = links.filter(|link| link.from != link.to).collect();
    let ends = |link: &Link| (link.from, link.to, link.kind);
    links.sort_unstable_by_key(ends);
    links.dedup_by(|next, kept| {
        let same = ends(next) == ends(kept);
        if same {
            kept.weight += next.weight;
        }
        same
    });
    links
}

fn truncate(links: &mut Vec<Link>, budget: usize) {
    links.sort_by(|a, b| b.weight.cmp(&a.weight).then((a.from, a.to, a.kind).cmp(&(b.from, b.to, b.kind))));
    links.truncate(budget);
}

/// The middle of the buildings of each unit's files in the census, weighted by footprint, at their mean roof.
fn unit_places(city: &City, census: &Census<'_>, units: &[DirId]) -> FxHashMap<DirId, Vec3> {
    let mut sums: FxHashMap<DirId, (Vec3, f32)> = FxHashMap::default();
    for building in census.drawn.iter().filter_map(|&file| city.building(file)) {
        let unit = units[census.tree.file(building.file).dir.index()];
        let footprint = building.half_size.x * building.half_size.y;
        let sum = sums.entry(unit).or_default();
        sum.0 += footprint * (building.center + Vec3::Z * building.half_size.z);
        sum.1 += footprint;
    }
    sums.into_iter().map(|(unit, (sum, footprint))| (unit, sum / footprint.max(f32::MIN_POSITIVE))).collect()
}

fn links_to_arcs(links: Vec<Link>, bow: f32, end: impl Fn(Site) -> Option<Vec3>) -> Vec<Arc> {
    let strongest = links.iter().map(|link| link.weight).max().unwrap_or(1) as f32;
    links
        .into_iter()
        .filter_map(|link| {
            let (from, to) = (end(link.from)?, end(link.to)?);
            Some(Arc {
                from: link.from,
                to: link.to,
                kind: link.kind,
                weight: link.weight,
                points: curve(from, to, bow),
                radius: radius(link.weight as f32 / strongest),
                colors: two_tones(link.kind),
            })
        })
        .collect()
}

/// A parabola that bows to its right, so that imports both ways do not cover each other.
fn curve(from: Vec3, to: Vec3, stretch: f32) -> Vec<Vec3> {
    let city_size = CITY_METRES as f32;
    let along = to - from;
    let distance = along.truncate().length();
    let rise = (0.3 * distance + 0.015 * city_size).min(0.3 * city_size);
    let right = Vec3::new(along.y, -along.x, 0.0) * 0.07;
    (0..=SEGMENTS)
        .map(|index| {
            let share = index as f32 / SEGMENTS as f32;
            let bow = stretch * 4.0 * share * (1.0 - share);
            from + along * share + Vec3::Z * (rise * bow) + right * bow
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{CityInput, ColorBy, Metric, build};
    use super::*;
    use crate::scan::{FileClass, FileEntry, Language};

    fn city_of(
        paths: &[&str],
        edges: &[(u32, u32, ImportKind)],
        cycles: &[Option<u32>],
        budget: Option<usize>,
    ) -> City {
        let tree = tree_of(paths);
        let drawn: Vec<FileId> = tree.file_ids().collect();
        let values = vec![10.0; paths.len()];
        let metric = Metric { name: "lines", unit: "", values: &values };
        let edges = edges_of(edges);
        build(&CityInput {
            tree: &tree,
            drawn: &drawn,
            area: metric,
            height: metric,
            color: ColorBy::Number(metric),
            is_muted: false,
            edges: &edges,
            cycles: Cycles(cycles),
            arc_budget: budget,
            previous: None,
        })
    }

    fn tree_of(paths: &[&str]) -> SourceTree {
        let entry = |path: &&str| FileEntry {
            path: (*path).to_owned(),
            language: Language::UNKNOWN,
            class: FileClass::Source,
            bytes: 1,
        };
        SourceTree::new(paths.iter().map(entry).collect())
    }

    fn edges_of(edges: &[(u32, u32, ImportKind)]) -> Vec<Edge> {
        let edge = |(&(from, to, kind), line)| Edge { from: FileId(from), to: FileId(to), line, kind };
        edges.iter().zip(1..).map(edge).collect()
    }

    const PATHS: [&str; 6] = ["a/1", "a/2", "b/1", "b/2", "c/1", "c/2"];

    #[track_caller]
    fn check(edges: &[(u32, u32, ImportKind)], cycles: &[Option<u32>], budget: Option<usize>, expect: &[&str]) {
        let city = city_of(&PATHS, edges, cycles, budget);
        let (tree, edges) = (tree_of(&PATHS), edges_of(edges));
        let name = |site: Site| match site {
            Site::File(file) => PATHS[file.index()].to_owned(),
            Site::Dir(dir) => format!("dir {}", dir.0),
        };
        let actual: Vec<String> = (city.arcs.iter())
            .map(|arc| format!("{} > {}: {} {}", name(arc.from), name(arc.to), arc.kind.name(), arc.weight))
            .collect();
        assert_eq!(actual, expect);
        for arc in &city.arcs {
            let [(from, _), (to, _)] = arc.halves();
            assert_eq!(from.last(), to.first());
            let ends = arc.points[0].z.max(arc.points[arc.points.len() - 1].z);
            assert!(from[from.len() - 1].z > ends && arc.points.iter().all(|point| point.is_finite()));
            assert_eq!(city.imports_of(arc, &edges, &tree, Cycles(cycles)).count(), arc.weight as usize);
        }
    }

    #[test]
    fn small_cities_show_files_and_keep_kinds_apart() {
        use ImportKind::{Module, Runtime, TypeOnly};
        check(&[(0, 2, Runtime), (0, 2, Runtime), (0, 1, Module)], &[], None, &["a/1 > b/1: runtime 2"]);
        check(&[(0, 2, TypeOnly), (0, 2, Runtime)], &[], None, &["a/1 > b/1: runtime 1", "a/1 > b/1: type_only 1"]);
        let cycles = [Some(0), None, Some(0), None, None, None];
        check(
            &[(0, 2, Runtime), (2, 0, Runtime), (4, 0, Runtime)],
            &cycles,
            None,
            &["c/1 > a/1: runtime 1", "a/1 > b/1: cycles 1", "b/1 > a/1: cycles 1"],
        );
    }

    #[test]
    fn a_small_budget_aggregates_to_directories() {
        use ImportKind::Runtime;
        let edges = [(0, 2, Runtime), (0, 3, Runtime), (1, 2, Runtime), (4, 5, Runtime), (4, 0, Runtime)];
        check(&edges, &[], Some(2), &["dir 1 > dir 2: runtime 3", "dir 3 > dir 1: runtime 1"]);
        check(&edges, &[], Some(1), &["dir 1 > dir 2: runtime 3"]);
        check(&edges, &[], Some(0), &[]);
    }

    #[test]
    fn what_is_near_is_drawn_first_and_strongest() {
        use ArcKind::{Incoming, Outgoing};
        let city = city_of(&PATHS, &[], &[], None);
        let step = |(from, to, kind, distance)| Step { from: FileId(from), to: FileId(to), kind, distance };
        let steps = [(2, 4, Outgoing, 2), (0, 2, Outgoing, 1), (3, 0, Incoming, 1), (0, 99, Outgoing, 1)].map(step);
        let arcs = arcs_along(|file| city.roof(file), &steps);
        let kinds: Vec<_> = arcs.iter().map(|arc| (arc.kind, arc.from, arc.to)).collect();
        let site = |file| Site::File(FileId(file));
        assert_eq!(kinds, [(Outgoing, site(0), site(2)), (Incoming, site(3), site(0)), (Outgoing, site(2), site(4))]);
        assert!(arcs[2].radius < arcs[0].radius);
        assert_eq!(arcs[0].colors[0], Outgoing.color());
        let many: Vec<_> = (0..3000).map(|index| step((index % 6, (index + 1) % 6, Outgoing, 1 + index))).collect();
        assert_eq!(arcs_along(|file| city.roof(file), &many).len(), MAX_ARCS);
    }
}
