//! What was found, in a few lines for a person or in one for a script.

use std::collections::BTreeMap;

use serde_json::json;

use super::tell;
use crate::analysis::{Analysis, Timings};
use crate::lang::ImportKind;

/// Skips and remarks that are listed one by one.
const LISTED: usize = 5;

/// Prints the summary to standard error.
pub fn print(analysis: &Analysis) {
    let imports = imports(analysis);
    tell(&format!(
        "{}: {} buildings, {} functions, {} imports, {} import cycles",
        analysis.name,
        analysis.drawn.len(),
        analysis.functions.len(),
        imports,
        analysis.graph.cycles.len(),
    ));
    let mut reasons = BTreeMap::<&str, usize>::new();
    for skip in &analysis.skipped {
        *reasons.entry(&skip.reason).or_default() += 1;
    }
    for file in analysis.tree.file_ids().filter(|file| analysis.drawn.binary_search(file).is_err()) {
        *reasons.entry(analysis.tree.file(file).class.name()).or_default() += 1;
    }
    if !reasons.is_empty() {
        let reasons: Vec<_> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        tell(&format!("not drawn: {}", reasons.join("; ")));
    }
    remarks(analysis);
}

fn remarks(analysis: &Analysis) {
    let errors = analysis.skipped.iter().filter(|skip| skip.reason.starts_with("cannot be read"));
    let errors = errors.map(|skip| format!("{}: {}", skip.path.escape_debug(), skip.reason));
    let diagnostics = analysis.diagnostics.iter().map(|row| {
        let path = analysis.tree.file(row.file).path.escape_debug();
        match row.diagnostic.line {
            0 => format!("{path}: {}", row.diagnostic.message),
            line => format!("{path}:{line}: {}", row.diagnostic.message),
        }
    });
    let lines: Vec<_> = errors.chain(diagnostics).collect();
    for line in lines.iter().take(LISTED) {
        tell(&format!("  {line}"));
    }
    if lines.len() > LISTED {
        let more = lines.len() - LISTED;
        tell(&format!("  and {more} more remarks, all in the report and in /tables/diagnostics"));
    }
}

/// The summary as a line of JSON.
pub fn json(analysis: &Analysis) -> String {
    let skipped: Vec<_> =
        analysis.skipped.iter().map(|skip| json!({"path": skip.path, "reason": skip.reason})).collect();
    json!({
        "name": analysis.name,
        "commit": analysis.commit,
        "files": analysis.tree.files.len(),
        "buildings": analysis.drawn.len(),
        "functions": analysis.functions.len(),
        "imports": imports(analysis),
        "unresolved": analysis.resolution.unresolved.len(),
        "cycles": analysis.graph.cycles.len(),
        "diagnostics": analysis.diagnostics.len(),
        "skipped": skipped,
    })
    .to_string()
}

/// How long the stages took, as a line of JSON.
pub fn seconds(timings: &Timings) -> String {
    let stages = timings.stages.iter().map(|&(stage, time)| (stage.to_owned(), json!(time.as_secs_f64())));
    json!({ "seconds": serde_json::Map::from_iter(stages) }).to_string()
}

fn imports(analysis: &Analysis) -> usize {
    analysis.resolution.edges.iter().filter(|edge| edge.kind != ImportKind::Module).count()
}
