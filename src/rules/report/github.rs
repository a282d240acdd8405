//! Findings as annotations of GitHub Actions.
//!
//! Source: "Workflow commands for GitHub Actions", Setting an error message; escapes as in `@actions/core`.

use super::details;
use crate::rules::check::Report;
use crate::rules::model::Severity;

/// A line for each finding that is not known.
pub fn github(report: &Report) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().filter(|finding| !finding.known) {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let line = if finding.line > 0 { format!(",line={}", finding.line) } else { String::new() };
        let mut message = vec![format!("{} {}", finding.path, finding.message)];
        message.extend(details(finding));
        if !finding.reason.is_empty() {
            message.push(format!("reason: {}", finding.reason));
        }
        let (file, title) = (property(&finding.path), property(&finding.rule));
        text += &format!("::{command} file={file}{line},title={title}::{}\n", data(&message.join("\n")));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_the_runner() {
        assert_eq!(data("50 %\r\na:b,c"), "50 %25%0D%0Aa:b,c");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
