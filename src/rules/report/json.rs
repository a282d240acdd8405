//! Findings as one JSON document; `docs/rules.md` has its schema.

use serde::Serialize;

use crate::rules::check::Report;
use crate::rules::finding::{About, Finding, Step};
use crate::rules::model::Severity;

#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Row<'a>>,
    stale: &'a [String],
    notes: &'a [String],
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    known: usize,
    stale: usize,
    rules: usize,
    files: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    kind: &'a str,
    severity: &'a str,
    reason: &'a str,
    path: &'a str,
    /// `null` for a whole file or directory.
    line: Option<u32>,
    message: &'a str,
    known: bool,
    #[serde(flatten)]
    about: Details<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Details<'a> {
    Import { to: &'a str, lines: &'a [u32] },
    Chain { to: &'a str, chain: &'a [Step] },
    Missing { to: &'a str },
    Cycle { members: &'a [String], chain: &'a [Step] },
    Limit { metric: &'a str, function: Option<&'a str>, value: f64, bound: f64 },
    Unlayered {},
}

/// The report as a document that ends with a line break.
pub fn json(report: &Report) -> String {
    let known = report.findings.iter().filter(|finding| finding.known).count();
    let document = Document {
        findings: report.findings.iter().map(row).collect(),
        stale: &report.stale,
        notes: &report.notes,
        summary: Summary {
            errors: report.new_of(Severity::Error),
            warnings: report.new_of(Severity::Warning),
            known,
            stale: report.stale.len(),
            rules: report.rules,
            files: report.files,
        },
    };
    // Only maps with keys that are no text could fail, and there are none.
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}

fn row(finding: &Finding) -> Row<'_> {
    let about = match &finding.about {
        About::Import { to, lines } => Details::Import { to, lines },
        About::Chain(chain) => Details::Chain { to: chain.last().map_or("", |step| &step.to), chain },
        About::Missing { to } => Details::Missing { to },
        About::Cycle { members, steps } => Details::Cycle { members, chain: steps },
        About::Limit { metric, function, value, bound } => {
            Details::Limit { metric, function: function.as_deref(), value: *value, bound: *bound }
        }
        About::Unlayered => Details::Unlayered {},
    };
    Row {
        rule: &finding.rule,
        kind: finding.kind,
        severity: finding.severity.name(),
        reason: &finding.reason,
        path: &finding.path,
        line: (finding.line > 0).then_some(finding.line),
        message: &finding.message,
        known: finding.known,
        about,
    }
}
