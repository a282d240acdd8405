//! Betweenness: on how many shortest chains of imports each file lies.

use petgraph::Outgoing;
use rayon::prelude::*;

use super::CodeGraph;
use super::rows::Rows;

/// Edges that the searches pass before further sources are left out: some seconds. Every graph of which the number of
/// files that import something, times that of edges, is not larger is computed exactly, such as 20,000 files with
/// 100,000 edges; so are much larger ones, since a search passes only what its source can reach.
pub const MAX_STEPS: u64 = 2_000_000_000;

/// How sure the error of a sample is.
pub const CONFIDENCE: f64 = 0.95;

/// Sources that one thread adds up; a constant, so that sums do not depend on the number of threads.
const CHUNK: usize = 16;
/// Chunks between two looks at the work done.
const CHUNKS_A_ROUND: usize = 16;

/// Betweenness of each file.
#[derive(Clone, Debug, PartialEq)]
pub struct Betweenness {
    /// Share of the ordered pairs of other files whose shortest chain of imports leads over the file, from 0 to 1; a pair
    /// with several shortest chains counts by the share of them.
    pub values: Vec<f64>,
    /// Files from which chains were followed.
    pub sources: usize,
    /// 0 when these are all that import something. Otherwise no value is farther from its true one, with a probability of
    /// at least [`CONFIDENCE`].
    pub error: f64,
}

impl CodeGraph {
    /// Betweenness by U. Brandes, "A faster algorithm for betweenness centrality", Journal of Mathematical Sociology 25, 2001,
    /// over directed edges that all have length 1, normalised as networkx does it by `(n-1)(n-2)`.
    ///
    /// Exact while the searches pass at most [`MAX_STEPS`] edges. Beyond, the sources are a sample drawn with a constant
    /// seed (U. Brandes and C. Pich, "Centrality estimation in large networks", International Journal of Bifurcation and
    /// Chaos 17, 2007), with the error of W. Hoeffding's inequality for a sample without replacement (R. J. Serfling,
    /// "Probability inequalities for the sum in sampling without replacement", Annals of Statistics 2, 1974) over all files.
    ///
    /// Takes time: compute it when asked, not for every analysis.
    pub fn betweenness(&self) -> Betweenness {
        self.betweenness_within(MAX_STEPS)
    }

    fn betweenness_within(&self, max_steps: u64) -> Betweenness {
        let count = self.graph.node_count();
        let rows = Rows::new(&self.graph, Outgoing);
        let mut sources: Vec<u32> = (0..count as u32).filter(|&node| !rows.of(node as usize).is_empty()).collect();
        shuffle(&mut sources);
        let mut values = vec![0.0; count];
        let (mut steps, mut done) = (0, 0);
        for round in sources.chunks(CHUNK * CHUNKS_A_ROUND) {
            let parts: Vec<Part> = round.par_chunks(CHUNK).map(|chunk| follow(&rows, count, chunk)).collect();
            for part in parts {
                steps += part.steps;
                values.iter_mut().zip(&part.sums).for_each(|(value, sum)| *value += sum);
            }
            done += round.len();
            if steps > max_steps {
                break;
            }
        }
        let pairs = count.saturating_sub(1) as f64 * count.saturating_sub(2) as f64;
        if pairs > 0.0 {
            let scale = sources.len() as f64 / (done.max(1) as f64 * pairs);
            values.iter_mut().for_each(|value| *value *= scale);
        }
        Betweenness { values, sources: done, error: error(count, sources.len(), done) }
    }
}

/// Each source adds between 0 and `1 / (n-1)` to a file's value.
fn error(files: usize, sources: usize, done: usize) -> f64 {
    if done >= sources {
        return 0.0;
    }
    let (files, sources, done) = (files as f64, sources as f64, done as f64);
    let unseen = 1.0 - (done - 1.0) / sources;
    let deviation = (unseen * (2.0 * files / (1.0 - CONFIDENCE)).ln() / (2.0 * done)).sqrt();
    deviation * sources / (files - 1.0)
}

/// The order of Fisher and Yates by the generator of G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8, 2003.
fn shuffle(sources: &mut [u32]) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for last in (1..sources.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        sources.swap(last, (state % (last as u64 + 1)) as usize);
    }
}

/// What some sources add.
struct Part {
    sums: Vec<f64>,
    steps: u64,
}

fn follow(rows: &Rows, count: usize, sources: &[u32]) -> Part {
    let mut search = Search {
        distances: vec![u32::MAX; count],
        paths: vec![0.0; count],
        shares: vec![0.0; count],
        found: Vec::new(),
    };
    let mut part = Part { sums: vec![0.0; count], steps: 0 };
    for &source in sources {
        search.from(rows, source, &mut part);
    }
    part
}

struct Search {
    /// `u32::MAX` for nodes that were not found.
    distances: Vec<u32>,
    /// Number of shortest paths from the source.
    paths: Vec<f64>,
    /// Of the pairs of the source and any node, those whose shortest path leads over this one.
    shares: Vec<f64>,
    /// Nodes in the order of their distance.
    found: Vec<u32>,
}

impl Search {
    fn from(&mut self, rows: &Rows, source: u32, part: &mut Part) {
        self.found.push(source);
        self.distances[source as usize] = 0;
        self.paths[source as usize] = 1.0;
        let mut at = 0;
        while let Some(&node) = self.found.get(at) {
            at += 1;
            let next = self.distances[node as usize] + 1;
            for &to in rows.of(node as usize) {
                if self.distances[to as usize] == u32::MAX {
                    self.distances[to as usize] = next;
                    self.found.push(to);
                }
                if self.distances[to as usize] == next {
                    self.paths[to as usize] += self.paths[node as usize];
                }
            }
            part.steps += rows.of(node as usize).len() as u64 + 1;
        }
        self.add_up(rows, part);
        for node in self.found.drain(..) {
            self.distances[node as usize] = u32::MAX;
            (self.paths[node as usize], self.shares[node as usize]) = (0.0, 0.0);
        }
    }

    /// From the farthest node back, each gives its share to those before it.
    fn add_up(&mut self, rows: &Rows, part: &mut Part) {
        for &node in self.found.iter().rev() {
            let next = self.distances[node as usize] + 1;
            let after = rows.of(node as usize).iter().filter(|&&to| self.distances[to as usize] == next);
            let share: f64 = after.map(|&to| (1.0 + self.shares[to as usize]) / self.paths[to as usize]).sum();
            self.shares[node as usize] = share * self.paths[node as usize];
            if self.distances[node as usize] > 0 {
                part.sums[node as usize] += self.shares[node as usize];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{graph, random};

    #[track_caller]
    fn check(files: usize, pairs: &[(u32, u32)], expect: &[f64]) {
        let found = graph(files, pairs).betweenness();
        assert_eq!(found.error, 0.0);
        for (value, expect) in found.values.iter().zip(expect) {
            assert!((value - expect).abs() < 1e-12, "{:?}", found.values);
        }
    }

    #[test]
    fn shares_of_pairs() {
        check(3, &[(0, 1), (1, 2)], &[0.0, 0.5, 0.0]);
        check(4, &[(0, 1), (0, 2), (1, 3), (2, 3)], &[0.0, 0.5 / 6.0, 0.5 / 6.0, 0.0]);
        check(3, &[(0, 1), (1, 2), (2, 0)], &[0.5, 0.5, 0.5]);
    }

    #[test]
    fn small_graphs_have_none() {
        check(0, &[], &[]);
        check(2, &[(0, 1)], &[0.0, 0.0]);
    }

    #[test]
    fn a_sample_keeps_within_its_error() {
        let graph = graph(2000, &random(2000, 6000, 7));
        let (exact, sample) = (graph.betweenness(), graph.betweenness_within(1));
        assert_eq!((exact.error, sample.sources), (0.0, 256));
        assert!(exact.sources > 256 && sample.error > 0.0 && sample.error < 0.2);
        let worst = exact.values.iter().zip(&sample.values).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst > 0.0 && worst <= sample.error, "{worst} {}", sample.error);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: Vec<_> = (0..3000).map(|i| (i, i + 1)).collect();
        let middle = graph(3001, &chain).betweenness().values[1500];
        assert!((middle - 1500.0 * 1500.0 / (3000.0 * 2999.0)).abs() < 1e-9);
    }
}
