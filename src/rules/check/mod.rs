//! Rules are held against an analysis. Prints nothing and reads no file.

mod cycles;
mod imports;
mod layers;
mod limits;
mod parts;
#[cfg(test)]
mod tests;

use super::config::Mistake;
use super::finding::{About, Finding, Step};
use super::model::{Check, Rule, Rules, Severity};
use super::net::{Net, View};
use super::universe::{NodeSet, Universe};
use crate::analysis::Analysis;
use crate::lang::{Wanted, family};
use crate::scan::SourceFile;

/// Names in a row that a message lists.
const LISTED: usize = 8;

/// What the rules found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// By path, line, rule.
    pub findings: Vec<Finding>,
    /// Remarks about the rules themselves that fail nothing.
    pub notes: Vec<String>,
    /// What the baseline knows and nobody finds any more.
    pub stale: Vec<String>,
    /// How many rules there are.
    pub rules: usize,
    /// How many files: of rules about imports alone, those in languages that have some.
    pub files: usize,
}

impl Report {
    /// How many findings of a severity are not known.
    pub fn new_of(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| !finding.known && finding.severity == severity).count()
    }
}

/// Holds an analysis against rules.
///
/// # Errors
/// Globs that match no file, metrics that are not there, files in two layers: all of them, in the order of the rule file.
pub fn check(rules: &Rules, analysis: &Analysis) -> Result<Report, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut universe = Universe::new(analysis);
    universe.exclude(&rules.exclude, &mut mistakes);
    let net = Net::new(&universe, &analysis.resolution);
    // Where only imports are asked for, other files are not looked at.
    let is_held = |file: &&SourceFile| rules.wanted() == Wanted::Everything || family(file.language).is_some();
    let files = analysis.tree.files.iter().filter(is_held).count();
    let mut report = Report { rules: rules.rules.len(), files, ..Report::default() };
    for rule in &rules.rules {
        let mut own = Vec::new();
        let mut checker =
            Checker { rule, analysis, universe: &universe, view: View::new(&net, rule.kinds), mistakes: &mut own };
        checker.leave_out(&mut report.notes);
        report.findings.extend(checker.run());
        if rule.optional {
            own.retain(|mistake| !mistake.message.contains("matches no file"));
        }
        mistakes.append(&mut own);
    }
    if !mistakes.is_empty() {
        mistakes.sort_unstable();
        mistakes.dedup();
        return Err(mistakes);
    }
    let key = |finding: &Finding| (finding.path.clone(), finding.line, finding.rule.clone(), finding.message.clone());
    report.findings.sort_by_cached_key(key);
    report.findings.dedup();
    Ok(report)
}

/// One rule at work.
struct Checker<'a> {
    rule: &'a Rule,
    analysis: &'a Analysis,
    universe: &'a Universe<'a>,
    view: View<'a>,
    mistakes: &'a mut Vec<Mistake>,
}

impl Checker<'_> {
    /// Takes the imports of `except` out of the view.
    fn leave_out(&mut self, notes: &mut Vec<String>) {
        for exception in &self.rule.except {
            let mut own = Vec::new();
            let from = self.universe.select(&exception.from, &mut own);
            let to = self.universe.select(&exception.to, &mut own);
            let found = self.view.drop_between(&from, &to);
            if exception.optional {
                continue;
            }
            if !found && own.is_empty() {
                let (from, to) = (exception.from.describe(), exception.to.describe());
                notes.push(format!(
                    "line {}: `except` of {}: no import leads from {from} to {to}; remove it",
                    exception.place.line, self.rule.id
                ));
            }
            self.mistakes.append(&mut own);
        }
    }

    fn run(&mut self) -> Vec<Finding> {
        match &self.rule.check {
            Check::Forbidden { from, to, transitive } => self.forbidden(from, to, *transitive),
            Check::Allowed { from, to, among } => self.allowed(from, to, among),
            Check::Required { from, to, transitive } => self.required(from, to, *transitive),
            Check::Layers(layers) => self.layers(layers),
            Check::Independent { parts, each, transitive } => self.independent(parts, each, *transitive),
            Check::Cycles { of, files, skip, depth } => self.cycles(*of, files, skip, *depth),
            Check::Limit(limit) => self.limit(limit),
        }
    }

    /// What globs take in; every file where there are none.
    fn select_or_all(&mut self, globs: &super::glob::Globs) -> NodeSet {
        if globs.0.is_empty() { self.universe.every_file() } else { self.universe.select(globs, self.mistakes) }
    }

    fn wrong(&mut self, place: super::config::Place, key: &str, message: String) {
        let key = format!("{}.{key}", self.rule.path);
        self.mistakes.push(Mistake { place, key, message });
    }

    fn step(&self, pair: u32) -> Step {
        let ends = self.view.pair(pair);
        let name = |node| self.universe.name(node);
        Step { from: name(ends.from), to: name(ends.to), lines: self.view.lines(pair) }
    }

    /// A finding for imports in a row, one or several; `why` is added to what they are.
    fn chain(&self, chain: &[u32], why: &str) -> Finding {
        let mut steps: Vec<_> = chain.iter().map(|&pair| self.step(pair)).collect();
        let (path, line) = (steps[0].from.clone(), steps[0].lines.first().copied().unwrap_or(0));
        let to = &steps[steps.len() - 1].to;
        if steps.len() > 1 {
            let through: Vec<_> = steps[1..].iter().map(|step| step.from.as_str()).collect();
            let message = format!("reaches {to} through {}{why}", listed(&through, ", "));
            return Finding::new(self.rule, path, line, message, About::Chain(steps));
        }
        let Step { to, lines, .. } = steps.remove(0);
        Finding::new(self.rule, path, line, format!("imports {to}{why}"), About::Import { to, lines })
    }
}

/// Names in a row; the last ones are only counted where there are many.
fn listed(names: &[&str], separator: &str) -> String {
    match names.len().checked_sub(LISTED) {
        None | Some(0) => names.join(separator),
        Some(more) => format!("{}{separator}{more} more", names[..LISTED].join(separator)),
    }
}
