//! The whole result of the layers above as plain tables, with progress and cancellation. Knows no Rerun.

mod files;
mod identity;
mod timings;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use timings::Timings;

use crate::graph::CodeGraph;
use crate::lang::{Diagnostic, Facts, Function, Wanted, family};
use crate::metrics::{self, Metric, Usage};
use crate::resolve::{Resolution, Sources, resolve};
use crate::scan::{FileClass, FileId, Place, ScanError, ScanOptions, Skip, SourceTree};
use crate::telemetry::Placer;

/// What is analysed and what becomes a building.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which files are looked at.
    pub scan: ScanOptions,
    /// Draw files marked as generated.
    pub with_generated: bool,
    /// Draw minified files.
    pub with_minified: bool,
    /// Take files that are not text.
    pub with_binary: bool,
    /// Let there be nothing to draw.
    pub may_be_empty: bool,
    /// Of imports alone, nothing else is computed: there are no metrics, sizes and lines, and files in languages without
    /// imports are not opened.
    pub wanted: Wanted,
}

impl Options {
    /// Whether files of this class become buildings.
    pub fn draws(&self, class: FileClass) -> bool {
        match class {
            FileClass::Source => true,
            FileClass::Generated => self.with_generated,
            FileClass::Minified => self.with_minified,
            FileClass::Binary => self.with_binary,
        }
    }
}

/// Told how far the work is; called from several threads.
pub trait Progress: Sync {
    /// `done` of `total` steps of `stage` are over.
    fn report(&self, stage: &'static str, done: usize, total: usize);
}

/// No progress wanted.
impl Progress for () {
    fn report(&self, _stage: &'static str, _done: usize, _total: usize) {}
}

/// A function with its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRow {
    /// Where it is defined.
    pub file: FileId,
    /// What is known of it.
    pub function: Function,
}

/// Something about a file that was read, such as a syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagnosticRow {
    /// The file.
    pub file: FileId,
    /// What happened.
    pub diagnostic: Diagnostic,
}

/// Everything that is known of a repository.
#[derive(Debug)]
pub struct Analysis {
    /// Name of the folder.
    pub name: String,
    /// The commit in hex: that of the revision, or the one that is checked out when the folder is a git work tree.
    pub commit: Option<String>,
    /// Files and directories.
    pub tree: SourceTree,
    /// The files that become buildings, in path order.
    pub drawn: Vec<FileId>,
    /// Functions by file and line.
    pub functions: Vec<FunctionRow>,
    /// Imports and where they lead.
    pub resolution: Resolution,
    /// Files and their dependencies.
    pub graph: CodeGraph,
    /// Values by file.
    pub metrics: Vec<Metric>,
    /// What the parsers said, by file and line.
    pub diagnostics: Vec<DiagnosticRow>,
    /// Files and folders that could not be taken, in path order.
    pub skipped: Vec<Skip>,
    /// How long the stages took; empty when read from a recording.
    pub timings: Timings,
}

impl Analysis {
    /// The metric of this name.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| &*metric.name == name)
    }

    /// Adds the metric of this name when it is one that is computed on demand and not there yet.
    pub fn demand(&mut self, name: &str) {
        if self.metric(name).is_none() {
            self.metrics.extend(metrics::on_demand(name, &self.graph));
        }
    }

    /// Places what runs on these files and functions; see [`Placer::new`].
    pub fn placer(&self, maps: &[(String, String)]) -> Placer {
        let functions = self.functions.iter().map(|row| (row.file, &row.function));
        Placer::new(&self.tree, functions, maps).named(&self.name)
    }

    /// Files of parsed languages that no file imports and nothing else is known to start or use, in path order. Rust's
    /// `mod` counts here: a module that its crate holds is compiled.
    pub fn unused(&self) -> Vec<FileId> {
        let mut is_used = vec![false; self.tree.files.len()];
        self.resolution.edges.iter().for_each(|edge| is_used[edge.to.index()] = true);
        self.resolution.entries.iter().for_each(|(file, _)| is_used[file.index()] = true);
        let is_parsed = |&id: &FileId| family(self.tree.file(id).language).is_some();
        self.tree.file_ids().filter(is_parsed).filter(|id| !is_used[id.index()]).collect()
    }
}

/// Why there is no analysis.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The folder cannot be walked.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// There is nothing to draw.
    #[error("{place}: nothing to draw: {what}")]
    Empty {
        /// The place as given.
        place: String,
        /// What was found instead, and what to do.
        what: String,
    },
    /// The caller asked to stop.
    #[error("stopped before the analysis was complete; nothing was written")]
    Cancelled,
    /// The system gives no threads.
    #[error("cannot start worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Stack of a worker thread, in bytes: parsers recurse, and address space costs nothing until it is used.
const WORKER_STACK_BYTES: usize = 256 << 20;

/// Does `work` on a thread of the pool that has deep stacks, which is also where its parallel parts run. There is one pool, so
/// that what one stage frees serves the next: the allocator gives memory back to the thread that it came from.
///
/// # Errors
/// When the system gives no threads.
pub fn on_workers<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, AnalysisError> {
    // A process that was forked, as those of Python's multiprocessing are, has the pool and none of its threads.
    static WORKERS: Mutex<Option<(u32, Arc<rayon::ThreadPool>)>> = Mutex::new(None);
    let process = std::process::id();
    let workers = {
        let mut known = WORKERS.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((of, workers)) if *of == process => Arc::clone(workers),
            _ => {
                let workers = Arc::new(rayon::ThreadPoolBuilder::new().stack_size(WORKER_STACK_BYTES).build()?);
                // One without threads cannot be told to end.
                std::mem::forget(known.replace((process, Arc::clone(&workers))));
                workers
            }
        }
    };
    Ok(workers.install(work))
}

/// Analyses what is at `place`. Nothing of it is executed and nothing outside it is read.
///
/// # Errors
/// When the folder cannot be walked, holds nothing to draw, or `cancelled` became true. Files that cannot be read or
/// parsed are no error: they are in `skipped` and `diagnostics`.
pub fn analyze(
    place: &Place,
    options: &Options,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Analysis, AnalysisError> {
    on_workers(|| analyze_here(place, options, progress, cancelled))?
}

fn analyze_here(
    place: &Place,
    options: &Options,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Analysis, AnalysisError> {
    let mut timings = Timings::default();
    let walk = timings.time("walk", || place.walk(&options.scan))?;
    let mut skipped = walk.skipped;
    let found = walk.candidates.len();
    let read = timings.time("parse", || files::read_all(place, walk.candidates, options, progress, cancelled));
    if cancelled.load(Ordering::Relaxed) {
        return Err(AnalysisError::Cancelled);
    }
    skipped.extend(read.skipped);
    skipped.sort_unstable();

    let (mut tree, facts) = (SourceTree::new(read.entries), read.facts);
    tree.follow(&walk.links);
    let drawn: Vec<_> = tree.file_ids().filter(|&id| options.draws(tree.file(id).class)).collect();
    if drawn.is_empty() && !options.may_be_empty {
        return Err(AnalysisError::Empty {
            place: place.to_string(),
            what: why_empty(&tree, found, &skipped, &options.scan),
        });
    }
    progress.report("resolving imports", 0, 1);
    let resolution = timings.time("resolve", || resolve(&Sources { tree: &tree, facts: &facts, skipped: &skipped }));
    let graph = timings.time("graph", || CodeGraph::new(tree.files.len(), &resolution.edges));
    let metrics = timings.time("metrics", || match options.wanted {
        Wanted::Everything => metrics::compute(&tree.files, &facts, &graph, &Usage::new(&tree, &resolution.entries)),
        Wanted::Imports => Vec::new(),
    });
    let (functions, diagnostics) = timings.time("rows", || rows(facts));
    let name = identity::folder_name(place.folder());
    let commit = timings.time("commit", || identity::commit(place));
    Ok(Analysis { name, commit, tree, drawn, functions, resolution, graph, metrics, diagnostics, skipped, timings })
}

fn rows(facts: Vec<Facts>) -> (Vec<FunctionRow>, Vec<DiagnosticRow>) {
    let mut functions = Vec::with_capacity(facts.iter().map(|facts| facts.functions.len()).sum());
    let mut diagnostics = Vec::new();
    for (facts, id) in facts.into_iter().zip(0..) {
        let file = FileId(id);
        functions.extend(facts.functions.into_iter().map(|function| FunctionRow { file, function }));
        diagnostics.extend(facts.diagnostics.into_iter().map(|diagnostic| DiagnosticRow { file, diagnostic }));
    }
    (functions, diagnostics)
}

fn why_empty(tree: &SourceTree, found: usize, skipped: &[Skip], scan: &ScanOptions) -> String {
    if !tree.files.is_empty() {
        return format!("its {} text files are generated or minified; add --with generated,minified", tree.files.len());
    }
    match (found, skipped.first()) {
        (0, None) if !scan.include.is_empty() || !scan.exclude.is_empty() => {
            "no file is left by --include and --exclude; their syntax is that of .gitignore".to_owned()
        }
        (0, None) => {
            "the folder holds no files, or the ignore rules exclude them all; try --no-ignore or --hidden".to_owned()
        }
        (0, Some(first)) => format!("no file could be taken, such as {:?}: {}", first.path, first.reason),
        (_, Some(first)) if first.reason == files::BINARY => {
            format!("its {found} files are not text; add --with binary")
        }
        (_, first) => {
            let first = first.map_or_else(String::new, |first| format!(", such as {:?}: {}", first.path, first.reason));
            format!("none of its {found} files could be taken{first}")
        }
    }
}
