//! Findings for a person, one after the other: place, rule, what and why.

use super::{details, place};
use crate::rules::check::Report;
use crate::rules::model::Severity;

/// Every finding that is not known, then what is odd about rules and baseline.
pub fn human(report: &Report) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().filter(|finding| !finding.known) {
        let severity = if finding.severity == Severity::Warning { "warning " } else { "" };
        let place = place(&finding.path, Some(&finding.line));
        text += &format!("{place}: {severity}[{}] {}\n", finding.rule, finding.message);
        for line in details(finding) {
            text += &format!("    {line}\n");
        }
        if !finding.reason.is_empty() {
            text += &format!("    reason: {}\n", finding.reason);
        }
    }
    for stale in &report.stale {
        text += &format!("stale in the baseline: {stale}\n");
    }
    for note in &report.notes {
        text += &format!("note: {note}\n");
    }
    text
}

/// The sums in one line.
pub fn summary(report: &Report) -> String {
    let known = report.findings.iter().filter(|finding| finding.known).count();
    let warnings = report.new_of(Severity::Warning);
    let mut parts = vec![counted(report.new_of(Severity::Error), "finding")];
    if warnings > 0 {
        parts.push(counted(warnings, "warning"));
    }
    if known > 0 {
        parts.push(format!("{known} known"));
    }
    if !report.stale.is_empty() {
        parts.push(format!("{} stale in the baseline (--fix-baseline removes them)", report.stale.len()));
    }
    format!("{}; {}, {}", parts.join(", "), counted(report.rules, "rule"), counted(report.files, "file"))
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
