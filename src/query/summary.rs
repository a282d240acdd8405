//! A repository in a few numbers, and what to read first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde::Serialize;

use super::entries::{count, text};
use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::metrics::Column;
use crate::resolve::entry::Entry;
use crate::scan::FileId;

/// What a repository is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary<'a> {
    /// Sums over all files.
    pub totals: Totals,
    /// By lines of code.
    pub languages: Vec<LanguageRow>,
    /// Top-level directories by lines of code.
    pub directories: Vec<PartRow<'a>>,
    /// The files of the product with most lines of code.
    pub largest: Vec<FileRow<'a>>,
    /// The most complex functions of the product.
    pub most_complex: Vec<FunctionRow<'a>>,
    /// The files of the product that most files import.
    pub most_imported: Vec<FileRow<'a>>,
    /// The largest import cycles.
    pub cycles: Vec<CycleRow<'a>>,
    /// External packages by the number of files that import them.
    pub packages: Vec<PackageRow<'a>>,
    /// Where to start, best first.
    pub read_first: Vec<ReadFirst<'a>>,
}

/// Sums over a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Text files, generated and minified ones too.
    pub files: usize,
    /// Directories with files.
    pub directories: usize,
    /// Lines of code.
    pub code_lines: u64,
    /// Functions and methods.
    pub functions: usize,
    /// Import statements between files.
    pub imports: usize,
    /// Distinct external packages.
    pub packages: usize,
    /// Imports that lead nowhere.
    pub unresolved: usize,
    /// Import cycles.
    pub cycles: usize,
    /// Files in a cycle.
    pub files_in_cycles: usize,
    /// Files that nothing is known to use.
    pub unused: usize,
}

/// How much there is of a language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageRow {
    /// Its name.
    pub language: &'static str,
    /// Files of it.
    pub files: usize,
    /// Lines of code in it.
    pub code_lines: u64,
}

/// A part of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartRow<'a> {
    /// The directory; `.` for the files of the root itself.
    pub path: &'a str,
    /// Files in and below it.
    pub files: usize,
    /// Lines of code in and below it.
    pub code_lines: u64,
}

/// A file and a number of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileRow<'a> {
    /// The file.
    pub path: &'a str,
    /// Lines of code, or files that import it.
    pub value: u64,
}

/// A function and its complexity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionRow<'a> {
    /// The file.
    pub path: &'a str,
    /// Its first line.
    pub line: u32,
    /// The function.
    pub name: &'a str,
    /// Cyclomatic complexity.
    pub complexity: u32,
}

/// A cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CycleRow<'a> {
    /// The number as in the query for cycles.
    pub number: usize,
    /// How many files it has.
    pub files: usize,
    /// The longest directory that holds them all; `.` for the root.
    pub path: &'a str,
}

/// A package from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageRow<'a> {
    /// Its name.
    pub package: &'a str,
    /// Files that import it.
    pub files: usize,
}

/// A file to read first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadFirst<'a> {
    /// The file.
    pub path: &'a str,
    /// Why.
    pub why: String,
}

/// Programs and libraries that are named to be read first, and as many files that much depends on.
const STARTS: usize = 5;

/// Lists of at most `rows` rows.
pub fn summary(analysis: &Analysis, rows: usize) -> Summary<'_> {
    let path = |file: FileId| &*analysis.tree.file(file).path;
    let is_product = |file: &FileId| matches!(text(analysis, "role", *file), "product" | "");
    let ranked = |metric: &str| {
        let mut files: Vec<_> = analysis.drawn.iter().copied().filter(is_product).collect();
        files.sort_by_key(|&file| (Reverse(count(analysis, metric, file)), file));
        let rows =
            files.into_iter().take(rows).map(|file| FileRow { path: path(file), value: count(analysis, metric, file) });
        rows.filter(|row| row.value > 0).collect()
    };
    Summary {
        totals: totals(analysis),
        languages: languages(analysis, rows),
        directories: directories(analysis, rows),
        largest: ranked("code_lines"),
        most_complex: most_complex(analysis, rows, is_product),
        most_imported: ranked("fan_in"),
        cycles: cycles(analysis, rows),
        packages: packages(analysis, rows),
        read_first: read_first(analysis),
    }
}

fn totals(analysis: &Analysis) -> Totals {
    let resolution = &analysis.resolution;
    let packages: FxHashSet<_> = resolution.externals.iter().map(|external| &external.package).collect();
    let is_known = analysis.metric("entry").is_some();
    Totals {
        files: analysis.tree.files.len(),
        directories: analysis.tree.dirs.len(),
        code_lines: analysis.tree.file_ids().map(|file| count(analysis, "code_lines", file)).sum(),
        functions: analysis.functions.len(),
        imports: resolution.edges.iter().filter(|edge| edge.kind != ImportKind::Module).count(),
        packages: packages.len(),
        unresolved: resolution.unresolved.len(),
        cycles: analysis.graph.cycles.len(),
        files_in_cycles: analysis.graph.cycles.iter().map(Vec::len).sum(),
        unused: if is_known { super::unused(analysis, |_| true).map_or(0, |unused| unused.files.len()) } else { 0 },
    }
}

fn languages(analysis: &Analysis, rows: usize) -> Vec<LanguageRow> {
    let mut sums = BTreeMap::<&str, (u64, usize)>::new();
    for &file in &analysis.drawn {
        let (code, files) = sums.entry(analysis.tree.file(file).language.name()).or_default();
        *code += count(analysis, "code_lines", file);
        *files += 1;
    }
    let row = |(language, (code_lines, files))| LanguageRow { language, files, code_lines };
    let mut all: Vec<_> = sums.into_iter().map(row).collect();
    all.sort_by_key(|row| Reverse((row.code_lines, row.files)));
    all.truncate(rows);
    all
}

fn directories(analysis: &Analysis, rows: usize) -> Vec<PartRow<'_>> {
    let mut sums = BTreeMap::<&str, (u64, usize)>::new();
    for &file in &analysis.drawn {
        let top = analysis.tree.file(file).path.split_once('/').map_or(".", |(top, _)| top);
        let (code, files) = sums.entry(top).or_default();
        *code += count(analysis, "code_lines", file);
        *files += 1;
    }
    let row = |(path, (code_lines, files))| PartRow { path, files, code_lines };
    let mut all: Vec<_> = sums.into_iter().map(row).collect();
    all.sort_by_key(|row| Reverse((row.code_lines, row.files)));
    all.truncate(rows);
    all
}

fn most_complex(analysis: &Analysis, rows: usize, is_product: impl Fn(&FileId) -> bool) -> Vec<FunctionRow<'_>> {
    let is_drawn = |file: &FileId| analysis.drawn.binary_search(file).is_ok();
    let mut all: Vec<_> =
        analysis.functions.iter().filter(|row| is_drawn(&row.file) && is_product(&row.file)).collect();
    all.sort_by_key(|row| (Reverse(row.function.complexity), row.file, row.function.line));
    let rows = all.into_iter().take(rows).map(|row| FunctionRow {
        path: &analysis.tree.file(row.file).path,
        line: row.function.line,
        name: &row.function.name,
        complexity: row.function.complexity,
    });
    rows.collect()
}

fn cycles(analysis: &Analysis, rows: usize) -> Vec<CycleRow<'_>> {
    let row = |(files, number): (&Vec<FileId>, usize)| {
        let dirs = files.iter().map(|&file| crate::scan::parent_path(&analysis.tree.file(file).path));
        let path = dirs.reduce(common).filter(|path| !path.is_empty()).unwrap_or(".");
        CycleRow { number, files: files.len(), path }
    };
    analysis.graph.cycles.iter().zip(1..).take(rows).map(row).collect()
}

/// The longest directory above both.
fn common<'a>(a: &'a str, b: &'a str) -> &'a str {
    let mut end = 0;
    for (x, y) in a.split('/').zip(b.split('/')) {
        if x != y {
            break;
        }
        end += x.len() + 1;
    }
    &a[..end.saturating_sub(1)]
}

fn packages(analysis: &Analysis, rows: usize) -> Vec<PackageRow<'_>> {
    let mut pairs: Vec<_> =
        analysis.resolution.externals.iter().map(|external| (&*external.package, external.from)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let packages = pairs.chunk_by(|a, b| a.0 == b.0);
    let mut all: Vec<_> = packages.map(|same| PackageRow { package: same[0].0, files: same.len() }).collect();
    all.sort_by_key(|row| Reverse(row.files));
    all.truncate(rows);
    all
}

/// What tells about the whole, then where programs and libraries begin, then what much depends on.
fn read_first(analysis: &Analysis) -> Vec<ReadFirst<'_>> {
    let path = |file: FileId| &*analysis.tree.file(file).path;
    let mut rows = Vec::new();
    let readme = analysis
        .tree
        .files
        .iter()
        .find(|file| !file.path.contains('/') && file.path.to_lowercase().starts_with("readme"));
    rows.extend(
        readme.map(|file| ReadFirst { path: &file.path, why: "what the repository says of itself".to_owned() }),
    );
    let depth = |file: FileId| path(file).matches('/').count();
    let mut starts: Vec<_> = analysis
        .resolution
        .entries
        .iter()
        .filter(|(file, entry)| {
            matches!(entry, Entry::Binary | Entry::Library) && text(analysis, "role", *file) == "product"
        })
        .collect();
    // Those that lead to most come first; of equals, those near the root.
    starts.sort_by_key(|(file, _)| (Reverse(analysis.graph.layers[file.index()]), depth(*file), *file));
    rows.extend(starts.into_iter().take(STARTS).map(|&(file, entry)| ReadFirst {
        path: path(file),
        why: format!("starts something ({}), imports {}", entry.name(), analysis.graph.fan_out(file)),
    }));
    if let Some(Column::F64(ranks)) = analysis.metric("page_rank").map(|metric| &metric.values) {
        let is_product = |file: &FileId| text(analysis, "role", *file) == "product" && analysis.graph.fan_in(*file) > 0;
        let mut hubs: Vec<_> = analysis.drawn.iter().copied().filter(is_product).collect();
        hubs.sort_by(|a, b| ranks[b.index()].total_cmp(&ranks[a.index()]).then(a.cmp(b)));
        rows.extend(hubs.into_iter().take(STARTS).map(|file| ReadFirst {
            path: path(file),
            why: match analysis.graph.fan_in(file) {
                1 => "1 file imports it, on which much depends".to_owned(),
                files => format!("{files} files import it"),
            },
        }));
    }
    let mut seen = FxHashSet::default();
    rows.retain(|row| seen.insert(row.path));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;

    #[test]
    fn numbers_and_cycles() {
        let analysis = analysis("app/a.py > app/x/b.py\napp/x/b.py > app/a.py\nlib/c.py > app/a.py\nREADME.md\n");
        let found = summary(&analysis, 5);
        assert_eq!((found.totals.files, found.totals.imports, found.totals.files_in_cycles), (4, 3, 2));
        assert_eq!(found.cycles, [CycleRow { number: 1, files: 2, path: "app" }]);
        assert_eq!(found.most_imported[0], FileRow { path: "app/a.py", value: 2 });
        assert_eq!(found.read_first[0].path, "README.md");
    }

    #[test]
    fn directories_in_common() {
        assert_eq!(
            [common("a/b", "a/c"), common("a/b", "a/b/c"), common("a", "b"), common("ab", "a")],
            ["a", "a/b", "", ""]
        );
    }
}
