//! The city from afar: where buildings would be specks, neighbours are merged into one block. Every file is in one.

use glam::Vec3;

use super::nodes::{Kind, NodeId, Nodes};
use super::squarify::Rect;
use super::{Building, CITY_METRES, ColorScale, LIFT, Rgb, cuboid, plate_top};
use crate::scan::{DirId, FileId};

/// Cities of fewer buildings are legible as they are.
pub const BLOCKS_FROM: usize = 20_000;
/// Buildings are merged where their mean side is below this, in metres: in a picture of a thousand pixels, as many pixels.
const SPECK: f64 = 6.0;
/// No block has a longer shorter side, in metres: what stands apart in the tree stays apart in the picture.
const LARGEST_BLOCK: f64 = 48.0;
/// A building higher than this share of the tallest …
const LANDMARK: f64 = 0.3;
/// … and than so many times its neighbours' mean is a landmark and never merged.
const OVER_NEIGHBOURS: f64 = 2.5;
/// What of a block's ground it leaves free at each side, as a share of the shorter one.
const GAP: f64 = 0.06;

/// Buildings drawn as one box, or a single building.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The directory that all its files lie in or below.
    pub dir: DirId,
    /// Its files, sorted.
    pub files: Vec<FileId>,
    /// Middle of the box in metres.
    pub center: Vec3,
    /// Half its extent in metres.
    pub half_size: Vec3,
    /// That of most of its buildings' ground, or their mean where colours are a scale.
    pub color: Rgb,
}

/// The blocks of a city, in the order of the layout.
pub(super) fn blocks(nodes: &Nodes, rects: &[Rect], buildings: &[Building], scale: ColorScale) -> Vec<Block> {
    let tallest = buildings.iter().map(height).fold(0.0, f64::max);
    let survey = Survey::new(nodes, rects);
    let mut blocks = Vec::new();
    let mut open: Vec<(NodeId, u32)> = vec![(0, 0)];
    while let Some((id, plot)) = open.pop() {
        let node = &nodes.nodes[id as usize];
        let plot = if matches!(node.kind, Kind::District) { id } else { plot };
        if !survey.is_merged(id, &rects[id as usize]) {
            open.extend(node.children.iter().rev().map(|&child| (child, plot)));
            if let Kind::File { file, plot } = node.kind {
                blocks.extend(building(buildings, file).map(|it| single(it, nodes.plots[plot as usize].dir)));
            }
            continue;
        }
        let (files, depth) = contents(nodes, id, plot);
        let found: Vec<_> = files.iter().filter_map(|&file| building(buildings, file)).collect();
        let mean = found.iter().map(|building| height(building)).sum::<f64>() / found.len().max(1) as f64;
        let least = (LANDMARK * tallest).max(OVER_NEIGHBOURS * mean);
        let (landmarks, merged): (Vec<_>, Vec<_>) = found.into_iter().partition(|building| height(building) > least);
        let dir = nodes.plots[plot as usize].dir;
        blocks.extend(landmarks.into_iter().map(|landmark| single(landmark, dir)));
        let ground = Ground { rect: rects[id as usize], plate: nodes.plots[plot as usize].depth, deepest: depth };
        match merged[..] {
            [] => {}
            [only] => blocks.push(single(only, dir)),
            _ => blocks.push(block(&merged, dir, &ground, scale)),
        }
    }
    blocks
}

/// In metres.
fn height(building: &Building) -> f64 {
    f64::from(building.half_size.z) * 2.0
}

/// Where a block stands, and how deep the plates below it are nested.
struct Ground {
    rect: Rect,
    plate: u32,
    deepest: u32,
}

/// How many files each node holds, and their ground.
struct Survey {
    files: Vec<u32>,
    built: Vec<f64>,
}

impl Survey {
    fn new(nodes: &Nodes, rects: &[Rect]) -> Self {
        let count = nodes.nodes.len();
        let mut survey = Self { files: vec![0; count], built: vec![0.0; count] };
        for id in below(nodes, 0).into_iter().rev() {
            let node = &nodes.nodes[id as usize];
            if matches!(node.kind, Kind::File { .. }) {
                let size = rects[id as usize].size();
                (survey.files[id as usize], survey.built[id as usize]) = (1, size.x * size.y);
            }
            for &child in &node.children {
                survey.files[id as usize] += survey.files[child as usize];
                survey.built[id as usize] += survey.built[child as usize];
            }
        }
        survey
    }

    fn is_merged(&self, id: NodeId, rect: &Rect) -> bool {
        let files = self.files[id as usize];
        let side = (self.built[id as usize] / f64::from(files.max(1))).sqrt();
        files > 1 && side < SPECK && rect.size().min_element() <= LARGEST_BLOCK
    }
}

/// A node and all below it, parents before children.
fn below(nodes: &Nodes, id: NodeId) -> Vec<NodeId> {
    let mut all = vec![id];
    let mut next = 0;
    while next < all.len() {
        all.extend(&nodes.nodes[all[next] as usize].children);
        next += 1;
    }
    all
}

/// The files below a node, sorted, and the deepest plate that they stand on.
fn contents(nodes: &Nodes, id: NodeId, plot: u32) -> (Vec<FileId>, u32) {
    let mut files = Vec::new();
    let mut deepest = nodes.plots[plot as usize].depth;
    for id in below(nodes, id) {
        if let Kind::File { file, plot } = nodes.nodes[id as usize].kind {
            files.push(file);
            deepest = deepest.max(nodes.plots[plot as usize].depth);
        }
    }
    files.sort_unstable();
    (files, deepest)
}

fn building(buildings: &[Building], file: FileId) -> Option<&Building> {
    buildings.binary_search_by_key(&file, |building| building.file).ok().map(|index| &buildings[index])
}

fn single(building: &Building, dir: DirId) -> Block {
    let Building { file, center, half_size, color } = *building;
    Block { dir, files: vec![file], center, half_size, color }
}

/// As high over the highest plate within as its buildings would be if they were spread over its ground.
fn block(buildings: &[&Building], dir: DirId, ground: &Ground, scale: ColorScale) -> Block {
    let rect = ground.rect.inset(GAP * ground.rect.size().min_element());
    let size = rect.size();
    let volume: f64 = buildings.iter().map(|building| 8.0 * f64::from(building.half_size.element_product())).sum();
    let (plate, thickness) = plate_top(ground.plate, CITY_METRES);
    let (highest, _) = plate_top(ground.deepest, CITY_METRES);
    let (center, half_size) = cuboid(&rect, plate + LIFT * thickness, highest + volume / (size.x * size.y));
    let files = buildings.iter().map(|building| building.file).collect();
    Block { dir, files, center, half_size, color: color(buildings, scale) }
}

fn color(buildings: &[&Building], scale: ColorScale) -> Rgb {
    let ground = |building: &Building| f64::from(building.half_size.x * building.half_size.y);
    match scale {
        ColorScale::Category => {
            let mut by_color: Vec<(Rgb, f64)> = Vec::new();
            for building in buildings {
                match by_color.iter_mut().find(|(color, _)| *color == building.color) {
                    Some((_, sum)) => *sum += ground(building),
                    None => by_color.push((building.color, ground(building))),
                }
            }
            by_color.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map_or([0; 3], |(rgb, _)| rgb)
        }
        ColorScale::Sequential => {
            let whole: f64 = buildings.iter().map(|building| ground(building)).sum();
            let mean = |part: usize| {
                buildings.iter().map(|building| f64::from(building.color[part]) * ground(building)).sum::<f64>() / whole
            };
            [mean(0).round() as u8, mean(1).round() as u8, mean(2).round() as u8]
        }
    }
}
