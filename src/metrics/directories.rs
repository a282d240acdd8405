//! Metrics of directories: sizes, and R. C. Martin's couplings with what follows from them.

use super::{Column, Metric};
use crate::graph::CodeGraph;
use crate::scan::{DirId, FileId, SourceTree};

/// A column by [`DirId`] and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryMetric {
    /// See [`Metric::name`].
    pub name: &'static str,
    /// See [`Metric::unit`].
    pub unit: &'static str,
    /// See [`Metric::description`].
    pub description: &'static str,
    /// The values.
    pub values: Column,
}

/// Metrics of each directory with all that lies below it, by [`DirId`]; `files` are the metrics of files.
///
/// From R. C. Martin, "OO Design Quality Metrics: An Analysis of Dependencies", 1994, with directories as categories, files in
/// place of the classes that are coupled, and all kinds of imports: afferent couplings Ca are the files outside that import
/// one inside, efferent couplings Ce those inside that import one outside; instability I is Ce / (Ca + Ce), abstractness A
/// the share of abstract types among all, and the distance from the main sequence is |A + I - 1|. I is 0 without
/// couplings and A without types; the distance is 0 where one of them is not defined.
pub fn by_directory(tree: &SourceTree, graph: &CodeGraph, files: &[Metric]) -> Vec<DirectoryMetric> {
    let sum = |name: &str| {
        let column = files.iter().find(|metric| &*metric.name == name).map(|metric| &metric.values);
        let value = |file: usize| match column {
            Some(Column::U64(values)) => values[file],
            _ => 0,
        };
        sums(tree, value)
    };
    let (types, abstract_types) = (sum("classes"), sum("abstract_classes"));
    let (afferent, efferent) = couplings(tree, graph);
    let count = afferent.len();
    let ratio = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let instability: Vec<f64> = (0..count).map(|dir| ratio(efferent[dir], afferent[dir] + efferent[dir])).collect();
    let abstractness: Vec<f64> = (0..count).map(|dir| ratio(abstract_types[dir], types[dir])).collect();
    let is_defined = |dir: usize| afferent[dir] + efferent[dir] > 0 && types[dir] > 0;
    let distance = (0..count)
        .map(|dir| if is_defined(dir) { (abstractness[dir] + instability[dir] - 1.0).abs() } else { 0.0 })
        .collect();
    vec![
        metric("files", "files", "files in and below it", Column::U64(sums(tree, |_| 1))),
        metric("code_lines", "lines", "code lines in and below it", Column::U64(sum("code_lines"))),
        metric("afferent", "files", "files outside that import one in or below it", Column::U64(afferent)),
        metric("efferent", "files", "files in and below it that import one outside", Column::U64(efferent)),
        metric("instability", "share", "efferent couplings among all (Martin 1994)", Column::F64(instability)),
        metric("abstractness", "share", "abstract types among all (Martin 1994)", Column::F64(abstractness)),
        metric("distance", "share", "distance from the main sequence (Martin 1994)", Column::F64(distance)),
    ]
}

fn metric(name: &'static str, unit: &'static str, description: &'static str, values: Column) -> DirectoryMetric {
    DirectoryMetric { name, unit, description, values }
}

/// Sums over the files in and below each directory.
fn sums(tree: &SourceTree, value: impl Fn(usize) -> u64) -> Vec<u64> {
    let mut sums = vec![0_u64; tree.dirs.len()];
    for (row, file) in tree.files.iter().enumerate() {
        let sum = &mut sums[file.dir.index()];
        *sum = sum.saturating_add(value(row));
    }
    // Parents come before their children, so going backwards adds whole subtrees.
    for dir in (1..sums.len()).rev() {
        let parent = tree.dirs[dir].parent.index();
        sums[parent] = sums[parent].saturating_add(sums[dir]);
    }
    sums
}

/// Ca and Ce of each directory.
fn couplings(tree: &SourceTree, graph: &CodeGraph) -> (Vec<u64>, Vec<u64>) {
    let (mut afferent, mut efferent) = (vec![0; tree.dirs.len()], vec![0; tree.dirs.len()]);
    // The last file that was counted for a directory.
    let (mut last_in, mut last_out) = (vec![None; tree.dirs.len()], vec![None; tree.dirs.len()]);
    for file in tree.file_ids() {
        let node = petgraph::graph::NodeIndex::new(file.index());
        for target in graph.graph.neighbors(node) {
            let (mut from, mut to) = (tree.file(file).dir, tree.file(FileId(target.index() as u32)).dir);
            // Both climb to the directory that holds them both.
            while from != to {
                if tree.dir(from).depth >= tree.dir(to).depth {
                    count_once(&mut efferent, &mut last_out, from, file);
                    from = tree.dir(from).parent;
                } else {
                    count_once(&mut afferent, &mut last_in, to, file);
                    to = tree.dir(to).parent;
                }
            }
        }
    }
    (afferent, efferent)
}

fn count_once(counts: &mut [u64], last: &mut [Option<FileId>], dir: DirId, file: FileId) {
    if last[dir.index()].replace(file) != Some(file) {
        counts[dir.index()] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::ImportKind;
    use crate::resolve::Edge;
    use crate::scan::{FileClass, FileEntry, Language};

    /// Files with their numbers of types and abstract types.
    const FILES: [(&str, u64, u64); 5] =
        [("a/1.py", 1, 1), ("a/b/2.py", 3, 0), ("a/b/3.py", 1, 1), ("c/4.py", 0, 0), ("c/5.py", 2, 0)];

    /// Values of `name` for the root, `a`, `a/b` and `c`.
    #[track_caller]
    fn check(pairs: &[(u32, u32)], name: &str, expect: [f64; 4]) {
        let entry = |&(path, ..): &(&str, u64, u64)| FileEntry {
            path: path.to_owned(),
            language: Language::of_name(crate::scan::file_name(path)),
            class: FileClass::Source,
            bytes: 0,
        };
        let tree = SourceTree::new(FILES.iter().map(entry).collect());
        let edge =
            |&(from, to): &(u32, u32)| Edge { from: FileId(from), to: FileId(to), line: 1, kind: ImportKind::Runtime };
        let graph = CodeGraph::new(FILES.len(), &pairs.iter().map(edge).collect::<Vec<_>>());
        let column = |name: &str, values: [u64; 5]| Metric {
            name: name.into(),
            unit: "types".into(),
            description: "".into(),
            values: Column::U64(values.into()),
        };
        let files = [
            column("classes", FILES.map(|(_, types, _)| types)),
            column("abstract_classes", FILES.map(|(.., types)| types)),
        ];
        let metrics = by_directory(&tree, &graph, &files);
        let found = metrics.iter().find(|metric| metric.name == name).unwrap();
        for (value, expect) in found.values.to_numbers().unwrap().iter().zip(expect) {
            assert!((value - expect).abs() < 1e-12, "{name}: {:?}", found.values);
        }
    }

    #[test]
    fn couplings_cross_the_border_of_a_directory() {
        let pairs = [(0, 1), (1, 3), (1, 4), (2, 3), (3, 1), (3, 2)];
        check(&pairs, "afferent", [0.0, 1.0, 2.0, 2.0]);
        check(&pairs, "efferent", [0.0, 2.0, 2.0, 1.0]);
        check(&pairs, "instability", [0.0, 2.0 / 3.0, 0.5, 1.0 / 3.0]);
    }

    #[test]
    fn abstractness_is_of_types() {
        check(&[], "abstractness", [2.0 / 7.0, 2.0 / 5.0, 1.0 / 4.0, 0.0]);
        check(&[], "files", [5.0, 3.0, 2.0, 2.0]);
    }

    #[test]
    fn the_main_sequence_balances_both() {
        check(&[(1, 3)], "distance", [0.0, 0.4, 0.25, 1.0]);
        check(&[], "distance", [0.0; 4]);
    }
}
