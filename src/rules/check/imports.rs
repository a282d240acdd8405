//! Imports that must not be, and those that must.

use super::Checker;
use crate::rules::finding::{About, Finding};
use crate::rules::glob::Globs;

impl Checker<'_> {
    pub(super) fn forbidden(&mut self, from: &Globs, to: &Globs, transitive: bool) -> Vec<Finding> {
        let sources = self.universe.select(from, self.mistakes);
        let targets = self.universe.select(to, self.mistakes);
        let between = |node| transitive && !sources.has(node);
        let targets: Vec<_> = targets.iter().collect();
        let chains = self.view.chains(&targets, |node| sources.has(node), between);
        chains.iter().map(|chain| self.chain(chain, "")).collect()
    }

    pub(super) fn allowed(&mut self, from: &Globs, to: &Globs, among: &Globs) -> Vec<Finding> {
        let sources = self.universe.select(from, self.mistakes);
        let mut targets = self.select_or_all(among);
        targets.remove(&self.universe.select(to, self.mistakes));
        let why = match to.0.as_slice() {
            [] => ", where nothing is allowed".to_owned(),
            [_, _, _, _, ..] => ", which is not allowed".to_owned(),
            _ => format!(", which is not among {}", to.describe()),
        };
        let targets: Vec<_> = targets.iter().collect();
        let chains = self.view.chains(&targets, |node| sources.has(node), |_| false);
        chains.iter().map(|chain| self.chain(chain, &why)).collect()
    }

    pub(super) fn required(&mut self, from: &Globs, to: &Globs, transitive: bool) -> Vec<Finding> {
        let sources = self.universe.select(from, self.mistakes);
        let targets = self.universe.select(to, self.mistakes);
        let targets: Vec<_> = targets.iter().collect();
        let reached = self.view.reached(&targets, |node| sources.has(node), |_| transitive);
        let having: Vec<u32> = reached.firsts.iter().map(|&first| self.view.pair(first).from).collect();
        let missing = sources.iter().filter(|node| having.binary_search(node).is_err());
        let to = to.describe();
        missing
            .map(|node| {
                let message = format!("imports nothing of {to}");
                Finding::new(self.rule, self.universe.name(node), 0, message, About::Missing { to: to.clone() })
            })
            .collect()
    }
}
