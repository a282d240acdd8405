//! The packages of the repository: their names, entries, exports, and which of them an import's name means.

mod exports;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::resolve::Sources;
use crate::resolve::script::files::{Files, Importer, ancestors, in_dir, strip_dir};
use crate::resolve::script::json;
use crate::scan::{FileId, file_name, join_path, parent_path};

pub(super) use exports::Condition;

/// Index of a package in [`Packages`].
pub(super) type PackageId = usize;

struct Package {
    dir: String,
    name: String,
    manifest: Value,
}

/// The root of a workspace and the packages that are its members, by name.
struct Workspace {
    dir: String,
    members: FxHashMap<String, PackageId>,
}

pub(super) struct Packages {
    all: Vec<Package>,
    by_dir: FxHashMap<String, PackageId>,
    /// Innermost first.
    workspaces: Vec<Workspace>,
    /// Directories that hold a committed `node_modules`.
    vendored: FxHashSet<String>,
}

/// Entry points in a manifest without `exports`, for programs; type checkers ask the last two first.
const MAIN_FIELDS: &[&str] = &["source", "module", "jsnext:main", "main", "svelte", "types", "typings"];
const TYPES_FIELDS: &[&str] = &["types", "typings", "source", "module", "jsnext:main", "main", "svelte"];

/// What of a manifest is kept.
const KEPT: &[&str] = &["exports", "imports", "bin", "browser", "unpkg", "jsdelivr", "react-native", "scripts"];

/// Where a manifest names what it depends on.
const DEPENDENCIES: &[&str] = &["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/// Where packages conventionally start, for one whose manifest names only bundles.
const ENTRIES: &[&str] = &["src/index", "src/main", "source/index", "lib/index", "src/lib/index", "src/mod", "mod"];

impl Packages {
    pub(super) fn new(sources: &Sources<'_>) -> Self {
        let mut all = Vec::new();
        let mut globs: Vec<(String, Vec<String>)> = Vec::new();
        let texts: Vec<_> = sources.manifests().map(|(id, text)| (&*sources.tree.file(id).path, text)).collect();
        let manifests: Vec<_> = texts.par_iter().map(|&(path, text)| (path, text, json_of(path, text))).collect();
        for (path, text, manifest) in manifests {
            let dir = parent_path(path).to_owned();
            match file_name(path) {
                "package.json" => {
                    let listed = member_globs(&manifest["workspaces"]);
                    if !listed.is_empty() {
                        globs.push((dir.clone(), listed));
                    }
                    let name = manifest["name"].as_str().unwrap_or_default().to_owned();
                    all.push(Package { dir, name, manifest: keep(manifest) });
                }
                "pnpm-workspace.yaml" => globs.push((dir, yaml_list(text, "packages"))),
                "lerna.json" => {
                    globs.push((dir, json::strings(&manifest["packages"]).map(str::to_owned).collect()));
                }
                _ => {}
            }
        }
        let by_dir = all.iter().enumerate().map(|(id, package)| (package.dir.clone(), id)).collect();
        let mut workspaces: Vec<_> =
            globs.into_iter().map(|(dir, globs)| Workspace { members: members(&all, &dir, &globs), dir }).collect();
        workspaces.sort_by_key(|workspace| std::cmp::Reverse(workspace.dir.len()));
        let dirs = sources.tree.dirs.iter();
        let vendored = dirs.filter_map(|dir| Some(parent_path(strip_node_modules(&dir.path)?).to_owned())).collect();
        Self { all, by_dir, workspaces, vendored }
    }

    /// The package in exactly this directory.
    pub(super) fn at(&self, dir: &str) -> Option<PackageId> {
        self.by_dir.get(dir).copied()
    }

    /// The package that holds the file.
    pub(super) fn enclosing(&self, path: &str) -> Option<PackageId> {
        ancestors(parent_path(path)).find_map(|dir| self.at(dir))
    }

    /// The directory of the package that holds the file; the root without one.
    pub(super) fn enclosing_dir(&self, path: &str) -> &str {
        self.enclosing(path).map_or("", |package| &self.all[package].dir)
    }

    /// Every package, in the order of their manifests.
    pub(super) fn ids(&self) -> std::ops::Range<PackageId> {
        0..self.all.len()
    }

    /// What is kept of a package's manifest.
    pub(super) fn manifest(&self, package: PackageId) -> &Value {
        &self.all[package].manifest
    }

    /// Whether a package asks for one of these.
    pub(super) fn uses(&self, package: PackageId, names: &[&str]) -> bool {
        names.iter().any(|name| self.depends_on(package, name))
    }

    pub(super) fn dir(&self, package: PackageId) -> &str {
        &self.all[package].dir
    }

    /// The package that `name` means for the file at `from`: one that holds the file, a vendored one, one that a manifest
    /// above links by its path, or a member of a workspace around the file. Other manifests with that name, which are
    /// fixtures and templates, do not count.
    pub(super) fn named(&self, name: &str, from: &str, files: &Files<'_>) -> Option<PackageId> {
        for dir in ancestors(parent_path(from)) {
            if let Some(package) = self.at(dir) {
                if self.all[package].name == name {
                    return (!self.depends_on(package, name)).then_some(package);
                }
                if let Some(linked) = self.linked(package, name) {
                    return Some(linked);
                }
            }
            if self.vendored.contains(dir) {
                let vendored = in_dir(dir, &format!("node_modules/{name}"));
                if let Some(package) = self.at(&vendored).filter(|_| files.tree.dir_id(&vendored).is_some()) {
                    return Some(package);
                }
            }
        }
        let around = self.workspaces.iter().filter(|workspace| strip_dir(from, &workspace.dir).is_some());
        around.filter_map(|workspace| workspace.members.get(name).copied()).next()
    }

    /// Whether a package asks for another one, even of its own name, as examples that are called like what they show do.
    fn depends_on(&self, package: PackageId, name: &str) -> bool {
        DEPENDENCIES.iter().any(|field| self.all[package].manifest[field].get(name).is_some())
    }

    /// A dependency given as a path: `"name": "file:../name"`.
    fn linked(&self, package: PackageId, name: &str) -> Option<PackageId> {
        let Package { dir, manifest, .. } = &self.all[package];
        DEPENDENCIES.iter().find_map(|field| {
            let version = manifest[field][name].as_str()?;
            let path =
                ["file:", "link:", "portal:", "workspace:"].iter().find_map(|prefix| version.strip_prefix(prefix))?;
            self.at(&join_path(dir, path.trim_start_matches('/'))?)
        })
    }

    /// What a package answers when it is imported by its name, `subpath` being empty for the package itself.
    pub(super) fn load(
        &self,
        package: PackageId,
        subpath: &str,
        importer: Importer<'_>,
        files: &Files<'_>,
    ) -> Result<FileId, String> {
        let Package { dir, name, manifest } = &self.all[package];
        let exports = &manifest["exports"];
        let targets = if exports.is_null() { Vec::new() } else { exports::targets(exports, subpath, asked(importer)) };
        for target in &targets {
            if let Some(id) = self.load_target(package, target, importer, files) {
                return Ok(id);
            }
        }
        if !exports.is_null() && targets.is_empty() && !subpath.is_empty() {
            return Err(format!("the exports of {name} do not offer ./{subpath}"));
        }
        let found = if subpath.is_empty() {
            self.main(package, importer, files).or_else(|| conventional_entry(dir, importer, files))
        } else {
            self.load_inside(dir, subpath, importer, files)
        };
        found.ok_or_else(|| match targets.first() {
            Some(target) => format!("the exports of {name} lead to {target}, which has no source here"),
            None if subpath.is_empty() => format!("{name} has no entry in the repository"),
            None => format!("{name} has no such file in the repository"),
        })
    }

    /// A path inside a package that does not list its exports, or that names in them only what is built.
    fn load_inside(&self, dir: &str, subpath: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        let path = join_path(dir, subpath)?;
        let nested = || self.main(self.at(&path)?, importer, files);
        let sources = || files.load(&in_dir(&in_dir(dir, "src"), subpath), importer);
        let found = files.load_file(&path, importer).or_else(nested).or_else(|| files.load_index(&path, importer));
        found.or_else(|| files.source_of(&path, dir, importer)).or_else(sources)
    }

    /// The file that the fields of a manifest without `exports` name, or the index.
    pub(super) fn main(&self, package: PackageId, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
        let Package { dir, manifest, .. } = &self.all[package];
        let fields = if importer.condition == Condition::Types { TYPES_FIELDS } else { MAIN_FIELDS };
        let named = fields.iter().filter_map(|field| manifest[field].as_str());
        let mut named = named.map(|target| self.load_target(package, target, importer, files));
        named.find_map(|found| found).or_else(|| files.load_index(dir, importer))
    }

    /// A file that a manifest names: it itself or, if it is built, its source.
    pub(super) fn load_target(
        &self,
        package: PackageId,
        target: &str,
        importer: Importer<'_>,
        files: &Files<'_>,
    ) -> Option<FileId> {
        let dir = &self.all[package].dir;
        let path = join_path(dir, target)?;
        files.load(&path, importer).or_else(|| files.source_of(&path, dir, importer))
    }

    /// What the `imports` of a package map `name` to.
    pub(super) fn internal_targets(&self, package: PackageId, name: &str, importer: Importer<'_>) -> Vec<String> {
        exports::internal(&self.all[package].manifest["imports"], name, asked(importer))
    }
}

/// TypeScript looks for a package's types, whatever the import itself binds.
fn asked(importer: Importer<'_>) -> Condition {
    if importer.is_typescript() { Condition::Types } else { importer.condition }
}

fn conventional_entry(dir: &str, importer: Importer<'_>, files: &Files<'_>) -> Option<FileId> {
    ENTRIES.iter().find_map(|entry| files.load_file(&in_dir(dir, entry), importer))
}

/// A manifest's value; null for one that is no JSON.
fn json_of(path: &str, text: &str) -> Value {
    if matches!(file_name(path), "package.json" | "lerna.json") { json::parse(text) } else { Value::Null }
}

/// The part up to `node_modules`, for a directory that is one.
fn strip_node_modules(dir: &str) -> Option<&str> {
    (file_name(dir) == "node_modules").then_some(dir)
}

fn keep(mut manifest: Value) -> Value {
    let kept = KEPT.iter().chain(DEPENDENCIES).chain(MAIN_FIELDS).filter_map(|&field| {
        let value = manifest.get_mut(field)?.take();
        Some((field.to_owned(), value))
    });
    Value::Object(kept.collect())
}

/// `"workspaces": […]` or `{ "packages": […] }`.
fn member_globs(workspaces: &Value) -> Vec<String> {
    json::strings(workspaces).chain(json::strings(&workspaces["packages"])).map(str::to_owned).collect()
}

/// The plain strings of one list at the top of a YAML file.
fn yaml_list(text: &str, key: &str) -> Vec<String> {
    let unquote = |item: &str| item.split(" #").next().unwrap_or(item).trim().trim_matches(['"', '\'']).to_owned();
    let mut lines = text.lines().skip_while(|line| line.split(':').next() != Some(key));
    let inline = lines.next().and_then(|line| line.split_once('[')?.1.split_once(']')).map(|(items, _)| items);
    if let Some(items) = inline {
        return items.split(',').map(unquote).filter(|item| !item.is_empty()).collect();
    }
    let items = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    items.map_while(|line| line.strip_prefix('-')).map(|item| unquote(item.trim())).collect()
}

/// Named packages below `root` that the workspace's globs list; a glob after `!` takes away. The first of a name wins.
fn members(all: &[Package], root: &str, globs: &[String]) -> FxHashMap<String, PackageId> {
    let set = |wanted: &dyn Fn(&str) -> Option<String>| {
        let mut set = globset::GlobSetBuilder::new();
        for glob in globs.iter().filter_map(|glob| wanted(glob)) {
            let glob = glob.trim_start_matches("./").trim_end_matches('/');
            if let Ok(glob) = globset::GlobBuilder::new(glob).literal_separator(true).build() {
                set.add(glob);
            }
        }
        set.build().unwrap_or_default()
    };
    let listed = set(&|glob| (!glob.starts_with('!')).then(|| glob.to_owned()));
    let excluded = set(&|glob| glob.strip_prefix('!').map(str::to_owned));
    let mut members = FxHashMap::default();
    for (id, package) in all.iter().enumerate() {
        let Some(inside) = (if package.dir == root { Some("") } else { strip_dir(&package.dir, root) }) else {
            continue;
        };
        let vendored = inside.split('/').any(|part| part == "node_modules");
        let member = inside.is_empty() || (listed.is_match(inside) && !excluded.is_match(inside));
        if member && !vendored && !package.name.is_empty() {
            members.entry(package.name.clone()).or_insert(id);
        }
    }
    members
}
