//! Findings as SARIF 2.1.0, which code scanners read.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::details;
use crate::rules::check::Report;
use crate::rules::finding::{About, Finding};
use crate::rules::model::{Rule, Rules};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What paths are relative to.
const ROOT: &str = "SRCROOT";
/// Name and version of our fingerprints.
const FINGERPRINT: &str = "repolisKey/v1";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    original_uri_base_ids: BTreeMap<&'a str, Base<'a>>,
    column_kind: &'a str,
    results: Vec<ResultRow<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    rules: Vec<RuleRow<'a>>,
}

#[derive(Serialize)]
struct Base<'a> {
    description: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow<'a> {
    id: &'a str,
    short_description: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Text<'a>>,
    default_configuration: Configuration<'a>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    kind: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'a str,
    message: Text<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'a str,
    justification: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: ArtifactLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation<'a> {
    uri: String,
    uri_base_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

/// The report as a document that ends with a line break.
pub fn sarif(report: &Report, rules: &Rules) -> String {
    let indices: FxHashMap<&str, usize> =
        rules.rules.iter().zip(0..).map(|(rule, at)| (rule.id.as_str(), at)).collect();
    let mut seen = FxHashMap::default();
    let results = report.findings.iter().map(|finding| result(finding, &indices, &mut seen)).collect();
    let root = Base { description: text("the root of the repository") };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "repolis",
                version: env!("CARGO_PKG_VERSION"),
                rules: rules.rules.iter().map(rule_row).collect(),
            },
        },
        original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
        column_kind: "unicodeCodePoints",
        results,
    };
    // Only maps with keys that are no text could fail, and there are none.
    serde_json::to_string_pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }).unwrap_or_default() + "\n"
}

fn rule_row(rule: &Rule) -> RuleRow<'_> {
    RuleRow {
        id: &rule.id,
        short_description: Text { text: rule.check.describe().into() },
        help: (!rule.reason.is_empty()).then(|| text(&rule.reason)),
        default_configuration: Configuration { level: rule.severity.name() },
        properties: Properties { kind: rule.check.kind() },
    }
}

fn result<'a>(
    finding: &'a Finding,
    indices: &FxHashMap<&str, usize>,
    seen: &mut FxHashMap<String, usize>,
) -> ResultRow<'a> {
    let key = finding.key().join("|");
    let times = seen.entry(key.clone()).or_insert(0);
    *times += 1;
    // Equal keys are told apart by their order, which is that of the lines.
    let fingerprint = if *times > 1 { format!("{key}|{times}") } else { key };
    let mut message = vec![format!("{} {}", finding.path, finding.message)];
    message.extend(details(finding));
    if !finding.reason.is_empty() {
        message.push(format!("reason: {}", finding.reason));
    }
    let known = Suppression { kind: "external", justification: "known in the baseline" };
    ResultRow {
        rule_id: &finding.rule,
        rule_index: indices.get(finding.rule.as_str()).copied().unwrap_or_default(),
        level: finding.severity.name(),
        message: Text { text: message.join("\n").into() },
        locations: [location(&finding.path, finding.line, None)],
        related_locations: related(finding),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprint)]),
        suppressions: if finding.known { vec![known] } else { Vec::new() },
    }
}

/// Further lines of an import, and each step of a chain.
fn related(finding: &Finding) -> Vec<Location<'_>> {
    if let About::Import { to, lines } = &finding.about {
        let further = lines.iter().skip(1);
        return further.map(|&line| location(&finding.path, line, Some(to))).collect();
    }
    let steps = finding.steps().iter();
    steps.map(|step| location(&step.from, step.lines.first().copied().unwrap_or(0), Some(&step.to))).collect()
}

fn location<'a>(path: &str, line: u32, imports: Option<&String>) -> Location<'a> {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: ROOT },
            region: (line > 0).then_some(Region { start_line: line }),
        },
        message: imports.map(|to| Text { text: format!("imports {to}").into() }),
    }
}

fn text(text: &str) -> Text<'_> {
    Text { text: text.into() }
}

/// A path as a relative reference (RFC 3986): all but unreserved characters and `/` in percent.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            byte => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        assert_eq!(uri("a b/[id]:c.ts"), "a%20b/%5Bid%5D%3Ac.ts");
        assert_eq!(uri("ä"), "%C3%A4");
    }
}
