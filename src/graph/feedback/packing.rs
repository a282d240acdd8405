//! How much of each arc must go at least: the linear relaxation of the problem, over cycles found as they are needed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashSet;

use super::parts::Part;
use super::simplex::Simplex;

/// A cycle's length when it loses a whole arc.
const WHOLE: u64 = 1_000_000_000;
/// Less than this missing is rounding.
const ROUNDING: u64 = 1_000;

pub(super) struct Relaxed {
    /// No set of arcs that breaks all cycles costs less.
    pub(super) bound: u64,
    /// How much of each arc goes, from 0 to 1: where all are one of these, they are a cheapest set.
    pub(super) shares: Vec<f64>,
    /// Whether it came to its end within the work allowed.
    pub(super) is_whole: bool,
}

/// Cutting planes for the covering of cycles by arcs (M. Grötschel, M. Jünger and G. Reinelt, "On the acyclic subgraph
/// polytope", Mathematical Programming 33, 1985), seen from its dual: a shortest cycle by the prices is the next to be packed.
pub(super) fn relax(part: &Part, work: &mut u64) -> Relaxed {
    let mut program = Simplex::new(part.arcs.iter().map(|arc| arc.cost));
    let mut search = Search::new(part);
    let is_whole = loop {
        let found = search.violated(program.prices(), work);
        if found.is_empty() {
            break *work > 0;
        }
        found.into_iter().for_each(|cycle| program.add(cycle));
        if !program.solve(work) {
            break false;
        }
    };
    let shares = program.prices().iter().map(|price| price.clamp(0.0, 1.0)).collect();
    Relaxed { bound: bound(part, &program), shares, is_whole }
}

/// What the packed cycles prove: each must lose an arc. Where they use more of an arc than it costs, that is taken off, so
/// that rounding errors prove nothing.
fn bound(part: &Part, program: &Simplex) -> u64 {
    let mut left: Vec<f64> = part.arcs.iter().map(|arc| f64::from(arc.cost)).collect();
    let mut sum = 0.0;
    for (cycle, times) in program.packed() {
        sum += times;
        cycle.iter().for_each(|&arc| left[arc] -= times);
    }
    sum += left.into_iter().map(|left| left.min(0.0)).sum::<f64>();
    (sum - 1e-6).ceil().max(0.0) as u64
}

/// Looks for cycles that lose too little.
struct Search<'a> {
    part: &'a Part,
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    known: FxHashSet<Vec<usize>>,
}

impl<'a> Search<'a> {
    fn new(part: &'a Part) -> Self {
        Self { part, outgoing: part.outgoing(), incoming: part.incoming(), known: FxHashSet::default() }
    }

    /// Cycles not known yet of which the shares of all arcs are less than 1: for each arc a shortest one at most.
    fn violated(&mut self, shares: &[f64], work: &mut u64) -> Vec<Vec<usize>> {
        // Of cycles that lose equally much, the one of fewer arcs says more.
        let lengths: Vec<_> = shares.iter().map(|share| 1 + (share.max(0.0) * WHOLE as f64) as u64).collect();
        let mut found = Vec::new();
        for node in 0..self.part.nodes.len() {
            let (distances, entered_by, visited) = self.distances(node, &lengths);
            *work = work.saturating_sub(8 * visited);
            if *work == 0 {
                break;
            }
            for &last in &self.incoming[node] {
                let from = self.part.arcs[last].from;
                if distances[from].saturating_add(lengths[last]) >= WHOLE - ROUNDING {
                    continue;
                }
                let mut cycle = vec![last];
                let mut at = from;
                while at != node {
                    cycle.push(entered_by[at]);
                    at = self.part.arcs[entered_by[at]].from;
                }
                cycle.sort_unstable();
                if self.known.insert(cycle.clone()) {
                    found.push(cycle);
                }
            }
        }
        found
    }

    /// How far each node is from `start` where it is near enough for a cycle that loses too little (E. W. Dijkstra 1959),
    /// by which arc it is reached, and how many arcs were looked at.
    fn distances(&self, start: usize, lengths: &[u64]) -> (Vec<u64>, Vec<usize>, u64) {
        let count = self.part.nodes.len();
        let (mut distances, mut entered_by, mut visited) = (vec![u64::MAX; count], vec![0; count], count as u64 / 8);
        distances[start] = 0;
        let mut open = BinaryHeap::from([Reverse((0, start))]);
        while let Some(Reverse((distance, node))) = open.pop() {
            if distance > distances[node] {
                continue;
            }
            for &arc in &self.outgoing[node] {
                visited += 1;
                let (to, length) = (self.part.arcs[arc].to, distance + lengths[arc]);
                if length < distances[to] && length < WHOLE - ROUNDING {
                    distances[to] = length;
                    entered_by[to] = arc;
                    open.push(Reverse((length, to)));
                }
            }
        }
        (distances, entered_by, visited)
    }
}
