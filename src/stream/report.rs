//! The report: totals, hotspots, cycles, and what was skipped and why, as markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use rerun::TextDocument;

use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::metrics::Column;
use crate::query::{self, Observed};
use crate::scan::{FileClass, FileId};
use crate::telemetry::History;

/// Rows of each list.
const ROWS: usize = 10;

/// The report on an analysis.
pub fn markdown(analysis: &Analysis) -> String {
    let mut text = format!("# {}\n\n", analysis.name);
    // Writing to a string cannot fail.
    let _ = write_all(&mut text, analysis);
    text
}

/// A report as it is recorded.
pub(super) fn document(markdown: String) -> TextDocument {
    TextDocument::new(markdown).with_media_type("text/markdown")
}

/// What the report says of what was seen to run, as far as imports and calls differ; empty where nothing was.
pub fn observed(analysis: &Analysis, history: &History) -> String {
    let Ok(observed) = query::observed(analysis, Some(history), |_| true) else { return String::new() };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_observed(&mut text, &observed);
    text
}

fn write_observed(text: &mut String, observed: &Observed<'_>) -> std::fmt::Result {
    let (unexercised, unexplained) = (observed.unexercised.len(), observed.unexplained.len());
    text.push_str("\n## Observed\n\n| What was seen | |\n|---|---:|\n");
    for (name, value) in [
        ("Files", observed.files),
        ("Pairs of files that call each other", observed.calls),
        ("Calls that no import explains", unexplained),
        ("Imports of these files", observed.imports),
        ("Imports that no call went along", unexercised),
    ] {
        writeln!(text, "| {name} | {} |", thousands(value as u64))?;
    }
    if unexplained > 0 {
        text.push_str("\n### Calls that no import explains\n\n| From | To | Calls | |\n|---|---|---:|---|\n");
        for row in observed.unexplained.iter().take(ROWS) {
            let [from, to] = [(row.from, row.caller), (row.to, row.callee)]
                .map(|(path, function)| format!("{} {}", cell(path), cell(function)));
            writeln!(text, "| {from} | {to} | {} | {} |", thousands(row.calls), row.relation)?;
        }
    }
    if unexercised > 0 {
        text.push_str("\n### Imports that no call went along\n\n| From | To | Calls in the file |\n|---|---|---:|\n");
        for row in observed.unexercised.iter().take(ROWS) {
            writeln!(text, "| {} | {} | {} |", cell(row.from), cell(row.to), thousands(row.calls))?;
        }
    }
    Ok(())
}

fn write_all(text: &mut String, analysis: &Analysis) -> std::fmt::Result {
    if let Some(commit) = &analysis.commit {
        writeln!(text, "Commit `{}`\n", &commit[..commit.len().min(12)])?;
    }
    totals(text, analysis)?;
    languages(text, analysis)?;
    top(text, analysis, "Most complex files", "complexity")?;
    functions(text, analysis)?;
    top(text, analysis, "Most imported files", "fan_in")?;
    cycles(text, analysis)?;
    left_out(text, analysis)
}

fn totals(text: &mut String, analysis: &Analysis) -> std::fmt::Result {
    let sum = |name: &str| match analysis.metric(name).map(|metric| &metric.values) {
        Some(Column::U64(values)) => values.iter().sum(),
        _ => 0_u64,
    };
    let resolution = &analysis.resolution;
    let imports = resolution.edges.iter().filter(|edge| edge.kind != ImportKind::Module).count();
    let mut packages: Vec<_> = resolution.externals.iter().map(|external| &external.package).collect();
    packages.sort_unstable();
    packages.dedup();
    let rows = [
        ("Files", analysis.tree.files.len() as u64),
        ("Directories", analysis.tree.dirs.len() as u64),
        ("Lines", sum("lines")),
        ("Code lines", sum("code_lines")),
        ("Functions", analysis.functions.len() as u64),
        ("Imports between files", imports as u64),
        ("External packages", packages.len() as u64),
        ("Unresolved imports", resolution.unresolved.len() as u64),
        ("Import cycles", analysis.graph.cycles.len() as u64),
    ];
    text.push_str("| In all | |\n|---|---:|\n");
    for (name, value) in rows {
        writeln!(text, "| {name} | {} |", thousands(value))?;
    }
    Ok(())
}

fn languages(text: &mut String, analysis: &Analysis) -> std::fmt::Result {
    let Some(Column::U64(code)) = analysis.metric("code_lines").map(|metric| &metric.values) else { return Ok(()) };
    let mut by_language = BTreeMap::<&str, (u64, u64)>::new();
    for (file, &lines) in analysis.tree.files.iter().zip(code) {
        let (files, code) = by_language.entry(file.language.name()).or_default();
        *files += 1;
        *code += lines;
    }
    let mut rows: Vec<_> = by_language.into_iter().collect();
    rows.sort_by_key(|&(name, (files, code))| (std::cmp::Reverse((code, files)), name));
    text.push_str("\n## Languages\n\n| Language | Files | Code lines |\n|---|---:|---:|\n");
    for (name, (files, code)) in rows.into_iter().take(ROWS) {
        writeln!(text, "| {name} | {} | {} |", thousands(files), thousands(code))?;
    }
    Ok(())
}

fn top(text: &mut String, analysis: &Analysis, title: &str, metric: &str) -> std::fmt::Result {
    let Some(metric) = analysis.metric(metric) else { return Ok(()) };
    let Column::U64(values) = &metric.values else { return Ok(()) };
    let mut files: Vec<FileId> = analysis.tree.file_ids().filter(|file| values[file.index()] > 0).collect();
    files.sort_by_key(|file| (std::cmp::Reverse(values[file.index()]), *file));
    if files.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n## {title}\n\n| File | {} |\n|---|---:|", metric.name)?;
    for file in files.into_iter().take(ROWS) {
        writeln!(text, "| {} | {} |", cell(&analysis.tree.file(file).path), thousands(values[file.index()]))?;
    }
    Ok(())
}

fn functions(text: &mut String, analysis: &Analysis) -> std::fmt::Result {
    let mut rows: Vec<_> = analysis.functions.iter().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.function.complexity), row.file, row.function.line));
    if rows.is_empty() {
        return Ok(());
    }
    text.push_str("\n## Most complex functions\n\n| Function | Where | complexity |\n|---|---|---:|\n");
    for row in rows.into_iter().take(ROWS) {
        let place = format!("{}:{}", analysis.tree.file(row.file).path, row.function.line);
        writeln!(text, "| {} | {} | {} |", cell(&row.function.name), cell(&place), row.function.complexity)?;
    }
    Ok(())
}

fn cycles(text: &mut String, analysis: &Analysis) -> std::fmt::Result {
    let cycles = &analysis.graph.cycles;
    if cycles.is_empty() {
        return Ok(());
    }
    text.push_str("\n## Import cycles\n\n| Number | Files | Among them |\n|---:|---:|---|\n");
    for (cycle, number) in cycles.iter().zip(1..).take(ROWS) {
        let some: Vec<_> = cycle.iter().take(4).map(|&file| cell(&analysis.tree.file(file).path)).collect();
        let more = if cycle.len() > some.len() { ", …" } else { "" };
        writeln!(text, "| {number} | {} | {}{more} |", cycle.len(), some.join(", "))?;
    }
    Ok(())
}

fn left_out(text: &mut String, analysis: &Analysis) -> std::fmt::Result {
    let mut reasons = BTreeMap::<String, u64>::new();
    for skip in &analysis.skipped {
        *reasons.entry(skip.reason.clone()).or_default() += 1;
    }
    let drawn: rustc_hash::FxHashSet<_> = analysis.drawn.iter().copied().collect();
    for file in analysis.tree.file_ids().filter(|file| !drawn.contains(file)) {
        let class = analysis.tree.file(file).class;
        debug_assert!(class != FileClass::Source);
        *reasons.entry(format!("{}; in the tables, but no building", class.name())).or_default() += 1;
    }
    if !reasons.is_empty() {
        text.push_str("\n## Not drawn\n\n| Why | Files |\n|---|---:|\n");
        for (reason, count) in &reasons {
            writeln!(text, "| {} | {} |", cell(reason), thousands(*count))?;
        }
    }
    if !analysis.diagnostics.is_empty() {
        text.push_str("\n## Read with remarks\n\n| Where | What |\n|---|---|\n");
        for row in analysis.diagnostics.iter().take(ROWS) {
            let place = format!("{}:{}", analysis.tree.file(row.file).path, row.diagnostic.line);
            writeln!(text, "| {} | {} |", cell(&place), cell(&row.diagnostic.message))?;
        }
        if let Some(more) = analysis.diagnostics.len().checked_sub(ROWS).filter(|&more| more > 0) {
            writeln!(text, "\nand {more} more, in the table `diagnostics`.")?;
        }
    }
    Ok(())
}

/// Text that stays in its table cell and is not taken for markup.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '<' | '[' | '\\' => cell.extend(['\\', c]),
            c if c.is_control() => cell.push(' '),
            c => cell.push(c),
        }
    }
    cell
}

fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([7, 1234, 1_000_000].map(thousands), ["7", "1,234", "1,000,000"]);
    }

    #[test]
    fn cells_stay_cells() {
        assert_eq!(cell("a|b\n*c*"), "a\\|b \\*c\\*");
    }
}
