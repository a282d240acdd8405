//! Files that import each other are settled first: what is left is much smaller, and often falls apart.

use super::parts::{Arc, Part};

/// What is left of a part, and what has been paid already. Any order of two nodes makes one of the arcs between them lead
/// back: the cheaper one's cost is paid whatever the order, and only the difference depends on it.
pub(super) fn settle(part: &Part) -> (Part, u64) {
    let cost_of = |from, to| {
        let found = part.arcs.binary_search_by_key(&(from, to), |arc| (arc.from, arc.to));
        found.map_or(0, |at| part.arcs[at].cost)
    };
    let mut paid = 0;
    let mut arcs = Vec::new();
    for arc in &part.arcs {
        let opposite = cost_of(arc.to, arc.from);
        if arc.cost > opposite {
            arcs.push(Arc { cost: arc.cost - opposite, ..*arc });
        }
        if arc.from < arc.to {
            paid += u64::from(arc.cost.min(opposite));
        }
    }
    (Part { nodes: part.nodes.clone(), arcs }, paid)
}
