//! Fixtures for resolver tests: several files in one string.

use crate::lang::{self, Facts, Wanted};
use crate::resolve::{Resolution, Sources, resolve};
use crate::scan::{FileClass, FileEntry, Language, SourceTree};

/// Files of a fixture. Each starts with a line `//- path`, whatever its language.
pub fn parse_fixture(fixture: &str) -> (SourceTree, Vec<Facts>) {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.trim_start_matches('\n').split_inclusive('\n') {
        if let Some(path) = line.trim_start().strip_prefix("//- ") {
            files.push((path.trim().to_owned(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files.sort();
    let entries = files
        .iter()
        .map(|(path, text)| FileEntry {
            path: path.clone(),
            language: Language::of_name(crate::scan::file_name(path)),
            class: FileClass::Source,
            bytes: text.len() as u64,
        })
        .collect();
    let tree = SourceTree::new(entries);
    let facts = files.iter().map(|(path, text)| {
        let name = crate::scan::file_name(path);
        lang::extract(name, Language::of_name(name), text, Wanted::Everything)
    });
    let facts = facts.collect();
    (tree, facts)
}

/// The resolution of a fixture as text, a line each: `a.py:3 -> b.py (runtime)`, `a.py:4 -> numpy (external, runtime)`,
/// `a.py:5 -> .gone (unresolved: …)`.
pub fn render(fixture: &str) -> String {
    let (tree, facts) = parse_fixture(fixture);
    let Resolution { edges, externals, unresolved, .. } =
        resolve(&Sources { tree: &tree, facts: &facts, skipped: &[] });
    let path = |id| &*tree.file(id).path;
    let mut lines = Vec::new();
    for edge in edges {
        lines.push(format!("{}:{} -> {} ({})", path(edge.from), edge.line, path(edge.to), edge.kind.name()));
    }
    for external in externals {
        let kind = external.kind.name();
        lines.push(format!("{}:{} -> {} (external, {kind})", path(external.from), external.line, external.package));
    }
    for import in unresolved {
        lines.push(format!(
            "{}:{} -> {} (unresolved: {})",
            path(import.from),
            import.line,
            import.import,
            import.reason
        ));
    }
    lines.join("\n")
}

/// Holds the resolution of `fixture` against `expect`; indentation and blank lines of `expect` do not matter.
#[track_caller]
pub fn check(fixture: &str, expect: &str) {
    let expect: Vec<_> = expect.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let actual = render(fixture);
    assert_eq!(actual.lines().collect::<Vec<_>>().join("\n"), expect.join("\n"));
}

/// Holds the entries of `fixture` against `expect`: lines of a path and the kind.
#[track_caller]
pub fn check_entries(fixture: &str, expect: &str) {
    let (tree, facts) = parse_fixture(fixture);
    let resolution = resolve(&Sources { tree: &tree, facts: &facts, skipped: &[] });
    let actual = resolution.entries.iter().map(|(file, entry)| format!("{} {}", tree.file(*file).path, entry.name()));
    let expect: Vec<_> = expect.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(actual.collect::<Vec<_>>().join("\n"), expect.join("\n"));
}
