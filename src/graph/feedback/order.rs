//! A good order of the nodes of a large part: what leads back in it breaks all cycles.

use std::collections::{BTreeSet, VecDeque};

use super::parts::Part;

/// At most so often is each node moved to its best place.
const MAX_ROUNDS: usize = 100;
/// Nodes shifted by all moves together: bounds the time for components of tens of thousands of files.
const MAX_SHIFTS: usize = 400_000_000;

/// Arcs that break all cycles, none of them superfluous, sorted.
pub(super) fn search(part: &Part) -> Vec<usize> {
    let (outgoing, incoming) = (part.outgoing(), part.incoming());
    [false, true]
        .map(|reversed| {
            let mut order = greedy(part, &outgoing, &incoming, reversed);
            improve(part, &outgoing, &incoming, &mut order);
            back(part, &order)
        })
        .into_iter()
        .min_by_key(|arcs| part.cost(arcs))
        .unwrap_or_default()
}

/// P. Eades, X. Lin and W. F. Smyth, "A fast and effective heuristic for the feedback arc set problem", Information
/// Processing Letters 47, 1993, with costs: sinks go to the end, sources to the front, and when there are none, the node
/// whose outgoing arcs outweigh its incoming ones most goes to the front; `reversed` sends its opposite to the end.
fn greedy(part: &Part, outgoing: &[Vec<usize>], incoming: &[Vec<usize>], reversed: bool) -> Vec<usize> {
    let count = part.nodes.len();
    let sum = |row: &Vec<usize>| part.cost(row) as i64;
    let mut out: Vec<i64> = outgoing.iter().map(sum).collect();
    let mut into: Vec<i64> = incoming.iter().map(sum).collect();
    let mut by_excess: BTreeSet<(i64, usize)> = (0..count).map(|node| (out[node] - into[node], node)).collect();
    let mut ends: VecDeque<usize> = (0..count).filter(|&node| out[node] == 0 || into[node] == 0).collect();
    let mut is_placed = vec![false; count];
    let (mut front, mut end) = (Vec::new(), Vec::new());
    while !by_excess.is_empty() {
        let next = ends.pop_front().filter(|&node| !is_placed[node]);
        let node = match next {
            Some(node) => node,
            None if !ends.is_empty() => continue,
            None if reversed => by_excess.first().map_or(0, |&(_, node)| node),
            None => by_excess.last().map_or(0, |&(_, node)| node),
        };
        by_excess.remove(&(out[node] - into[node], node));
        is_placed[node] = true;
        let goes_last = out[node] == 0 || (reversed && into[node] != 0);
        if goes_last { &mut end } else { &mut front }.push(node);
        let targets = outgoing[node].iter().map(|&arc| (part.arcs[arc].to, 0, i64::from(part.arcs[arc].cost)));
        let sources = incoming[node].iter().map(|&arc| (part.arcs[arc].from, i64::from(part.arcs[arc].cost), 0));
        for (other, less_out, less_into) in targets.chain(sources) {
            if !is_placed[other] {
                by_excess.remove(&(out[other] - into[other], other));
                out[other] -= less_out;
                into[other] -= less_into;
                by_excess.insert((out[other] - into[other], other));
                if out[other] == 0 || into[other] == 0 {
                    ends.push_back(other);
                }
            }
        }
    }
    end.reverse();
    front.append(&mut end);
    front
}

/// Moves each node to the place that is best for it, until no move helps.
fn improve(part: &Part, outgoing: &[Vec<usize>], incoming: &[Vec<usize>], order: &mut [usize]) {
    let mut place = places(order);
    let mut shifts = 0;
    for _ in 0..MAX_ROUNDS {
        let mut is_better = false;
        for node in 0..order.len() {
            let Some(to) = best_place(part, &outgoing[node], &incoming[node], &place, node) else { continue };
            let from = place[node];
            if from < to {
                order[from..=to].rotate_left(1);
            } else {
                order[to..=from].rotate_right(1);
            }
            for moved in from.min(to)..=from.max(to) {
                place[order[moved]] = moved;
            }
            shifts += from.abs_diff(to);
            is_better = true;
        }
        if !is_better || shifts > MAX_SHIFTS {
            break;
        }
    }
}

/// Where the node has to go to save most; `None` when it stands well.
fn best_place(part: &Part, outgoing: &[usize], incoming: &[usize], place: &[usize], node: usize) -> Option<usize> {
    let here = place[node];
    // What passing the other end of an arc to the left costs; passing it to the right costs the opposite.
    let targets = outgoing.iter().map(|&arc| (place[part.arcs[arc].to], -i64::from(part.arcs[arc].cost)));
    let sources = incoming.iter().map(|&arc| (place[part.arcs[arc].from], i64::from(part.arcs[arc].cost)));
    let mut neighbours: Vec<_> = targets.chain(sources).collect();
    neighbours.sort_unstable();
    let middle = neighbours.partition_point(|&(place, _)| place < here);
    let mut best = (0, None);
    let mut see = |total: i64, place| {
        if total < best.0 {
            best = (total, Some(place));
        }
    };
    let mut total = 0;
    for same in neighbours[..middle].chunk_by(|a, b| a.0 == b.0).rev() {
        total += same.iter().map(|&(_, cost)| cost).sum::<i64>();
        see(total, same[0].0);
    }
    total = 0;
    for same in neighbours[middle..].chunk_by(|a, b| a.0 == b.0) {
        total -= same.iter().map(|&(_, cost)| cost).sum::<i64>();
        see(total, same[0].0);
    }
    best.1
}

fn places(order: &[usize]) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    for (place, &node) in order.iter().enumerate() {
        places[node] = place;
    }
    places
}

/// An order in which no arc of a graph without cycles leads back; of several nodes that may come next the first.
pub(super) fn topological(part: &Part) -> Vec<usize> {
    let outgoing = part.outgoing();
    let mut missing: Vec<_> = part.incoming().iter().map(Vec::len).collect();
    let mut ready: BTreeSet<_> = (0..missing.len()).filter(|&node| missing[node] == 0).collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(node) = ready.pop_first() {
        order.push(node);
        for &arc in &outgoing[node] {
            let to = part.arcs[arc].to;
            missing[to] -= 1;
            if missing[to] == 0 {
                ready.insert(to);
            }
        }
    }
    order
}

/// The arcs that lead back in an order, without superfluous ones, sorted.
pub(super) fn back(part: &Part, order: &[usize]) -> Vec<usize> {
    let place = places(order);
    let back = (0..part.arcs.len()).filter(|&arc| place[part.arcs[arc].from] > place[part.arcs[arc].to]);
    minimal(part, &part.outgoing(), back.collect())
}

/// Puts back what closes no cycle, the most expensive first.
fn minimal(part: &Part, outgoing: &[Vec<usize>], mut removed: Vec<usize>) -> Vec<usize> {
    let mut is_removed = vec![false; part.arcs.len()];
    removed.iter().for_each(|&arc| is_removed[arc] = true);
    removed.sort_by_key(|&arc| (std::cmp::Reverse(part.arcs[arc].cost), arc));
    let mut seen = vec![usize::MAX; part.nodes.len()];
    for (round, &arc) in removed.iter().enumerate() {
        let (goal, mut open) = (part.arcs[arc].from, vec![part.arcs[arc].to]);
        seen[part.arcs[arc].to] = round;
        while let Some(node) = open.pop().filter(|&node| node != goal) {
            for &next in outgoing[node].iter().filter(|&&next| !is_removed[next]) {
                let to = part.arcs[next].to;
                if std::mem::replace(&mut seen[to], round) != round {
                    open.push(to);
                }
            }
        }
        is_removed[arc] = seen[goal] == round;
    }
    removed.retain(|&arc| is_removed[arc]);
    removed.sort_unstable();
    removed
}
