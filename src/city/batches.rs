//! Buildings in bounded batches, each a part of the tree; small neighbours share one. Knows no geometry.

use rustc_hash::FxHashSet;

use super::census::Census;
use crate::scan::{DirId, FileId};

/// No city has more batches.
pub const MAX_BATCHES: usize = 140;
/// No batch has more buildings, for cities of up to three million.
pub const MAX_INSTANCES: usize = 50_000;
/// A batch is filled up to this many files before the number of files asks for more.
const SMALL_BATCH: usize = 200;
const MAX_NAME: usize = 40;

/// Buildings that become one entity. The position of a file in `instances` is its instance number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Made of `a-z`, `A-Z`, `0-9`, `_` and `-`; distinct within a city.
    pub name: String,
    /// The directory that all its files lie in or below.
    pub dir: DirId,
    /// Its files.
    pub instances: Vec<FileId>,
}

pub(super) fn batches(census: &Census<'_>) -> Vec<Batch> {
    // Every batch but the last holds at least half the limit, so there are at most 2 · 60 + 1 of them.
    let limit = census.drawn.len().div_ceil(60).clamp(SMALL_BATCH, MAX_INSTANCES);
    let mut packer = Packer { limit, full: Vec::new() };
    let mut waiting: Vec<Vec<FileId>> = vec![Vec::new(); census.tree.dirs.len()];
    for dir in (0..census.tree.dirs.len() as u32).rev().map(DirId).filter(|dir| census.below[dir.index()] > 0) {
        let mut run: Vec<FileId> = Vec::new();
        for child in census.dirs_in(dir) {
            run = packer.add(dir, run, std::mem::take(&mut waiting[child.index()]));
        }
        let own: Vec<FileId> = census.files_in(dir).collect();
        for part in own.chunks(limit / 2) {
            run = packer.add(dir, run, part.to_vec());
        }
        if dir == DirId::ROOT {
            packer.close(dir, run);
        } else {
            waiting[dir.index()] = run;
        }
    }
    named(census, packer.full)
}

/// Collects files until half the limit is reached.
struct Packer {
    limit: usize,
    full: Vec<(DirId, Vec<FileId>)>,
}

impl Packer {
    /// Both lists hold at most half the limit; returns what still waits for more.
    fn add(&mut self, dir: DirId, mut run: Vec<FileId>, more: Vec<FileId>) -> Vec<FileId> {
        if run.is_empty() {
            run = more;
        } else {
            run.extend(more);
        }
        if run.len() < self.limit / 2 {
            return run;
        }
        self.close(dir, run);
        Vec::new()
    }

    fn close(&mut self, dir: DirId, mut run: Vec<FileId>) {
        if !run.is_empty() {
            run.sort_unstable();
            self.full.push((dir, run));
        }
    }
}

fn named(census: &Census<'_>, mut full: Vec<(DirId, Vec<FileId>)>) -> Vec<Batch> {
    full.sort_unstable_by_key(|(_, files)| files[0]);
    let mut taken = FxHashSet::default();
    full.into_iter()
        .map(|(dir, instances)| {
            let slug = slug(&census.tree.dir(common_dir(census, dir, &instances)).path);
            let mut name = slug.clone();
            let mut copy = 1;
            while !taken.insert(name.clone()) {
                copy += 1;
                name = format!("{slug}-{copy}");
            }
            Batch { name, dir, instances }
        })
        .collect()
}

/// The deepest directory that holds all of `files`, which lie in or below `dir`.
fn common_dir(census: &Census<'_>, dir: DirId, files: &[FileId]) -> DirId {
    let mut deepest = dir;
    let mut next = Some(dir);
    while let Some(dir) = next {
        deepest = dir;
        let holds_first_and_last = |child: DirId| {
            let prefix = &*census.tree.dir(child).path;
            let lies_in = |file: &FileId| {
                census.tree.file(*file).path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
            };
            files.first().is_some_and(lies_in) && files.last().is_some_and(lies_in)
        };
        // Paths are sorted, so what holds the first and the last holds all between them.
        next = census.dirs_in(dir).find(|&child| holds_first_and_last(child));
    }
    deepest
}

/// A path as an entity name: `src/core` becomes `src-core`; of long ones the end is kept.
fn slug(path: &str) -> String {
    let path = if path.is_empty() { "root" } else { path };
    let mut slug: Vec<char> = path
        .chars()
        .map(|char| match char {
            '/' => '-',
            char if char.is_ascii_alphanumeric() || char == '-' => char,
            _ => '_',
        })
        .collect();
    if slug.len() > MAX_NAME {
        slug.drain(..slug.len() - MAX_NAME);
    }
    slug.into_iter().collect()
}
