//! The modules and layers of tach.
//!
//! Source: the documentation of tach 0.35, "Configuration" and "Layers"; `src/checks/internal_dependency.rs`.

use std::collections::BTreeMap;

use globset::GlobSet;

use super::draft::{Draft, MAX_RULES};
use super::python::Modules;
use crate::rules::config::{Node, Value};
use crate::rules::glob::matcher;
use crate::scan::{SourceTree, join_path, parent_path};

/// What tach leaves out where `exclude` is missing.
const DEFAULT_EXCLUDES: [&str; 5] = ["**/tests", "**/docs", "**/*__pycache__", "**/*egg-info", "**/venv"];
/// Keys of the file that are read, or that change no finding.
const KNOWN: [&str; 7] =
    ["modules", "layers", "exclude", "source_roots", "ignore_type_checking_imports", "respect_gitignore", "cache"];
/// Keys with a counterpart that is not the same, or with none.
const LEFT: [(&str, &str); 11] = [
    ("interfaces", "names within a module are not seen, only files"),
    ("exact", "unused entries of depends_on are not reported"),
    ("forbid_circular_dependencies", "tach looks at its depends_on lists; [cycles] looks at imports"),
    ("external", "use [[forbidden]] with to = \"package:…\""),
    ("rules", "severities differ by finding there; set severity by rule"),
    ("root_module", "files of no module are not checked, as with \"ignore\""),
    ("include_string_imports", "strings are no imports"),
    ("use_regex_matching", "only globs are read"),
    ("plugins", "has no counterpart"),
    ("map", "has no counterpart"),
    ("disable_logging", "has no counterpart"),
];
const MODULE_KEYS: [&str; 9] =
    ["path", "paths", "depends_on", "cannot_depend_on", "layer", "visibility", "utility", "unchecked", "strict"];

/// A module as tach configures it.
#[derive(Clone)]
struct Module {
    depends_on: Option<Vec<String>>,
    cannot_depend_on: Vec<String>,
    visibility: Option<Vec<String>>,
    layer: Option<usize>,
    utility: bool,
    unchecked: bool,
}

/// A layer; those above come first.
struct Layer {
    name: String,
    closed: bool,
}

/// `domains` are the files `tach.domain.toml` of the repository, each with its path.
pub fn convert(root: &Node, domains: &[(String, Node)], base: &str, tree: &SourceTree, draft: &mut Draft) {
    let root = root.get("tool").and_then(|tools| tools.get("tach")).unwrap_or(root);
    for entry in root.entries().iter().filter(|entry| !KNOWN.contains(&entry.key.as_str())) {
        let why = LEFT.iter().find(|(key, _)| *key == entry.key).map_or("is no option of tach", |(_, why)| why);
        let items = if entry.key == "interfaces" { entry.value.items() } else { &[] };
        items.iter().for_each(|item| draft.leave(item.place, entry.key.as_str(), why));
        if items.is_empty() {
            draft.leave(entry.place, entry.key.as_str(), why);
        }
    }
    let roots = texts(root, "source_roots");
    let roots = if roots.is_empty() { vec!["."] } else { roots };
    let modules = Modules::of_roots(tree, base, roots.into_iter());
    let excluded = excludes(root, base, tree, draft);
    let layers = layers(root);
    let mut reader =
        Reader { modules: &modules, names: modules.names(), layers: &layers, found: BTreeMap::new(), draft };
    reader.modules(root, None);
    let is_excluded = |path: &str| excluded.iter().any(|glob| ancestors(path).any(|above| glob.is_match(above)));
    for (path, domain) in domains.iter().filter(|(path, _)| !is_excluded(path)) {
        reader.domain(path, domain);
    }
    let configured = reader.found;
    if configured.len() > MAX_RULES {
        let message = format!("{} modules, more than {MAX_RULES}: name them less finely", configured.len());
        return draft.leave(root.place, "modules", message);
    }
    let mut kinds = vec!["runtime".to_owned(), "re-export".to_owned()];
    if root.get("ignore_type_checking_imports").is_some_and(|node| node.value == Value::Flag(false)) {
        kinds.push("type-only".to_owned());
    }
    let owners = Owners { modules: &modules, configured: &configured };
    let everything = owners.outermost();
    for (path, module) in configured.iter().filter(|(_, module)| !module.unchecked) {
        let may = |(other, target): &(&String, &Module)| *other == path || allows(path, module, other, target, &layers);
        if configured.iter().all(|pair| may(&pair)) {
            continue;
        }
        // Parents come first, so that a child that is allowed comes in again.
        let to = configured.iter().filter(may).flat_map(|(other, _)| owners.own(other));
        draft.rule("[[allowed]]", path);
        draft.list("from", &owners.own(path));
        draft.list("to", &to.collect::<Vec<_>>());
        draft.list("among", &everything);
        draft.list("kinds", &kinds);
    }
}

fn texts<'n>(node: &'n Node, key: &str) -> Vec<&'n str> {
    node.get(key).map_or(&[][..], Node::items).iter().filter_map(Node::text).collect()
}

/// Those that match nothing here are left: a glob that matches nothing is a mistake in a rule file.
fn excludes(root: &Node, base: &str, tree: &SourceTree, draft: &mut Draft) -> Vec<GlobSet> {
    let own = root.get("exclude").map(Node::items);
    let written = own.map_or_else(|| DEFAULT_EXCLUDES.to_vec(), |items| items.iter().filter_map(Node::text).collect());
    let (mut taken, mut matchers) = (Vec::new(), Vec::new());
    for text in written {
        let relative = text.trim_end_matches('/');
        let whole = join_path(base, relative).unwrap_or_else(|| relative.to_owned());
        let Ok(matcher) = matcher(&whole, true) else { continue };
        let mut paths = tree.dirs.iter().map(|dir| &*dir.path).chain(tree.files.iter().map(|file| &*file.path));
        if paths.any(|path| matcher.is_match(path)) {
            matchers.push(matcher.clone());
            taken.push(if whole.contains('/') { whole } else { format!("/{whole}") });
        } else if let Some(item) = own.and_then(|items| items.iter().find(|item| item.text() == Some(text))) {
            draft.leave(item.place, "exclude", format!("`{text}` matches nothing here"));
        }
    }
    if !taken.is_empty() {
        draft.exclude(&taken);
    }
    matchers
}

/// A path and those of the folders above it.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| Some(parent_path(path)).filter(|above| !above.is_empty()))
}

fn layers(root: &Node) -> Vec<Layer> {
    let layer = |node: &Node| {
        let name = node.text().or_else(|| node.get("name")?.text())?;
        let closed = node.get("closed").is_some_and(|closed| closed.value == Value::Flag(true));
        Some(Layer { name: name.to_owned(), closed })
    };
    root.get("layers").map_or(&[][..], Node::items).iter().filter_map(layer).collect()
}

/// Modules by path; one by its own name stands before one by a glob.
struct Reader<'a> {
    modules: &'a Modules<'a>,
    /// Of all modules.
    names: Vec<String>,
    layers: &'a [Layer],
    found: BTreeMap<String, Module>,
    draft: &'a mut Draft,
}

impl Reader<'_> {
    /// A `tach.domain.toml`, whose paths are relative to the module that its folder is.
    fn domain(&mut self, path: &str, root: &Node) {
        let Some(prefix) = self.modules.name_of_dir(parent_path(path)) else {
            return self.draft.leave(root.place, path, "lies below no source root");
        };
        if let Some(node) = root.get("root") {
            let module = self.module(node, Some(&prefix));
            self.found.insert(prefix.clone(), module);
        }
        self.modules(root, Some(&prefix));
        for entry in root.entries().iter().filter(|entry| !["root", "modules"].contains(&entry.key.as_str())) {
            let why = LEFT.iter().find(|(key, _)| *key == entry.key).map_or("is no option of a domain", |(_, why)| why);
            self.draft.leave(entry.place, format!("{path}: {}", entry.key), why);
        }
    }

    fn modules(&mut self, root: &Node, prefix: Option<&str>) {
        for node in root.get("modules").map_or(&[][..], Node::items) {
            let module = self.module(node, prefix);
            for path in texts(node, "path").into_iter().chain(texts(node, "paths")) {
                let full = resolved(path, prefix);
                if path == "<root>" {
                    self.draft.leave(node.place, path, "files of no module are not checked");
                } else if path.contains('*') {
                    for name in self.names.iter().filter(|name| matches(&full, name)) {
                        self.found.entry(name.clone()).or_insert_with(|| module.clone());
                    }
                } else if self.modules.has(&full) {
                    self.found.insert(full, module.clone());
                } else {
                    self.draft.leave(node.place, full, "no such module below the source roots");
                }
            }
        }
    }

    fn module(&mut self, node: &Node, prefix: Option<&str>) -> Module {
        for entry in node.entries().iter().filter(|entry| !MODULE_KEYS.contains(&entry.key.as_str())) {
            let why = match entry.key.as_str() {
                "depends_on_external" | "cannot_depend_on_external" => "use [[forbidden]] with to = \"package:…\"",
                _ => "is no option of a module",
            };
            self.draft.leave(entry.place, format!("modules.{}", entry.key), why);
        }
        let is_set = |key: &str| node.get(key).is_some_and(|flag| flag.value == Value::Flag(true));
        if is_set("strict") {
            self.draft.leave(node.place, "modules.strict", "names within a module are not seen, only files");
        }
        let layer = node.get("layer").and_then(Node::text);
        let position = layer.and_then(|name| self.layers.iter().position(|layer| layer.name == name));
        if let (Some(name), None) = (layer, position) {
            self.draft.leave(node.place, "modules.layer", format!("no layer `{name}` is configured"));
        }
        for item in node.get("depends_on").map_or(&[][..], Node::items) {
            if item.get("deprecated").is_some_and(|deprecated| deprecated.value == Value::Flag(true)) {
                self.draft.leave(item.place, "modules.depends_on.deprecated", "is allowed here without a warning");
            }
        }
        let listed = |key: &str| {
            let items = node.get(key)?.items().iter();
            let path = |item: &Node| Some(resolved(item.text().or_else(|| item.get("path")?.text())?, prefix));
            Some(items.filter_map(path).collect::<Vec<_>>())
        };
        Module {
            depends_on: listed("depends_on"),
            cannot_depend_on: listed("cannot_depend_on").unwrap_or_default(),
            visibility: listed("visibility"),
            layer: position,
            utility: is_set("utility"),
            unchecked: is_set("unchecked"),
        }
    }
}

/// The whole path of a module: relative to a domain, or to the source roots after `//`.
fn resolved(path: &str, prefix: Option<&str>) -> String {
    match (prefix, path.strip_prefix("//")) {
        (_, Some(whole)) => whole.to_owned(),
        (Some(prefix), None) if path == "<domain_root>" => prefix.to_owned(),
        (Some(prefix), None) => format!("{prefix}.{path}"),
        (None, None) => path.to_owned(),
    }
}

/// Whether one module may import another; the order of the questions is tach's.
fn allows(path: &str, module: &Module, other: &str, target: &Module, layers: &[Layer]) -> bool {
    if let (Some(own), Some(its)) = (module.layer, target.layer)
        && own != its
    {
        return own < its && !layers[own + 1..its].iter().any(|layer| layer.closed);
    }
    let names = |list: &[String], name: &str| list.iter().any(|wanted| matches(wanted, name));
    if names(&module.cannot_depend_on, other) {
        return false;
    }
    if target.visibility.as_ref().is_some_and(|visible| !names(visible, path)) {
        return false;
    }
    module.depends_on.as_ref().is_none_or(|depends_on| target.utility || names(depends_on, other))
}

/// Whether a path, or a glob of paths, stands for a module.
fn matches(wanted: &str, module: &str) -> bool {
    if !wanted.contains('*') {
        return wanted == module;
    }
    // `a.**` stands for `a` too.
    let pattern = wanted.strip_suffix(".**").map_or_else(|| wanted.to_owned(), |above| format!("{above}{{,/**}}"));
    let pattern = pattern.replace('.', "/");
    matcher(&pattern, true).is_ok_and(|matcher| matcher.is_match(module.replace('.', "/")))
}

/// Which files belong to which module: each to the deepest.
struct Owners<'a> {
    modules: &'a Modules<'a>,
    configured: &'a BTreeMap<String, Module>,
}

impl Owners<'_> {
    /// The files of a module without those of modules below it.
    fn own(&self, path: &str) -> Vec<String> {
        let mut globs = self.modules.package(path).unwrap_or_default();
        let below = format!("{path}.");
        let mut last: Option<&str> = None;
        for child in self.configured.keys().filter(|child| child.starts_with(&below)) {
            let is_nested = last.is_some_and(|last| child.starts_with(&format!("{last}.")));
            if !is_nested {
                globs.extend(self.modules.package(child).unwrap_or_default().iter().map(|glob| format!("!{glob}")));
                last = Some(child);
            }
        }
        globs
    }

    /// The files of all modules.
    fn outermost(&self) -> Vec<String> {
        let is_below = |path: &String| {
            self.configured
                .keys()
                .any(|other| path.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.')))
        };
        let outermost = self.configured.keys().filter(|path| !is_below(path));
        outermost.flat_map(|path| self.modules.package(path).unwrap_or_default()).collect()
    }
}
