//! Globs become sets of the repository's files and of the packages outside it.

use std::ops::Range;

use super::config::Mistake;
use super::glob::{Form, Glob, Globs};
use super::nearest;
use crate::analysis::Analysis;
use crate::scan::{DirId, SourceTree, parent_path};

/// Entries of a folder that a message lists.
const LISTED: usize = 4;

/// A set of nodes: files by their ids, then packages.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSet(Vec<bool>);

impl NodeSet {
    /// No node of `len`.
    pub fn none(len: usize) -> Self {
        Self(vec![false; len])
    }

    /// True if the node is in the set.
    pub fn has(&self, node: u32) -> bool {
        self.0[node as usize]
    }

    /// The nodes of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.0).filter(|(_, is_in)| **is_in).map(|(node, _)| node)
    }

    /// Keeps what `keep` wants.
    pub fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        (0..).zip(&mut self.0).filter(|(_, is_in)| **is_in).for_each(|(node, is_in)| *is_in = keep(node));
    }

    /// Takes the nodes of another set out.
    pub fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= !other);
    }
}

impl FromIterator<bool> for NodeSet {
    fn from_iter<T: IntoIterator<Item = bool>>(nodes: T) -> Self {
        Self(nodes.into_iter().collect())
    }
}

/// What globs are matched against.
pub struct Universe<'a> {
    /// Files and directories.
    pub tree: &'a SourceTree,
    /// Names of packages, sorted; package `i` is node `files + i`.
    pub packages: Vec<&'a str>,
    excluded: NodeSet,
}

impl<'a> Universe<'a> {
    /// Files and packages of an analysis.
    pub fn new(analysis: &'a Analysis) -> Self {
        let mut packages: Vec<&str> = analysis.resolution.externals.iter().map(|external| &*external.package).collect();
        packages.sort_unstable();
        packages.dedup();
        let nodes = analysis.tree.files.len() + packages.len();
        Self { tree: &analysis.tree, packages, excluded: NodeSet::none(nodes) }
    }

    /// Leaves files out of all later sets.
    pub fn exclude(&mut self, globs: &Globs, mistakes: &mut Vec<Mistake>) {
        self.excluded = self.select(globs, mistakes);
    }

    /// True if no rule sees the node.
    pub fn is_excluded(&self, node: u32) -> bool {
        self.excluded.has(node)
    }

    /// Files and packages together.
    pub fn len(&self) -> usize {
        self.tree.files.len() + self.packages.len()
    }

    /// Every file that is not excluded.
    pub fn every_file(&self) -> NodeSet {
        let files = self.tree.files.len() as u32;
        (0..self.len() as u32).map(|node| node < files && !self.is_excluded(node)).collect()
    }

    /// The path of a file, or the name of a package as globs write it.
    pub fn name(&self, node: u32) -> String {
        let files = self.tree.files.len();
        match self.tree.files.get(node as usize) {
            Some(file) => file.path.to_string(),
            None => format!("{}{}", super::glob::PACKAGE, self.packages[node as usize - files]),
        }
    }

    /// What the globs take in; those that match no file are added to `mistakes`. Packages may be absent: where none is
    /// imported, none has to be forbidden.
    pub fn select(&self, globs: &Globs, mistakes: &mut Vec<Mistake>) -> NodeSet {
        let mut set = NodeSet::none(self.len());
        for glob in &globs.0 {
            let found = self.matches(glob, &mut set);
            if !found && !matches!(glob.form, Form::Package(_)) {
                mistakes.push(self.unmatched(glob));
            }
        }
        set.remove(&self.excluded);
        set
    }

    /// Marks what one glob matches; true if there is anything.
    fn matches(&self, glob: &Glob, set: &mut NodeSet) -> bool {
        let mut found = false;
        let mut mark = |node: usize| {
            found = true;
            set.0[node] = !glob.negated;
        };
        match &glob.form {
            Form::Path { path, only_dir } => {
                if let (Some(file), false) = (self.tree.file_id(path), *only_dir) {
                    mark(file.index());
                }
                self.below(&format!("{path}/")).for_each(mark);
            }
            Form::Wild { prefix, matcher, only_dir } => {
                let dirs = self.dirs_below(prefix, |path| matcher.is_match(path));
                let is_in = |node: &usize| {
                    let file = &self.tree.files[*node];
                    dirs[file.dir.index()] || !only_dir && matcher.is_match(&*file.path)
                };
                self.below(prefix).filter(is_in).for_each(mark);
            }
            Form::Package(matcher) => {
                let packages = self.packages.iter().zip(self.tree.files.len()..);
                packages.filter(|(name, _)| matcher.is_match(name)).for_each(|(_, node)| mark(node));
            }
        }
        found
    }

    /// Files whose path starts with `prefix`: paths are sorted.
    fn below(&self, prefix: &str) -> Range<usize> {
        let files = &self.tree.files;
        let start = files.partition_point(|file| *file.path < *prefix);
        let len = files[start..].partition_point(|file| file.path.starts_with(prefix));
        start..start + len
    }

    /// For each directory whether it, or one above it, matches.
    fn dirs_below(&self, prefix: &str, is_match: impl Fn(&str) -> bool) -> Vec<bool> {
        let mut matched = vec![false; self.tree.dirs.len()];
        for id in self.tree.dir_ids().skip(1) {
            let dir = self.tree.dir(id);
            matched[id.index()] = matched[dir.parent.index()] || dir.path.starts_with(prefix) && is_match(&dir.path);
        }
        matched
    }

    /// The directories that the globs name themselves, in path order.
    pub fn dirs(&self, globs: &Globs, mistakes: &mut Vec<Mistake>) -> Vec<DirId> {
        let mut taken = vec![false; self.tree.dirs.len()];
        for glob in &globs.0 {
            let is_match = |path: &str| match &glob.form {
                Form::Path { path: own, .. } => own == path,
                Form::Wild { matcher, .. } => matcher.is_match(path),
                Form::Package(_) => false,
            };
            let found: Vec<_> = self.tree.dir_ids().filter(|&id| is_match(&self.tree.dir(id).path)).collect();
            if found.is_empty() {
                mistakes.push(self.unmatched(glob));
            }
            found.iter().for_each(|dir| taken[dir.index()] = !glob.negated);
        }
        self.tree.dir_ids().filter(|dir| taken[dir.index()]).collect()
    }

    /// Each directory and file that the globs name themselves, with the files below it.
    pub fn each(&self, globs: &Globs, mistakes: &mut Vec<Mistake>) -> Vec<(String, Vec<u32>)> {
        let all = self.select(globs, mistakes);
        let mut taken = NodeSet::none(self.len());
        let mut parts = Vec::new();
        for dir in self.dirs(globs, &mut Vec::new()) {
            let path = &self.tree.dir(dir).path;
            let nodes: Vec<u32> = self.below(&format!("{path}/")).map(|node| node as u32).collect();
            let nodes: Vec<u32> = nodes.into_iter().filter(|&node| all.has(node) && !taken.has(node)).collect();
            nodes.iter().for_each(|&node| taken.0[node as usize] = true);
            parts.push((path.to_string(), nodes));
        }
        parts.extend(all.iter().filter(|&node| !taken.has(node)).map(|node| (self.name(node), vec![node])));
        parts.retain(|(_, nodes)| !nodes.is_empty());
        parts
    }

    fn unmatched(&self, glob: &Glob) -> Mistake {
        let message = format!("`{}` matches no file; {}", glob.text, self.hint(glob));
        Mistake { place: glob.place, key: glob.key.clone(), message }
    }

    fn hint(&self, glob: &Glob) -> String {
        let wanted = match &glob.form {
            Form::Path { path, .. } => path.as_str(),
            Form::Wild { prefix, .. } => prefix.trim_end_matches('/'),
            Form::Package(_) => "",
        };
        let paths = || {
            let dirs = self.tree.dirs.iter().map(|dir| &*dir.path);
            dirs.chain(self.tree.files.iter().map(|file| &*file.path)).filter(|path| !path.is_empty())
        };
        if !wanted.is_empty() && self.tree.dir_id(wanted).is_none() {
            let near = nearest::names(wanted, paths());
            if !near.is_empty() {
                return format!("did you mean {}?", quoted(&near));
            }
        }
        let mut folder = wanted;
        while !folder.is_empty() && self.tree.dir_id(folder).is_none() {
            folder = parent_path(folder);
        }
        let inside: Vec<_> = paths().filter(|path| parent_path(path) == folder).take(LISTED).collect();
        let folder = if folder.is_empty() { "the root" } else { folder };
        format!("in {folder} there are {}", quoted(&inside))
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
