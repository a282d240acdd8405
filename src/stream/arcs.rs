//! Imports as arcs over the roofs, and the directories as a graph.

use rerun::{GraphEdges, GraphNodes, LineStrips3D, Radius};
use rustc_hash::FxHashMap;

use super::StreamError;
use super::chunks::StoreWriter;
use super::record::color;
use crate::analysis::Analysis;
use crate::city::{Arc, ArcKind, City};

/// Names in the graph: legible on black and on white.
const NODE_COLOR: [u8; 3] = [128, 140, 156];
/// Where a selected file's own imports are drawn.
pub const SELECTED: &str = "/imports/selected";

/// Logs the arcs of each kind at `/imports/<kind>`, those in cycles at `/imports/cycles`.
pub fn log(writer: &mut StoreWriter, city: &City) -> Result<(), StreamError> {
    for kind in ArcKind::DRAWN {
        let arcs = city.arcs_of_kind(kind);
        if !arcs.is_empty() {
            writer.log(&entity(kind), &strips(arcs, in_metres))?;
        }
    }
    Ok(())
}

/// Where the arcs of a kind are drawn.
pub fn entity(kind: ArcKind) -> String {
    format!("/imports/{}", kind.name())
}

/// What an entity draws imports of: a kind of the city's, or `None` for those of a selection; and the place of the arc
/// that the instance is one half of. `None` for what is no import.
pub fn arc_at(entity: &str, instance: u64) -> Option<(Option<ArcKind>, usize)> {
    let index = usize::try_from(instance / 2).ok()?;
    if entity == SELECTED {
        return Some((None, index));
    }
    let kind = ArcKind::DRAWN.into_iter().find(|&kind| self::entity(kind) == entity)?;
    Some((Some(kind), index))
}

/// Arcs as line strips, two an arc: the paler half is at the imported end.
pub fn strips(arcs: &[Arc], radius: impl Fn(&Arc) -> Radius) -> LineStrips3D {
    let halves = || arcs.iter().flat_map(|arc| arc.halves().map(|half| (half, radius(arc))));
    LineStrips3D::new(halves().map(|((points, _), _)| points.to_vec()))
        .with_colors(halves().map(|((_, rgb), _)| color(rgb)))
        .with_radii(halves().map(|(_, radius)| radius))
}

/// An arc of the city is a thing in it, thicker the nearer one comes.
pub fn in_metres(arc: &Arc) -> Radius {
    Radius::new_scene_units(arc.radius)
}

/// The entity of the directories as a graph; its instances are the graph's nodes.
pub const GRAPH: &str = "/graph";

/// Logs `/graph`: directories at fixed places, and the imports between them.
pub fn log_graph(writer: &mut StoreWriter, analysis: &Analysis, city: &City) -> Result<(), StreamError> {
    let graph = &city.graph;
    let path = |index: u32| {
        let dir = graph.nodes[index as usize].dir;
        let path = &analysis.tree.dir(dir).path;
        // The root is told by what no directory is called, as one may have the repository's name.
        if path.is_empty() { format!("{}/", analysis.name) } else { path.to_string() }
    };
    let ids: Vec<_> = (0..graph.nodes.len() as u32).map(path).collect();
    let nodes = GraphNodes::new(ids.iter().map(String::as_str))
        .with_positions(graph.nodes.iter().map(|node| node.position))
        .with_radii(graph.nodes.iter().map(|node| node.radius))
        .with_colors([color(NODE_COLOR)])
        .with_labels(short_names(&ids))
        .with_show_labels(true);
    writer.log(GRAPH, &nodes)?;
    let id = |index: u32| ids[index as usize].as_str();
    let edges = GraphEdges::new(graph.edges.iter().map(|edge| (id(edge.from), id(edge.to)))).with_directed_edges();
    Ok(writer.log(GRAPH, &edges)?)
}

/// The last parts of each path, as many as tell it from the others; two at the most, or no name fits the graph.
fn short_names(paths: &[String]) -> Vec<&str> {
    let last = |path: &'_ str, parts: usize| {
        let path = path.trim_end_matches('/');
        path.rmatch_indices('/').nth(parts - 1).map_or(0, |(slash, _)| slash + 1)
    };
    let mut uses = FxHashMap::<&str, u32>::default();
    for path in paths {
        *uses.entry(&path[last(path, 1)..]).or_default() += 1;
    }
    let name = |path: &'_ String| if uses[&path[last(path, 1)..]] > 1 { last(path, 2) } else { last(path, 1) };
    paths.iter().map(|path| path[name(path)..].trim_end_matches('/')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_are_one_arc() {
        assert_eq!(arc_at("/imports/cycles", 4), Some((Some(ArcKind::Cycle), 2)));
        assert_eq!(arc_at("/imports/selected", 3), Some((None, 1)));
        assert_eq!(arc_at("/imports/others", 0), None);
        assert_eq!(arc_at("/city/src", 0), None);
    }

    #[test]
    fn names_are_told_apart() {
        let paths = ["a/src", "b/src", "c/d/tests", "src", "repo/"].map(str::to_owned);
        assert_eq!(short_names(&paths), ["a/src", "b/src", "tests", "src", "repo"]);
    }
}
