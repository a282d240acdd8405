//! Packages, their targets and dependencies, from `Cargo.toml` files.

use rustc_hash::FxHashMap;
use toml::{Table, Value};

use crate::lang::Family;
use crate::resolve::Sources;
use crate::resolve::entry::Entry;
use crate::scan::{FileId, file_name, join_path, parent_path};

/// Index in [`Workspace::packages`].
pub(super) type PackageId = usize;

/// A package of the repository.
#[derive(Debug)]
pub(super) struct Package {
    /// Name as in `[package]`.
    pub name: String,
    /// Its library as other crates call it.
    pub lib_name: String,
    /// Root file of the library, if it has one.
    pub lib: Option<FileId>,
    /// Paths in `use` start at the crate's root, as before 2018.
    pub is_2015: bool,
    /// Dependencies by the name that code uses.
    pub dependencies: FxHashMap<String, Dependency>,
    /// A script may write sources when the package is built.
    pub has_build_script: bool,
    /// Root files given in the manifest, and what they are.
    roots: FxHashMap<FileId, Entry>,
}

/// What a dependency's name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dependency {
    /// A package of the repository, by `path`, workspace or `[patch]`.
    Local(PackageId),
    /// A package from elsewhere, even if a copy of it lies in the repository.
    External(Box<str>),
}

/// All packages.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// In the order of their manifests.
    pub packages: Vec<Package>,
    by_dir: FxHashMap<String, PackageId>,
}

/// A manifest and where it lies.
struct Manifest {
    dir: String,
    table: Table,
}

impl Workspace {
    /// Reads every manifest. One that is not TOML counts as absent.
    pub fn read(sources: &Sources<'_>) -> Self {
        let manifests: Vec<Manifest> = sources
            .manifests()
            .filter(|&(id, _)| sources.tree.file(id).name() == "Cargo.toml")
            .filter_map(|(id, text)| {
                let dir = parent_path(&sources.tree.file(id).path).to_owned();
                Some(Manifest { dir, table: text.parse().ok()? })
            })
            .collect();
        let mut reader = Reader { sources, manifests: &manifests, by_dir: FxHashMap::default() };
        reader.by_dir = manifests.iter().zip(0..).map(|(manifest, at)| (&*manifest.dir, at)).collect();
        reader.read()
    }

    /// The package whose directory is the nearest above `path`.
    pub fn package_of(&self, path: &str) -> Option<(PackageId, &str)> {
        let mut dir = parent_path(path);
        loop {
            if let Some((dir, &id)) = self.by_dir.get_key_value(dir) {
                return Some((id, dir));
            }
            if dir.is_empty() {
                return None;
            }
            dir = parent_path(dir);
        }
    }

    /// True if `file` is the root of one of its package's targets, by the manifest or by its place.
    pub fn is_root(&self, sources: &Sources<'_>, file: FileId) -> bool {
        self.target(sources, file).is_some()
    }

    /// The kind of target that `file` is the root of.
    pub fn target(&self, sources: &Sources<'_>, file: FileId) -> Option<Entry> {
        let path = &*sources.tree.file(file).path;
        let Some((id, dir)) = self.package_of(path) else {
            return match file_name(path) {
                "lib.rs" => Some(Entry::Library),
                "main.rs" => Some(Entry::Binary),
                "build.rs" => Some(Entry::Build),
                _ => None,
            };
        };
        let package = &self.packages[id];
        if package.lib == Some(file) {
            return Some(Entry::Library);
        }
        let relative = if dir.is_empty() { path } else { &path[dir.len() + 1..] };
        package.roots.get(&file).copied().or_else(|| conventional_target(relative))
    }
}

/// Which target Cargo makes of a file at this place of its package.
fn conventional_target(relative: &str) -> Option<Entry> {
    match relative {
        "src/main.rs" => return Some(Entry::Binary),
        "src/lib.rs" => return Some(Entry::Library),
        "build.rs" => return Some(Entry::Build),
        _ => {}
    }
    let (kind, rest) =
        TARGET_FOLDERS.iter().find_map(|(folder, kind)| Some((*kind, relative.strip_prefix(folder)?)))?;
    let is_root = !rest.contains('/') || rest.split('/').count() == 2 && rest.ends_with("/main.rs");
    is_root.then_some(kind)
}

/// Where Cargo looks for targets.
const TARGET_FOLDERS: &[(&str, Entry)] = &[
    ("src/bin/", Entry::Binary),
    ("examples/", Entry::Example),
    ("tests/", Entry::Test),
    ("benches/", Entry::Benchmark),
];

/// The tables of a manifest that list targets.
const TARGET_TABLES: &[(&str, Entry)] =
    &[("bin", Entry::Binary), ("example", Entry::Example), ("test", Entry::Test), ("bench", Entry::Benchmark)];

struct Reader<'a> {
    sources: &'a Sources<'a>,
    manifests: &'a [Manifest],
    by_dir: FxHashMap<&'a str, usize>,
}

impl Reader<'_> {
    fn read(&self) -> Workspace {
        let mut workspace = Workspace::default();
        let mut package_of = FxHashMap::default();
        for (at, manifest) in self.manifests.iter().enumerate() {
            let Some(package) = self.package(manifest) else { continue };
            package_of.insert(at, workspace.packages.len());
            workspace.by_dir.insert(manifest.dir.clone(), workspace.packages.len());
            workspace.packages.push(package);
        }
        let lib_names = lib_names(&workspace.packages);
        for (at, manifest) in self.manifests.iter().enumerate() {
            let Some(&id) = package_of.get(&at) else { continue };
            let found = self.dependencies(manifest, &package_of);
            let mut named = FxHashMap::default();
            for (key, dependency, is_renamed) in found {
                let name = match &dependency {
                    Dependency::Local(other) if !is_renamed => workspace.packages[*other].lib_name.clone(),
                    Dependency::External(package) if !is_renamed => {
                        lib_names.get(&**package).cloned().unwrap_or_else(|| identifier(&key))
                    }
                    _ => identifier(&key),
                };
                // A path wins over a version given for another target or profile.
                if !matches!(named.get(&name), Some(Dependency::Local(_))) {
                    named.insert(name, dependency);
                }
            }
            workspace.packages[id].dependencies = named;
        }
        workspace
    }

    fn package(&self, manifest: &Manifest) -> Option<Package> {
        let package = manifest.table.get("package").or_else(|| manifest.table.get("project"))?.as_table()?;
        let name = package.get("name")?.as_str()?.to_owned();
        let file = |path: &str| self.sources.tree.file_id(&join_path(&manifest.dir, path)?);
        let lib = manifest.table.get("lib").and_then(Value::as_table);
        let lib_text = |key: &str| lib.and_then(|lib| lib.get(key)?.as_str());
        let edition = match package.get("edition") {
            Some(Value::String(edition)) => Some(edition.as_str()),
            // Where the workspace is not there, it is one that knew editions to inherit: younger than 2015.
            Some(Value::Table(_)) => {
                Some(self.inherited(manifest, "package", "edition").and_then(Value::as_str).unwrap_or("2021"))
            }
            _ => None,
        };
        let build = package.get("build").and_then(Value::as_str).and_then(file);
        let mut roots: FxHashMap<FileId, Entry> = build.map(|file| (file, Entry::Build)).into_iter().collect();
        for &(kind, entry) in TARGET_TABLES {
            let targets = manifest.table.get(kind).and_then(Value::as_array).into_iter().flatten();
            let files = targets.filter_map(|target| file(target.get("path")?.as_str()?));
            roots.extend(files.map(|file| (file, entry)));
        }
        Some(Package {
            lib_name: lib_text("name").map_or_else(|| identifier(&name), identifier),
            lib: file(lib_text("path").unwrap_or("src/lib.rs")),
            is_2015: edition.is_none_or(|edition| edition == "2015"),
            dependencies: FxHashMap::default(),
            has_build_script: package.contains_key("build") || file("build.rs").is_some(),
            roots,
            name,
        })
    }

    /// The manifest with the `[workspace]` that `manifest` belongs to.
    fn workspace_root(&self, manifest: &Manifest) -> Option<&Manifest> {
        let named = manifest.table.get("package").and_then(|package| package.get("workspace")?.as_str());
        if let Some(path) = named {
            return Some(&self.manifests[*self.by_dir.get(&*join_path(&manifest.dir, path)?)?]);
        }
        let mut dir = &*manifest.dir;
        loop {
            let at = self.by_dir.get(dir).map(|&at| &self.manifests[at]);
            if let Some(root) = at.filter(|root| root.table.contains_key("workspace")) {
                return Some(root);
            }
            if dir.is_empty() {
                return None;
            }
            dir = parent_path(dir);
        }
    }

    fn inherited(&self, manifest: &Manifest, section: &str, key: &str) -> Option<&Value> {
        self.workspace_root(manifest)?.table.get("workspace")?.get(section)?.get(key)
    }

    /// Each dependency: its key, what it leads to, and whether `package` renames it.
    fn dependencies(
        &self,
        manifest: &Manifest,
        package_of: &FxHashMap<usize, PackageId>,
    ) -> Vec<(String, Dependency, bool)> {
        let mut found = Vec::new();
        for section in dependency_sections(&manifest.table) {
            for (key, value) in section {
                let is_inherited = value.get("workspace").and_then(Value::as_bool) == Some(true);
                let (dir, value) = match is_inherited {
                    true => (
                        self.workspace_root(manifest).map_or("", |root| &*root.dir),
                        self.inherited(manifest, "dependencies", key).unwrap_or(value),
                    ),
                    false => (&*manifest.dir, value),
                };
                let renamed = value.get("package").and_then(Value::as_str);
                let package = renamed.unwrap_or(key);
                let local = self
                    .local(dir, value, package_of)
                    .or_else(|| self.patched(manifest, package, package_of))
                    .map(Dependency::Local);
                let dependency = local.unwrap_or_else(|| Dependency::External(package.into()));
                found.push((key.clone(), dependency, renamed.is_some()));
            }
        }
        found
    }

    /// The package at the `path` of a dependency written in `dir`.
    fn local(&self, dir: &str, value: &Value, package_of: &FxHashMap<usize, PackageId>) -> Option<PackageId> {
        let path = join_path(dir, value.get("path")?.as_str()?)?;
        package_of.get(self.by_dir.get(&*path)?).copied()
    }

    /// The package that a `[patch]` of the workspace puts in the place of `package`.
    fn patched(
        &self,
        manifest: &Manifest,
        package: &str,
        package_of: &FxHashMap<usize, PackageId>,
    ) -> Option<PackageId> {
        let root = self.workspace_root(manifest).unwrap_or(manifest);
        let registries = root.table.get("patch")?.as_table()?.values().filter_map(Value::as_table);
        let mut patches = registries
            .flatten()
            .filter(|(key, value)| value.get("package").and_then(Value::as_str).unwrap_or(key) == package);
        self.local(&root.dir, patches.next()?.1, package_of)
    }
}

/// `[dependencies]` and its kin, those of `[target.…]` too.
fn dependency_sections(table: &Table) -> impl Iterator<Item = &Table> {
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    std::iter::once(table).chain(targets.filter_map(Value::as_table)).flat_map(|table| {
        const SECTIONS: [&str; 5] =
            ["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];
        SECTIONS.iter().filter_map(|section| table.get(*section)?.as_table())
    })
}

/// Library names by package name, where they differ: a copy of a dependency in the repository tells what its
/// manifest's users call it.
fn lib_names(packages: &[Package]) -> FxHashMap<String, String> {
    let odd = packages.iter().filter(|package| package.lib_name != identifier(&package.name));
    odd.map(|package| (package.name.clone(), package.lib_name.clone())).collect()
}

/// A package's name as code writes it.
fn identifier(name: &str) -> String {
    name.replace('-', "_")
}

/// The Rust files of the repository, in path order.
pub(super) fn rust_files(sources: &Sources<'_>) -> Vec<FileId> {
    sources.files_of(Family::Rust).collect()
}
