//! `tsconfig.json` and `jsconfig.json`: what `paths`, `baseUrl`, `rootDirs` and `outDir` say, through `extends` and `references`.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::resolve::Sources;
use crate::resolve::script::files::{Files, Importer, ancestors, in_dir, strip_dir};
use crate::resolve::script::json;
use crate::resolve::script::packages::Packages;
use crate::resolve::script::specifier;
use crate::scan::{FileId, file_name, join_path, parent_path};

/// A chain of `extends` longer than this is a loop.
const MAX_EXTENDS: u32 = 16;

/// How a configuration renames modules, with every path relative to the repository's root.
#[derive(Clone, Default, PartialEq)]
struct Mapping {
    /// Patterns with at most one `*`, and their targets.
    paths: Vec<(String, Vec<String>)>,
    base_url: Option<String>,
    root_dirs: Vec<String>,
}

/// Options in force, with every path relative to the repository's root.
#[derive(Clone, Default)]
struct Options {
    mapping: Mapping,
    root_dir: Option<String>,
    out_dir: Option<String>,
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    listed: Option<Vec<String>>,
}

/// The files of one configuration. Most repositories never ask, and globs take long to build.
struct Members {
    include: Vec<String>,
    exclude: Vec<String>,
    globs: OnceLock<(GlobSet, GlobSet)>,
}

/// A mapping and those configurations of a directory that have it: most repositories repeat one in all.
struct Variant {
    mapping: usize,
    members: Vec<Members>,
}

pub(super) struct Configs {
    /// Without repetitions.
    mappings: Vec<Mapping>,
    /// By directory: the mapping of its `tsconfig.json` first, then those that this refers to, then those beside it.
    by_dir: FxHashMap<String, Vec<Variant>>,
    outputs: FxHashMap<String, Vec<String>>,
}

impl Configs {
    pub(super) fn new(sources: &Sources<'_>, packages: &Packages, files: &Files<'_>) -> Self {
        let manifests = sources.manifests().map(|(id, text)| (&*sources.tree.file(id).path, text));
        let configs: Vec<_> = manifests.filter(|(path, _)| is_config(file_name(path))).collect();
        let raw: FxHashMap<&str, Value> =
            configs.into_par_iter().map(|(path, text)| (path, json::parse(text))).collect();
        let loader = Loader { raw: &raw, packages, files };
        let mut paths: Vec<&str> = raw.keys().copied().collect();
        // `tsconfig.json` speaks before `tsconfig.test.json`, and `jsconfig.json` last.
        paths.sort_unstable_by_key(|path| {
            let name = file_name(path);
            (parent_path(path), name.starts_with("jsconfig"), name != "tsconfig.json", name)
        });
        let all: FxHashMap<&str, Options> = paths.par_iter().map(|&path| (path, loader.options(path, 0))).collect();
        let mut configs = Self { mappings: Vec::new(), by_dir: FxHashMap::default(), outputs: outputs(&paths, &all) };
        for path in &paths {
            let references = loader.references(path);
            let mut added: Vec<&str> = Vec::new();
            for member in std::iter::once(*path).chain(references.iter().map(String::as_str)) {
                if !added.contains(&member) {
                    added.push(member);
                    configs.add(parent_path(path), member, &all[member]);
                }
            }
        }
        configs
    }

    /// Lets the configuration at `path` speak for the files below `dir`.
    fn add(&mut self, dir: &str, path: &str, options: &Options) {
        if options.mapping == Mapping::default() {
            return;
        }
        let known = self.mappings.iter().position(|mapping| *mapping == options.mapping);
        let mapping = known.unwrap_or_else(|| {
            self.mappings.push(options.mapping.clone());
            self.mappings.len() - 1
        });
        let members = Members::new(options, parent_path(path));
        let variants = self.by_dir.entry(dir.to_owned()).or_default();
        match variants.iter_mut().find(|variant| variant.mapping == mapping) {
            Some(variant) => variant.members.push(members),
            None => variants.push(Variant { mapping, members: vec![members] }),
        }
    }

    /// Each `outDir` with the `rootDir`s that are built into it.
    pub(super) fn take_outputs(&mut self) -> FxHashMap<String, Vec<String>> {
        std::mem::take(&mut self.outputs)
    }

    /// Mappings for a file: of the nearest directory first, and there those first whose configuration includes the file.
    fn for_file<'s>(&'s self, importer: Importer<'s>) -> impl Iterator<Item = &'s Mapping> {
        let dirs = ancestors(importer.dir).filter_map(|dir| self.by_dir.get(dir));
        dirs.flat_map(move |variants| {
            let mut variants: Vec<&Variant> = variants.iter().collect();
            if variants.len() > 1 {
                variants.sort_by_cached_key(|variant| !variant.includes(importer.path));
            }
            variants.into_iter().map(|variant| &self.mappings[variant.mapping])
        })
    }

    /// A module that a pattern of `paths` maps to a file.
    pub(super) fn by_paths(&self, module: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        let mut tried: Option<&Mapping> = None;
        self.for_file(importer).find_map(|mapping| {
            if tried.replace(mapping).is_some_and(|tried| std::ptr::eq(tried, mapping)) {
                return None;
            }
            let (star, targets) = best_pattern(&mapping.paths, module)?;
            targets.iter().find_map(|target| {
                let path = target.replacen('*', star, 1);
                files.load(&path, importer).or_else(|| files.source_of(&path, parent_of_output(&path), importer))
            })
        })
    }

    /// A module below the `baseUrl` of the nearest configuration that includes the file and has one.
    pub(super) fn by_base_url(&self, module: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        let variants = ancestors(importer.dir).filter_map(|dir| self.by_dir.get(dir)).flatten();
        let mut based = variants.filter(|variant| self.mappings[variant.mapping].base_url.is_some());
        let nearest = based.find(|variant| variant.includes(importer.path))?;
        files.load(&join_path(self.mappings[nearest.mapping].base_url.as_deref()?, module)?, importer)
    }

    /// A relative import of `path` that lies in another of the `rootDirs`.
    pub(super) fn by_root_dirs(&self, path: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        self.for_file(importer).find_map(|mapping| {
            let roots = &mapping.root_dirs;
            let inside = roots.iter().filter_map(|root| strip_dir(path, root)).min_by_key(|inside| inside.len())?;
            roots.iter().find_map(|root| files.load(&in_dir(root, inside), importer))
        })
    }
}

fn is_config(file_name: &str) -> bool {
    file_name.starts_with("tsconfig") || file_name.starts_with("jsconfig")
}

fn outputs(paths: &[&str], all: &FxHashMap<&str, Options>) -> FxHashMap<String, Vec<String>> {
    let mut outputs: FxHashMap<String, Vec<String>> = FxHashMap::default();
    for options in paths.iter().map(|path| &all[path]) {
        if let (Some(out_dir), Some(root_dir)) = (&options.out_dir, &options.root_dir)
            && !out_dir.is_empty()
            && out_dir != root_dir
        {
            let roots = outputs.entry(out_dir.clone()).or_default();
            if !roots.contains(root_dir) {
                roots.push(root_dir.clone());
            }
        }
    }
    outputs
}

impl Variant {
    fn includes(&self, path: &str) -> bool {
        self.members.iter().any(|members| members.hold(path))
    }
}

/// The directory above the first folder of output in `path`.
fn parent_of_output(path: &str) -> &str {
    let output = ["/dist/", "/lib/", "/build/", "/out/", "/types/"].iter().filter_map(|part| path.find(part)).min();
    output.map_or("", |at| &path[..at])
}

/// The pattern with the longest prefix, as TypeScript chooses it, with what its `*` stands for.
fn best_pattern<'c, 'm>(paths: &'c [(String, Vec<String>)], module: &'m str) -> Option<(&'m str, &'c [String])> {
    let matching = paths.iter().filter_map(|(pattern, targets)| match pattern.split_once('*') {
        None => (pattern == module).then_some((usize::MAX, "", targets.as_slice())),
        Some((before, after)) => {
            let star = module.strip_prefix(before)?.strip_suffix(after)?;
            Some((before.len(), star, targets.as_slice()))
        }
    });
    matching.max_by_key(|&(specific, ..)| specific).map(|(_, star, targets)| (star, targets))
}

impl Members {
    fn new(options: &Options, dir: &str) -> Self {
        let everything = || vec![in_dir(dir, "**/*")];
        let include = match (&options.include, &options.listed) {
            (Some(include), _) => include.clone(),
            (None, Some(_)) => Vec::new(),
            (None, None) => everything(),
        };
        let include = include.into_iter().chain(options.listed.iter().flatten().cloned()).collect();
        Self { include, exclude: options.exclude.clone().unwrap_or_default(), globs: OnceLock::new() }
    }

    fn hold(&self, path: &str) -> bool {
        let (include, exclude) = self.globs.get_or_init(|| (glob_set(&self.include), glob_set(&self.exclude)));
        include.is_match(path) && !exclude.is_match(path)
    }
}

/// A pattern also means what lies below the folder it names.
fn glob_set(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let below = in_dir(pattern, "**");
        for pattern in [pattern, &below] {
            if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() {
                set.add(glob);
            }
        }
    }
    set.build().unwrap_or_default()
}

impl Options {
    /// What `self`, the extending one, leaves open is taken from `base`.
    fn or(self, base: Self) -> Self {
        let take_files = self.include.is_none() && self.listed.is_none();
        let (own, inherited) = (self.mapping, base.mapping);
        let mapping = Mapping {
            paths: if own.paths.is_empty() { inherited.paths } else { own.paths },
            base_url: own.base_url.or(inherited.base_url),
            root_dirs: if own.root_dirs.is_empty() { inherited.root_dirs } else { own.root_dirs },
        };
        Self {
            mapping,
            root_dir: self.root_dir.or(base.root_dir),
            out_dir: self.out_dir.or(base.out_dir),
            include: if take_files { base.include } else { self.include },
            listed: if take_files { base.listed } else { self.listed },
            exclude: self.exclude.or(base.exclude),
        }
    }
}

/// Follows `extends` and `references` between configurations.
struct Loader<'r> {
    raw: &'r FxHashMap<&'r str, Value>,
    packages: &'r Packages,
    files: &'r Files<'r>,
}

impl Loader<'_> {
    /// Options of the configuration at `path` over those it extends, the last of which wins.
    fn options(&self, path: &str, depth: u32) -> Options {
        let Some(raw) = self.raw.get(path).filter(|_| depth < MAX_EXTENDS) else { return Options::default() };
        let bases: Vec<_> = json::strings(&raw["extends"]).filter_map(|base| self.base(base, path)).collect();
        let own = own_options(raw, parent_path(path));
        bases.iter().rev().fold(own, |options, base| options.or(self.options(base, depth + 1)))
    }

    /// The path of an extended configuration. One that is not in the repository says nothing.
    fn base(&self, written: &str, from: &str) -> Option<String> {
        let dir = parent_path(from);
        if written.starts_with('.') {
            return self.existing(&join_path(dir, written)?);
        }
        let name = specifier::package_name(written);
        let package = self.packages.dir(self.packages.named(name, from, self.files)?);
        let inside = written[name.len()..].trim_start_matches('/');
        self.existing(&in_dir(package, inside))
    }

    fn existing(&self, path: &str) -> Option<String> {
        let candidates = [path.to_owned(), format!("{path}.json"), in_dir(path, "tsconfig.json")];
        candidates.into_iter().find(|candidate| self.raw.contains_key(candidate.as_str()))
    }

    /// Configurations that a solution refers to.
    fn references(&self, path: &str) -> Vec<String> {
        let references = self.raw.get(path).and_then(|raw| raw["references"].as_array()).into_iter().flatten();
        let written = references.filter_map(|reference| reference["path"].as_str());
        written.filter_map(|written| self.existing(&join_path(parent_path(path), written)?)).collect()
    }
}

/// What one configuration says itself.
fn own_options(raw: &Value, dir: &str) -> Options {
    let compiler = &raw["compilerOptions"];
    let place = |written: &str| join_path(dir, written.trim_start_matches("${configDir}/"));
    let places =
        |value: &Value| Some(json::strings(value.as_array().map(|_| value)?).filter_map(place).collect::<Vec<_>>());
    let one = |name: &str| compiler[name].as_str().and_then(place);
    let base_url = one("baseUrl");
    let paths_base = base_url.as_deref().unwrap_or(dir);
    let target = |written: &str| match written.strip_prefix("${configDir}/") {
        Some(inside) => join_path(dir, inside),
        None => join_path(paths_base, written),
    };
    let paths = compiler["paths"].as_object().into_iter().flatten();
    let mapping = Mapping {
        paths: paths.map(|(pattern, to)| (pattern.clone(), json::strings(to).filter_map(target).collect())).collect(),
        root_dirs: places(&compiler["rootDirs"]).unwrap_or_default(),
        base_url: base_url.clone(),
    };
    Options {
        mapping,
        root_dir: one("rootDir"),
        out_dir: one("outDir"),
        include: places(&raw["include"]),
        exclude: places(&raw["exclude"]),
        listed: places(&raw["files"]),
    }
}
