//! Known findings: a file that lists those which do not fail yet. Keys hold no line numbers, so that edits elsewhere in a
//! file leave them alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::check::Report;
use super::config::{Mistake, Section, parse_toml};
use super::finding::{About, Finding};

const HEADER: &str = "\
# Findings of `repolis check` that are known and do not fail. Written by `repolis check --fix-baseline`:
# run it again once some are repaired. `count` is the number of imports, `value` that of a metric.
";

/// Findings that are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    known: Vec<Known>,
}

/// What is known of one key.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    rule: String,
    path: String,
    other: String,
    count: usize,
    value: Option<f64>,
    members: Vec<String>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Every mistake with its line and key.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let root = parse_toml(text).map_err(|mistake| vec![mistake])?;
        let mistakes = RefCell::new(Vec::new());
        let mut file = Section::new("", &root, &mistakes);
        let mut known = Vec::new();
        for mut entry in file.sections("known") {
            entry.require("rule", "the name of a rule");
            entry.require("path", "the path of a file");
            let mut text = |key| entry.text(key).unwrap_or_default().to_owned();
            let (rule, path, to, function) = (text("rule"), text("path"), text("to"), text("function"));
            let count = entry.number("count").map_or(1, |count| count as usize);
            let value = entry.number("value");
            let members = entry.texts("members").into_iter().map(|(text, _)| text.to_owned()).collect();
            known.push(Known { rule, path, other: if to.is_empty() { function } else { to }, count, value, members });
            entry.finish();
        }
        file.finish();
        let mistakes = mistakes.into_inner();
        if mistakes.is_empty() { Ok(Self { known }) } else { Err(mistakes) }
    }

    /// How many keys are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Marks what is known in a report, and notes what is known but found no more.
    pub fn apply(&self, report: &mut Report) {
        let mut groups: BTreeMap<[String; 3], Vec<usize>> = BTreeMap::new();
        for (finding, index) in report.findings.iter().zip(0..) {
            if !matches!(finding.about, About::Cycle { .. }) {
                groups.entry(finding.key().map(str::to_owned)).or_default().push(index);
            }
        }
        for known in &self.known {
            let same: Vec<usize> = if known.members.is_empty() {
                groups.get(&[known.rule.clone(), known.path.clone(), known.other.clone()]).cloned().unwrap_or_default()
            } else {
                let findings = report.findings.iter().zip(0..);
                findings.filter(|(finding, _)| known.holds_cycle(finding)).map(|(_, index)| index).collect()
            };
            let count: usize = same.iter().map(|&index| weight(&report.findings[index])).sum();
            let is_known =
                |finding: &Finding| !known.members.is_empty() || count <= known.count && known.holds(finding);
            if same.iter().all(|&index| is_known(&report.findings[index])) {
                same.iter().for_each(|&index| report.findings[index].known = true);
            }
            if same.is_empty() || known.members.is_empty() && count < known.count {
                report.stale.push(known.describe(count));
            }
        }
    }

    /// The text of a baseline of all findings.
    pub fn write(findings: &[Finding]) -> String {
        let mut text = HEADER.to_owned();
        for known in group(findings) {
            known.write(&mut text);
        }
        text
    }
}

/// How much a finding counts: each import of a pair.
fn weight(finding: &Finding) -> usize {
    match &finding.about {
        About::Import { lines, .. } => lines.len(),
        _ => 1,
    }
}

fn group(findings: &[Finding]) -> Vec<Known> {
    let mut groups: BTreeMap<([&str; 3], &[String]), Known> = BTreeMap::new();
    for finding in findings {
        let members = match &finding.about {
            About::Cycle { members, .. } => members.as_slice(),
            _ => &[],
        };
        let key = finding.key();
        let known = groups.entry((key, members)).or_insert_with(|| Known {
            rule: key[0].to_owned(),
            path: key[1].to_owned(),
            other: key[2].to_owned(),
            members: members.to_vec(),
            ..Known::default()
        });
        known.count += weight(finding);
        if let About::Limit { value, bound, .. } = finding.about {
            let worst = known.value.unwrap_or(value);
            known.value = Some(if value > bound { worst.max(value) } else { worst.min(value) });
        }
    }
    groups.into_values().collect()
}

impl Known {
    /// A cycle that did not grow.
    fn holds_cycle(&self, finding: &Finding) -> bool {
        let About::Cycle { members, .. } = &finding.about else { return false };
        finding.rule == self.rule && members.iter().all(|member| self.members.contains(member))
    }

    /// A metric's value that did not become worse.
    fn holds(&self, finding: &Finding) -> bool {
        match (&finding.about, self.value) {
            (About::Limit { value, bound, .. }, Some(known)) if value > bound => *value <= known,
            (About::Limit { value, .. }, Some(known)) => *value >= known,
            (About::Limit { .. }, None) => false,
            _ => true,
        }
    }

    fn describe(&self, found: usize) -> String {
        let other = if self.other.is_empty() { String::new() } else { format!(" -> {}", self.other) };
        let count = if found > 0 { format!(" ({found} of {} left)", self.count) } else { String::new() };
        format!("{}{other} [{}]{count}", self.path, self.rule)
    }

    fn write(&self, text: &mut String) {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut line = |key: &str, value: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key} = {value}");
        };
        line("\n[[known]]\nrule", quoted(&self.rule));
        line("path", quoted(&self.path));
        match (self.value, self.other.as_str()) {
            (_, "") => {}
            (None, to) => line("to", quoted(to)),
            (Some(_), function) => line("function", quoted(function)),
        }
        if self.count > 1 {
            line("count", self.count.to_string());
        }
        if let Some(value) = self.value {
            line("value", value.to_string());
        }
        if !self.members.is_empty() {
            let members: Vec<_> = self.members.iter().map(|member| format!("\n    {},", quoted(member))).collect();
            line("members", format!("[{}\n]", members.concat()));
        }
    }
}
