//! What `package.json` and the manifests of browser extensions name.

use serde_json::Value;

use crate::lang::family;
use crate::resolve::entry::Entry;
use crate::resolve::script::files::{Importer, in_dir, strip_dir};
use crate::resolve::script::packages::{Condition, PackageId};
use crate::resolve::script::{Resolver, json};
use crate::scan::{FileId, join_path, parent_path};

/// Fields that name what users of a package load.
const LIBRARY_FIELDS: &[&str] = &[
    "source",
    "module",
    "jsnext:main",
    "main",
    "svelte",
    "types",
    "typings",
    "browser",
    "unpkg",
    "jsdelivr",
    "react-native",
    "exports",
];

impl Resolver<'_> {
    /// What every `package.json` names.
    pub(super) fn manifest_entries(&self) -> Vec<(FileId, Entry)> {
        let mut found = Vec::new();
        for package in self.packages.ids() {
            let manifest = self.packages.manifest(package);
            let importer = self.importer(package);
            let libraries = LIBRARY_FIELDS.iter().flat_map(|field| leaves(&manifest[*field]));
            for target in libraries {
                found.extend(self.targets(package, target, importer).into_iter().map(|id| (id, Entry::Library)));
            }
            if let Ok(id) = self.packages.load(package, "", importer, &self.files) {
                found.push((id, Entry::Library));
            }
            for target in leaves(&manifest["bin"]) {
                let file = self.packages.load_target(package, target, importer, &self.files);
                found.extend(file.map(|id| (id, Entry::Binary)));
            }
            for command in leaves(&manifest["scripts"]) {
                found.extend(self.scripts_of(package, command).map(|id| (id, Entry::Script)));
            }
        }
        found
    }

    fn importer(&self, package: PackageId) -> Importer<'_> {
        let dir = self.packages.dir(package);
        Importer { path: dir, dir, condition: Condition::Import }
    }

    /// The files of a target, of which one with a star has many.
    fn targets(&self, package: PackageId, target: &str, importer: Importer<'_>) -> Vec<FileId> {
        let Some((before, after)) = target.split_once('*') else {
            return self.packages.load_target(package, target, importer, &self.files).into_iter().collect();
        };
        let dir = self.packages.dir(package);
        let Some(folder) = join_path(dir, parent_path(before)) else { return Vec::new() };
        let inside = strip_dir(&folder, dir).unwrap_or_default();
        let source = match inside.split_once('/') {
            Some((_, rest)) => in_dir(&in_dir(dir, "src"), rest),
            None => in_dir(dir, "src"),
        };
        let own = self.below(&folder, after);
        if own.is_empty() && !inside.is_empty() { self.below(&source, "") } else { own }
    }

    /// Scripts in a folder whose path ends so.
    fn below(&self, folder: &str, suffix: &str) -> Vec<FileId> {
        let tree = self.files.tree;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = tree.files.partition_point(|file| *file.path < *prefix);
        let inside =
            tree.files[start..].iter().zip(start as u32..).take_while(|(file, _)| file.path.starts_with(&prefix));
        let wanted = inside.filter(|(file, _)| file.path.ends_with(suffix) && family(file.language).is_some());
        wanted.map(|(_, id)| FileId(id)).collect()
    }

    /// Files that a command of a package names.
    fn scripts_of(&self, package: PackageId, command: &str) -> impl Iterator<Item = FileId> {
        let dir = self.packages.dir(package);
        let words =
            command.split(|char: char| char.is_whitespace() || matches!(char, '"' | '\'' | '=' | ';' | '(' | ')'));
        let paths = words.filter(|word| word.contains(['/', '.']) && !word.contains('*'));
        let importer = self.importer(package);
        paths
            .filter_map(move |word| self.files.load(&join_path(dir, word)?, importer))
            .filter(|&id| family(self.files.tree.file(id).language).is_some())
    }

    /// Scripts that a browser extension's manifest names.
    pub(super) fn web_extension(&self, path: &str, text: &str, found: &mut Vec<(FileId, Entry)>) {
        let manifest = json::parse(text);
        if manifest["manifest_version"].is_null() {
            return;
        }
        let contents = manifest["content_scripts"].as_array().into_iter().flatten();
        let scripts = contents.flat_map(|script| leaves(&script["js"])).chain(leaves(&manifest["background"]));
        for target in scripts {
            found.extend(self.named_file(path, target).map(|id| (id, Entry::Plugin)));
        }
    }
}

/// Every string of a value.
fn leaves(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(leaves).collect(),
        Value::Object(values) => values.values().flat_map(leaves).collect(),
        _ => Vec::new(),
    }
}
