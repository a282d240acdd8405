//! The Leiden algorithm: move nodes, refine what came out, merge, and again.

use std::collections::VecDeque;

use super::weighted::Weighted;

/// Moves of one level are at most so many times its nodes.
const MAX_MOVES: usize = 100;
/// Each level merges nodes, commonly half of them and more.
const MAX_LEVELS: usize = 64;
/// Gains below this, in units of weight, are rounding.
const LEAST_GAIN: f64 = 1e-9;

/// A partition that is not worse than `partition`; both number communities by any numbers below the number of nodes.
pub(super) fn improve(graph: &Weighted, partition: &[u32]) -> Vec<u32> {
    improve_levels(graph, partition, MAX_LEVELS)
}

fn improve_levels(graph: &Weighted, partition: &[u32], levels: usize) -> Vec<u32> {
    let mut partition = partition.to_vec();
    move_nodes(graph, &mut partition);
    let (refined, count) = compact(&refine(graph, &partition));
    if count == graph.len() || levels == 0 {
        return partition;
    }
    let mut merged_partition = vec![0; count];
    for (&group, &community) in refined.iter().zip(&partition) {
        merged_partition[group as usize] = community;
    }
    let (merged_partition, _) = compact(&merged_partition);
    let merged = improve_levels(&graph.merged(&refined, count), &merged_partition, levels - 1);
    refined.iter().map(|&group| merged[group as usize]).collect()
}

/// The same groups with numbers from 0 without gaps, and how many there are.
fn compact(groups: &[u32]) -> (Vec<u32>, usize) {
    let bound = groups.iter().max().map_or(0, |&group| group as usize + 1);
    let mut numbers = vec![u32::MAX; bound];
    let mut count = 0;
    let mut number = |group: u32| {
        let number = &mut numbers[group as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *number
    };
    let compacted = groups.iter().map(|&group| number(group)).collect();
    (compacted, count as usize)
}

/// Weights between a node and the communities around it.
struct Around {
    weights: Vec<f64>,
    touched: Vec<u32>,
}

impl Around {
    fn new(communities: usize) -> Self {
        Self { weights: vec![0.0; communities], touched: Vec::new() }
    }

    fn see(&mut self, graph: &Weighted, node: u32, partition: &[u32], is_seen: impl Fn(u32) -> bool) {
        for community in self.touched.drain(..) {
            self.weights[community as usize] = 0.0;
        }
        for &(other, weight) in graph.neighbours(node).iter().filter(|&&(other, _)| is_seen(other)) {
            let community = partition[other as usize];
            if self.weights[community as usize] == 0.0 {
                self.touched.push(community);
            }
            self.weights[community as usize] += weight;
        }
    }
}

fn strengths(graph: &Weighted, partition: &[u32]) -> Vec<f64> {
    let mut strengths = vec![0.0; graph.len()];
    for (&community, strength) in partition.iter().zip(&graph.strengths) {
        strengths[community as usize] += strength;
    }
    strengths
}

/// Each node goes to the community that gains most; its neighbours are looked at again.
fn move_nodes(graph: &Weighted, partition: &mut [u32]) {
    let mut strengths = strengths(graph, partition);
    let mut around = Around::new(graph.len());
    let mut queue: VecDeque<u32> = (0..graph.len() as u32).collect();
    let mut is_queued = vec![true; graph.len()];
    let mut left = MAX_MOVES * graph.len();
    while let Some(node) = queue.pop_front().filter(|_| left > 0) {
        is_queued[node as usize] = false;
        left -= 1;
        around.see(graph, node, partition, |_| true);
        let (own, strength) = (partition[node as usize], graph.strengths[node as usize]);
        strengths[own as usize] -= strength;
        let gain = |community: u32| {
            around.weights[community as usize] - strength * strengths[community as usize] / graph.total
        };
        let mut best = (gain(own), own);
        for &community in &around.touched {
            let gain = gain(community);
            if gain > best.0 + LEAST_GAIN {
                best = (gain, community);
            }
        }
        strengths[best.1 as usize] += strength;
        if best.1 == own {
            continue;
        }
        partition[node as usize] = best.1;
        for &(other, _) in graph.neighbours(node) {
            if partition[other as usize] != best.1 && !std::mem::replace(&mut is_queued[other as usize], true) {
                queue.push_back(other);
            }
        }
    }
}

/// Splits communities into well-connected parts: nodes that are alone join the part of their community that gains most.
fn refine(graph: &Weighted, partition: &[u32]) -> Vec<u32> {
    let whole = strengths(graph, partition);
    let mut refined: Vec<u32> = (0..graph.len() as u32).collect();
    let mut part_strengths = graph.strengths.clone();
    // Weight between a part and the rest of its community.
    let mut bonds: Vec<f64> = (0..graph.len() as u32)
        .map(|node| {
            let same = |other: u32| partition[other as usize] == partition[node as usize];
            graph.neighbours(node).iter().filter(|&&(other, _)| same(other)).map(|&(_, weight)| weight).sum()
        })
        .collect();
    let mut is_alone = vec![true; graph.len()];
    let mut around = Around::new(graph.len());
    for node in 0..graph.len() as u32 {
        let (community, strength) = (partition[node as usize], graph.strengths[node as usize]);
        let well_connected = |bond: f64, strength: f64| {
            bond + LEAST_GAIN >= strength * (whole[community as usize] - strength) / graph.total
        };
        if !is_alone[node as usize] || !well_connected(bonds[node as usize], strength) {
            continue;
        }
        around.see(graph, node, &refined, |other| partition[other as usize] == community);
        let mut best = (LEAST_GAIN, node);
        for &part in &around.touched {
            let part_strength = part_strengths[part as usize];
            let gain = around.weights[part as usize] - strength * part_strength / graph.total;
            if gain > best.0 && well_connected(bonds[part as usize], part_strength) {
                best = (gain, part);
            }
        }
        let part = best.1 as usize;
        if best.1 != node {
            refined[node as usize] = best.1;
            is_alone[part] = false;
            part_strengths[part] += strength;
            bonds[part] += bonds[node as usize] - 2.0 * around.weights[part];
        }
    }
    refined
}
