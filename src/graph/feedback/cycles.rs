//! Branch and bound over short cycles: improves a set that breaks all cycles, or proves that none is cheaper.

use super::Solution;
use super::parts::Part;

/// Arcs looked at before the search gives up: some tenths of a second.
const MAX_STEPS: usize = 40_000_000;
/// More arcs than this are not searched: nothing was ever proven of them.
const MAX_ARCS: usize = 20_000;

/// The cheapest set found within a bound on the work, not worse than `best`; exact when the search came to its end.
///
/// Each cycle must lose an arc: the search branches over the arcs of one cycle. What cycles without common arcs cost at
/// least, added up, is a bound from below.
pub(super) fn improve(part: &Part, best: Vec<usize>) -> Solution {
    if part.arcs.len() > MAX_ARCS {
        return Solution { arcs: best, exact: false };
    }
    let mut search = Search {
        part,
        outgoing: part.outgoing(),
        states: vec![State::Free; part.arcs.len()],
        best_cost: part.cost(&best),
        best,
        steps: 0,
        seen: vec![0; part.nodes.len()],
        round: 0,
        entered_by: vec![0; part.nodes.len()],
    };
    search.branch(0);
    let exact = search.steps < MAX_STEPS;
    search.best.sort_unstable();
    Solution { arcs: search.best, exact }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    /// No longer there.
    Removed,
    /// Not to be removed: sets without it were searched before.
    Kept,
}

struct Search<'a> {
    part: &'a Part,
    outgoing: Vec<Vec<usize>>,
    states: Vec<State>,
    best: Vec<usize>,
    best_cost: u64,
    steps: usize,
    /// The round in which a node was reached last.
    seen: Vec<u32>,
    round: u32,
    /// The arc over which a node was reached.
    entered_by: Vec<usize>,
}

/// What is known of the cycles that are left.
enum Bound {
    /// No cycle is left.
    Broken,
    /// The rest costs too much.
    Hopeless,
    /// The arcs of a cycle that may be removed.
    Cycle(Vec<usize>),
}

impl Search<'_> {
    /// Every level removes an arc that costs 1 at least, so that the depth is at most the cost of the best set.
    fn branch(&mut self, cost: u64) {
        let cycle = match self.bound(cost) {
            Bound::Hopeless => return,
            Bound::Broken => {
                self.best = (0..self.states.len()).filter(|&arc| self.states[arc] == State::Removed).collect();
                self.best_cost = cost;
                return;
            }
            Bound::Cycle(arcs) => arcs,
        };
        for &arc in &cycle {
            if self.steps >= MAX_STEPS {
                break;
            }
            self.states[arc] = State::Removed;
            self.branch(cost + u64::from(self.part.arcs[arc].cost));
            self.states[arc] = State::Kept;
        }
        for &arc in &cycle {
            self.states[arc] = State::Free;
        }
    }

    /// Packs cycles, short ones first: each takes what its cheapest arc has left from all its arcs.
    fn bound(&mut self, cost: u64) -> Bound {
        let mut left: Vec<u32> = self.part.arcs.iter().map(|arc| arc.cost).collect();
        let mut bound = cost;
        let mut first = None;
        let count = self.part.nodes.len();
        let mut longest = 2;
        loop {
            let mut is_cut_short = false;
            for node in 0..count {
                while let Some(arcs) = self.shortest_cycle(node, longest, &left, &mut is_cut_short) {
                    let free: Vec<_> = arcs.into_iter().filter(|&arc| self.states[arc] == State::Free).collect();
                    let Some(least) = free.iter().map(|&arc| left[arc]).min() else { return Bound::Hopeless };
                    bound += u64::from(least);
                    free.iter().for_each(|&arc| left[arc] -= least);
                    first.get_or_insert(free);
                    if bound >= self.best_cost || self.steps >= MAX_STEPS {
                        return Bound::Hopeless;
                    }
                }
            }
            if !is_cut_short {
                return first.map_or(Bound::Broken, Bound::Cycle);
            }
            longest = (longest * 2).min(count);
        }
    }

    /// The shortest cycle through `start` of at most `longest` arcs that are there and have something left.
    fn shortest_cycle(
        &mut self,
        start: usize,
        longest: usize,
        left: &[u32],
        is_cut_short: &mut bool,
    ) -> Option<Vec<usize>> {
        self.round += 1;
        let mut open = vec![start];
        for _ in 0..longest {
            let mut next = Vec::new();
            for node in open {
                for &arc in &self.outgoing[node] {
                    self.steps += 1;
                    let state = self.states[arc];
                    if state == State::Removed || (state == State::Free && left[arc] == 0) {
                        continue;
                    }
                    let to = self.part.arcs[arc].to;
                    if to == start {
                        return Some(self.way_back(start, arc));
                    }
                    if self.seen[to] != self.round {
                        self.seen[to] = self.round;
                        self.entered_by[to] = arc;
                        next.push(to);
                    }
                }
            }
            open = next;
            if open.is_empty() {
                return None;
            }
        }
        *is_cut_short = true;
        None
    }

    fn way_back(&self, start: usize, last: usize) -> Vec<usize> {
        let mut arcs = vec![last];
        let mut node = self.part.arcs[last].from;
        while node != start {
            let arc = self.entered_by[node];
            arcs.push(arc);
            node = self.part.arcs[arc].from;
        }
        arcs.reverse();
        arcs
    }
}
