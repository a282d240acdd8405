//! Imports between files and packages as compressed rows, and the shortest chains through them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::model::Kinds;
use super::universe::{NodeSet, Universe};
use crate::resolve::Resolution;

/// All imports of one node by another.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Importing file.
    pub from: u32,
    /// Imported file or package.
    pub to: u32,
    first: u32,
    last: u32,
    kinds: Kinds,
}

/// Every pair, by source and target.
pub struct Net {
    pairs: Vec<Pair>,
    /// Where the pairs of a source start.
    forward: Vec<u32>,
    /// Pairs by target and source.
    reversed: Vec<u32>,
    /// Where the pairs of a target start in `reversed`.
    backward: Vec<u32>,
    lines: Vec<(u32, Kinds)>,
}

impl Net {
    /// The imports of a repository that no excluded file has part in.
    pub fn new(universe: &Universe<'_>, resolution: &Resolution) -> Self {
        let files = universe.tree.files.len() as u32;
        let package = |name: &str| universe.packages.binary_search(&name).map(|index| files + index as u32);
        let edges = resolution.edges.iter().map(|edge| (edge.from.0, edge.to.0, edge.line, edge.kind));
        let externals = resolution.externals.iter().filter_map(|external| {
            Some((external.from.0, package(&external.package).ok()?, external.line, external.kind))
        });
        let mut imports: Vec<_> = edges.chain(externals).collect();
        imports.retain(|&(from, to, ..)| !universe.is_excluded(from) && !universe.is_excluded(to));
        imports.sort_unstable();
        let lines = imports.iter().map(|&(_, _, line, kind)| (line, Kinds::from_iter([kind]))).collect();
        let mut pairs: Vec<Pair> = Vec::new();
        for (&(from, to, _, kind), at) in imports.iter().zip(0..) {
            let kinds = Kinds::from_iter([kind]);
            match pairs.last_mut() {
                Some(pair) if (pair.from, pair.to) == (from, to) => {
                    pair.last = at + 1;
                    pair.kinds = pair.kinds.with(kinds);
                }
                _ => pairs.push(Pair { from, to, first: at, last: at + 1, kinds }),
            }
        }
        let mut reversed: Vec<u32> = (0..pairs.len() as u32).collect();
        reversed.sort_by_key(|&pair| pairs[pair as usize].to);
        let forward = starts(universe.len(), pairs.iter().map(|pair| pair.from));
        let backward = starts(universe.len(), reversed.iter().map(|&pair| pairs[pair as usize].to));
        Self { pairs, forward, reversed, backward, lines }
    }
}

/// For each node where its rows start among `sorted`, and the end.
fn starts(nodes: usize, sorted: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; nodes + 1];
    for node in sorted {
        starts[node as usize + 1] += 1;
    }
    for node in 0..nodes {
        starts[node + 1] += starts[node];
    }
    starts
}

/// The imports that one rule sees.
pub struct View<'a> {
    net: &'a Net,
    kinds: Kinds,
    dropped: FxHashSet<u32>,
}

impl<'a> View<'a> {
    /// Imports of some kinds.
    pub fn new(net: &'a Net, kinds: Kinds) -> Self {
        Self { net, kinds, dropped: FxHashSet::default() }
    }

    /// Leaves out the imports between two sets; true if there were any.
    pub fn drop_between(&mut self, from: &NodeSet, to: &NodeSet) -> bool {
        let pairs: Vec<u32> = from.iter().flat_map(|node| self.outgoing(node)).collect();
        let pairs: Vec<u32> = pairs.into_iter().filter(|&pair| to.has(self.pair(pair).to)).collect();
        self.dropped.extend(&pairs);
        !pairs.is_empty()
    }

    /// A pair by its number.
    pub fn pair(&self, pair: u32) -> &'a Pair {
        &self.net.pairs[pair as usize]
    }

    /// Every pair, by source and target.
    pub fn pairs(&self) -> impl Iterator<Item = u32> {
        (0..self.net.pairs.len() as u32).filter(|&pair| self.sees(pair))
    }

    /// The pairs from a node.
    pub fn outgoing(&self, node: u32) -> impl Iterator<Item = u32> {
        let node = node as usize;
        (self.net.forward[node]..self.net.forward[node + 1]).filter(|&pair| self.sees(pair))
    }

    fn incoming(&self, node: u32) -> impl Iterator<Item = u32> {
        let node = node as usize;
        let rows = self.net.backward[node] as usize..self.net.backward[node + 1] as usize;
        self.net.reversed[rows].iter().copied().filter(|&pair| self.sees(pair))
    }

    fn sees(&self, pair: u32) -> bool {
        self.pair(pair).kinds.meets(self.kinds) && !self.dropped.contains(&pair)
    }

    /// Lines of a pair's imports, sorted and distinct.
    pub fn lines(&self, pair: u32) -> Vec<u32> {
        let pair = self.pair(pair);
        let imports = &self.net.lines[pair.first as usize..pair.last as usize];
        let mut lines: Vec<u32> =
            imports.iter().filter(|(_, kind)| kind.meets(self.kinds)).map(|(line, _)| *line).collect();
        lines.dedup();
        lines
    }

    /// For each import from a node of `is_source` towards `targets`, the shortest chain of pairs that begins with it and
    /// goes through nodes of `between` only. Direct imports are chains of one pair. In the order of the first pairs.
    pub fn chains(
        &self,
        targets: &[u32],
        is_source: impl Fn(u32) -> bool,
        between: impl Fn(u32) -> bool,
    ) -> Vec<Vec<u32>> {
        let Reached { firsts, next } = self.reached(targets, is_source, between);
        let chain =
            |first| std::iter::successors(Some(first), |&pair| next.get(&self.pair(pair).to).copied().flatten());
        firsts.into_iter().map(|first| chain(first).collect()).collect()
    }

    /// Breadth first from `targets`, backwards. Touches no more than what leads there.
    pub fn reached(&self, targets: &[u32], is_source: impl Fn(u32) -> bool, between: impl Fn(u32) -> bool) -> Reached {
        let mut next: FxHashMap<u32, Option<u32>> = targets.iter().map(|&target| (target, None)).collect();
        let (mut queue, mut firsts, mut at) = (targets.to_vec(), Vec::new(), 0);
        while at < queue.len() {
            for pair in self.incoming(queue[at]) {
                let from = self.pair(pair).from;
                if is_source(from) {
                    firsts.push(pair);
                }
                if !next.contains_key(&from) && between(from) {
                    next.insert(from, Some(pair));
                    queue.push(from);
                }
            }
            at += 1;
        }
        firsts.sort_unstable();
        Reached { firsts, next }
    }
}

/// What leads to some targets.
pub struct Reached {
    /// Pairs from sources, sorted.
    pub firsts: Vec<u32>,
    /// The first pair of a shortest way from a node; none at a target.
    next: FxHashMap<u32, Option<u32>>,
}
