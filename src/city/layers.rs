//! Places for the nodes of a small graph: rows by dependency, few crossings (Sugiyama, Tagawa, Toda 1981).

use std::cmp::Reverse;

use glam::Vec2;

use super::graph::DirectoryEdge;

/// Distance between neighbours in a row and between rows.
const SPACING: Vec2 = Vec2::new(130.0, 85.0);
/// A row is at most this many times as wide, in nodes, as a square of all nodes.
const WIDEST: f32 = 0.8;
/// How far short rows go aside, as a share of what they are shorter.
const ASIDE: f32 = 0.25;
/// How often the order within rows is improved.
const SWEEPS: usize = 12;

/// A place for each of `count` nodes. Where imports are not circular, the importing node stands above the imported one.
pub(super) fn positions(count: usize, edges: &[DirectoryEdge]) -> Vec<Vec2> {
    let mut neighbours: Vec<Vec<(usize, f32)>> = vec![Vec::new(); count];
    for edge in edges {
        neighbours[edge.from as usize].push((edge.to as usize, edge.weight as f32));
        neighbours[edge.to as usize].push((edge.from as usize, edge.weight as f32));
    }
    let mut rows = rows(count, edges, &neighbours);
    let mut places = vec![Vec2::ZERO; count];
    set_places(&rows, &mut places);
    for _ in 0..SWEEPS {
        for row in &mut rows {
            let pull = |&node: &usize| {
                let weight: f32 = neighbours[node].iter().map(|(_, weight)| weight).sum();
                let sum: f32 = neighbours[node].iter().map(|&(other, weight)| places[other].x * weight).sum();
                if weight > 0.0 { sum / weight } else { places[node].x }
            };
            row.sort_by(|a, b| pull(a).total_cmp(&pull(b)).then(a.cmp(b)));
        }
        set_places(&rows, &mut places);
    }
    places
}

fn set_places(rows: &[Vec<usize>], places: &mut [Vec2]) {
    let top = (rows.len().saturating_sub(1)) as f32 / 2.0;
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    for (row, y) in rows.iter().zip(0u16..) {
        // Short rows alternate to the sides, or their edges would all run over each other in the middle.
        let aside = (f32::from(y % 3) - 1.0) * ASIDE * (widest - row.len()) as f32;
        let left = (row.len() - 1) as f32 / 2.0 + aside;
        for (&node, x) in row.iter().zip(0u16..) {
            places[node] = SPACING * Vec2::new(f32::from(x) - left, f32::from(y) - top);
        }
    }
}

/// Nodes by layer, wide layers wrapped; nodes without edges come last.
fn rows(count: usize, edges: &[DirectoryEdge], neighbours: &[Vec<(usize, f32)>]) -> Vec<Vec<usize>> {
    let layers = layers(count, edges);
    let widest = (WIDEST * (count as f32).sqrt()).ceil().max(1.0) as usize;
    let lone = |&node: &usize| neighbours[node].is_empty();
    let mut rows = Vec::new();
    for layer in 0..=layers.iter().copied().max().unwrap_or(0) {
        let nodes: Vec<usize> = (0..count).filter(|node| layers[*node] == layer && !lone(node)).collect();
        rows.extend(nodes.chunks(widest).map(<[usize]>::to_vec));
    }
    let lone: Vec<usize> = (0..count).filter(lone).collect();
    rows.extend(lone.chunks(widest).map(<[usize]>::to_vec));
    rows
}

/// The length of the longest chain of importers above each node, imports that close a circle left out.
fn layers(count: usize, edges: &[DirectoryEdge]) -> Vec<usize> {
    let order = order(count, edges);
    let mut place = vec![0; count];
    for (index, &node) in order.iter().enumerate() {
        place[node] = index;
    }
    let mut downward: Vec<&DirectoryEdge> =
        edges.iter().filter(|edge| place[edge.from as usize] < place[edge.to as usize]).collect();
    downward.sort_by_key(|edge| (place[edge.from as usize], edge.to));
    let mut layers = vec![0; count];
    for edge in downward {
        let (from, to) = (edge.from as usize, edge.to as usize);
        layers[to] = layers[to].max(layers[from] + 1);
    }
    layers
}

/// An order in which few imports point backwards (Eades, Lin, Smyth 1993): again and again, what nothing left imports
/// goes to the front, what imports nothing left to the back, or else what imports more than it is imported to the front.
fn order(count: usize, edges: &[DirectoryEdge]) -> Vec<usize> {
    let (mut front, mut back) = (Vec::new(), Vec::new());
    let mut left: Vec<usize> = (0..count).collect();
    let (mut out, mut into) = (vec![0i64; count], vec![0i64; count]);
    for edge in edges {
        out[edge.from as usize] += i64::from(edge.weight);
        into[edge.to as usize] += i64::from(edge.weight);
    }
    while !left.is_empty() {
        let sink = left.iter().position(|&node| out[node] == 0 && into[node] > 0);
        let source = || left.iter().position(|&node| into[node] == 0);
        let strongest =
            || (0..left.len()).max_by_key(|&index| (out[left[index]] - into[left[index]], Reverse(left[index])));
        let Some(index) = sink.or_else(source).or_else(strongest) else { break };
        let node = left.remove(index);
        if sink.is_some() {
            back.push(node);
        } else {
            front.push(node);
        }
        for edge in edges {
            if edge.from as usize == node {
                into[edge.to as usize] -= i64::from(edge.weight);
            } else if edge.to as usize == node {
                out[edge.from as usize] -= i64::from(edge.weight);
            }
        }
    }
    front.extend(back.into_iter().rev());
    front
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: &[(u32, u32, u32)]) -> Vec<DirectoryEdge> {
        pairs.iter().map(|&(from, to, weight)| DirectoryEdge { from, to, weight }).collect()
    }

    #[track_caller]
    fn check_layers(count: usize, pairs: &[(u32, u32, u32)], expect: &[usize]) {
        assert_eq!(layers(count, &edges(pairs)), expect);
    }

    #[test]
    fn importers_stand_above() {
        check_layers(3, &[(0, 1, 1), (1, 2, 1)], &[0, 1, 2]);
        check_layers(3, &[(2, 1, 1), (1, 0, 1)], &[2, 1, 0]);
        check_layers(4, &[(0, 1, 1), (0, 2, 1), (1, 3, 1), (2, 3, 1)], &[0, 1, 1, 2]);
        // The weaker import of a circle points upwards.
        check_layers(2, &[(0, 1, 1), (1, 0, 5)], &[1, 0]);
        check_layers(0, &[], &[]);
    }

    #[test]
    fn no_two_nodes_share_a_place() {
        let pairs: Vec<_> =
            (0..300u32).flat_map(|from| [(from, (from * 7 + 3) % 300, 1), (from, from / 2, 2)]).collect();
        let pairs: Vec<_> = pairs.into_iter().filter(|(from, to, _)| from != to).collect();
        let mut places = positions(310, &edges(&pairs));
        places.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
        for pair in places.windows(2) {
            assert!(pair[0].distance(pair[1]) > 50.0);
        }
    }
}
