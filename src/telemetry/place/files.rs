//! The files of a repository by the ends of their paths.

use std::cmp::Ordering;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::scan::{FileId, SourceTree};

/// Files sorted by their paths' parts, the last part first: those that end alike stand together.
#[derive(Debug, Default)]
pub(super) struct Files {
    order: Vec<FileId>,
    /// Where the files of a name are in `order`.
    by_name: FxHashMap<Box<str>, Range<usize>>,
}

impl Files {
    pub fn new(tree: &SourceTree) -> Self {
        let mut order: Vec<FileId> = tree.file_ids().collect();
        order.sort_unstable_by(|a, b| parts(tree, *a).cmp(parts(tree, *b)));
        let mut by_name = FxHashMap::<Box<str>, Range<usize>>::default();
        for (at, file) in order.iter().enumerate() {
            let name = tree.file(*file).name();
            match by_name.get_mut(name) {
                Some(range) => range.end = at + 1,
                None => drop(by_name.insert(name.into(), at..at + 1)),
            }
        }
        Self { order, by_name }
    }

    /// The files whose paths end in these parts, or are them.
    pub fn ending(&self, tree: &SourceTree, end: &[&str]) -> &[FileId] {
        let files = self.named(end);
        let start = files.partition_point(|&file| compare(tree, file, end) == Ordering::Less);
        let count = files[start..].partition_point(|&file| compare(tree, file, end) == Ordering::Equal);
        &files[start..start + count]
    }

    /// The files that share most of the parts at the end of a path, and how many those are.
    pub fn nearest(&self, tree: &SourceTree, path: &[&str]) -> (usize, &[FileId]) {
        let files = self.named(path);
        if let [only] = files {
            return (shared(tree, *only, path), files);
        }
        let start = files.partition_point(|&file| compare(tree, file, path) == Ordering::Less);
        let beside = [start.checked_sub(1), Some(start)].into_iter().flatten();
        let shared = beside.filter_map(|at| Some(shared(tree, *files.get(at)?, path))).max().unwrap_or(0);
        (shared, if shared == 0 { &[] } else { self.ending(tree, &path[path.len() - shared..]) })
    }

    /// The files that are called as the path's last part.
    fn named(&self, path: &[&str]) -> &[FileId] {
        path.last().and_then(|name| self.by_name.get(*name)).map_or(&[], |range| &self.order[range.clone()])
    }
}

/// How many parts of the file's path there are.
pub(super) fn depth(tree: &SourceTree, file: FileId) -> usize {
    parts(tree, file).count()
}

fn parts(tree: &SourceTree, file: FileId) -> std::str::RSplit<'_, char> {
    tree.file(file).path.rsplit('/')
}

fn shared(tree: &SourceTree, file: FileId, path: &[&str]) -> usize {
    parts(tree, file).zip(path.iter().rev()).take_while(|(own, other)| own == *other).count()
}

/// The file's place among those that end in `end`; what ends so is equal.
fn compare(tree: &SourceTree, file: FileId, end: &[&str]) -> Ordering {
    let mut own = parts(tree, file);
    for part in end.iter().rev() {
        match own.next().map_or(Ordering::Less, |own| own.cmp(part)) {
            Ordering::Equal => {}
            other => return other,
        }
    }
    Ordering::Equal
}
