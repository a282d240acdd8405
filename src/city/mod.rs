//! A tree and metric columns become districts, buildings and arcs, in metres with +Z up. Knows neither parsing nor Rerun.

mod arcs;
mod batches;
mod blocks;
mod census;
mod color;
mod glow;
mod graph;
mod labels;
mod layers;
mod look;
mod nodes;
mod sizes;
mod squarify;
mod treemap;

#[cfg(test)]
mod tests;

use glam::Vec3;
use serde::{Deserialize, Serialize};

pub use arcs::{
    Arc, ArcKind, MAX_ARCS, POINTS_OF_HALF, Site, Step, THICKEST_ARC, arc_between, arcs_along, default_budget,
    radius as arc_radius,
};
pub use batches::{Batch, MAX_BATCHES, MAX_INSTANCES};
pub use blocks::{BLOCKS_FROM, Block};
pub use color::{CATEGORIES, ColorBy, ColorLegend, ColorScale, LegendEntry, OTHER, Rgb};
pub use glow::{ERROR_LEVELS, GLOW_LEVELS, error_glow, glow};
pub use graph::{DirectoryEdge, DirectoryGraph, DirectoryNode};
pub use labels::{FIRST_TARGET, FROM_ASIDE, MAX_LABELS, fitting_small_page};
pub use look::{Look, LookError, city_of};
pub use sizes::{FOOTPRINT_POWER, HeightScale, LOWEST_OF_SIDE};

use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::{DirId, FileId, SourceTree};
use census::Census;
use nodes::{Kind, Nodes};
use squarify::Rect;
use treemap::Plan;

/// Width and depth of every city, so that one camera frames them all.
pub const CITY_METRES: f64 = 1000.0;
/// Thickness of the first plates as a share of the city's width; each level is thinner.
const PLATE: f64 = 0.004;
const PLATE_THINNING: f64 = 0.85;
/// Buildings float over their plate by this share of its thickness, so that no two faces lie in one plane.
const LIFT: f64 = 0.03;
/// Nodes of the directory graph unless told otherwise.
const GRAPH_NODES: usize = 20;

/// A numeric column by [`FileId`].
#[derive(Clone, Copy, Debug)]
pub struct Metric<'a> {
    /// The metric's name.
    pub name: &'a str,
    /// Its unit; empty for counts.
    pub unit: &'a str,
    /// A value for each file of the tree. What is not finite counts as unknown.
    pub values: &'a [f64],
}

/// The cycle that each file is in, by [`FileId`]; may be empty when cycles are not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cycles<'a>(pub &'a [Option<u32>]);

impl Cycles<'_> {
    /// Whether both ends of an import are in one cycle.
    pub fn holds(&self, edge: &Edge) -> bool {
        let cycle = |file: FileId| self.0.get(file.index()).copied().flatten();
        cycle(edge.from).is_some_and(|from| cycle(edge.to) == Some(from))
    }
}

/// What a city is built from.
#[derive(Clone, Copy)]
pub struct CityInput<'a> {
    /// Every file of the repository.
    pub tree: &'a SourceTree,
    /// The files that become buildings, sorted.
    pub drawn: &'a [FileId],
    /// Footprints; see [`FOOTPRINT_POWER`].
    pub area: Metric<'a>,
    /// Heights; see [`HeightScale`].
    pub height: Metric<'a>,
    /// Colours of the buildings.
    pub color: ColorBy<'a>,
    /// Whether they are muted, so that lights stand out.
    pub is_muted: bool,
    /// Imports between files.
    pub edges: &'a [Edge],
    /// Which of them are in cycles.
    pub cycles: Cycles<'a>,
    /// At most so many arcs; [`default_budget`] when `None`. Never more than [`MAX_ARCS`].
    pub arc_budget: Option<usize>,
    /// An earlier city of the same repository, whose streets are kept where the tree still allows.
    pub previous: Option<&'a City>,
}

/// A file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Building {
    /// The file.
    pub file: FileId,
    /// Middle of the box in metres.
    pub center: Vec3,
    /// Half its extent in metres, positive in every direction.
    pub half_size: Vec3,
    /// Its colour by the metric chosen.
    pub color: Rgb,
}

/// A directory that holds buildings: a plate, higher with depth.
#[derive(Clone, Debug, PartialEq)]
pub struct District {
    /// The directory.
    pub dir: DirId,
    /// Its name; for a chain of directories that hold nothing else, all their names: `src/main/java`.
    pub name: String,
    /// Drawn files in and below it.
    pub files: u32,
    /// Plates around it.
    pub depth: u32,
    /// Middle of the plate in metres.
    pub center: Vec3,
    /// Half the extent of the plate in metres.
    pub half_size: Vec3,
    /// A grey by depth.
    pub color: Rgb,
    /// Whether its name is to be shown; so for at most [`MAX_LABELS`] districts.
    pub is_labelled: bool,
}

impl District {
    /// Where its name stands: in the middle, on the plate.
    pub fn label_anchor(&self) -> Vec3 {
        self.center + Vec3::Z * self.half_size.z
    }
}

/// How a number became a length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeLegend {
    /// The metric's name.
    pub name: String,
    /// Its unit; empty for counts.
    pub unit: String,
    /// The formula for people.
    pub formula: String,
    /// Examples, the largest first; none in recordings of earlier versions.
    #[serde(default)]
    pub stops: Vec<SizeStop>,
}

/// A value and how large it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeStop {
    /// The value in short.
    pub label: String,
    /// The height, or the side of the footprint, as a share of the first stop's.
    pub share: f64,
}

/// What footprints, heights and colours mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Legend {
    /// Footprints.
    pub area: SizeLegend,
    /// Heights.
    pub height: SizeLegend,
    /// Colours.
    pub color: ColorLegend,
}

/// The whole city. Its ground is a square around the origin, its lowest plate's top at height 0.
#[derive(Clone, Debug, PartialEq)]
pub struct City {
    /// Width and depth in metres.
    pub size: f32,
    /// The lowest and highest corner of everything but arcs.
    pub bounds: (Vec3, Vec3),
    /// Sorted by file.
    pub buildings: Vec<Building>,
    /// Parents before children; the first is the root.
    pub districts: Vec<District>,
    /// Every building is in exactly one.
    pub batches: Vec<Batch>,
    /// The same city from afar, its specks merged; empty for fewer than [`BLOCKS_FROM`] buildings.
    pub blocks: Vec<Block>,
    /// What the sizes and colours mean.
    pub legend: Legend,
    /// The strongest imports, sorted by kind and then by falling weight.
    pub arcs: Vec<Arc>,
    /// The directories as a graph.
    pub graph: DirectoryGraph,
    /// The height formula, for buildings drawn later.
    pub heights: HeightScale,
    plan: Plan,
    sites: arcs::Sites,
}

impl City {
    /// The building of a file; `None` when it is not drawn.
    pub fn building(&self, file: FileId) -> Option<&Building> {
        self.buildings.binary_search_by_key(&file, |building| building.file).ok().map(|index| &self.buildings[index])
    }

    /// Whether an edge is an import between two buildings; that one file holds another as its module is none.
    fn links(&self, edge: &Edge) -> bool {
        edge.kind != ImportKind::Module && self.building(edge.from).is_some() && self.building(edge.to).is_some()
    }

    /// The arcs of one kind, the strongest first.
    pub fn arcs_of_kind(&self, kind: ArcKind) -> &[Arc] {
        let start = self.arcs.partition_point(|arc| arc.kind < kind);
        let end = self.arcs.partition_point(|arc| arc.kind <= kind);
        &self.arcs[start..end]
    }

    /// The imports that an arc stands for, among those that the city was built from, or more of the same tree.
    pub fn imports_of<'a>(
        &'a self,
        arc: &'a Arc,
        edges: impl IntoIterator<Item = &'a Edge>,
        tree: &'a SourceTree,
        cycles: Cycles<'a>,
    ) -> impl Iterator<Item = &'a Edge> {
        edges.into_iter().filter(move |edge| self.links(edge) && self.sites.holds(arc, edge, tree, cycles))
    }

    /// The middle of a building's roof.
    fn roof(&self, file: FileId) -> Option<Vec3> {
        self.building(file).map(|building| building.center + Vec3::Z * building.half_size.z)
    }
}

/// Builds the city. The same input gives the same city to the last bit.
///
/// # Panics
/// When a column is shorter than the tree's files, or a drawn file is not in the tree.
pub fn build(input: &CityInput<'_>) -> City {
    let census = Census::new(input.tree, input.drawn);
    let area = |file: FileId| input.area.values[file.index()];
    let typical = sizes::typical(input.drawn.iter().map(|&file| area(file)));
    let previous = input.previous.map(|city| &city.plan);
    let nodes = Nodes::new(&census, |file| sizes::weight(area(file), typical), |key| previous?.grouped(key));
    let size = CITY_METRES;
    let (rects, plan) = treemap::lay_out(&nodes, size, previous);

    let heights = HeightScale::new(input.drawn.iter().map(|&file| input.height.values[file.index()]), size);
    let (mut colors, mut color) = color::colors(input.color, input.drawn);
    if input.is_muted {
        colors.iter_mut().chain(color.entries.iter_mut().map(|entry| &mut entry.color)).for_each(color::mute);
    }
    let mut city = City {
        size: size as f32,
        bounds: (Vec3::ZERO, Vec3::ZERO),
        buildings: buildings(input, &nodes, &rects, &heights, &colors),
        districts: districts(&census, &nodes, &rects, size),
        batches: batches::batches(&census),
        blocks: Vec::new(),
        legend: Legend { area: area_legend(input.area, typical), height: height_legend(input.height, &heights), color },
        arcs: Vec::new(),
        graph: DirectoryGraph::default(),
        heights,
        plan,
        sites: arcs::Sites::default(),
    };
    if city.buildings.len() >= BLOCKS_FROM {
        city.blocks = blocks::blocks(&nodes, &rects, &city.buildings, city.legend.color.scale);
    }
    let parents: Vec<u32> = nodes.plots.iter().map(|plot| plot.parent).collect();
    labels::choose(&mut city.districts, &parents, city.size);
    city.bounds = bounds(&city);
    let links: Vec<Edge> = input.edges.iter().filter(|edge| city.links(edge)).cloned().collect();
    let linked = linked_files(&links);
    // Places that imports are aggregated to are sought among the files that have any.
    let linked = Census::new(input.tree, &linked);
    let budget = input.arc_budget.unwrap_or_else(|| default_budget(input.drawn.len()));
    (city.arcs, city.sites) = arcs::arcs(&city, &linked, &links, input.cycles, budget);
    city.graph = graph::graph(&census, if links.is_empty() { &census } else { &linked }, &links, GRAPH_NODES);
    city
}

/// The files at either end of an import, sorted.
fn linked_files(links: &[Edge]) -> Vec<FileId> {
    let mut files: Vec<FileId> = links.iter().flat_map(|edge| [edge.from, edge.to]).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// Height of a plate's top, and its thickness.
fn plate_top(depth: u32, city_metres: f64) -> (f64, f64) {
    let thickness = |level: u32| PLATE * city_metres * PLATE_THINNING.powi(level as i32);
    ((1..=depth).map(thickness).sum(), thickness(depth))
}

fn buildings(
    input: &CityInput<'_>,
    nodes: &Nodes,
    rects: &[Rect],
    heights: &HeightScale,
    colors: &[Rgb],
) -> Vec<Building> {
    let city_metres = rects[0].size().x;
    let bases: Vec<f64> = (0..=nodes::MAX_DEPTH)
        .map(|depth| {
            let (top, thickness) = plate_top(depth, city_metres);
            top + LIFT * thickness
        })
        .collect();
    let placed = nodes.nodes.iter().zip(rects).filter_map(|(node, rect)| match node.kind {
        Kind::File { file, plot } => Some((file, bases[nodes.plots[plot as usize].depth as usize], rect)),
        Kind::District | Kind::Block => None,
    });
    // File nodes come in the order of the drawn files.
    placed
        .zip(colors)
        .map(|((file, base, rect), &color)| {
            let height = heights.metres(input.height.values[file.index()], rect.size().min_element());
            let (center, half_size) = cuboid(rect, base, base + height);
            Building { file, center, half_size, color }
        })
        .collect()
}

fn districts(census: &Census<'_>, nodes: &Nodes, rects: &[Rect], city_metres: f64) -> Vec<District> {
    // The nodes of the plots come first.
    nodes
        .plots
        .iter()
        .zip(rects)
        .map(|(plot, rect)| {
            let (top, thickness) = plate_top(plot.depth, city_metres);
            // Sunk into the plate below, so that their faces do not meet.
            let (center, half_size) = cuboid(rect, top - 1.5 * thickness, top);
            let path = &census.tree.dir(plot.dir).path;
            let above = census.tree.dir(census.tree.dir(plot.top).parent).path.len();
            District {
                dir: plot.dir,
                name: path[above..].trim_start_matches('/').to_owned(),
                files: census.below[plot.dir.index()],
                depth: plot.depth,
                center,
                half_size,
                color: color::plate(plot.depth),
                is_labelled: false,
            }
        })
        .collect()
}

fn cuboid(rect: &Rect, bottom: f64, top: f64) -> (Vec3, Vec3) {
    let center = rect.center().extend((bottom + top) / 2.0);
    let half_size = (rect.size() / 2.0).extend((top - bottom) / 2.0);
    (center.as_vec3(), half_size.as_vec3())
}

fn bounds(city: &City) -> (Vec3, Vec3) {
    let plates = city.districts.iter().map(|district| (district.center, district.half_size));
    let boxes = plates.chain(city.buildings.iter().map(|building| (building.center, building.half_size)));
    boxes.fold((Vec3::ZERO, Vec3::ZERO), |(least, most), (center, half)| {
        (least.min(center - half), most.max(center + half))
    })
}

/// Examples of footprints, as multiples of the typical one.
const AREA_STOPS: [f64; 4] = [16.0, 4.0, 1.0, 0.25];
/// Examples of heights, as shares of the tallest.
const HEIGHT_STOPS: [f64; 4] = [1.0, 0.5, 0.25, 0.1];

fn area_legend(metric: Metric<'_>, typical: f64) -> SizeLegend {
    let formula = format!("footprint ∝ {}^{FOOTPRINT_POWER}, typical {}", metric.name, color::short(typical));
    let stops = AREA_STOPS.map(|weight| {
        let value = typical * weight.powf(1.0 / FOOTPRINT_POWER);
        SizeStop { label: size_label(value), share: (weight / AREA_STOPS[0]).sqrt() }
    });
    size_legend(metric, formula, stops.into())
}

fn height_legend(metric: Metric<'_>, heights: &HeightScale) -> SizeLegend {
    let formula = format!("height ∝ {}^{:.2}, tallest {}", metric.name, heights.power, color::short(heights.max));
    let stops = HEIGHT_STOPS.map(|share: f64| {
        let value = heights.max * share.powf(1.0 / heights.power);
        SizeStop { label: size_label(value), share }
    });
    size_legend(metric, formula, stops.into())
}

fn size_legend(metric: Metric<'_>, formula: String, mut stops: Vec<SizeStop>) -> SizeLegend {
    stops.dedup_by(|next, kept| next.label == kept.label);
    SizeLegend { name: metric.name.to_owned(), unit: metric.unit.to_owned(), formula, stops }
}

/// Fractions are only for what is less than 1, such as ranks.
fn size_label(value: f64) -> String {
    color::short(if value >= 1.0 { value.round() } else { value })
}
