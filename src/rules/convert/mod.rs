//! Rules of other tools become a rule file of ours. What has no counterpart is listed with its line, never dropped.

mod dep_tree;
mod draft;
mod import_linter;
mod python;
mod tach;
#[cfg(test)]
mod tests;

use draft::Draft;

use super::config::{Mistake, Node, Place, parse_ini, parse_toml, parse_yaml};
use crate::scan::{SourceTree, file_name, parent_path};

/// A rule file and what it lacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// The text of a rule file.
    pub text: String,
    /// What was not converted, with its line.
    pub left: Vec<Mistake>,
}

/// Whose configuration a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    DepTree,
    ImportLinter,
    Tach,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::DepTree => "dep-tree",
            Self::ImportLinter => "import-linter",
            Self::Tach => "tach",
        }
    }

    /// By what is in a file, as the names of some files are those of several tools.
    fn of(root: &Node) -> Option<Self> {
        let tool = |name| root.get("tool").and_then(|tools| tools.get(name));
        let is_contract = |key: &str| key == "importlinter" || key.starts_with("importlinter:");
        if tool("importlinter").is_some() || root.entries().iter().any(|entry| is_contract(&entry.key)) {
            return Some(Self::ImportLinter);
        }
        if tool("tach").is_some() || root.get("modules").is_some() {
            return Some(Self::Tach);
        }
        let keys = ["check", "exclude", "only"];
        keys.iter().any(|key| root.get(key).is_some()).then_some(Self::DepTree)
    }
}

/// Configurations of tach besides its own, which lie beside the modules that they are of.
pub const DOMAIN_FILE: &str = "tach.domain.toml";

/// Converts the configuration at `path`, which is relative to the root of `tree`. `domains` are path and text of each
/// [`DOMAIN_FILE`] of the repository.
///
/// # Errors
/// What makes the text no configuration of a known tool.
pub fn convert(path: &str, text: &str, tree: &SourceTree, domains: &[(String, String)]) -> Result<Converted, Mistake> {
    let name = file_name(path);
    let root = match name.rsplit('.').next() {
        Some("yml" | "yaml") => parse_yaml(text)?,
        Some("toml") => parse_toml(text)?,
        _ => parse_ini(text)?,
    };
    let Some(tool) = Tool::of(&root) else {
        let message = "neither a .dep-tree.yml, nor contracts of import-linter, nor a tach.toml".to_owned();
        return Err(Mistake { place: Place { line: 1, column: 1 }, key: String::new(), message });
    };
    let mut draft = Draft::default();
    match tool {
        Tool::DepTree => dep_tree::convert(&root, parent_path(path), tree, &mut draft),
        Tool::ImportLinter => import_linter::convert(&root, parent_path(path), tree, &mut draft),
        Tool::Tach => {
            let mut read = Vec::new();
            for (path, text) in domains {
                match parse_toml(text) {
                    Ok(node) => read.push((path.clone(), node)),
                    Err(mistake) => draft.leave(mistake.place, path, mistake.message),
                }
            }
            tach::convert(&root, &read, parent_path(path), tree, &mut draft);
        }
    }
    Ok(draft.finish(tool.name(), name))
}
