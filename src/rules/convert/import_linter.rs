//! Contracts of import-linter.
//!
//! Source: the documentation of import-linter 2.16, "Contract types".

use super::draft::{Draft, Except, MAX_RULES, list, quoted};
use super::python::Modules;
use crate::rules::config::{Node, Place, Value};
use crate::rules::glob::PACKAGE;
use crate::scan::SourceTree;

/// What grimp sees: imports by `importlib` are none for it.
const KINDS: [&str; 3] = ["runtime", "type-only", "re-export"];
/// Keys that every contract may have.
const COMMON: [&str; 5] = ["id", "name", "type", "ignore_imports", "unmatched_ignore_imports_alerting"];
/// Top-level keys with a counterpart, or without a meaning for the findings.
const SETTINGS: [&str; 6] = [
    "root_package",
    "root_packages",
    "include_external_packages",
    "exclude_type_checking_imports",
    "contracts",
    "name",
];

pub fn convert(root: &Node, base: &str, tree: &SourceTree, draft: &mut Draft) {
    let settings = root.get("importlinter").or_else(|| root.get("tool")?.get("importlinter"));
    let packages: Vec<String> = ["root_package", "root_packages"]
        .iter()
        .filter_map(|key| settings?.get(key))
        .flat_map(|node| node.items().iter().filter_map(|item| item.text().map(str::to_owned)))
        .collect();
    let mut kinds = KINDS.to_vec();
    if settings.and_then(|settings| settings.get("exclude_type_checking_imports")).is_some_and(is_true) {
        kinds.retain(|kind| *kind != "type-only");
    }
    for entry in settings.map_or(&[][..], Node::entries) {
        if !SETTINGS.contains(&entry.key.as_str()) {
            draft.leave(entry.place, &entry.key, "has no counterpart");
        }
    }
    let modules = Modules::of_packages(tree, base, &packages);
    // import-linter reads no stubs.
    if tree.files.iter().any(|file| file.path.ends_with(".pyi")) {
        draft.exclude(&["*.pyi".to_owned()]);
    }
    let names = modules.names();
    let mut converter = Converter { modules: &modules, names: &names, packages: &packages, kinds: &kinds, draft };
    for contract in contracts(root) {
        converter.contract(contract);
    }
}

/// Those of an ini file are sections, those of `pyproject.toml` a list.
fn contracts(root: &Node) -> Vec<&Node> {
    let sections = root.entries().iter().filter(|entry| entry.key.starts_with("importlinter:contract:"));
    let listed = root.get("tool").and_then(|tool| tool.get("importlinter")?.get("contracts"));
    sections.map(|entry| &entry.value).chain(listed.map_or(&[][..], Node::items)).collect()
}

/// An ini file has text for everything.
fn is_true(node: &Node) -> bool {
    match &node.value {
        Value::Flag(flag) => *flag,
        Value::Text(text) => ["true", "yes", "on", "1"].contains(&text.to_lowercase().as_str()),
        _ => false,
    }
}

struct Converter<'a> {
    modules: &'a Modules<'a>,
    /// Of all modules.
    names: &'a [String],
    packages: &'a [String],
    kinds: &'a [&'static str],
    draft: &'a mut Draft,
}

/// A contract's key as a list of texts with their places.
fn texts<'n>(contract: &'n Node, key: &str) -> Vec<(&'n str, Place)> {
    let items = contract.get(key).map_or(&[][..], Node::items);
    items.iter().filter_map(|item| Some((item.text()?, item.place))).collect()
}

fn text<'n>(contract: &'n Node, key: &str) -> &'n str {
    contract.get(key).and_then(Node::text).unwrap_or_default()
}

fn flag(contract: &Node, key: &str) -> Option<bool> {
    contract.get(key).map(is_true)
}

impl Converter<'_> {
    fn contract(&mut self, contract: &Node) {
        let kind = text(contract, "type");
        let own: &[&str] = match kind {
            "forbidden" => &["source_modules", "forbidden_modules", "allow_indirect_imports", "as_packages"],
            "layers" => &["layers", "containers", "exhaustive", "exhaustive_ignores"],
            "independence" => &["modules"],
            "protected" => &["protected_modules", "allowed_importers", "as_packages"],
            "acyclic_siblings" => &["ancestors", "depth", "skip_descendants"],
            _ => {
                let message = format!("a contract of the type `{kind}` has no counterpart");
                return self.draft.leave(contract.place, text(contract, "name"), message);
            }
        };
        match kind {
            "forbidden" => self.forbidden(contract),
            "layers" => self.layers(contract),
            "independence" => self.independence(contract),
            "protected" => self.protected(contract),
            _ => self.siblings(contract),
        }
        for entry in contract.entries() {
            if !own.contains(&entry.key.as_str()) && !COMMON.contains(&entry.key.as_str()) {
                self.draft.leave(entry.place, &entry.key, "is no option of this contract");
            }
        }
    }

    /// The end that all rules have: kinds of imports, and those that do not count.
    fn close(&mut self, contract: &Node) {
        let kinds: Vec<_> = self.kinds.iter().map(|kind| (*kind).to_owned()).collect();
        self.draft.list("kinds", &kinds);
        let optional = ["warn", "none"].contains(&text(contract, "unmatched_ignore_imports_alerting"));
        let mut exceptions = Vec::new();
        for (text, place) in texts(contract, "ignore_imports") {
            match text.split_once("->").map(|(from, to)| (from.trim(), to.trim())) {
                Some((from, to)) => {
                    let (from, to) = (self.exact(from), self.exact(to));
                    exceptions.push(Except { from, to, optional });
                }
                None => self.draft.leave(place, "ignore_imports", format!("`{text}` is not `importer -> imported`")),
            }
        }
        self.draft.except(&exceptions);
    }

    fn package(&self, module: &str) -> Vec<String> {
        self.modules.package(module).unwrap_or_else(|| vec![format!("{PACKAGE}{module}")])
    }

    fn exact(&self, module: &str) -> Vec<String> {
        self.modules.exact(module).unwrap_or_else(|| vec![format!("{PACKAGE}{module}")])
    }

    fn globs(&self, module: &str, as_packages: bool) -> Vec<String> {
        if as_packages { self.package(module) } else { self.exact(module) }
    }

    fn forbidden(&mut self, contract: &Node) {
        let as_packages = flag(contract, "as_packages").unwrap_or(true);
        let transitive = !flag(contract, "allow_indirect_imports").unwrap_or(false);
        let sources: Vec<_> = texts(contract, "source_modules").into_iter().map(|(text, _)| text).collect();
        let targets: Vec<_> = texts(contract, "forbidden_modules").into_iter().map(|(text, _)| text).collect();
        let expanded = |modules: &[&str]| -> Vec<String> {
            modules.iter().flat_map(|module| self.modules.expand(module, self.names)).collect()
        };
        let (all_sources, all_targets) = (expanded(&sources), expanded(&targets));
        if all_sources.len().saturating_mul(all_targets.len()) > MAX_RULES * MAX_RULES {
            let message = format!("{} sources and {} targets are too many", all_sources.len(), all_targets.len());
            return self.draft.leave(contract.place, text(contract, "name"), message);
        }
        let clashes = |source: &String| all_targets.iter().any(|target| overlap(source, target, as_packages));
        // A source may import what it shares modules with, and that alone: each such source is a rule of its own.
        let groups: Vec<(Vec<String>, Vec<String>)> = if all_sources.iter().any(clashes) {
            let group = |source: &String| {
                let left = all_targets.iter().filter(|target| !overlap(source, target, as_packages));
                (vec![source.clone()], left.cloned().collect())
            };
            all_sources.iter().map(group).collect()
        } else {
            let owned = |modules: &[&str]| modules.iter().map(|module| (*module).to_owned()).collect();
            vec![(owned(&sources), owned(&targets))]
        };
        for (sources, targets) in groups {
            let from: Vec<_> = sources.iter().flat_map(|module| self.globs(module, as_packages)).collect();
            let to: Vec<_> = targets.iter().flat_map(|module| self.globs(module, as_packages)).collect();
            if from.is_empty() || to.is_empty() {
                continue;
            }
            self.draft.rule("[[forbidden]]", text(contract, "name"));
            self.draft.list("from", &positive_first(from));
            self.draft.list("to", &positive_first(to));
            self.draft.flag("transitive", transitive);
            self.close(contract);
        }
    }

    fn layers(&mut self, contract: &Node) {
        let containers: Vec<_> = texts(contract, "containers").into_iter().map(|(text, _)| text).collect();
        let mut layers = Vec::new();
        for (line, _) in texts(contract, "layers") {
            let separator = if line.contains(':') { ':' } else { '|' };
            let parts: Vec<&str> = line.split(separator).map(str::trim).collect();
            let optional = parts.iter().any(|part| part.starts_with('('));
            let names: Vec<_> = parts.iter().map(|part| part.trim_matches(['(', ')', ' '])).collect();
            let globs: Vec<Vec<String>> = names
                .iter()
                .map(|name| if containers.is_empty() { self.package(name) } else { vec![relative(name)] })
                .collect();
            let parts = parts_of(&globs);
            layers.push(match (optional, separator == ':' && names.len() > 1) {
                (false, false) => parts,
                (optional, related) => {
                    let optional = if optional { ", optional = true" } else { "" };
                    let related = if related { ", independent = false" } else { "" };
                    format!("{{ parts = {parts}{optional}{related} }}")
                }
            });
        }
        self.draft.rule("[[layers]]", text(contract, "name"));
        self.draft.raw("layers", &format!("[\n    {},\n]", layers.join(",\n    ")));
        if !containers.is_empty() {
            let within: Vec<_> = containers.iter().flat_map(|container| self.directory(container)).collect();
            self.draft.list("within", &within);
        }
        self.draft.flag("transitive", true);
        if flag(contract, "exhaustive").unwrap_or(false) {
            self.draft.flag("exhaustive", true);
            let spared: Vec<_> = texts(contract, "exhaustive_ignores")
                .iter()
                .map(|(text, _)| relative(text.trim_matches(['(', ')'])))
                .collect();
            if !spared.is_empty() {
                self.draft.list("unlayered", &spared);
            }
        }
        self.close(contract);
    }

    /// A container is a directory itself, without all below it.
    fn directory(&self, module: &str) -> Vec<String> {
        let globs = self.package(module).into_iter().filter(|glob| !glob.starts_with('!'));
        globs.map(|glob| glob.trim_end_matches("{,.py}").to_owned()).collect()
    }

    fn independence(&mut self, contract: &Node) {
        let modules = texts(contract, "modules");
        let (each, parts): (Vec<_>, Vec<_>) = modules.iter().partition(|(module, _)| module.contains('*'));
        let parts: Vec<_> = parts.iter().map(|(module, _)| self.package(module)).collect();
        let each: Vec<_> = each.iter().flat_map(|(module, _)| self.package(module)).collect();
        self.draft.rule("[[independent]]", text(contract, "name"));
        if !parts.is_empty() {
            let parts: Vec<_> = parts.iter().map(|globs| list(globs)).collect();
            self.draft.raw("parts", &format!("[\n    {},\n]", parts.join(",\n    ")));
        }
        if !each.is_empty() {
            self.draft.list("each", &positive_first(each));
        }
        self.draft.flag("transitive", true);
        self.close(contract);
    }

    /// Nothing but the allowed importers, and each protected package itself, imports what is protected.
    fn protected(&mut self, contract: &Node) {
        let as_packages = flag(contract, "as_packages").unwrap_or(true);
        let allowed: Vec<_> = texts(contract, "allowed_importers")
            .iter()
            .flat_map(|(module, _)| self.modules.expand(module, self.names))
            .flat_map(|module| self.globs(&module, as_packages))
            .collect();
        let protected: Vec<_> = texts(contract, "protected_modules")
            .iter()
            .flat_map(|(module, _)| self.modules.expand(module, self.names))
            .collect();
        if protected.len() > MAX_RULES {
            let message = format!("{} protected modules, more than {MAX_RULES}", protected.len());
            return self.draft.leave(contract.place, text(contract, "name"), message);
        }
        for module in protected {
            let to = self.globs(&module, as_packages);
            let everything = self.packages.iter().flat_map(|package| self.package(package));
            let but = allowed.iter().chain(&to).map(|glob| format!("!{glob}"));
            let from: Vec<_> = everything.chain(but).collect();
            self.draft.rule("[[forbidden]]", text(contract, "name"));
            self.draft.list("from", &from);
            self.draft.list("to", &to);
            self.close(contract);
        }
    }

    fn siblings(&mut self, contract: &Node) {
        let ancestors: Vec<_> =
            texts(contract, "ancestors").iter().flat_map(|(module, _)| self.directory(module)).collect();
        self.draft.rule("[[cycles]]", text(contract, "name"));
        self.draft.text("of", "siblings");
        self.draft.list("files", &ancestors);
        let depth = contract.get("depth").and_then(|node| match &node.value {
            Value::Number(depth) => Some(depth.to_string()),
            Value::Text(text) => text.parse::<u32>().ok().map(|depth| depth.to_string()),
            _ => None,
        });
        if let Some(depth) = depth {
            self.draft.raw("depth", &depth);
        }
        let skipped: Vec<_> =
            texts(contract, "skip_descendants").iter().flat_map(|(module, _)| self.directory(module)).collect();
        if !skipped.is_empty() {
            self.draft.list("skip", &skipped);
        }
        self.close(contract);
    }
}

/// True if two modules are the same, or one is within the other where they stand for packages.
fn overlap(a: &str, b: &str, as_packages: bool) -> bool {
    let within = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('.'));
    a == b || as_packages && (within(a, b) || within(b, a))
}

/// A layer's name below its container.
fn relative(name: &str) -> String {
    format!("{}{{,.py}}", name.replace('.', "/"))
}

/// One part as text, several as a list.
fn parts_of(parts: &[Vec<String>]) -> String {
    match parts {
        [one] => match one.as_slice() {
            [glob] => quoted(glob),
            globs => format!("[{}]", list(globs)),
        },
        many => format!("[{}]", many.iter().map(|globs| list(globs)).collect::<Vec<_>>().join(", ")),
    }
}

/// What is taken out is taken out of all before it.
fn positive_first(mut globs: Vec<String>) -> Vec<String> {
    globs.sort_by_key(|glob| glob.starts_with('!'));
    globs
}
