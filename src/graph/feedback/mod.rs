//! The cheapest set of edges found whose removal breaks a cycle: a feedback arc set of a strongly connected component.

mod order;
mod packing;
mod pairs;
mod parts;
mod simplex;
mod subsets;

use parts::{Arc, Part};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::CodeGraph;
use crate::scan::FileId;

/// Parts of a cycle with at most so many files are solved exactly, whatever their edges.
pub const EXACT_FILES: usize = 18;

/// Work allowed for one cycle, in steps of about a nanosecond.
const WORK: u64 = 4_000_000_000;

/// Work for each arc of the orders that are tried.
const ORDERS: u64 = 10_000;

/// What it costs to remove an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cost {
    /// Each import statement that an edge stands for counts 1.
    #[default]
    Imports,
    /// Each edge counts 1, however many imports it stands for.
    Edges,
}

/// Edges without which a cycle is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakingEdges {
    /// Importing and imported file, sorted. None of them is superfluous: each closes a cycle with the edges that stay.
    pub edges: Vec<(FileId, FileId)>,
    /// How many import statements they stand for.
    pub imports: u64,
    /// True when it is proven that no set costs less.
    pub exact: bool,
}

impl CodeGraph {
    /// The cheapest set of edges found within `cycles[cycle]` whose removal leaves no cycle among its files; none when
    /// there is no such cycle. The same graph gives the same edges.
    ///
    /// The problem is NP-hard (Karp 1972), and rarely hard in repositories. Pairs of files that import each other are settled
    /// first, and what is left is split where no cycle leads over. A part of at most [`EXACT_FILES`] files is solved by
    /// dynamic programming over subsets (Lawler 1964); of a larger one the linear relaxation says what must go at least, which
    /// mostly is a set of edges, and where it is not, the search branches. The order of Eades, Lin and Smyth 1993 with local
    /// search, guided by the relaxation, is what there is when the work allowed does not suffice. Takes milliseconds for a
    /// hundred files and seconds for the largest components known: compute it when asked, not for every analysis.
    pub fn breaking_edges(&self, cycle: usize, cost: Cost) -> BreakingEdges {
        let Some(files) = self.cycles.get(cycle) else {
            return BreakingEdges { edges: Vec::new(), imports: 0, exact: true };
        };
        let part = self.part(files, cost);
        let solution = break_cycles(&part, u64::MAX, &mut WORK.clone());
        let arcs = || solution.arcs.iter().map(|&arc| &part.arcs[arc]);
        BreakingEdges {
            edges: arcs().map(|arc| (files[arc.from], files[arc.to])).collect(),
            imports: arcs().map(|arc| u64::from(arc.imports)).sum(),
            exact: part.cost(&solution.arcs) <= solution.bound,
        }
    }

    /// The files of a cycle, numbered as they come, and the edges between them.
    fn part(&self, files: &[FileId], cost: Cost) -> Part {
        let mut arcs = Vec::new();
        for (from, file) in files.iter().enumerate() {
            for edge in self.graph.edges(NodeIndex::new(file.index())) {
                let target = FileId(edge.target().index() as u32);
                if let Ok(to) = files.binary_search(&target)
                    && from != to
                {
                    let imports = edge.weight().imports;
                    let cost = match cost {
                        Cost::Imports => imports,
                        Cost::Edges => 1,
                    };
                    arcs.push(Arc { from, to, cost, imports });
                }
            }
        }
        arcs.sort_unstable_by_key(|arc| (arc.from, arc.to));
        Part { nodes: (0..files.len() as u32).collect(), arcs }
    }
}

/// Indices of arcs that break all cycles of a part, sorted.
#[derive(Clone, Debug)]
struct Solution {
    arcs: Vec<usize>,
    /// No set costs less.
    bound: u64,
}

/// Breaks all cycles of any graph, none of the arcs superfluous. What costs `limit` or more need not be improved.
fn break_cycles(whole: &Part, limit: u64, work: &mut u64) -> Solution {
    let (settled, mut bound) = pairs::settle(whole);
    let mut kept = settled.arcs.clone();
    for part in parts::split(&settled) {
        let solution = solve(&part, limit.saturating_sub(bound), work);
        bound += solution.bound;
        let removed = solution.arcs.iter().map(|&arc| &part.arcs[arc]);
        let mut removed: Vec<_> = removed.map(|arc| (part.nodes[arc.from], part.nodes[arc.to])).collect();
        removed.sort_unstable();
        kept.retain(|arc| removed.binary_search(&(settled.nodes[arc.from], settled.nodes[arc.to])).is_err());
    }
    let order = order::topological(&Part { nodes: settled.nodes, arcs: kept });
    Solution { arcs: order::back(whole, &order), bound }
}

/// Breaks all cycles of a biconnected part without pairs.
fn solve(part: &Part, limit: u64, work: &mut u64) -> Solution {
    if part.nodes.len() <= EXACT_FILES {
        let arcs = subsets::solve(part);
        return Solution { bound: part.cost(&arcs), arcs };
    }
    solve_relaxed(part, limit, work)
}

fn solve_relaxed(part: &Part, limit: u64, work: &mut u64) -> Solution {
    *work = work.saturating_sub(ORDERS * part.arcs.len() as u64);
    let relaxed = packing::relax(part, work);
    let mut best = Solution { arcs: rounded(part, &relaxed.shares), bound: relaxed.bound };
    if best.bound < part.cost(&best.arcs) {
        improve(&mut best.arcs, part, order::search(part));
    }
    if relaxed.is_whole && relaxed.bound < part.cost(&best.arcs).min(limit) {
        branch(part, limit, &relaxed.shares, &mut best, work);
    }
    best
}

/// What the relaxation comes to when its shares are made whole.
fn rounded(part: &Part, shares: &[f64]) -> Vec<usize> {
    let kept = || part.arcs.iter().zip(shares).filter(|(_, share)| **share < 0.5);
    let nodes = part.nodes.clone();
    let order = order::topological(&Part { nodes: nodes.clone(), arcs: kept().map(|(arc, _)| *arc).collect() });
    if order.len() == nodes.len() {
        return order::back(part, &order);
    }
    // What goes anyway is cheap to pass.
    let guided = |(arc, share): (&Arc, &f64)| Arc {
        cost: 1 + (f64::from(arc.cost.min(1000)) * 1e3 * (1.0 - share)) as u32,
        ..*arc
    };
    order::search(&Part { nodes, arcs: part.arcs.iter().zip(shares).map(guided).collect() })
}

fn improve(best: &mut Vec<usize>, part: &Part, other: Vec<usize>) {
    if part.cost(&other) < part.cost(best) {
        *best = other;
    }
}

/// Either the arc goes that the relaxation is least sure of, or it stays.
fn branch(part: &Part, limit: u64, shares: &[f64], best: &mut Solution, work: &mut u64) {
    let doubt = |arc: &usize| (shares[*arc] - 0.5).abs();
    let Some(arc) = (0..shares.len()).min_by(|a, b| doubt(a).total_cmp(&doubt(b))) else { return };
    let nodes: Vec<_> = (0..part.nodes.len() as u32).collect();
    let mut without = part.arcs.clone();
    let removed = without.remove(arc);
    let limit = limit.min(part.cost(&best.arcs));
    let mut gone =
        break_cycles(&Part { nodes: nodes.clone(), arcs: without }, limit.saturating_sub(removed.cost.into()), work);
    gone.arcs.iter_mut().filter(|other| **other >= arc).for_each(|other| *other += 1);
    gone.arcs.push(arc);
    gone.arcs.sort_unstable();
    gone.bound += u64::from(removed.cost);
    let mut kept = part.arcs.clone();
    kept[arc].cost = u32::try_from(part.cost(&best.arcs)).unwrap_or(u32::MAX).saturating_add(1);
    let stays = break_cycles(&Part { nodes, arcs: kept }, limit.min(part.cost(&best.arcs)), work);
    best.bound = best.bound.max(gone.bound.min(stays.bound));
    for other in [gone.arcs, stays.arcs] {
        improve(&mut best.arcs, part, other);
    }
}

#[cfg(test)]
mod tests;
