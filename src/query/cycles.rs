//! Import cycles: the shortest way round, and where they can be broken.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Kinds, Link, Links};
use crate::analysis::Analysis;
use crate::graph::CodeGraph;
use crate::graph::feedback::Cost;
use crate::scan::FileId;

/// Import cycles of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cycles<'a> {
    /// The largest first, then by first file.
    pub cycles: Vec<Cycle<'a>>,
    /// How many files are in a cycle.
    pub files: usize,
}

/// Files that all depend on each other: a strongly connected component of the import graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cycle<'a> {
    /// From 1; the metric `cycle` when all kinds of imports count.
    pub number: usize,
    /// In path order.
    pub files: Vec<&'a str>,
    /// How many of these files import how many others among them, in pairs.
    pub links: usize,
    /// A shortest way round.
    pub shortest: Vec<Link<'a>>,
    /// The fewest imports found without which it is no cycle; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaking: Option<Breaking<'a>>,
}

/// Imports whose removal breaks a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breaking<'a> {
    /// By importing, then by imported file.
    pub links: Vec<Link<'a>>,
    /// How many import statements they are.
    pub imports: u64,
    /// Whether it is proven that fewer statements do not suffice.
    pub exact: bool,
}

/// The cycles among imports of these kinds that hold one of the files that `keep` takes. `with_breaking` looks for the
/// imports that break them too, which may take seconds for cycles of thousands of files.
pub fn cycles(analysis: &Analysis, kinds: Kinds, keep: impl Fn(FileId) -> bool, with_breaking: bool) -> Cycles<'_> {
    let links = Links::new(analysis, kinds);
    let computed;
    let graph = if kinds == Kinds::default() {
        &analysis.graph
    } else {
        computed = CodeGraph::new(links.len(), links.edges());
        &computed
    };
    let kept = graph.cycles.iter().zip(1..).filter(|(files, _)| files.iter().any(|&file| keep(file)));
    let one = |(files, number): (&Vec<FileId>, usize)| {
        let breaking = with_breaking.then(|| breaking(&links, graph, number - 1));
        Cycle { breaking, ..cycle(&links, graph, files, number) }
    };
    let cycles: Vec<_> = kept.map(one).collect();
    Cycles { files: cycles.iter().map(|cycle| cycle.files.len()).sum(), cycles }
}

fn cycle<'a>(links: &Links<'a>, graph: &CodeGraph, files: &[FileId], number: usize) -> Cycle<'a> {
    let inside = |file: FileId| links.targets(file).filter(move |&target| graph.same_cycle(file, target));
    let shortest = shortest(links, graph, files);
    Cycle {
        number,
        files: files.iter().map(|&file| links.path(file)).collect(),
        links: files.iter().map(|&file| inside(file).count()).sum(),
        shortest: shortest.windows(2).map(|pair| links.link(pair[0], pair[1])).collect(),
        breaking: None,
    }
}

fn breaking<'a>(links: &Links<'a>, graph: &CodeGraph, cycle: usize) -> Breaking<'a> {
    let found = graph.breaking_edges(cycle, Cost::Imports);
    let edges = found.edges.iter().map(|&(from, to)| links.link(from, to));
    Breaking { links: edges.collect(), imports: found.imports, exact: found.exact }
}

/// A shortest way from a file back to it, the file at both ends; of several the first by path.
fn shortest(links: &Links<'_>, graph: &CodeGraph, files: &[FileId]) -> Vec<FileId> {
    let mut best = Vec::new();
    let mut before = vec![None; links.len()];
    for &start in files {
        // A way round needs two steps, and one that is not shorter is of no use.
        let limit = if best.is_empty() { usize::MAX } else { best.len() - 2 };
        if limit < 2 {
            break;
        }
        if let Some(way) = way_round(links, graph, start, limit, &mut before) {
            best = way;
        }
    }
    best
}

/// A shortest way from `start` back to it in at most `limit` steps. `before` is empty before and after.
fn way_round(
    links: &Links<'_>,
    graph: &CodeGraph,
    start: FileId,
    limit: usize,
    before: &mut [Option<FileId>],
) -> Option<Vec<FileId>> {
    let (mut queue, mut seen, mut found) = (VecDeque::from([(start, 0)]), Vec::new(), None);
    'search: while let Some((file, steps)) = queue.pop_front() {
        if steps == limit {
            break;
        }
        for target in links.targets(file).filter(|&target| graph.same_cycle(start, target)) {
            if target == start {
                found = Some(file);
                break 'search;
            }
            if before[target.index()].is_none() {
                before[target.index()] = Some(file);
                seen.push(target);
                queue.push_back((target, steps + 1));
            }
        }
    }
    let way = found.map(|last| {
        let back = std::iter::successors(Some(last), |file| before[file.index()]);
        let mut way: Vec<_> = [start].into_iter().chain(back).collect();
        way.reverse();
        way
    });
    seen.into_iter().for_each(|file| before[file.index()] = None);
    way
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;
    use crate::lang::ImportKind;

    #[track_caller]
    fn check(graph: &str, kinds: Kinds, expect: &[(usize, usize, &str)]) {
        let analysis = analysis(graph);
        let found = cycles(&analysis, kinds, |_| true, false);
        let way = |cycle: &Cycle<'_>| cycle.shortest.iter().map(|link| link.from).collect::<Vec<_>>().join(" ");
        let rows: Vec<_> = found.cycles.iter().map(|cycle| (cycle.files.len(), cycle.links, way(cycle))).collect();
        let expect: Vec<_> = expect.iter().map(|&(files, links, way)| (files, links, way.to_owned())).collect();
        assert_eq!(rows, expect);
    }

    #[test]
    fn a_shortest_way_round_each() {
        check(
            "a > b\nb > c\nc > a\nc > d\nd > c\nx > y\ny > x\nx > a\n",
            Kinds::default(),
            &[(4, 5, "c d"), (2, 2, "x y")],
        );
        check("a > b\nb > c\nc > d\nd > a\na > c\n", Kinds::default(), &[(4, 5, "a c d")]);
        check("a > b\nb > c\n", Kinds::default(), &[]);
    }

    #[test]
    fn kinds_decide_what_is_a_cycle() {
        let graph = "a > b\nb > a:1 type-only\nb > c\nc > b\n";
        check(graph, Kinds::default(), &[(3, 4, "a b")]);
        check(graph, Kinds::of([ImportKind::Runtime]), &[(2, 2, "b c")]);
    }

    #[test]
    fn the_fewest_imports_break_it() {
        let analysis = analysis("a > b\nb > a:1\nb > a:2\n");
        let found = cycles(&analysis, Kinds::default(), |_| true, true);
        let breaking = found.cycles[0].breaking.as_ref().unwrap();
        assert_eq!((breaking.imports, breaking.exact, breaking.links[0].from), (1, true, "a"));
    }

    #[test]
    fn only_those_asked_for() {
        let analysis = analysis("a > b\nb > a\nx > y\ny > x\n");
        let y = analysis.tree.file_id("y").unwrap();
        let found = cycles(&analysis, Kinds::default(), |file| file == y, false);
        assert_eq!((found.files, found.cycles[0].number), (2, 2));
    }
}
