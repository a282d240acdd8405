//! Which drawn files lie in and below each directory, and directories picked by how much they hold. Knows no geometry.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::scan::{DirId, FileId, SourceTree};

/// Lists of `u32`, one for each bucket, in one allocation.
pub(super) struct Buckets {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Buckets {
    /// Sorts `(bucket, item)` pairs into `count` buckets; items keep their order within a bucket.
    pub fn new(count: usize, pairs: impl Iterator<Item = (usize, u32)> + Clone) -> Self {
        let mut starts = vec![0u32; count + 1];
        for (bucket, _) in pairs.clone() {
            starts[bucket + 1] += 1;
        }
        for bucket in 0..count {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[count] as usize];
        for (bucket, item) in pairs {
            items[next[bucket] as usize] = item;
            next[bucket] += 1;
        }
        Self { starts, items }
    }

    pub fn get(&self, bucket: usize) -> &[u32] {
        &self.items[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// The drawn part of a tree. A directory is live when a drawn file lies in or below it.
pub(super) struct Census<'a> {
    pub tree: &'a SourceTree,
    pub drawn: &'a [FileId],
    files: Buckets,
    live_dirs: Buckets,
    /// Drawn files in and below each directory.
    pub below: Vec<u32>,
}

impl<'a> Census<'a> {
    pub fn new(tree: &'a SourceTree, drawn: &'a [FileId]) -> Self {
        let count = tree.dirs.len();
        let files = Buckets::new(count, drawn.iter().map(|&file| (tree.file(file).dir.index(), file.0)));
        let mut below: Vec<u32> = (0..count).map(|dir| files.get(dir).len() as u32).collect();
        for dir in (1..count).rev() {
            below[tree.dirs[dir].parent.index()] += below[dir];
        }
        let live = (1..count).filter(|&dir| below[dir] > 0);
        let live_dirs = Buckets::new(count, live.map(|dir| (tree.dirs[dir].parent.index(), dir as u32)));
        Self { tree, drawn, files, live_dirs, below }
    }

    /// Drawn files directly in `dir`, by name.
    pub fn files_in(&self, dir: DirId) -> impl ExactSizeIterator<Item = FileId> {
        self.files.get(dir.index()).iter().map(|&file| FileId(file))
    }

    /// Live directories directly in `dir`, by name.
    pub fn dirs_in(&self, dir: DirId) -> impl ExactSizeIterator<Item = DirId> {
        self.live_dirs.get(dir.index()).iter().map(|&dir| DirId(dir))
    }

    /// Whether `dir` only passes on to one other directory.
    pub fn is_passage(&self, dir: DirId) -> bool {
        self.files_in(dir).len() == 0 && self.dirs_in(dir).len() == 1
    }

    /// For each directory the unit it belongs to: itself or the nearest one above of the at most `limit` directories
    /// that hold most. The tree is opened from the root, always at the directory with the most files below.
    pub fn units(&self, limit: usize) -> Vec<DirId> {
        let mut open = vec![false; self.tree.dirs.len()];
        let mut opened = 0;
        let mut heap = BinaryHeap::new();
        if !self.drawn.is_empty() {
            heap.push((self.below[0], Reverse(DirId::ROOT)));
        }
        while opened < limit
            && let Some((_, Reverse(dir))) = heap.pop()
        {
            if !self.is_passage(dir) {
                open[dir.index()] = true;
                opened += 1;
            }
            heap.extend(self.dirs_in(dir).map(|child| (self.below[child.index()], Reverse(child))));
        }
        let mut units = vec![DirId::ROOT; open.len()];
        for dir in 1..open.len() {
            units[dir] = if open[dir] { DirId(dir as u32) } else { units[self.tree.dirs[dir].parent.index()] };
        }
        units
    }
}
