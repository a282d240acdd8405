//! Where a repository starts, and what nothing in it uses.

use serde::Serialize;

use super::QueryError;
use crate::analysis::Analysis;
use crate::metrics::Column;
use crate::resolve::entry::Entry;
use crate::scan::FileId;

/// Kinds of entries at which a reader starts: what is run or used for its own sake.
pub const STARTS: [Entry; 11] = [
    Entry::Binary,
    Entry::Library,
    Entry::Page,
    Entry::Worker,
    Entry::Plugin,
    Entry::Build,
    Entry::Config,
    Entry::Benchmark,
    Entry::Example,
    Entry::Notebook,
    Entry::Script,
];

/// Files that something outside the imports starts or uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryPoints<'a> {
    /// How many files there are of each kind, of all kinds, the strongest kind first.
    pub kinds: Vec<KindCount>,
    /// Files of the kinds asked for, by kind, then by path.
    pub files: Vec<EntryPoint<'a>>,
}

/// How often a kind of entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// Name of the kind.
    pub entry: &'static str,
    /// How many files are of it.
    pub files: usize,
}

/// A file at which something starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryPoint<'a> {
    /// The file.
    pub path: &'a str,
    /// Name of the kind.
    pub entry: &'static str,
    /// Its language.
    pub language: &'static str,
    /// How many files it imports.
    pub imports: usize,
}

/// The entries of these kinds among the files that `keep` takes.
///
/// # Errors
/// When the analysis comes from a recording that does not know entries.
pub fn entry_points<'a>(
    analysis: &'a Analysis,
    kinds: &[Entry],
    keep: impl Fn(FileId) -> bool,
) -> Result<EntryPoints<'a>, QueryError> {
    check_known(analysis)?;
    let mut found: Vec<_> = analysis.resolution.entries.iter().filter(|(file, _)| keep(*file)).collect();
    found.sort_by_key(|(file, entry)| (*entry, *file));
    let count = |same: &[&(FileId, Entry)]| KindCount { entry: same[0].1.name(), files: same.len() };
    let counts = found.chunk_by(|a, b| a.1 == b.1).map(count).collect();
    let files = found.into_iter().filter(|(_, entry)| kinds.contains(entry)).map(|&(id, entry)| {
        let file = analysis.tree.file(id);
        let imports = analysis.graph.fan_out(id);
        EntryPoint { path: &file.path, entry: entry.name(), language: file.language.name(), imports }
    });
    Ok(EntryPoints { kinds: counts, files: files.collect() })
}

/// Files that nothing is known to use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unused<'a> {
    /// By path.
    pub files: Vec<UnusedFile<'a>>,
    /// Lines of code in all of them.
    pub code_lines: u64,
    /// How many files of parsed languages there are.
    pub of_files: usize,
}

/// A file that nothing is known to use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusedFile<'a> {
    /// The file.
    pub path: &'a str,
    /// Its language.
    pub language: &'static str,
    /// What it is for, such as `product` or `test`.
    pub role: &'a str,
    /// Lines of code.
    pub code_lines: u64,
    /// How many files it imports.
    pub imports: usize,
}

/// Files of parsed languages, among those that `keep` takes, that no file imports and that are no entry by their
/// language's own notion; see [`Analysis::unused`]. Generated files are left out unless they are drawn.
///
/// # Errors
/// When the analysis comes from a recording that does not know entries.
pub fn unused(analysis: &Analysis, keep: impl Fn(FileId) -> bool) -> Result<Unused<'_>, QueryError> {
    check_known(analysis)?;
    let is_drawn = |file: &FileId| analysis.drawn.binary_search(file).is_ok() && keep(*file);
    let row = |id: FileId| {
        let file = analysis.tree.file(id);
        UnusedFile {
            path: &file.path,
            language: file.language.name(),
            role: text(analysis, "role", id),
            code_lines: count(analysis, "code_lines", id),
            imports: analysis.graph.fan_out(id),
        }
    };
    let files: Vec<_> = analysis.unused().into_iter().filter(is_drawn).map(row).collect();
    let is_parsed = |file: &FileId| crate::lang::family(analysis.tree.file(*file).language).is_some();
    let of_files = analysis.drawn.iter().filter(|file| is_parsed(file) && keep(**file)).count();
    Ok(Unused { code_lines: files.iter().map(|file| file.code_lines).sum(), files, of_files })
}

/// The value of a metric of text; empty where there is none.
pub fn text<'a>(analysis: &'a Analysis, metric: &str, file: FileId) -> &'a str {
    match analysis.metric(metric).map(|metric| &metric.values) {
        Some(Column::Text(values)) => &values[file.index()],
        _ => "",
    }
}

/// The value of a metric that counts; 0 where there is none.
pub fn count(analysis: &Analysis, metric: &str, file: FileId) -> u64 {
    match analysis.metric(metric).map(|metric| &metric.values) {
        Some(Column::U64(values)) => values[file.index()],
        _ => 0,
    }
}

fn check_known(analysis: &Analysis) -> Result<(), QueryError> {
    analysis.metric("entry").map(|_| ()).ok_or_else(|| QueryError::NoEntries { repository: analysis.name.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;

    fn example() -> Analysis {
        let mut analysis = analysis("app.py > core.py\ntest_core.py > core.py\nold.py > core.py\nnotes.md\n");
        let file = |path| analysis.tree.file_id(path).unwrap();
        analysis.resolution.entries = vec![(file("app.py"), Entry::Script), (file("test_core.py"), Entry::Test)];
        analysis
    }

    #[test]
    fn entries_of_chosen_kinds_and_counts_of_all() {
        let analysis = example();
        let found = entry_points(&analysis, &STARTS, |_| true).unwrap();
        assert_eq!(
            found.kinds.iter().map(|kind| (kind.entry, kind.files)).collect::<Vec<_>>(),
            [("test", 1), ("script", 1)]
        );
        assert_eq!(
            found.files.iter().map(|file| (file.path, file.entry, file.imports)).collect::<Vec<_>>(),
            [("app.py", "script", 1)]
        );
        assert_eq!(entry_points(&analysis, &Entry::ALL, |_| true).unwrap().files[0].path, "test_core.py");
    }

    #[test]
    fn what_is_imported_or_an_entry_or_not_parsed_is_not_unused() {
        let analysis = example();
        let found = unused(&analysis, |_| true).unwrap();
        assert_eq!((found.files.iter().map(|file| file.path).collect::<Vec<_>>(), found.of_files), (vec!["old.py"], 4));
    }

    #[test]
    fn a_recording_without_entries_says_so() {
        let mut analysis = example();
        analysis.metrics.retain(|metric| &*metric.name != "entry");
        assert_eq!(unused(&analysis, |_| true), Err(QueryError::NoEntries { repository: "test".into() }));
    }
}
