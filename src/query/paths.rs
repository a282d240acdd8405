//! All shortest ways by imports from one part to another.

use serde::Serialize;

use super::{Kinds, Link, Links, QueryError, Selection};
use crate::analysis::Analysis;
use crate::scan::FileId;

/// The shortest ways between two parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paths<'a> {
    /// Where they start, as it was named.
    pub from: String,
    /// Where they end, as it was named.
    pub to: String,
    /// Imports on each; `null` when there is no way.
    pub length: Option<u32>,
    /// How many there are; those beyond 2⁶⁴ − 1 are not counted.
    pub count: u64,
    /// The first of them by path, each a chain of links.
    pub paths: Vec<Vec<Link<'a>>>,
    /// Where there is none: how long the shortest ways back are.
    pub length_back: Option<u32>,
}

/// The shortest ways from a file of `from` to a file of `to`, at most `limit` of them. Where one part holds files of the
/// other, these count for the smaller part.
///
/// # Errors
/// When both hold the same files.
pub fn shortest_paths<'a>(
    analysis: &'a Analysis,
    from: &Selection,
    to: &Selection,
    kinds: Kinds,
    limit: usize,
) -> Result<Paths<'a>, QueryError> {
    let (sources, targets) = apart(from, to)?;
    let links = Links::new(analysis, kinds);
    let ways = Ways::new(&links, &sources, &targets);
    let length_back = if ways.length.is_none() { Ways::new(&links, &targets, &sources).length } else { None };
    Ok(Paths {
        from: from.name.clone(),
        to: to.name.clone(),
        length: ways.length,
        count: ways.count(&links),
        paths: ways.first(&links, limit),
        length_back,
    })
}

/// Both parts without common files: those belong to the smaller one.
pub fn apart(from: &Selection, to: &Selection) -> Result<(Vec<FileId>, Vec<FileId>), QueryError> {
    let without = |of: &Selection, other: &Selection| -> Vec<_> {
        of.files.iter().copied().filter(|&file| !other.has(file)).collect()
    };
    let (sources, targets) = if from.files.len() < to.files.len() {
        (from.files.clone(), without(to, from))
    } else {
        (without(from, to), to.files.clone())
    };
    if sources.is_empty() || targets.is_empty() {
        return Err(QueryError::SameFiles { from: from.name.clone(), to: to.name.clone() });
    }
    Ok((sources, targets))
}

/// What a search in breadth found.
struct Ways {
    /// Imports between the sources and each file that is not further than the targets.
    depths: Vec<Option<u32>>,
    /// The files by depth; the last are targets, when there is a way.
    levels: Vec<Vec<FileId>>,
    length: Option<u32>,
}

impl Ways {
    fn new(links: &Links<'_>, sources: &[FileId], targets: &[FileId]) -> Self {
        let mut depths = vec![None; links.len()];
        sources.iter().for_each(|file| depths[file.index()] = Some(0));
        let mut levels = vec![sources.to_vec()];
        let is_target = |file: &FileId| targets.binary_search(file).is_ok();
        for depth in 1.. {
            let mut next = Vec::new();
            for &file in levels.last().into_iter().flatten() {
                for target in links.targets(file) {
                    if depths[target.index()].is_none() {
                        depths[target.index()] = Some(depth);
                        next.push(target);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            next.sort_unstable();
            if next.iter().any(is_target) {
                next.retain(is_target);
                levels.push(next);
                return Self { depths, levels, length: Some(depth) };
            }
            levels.push(next);
        }
        Self { depths, levels, length: None }
    }

    fn is_step(&self, from: FileId, to: FileId) -> bool {
        let [from, to] = [from, to].map(|file| self.depths[file.index()]);
        matches!((from, to), (Some(from), Some(to)) if to == from + 1)
    }

    /// The number of ways: those to a file are the sum of those to the files before it.
    fn count(&self, links: &Links<'_>) -> u64 {
        if self.length.is_none() {
            return 0;
        }
        let mut counts = vec![0_u64; self.depths.len()];
        self.levels[0].iter().for_each(|file| counts[file.index()] = 1);
        for &file in self.levels.iter().skip(1).flatten() {
            let before = links.sources(file).filter(|&before| self.is_step(before, file));
            counts[file.index()] = before.fold(0, |sum, before| sum.saturating_add(counts[before.index()]));
        }
        let last = self.levels.last().into_iter().flatten();
        last.fold(0, |sum, file| sum.saturating_add(counts[file.index()]))
    }

    /// The files from which a target is reached in as few steps as can be.
    fn useful(&self, links: &Links<'_>) -> Vec<bool> {
        let mut useful = vec![false; self.depths.len()];
        self.levels.last().into_iter().flatten().for_each(|file| useful[file.index()] = true);
        for &file in self.levels.iter().rev().flatten() {
            if useful[file.index()] {
                links.sources(file).filter(|&before| self.is_step(before, file)).for_each(|before| {
                    useful[before.index()] = true;
                });
            }
        }
        useful
    }

    /// The first ways by path. Each step that is tried leads to a target, so none is tried in vain.
    fn first<'a>(&self, links: &Links<'a>, limit: usize) -> Vec<Vec<Link<'a>>> {
        let Some(length) = self.length else { return Vec::new() };
        let (useful, mut paths) = (self.useful(links), Vec::new());
        let mut open: Vec<_> =
            self.levels[0].iter().rev().filter(|file| useful[file.index()]).map(|&file| (file, 0)).collect();
        let mut way = Vec::new();
        while let Some((file, depth)) = open.pop() {
            way.truncate(depth as usize);
            way.push(file);
            if depth < length {
                let next: Vec<_> =
                    links.targets(file).filter(|&to| useful[to.index()] && self.is_step(file, to)).collect();
                open.extend(next.into_iter().rev().map(|to| (to, depth + 1)));
                continue;
            }
            if paths.len() == limit {
                break;
            }
            paths.push(way.windows(2).map(|pair| links.link(pair[0], pair[1])).collect());
        }
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::super::{select, testing::analysis};
    use super::*;

    #[track_caller]
    fn check(graph: &str, from: &str, to: &str, limit: usize, count: u64, expect: &[&str]) {
        let analysis = analysis(graph);
        let [a, b] = [from, to].map(|name| select(&analysis, name).unwrap());
        let found = shortest_paths(&analysis, &a, &b, Kinds::default(), limit).unwrap();
        let text = |path: &Vec<Link<'_>>| {
            let ends = path.iter().map(|link| link.to);
            [path[0].from].into_iter().chain(ends).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            (found.count, found.paths.iter().map(text).collect::<Vec<_>>()),
            (count, expect.iter().map(ToString::to_string).collect())
        );
    }

    const DIAMOND: &str = "a > b\na > c\nb > d\nc > d\na > e\ne > f\nf > d\n";

    #[test]
    fn all_shortest_in_path_order() {
        check(DIAMOND, "a", "d", 9, 2, &["a b d", "a c d"]);
        check(DIAMOND, "a", "d", 1, 2, &["a b d"]);
        check(DIAMOND, "d", "a", 9, 0, &[]);
        check(DIAMOND, "{a,e}", "d", 9, 3, &["a b d", "a c d", "e f d"]);
    }

    #[test]
    fn the_count_is_true_where_only_some_are_listed() {
        let level = |at: u32| (0..10).flat_map(move |i| (0..10).map(move |j| format!("l{at}x{i} > l{}x{j}\n", at + 1)));
        let graph: String = (0..12).flat_map(level).collect();
        let analysis = analysis(&graph);
        let [a, b] = ["l0x0", "l12x0"].map(|name| select(&analysis, name).unwrap());
        let found = shortest_paths(&analysis, &a, &b, Kinds::default(), 3).unwrap();
        assert_eq!((found.count, found.paths.len(), found.length), (10_u64.pow(11), 3, Some(12)));
    }

    #[test]
    fn parts_in_each_other() {
        check("src/a > src/db/x\nsrc/db/x > src/db/y\nsrc/db/y > src/b", "src", "src/db", 9, 1, &["src/a src/db/x"]);
        check("src/a > src/db/x\nsrc/db/x > src/db/y\nsrc/db/y > src/b", "src/db", "src", 9, 1, &["src/db/y src/b"]);
        let analysis = analysis("a > b");
        let a = select(&analysis, "a").unwrap();
        let error = shortest_paths(&analysis, &a, &a, Kinds::default(), 1).unwrap_err();
        assert_eq!(error.to_string(), "a and a: the same files; name two different parts");
    }

    #[test]
    fn the_way_back_is_told_where_there_is_none() {
        let analysis = analysis("a > b\nb > c");
        let [a, c] = ["a", "c"].map(|name| select(&analysis, name).unwrap());
        let found = shortest_paths(&analysis, &c, &a, Kinds::default(), 1).unwrap();
        assert_eq!((found.length, found.length_back), (None, Some(2)));
    }
}
