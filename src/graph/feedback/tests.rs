use super::*;
use crate::graph::{Weight, testing};
use crate::lang::ImportKind;
use crate::resolve::Edge;

/// A graph of edges with so many imports each.
fn graph(edges: &[(u32, u32, u32)]) -> CodeGraph {
    let files = edges.iter().map(|edge| edge.0.max(edge.1) + 1).max().unwrap_or(0);
    let lines = |&(from, to, imports): &(u32, u32, u32)| {
        (1..=imports).map(move |line| Edge { from: FileId(from), to: FileId(to), line, kind: ImportKind::Runtime })
    };
    let mut edges: Vec<_> = edges.iter().flat_map(lines).collect();
    edges.sort_unstable();
    CodeGraph::new(files as usize, &edges)
}

/// The graph without these edges has no cycle.
#[track_caller]
fn assert_broken(graph: &CodeGraph, found: &BreakingEdges) {
    let mut left = graph.graph.clone();
    left.retain_edges(|left, edge| {
        let (from, to) = left.edge_endpoints(edge).unwrap();
        !found.edges.contains(&(FileId(from.index() as u32), FileId(to.index() as u32)))
    });
    assert!(!petgraph::algo::is_cyclic_directed(&left), "{found:?}");
}

/// The edges that break the only cycle, and that they are proven to be the cheapest.
#[track_caller]
fn check(edges: &[(u32, u32, u32)], cost: Cost, expect: &[(u32, u32)]) {
    let graph = graph(edges);
    let found = graph.breaking_edges(0, cost);
    assert_broken(&graph, &found);
    assert_eq!(found.edges, expect.iter().map(|&(from, to)| (FileId(from), FileId(to))).collect::<Vec<_>>());
    assert!(found.exact);
    let weights = found.edges.iter().map(|&(from, to)| weight(&graph, from, to).imports);
    assert_eq!(found.imports, weights.map(u64::from).sum::<u64>());
}

fn weight(graph: &CodeGraph, from: FileId, to: FileId) -> Weight {
    let edge = graph.graph.find_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index())).unwrap();
    graph.graph[edge]
}

#[test]
fn the_weaker_direction_goes() {
    check(&[(0, 1, 3), (1, 0, 1)], Cost::Imports, &[(1, 0)]);
    check(&[(0, 1, 3), (1, 2, 2), (2, 0, 5)], Cost::Imports, &[(1, 2)]);
}

#[test]
fn one_edge_breaks_two_cycles() {
    check(&[(0, 1, 1), (1, 2, 1), (2, 0, 1), (1, 3, 1), (3, 0, 1)], Cost::Edges, &[(0, 1)]);
    check(&[(0, 1, 3), (1, 2, 1), (2, 0, 1), (1, 3, 1), (3, 0, 1)], Cost::Edges, &[(0, 1)]);
    check(&[(0, 1, 3), (1, 2, 1), (2, 0, 2), (1, 3, 1), (3, 0, 2)], Cost::Imports, &[(1, 2), (1, 3)]);
}

#[test]
fn cycles_that_share_a_file_are_broken_one_by_one() {
    check(
        &[(0, 1, 1), (1, 0, 2), (1, 2, 2), (2, 1, 1), (2, 3, 1), (3, 2, 9)],
        Cost::Imports,
        &[(0, 1), (2, 1), (2, 3)],
    );
}

#[test]
fn no_cycle_is_no_edge() {
    let none = graph(&[(0, 1, 1)]).breaking_edges(0, Cost::Imports);
    assert_eq!(none, BreakingEdges { edges: Vec::new(), imports: 0, exact: true });
}

/// Random edges with 1 to 4 imports each.
fn random(files: u32, edges: usize, seed: u64) -> Vec<(u32, u32, u32)> {
    let mut next = testing::numbers(seed);
    let pairs = testing::random(files, edges, seed);
    pairs.into_iter().map(|(from, to)| (from, to, 1 + next(4))).collect()
}

/// The least cost over all orders of the nodes.
fn least_cost(part: &Part) -> u64 {
    fn extend(part: &Part, order: &mut Vec<usize>, best: &mut u64) {
        if order.len() == part.nodes.len() {
            let place = |node| order.iter().position(|&other| other == node);
            let back = part.arcs.iter().filter(|arc| place(arc.from) > place(arc.to));
            *best = back.map(|arc| u64::from(arc.cost)).sum::<u64>().min(*best);
            return;
        }
        for node in 0..part.nodes.len() {
            if !order.contains(&node) {
                order.push(node);
                extend(part, order, best);
                order.pop();
            }
        }
    }
    let mut best = u64::MAX;
    extend(part, &mut Vec::new(), &mut best);
    best
}

fn part(files: u32, edges: &[(u32, u32, u32)]) -> Part {
    let arc = |&(from, to, cost)| parts::Arc { from: from as usize, to: to as usize, cost, imports: cost };
    Part { nodes: (0..files).collect(), arcs: edges.iter().map(arc).collect() }
}

#[test]
fn all_ways_find_what_brute_force_finds() {
    for seed in 1..60 {
        let part = part(6, &random(6, 8 + seed as usize % 14, seed * 7919));
        let expect = least_cost(&part);
        assert_eq!(part.cost(&subsets::solve(&part)), expect, "subsets, {seed}");
        let mut work = WORK;
        let whole = break_cycles(&part, u64::MAX, &mut work);
        assert_eq!((part.cost(&whole.arcs), whole.bound), (expect, expect), "whole, {seed}");
    }
}

#[test]
fn the_relaxation_finds_what_subsets_do() {
    for seed in 1..40 {
        let edges: Vec<_> = random(13, 30 + seed as usize, seed * 7919);
        for part in parts::split(&pairs::settle(&part(13, &edges)).0) {
            let found = solve_relaxed(&part, u64::MAX, &mut WORK.clone());
            let expect = part.cost(&subsets::solve(&part));
            assert_eq!((part.cost(&found.arcs), found.bound), (expect, expect), "{seed}");
        }
    }
}

#[test]
fn without_work_the_cycles_are_broken_too() {
    let part = part(60, &random(60, 300, 7919));
    let found = break_cycles(&part, u64::MAX, &mut 0);
    let kept = (0..part.arcs.len()).filter(|arc| !found.arcs.contains(arc)).map(|arc| part.arcs[arc]).collect();
    assert_eq!(order::topological(&Part { nodes: part.nodes.clone(), arcs: kept }).len(), 60);
    assert!(found.bound < part.cost(&found.arcs));
}

#[test]
fn large_cycles_are_broken_and_no_edge_is_superfluous() {
    for seed in 1..3 {
        let graph = graph(&random(60, 160, seed * 104_729));
        let found = graph.breaking_edges(0, Cost::Imports);
        assert_broken(&graph, &found);
        assert!(found.exact);
        assert_eq!(found, graph.breaking_edges(0, Cost::Imports));
        for skipped in 0..found.edges.len() {
            let mut left = graph.graph.clone();
            left.retain_edges(|left, edge| {
                let (from, to) = left.edge_endpoints(edge).unwrap();
                let pair = (FileId(from.index() as u32), FileId(to.index() as u32));
                found.edges.iter().enumerate().all(|(index, &other)| index == skipped || other != pair)
            });
            assert!(petgraph::algo::is_cyclic_directed(&left));
        }
    }
}

#[test]
fn sparse_cycles_of_many_files_are_proven() {
    let ring: Vec<_> = (0..1000).map(|file| (file, (file + 1) % 1000, 2 + u32::from(file != 500))).collect();
    check(&ring, Cost::Imports, &[(500, 501)]);
}
