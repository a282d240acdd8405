//! Findings as text for people, scripts, code scanners and GitHub.

mod github;
mod human;
mod json;
mod sarif;

pub use github::github;
pub use human::{human, summary};
pub use json::json;
pub use sarif::sarif;

use super::finding::{About, Finding, Step};

/// Lines that say more about a finding than its message: where else, and the steps of a chain.
fn details(finding: &Finding) -> Vec<String> {
    let step = |step: &Step| format!("{} imports {}", place(&step.from, step.lines.first()), step.to);
    match &finding.about {
        About::Import { lines, .. } if lines.len() > 1 => {
            let further: Vec<_> = lines[1..].iter().map(u32::to_string).collect();
            vec![format!("also at line{} {}", if further.len() > 1 { "s" } else { "" }, further.join(", "))]
        }
        _ => finding.steps().iter().map(step).collect(),
    }
}

/// A path, with a line where one is known.
fn place(path: &str, line: Option<&u32>) -> String {
    match line {
        Some(line) if *line > 0 => format!("{path}:{line}"),
        _ => path.to_owned(),
    }
}
