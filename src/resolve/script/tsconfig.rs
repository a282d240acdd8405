//! `tsconfig.json` and `jsconfig.json`: what `paths`, `baseUrl`, `rootDirs` and `outDir` say, through `extends` and `references`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
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

/// Options in force, with every path relative to the repository's root.
#[derive(Clone, Default)]
struct Options {
    /// Patterns with at most one `*`, and their targets.
    paths: Vec<(String, Vec<String>)>,
    base_url: Option<String>,
    root_dirs: Vec<String>,
    root_dir: Option<String>,
    out_dir: Option<String>,
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    listed: Option<Vec<String>>,
}

struct Config {
    options: Options,
    includes: GlobSet,
    excludes: GlobSet,
}

pub(super) struct Configs {
    all: Vec<Config>,
    /// Configurations that map something, by directory: `tsconfig.json` first, each followed by those it refers to.
    by_dir: FxHashMap<String, Vec<usize>>,
}

impl Configs {
    pub(super) fn new(sources: &Sources<'_>, packages: &Packages, files: &Files<'_>) -> Self {
        let manifests = sources.manifests().map(|(id, text)| (&*sources.tree.file(id).path, text));
        let texts = manifests
            .filter(|(path, _)| file_name(path).starts_with("tsconfig") || file_name(path).starts_with("jsconfig"));
        let raw: FxHashMap<&str, Value> = texts.map(|(path, text)| (path, json::parse(text))).collect();
        let loader = Loader { raw: &raw, packages, files };
        let mut paths: Vec<&str> = raw.keys().copied().collect();
        // `tsconfig.json` speaks before `tsconfig.test.json`, and `jsconfig.json` last.
        paths.sort_unstable_by_key(|path| {
            let name = file_name(path);
            (parent_path(path), name.starts_with("jsconfig"), name != "tsconfig.json", name)
        });
        let ids: FxHashMap<&str, usize> = paths.iter().enumerate().map(|(id, path)| (*path, id)).collect();
        let all: Vec<Config> =
            paths.iter().map(|path| Config::new(loader.options(path, 0), parent_path(path))).collect();
        let mut by_dir: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (id, path) in paths.iter().enumerate() {
            let here = by_dir.entry(parent_path(path).to_owned()).or_default();
            for id in std::iter::once(id)
                .chain(loader.references(path).iter().filter_map(|path| ids.get(path.as_str()).copied()))
            {
                if all[id].options.maps_something() && !here.contains(&id) {
                    here.push(id);
                }
            }
        }
        Self { all, by_dir }
    }

    /// Each `outDir` with the `rootDir` that it is built from.
    pub(super) fn outputs(&self) -> Vec<(String, String)> {
        let built = self.all.iter().filter_map(|config| {
            let out_dir = config.options.out_dir.clone().filter(|out_dir| !out_dir.is_empty())?;
            let root_dir = config.options.root_dir.clone()?;
            (out_dir != root_dir).then_some((out_dir, root_dir))
        });
        let mut outputs: Vec<_> = built.collect();
        outputs.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        outputs.dedup();
        outputs
    }

    /// Configurations for a file: of the nearest directory first, and there those first that include the file.
    fn for_file<'s>(&'s self, importer: Importer<'s>) -> impl Iterator<Item = &'s Config> {
        let dirs = ancestors(importer.dir).filter_map(|dir| self.by_dir.get(dir));
        dirs.flat_map(move |ids| {
            let mut configs: Vec<&Config> = ids.iter().map(|&id| &self.all[id]).collect();
            if configs.len() > 1 {
                configs.sort_by_key(|config| !config.includes(importer.path));
            }
            configs
        })
    }

    /// A module that a pattern of `paths` maps to a file.
    pub(super) fn by_paths(&self, module: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        self.for_file(importer).find_map(|config| {
            let (star, targets) = best_pattern(&config.options.paths, module)?;
            targets.iter().find_map(|target| {
                let path = target.replacen('*', star, 1);
                let package_dir = parent_of_output(&path);
                files.load(&path, importer).or_else(|| files.source_of(&path, package_dir, importer))
            })
        })
    }

    /// A module below the `baseUrl` of the nearest configuration that includes the file and has one.
    pub(super) fn by_base_url(&self, module: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        let mut including = self.for_file(importer).filter(|config| config.includes(importer.path));
        let base_url = including.find_map(|config| config.options.base_url.as_deref())?;
        files.load(&join_path(base_url, module)?, importer)
    }

    /// A relative import of `path` that lies in another of the `rootDirs`.
    pub(super) fn by_root_dirs(&self, path: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        self.for_file(importer).find_map(|config| {
            let roots = &config.options.root_dirs;
            let inside = roots.iter().filter_map(|root| strip_dir(path, root)).min_by_key(|inside| inside.len())?;
            roots.iter().find_map(|root| files.load(&in_dir(root, inside), importer))
        })
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

impl Config {
    fn new(options: Options, dir: &str) -> Self {
        let everything = || vec![in_dir(dir, "**/*")];
        let listed = options.listed.iter().flatten().cloned();
        let include = match (&options.include, &options.listed) {
            (Some(include), _) => include.clone(),
            (None, Some(_)) => Vec::new(),
            (None, None) => everything(),
        };
        let includes = glob_set(include.into_iter().chain(listed));
        let excludes = glob_set(options.exclude.iter().flatten().cloned());
        Self { options, includes, excludes }
    }

    fn includes(&self, path: &str) -> bool {
        self.includes.is_match(path) && !self.excludes.is_match(path)
    }
}

/// A pattern also means what lies below the folder it names.
fn glob_set(patterns: impl Iterator<Item = String>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let below = in_dir(&pattern, "**");
        for pattern in [&pattern, &below] {
            if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() {
                set.add(glob);
            }
        }
    }
    set.build().unwrap_or_default()
}

impl Options {
    fn maps_something(&self) -> bool {
        !self.paths.is_empty() || self.base_url.is_some() || !self.root_dirs.is_empty()
    }

    /// What `self`, the extending one, leaves open is taken from `base`.
    fn or(self, base: Self) -> Self {
        let take_files = self.include.is_none() && self.listed.is_none();
        Self {
            paths: if self.paths.is_empty() { base.paths } else { self.paths },
            base_url: self.base_url.or(base.base_url),
            root_dirs: if self.root_dirs.is_empty() { base.root_dirs } else { self.root_dirs },
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
    Options {
        paths: paths.map(|(pattern, to)| (pattern.clone(), json::strings(to).filter_map(target).collect())).collect(),
        root_dirs: places(&compiler["rootDirs"]).unwrap_or_default(),
        root_dir: one("rootDir"),
        out_dir: one("outDir"),
        include: places(&raw["include"]),
        exclude: places(&raw["exclude"]),
        listed: places(&raw["files"]),
        base_url,
    }
}
