//! Parts of a repository between which some imports are wrong.

use super::Checker;
use crate::rules::finding::Finding;
use crate::rules::glob::Globs;

/// Which part a node is in; none for most packages.
pub struct Parts {
    /// Names of the parts.
    pub names: Vec<String>,
    of: Vec<Option<u32>>,
}

impl Parts {
    /// No parts of `nodes` nodes.
    pub fn new(nodes: usize) -> Self {
        Self { names: Vec::new(), of: vec![None; nodes] }
    }

    /// Adds a part; a node that is in another one already is told, the first with that part's name.
    pub fn add(&mut self, name: String, nodes: impl IntoIterator<Item = u32>) -> Option<(u32, String)> {
        let mut twice = None;
        let part = self.names.len() as u32;
        for node in nodes {
            match self.of[node as usize] {
                Some(other) => twice = twice.or(Some((node, self.names[other as usize].clone()))),
                None => self.of[node as usize] = Some(part),
            }
        }
        self.names.push(name);
        twice
    }

    /// The part of a node.
    pub fn of(&self, node: u32) -> Option<u32> {
        self.of[node as usize]
    }

    /// The nodes of each part.
    fn nodes(&self) -> Vec<Vec<u32>> {
        let mut nodes = vec![Vec::new(); self.names.len()];
        for (node, part) in (0..).zip(&self.of) {
            if let Some(part) = part {
                nodes[*part as usize].push(node);
            }
        }
        nodes
    }
}

impl Checker<'_> {
    /// Imports from one part to another for which `wrong` has a reason; through nodes of no part too where asked.
    pub(super) fn between_parts(
        &self,
        parts: &Parts,
        transitive: bool,
        wrong: impl Fn(u32, u32) -> Option<String>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !transitive {
            for pair in self.view.pairs() {
                let ends = self.view.pair(pair);
                if let (Some(from), Some(to)) = (parts.of(ends.from), parts.of(ends.to))
                    && let Some(why) = wrong(from, to)
                {
                    findings.push(self.chain(&[pair], &why));
                }
            }
            return findings;
        }
        for (target, nodes) in (0..).zip(parts.nodes()) {
            let why = |node| parts.of(node).filter(|part| *part != target).and_then(|part| wrong(part, target));
            let chains = self.view.chains(&nodes, |node| why(node).is_some(), |node| parts.of(node).is_none());
            let why = |chain: &[u32]| why(self.view.pair(chain[0]).from).unwrap_or_default();
            findings.extend(chains.iter().map(|chain| self.chain(chain, &why(chain))));
        }
        findings
    }

    pub(super) fn independent(&mut self, globs: &[Globs], each: &Globs, transitive: bool) -> Vec<Finding> {
        let mut parts = Parts::new(self.universe.len());
        for globs in globs {
            let nodes = self.universe.select(globs, self.mistakes);
            self.add_part(&mut parts, globs, "parts", globs.describe(), nodes.iter());
        }
        for (name, nodes) in self.universe.each(each, self.mistakes) {
            self.add_part(&mut parts, each, "each", name, nodes);
        }
        self.between_parts(&parts, transitive, |from, to| {
            let names = (&parts.names[from as usize], &parts.names[to as usize]);
            (from != to).then(|| format!("; {} and {} are independent", names.0, names.1))
        })
    }

    /// Adds a part of globs; a file that is in two is a mistake of the rule file.
    pub(super) fn add_part(
        &mut self,
        parts: &mut Parts,
        globs: &Globs,
        key: &str,
        name: String,
        nodes: impl IntoIterator<Item = u32>,
    ) {
        let (own, place) = (name.clone(), globs.0.first().map_or(self.rule.place, |glob| glob.place));
        if let Some((node, other)) = parts.add(name, nodes) {
            let path = self.universe.name(node);
            let message = format!("{path} is in two parts, `{other}` and `{own}`; take it out of one with a `!` glob");
            self.wrong(place, key, message);
        }
    }
}
