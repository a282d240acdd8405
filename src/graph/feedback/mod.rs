//! The cheapest set of edges found whose removal breaks a cycle: a feedback arc set of a strongly connected component.

mod cycles;
mod order;
mod parts;
mod subsets;

use parts::Part;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::CodeGraph;
use crate::scan::FileId;

/// Parts of a cycle with at most so many files are solved exactly, whatever their edges.
pub const EXACT_FILES: usize = 18;

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
    /// The problem is NP-hard (Karp 1972). The component is split at its articulation points, over which no cycle leads;
    /// a part of at most [`EXACT_FILES`] files is solved exactly by dynamic programming over subsets (Lawler 1964), a larger
    /// one by the order of Eades, Lin and Smyth 1993 with local search, which a branch and bound over short cycles then
    /// improves or proves to be optimal as far as a bound on its work allows. Takes milliseconds for a hundred files and
    /// seconds for the largest components known: compute it when asked, not for every analysis.
    pub fn breaking_edges(&self, cycle: usize, cost: Cost) -> BreakingEdges {
        let Some(files) = self.cycles.get(cycle) else {
            return BreakingEdges { edges: Vec::new(), imports: 0, exact: true };
        };
        let mut exact = true;
        let mut edges = Vec::new();
        let mut imports = 0;
        for part in parts::split(&self.part(files, cost)) {
            let solution = solve(&part);
            exact &= solution.exact;
            for arc in solution.arcs {
                let arc = &part.arcs[arc];
                imports += u64::from(arc.imports);
                edges.push((files[part.nodes[arc.from] as usize], files[part.nodes[arc.to] as usize]));
            }
        }
        edges.sort_unstable();
        BreakingEdges { edges, imports, exact }
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
                    arcs.push(parts::Arc { from, to, cost, imports });
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
    exact: bool,
}

fn solve(part: &Part) -> Solution {
    if part.nodes.len() <= EXACT_FILES {
        return Solution { arcs: subsets::solve(part), exact: true };
    }
    cycles::improve(part, order::search(part))
}

#[cfg(test)]
mod tests;
