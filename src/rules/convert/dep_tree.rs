//! The checks of dep-tree's `.dep-tree.yml`.
//!
//! Source: `internal/check` and `internal/config/sample-config.yml` of dep-tree.

use super::draft::Draft;
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
    for entry in root.entries() {
        match entry.key.as_str() {
            "exclude" => excluded.extend(globs(&entry.value, base, tree)),
            "only" => only.extend(globs(&entry.value, base, tree).iter().map(|glob| negated(glob))),
            "check" => {}
            key => {
                let why =
                    READING.iter().find(|(name, _)| *name == key).map_or("is no option of dep-tree", |(_, why)| why);
                draft.leave(entry.place, key, why);
            }
        }
    }
    // All but what is named; of that, what is excluded again.
    let excluded: Vec<_> = only.first().map(|_| "**".to_owned()).into_iter().chain(only).chain(excluded).collect();
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
    let rules = |key| check.get(key).map_or(&[][..], Node::entries);
    for entry in rules("allow") {
        let (to, reason) = rule(&entry.value);
        draft.rule("[[allowed]]", &format!("allow {}", entry.key));
        draft.list("from", &glob(&entry.key, base, tree));
        draft.list("to", &to.iter().flat_map(|to| aliased(to, aliases, base, tree)).collect::<Vec<_>>());
        draft.text("reason", reason);
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
            draft.list("from", &glob(&entry.key, base, tree));
            draft.list("to", &to);
            draft.text("reason", reason);
        }
    }
    if !allows_cycles {
        draft.rule("[cycles]", "");
        draft.raw("allow", "false");
    }
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
