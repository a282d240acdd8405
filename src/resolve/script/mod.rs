//! Imports between scripts: relative paths, `tsconfig` paths, workspace packages and their exports, in a clone in which
//! nothing was installed or built. Never guessed: what leads nowhere is kept with its reason.

mod answers;
mod docusaurus;
mod entries;
mod files;
mod json;
mod packages;
mod specifier;
#[cfg(test)]
mod tests;
mod tsconfig;

use crate::lang::{Detail, Family, ImportKind, ScriptFacts, caught};
use crate::resolve::{Edge, External, Resolution, Sources, Unresolved, each_file_with};
use crate::scan::{FileId, join_path, parent_path};
use answers::Answers;
use files::{Files, Importer};
use packages::{Condition, Packages};
use specifier::Specifier;
use tsconfig::Configs;

pub(super) fn resolve(sources: &Sources<'_>) -> Resolution {
    let resolver = Resolver::new(sources);
    let files: Vec<_> = sources.files_of(Family::Script).collect();
    let imports = || {
        each_file_with(&files, Answers::default, |answers, id| match &sources.facts(id).detail {
            Detail::Script(facts) => resolver.resolve_file(id, facts, answers),
            _ => Resolution::default(),
        })
    };
    let entries = || caught(|| resolver.entries(sources)).unwrap_or_default();
    let (mut all, entries) = rayon::join(imports, entries);
    all.entries = entries;
    all
}

/// Where an import leads.
#[derive(Clone)]
enum Target {
    File(FileId),
    Package(String),
    Nowhere(String),
}

impl Target {
    fn nowhere(reason: &str) -> Self {
        Self::Nowhere(reason.to_owned())
    }
}

struct Resolver<'a> {
    sources: &'a Sources<'a>,
    files: Files<'a>,
    packages: Packages,
    configs: Configs,
}

impl<'a> Resolver<'a> {
    fn new(sources: &'a Sources<'a>) -> Self {
        let mut files = Files::new(sources.tree);
        let packages = Packages::new(sources);
        let mut configs = Configs::new(sources, &packages, &files);
        files.set_outputs(configs.take_outputs());
        Self { sources, files, packages, configs }
    }

    fn resolve_file(&self, from: FileId, facts: &'a ScriptFacts, answers: &mut Answers<'a>) -> Resolution {
        let mut found = Resolution::default();
        let path = &*self.files.tree.file(from).path;
        for import in &facts.imports {
            let (line, kind) = (import.line, import.kind);
            let condition = match (kind, import.require) {
                (ImportKind::TypeOnly, _) => Condition::Types,
                (_, true) => Condition::Require,
                (_, false) => Condition::Import,
            };
            let importer = Importer { path, dir: parent_path(path), condition };
            match self.target(&import.specifier, importer, answers) {
                Target::File(to) => found.edges.push(Edge { from, to, line, kind }),
                Target::Package(package) => {
                    found.externals.push(External { from, package: package.into(), line, kind });
                }
                Target::Nowhere(reason) => {
                    let (import, reason) = (import.specifier.clone(), reason.into());
                    found.unresolved.push(Unresolved { from, import, line, reason });
                }
            }
        }
        found
    }

    fn target(&self, written: &'a str, importer: Importer<'a>, answers: &mut Answers<'a>) -> Target {
        match specifier::classify(written) {
            Specifier::Relative(path) => self.relative(path, importer),
            Specifier::Rooted(path) => self.rooted(path, importer),
            Specifier::Internal(name) => self.internal(name, importer),
            Specifier::Builtin(name) => Target::Package(name),
            Specifier::Scheme(name) => self
                .configs
                .by_paths(name, importer, &self.files)
                .map_or_else(|| Target::Package(name.into()), Target::File),
            Specifier::Bare(name) => self
                .mapped(name, importer)
                .unwrap_or_else(|| answers.answer(name, importer, || self.of_package(name, importer))),
            Specifier::Empty => Target::nowhere("an empty module name"),
        }
    }

    fn relative(&self, written: &str, importer: Importer<'_>) -> Target {
        let Some(path) = join_path(importer.dir, written) else {
            return Target::nowhere("leads out of the repository");
        };
        let only_dir = written.ends_with('/') || written.ends_with("..") || written == ".";
        let found = if only_dir { None } else { self.files.load_file(&path, importer) };
        if let Some(id) = found.or_else(|| self.directory(&path, importer)) {
            return Target::File(id);
        }
        if let Some(id) = self.configs.by_root_dirs(&path, importer, &self.files) {
            return Target::File(id);
        }
        let package_dir = self.packages.enclosing_dir(&path);
        if let Some(id) = self.files.source_of(&path, package_dir, importer) {
            return Target::File(id);
        }
        if let Some((_, inside)) = path.rsplit_once("node_modules/") {
            return Target::Package(specifier::package_name(inside).to_owned());
        }
        match files::output_part(&path, package_dir) {
            Some(part) if self.sources.why_skipped(&path).is_none() => {
                Target::Nowhere(format!("points into build output {part} that has no source here"))
            }
            _ => self.missing(&path),
        }
    }

    /// A directory as a module: its `package.json`, or its index file.
    fn directory(&self, dir: &str, importer: Importer<'_>) -> Option<FileId> {
        self.files.tree.dir_id(dir)?;
        if let Some(package) = self.packages.at(dir)
            && let Some(id) = self.packages.main(package, importer, &self.files)
        {
            return Some(id);
        }
        self.files.load_index(dir, importer)
    }

    /// A path from the root of what a development server serves.
    fn rooted(&self, path: &str, importer: Importer<'_>) -> Target {
        let package_dir = self.packages.enclosing_dir(importer.path);
        for base in [package_dir, ""] {
            if let Some(path) = join_path(base, path)
                && let Some(id) = self.files.load_file(&path, importer)
            {
                return Target::File(id);
            }
        }
        Target::nowhere("a path from a server's root, and no such file in the package")
    }

    /// `#name`: the enclosing package's own `imports`.
    fn internal(&self, name: &str, importer: Importer<'_>) -> Target {
        if let Some(id) = self.configs.by_paths(name, importer, &self.files) {
            return Target::File(id);
        }
        let Some(package) = self.packages.enclosing(importer.path) else {
            return Target::nowhere("no package.json above the file");
        };
        let targets = self.packages.internal_targets(package, name, importer);
        for target in &targets {
            if !target.starts_with('.') {
                return self.bare(target, importer);
            }
            if let Some(id) = self.packages.load_target(package, target, importer, &self.files) {
                return Target::File(id);
            }
        }
        Target::Nowhere(match targets.first() {
            Some(target) => format!("the package's imports lead to {target}, which has no source here"),
            None => "not among the imports of the package.json above the file".to_owned(),
        })
    }

    fn bare(&self, name: &str, importer: Importer<'_>) -> Target {
        self.mapped(name, importer).unwrap_or_else(|| self.of_package(name, importer))
    }

    /// What the configurations around the importer make of a name, or a module of the runtime.
    fn mapped(&self, name: &str, importer: Importer<'_>) -> Option<Target> {
        if let Some(id) = self.configs.by_paths(name, importer, &self.files) {
            return Some(Target::File(id));
        }
        if let Some(builtin) = specifier::builtin(name) {
            return Some(Target::Package(builtin));
        }
        if let Some(id) = self.configs.by_base_url(name, importer, &self.files) {
            return Some(Target::File(id));
        }
        let path = docusaurus::path_of(name, importer, self.files.tree)?;
        let found = self.files.load_file(&path, importer).or_else(|| self.directory(&path, importer));
        Some(found.map_or_else(|| self.missing(&path), Target::File))
    }

    /// Why there is no file at a path.
    fn missing(&self, path: &str) -> Target {
        match self.sources.why_skipped(path) {
            Some(why) => Target::Nowhere(format!("a file that is left out: {why}")),
            None => Target::nowhere("no such file in the repository"),
        }
    }

    /// What a package answers; the same to all files of a directory that ask in the same way.
    fn of_package(&self, name: &str, importer: Importer<'_>) -> Target {
        if specifier::is_alias(name) {
            return Target::nowhere("an alias that no tsconfig or package.json here defines");
        }
        let package_name = specifier::package_name(name);
        let subpath = name[package_name.len()..].trim_start_matches('/');
        let Some(package) = self.packages.named(package_name, importer.path, &self.files) else {
            return Target::Package(package_name.to_owned());
        };
        match self.packages.load(package, subpath, importer, &self.files) {
            Ok(id) => Target::File(id),
            Err(reason) => Target::Nowhere(reason),
        }
    }
}
