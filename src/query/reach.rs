//! What depends on files, and what they depend on: by distance, or as a tree.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Import, Kinds, Links, Selection};
use crate::analysis::Analysis;
use crate::scan::FileId;

/// Which way imports are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the files that import.
    Dependents,
    /// To the files that are imported.
    Dependencies,
}

impl Direction {
    fn neighbours(self, links: &Links<'_>, file: FileId) -> Vec<FileId> {
        match self {
            Self::Dependents => links.sources(file).collect(),
            Self::Dependencies => links.targets(file).collect(),
        }
    }

    /// The statements between a file and its neighbour in this direction.
    fn imports(self, links: &Links<'_>, file: FileId, neighbour: FileId) -> Vec<Import> {
        match self {
            Self::Dependents => links.imports(neighbour, file),
            Self::Dependencies => links.imports(file, neighbour),
        }
    }
}

/// Files that depend on a selection, or on which it depends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach<'a> {
    /// Which of both.
    pub direction: Direction,
    /// The selection as it was named.
    pub of: String,
    /// How many files it has.
    pub of_files: usize,
    /// By depth, then by path; the selection itself is not among them.
    pub files: Vec<Reached<'a>>,
}

/// A file that is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reached<'a> {
    /// The file.
    pub path: &'a str,
    /// Imports between it and the selection, at least; 1 imports it, or is imported by it.
    pub depth: u32,
    /// The next file on a shortest way to the selection; of several, the first by path.
    pub through: &'a str,
    /// The statements between the file and `through`, in the file that imports.
    pub imports: Vec<Import>,
}

/// Files within `depth` imports of `selection`; all that can be reached without one.
pub fn reach<'a>(
    analysis: &'a Analysis,
    selection: &Selection,
    direction: Direction,
    kinds: Kinds,
    depth: Option<u32>,
) -> Reach<'a> {
    let links = Links::new(analysis, kinds);
    let mut depths = vec![None; links.len()];
    selection.files.iter().for_each(|file| depths[file.index()] = Some(0));
    let (mut level, mut files) = (selection.files.clone(), Vec::new());
    for at in 1..=depth.unwrap_or(u32::MAX) {
        let mut next = Vec::new();
        for &file in &level {
            for neighbour in direction.neighbours(&links, file) {
                if depths[neighbour.index()].is_none() {
                    depths[neighbour.index()] = Some(at);
                    next.push((neighbour, file));
                }
            }
        }
        if next.is_empty() {
            break;
        }
        next.sort_unstable();
        files.extend(next.iter().map(|&(file, through)| Reached {
            path: links.path(file),
            depth: at,
            through: links.path(through),
            imports: direction.imports(&links, through, file),
        }));
        level = next.into_iter().map(|(file, _)| file).collect();
    }
    Reach { direction, of: selection.name.clone(), of_files: selection.files.len(), files }
}

/// The same as [`Reach`], as a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tree<'a> {
    /// Which way it grows.
    pub direction: Direction,
    /// The selection as it was named.
    pub of: String,
    /// How many files it has.
    pub of_files: usize,
    /// In the order of a tree that is written line by line: below a row of one depth come its children, one deeper.
    pub rows: Vec<TreeRow<'a>>,
}

/// A line of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeRow<'a> {
    /// The file.
    pub path: &'a str,
    /// 1 for the neighbours of the selection.
    pub depth: u32,
    /// The file has neighbours, but they are written where it stands nearest to the selection.
    pub repeated: bool,
    /// The statements between the file and the row above it that is one less deep; those of the whole selection at depth 1.
    pub imports: Vec<Import>,
}

/// The files within `depth` imports of `selection` as a tree. Each file's neighbours are written once.
pub fn tree<'a>(
    analysis: &'a Analysis,
    selection: &Selection,
    direction: Direction,
    kinds: Kinds,
    depth: Option<u32>,
) -> Tree<'a> {
    let links = Links::new(analysis, kinds);
    let parents = parents(&links, selection, direction);
    let depth = depth.unwrap_or(u32::MAX);
    let mut rows = Vec::new();
    let mut open: Vec<_> = roots(&links, selection, direction).into_iter().rev().collect();
    while let Some(Node { file, above, imports, depth: at }) = open.pop() {
        if at > depth {
            continue;
        }
        let is_home = parents[file.index()] == above.map_or(Parent::Selection, Parent::File);
        let children = direction.neighbours(&links, file).into_iter().filter(|&child| !selection.has(child));
        let children: Vec<_> = children.collect();
        rows.push(TreeRow {
            path: links.path(file),
            depth: at,
            repeated: !is_home && at < depth && !children.is_empty(),
            imports,
        });
        if is_home {
            open.extend(children.into_iter().rev().map(|child| Node {
                file: child,
                above: Some(file),
                imports: direction.imports(&links, file, child),
                depth: at + 1,
            }));
        }
    }
    Tree { direction, of: selection.name.clone(), of_files: selection.files.len(), rows }
}

struct Node {
    file: FileId,
    above: Option<FileId>,
    imports: Vec<Import>,
    depth: u32,
}

/// Below which row a file's own neighbours are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Nowhere,
    Selection,
    File(FileId),
}

/// A tree of shortest ways.
fn parents(links: &Links<'_>, selection: &Selection, direction: Direction) -> Vec<Parent> {
    let mut parents = vec![Parent::Nowhere; links.len()];
    let mut queue = VecDeque::from(selection.files.clone());
    while let Some(file) = queue.pop_front() {
        for neighbour in direction.neighbours(links, file) {
            if parents[neighbour.index()] == Parent::Nowhere && !selection.has(neighbour) {
                let is_root = selection.has(file);
                parents[neighbour.index()] = if is_root { Parent::Selection } else { Parent::File(file) };
                queue.push_back(neighbour);
            }
        }
    }
    parents
}

/// The neighbours of the whole selection, each once.
fn roots(links: &Links<'_>, selection: &Selection, direction: Direction) -> Vec<Node> {
    let pairs = selection
        .files
        .iter()
        .flat_map(|&file| direction.neighbours(links, file).into_iter().map(move |neighbour| (neighbour, file)));
    let mut pairs: Vec<_> = pairs.filter(|&(neighbour, _)| !selection.has(neighbour)).collect();
    pairs.sort_unstable();
    let rows = pairs.chunk_by(|a, b| a.0 == b.0).map(|same| {
        let imports = same.iter().flat_map(|&(neighbour, file)| direction.imports(links, file, neighbour));
        Node { file: same[0].0, above: None, imports: imports.collect(), depth: 1 }
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{select, testing::analysis};
    use super::*;

    const GRAPH: &str = "main > a:1\nmain > b:2\na > core:4\nb > core:5\nb > core:9 type-only\ncore > base:1\nlone\n";

    #[track_caller]
    fn check(of: &str, direction: Direction, depth: Option<u32>, expect: &[(&str, u32, &str)]) {
        let analysis = analysis(GRAPH);
        let reach = reach(&analysis, &select(&analysis, of).unwrap(), direction, Kinds::default(), depth);
        let rows: Vec<_> = reach.files.iter().map(|row| (row.path, row.depth, row.through)).collect();
        assert_eq!(rows, expect);
    }

    #[test]
    fn by_depth_and_path() {
        check(
            "base",
            Direction::Dependents,
            None,
            &[("core", 1, "base"), ("a", 2, "core"), ("b", 2, "core"), ("main", 3, "a")],
        );
        check("base", Direction::Dependents, Some(1), &[("core", 1, "base")]);
        check("main", Direction::Dependencies, Some(2), &[("a", 1, "main"), ("b", 1, "main"), ("core", 2, "a")]);
        check("{a,b}", Direction::Dependents, None, &[("main", 1, "a")]);
        check("lone", Direction::Dependents, None, &[]);
    }

    #[track_caller]
    fn check_tree(graph: &str, of: &str, direction: Direction, depth: Option<u32>, expect: &str) {
        let analysis = analysis(graph);
        let tree = tree(&analysis, &select(&analysis, of).unwrap(), direction, Kinds::default(), depth);
        let line = |row: &TreeRow<'_>| {
            let mark = if row.repeated { "*" } else { "" };
            format!("{}{}{mark}", " ".repeat(row.depth as usize - 1), row.path)
        };
        assert_eq!(tree.rows.iter().map(line).collect::<Vec<_>>().join("\n"), expect);
    }

    #[test]
    fn a_tree_writes_each_part_once() {
        check_tree(GRAPH, "main", Direction::Dependencies, None, "a\n core\n  base\nb\n core*");
        check_tree(GRAPH, "main", Direction::Dependencies, Some(2), "a\n core\nb\n core");
        check_tree("x > y\ny > z\nz > y\nz > x", "x", Direction::Dependencies, None, "y\n z\n  y*");
        check_tree("x > y\nx > z\ny > z\nz > w", "x", Direction::Dependencies, None, "y\n z*\nz\n w");
        check_tree("a > c\nb > c:7\nb > d", "{a,b}", Direction::Dependencies, None, "c\nd");
    }
}
