//! What starts or uses scripts from outside: manifests, pages, bundlers, test runners, frameworks.

mod conventions;
mod manifests;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Resolver;
use super::files::{Files, Importer, in_dir};
use super::packages::Condition;
use crate::lang::{Family, Reference, ReferenceKind, family, is_config_script};
use crate::resolve::Sources;
use crate::resolve::entry::Entry;
use crate::scan::{FileId, file_name, join_path, parent_path};

/// Patterns that are held against all files of a repository; more are left out.
const MAX_PATTERNS: usize = 500;

impl Resolver<'_> {
    /// The entries of all scripts, in no order and with duplicates.
    pub(super) fn entries(&self, sources: &Sources<'_>) -> Vec<(FileId, Entry)> {
        let mut found = self.manifest_entries();
        let mut patterns = Patterns::default();
        for id in sources.tree.file_ids() {
            let (facts, path) = (sources.facts(id), &*sources.tree.file(id).path);
            for reference in &facts.references {
                self.follow(path, reference, &mut patterns, &mut found);
            }
            if let Some(text) = facts.manifest.as_deref() {
                match file_name(path) {
                    "manifest.json" => self.web_extension(path, text, &mut found),
                    name if is_config_script(name) => self.config(path, text, &mut patterns, &mut found),
                    _ => {}
                }
            }
        }
        let scripts: Vec<FileId> = sources.files_of(Family::Script).collect();
        let by_convention = |&id: &FileId| Some((id, self.by_convention(&sources.tree.file(id).path)?));
        found.par_extend(scripts.par_iter().filter_map(by_convention));
        let named = patterns.files(&scripts, &self.files);
        found.par_extend(named.map(|(id, entry)| (id, self.unless_a_test(id, entry))));
        found
    }

    /// What a text names as a program of its own.
    fn follow(&self, from: &str, reference: &Reference, patterns: &mut Patterns, found: &mut Vec<(FileId, Entry)>) {
        let target = reference.target.split(['?', '#']).next().unwrap_or_default();
        let entry = match reference.kind {
            ReferenceKind::Page => Entry::Page,
            ReferenceKind::Worker => Entry::Worker,
            ReferenceKind::Resolve | ReferenceKind::Glob => Entry::Plugin,
        };
        if reference.kind == ReferenceKind::Glob {
            return patterns.push(self.packages.enclosing_dir(from), parent_path(from), target, entry);
        }
        found.extend(self.named_file(from, target).map(|id| (id, entry)));
    }

    /// A file that a text names by a path from its own folder, or from where the site or the package begins.
    fn named_file(&self, from: &str, target: &str) -> Option<FileId> {
        let (package, dir) = (self.packages.enclosing_dir(from), parent_path(from));
        let importer = Importer { path: from, dir, condition: Condition::Import };
        let public = in_dir(package, "public");
        let bases: &[&str] = if target.starts_with('/') { &[dir, package, &public, ""] } else { &[dir, package] };
        let target = target.trim_start_matches('/');
        bases.iter().find_map(|base| self.files.load_file(&join_path(base, target)?, importer))
    }

    /// Strings in the configuration of a bundler or test runner that name scripts of the package.
    fn config(&self, path: &str, text: &str, patterns: &mut Patterns, found: &mut Vec<(FileId, Entry)>) {
        const BUNDLERS: &[&str] = &[
            "rollup", "rolldown", "tsup", "tsdown", "vite", "webpack", "rspack", "rslib", "esbuild", "build", "bunchee",
        ];
        let name = file_name(path);
        let is_bundler = BUNDLERS.iter().any(|bundler| name.starts_with(bundler)) && !name.starts_with("vitest");
        let entry = if is_bundler { Entry::Library } else { Entry::Config };
        for quoted in quoted(text) {
            let target = quoted.strip_prefix("<rootDir>/").unwrap_or(quoted);
            let names_file = target.contains('/') || conventions::is_script_name(target);
            if !names_file || target.contains("://") || target.contains(char::is_whitespace) || target.starts_with('!')
            {
                continue;
            }
            if target.contains('*') {
                patterns.push(self.packages.enclosing_dir(path), parent_path(path), target, entry);
            } else if let Some(id) = self.named_file(path, target)
                && family(self.files.tree.file(id).language) == Some(Family::Script)
            {
                found.push((id, self.unless_a_test(id, entry)));
            }
        }
    }

    /// The configuration of a bundler may name what its test runner runs, too.
    fn unless_a_test(&self, id: FileId, entry: Entry) -> Entry {
        let is_test = entry == Entry::Library
            && self.by_convention(&self.files.tree.file(id).path).is_some_and(|usual| usual == Entry::Test);
        if is_test { Entry::Test } else { entry }
    }
}

/// The short strings of a script on one line each, without a parser: what is found must be a file to count.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    const MAX_BYTES: usize = 200;
    text.lines().flat_map(|line| line.split(['"', '\'', '`']).skip(1).step_by(2)).filter(|it| it.len() <= MAX_BYTES)
}

/// Globs for files that are loaded without being named.
#[derive(Default)]
struct Patterns {
    all: Vec<Pattern>,
    seen: FxHashSet<String>,
}

struct Pattern {
    glob: globset::GlobMatcher,
    /// What every path that it takes begins with.
    prefix: String,
    entry: Entry,
}

impl Patterns {
    /// Adds a pattern written in `dir`, or from the root of its package if it starts with `/`.
    fn push(&mut self, package: &str, dir: &str, pattern: &str, entry: Entry) {
        let base = if pattern.starts_with('/') { package } else { dir };
        let Some(path) = join_path(base, pattern.trim_start_matches('/')) else { return };
        // A pattern without a folder would take the whole repository.
        let is_narrow = path.split('/').next().is_some_and(|first| !first.contains(['*', '{']));
        if !is_narrow || self.all.len() >= MAX_PATTERNS || !self.seen.insert(path.clone()) {
            return;
        }
        if let Ok(glob) = globset::GlobBuilder::new(&path).literal_separator(true).build() {
            let meta = path.find(['*', '?', '[', '{', '\\']).unwrap_or(path.len());
            self.all.push(Pattern { glob: glob.compile_matcher(), prefix: path[..meta].to_owned(), entry });
        }
    }

    /// The files that the patterns take, of `scripts`, which are in path order.
    fn files<'p>(
        &'p self,
        scripts: &'p [FileId],
        files: &'p Files<'_>,
    ) -> impl ParallelIterator<Item = (FileId, Entry)> + 'p {
        let path = |id: FileId| &*files.tree.file(id).path;
        self.all.par_iter().flat_map_iter(move |Pattern { glob, prefix, entry }| {
            let start = scripts.partition_point(|&id| path(id) < prefix.as_str());
            let near = scripts[start..].iter().take_while(move |&&id| path(id).starts_with(prefix.as_str()));
            near.filter(move |&&id| glob.is_match(path(id))).map(move |&id| (id, *entry))
        })
    }
}
