//! The directories as a graph in the plane, aggregated upwards until it is small enough to read.

use glam::Vec2;
use rustc_hash::FxHashMap;

use super::census::Census;
use super::layers;
use crate::resolve::Edge;
use crate::scan::DirId;

/// No graph has more nodes.
pub const MAX_NODES: usize = 300;
/// No graph has more edges; the strongest stay.
pub const MAX_EDGES: usize = 1000;

/// More than this, on average, and lines hide each other; the strongest stay.
const EDGES_A_NODE: usize = 3;
/// The smallest circle, and what the whole city adds to it.
const RADII: (f32, f32) = (5.0, 30.0);

/// Directories and the imports between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectoryGraph {
    /// Sorted by directory.
    pub nodes: Vec<DirectoryNode>,
    /// Sorted by the places of their ends in `nodes`.
    pub edges: Vec<DirectoryEdge>,
}

/// A directory with the files in it and in those below that are no nodes themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryNode {
    /// The directory.
    pub dir: DirId,
    /// How many files it stands for.
    pub files: u32,
    /// Its place on a screen, +Y down: what imports stands above what it imports. In units of about a pixel.
    pub position: Vec2,
    /// Radius in the same unit; the circle's area grows with the number of files.
    pub radius: f32,
}

/// Imports of one directory by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryEdge {
    /// Place of the importing directory in [`DirectoryGraph::nodes`].
    pub from: u32,
    /// Place of the imported directory.
    pub to: u32,
    /// How many imports it stands for.
    pub weight: u32,
}

/// Nodes are sought among the `linked` files and stand for all their neighbours, too. `edges` are between buildings.
pub(super) fn graph(census: &Census<'_>, linked: &Census<'_>, edges: &[Edge], limit: usize) -> DirectoryGraph {
    let units = linked.units(limit.min(MAX_NODES - 1));
    let unit_of = |file| units[census.tree.file(file).dir.index()];
    let mut files: FxHashMap<DirId, u32> = FxHashMap::default();
    for &file in census.drawn {
        *files.entry(unit_of(file)).or_default() += 1;
    }
    let mut nodes: Vec<DirectoryNode> = files
        .into_iter()
        .map(|(dir, files)| {
            let share = files as f32 / census.drawn.len() as f32;
            DirectoryNode { dir, files, position: Vec2::ZERO, radius: RADII.0 + RADII.1 * share.sqrt() }
        })
        .collect();
    nodes.sort_unstable_by_key(|node| node.dir);
    let place_of: FxHashMap<DirId, u32> = nodes.iter().zip(0..).map(|(node, index)| (node.dir, index)).collect();

    let mut weights: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    for edge in edges {
        if let (Some(&from), Some(&to)) = (place_of.get(&unit_of(edge.from)), place_of.get(&unit_of(edge.to)))
            && from != to
        {
            *weights.entry((from, to)).or_default() += 1;
        }
    }
    let mut edges: Vec<_> =
        weights.into_iter().map(|((from, to), weight)| DirectoryEdge { from, to, weight }).collect();
    edges.sort_unstable_by(|a, b| b.weight.cmp(&a.weight).then((a.from, a.to).cmp(&(b.from, b.to))));
    edges.truncate(MAX_EDGES.min(EDGES_A_NODE * nodes.len()));
    edges.sort_unstable_by_key(|edge| (edge.from, edge.to));
    let count = nodes.len();
    for (node, position) in nodes.iter_mut().zip(layers::positions(count, &edges)) {
        node.position = position;
    }
    DirectoryGraph { nodes, edges }
}
