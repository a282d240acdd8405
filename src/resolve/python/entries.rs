//! What starts or uses Python files from outside: manifests, test runners, and what frameworks load by name or place.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::modules::{Lookup, Modules};
use super::roots::Roots;
use crate::lang::{Family, PythonImportForm, python_name_hash};
use crate::resolve::entry::Entry;
use crate::resolve::{Edge, Sources};
use crate::scan::{DirId, FileId, SourceFile, parent_path};

/// The entries of all Python files, in no order and with duplicates.
pub(super) fn entries(
    sources: &Sources<'_>,
    modules: &Modules<'_>,
    roots: &Roots<'_>,
    edges: &[Edge],
) -> Vec<(FileId, Entry)> {
    let mut found = manifest_entries(sources, modules, roots);
    let conventions = Conventions::new(sources, modules, roots);
    let imported: FxHashSet<FileId> = edges.iter().map(|edge| edge.to).collect();
    for id in sources.files_of(Family::Python) {
        let file = sources.tree.file(id);
        found.extend(by_name(file).map(|entry| (id, entry)));
        found.extend(conventions.by_place(file).map(|entry| (id, entry)));
        if !imported.contains(&id) && conventions.is_named(file) {
            found.push((id, Entry::Plugin));
        }
    }
    found
}

/// What the file's own name says, whatever the repository.
fn by_name(file: &SourceFile) -> Option<Entry> {
    let name = file.name();
    let stem = name.split('.').next().unwrap_or_default();
    match name {
        "__main__.py" | "wsgi.py" | "asgi.py" => return Some(Entry::Binary),
        "conftest.py" | "tests.py" | "test.py" | "locustfile.py" => return Some(Entry::Test),
        "setup.py" | "hatch_build.py" | "noxfile.py" | "dodo.py" | "fabfile.py" | "conanfile.py" | "SConstruct"
        | "SConscript" | "wscript" | "pavement.py" => return Some(Entry::Build),
        "gunicorn.conf.py" | "jupyter_notebook_config.py" => return Some(Entry::Config),
        "sitecustomize.py" | "usercustomize.py" => return Some(Entry::Plugin),
        "__init__.py" | "__init__.pyi" => return Some(Entry::Package),
        _ => {}
    }
    if stem.starts_with("test_") || stem.ends_with("_test") || stem.ends_with("_tests") {
        return Some(Entry::Test);
    }
    name.ends_with(".pyi").then_some(Entry::Types)
}

/// What the files around one say of it.
struct Conventions<'a> {
    sources: &'a Sources<'a>,
    roots: &'a Roots<'a>,
    /// Names of the external packages that any file imports.
    uses_django: bool,
    /// Folders whose modules are loaded by computed names, with all below them.
    loaded: FxHashSet<DirId>,
    /// Folders with a manifest by which a host loads their modules.
    hosted: FxHashSet<DirId>,
    /// Patterns of test files that a manifest gives.
    tests: globset::GlobSet,
    named: FxHashSet<u64>,
}

impl<'a> Conventions<'a> {
    fn new(sources: &'a Sources<'a>, modules: &Modules<'_>, roots: &'a Roots<'a>) -> Self {
        let (mut loaded, mut named) = (FxHashSet::default(), FxHashSet::default());
        let mut uses_django = false;
        for id in sources.files_of(Family::Python) {
            let Some(facts) = sources.python(id) else { continue };
            let file = sources.tree.file(id);
            named.extend(facts.named.iter().copied());
            uses_django |= facts.imports().any(|import| import.module.split('.').next() == Some("django"));
            if facts.loads_by_name && file.name() == "__init__.py" && modules.is_package(file.dir) {
                loaded.insert(file.dir);
            }
        }
        let is_hosted =
            |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|manifest| manifest["domain"].is_string());
        let manifests = || sources.manifests().map(|(id, text)| (sources.tree.file(id), text));
        let hosted = manifests().filter(|(file, text)| file.name() == "manifest.json" && is_hosted(text));
        let hosted = hosted.map(|(file, _)| file.dir).collect();
        let mut tests = globset::GlobSetBuilder::new();
        for (file, text) in manifests() {
            for pattern in test_patterns(file.name(), text) {
                // A pattern with a folder is held against the end of the path.
                let pattern = if pattern.contains('/') { format!("**/{pattern}") } else { pattern };
                if let Ok(glob) = globset::Glob::new(&pattern) {
                    tests.add(glob);
                }
            }
        }
        let tests = tests.build().unwrap_or_default();
        Self { sources, roots, uses_django, loaded, hosted, tests, named }
    }

    fn by_place(&self, file: &SourceFile) -> Option<Entry> {
        let (path, name) = (&*file.path, file.name());
        if self.tests.is_match(name) || self.tests.is_match(path) {
            return Some(Entry::Test);
        }
        let folder = |path| crate::scan::file_name(parent_path(path));
        let dir = parent_path(path);
        if self.hosted.contains(&file.dir) {
            return Some(Entry::Plugin);
        }
        if self.uses_django {
            match (folder(path), name) {
                ("commands", _) if folder(dir) == "management" => return Some(Entry::Plugin),
                ("migrations" | "templatetags", _) => return Some(Entry::Plugin),
                (_, "apps.py" | "admin.py" | "models.py" | "urls.py" | "formats.py") => return Some(Entry::Plugin),
                (_, "settings.py") | ("settings", _) => return Some(Entry::Config),
                _ => {}
            }
        }
        match (folder(path), name) {
            (_, "conf.py") if self.has(dir, "index.rst") || self.has(dir, "index.md") => return Some(Entry::Config),
            (_, "env.py") if self.has(dir, "script.py.mako") => return Some(Entry::Plugin),
            ("versions", _) if self.has(parent_path(dir), "env.py") => return Some(Entry::Plugin),
            ("spiders", _) if self.has(parent_path(dir), "settings.py") => return Some(Entry::Plugin),
            _ => {}
        }
        self.is_loaded(file.dir).then_some(Entry::Plugin)
    }

    fn has(&self, dir: &str, name: &str) -> bool {
        let path = if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
        self.sources.tree.file_id(&path).is_some()
    }

    fn is_loaded(&self, mut dir: DirId) -> bool {
        while dir != DirId::ROOT && !self.loaded.contains(&dir) {
            dir = self.sources.tree.dir(dir).parent;
        }
        self.loaded.contains(&dir)
    }

    /// Whether the module's dotted name, from any root above it, stands in a string of the repository.
    fn is_named(&self, file: &SourceFile) -> bool {
        let Some(stem) = file.path.strip_suffix(".py") else { return false };
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        self.roots.own(file.dir).iter().any(|root| {
            let root = &*self.sources.tree.dir(root.dir).path;
            let inside =
                if root.is_empty() { Some(stem) } else { stem.strip_prefix(root).and_then(|it| it.strip_prefix('/')) };
            inside.is_some_and(|inside| self.named.contains(&python_name_hash(&inside.replace('/', "."))))
        })
    }
}

/// `python_files` of pytest's configuration.
fn test_patterns(name: &str, text: &str) -> Vec<String> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    match name {
        "pyproject.toml" => {
            let manifest = toml::from_str::<Value>(text).unwrap_or_default();
            match manifest.pointer("/tool/pytest/ini_options/python_files") {
                Some(Value::String(patterns)) => words(patterns),
                Some(Value::Array(patterns)) => patterns.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => Vec::new(),
            }
        }
        "pytest.ini" | "tox.ini" | "setup.cfg" => {
            let options = ini_options(text);
            let found = options.iter().filter(|(section, key, _)| section.contains("pytest") && *key == "python_files");
            found.flat_map(|(_, _, value)| words(value)).collect()
        }
        _ => Vec::new(),
    }
}

/// Section, key and each line of value of an INI file.
fn ini_options(text: &str) -> Vec<(&str, &str, &str)> {
    let (mut section, mut key) = ("", "");
    let mut options = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        let trimmed = line.trim();
        if let Some(name) = trimmed.strip_prefix('[').filter(|_| !line.starts_with([' ', '\t'])) {
            (section, key) = (name.trim_end_matches(']'), "");
            continue;
        }
        let value = match line.split_once('=') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => {
                key = name.trim();
                value.trim()
            }
            _ => trimmed,
        };
        if !value.is_empty() {
            options.push((section, key, value));
        }
    }
    options
}

/// An object that a manifest names: `package.module:attribute`.
struct Named {
    module: String,
    entry: Entry,
}

fn manifest_entries(sources: &Sources<'_>, modules: &Modules<'_>, roots: &Roots<'_>) -> Vec<(FileId, Entry)> {
    let mut found = Vec::new();
    for (id, text) in sources.manifests() {
        let file = sources.tree.file(id);
        let named = match file.name() {
            "pyproject.toml" => pyproject(text),
            "setup.cfg" => setup_cfg(text),
            "setup.py" => setup_py(text),
            _ => continue,
        };
        if file.name() != "setup.py" || !modules.is_package(file.dir) {
            found.extend(libraries(sources, modules, file.dir).map(|id| (id, Entry::Library)));
        }
        for Named { module, entry } in named {
            found.extend(look_up(modules, roots, file.dir, &module).map(|id| (id, entry)));
        }
    }
    found
}

/// The packages at the top of a project: in its own folder, in `src`, or in a folder that it names for them.
fn libraries<'s>(
    sources: &'s Sources<'_>,
    modules: &'s Modules<'_>,
    project: DirId,
) -> impl Iterator<Item = FileId> + 's {
    let src = {
        let path = &*sources.tree.dir(project).path;
        sources.tree.dir_id(&if path.is_empty() { "src".to_owned() } else { format!("{path}/src") })
    };
    let tops = modules.names_in(move |dir| dir == project || Some(dir) == src);
    let package = |(dir, name)| match modules.look_up(dir, name, PythonImportForm::Module) {
        Lookup::Found(files) => files.source,
        _ => None,
    };
    tops.filter_map(package).filter(|&id| sources.tree.file(id).name() == "__init__.py")
}

fn look_up(modules: &Modules<'_>, roots: &Roots<'_>, dir: DirId, module: &str) -> Option<FileId> {
    let top = module.split('.').next()?;
    let candidates = roots.candidates(dir, top).filter_map(|(root, _)| {
        match modules.look_up(root.dir, module, PythonImportForm::Module) {
            Lookup::Found(files) => Some((roots.common_depth(dir, root.dir), files.source?)),
            _ => None,
        }
    });
    let mut best: FxHashMap<u32, FileId> = FxHashMap::default();
    candidates.for_each(|(depth, file)| {
        best.entry(depth).or_insert(file);
    });
    best.into_iter().max_by_key(|&(depth, _)| depth).map(|(_, file)| file)
}

fn pyproject(text: &str) -> Vec<Named> {
    let Ok(manifest) = toml::from_str::<Value>(text) else { return Vec::new() };
    let table = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_object);
    let mut named = Vec::new();
    for pointer in ["/project/scripts", "/project/gui-scripts", "/tool/poetry/scripts"] {
        let objects = table(pointer).into_iter().flatten().filter_map(|(_, object)| object.as_str());
        named.extend(objects.map(|object| Named::new(object, Entry::Binary)));
    }
    for pointer in ["/project/entry-points", "/tool/poetry/plugins"] {
        let groups = table(pointer).into_iter().flatten().filter_map(|(_, group)| group.as_object());
        let objects = groups.flatten().filter_map(|(_, object)| object.as_str());
        named.extend(objects.map(|object| Named::new(object, Entry::Plugin)));
    }
    let settings = manifest.pointer("/tool/pytest/ini_options/DJANGO_SETTINGS_MODULE").and_then(Value::as_str);
    named.extend(settings.map(|module| Named::new(module, Entry::Config)));
    let backend = manifest.pointer("/build-system/build-backend").and_then(Value::as_str);
    named.extend(backend.map(|module| Named::new(module, Entry::Build)));
    named
}

fn setup_cfg(text: &str) -> Vec<Named> {
    let options = ini_options(text);
    let points = options.iter().filter(|(section, ..)| *section == "options.entry_points");
    let objects = points.filter_map(|(_, key, value)| {
        let entry = if key.ends_with("_scripts") { Entry::Binary } else { Entry::Plugin };
        Some(Named::new(value.split_once('=')?.1, entry))
    });
    objects.collect()
}

/// Strings of the form `name = package.module:attribute`, which is how `setup.py` writes entry points.
fn setup_py(text: &str) -> Vec<Named> {
    let mut named = Vec::new();
    let mut is_script = false;
    for line in text.lines() {
        if line.contains("_scripts") {
            is_script = true;
        } else if line.contains(']') {
            is_script = false;
        }
        for quoted in line.split(['"', '\'']) {
            if let Some((_, object)) = quoted.split_once('=')
                && object.contains(':')
            {
                named.push(Named::new(object, if is_script { Entry::Binary } else { Entry::Plugin }));
            }
        }
    }
    named
}

impl Named {
    fn new(object: &str, entry: Entry) -> Self {
        Self { module: object.split([':', '[']).next().unwrap_or_default().trim().to_owned(), entry }
    }
}
