//! The checks of dep-tree's `.dep-tree.yml`.
//!
//! Source: `internal/check` and `internal/config/sample-config.yml` of dep-tree.

use super::draft::Draft;
use crate::lang::{Family, ImportKind, family};
use crate::rules::config::{Node, Value};
use crate::rules::glob::matcher;
use crate::scan::{SourceTree, join_path};

/// Keys that say how dep-tree reads or draws, and whether that changes what is found.
const READING: [(&str, &str); 5] = [
    ("unwrapExports", "a re-export is an import of its own here"),
    ("js", "workspaces and tsconfig paths always count"),
    ("rust", "has no counterpart"),
    ("python", "conditional imports always count"),
    ("golang", "Go's imports are not read"),
];

pub fn convert(root: &Node, base: &str, tree: &SourceTree, draft: &mut Draft) {
    let (mut only, mut excluded) = (Vec::new(), Vec::new());
    let has_only = root.get("only").is_some_and(|only| !only.items().is_empty());
    for entry in root.entries() {
        match entry.key.as_str() {
            key @ ("exclude" | "only") => {
                for item in entry.value.items() {
                    let globs = globs(item, base, tree);
                    if let Some(gone) = globs.iter().find(|glob| !matches_any(glob, tree)) {
                        draft.leave(item.place, key, format!("`{gone}` matches no file"));
                    } else if key == "only" {
                        only.extend(globs.iter().map(|glob| negated(glob)));
                    } else {
                        excluded.extend(globs);
                    }
                }
            }
            "check" => {}
            key => {
                let why =
                    READING.iter().find(|(name, _)| *name == key).map_or("is no option of dep-tree", |(_, why)| why);
                draft.leave(entry.place, key, why);
            }
        }
    }
    // All but what is named; of that, what is excluded again.
    let excluded: Vec<_> = has_only.then(|| "**".to_owned()).into_iter().chain(only).chain(excluded).collect();
    if !excluded.is_empty() {
        draft.exclude(&excluded);
    }
    let Some(check) = root.get("check") else { return };
    let mut allows_cycles = false;
    for entry in check.entries() {
        match (entry.key.as_str(), &entry.value.value) {
            ("allowCircularDependencies", Value::Flag(flag)) => allows_cycles = *flag,
            ("entrypoints", _) => {
                draft.leave(
                    entry.place,
                    "check.entrypoints",
                    "all files are checked, not only those reached from here",
                );
            }
            ("allow" | "deny" | "aliases", Value::Table(_)) => {}
            (key, _) => draft.leave(entry.place, format!("check.{key}"), "is no option of dep-tree"),
        }
    }
    let aliases = check.get("aliases");
    let count = |draft: &mut Draft| {
        if tree.files.iter().any(|file| matches!(family(file.language), Some(Family::Rust))) {
            draft.list("kinds", &ImportKind::ALL.map(|kind| kind.name().to_owned()));
        }
    };
    let rules = |key| check.get(key).map_or(&[][..], Node::entries);
    for entry in rules("allow") {
        let (to, reason) = rule(&entry.value);
        draft.rule("[[allowed]]", &format!("allow {}", entry.key));
        let to: Vec<_> = to.iter().flat_map(|to| aliased(to, aliases, base, tree)).collect();
        ends(draft, &glob(&entry.key, base, tree), &to, tree);
        draft.text("reason", reason);
        count(draft);
    }
    for entry in rules("deny") {
        for item in entry.value.items() {
            let (to, reason) = rule(item);
            let to: Vec<_> = to.iter().flat_map(|to| aliased(to, aliases, base, tree)).collect();
            if to.is_empty() {
                draft.leave(item.place, &entry.key, "names nothing to deny");
                continue;
            }
            draft.rule("[[forbidden]]", &format!("deny {}", entry.key));
            ends(draft, &glob(&entry.key, base, tree), &to, tree);
            draft.text("reason", reason);
            count(draft);
        }
    }
    if !allows_cycles {
        draft.rule("[cycles]", "");
        draft.raw("allow", "false");
        count(draft);
    }
}

/// Between which files a rule is. There, a glob may match no file.
fn ends(draft: &mut Draft, from: &[String], to: &[String], tree: &SourceTree) {
    draft.list("from", from);
    draft.list("to", to);
    draft.flag("optional", !from.iter().chain(to).all(|glob| matches_any(glob, tree)));
}

fn matches_any(glob: &str, tree: &SourceTree) -> bool {
    let whole = glob.trim_start_matches('!').trim_start_matches('/');
    let mut paths = tree.files.iter().map(|file| &*file.path).chain(tree.dirs.iter().map(|dir| &*dir.path));
    matcher(whole, true).map_or(true, |matcher| paths.any(|path| matcher.is_match(path)))
}

/// A glob, several, or a table of them with a reason.
fn rule(node: &Node) -> (Vec<&str>, &str) {
    match node.get("to") {
        Some(to) => (texts_of(to), node.get("reason").and_then(Node::text).unwrap_or_default()),
        None => (texts_of(node), ""),
    }
}

fn texts_of(node: &Node) -> Vec<&str> {
    node.items().iter().filter_map(Node::text).collect()
}

fn aliased(text: &str, aliases: Option<&Node>, base: &str, tree: &SourceTree) -> Vec<String> {
    match aliases.and_then(|aliases| aliases.get(text)) {
        Some(alias) => globs(alias, base, tree),
        None => glob(text, base, tree),
    }
}

fn globs(node: &Node, base: &str, tree: &SourceTree) -> Vec<String> {
    texts_of(node).into_iter().flat_map(|text| glob(text, base, tree)).collect()
}

/// There, a glob is anchored and stands for files only: what matches a directory says nothing of the files in it.
fn glob(text: &str, base: &str, tree: &SourceTree) -> Vec<String> {
    let whole = join_path(base, text).filter(|path| !path.is_empty()).unwrap_or_else(|| text.to_owned());
    let anchored = if whole.contains('/') { whole.clone() } else { format!("/{whole}") };
    let matcher = matcher(&whole, true);
    let may_be_dir =
        !whole.ends_with("**") && matcher.is_ok_and(|matcher| tree.dirs.iter().any(|dir| matcher.is_match(&*dir.path)));
    if may_be_dir { vec![anchored, format!("!{whole}/**")] } else { vec![anchored] }
}

fn negated(glob: &str) -> String {
    glob.strip_prefix('!').map_or_else(|| format!("!{glob}"), str::to_owned)
}
