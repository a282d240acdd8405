//! How far communities differ from the directories, level by level, and which files stand elsewhere than what they work with.

use std::collections::BTreeMap;

use petgraph::visit::EdgeRef;

use super::CodeGraph;
use super::communities::Communities;
use crate::scan::{DirId, FileId, SourceTree};

/// How well communities agree with the directories of one depth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Depth of the directories; deeper ones are taken as part of theirs, 1 for those in the root.
    pub depth: u32,
    /// How many directories hold files that import or are imported.
    pub directories: usize,
    /// Normalised mutual information with the arithmetic mean, which is the V-measure (A. Rosenberg and J. Hirschberg, EMNLP
    /// 2007): 1 for the same groups, 0 for independent ones. Grows by chance where groups are many and small.
    pub mutual_information: f64,
    /// Adjusted Rand index (L. Hubert and P. Arabie, "Comparing partitions", Journal of Classification 2, 1985): 1 for the same
    /// groups, about 0 for what chance gives.
    pub adjusted_rand: f64,
}

/// A file that works more with the main directory of its community than with its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The file.
    pub file: FileId,
    /// Its directory, at the depth compared.
    pub directory: DirId,
    /// The directory that holds most files of its community.
    pub other: DirId,
    /// Import statements between the file and files of its directory, in both directions.
    pub with_own: u32,
    /// Import statements between the file and files of the other directory.
    pub with_other: u32,
}

/// The directory that holds most files of a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Main {
    /// The directory; of several the first.
    pub directory: DirId,
    /// How many files of the community it holds.
    pub files: u32,
    /// How many the community has.
    pub of_files: u32,
}

/// Communities beside directories.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// By depth, from 1; one row of depth 0 when no file stands in a directory.
    pub levels: Vec<Agreement>,
    /// The depth whose adjusted Rand index is the highest.
    pub best_depth: u32,
    /// At this depth, the main directory of each community.
    pub mains: Vec<Main>,
    /// At this depth, those first whose imports differ most.
    pub misplaced: Vec<Misplaced>,
}

/// Compares communities with the directories that hold the files. Files without a community are left out.
pub fn compare(tree: &SourceTree, graph: &CodeGraph, communities: &Communities) -> Comparison {
    let files: Vec<(FileId, u32)> =
        tree.file_ids().filter_map(|file| Some((file, communities.of[file.index()]?))).collect();
    let deepest = files.iter().map(|&(file, _)| tree.dir(tree.file(file).dir).depth).max().unwrap_or(0);
    let levels: Vec<_> = (deepest.min(1)..=deepest).map(|depth| agreement(tree, &files, depth)).collect();
    let mut best = levels[0];
    for level in &levels {
        if level.adjusted_rand > best.adjusted_rand {
            best = *level;
        }
    }
    let mains = mains(tree, &files, communities.count, best.depth);
    Comparison { misplaced: misplaced(tree, graph, &files, &mains, best.depth), mains, best_depth: best.depth, levels }
}

/// The directory of a file, or that around it at `depth`.
fn directory(tree: &SourceTree, file: FileId, depth: u32) -> DirId {
    let mut dir = tree.file(file).dir;
    while tree.dir(dir).depth > depth {
        dir = tree.dir(dir).parent;
    }
    dir
}

fn agreement(tree: &SourceTree, files: &[(FileId, u32)], depth: u32) -> Agreement {
    let mut cells = BTreeMap::<(u32, DirId), u64>::new();
    let (mut groups, mut dirs) = (BTreeMap::<u32, u64>::new(), BTreeMap::<DirId, u64>::new());
    for &(file, community) in files {
        let dir = directory(tree, file, depth);
        *cells.entry((community, dir)).or_default() += 1;
        *groups.entry(community).or_default() += 1;
        *dirs.entry(dir).or_default() += 1;
    }
    let count = files.len() as f64;
    let joint = cells.iter().map(|(&(group, dir), &both)| {
        let expected = groups[&group] as f64 * dirs[&dir] as f64 / count;
        both as f64 / count * (both as f64 / expected).ln()
    });
    let entropy = |sizes: &mut dyn Iterator<Item = u64>| -> f64 {
        sizes.map(|size| size as f64 / count).map(|share| -share * share.ln()).sum()
    };
    let entropies = entropy(&mut groups.values().copied()) + entropy(&mut dirs.values().copied());
    let mutual_information = if entropies > 0.0 { 2.0 * joint.sum::<f64>() / entropies } else { 1.0 };
    let pairs = |sizes: &mut dyn Iterator<Item = u64>| -> f64 {
        sizes.map(|size| size as f64 * (size as f64 - 1.0) / 2.0).sum()
    };
    let (same_group, same_dir) = (pairs(&mut groups.values().copied()), pairs(&mut dirs.values().copied()));
    let (both, all) = (pairs(&mut cells.values().copied()), count * (count - 1.0) / 2.0);
    let expected = if all > 0.0 { same_group * same_dir / all } else { 0.0 };
    let room = (same_group + same_dir) / 2.0 - expected;
    let adjusted_rand = if room == 0.0 { 1.0 } else { (both - expected) / room };
    Agreement { depth, directories: dirs.len(), mutual_information, adjusted_rand }
}

fn mains(tree: &SourceTree, files: &[(FileId, u32)], count: usize, depth: u32) -> Vec<Main> {
    let mut sizes = BTreeMap::<(u32, DirId), u32>::new();
    for &(file, community) in files {
        *sizes.entry((community, directory(tree, file, depth))).or_default() += 1;
    }
    let mut mains = vec![Main { directory: DirId(0), files: 0, of_files: 0 }; count];
    for ((community, directory), files) in sizes {
        let main = &mut mains[community as usize];
        main.of_files += files;
        if files > main.files {
            (main.directory, main.files) = (directory, files);
        }
    }
    mains
}

fn misplaced(
    tree: &SourceTree,
    graph: &CodeGraph,
    files: &[(FileId, u32)],
    mains: &[Main],
    depth: u32,
) -> Vec<Misplaced> {
    let mut found: Vec<Misplaced> = files
        .iter()
        .filter_map(|&(file, community)| {
            let (own, other) = (directory(tree, file, depth), mains[community as usize].directory);
            let with = |dir| imports_with(tree, graph, file, dir, depth);
            let found = Misplaced { file, directory: own, other, with_own: with(own), with_other: with(other) };
            (own != other && found.with_other > found.with_own).then_some(found)
        })
        .collect();
    found.sort_by_key(|it| (std::cmp::Reverse(it.with_other - it.with_own), it.file));
    found
}

fn imports_with(tree: &SourceTree, graph: &CodeGraph, file: FileId, dir: DirId, depth: u32) -> u32 {
    let node = petgraph::graph::NodeIndex::new(file.index());
    let outgoing = graph.graph.edges(node).map(|edge| (edge.target(), edge.weight().imports));
    let incoming = graph.graph.edges_directed(node, petgraph::Incoming);
    let incoming = incoming.map(|edge| (edge.source(), edge.weight().imports));
    let inside = |other: petgraph::graph::NodeIndex| directory(tree, FileId(other.index() as u32), depth) == dir;
    outgoing.chain(incoming).filter(|&(other, _)| inside(other)).map(|(_, imports)| imports).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::graph;
    use crate::scan::{FileClass, FileEntry, Language};

    fn tree(paths: &[&str]) -> SourceTree {
        let entry = |path: &&str| FileEntry {
            path: (*path).to_owned(),
            language: Language::of_name(crate::scan::file_name(path)),
            class: FileClass::Source,
            bytes: 0,
        };
        SourceTree::new(paths.iter().map(entry).collect())
    }

    fn compared(paths: &[&str], pairs: &[(u32, u32)]) -> Comparison {
        let graph = graph(paths.len(), pairs);
        compare(&tree(paths), &graph, &graph.communities())
    }

    /// Two triangles joined by an import.
    const TRIANGLES: [(u32, u32); 7] = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3)];

    #[test]
    fn directories_that_are_communities_agree() {
        let found = compared(&["a/1.py", "a/2.py", "a/3.py", "b/1.py", "b/2.py", "b/3.py"], &TRIANGLES);
        assert_eq!(found.misplaced, []);
        assert_eq!(found.levels.len(), 1);
        assert!((found.levels[0].mutual_information - 1.0).abs() < 1e-12);
        assert!((found.levels[0].adjusted_rand - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_file_among_strangers_is_misplaced() {
        let found = compared(&["a/1.py", "a/2.py", "a/3.py", "a/4.py", "b/2.py", "b/3.py"], &TRIANGLES);
        let expect = Misplaced { file: FileId(3), directory: DirId(1), other: DirId(2), with_own: 1, with_other: 2 };
        assert_eq!(found.misplaced, [expect]);
        // By the formulas of `normalized_mutual_info_score` and `adjusted_rand_score` of scikit-learn for [0,0,0,1,1,1] and [0,0,0,0,1,1].
        assert!((found.levels[0].mutual_information - 0.478_703_971_4).abs() < 1e-9, "{found:?}");
        assert!((found.levels[0].adjusted_rand - 0.324_324_324_3).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn nothing_to_compare_is_no_error() {
        assert_eq!(compared(&["a.py"], &[]).misplaced, []);
        assert_eq!(compared(&["a.py", "b.py"], &[(0, 1)]).levels.len(), 1);
    }
}
