//! The optimum of a small part, by dynamic programming over subsets of its nodes.

use super::parts::Part;

/// Nodes whose subsets are looked up in one table.
const HALF: usize = 10;

/// Arcs that break all cycles at the least cost, sorted. For at most `2 * HALF` nodes; takes `nodes * 2^nodes` steps.
///
/// An order of the nodes breaks all cycles by removing the arcs that lead back. The cheapest order of a set ends with some
/// node, whose arcs into the set lead back, after the cheapest order of the rest (E. L. Lawler, "A comment on minimum feedback
/// arc sets", IEEE Transactions on Circuit Theory 11, 1964).
pub(super) fn solve(part: &Part) -> Vec<usize> {
    let count = part.nodes.len();
    let into = IntoSubsets::new(part);
    let mut costs = vec![0_u32; 1 << count];
    for set in 1_usize..1 << count {
        costs[set] =
            members(set).map(|last| costs[set & !(1 << last)].saturating_add(into.cost(last, set))).min().unwrap_or(0);
    }
    let mut place = vec![0; count];
    let mut set = (1_usize << count) - 1;
    while set != 0 {
        let ends = |last: &usize| costs[set & !(1 << last)].saturating_add(into.cost(*last, set)) == costs[set];
        let Some(last) = members(set).find(ends) else { break };
        set &= !(1 << last);
        place[last] = set.count_ones();
    }
    let back = |arc: &usize| place[part.arcs[*arc].from] > place[part.arcs[*arc].to];
    (0..part.arcs.len()).filter(back).collect()
}

fn members(mut set: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let member = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(member)
    })
}

/// Costs of a node's arcs into any subset, as the sum of two table entries.
struct IntoSubsets {
    low: Vec<Vec<u32>>,
    high: Vec<Vec<u32>>,
}

impl IntoSubsets {
    fn new(part: &Part) -> Self {
        let count = part.nodes.len();
        let mut costs = vec![vec![0_u32; count]; count];
        for arc in &part.arcs {
            costs[arc.from][arc.to] = arc.cost;
        }
        let table = |costs: &[u32]| {
            let mut sums = vec![0_u32; 1 << costs.len()];
            for set in 1..sums.len() {
                sums[set] = sums[set & (set - 1)].saturating_add(costs[set.trailing_zeros() as usize]);
            }
            sums
        };
        let half = count.min(HALF);
        Self {
            low: costs.iter().map(|costs| table(&costs[..half])).collect(),
            high: costs.iter().map(|costs| table(&costs[half..])).collect(),
        }
    }

    fn cost(&self, node: usize, set: usize) -> u32 {
        self.low[node][set & ((1 << HALF) - 1)].saturating_add(self.high[node][set >> HALF])
    }
}
