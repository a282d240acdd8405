//! Edges become a [`CodeGraph`]: who imports whom, cycles, layers, ranks. Knows neither Rerun nor layout.

pub mod betweenness;
pub mod communities;
pub mod directories;
pub mod feedback;
mod rank;
mod rows;
#[cfg(test)]
mod testing;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::graphmap::DiGraphMap;
use petgraph::visit::EdgeRef;

use crate::lang::ImportKind;
use crate::resolve::Edge;
use crate::scan::FileId;

/// One dependency of a file on another, its imports merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// How many import statements (lines and kinds) it stands for.
    pub imports: u32,
    /// How many of them are [`ImportKind::TypeOnly`].
    pub type_only: u32,
}

/// Files and their dependencies: at most one edge a pair, [`ImportKind::Module`] left out.
#[derive(Clone, Debug)]
pub struct CodeGraph {
    /// Node `i` is `FileId(i)`; an edge leads from the importing to the imported file.
    pub graph: DiGraph<(), Weight, u32>,
    /// Strongly connected components of two files and more, largest first, then by first file; files sorted.
    pub cycles: Vec<Vec<FileId>>,
    /// Index into `cycles` by file.
    pub cycle_of: Vec<Option<u32>>,
    /// Length of the longest chain of imports below each file, cycles taken as one: 0 imports nothing.
    pub layers: Vec<u32>,
    /// See [`rank::page_rank`]; adds up to 1.
    pub ranks: Vec<f64>,
}

impl CodeGraph {
    /// The graph of `files` files with `edges` sorted by source and target.
    pub fn new(files: usize, edges: &[Edge]) -> Self {
        let mut graph = DiGraph::with_capacity(files, edges.len());
        for _ in 0..files {
            graph.add_node(());
        }
        let imports = edges.iter().filter(|edge| edge.kind != ImportKind::Module).collect::<Vec<_>>();
        for same in imports.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)) {
            let type_only = same.iter().filter(|edge| edge.kind == ImportKind::TypeOnly).count() as u32;
            let weight = Weight { imports: same.len() as u32, type_only };
            graph.add_edge(NodeIndex::new(same[0].from.index()), NodeIndex::new(same[0].to.index()), weight);
        }
        // Kosaraju's algorithm in petgraph keeps its own stack, Tarjan's recurses; components come dependencies first.
        let components = kosaraju_scc(&graph);
        let layers = layers(&graph, &components);
        let cycles = cycles(components);
        let mut cycle_of = vec![None; files];
        for (cycle, index) in cycles.iter().zip(0..) {
            for file in cycle {
                cycle_of[file.index()] = Some(index);
            }
        }
        let ranks = rank::page_rank(&graph);
        Self { graph, cycles, cycle_of, layers, ranks }
    }

    /// How many distinct files import each file.
    pub fn fan_in(&self, file: FileId) -> usize {
        self.graph.neighbors_directed(NodeIndex::new(file.index()), petgraph::Incoming).count()
    }

    /// How many distinct files each file imports.
    pub fn fan_out(&self, file: FileId) -> usize {
        self.graph.neighbors_directed(NodeIndex::new(file.index()), petgraph::Outgoing).count()
    }

    /// True when both files are in the same cycle.
    pub fn same_cycle(&self, a: FileId, b: FileId) -> bool {
        let cycle = self.cycle_of[a.index()];
        cycle.is_some() && cycle == self.cycle_of[b.index()]
    }
}

impl CodeGraph {
    /// Whether files of `cycles[cycle]` still import each other in a circle when imports for a type checker are left out.
    /// Where they do not, no module of the cycle waits for another while the program loads.
    pub fn is_cycle_at_runtime(&self, cycle: usize) -> bool {
        let Some(files) = self.cycles.get(cycle) else { return false };
        let within = |file: FileId| self.cycle_of[file.index()] == Some(cycle as u32);
        let mut runtime = DiGraphMap::<u32, ()>::new();
        for file in files {
            for edge in self.graph.edges(NodeIndex::new(file.index())) {
                let to = FileId(edge.target().index() as u32);
                if within(to) && edge.weight().imports > edge.weight().type_only {
                    runtime.add_edge(file.0, to.0, ());
                }
            }
        }
        kosaraju_scc(&runtime).iter().any(|component| component.len() > 1)
    }
}

fn cycles(components: Vec<Vec<NodeIndex>>) -> Vec<Vec<FileId>> {
    let mut cycles: Vec<Vec<FileId>> = components
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|component| {
            let mut files: Vec<_> = component.into_iter().map(|node| FileId(node.index() as u32)).collect();
            files.sort_unstable();
            files
        })
        .collect();
    cycles.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    cycles
}

/// `components` in reverse topological order: what a component imports comes before it.
fn layers(graph: &DiGraph<(), Weight, u32>, components: &[Vec<NodeIndex>]) -> Vec<u32> {
    let mut component_of = vec![0; graph.node_count()];
    for (index, component) in components.iter().enumerate() {
        for node in component {
            component_of[node.index()] = index;
        }
    }
    let mut component_layers = vec![0; components.len()];
    for (index, component) in components.iter().enumerate() {
        let below = component.iter().flat_map(|&node| graph.neighbors(node)).map(|to| component_of[to.index()]);
        let layer = below.filter(|&to| to != index).map(|to| component_layers[to] + 1).max();
        component_layers[index] = layer.unwrap_or(0);
    }
    component_of.iter().map(|&component| component_layers[component]).collect()
}

#[cfg(test)]
mod tests {
    use super::testing::graph;
    use super::*;

    #[test]
    fn cycles_are_largest_first() {
        let graph = graph(7, &[(0, 1), (1, 0), (2, 3), (3, 4), (4, 2), (4, 0), (5, 6)]);
        assert_eq!(graph.cycles, [vec![FileId(2), FileId(3), FileId(4)], vec![FileId(0), FileId(1)]]);
        assert_eq!(graph.cycle_of, [Some(1), Some(1), Some(0), Some(0), Some(0), None, None]);
        assert!(graph.same_cycle(FileId(2), FileId(4)) && !graph.same_cycle(FileId(4), FileId(0)));
        assert!(!graph.same_cycle(FileId(5), FileId(6)));
    }

    #[test]
    fn layers_take_a_cycle_as_one() {
        assert_eq!(graph(5, &[(0, 1), (1, 2), (2, 1), (2, 3)]).layers, [2, 1, 1, 0, 0]);
    }

    #[test]
    fn modules_are_containment_and_pairs_are_merged() {
        let edge = |line, kind| Edge { from: FileId(0), to: FileId(1), line, kind };
        let graph = CodeGraph::new(
            2,
            &[edge(1, ImportKind::Runtime), edge(2, ImportKind::Module), edge(3, ImportKind::ReExport)],
        );
        assert_eq!(graph.graph.edge_count(), 1);
        assert_eq!(graph.graph.edge_weights().next().unwrap().imports, 2);
        assert_eq!((graph.fan_in(FileId(1)), graph.fan_out(FileId(0))), (1, 1));
    }

    #[test]
    fn type_only_imports_make_no_cycle_at_runtime() {
        let edge = |from, to, kind| Edge { from: FileId(from), to: FileId(to), line: 1, kind };
        let graph = |back| CodeGraph::new(2, &[edge(0, 1, ImportKind::Runtime), edge(1, 0, back)]);
        assert!(graph(ImportKind::Dynamic).is_cycle_at_runtime(0));
        assert!(!graph(ImportKind::TypeOnly).is_cycle_at_runtime(0));
        assert_eq!(graph(ImportKind::TypeOnly).cycles.len(), 1);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: Vec<_> = (0..200_000).map(|i| (i, i + 1)).collect();
        let graph = graph(200_001, &chain);
        assert_eq!(graph.layers[0], 200_000);
    }
}
