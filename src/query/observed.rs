//! Imports against the calls that were observed: those that no call went along, and calls that no import explains.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::{Import, Kinds, Link, Links, QueryError};
use crate::analysis::Analysis;
use crate::lang::ImportKind;
use crate::scan::FileId;
use crate::telemetry::{History, Site, SiteId};

/// The site of a module's own code, which runs when it is imported: that is no call.
const MODULE: &str = "<module>";

/// Imports that run when a file does, for its own use.
const RUNNING: [ImportKind; 2] = [ImportKind::Runtime, ImportKind::Dynamic];

/// What imports and calls say of each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Imports of files that were seen, along which no call was; those of the most called files first.
    pub unexercised: Vec<Unexercised>,
    /// How many pairs of files could have been among them.
    pub imports: usize,
    /// Calls between files that no chain of imports leads along; the most frequent first.
    pub unexplained: Vec<Unexplained>,
    /// How many pairs of files call each other.
    pub calls: usize,
    /// How many files were seen.
    pub files: usize,
}

/// A file that imports another, and was not seen to call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unexercised {
    /// The importing file, which was seen.
    pub from: FileId,
    /// The imported file.
    pub to: FileId,
    /// How many calls were seen in `from`.
    pub calls: u64,
    /// Whether others were seen to call `to`.
    pub is_target_seen: bool,
}

/// A file that calls another without any chain of imports that leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unexplained {
    /// The calling file.
    pub from: FileId,
    /// The called file.
    pub to: FileId,
    /// How many calls.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// The called file imports the calling one, directly or through others: it handed over what is called.
    pub is_callback: bool,
    /// The sites between which most of the calls were.
    pub sites: (SiteId, SiteId),
}

/// Calls from a file to another.
#[derive(Clone, Copy)]
struct Calls {
    calls: u64,
    errors: u64,
    most: u64,
    sites: (SiteId, SiteId),
}

/// Holds the imports of a repository against the calls that were observed in it.
///
/// A call from a file to another exercises the import by which the one imports the other; where there is none, it exercises all
/// imports on the shortest chains that lead there, such as those through a package that passes a name on. Where no chain leads
/// there, it is unexplained. Only imports that run, of files with functions, can be unexercised.
pub fn compare(analysis: &Analysis, history: &History) -> Comparison {
    let explaining = Links::new(analysis, Kinds::of(ImportKind::ALL));
    let calls = calls(history, explaining.len());
    let seen = seen(history, explaining.len());
    let (exercised, unexplained) = follow(&explaining, &calls);
    let (unexercised, imports) = unexercised(analysis, &seen, &exercised);
    let files = seen.iter().filter(|seen| seen.is_some()).count();
    Comparison { unexercised, imports, unexplained, calls: calls.len(), files }
}

/// Calls between files, by both.
fn calls(history: &History, files: usize) -> BTreeMap<(FileId, FileId), Calls> {
    let mut all = BTreeMap::<_, Calls>::new();
    for (sites, (count, failed)) in history.calls() {
        let [from, to] =
            [sites.0, sites.1].map(|site| history.sites().get(site.index()).filter(|site| is_function(site)));
        let [Some(from), Some(to)] = [from, to].map(|site| site.and_then(file).filter(|file| file.index() < files))
        else {
            continue;
        };
        if from == to {
            continue;
        }
        let known = all.entry((from, to)).or_insert(Calls { calls: 0, errors: 0, most: 0, sites });
        (known.calls, known.errors) = (known.calls + count, known.errors + failed);
        if count > known.most {
            (known.most, known.sites) = (count, sites);
        }
    }
    all
}

fn file(site: &Site) -> Option<FileId> {
    Some(site.place?.file)
}

fn is_function(site: &Site) -> bool {
    &*site.name != MODULE
}

/// How many calls of each file's functions were seen; `None` where it was not seen at all.
fn seen(history: &History, files: usize) -> Vec<Option<u64>> {
    let mut seen: Vec<Option<u64>> = vec![None; files];
    let ends = history.calls().into_iter().flat_map(|((from, to), _)| [(from, 0), (to, 0)]);
    for (site, count) in history.rows().map(|row| (row.site, row.sums.count)).chain(ends) {
        let site = history.sites().get(site.index()).filter(|site| is_function(site));
        if let Some(seen) = site.and_then(file).and_then(|file| seen.get_mut(file.index())) {
            *seen = Some(seen.unwrap_or(0) + count);
        }
    }
    seen
}

/// The imports that the calls exercise, and the calls that no chain of imports leads along.
fn follow(
    links: &Links<'_>,
    calls: &BTreeMap<(FileId, FileId), Calls>,
) -> (FxHashSet<(FileId, FileId)>, Vec<Unexplained>) {
    let (mut exercised, mut unexplained) = (FxHashSet::default(), Vec::new());
    let pairs: Vec<_> = calls.iter().map(|(&(from, to), calls)| (from, to, *calls)).collect();
    for of_one in pairs.chunk_by(|a, b| a.0 == b.0) {
        let from = of_one[0].0;
        let is_direct = |to| !links.statements(from, to).is_empty();
        exercised.extend(of_one.iter().filter(|(_, to, _)| is_direct(*to)).map(|&(from, to, _)| (from, to)));
        let far: Vec<_> = of_one.iter().filter(|(_, to, _)| !is_direct(*to)).collect();
        let depths = if far.is_empty() { FxHashMap::default() } else { depths(links, from) };
        for &&(from, to, Calls { calls, errors, sites, .. }) in &far {
            if depths.contains_key(&to) {
                walk_back(links, &depths, to, &mut exercised);
                continue;
            }
            let is_callback = self::depths(links, to).contains_key(&from);
            unexplained.push(Unexplained { from, to, calls, errors, is_callback, sites });
        }
    }
    unexplained.sort_by_key(|row| (Reverse(row.calls), row.from, row.to));
    (exercised, unexplained)
}

/// Imports between `from` and each file that it leads to.
fn depths(links: &Links<'_>, from: FileId) -> FxHashMap<FileId, u32> {
    let mut depths = FxHashMap::from_iter([(from, 0)]);
    let mut level = vec![from];
    for depth in 1.. {
        let mut next: Vec<_> = level.iter().flat_map(|&file| links.targets(file)).collect();
        next.retain(|file| {
            let is_new = !depths.contains_key(file);
            depths.entry(*file).or_insert(depth);
            is_new
        });
        if next.is_empty() {
            break;
        }
        level = next;
    }
    depths
}

/// The imports on all shortest chains to a file.
fn walk_back(
    links: &Links<'_>,
    depths: &FxHashMap<FileId, u32>,
    to: FileId,
    exercised: &mut FxHashSet<(FileId, FileId)>,
) {
    let (mut pending, mut known) = (vec![to], FxHashSet::from_iter([to]));
    while let Some(to) = pending.pop() {
        let Some(before) = depths.get(&to).and_then(|depth| depth.checked_sub(1)) else { continue };
        for from in links.sources(to).filter(|from| depths.get(from) == Some(&before)) {
            exercised.insert((from, to));
            if known.insert(from) {
                pending.push(from);
            }
        }
    }
}

/// Imports of files that were seen which no call exercised, and how many imports of such files there are.
fn unexercised(
    analysis: &Analysis,
    seen: &[Option<u64>],
    exercised: &FxHashSet<(FileId, FileId)>,
) -> (Vec<Unexercised>, usize) {
    let links = Links::new(analysis, Kinds::of(RUNNING));
    let with_functions: FxHashSet<FileId> = analysis.functions.iter().map(|row| row.file).collect();
    let mut pairs: Vec<_> = links.edges().iter().map(|edge| (edge.from, edge.to)).collect();
    pairs.dedup();
    let seen_of = |file: FileId| seen.get(file.index()).copied().flatten();
    pairs.retain(|(from, to)| seen_of(*from).is_some() && with_functions.contains(to));
    let count = pairs.len();
    pairs.retain(|pair| !exercised.contains(pair));
    let row =
        |(from, to)| Unexercised { from, to, calls: seen_of(from).unwrap_or(0), is_target_seen: seen_of(to).is_some() };
    let mut rows: Vec<_> = pairs.into_iter().map(row).collect();
    rows.sort_by_key(|row| (Reverse(row.calls), row.from, row.to));
    (rows, count)
}

/// The answer of `query observed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observed<'a> {
    /// How many files were seen.
    pub files: usize,
    /// How many pairs of files call each other.
    pub calls: usize,
    /// How many imports there are of files that were seen, of files with functions.
    pub imports: usize,
    /// Imports that no call was seen to go along.
    pub unexercised: Vec<UnexercisedRow<'a>>,
    /// Calls that no chain of imports leads along.
    pub unexplained: Vec<UnexplainedRow<'a>>,
}

/// See [`Unexercised`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnexercisedRow<'a> {
    /// The importing file.
    pub from: &'a str,
    /// The imported file.
    pub to: &'a str,
    /// The statements by line; never empty.
    pub imports: Vec<Import>,
    /// How many calls were seen in `from`.
    pub calls: u64,
    /// Whether `to` was seen at all.
    pub is_target_seen: bool,
}

/// See [`Unexplained`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnexplainedRow<'a> {
    /// The calling file.
    pub from: &'a str,
    /// The called file.
    pub to: &'a str,
    /// The function that calls most.
    pub caller: &'a str,
    /// The function that it calls most.
    pub callee: &'a str,
    /// How many calls.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// `callback` if `to` imports `from`, directly or through others, and so handed over what is called; else `unrelated`.
    pub relation: &'static str,
}

/// What imports and observed calls say of each other, of pairs of files of which `keep` takes one.
///
/// # Errors
/// When nothing was observed.
pub fn observed<'a>(
    analysis: &'a Analysis,
    history: Option<&'a History>,
    keep: impl Fn(FileId) -> bool,
) -> Result<Observed<'a>, QueryError> {
    let nothing = || QueryError::NothingObserved { repository: analysis.name.clone() };
    let history = history.filter(|history| history.rows().next().is_some()).ok_or_else(nothing)?;
    let Comparison { unexercised, imports, unexplained, calls, files } = compare(analysis, history);
    let links = Links::new(analysis, Kinds::of(RUNNING));
    let is_kept = |from, to| keep(from) || keep(to);
    let unexercised = unexercised.into_iter().filter(|row| is_kept(row.from, row.to)).map(|row| {
        let Link { from, to, imports } = links.link(row.from, row.to);
        UnexercisedRow { from, to, imports, calls: row.calls, is_target_seen: row.is_target_seen }
    });
    let name = |site: SiteId| name(analysis, &history.sites()[site.index()]);
    let unexplained = unexplained.into_iter().filter(|row| is_kept(row.from, row.to)).map(|row| UnexplainedRow {
        from: links.path(row.from),
        to: links.path(row.to),
        caller: name(row.sites.0),
        callee: name(row.sites.1),
        calls: row.calls,
        errors: row.errors,
        relation: if row.is_callback { "callback" } else { "unrelated" },
    });
    Ok(Observed { files, calls, imports, unexercised: unexercised.collect(), unexplained: unexplained.collect() })
}

/// The function's name in its file; what a sender calls it where it has no row.
fn name<'a>(analysis: &'a Analysis, site: &'a Site) -> &'a str {
    let row = site.place.and_then(|place| analysis.functions.get(place.function? as usize));
    row.map_or(&site.name, |row| &row.function.name)
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;
    use crate::analysis::FunctionRow;
    use crate::lang::Function;
    use crate::telemetry::{CallRow, How, Place, Row, Sums};

    /// Calls `a > b` and `a > b:3` (so many), and files that were seen alone.
    fn history(analysis: &Analysis, text: &str) -> History {
        let mut history = History::default();
        for file in analysis.tree.file_ids() {
            let place = Some(Place { file, function: Some(0) });
            let name = analysis.tree.file(file).path.clone();
            history.add_site(Site { service: "test".into(), name, place, how: How::Path });
        }
        let site = |path: &str| SiteId(analysis.tree.file_id(path).unwrap().0);
        let seen = |history: &mut History, site, count| {
            history.add_row(&Row { start: 0, nanos: 1, site, sums: Sums { count, ..Sums::default() } });
        };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some((from, to)) = line.split_once(" > ") else {
                seen(&mut history, site(line), 1);
                continue;
            };
            let (to, count) = to.split_once(':').unwrap_or((to, "1"));
            let (from, to, count) = (site(from), site(to), count.parse().unwrap());
            history.add_calls(&CallRow { start: 0, nanos: 1, from, to, count, errors: 0 });
            seen(&mut history, to, count);
        }
        history
    }

    fn with_functions(text: &str) -> Analysis {
        let mut analysis = analysis(text);
        let function = Function { name: "f".into(), line: 1, end_line: 1, complexity: 1, cognitive: 0, nesting: 0 };
        let files = analysis.tree.file_ids().filter(|file| !analysis.tree.file(*file).path.contains("constants"));
        analysis.functions = files.map(|file| FunctionRow { file, function: function.clone() }).collect();
        analysis
    }

    #[track_caller]
    fn check(imports: &str, calls: &str, unexercised: &[&str], unexplained: &[&str]) {
        let analysis = with_functions(imports);
        let history = history(&analysis, calls);
        let found = observed(&analysis, Some(&history), |_| true).unwrap();
        let rows = found
            .unexercised
            .iter()
            .map(|row| format!("{} > {}{}", row.from, row.to, if row.is_target_seen { " (seen)" } else { "" }));
        assert_eq!(rows.collect::<Vec<_>>(), unexercised);
        let rows =
            found.unexplained.iter().map(|row| format!("{} > {}:{} {}", row.from, row.to, row.calls, row.relation));
        assert_eq!(rows.collect::<Vec<_>>(), unexplained);
    }

    #[test]
    fn a_call_exercises_its_import() {
        check("a > b\na > c\nb > c\n", "a > b", &["b > c", "a > c"], &[]);
        check("a > b\na > c\nb > c\n", "a > b\nb > c", &["a > c (seen)"], &[]);
    }

    #[test]
    fn only_imports_of_files_that_were_seen_count() {
        check("a > b\nc > b\nb > d\n", "b", &["b > d"], &[]);
        check("a > b\n", "a", &["a > b"], &[]);
        check("a > b type-only\na > c module\na > d re-export\na > constants\na > e dynamic\n", "a", &["a > e"], &[]);
    }

    #[test]
    fn without_an_import_the_shortest_chain_counts() {
        let imports = "a > init\ninit > c re-export\ninit > d\na > e\ne > f\nf > c\n";
        check(imports, "a > c", &["a > e"], &[]);
        check("a > b\na > c\nb > d\nc > d\n", "a > d", &[], &[]);
    }

    #[test]
    fn calls_without_any_chain_are_unexplained() {
        let calls = "host > plugin:3\nhost > other:5\nplugin > host";
        check(
            "plugin > base\nbase > host\nother\n",
            calls,
            &[],
            &["host > other:5 unrelated", "host > plugin:3 callback"],
        );
        check("a > b type-only\nb\n", "a > b", &[], &[]);
    }

    #[test]
    fn code_of_modules_is_no_call() {
        let analysis = with_functions("a > b\n");
        let mut history = history(&analysis, "a");
        let place = Some(Place { file: FileId(1), function: None });
        history.add_site(Site { service: "test".into(), name: MODULE.into(), place, how: How::Path });
        history.add_calls(&CallRow { start: 0, nanos: 1, from: SiteId(0), to: SiteId(2), count: 1, errors: 0 });
        let found = compare(&analysis, &history);
        assert_eq!((found.calls, found.unexercised.len(), found.files), (0, 1, 1));
    }

    #[test]
    fn questions_are_restricted_to_a_part() {
        let analysis = with_functions("a > b\nc > d\n");
        let history = history(&analysis, "a\nc\nb > d");
        let keep = |file: FileId| file.0 < 2;
        let found = observed(&analysis, Some(&history), keep).unwrap();
        assert_eq!((found.unexercised.len(), found.unexplained.len(), found.imports), (1, 1, 2));
    }

    #[test]
    fn nothing_observed_is_an_error() {
        let analysis = with_functions("a > b\n");
        for history in [None, Some(&History::default())] {
            let error = observed(&analysis, history, |_| true).unwrap_err().to_string();
            assert!(error.starts_with("test: ") && error.contains("--otlp"), "{error}");
        }
    }
}
