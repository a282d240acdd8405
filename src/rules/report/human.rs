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
        add(&mut text, &format!("{place}: {severity}[{}] {}", finding.rule, finding.message));
        for line in details(finding) {
            add(&mut text, &format!("    {line}"));
        }
        for (line, lead) in finding.reason.lines().zip(["reason: "].into_iter().chain(std::iter::repeat("        "))) {
            add(&mut text, &format!("    {lead}{line}"));
        }
    }
    for stale in &report.stale {
        add(&mut text, &format!("stale in the baseline: {stale}"));
    }
    for note in &report.notes {
        add(&mut text, &format!("note: {note}"));
    }
    text
}

/// Adds a line. File names may hold anything: what would move the cursor is escaped.
fn add(text: &mut String, line: &str) {
    for char in line.chars() {
        if char.is_control() { text.extend(char.escape_default()) } else { text.push(char) }
    }
    text.push('\n');
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_moves_no_cursor() {
        let mut text = String::new();
        add(&mut text, "a\u{1b}[2J\nb.py: [x] ä");
        assert_eq!(text, "a\\u{1b}[2J\\nb.py: [x] ä\n");
    }
}
