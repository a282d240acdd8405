//! The tree that the treemap lays out: directories that became districts, blocks of neighbouring names, files. Knows no geometry.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::census::Census;
use crate::scan::{DirId, FileId};

/// Directories nested deeper than this share the district of the one above.
pub(super) const MAX_DEPTH: u32 = 24;
/// A district's footprint is larger than its files' by this factor, for its streets.
const STREET_SHARE: f64 = 1.12;
/// A district with more children than this has them grouped into blocks.
const MAX_UNGROUPED: usize = 48;
/// Each level of blocks takes this many bits of a name's hash: blocks have `2^5` members on average.
const BLOCK_BITS: u32 = 5;

/// Index into [`Nodes::nodes`]; districts come first, parents before children, and the root is 0.
pub(super) type NodeId = u32;

pub(super) struct Node {
    /// A hash of the path, the same in every layout.
    pub key: u64,
    pub kind: Kind,
    pub weight: f64,
    pub children: Vec<NodeId>,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A plate: its node and its plot in [`Nodes::plots`] have the same index.
    District,
    /// Neighbours in name order, laid out together so that a change stays local; not drawn.
    Block,
    /// A building on the plot given.
    File { file: FileId, plot: u32 },
}

/// A directory that gets a plate.
pub(super) struct Plot {
    /// The directory that holds what stands on the plate.
    pub dir: DirId,
    /// The topmost directory of the chain that ends in `dir`: above it are only directories with a single child.
    pub top: DirId,
    /// Index of the plot around it; the root is its own.
    pub parent: u32,
    pub depth: u32,
    /// Whether its directories and its files are grouped into blocks.
    pub grouped: Grouped,
}

/// Whether the directories and the files of a district are grouped into blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Grouped {
    pub dirs: bool,
    pub files: bool,
}

pub(super) struct Nodes {
    pub nodes: Vec<Node>,
    pub plots: Vec<Plot>,
}

impl Nodes {
    /// `weight` is by file. `was_grouped` tells it of the previous layout by a district's key.
    pub fn new(
        census: &Census<'_>,
        weight: impl Fn(FileId) -> f64,
        was_grouped: impl Fn(u64) -> Option<Grouped>,
    ) -> Self {
        let (plots, plot_of_dir) = plots(census);
        let mut nodes: Vec<Node> = Vec::with_capacity(plots.len() + census.drawn.len() * 5 / 4);
        for plot in &plots {
            let key = key_of(&census.tree.dir(plot.dir).path);
            nodes.push(Node { key, kind: Kind::District, weight: 0.0, children: Vec::new() });
        }
        let mut dirs = vec![Vec::new(); plots.len()];
        for (plot, index) in plots.iter().zip(0..).skip(1) {
            dirs[plot.parent as usize].push(index);
        }
        let mut files = vec![Vec::new(); plots.len()];
        for &file in census.drawn {
            let id = nodes.len() as NodeId;
            let source = census.tree.file(file);
            let key = key_of(&source.path);
            let plot = plot_of_dir[source.dir.index()];
            nodes.push(Node { key, kind: Kind::File { file, plot }, weight: weight(file), children: Vec::new() });
            files[plot as usize].push(id);
        }
        let mut all = Self { nodes, plots };
        for plot in (0..all.plots.len()).rev() {
            let (dirs, files) = (std::mem::take(&mut dirs[plot]), std::mem::take(&mut files[plot]));
            let before = was_grouped(all.nodes[plot].key);
            let grouped = Grouped {
                dirs: dirs.len() > limit(before.map(|before| before.dirs)),
                files: files.len() > limit(before.map(|before| before.files)),
            };
            let mut children = if grouped.dirs { all.group(dirs) } else { dirs };
            let files = if grouped.files { all.group(files) } else { files };
            // Files beside directories share one block, where they are among their like.
            if children.is_empty() {
                children = files;
            } else if !files.is_empty() {
                children.push(all.push_block(files, all.nodes[plot].key));
            }
            all.plots[plot].grouped = grouped;
            all.nodes[plot].weight = STREET_SHARE * all.weight_of(&children);
            all.nodes[plot].children = children;
        }
        all
    }

    fn weight_of(&self, nodes: &[NodeId]) -> f64 {
        nodes.iter().map(|&node| self.nodes[node as usize].weight).sum()
    }

    /// Cuts a long list into blocks wherever the hash of a name says so. The cuts depend on no other name and on no
    /// size, so an added or grown file disturbs its own block only.
    fn group(&mut self, mut items: Vec<NodeId>) -> Vec<NodeId> {
        let mut shift = 0;
        while (shift == 0 || items.len() > MAX_UNGROUPED) && shift + BLOCK_BITS <= u64::BITS {
            let starts_block =
                |&item: &NodeId| (mix(self.nodes[item as usize].key) >> shift) & ((1 << BLOCK_BITS) - 1) == 0;
            let mut blocks: Vec<Vec<NodeId>> = Vec::new();
            for item in items {
                match blocks.last_mut() {
                    Some(block) if !starts_block(&item) => block.push(item),
                    _ => blocks.push(vec![item]),
                }
            }
            items = blocks.into_iter().map(|block| self.push_run(block, shift)).collect();
            shift += BLOCK_BITS;
        }
        items
    }

    /// A block that starts with a certain name keeps its rows as long as it does.
    fn push_run(&mut self, children: Vec<NodeId>, shift: u32) -> NodeId {
        let seed = self.nodes[children[0] as usize].key.wrapping_add(u64::from(shift));
        self.push_block(children, seed)
    }

    fn push_block(&mut self, children: Vec<NodeId>, seed: u64) -> NodeId {
        if let [only] = children[..] {
            return only;
        }
        let key = mix(seed.wrapping_add(1));
        let weight = self.weight_of(&children);
        self.nodes.push(Node { key, kind: Kind::Block, weight, children });
        self.nodes.len() as NodeId - 1
    }
}

/// How many children may stay ungrouped; the previous layout's choice is kept while the number is anywhere near.
fn limit(was_grouped: Option<bool>) -> usize {
    match was_grouped {
        Some(true) => MAX_UNGROUPED / 2,
        Some(false) => MAX_UNGROUPED * 2,
        None => MAX_UNGROUPED,
    }
}

/// The plots, and by directory the plot that its files stand on. Parents come before children.
fn plots(census: &Census<'_>) -> (Vec<Plot>, Vec<u32>) {
    let mut plots = vec![Plot { dir: DirId::ROOT, top: DirId::ROOT, parent: 0, depth: 0, grouped: Grouped::default() }];
    let mut plot_of_dir = vec![0; census.tree.dirs.len()];
    for dir in census.tree.dir_ids().skip(1).filter(|dir| census.below[dir.index()] > 0) {
        let parent_dir = census.tree.dir(dir).parent;
        let parent = plot_of_dir[parent_dir.index()];
        let depth = plots[parent as usize].depth;
        let ends_passage = parent_dir != DirId::ROOT && census.is_passage(parent_dir);
        plot_of_dir[dir.index()] = if depth == MAX_DEPTH {
            parent
        } else if ends_passage {
            plots[parent as usize].dir = dir;
            parent
        } else {
            plots.push(Plot { dir, top: dir, parent, depth: depth + 1, grouped: Grouped::default() });
            plots.len() as u32 - 1
        };
    }
    (plots, plot_of_dir)
}

fn key_of(path: &str) -> u64 {
    let mut hasher = FxHasher::default();
    path.hash(&mut hasher);
    hasher.finish()
}

/// Spreads a key over all bits (the finaliser of `SplitMix64`).
fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    key ^ (key >> 31)
}
