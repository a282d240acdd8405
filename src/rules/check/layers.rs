//! Layers from high to low: none imports what stands above it.

use super::Checker;
use super::parts::Parts;
use crate::lang::family;
use crate::rules::finding::{About, Finding};
use crate::rules::glob::{Glob, Globs};
use crate::rules::model::{Layer, Layers};

impl Checker<'_> {
    pub(super) fn layers(&mut self, rule: &Layers) -> Vec<Finding> {
        if rule.within.0.is_empty() {
            return self.layers_in("", rule);
        }
        let dirs = self.universe.dirs(&rule.within, self.mistakes);
        dirs.into_iter().flat_map(|dir| self.layers_in(&self.universe.tree.dir(dir).path, rule)).collect()
    }

    /// The layers of one directory; `""` is the root.
    fn layers_in(&mut self, base: &str, rule: &Layers) -> Vec<Finding> {
        let mut parts = Parts::new(self.universe.len());
        let mut layer_of = Vec::new();
        for (layer, index) in rule.layers.iter().zip(0..) {
            for globs in &layer.parts {
                let globs = rebased(globs, base);
                let mut own = Vec::new();
                let nodes = self.universe.select(&globs, &mut own);
                if !layer.optional {
                    self.mistakes.append(&mut own);
                }
                self.add_part(&mut parts, &globs, "layers", globs.describe(), nodes.iter());
                layer_of.push(index);
            }
        }
        let mut findings = self.between_parts(&parts, rule.transitive, |from, to| {
            let why = wrong(&rule.layers, (from, layer_of[from as usize]), (to, layer_of[to as usize]))?;
            let (own, other) = (&parts.names[from as usize], &parts.names[to as usize]);
            Some(match why {
                Wrong::Upward => format!("; layer {other} is above {own}"),
                Wrong::Sideward => format!("; {other} and {own} of one layer are independent"),
                Wrong::Past(layer) => format!("; this goes past the closed layer {}", layer.describe()),
            })
        });
        if rule.exhaustive {
            findings.extend(self.unlayered(base, rule, &parts));
        }
        findings
    }

    /// Files and directories directly in `base` that have files in no layer.
    fn unlayered(&mut self, base: &str, rule: &Layers, parts: &Parts) -> Vec<Finding> {
        let spared = self.universe.select(&rebased(&rule.unlayered, base), &mut Vec::new());
        let below = format!("{base}/");
        let files = self.universe.every_file();
        // What no parser reads imports nothing.
        let is_code = |file: u32| family(self.universe.tree.files[file as usize].language).is_some();
        let is_outside = |&file: &u32| parts.of(file).is_none() && !spared.has(file) && is_code(file);
        let outside = files.iter().filter(is_outside);
        let mut children: Vec<_> = outside
            .filter_map(|file| {
                let rest = self.universe.tree.files[file as usize].path.strip_prefix(&*below)?;
                let child = rest.split_once('/').map_or(rest, |(dir, _)| dir);
                (!is_index(child)).then(|| format!("{below}{child}"))
            })
            .collect();
        children.dedup();
        let message = format!("is in no layer of {base}");
        children.into_iter().map(|child| Finding::new(self.rule, child, 0, message.clone(), About::Unlayered)).collect()
    }
}

/// Files that stand for the directory around them.
pub fn is_index(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    match name.rsplit('.').next() {
        Some("py" | "pyi") => stem == "__init__",
        Some("rs") => ["mod", "lib", "main"].contains(&stem),
        Some("js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts") => stem == "index",
        _ => false,
    }
}

enum Wrong<'a> {
    Upward,
    Sideward,
    Past(&'a Layer),
}

/// What is wrong with an import between parts, each with the index of its layer; 0 is the highest.
fn wrong(layers: &[Layer], from: (u32, usize), to: (u32, usize)) -> Option<Wrong<'_>> {
    if from.1 > to.1 {
        return Some(Wrong::Upward);
    }
    if from.1 == to.1 {
        return (from.0 != to.0 && layers[from.1].independent).then_some(Wrong::Sideward);
    }
    layers[from.1 + 1..to.1].iter().find(|layer| layer.closed).map(Wrong::Past)
}

/// Globs relative to a directory; each was read before and is valid.
fn rebased(globs: &Globs, base: &str) -> Globs {
    if base.is_empty() {
        return globs.clone();
    }
    Globs(globs.0.iter().filter_map(|glob: &Glob| glob.below(base).ok()).collect())
}
