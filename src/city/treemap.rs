//! The stable treemap: every node gets a rectangle, with streets between districts, and keeps the rows it had before.

use glam::DVec2;
use rustc_hash::FxHashMap;

use super::nodes::{Grouped, Kind, Node, NodeId, Nodes};
use super::sizes::quantise;
use super::squarify::{Rect, Row, place, squarify};

/// Width of the streets between a district's children, as a share of its side …
const STREET: f64 = 0.024;
/// … but never more than this share of a child's shorter side.
const STREET_OF_CHILD: f64 = 0.16;
/// Gap around a building, as a share of its cell's shorter side; at most a street.
const GAP_OF_BUILDING: f64 = 0.07;
/// Margin between a plate's edge and what stands on it, as a share of the plate's shorter side.
const MARGIN: f64 = 0.012;
/// A child gets at least this share of its siblings' mean ground, or else the tiny beside the huge would be slivers.
const LEAST_OF_MEAN: f64 = 0.04;
/// Plates and buildings longer than this many times their width leave the rest of their cell empty.
const MAX_ASPECT: f64 = 3.0;
/// Rows are decided on sizes rounded to powers of two with this many steps for each doubling.
const ROW_STEPS: f64 = 2.0;
/// Kept rows are given up when their mean aspect ratio is worse than that of new ones by this factor.
const WORSE_ROWS: f64 = 1.6;

/// The rows of one district or block: the keys of its children in order.
#[derive(Clone, Debug, PartialEq)]
struct Slices {
    grouped: Grouped,
    rows: Vec<Row>,
    keys: Vec<u64>,
}

/// The rows of a whole layout, by node key. The next layout starts from it, so that most buildings stay where they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plan {
    slices: FxHashMap<u64, Slices>,
}

impl Plan {
    /// Whether a district had its children grouped into blocks; `None` for a new one.
    pub fn grouped(&self, key: u64) -> Option<Grouped> {
        self.slices.get(&key).map(|slices| slices.grouped)
    }
}

/// Rectangles by node: plates, cells of blocks, buildings.
pub(super) fn lay_out(nodes: &Nodes, side: f64, previous: Option<&Plan>) -> (Vec<Rect>, Plan) {
    let mut rects = vec![Rect::default(); nodes.nodes.len()];
    let mut plan = Plan::default();
    rects[0] = Rect { min: DVec2::splat(-side / 2.0), max: DVec2::splat(side / 2.0) };
    let mut stack: Vec<(NodeId, f64)> = vec![(0, 0.0)];
    while let Some((id, outer_street)) = stack.pop() {
        let node = &nodes.nodes[id as usize];
        if node.children.is_empty() {
            continue;
        }
        let (rect, street) = ground_of(node, rects[id as usize], outer_street);
        let slices = slice(nodes, node, rect, previous.and_then(|plan| plan.slices.get(&node.key)));
        for (&child, cell) in slices.order.iter().zip(place(&slices.rows, &slices.weights, rect)) {
            rects[child as usize] = built_on(&nodes.nodes[child as usize], cell, street);
            stack.push((child, street));
        }
        let keys = slices.order.iter().map(|&child| nodes.nodes[child as usize].key).collect();
        let grouped = nodes.plots.get(id as usize).map(|plot| plot.grouped).unwrap_or_default();
        plan.slices.insert(node.key, Slices { grouped, rows: slices.rows, keys });
    }
    (rects, plan)
}

/// Where the children stand, and the width of the streets between them.
fn ground_of(node: &Node, rect: Rect, outer_street: f64) -> (Rect, f64) {
    match node.kind {
        Kind::Block | Kind::File { .. } => (rect, outer_street),
        Kind::District => {
            let size = rect.size();
            (rect.inset(MARGIN * size.min_element()), STREET * (size.x * size.y).sqrt())
        }
    }
}

/// The part of a cell that a child covers.
fn built_on(child: &Node, cell: Rect, street: f64) -> Rect {
    let side = cell.size().min_element();
    match child.kind {
        Kind::District => cell.inset((street / 2.0).min(STREET_OF_CHILD / 2.0 * side)).trimmed(MAX_ASPECT),
        Kind::Block => cell,
        Kind::File { .. } => cell.inset(street.min(GAP_OF_BUILDING * side)).trimmed(MAX_ASPECT),
    }
}

/// Rows of a node's children.
struct Cut {
    order: Vec<NodeId>,
    /// In the same order.
    weights: Vec<f64>,
    rows: Vec<Row>,
}

fn slice(nodes: &Nodes, node: &Node, rect: Rect, previous: Option<&Slices>) -> Cut {
    let siblings = Siblings::new(nodes, node);
    let fresh = siblings.fresh_cut(rect.size());
    match previous.and_then(|previous| siblings.kept_cut(previous)) {
        Some(kept) if kept.mean_aspect(rect) <= WORSE_ROWS * fresh.mean_aspect(rect) => kept,
        _ => fresh,
    }
}

impl Cut {
    fn mean_aspect(&self, rect: Rect) -> f64 {
        let cells = place(&self.rows, &self.weights, rect);
        cells.iter().map(Rect::aspect).sum::<f64>() / cells.len() as f64
    }
}

/// Children of one node and the least ground each gets.
struct Siblings<'a> {
    nodes: &'a [Node],
    children: &'a [NodeId],
    least: f64,
}

impl<'a> Siblings<'a> {
    fn new(nodes: &'a Nodes, node: &'a Node) -> Self {
        let sum: f64 = node.children.iter().map(|&child| nodes.nodes[child as usize].weight).sum();
        let least = LEAST_OF_MEAN * sum / node.children.len() as f64;
        Self { nodes: &nodes.nodes, children: &node.children, least }
    }

    fn key(&self, child: NodeId) -> u64 {
        self.nodes[child as usize].key
    }

    fn weight(&self, child: NodeId) -> f64 {
        self.nodes[child as usize].weight.max(self.least)
    }

    fn cut(&self, order: Vec<NodeId>, rows: Vec<Row>) -> Cut {
        Cut { weights: order.iter().map(|&child| self.weight(child)).collect(), order, rows }
    }

    /// Rows by rounded sizes, the largest first and names within one size. As both the sizes and the shape of the
    /// rectangle are rounded, a small change seldom changes a row.
    fn fresh_cut(&self, size: DVec2) -> Cut {
        let mut sized: Vec<(f64, NodeId)> =
            self.children.iter().map(|&child| (quantise(self.weight(child), ROW_STEPS), child)).collect();
        // Stable, and the children come by name.
        sized.sort_by(|a, b| b.0.total_cmp(&a.0));
        let weights: Vec<f64> = sized.iter().map(|&(weight, _)| weight).collect();
        let rows = squarify(&weights, DVec2::new(quantise(size.x / size.y, ROW_STEPS), 1.0));
        self.cut(sized.into_iter().map(|(_, child)| child).collect(), rows)
    }

    /// The previous rows without what is gone; a new child joins the row whose cells are most like it.
    fn kept_cut(&self, previous: &Slices) -> Option<Cut> {
        let mut new: FxHashMap<u64, NodeId> = self.children.iter().map(|&child| (self.key(child), child)).collect();
        let mut rows: Vec<(bool, Vec<NodeId>)> = Vec::with_capacity(previous.rows.len());
        let mut start = 0;
        for row in &previous.rows {
            let keys = &previous.keys[start..row.end as usize];
            let left: Vec<NodeId> = keys.iter().filter_map(|key| new.remove(key)).collect();
            if !left.is_empty() {
                rows.push((row.upright, left));
            }
            start = row.end as usize;
        }
        if rows.is_empty() {
            return None;
        }
        let sum = |row: &[NodeId]| row.iter().map(|&child| self.weight(child)).sum::<f64>();
        let means: Vec<f64> = rows.iter().map(|(_, row)| sum(row) / row.len() as f64).collect();
        for &child in self.children.iter().filter(|&&child| new.contains_key(&self.key(child))) {
            let unlike = |row: &usize| (means[*row] / self.weight(child)).ln().abs();
            let nearest = (0..rows.len()).min_by(|a, b| unlike(a).total_cmp(&unlike(b)))?;
            rows[nearest].1.push(child);
        }
        let mut order = Vec::with_capacity(self.children.len());
        let mut kept = Vec::with_capacity(rows.len());
        for (upright, children) in rows {
            order.extend(children);
            kept.push(Row { upright, end: order.len() as u32 });
        }
        Some(self.cut(order, kept))
    }
}
