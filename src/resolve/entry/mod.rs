//! What starts or uses a file from outside its repository's own imports. Each resolver knows the notions of its languages;
//! here is what they share.

mod place;

use rustc_hash::FxHashMap;
use tokei::LanguageType;

pub use place::Place;

use super::{Resolution, Sources};
use crate::lang::{Family, family};
use crate::scan::FileId;

/// Why a file is used although no file may import it. Of several that hold for a file, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// A program that is installed or built.
    Binary,
    /// What users of the package import.
    Library,
    /// A page of a site, or a script that one loads.
    Page,
    /// A script that runs in a thread of its own: a web worker, a service worker.
    Worker,
    /// Loaded by its name or place by the framework or host that it extends.
    Plugin,
    /// Run by a test runner.
    Test,
    /// Run when the package is built.
    Build,
    /// Read by a tool that it configures.
    Config,
    /// Run to measure.
    Benchmark,
    /// Shows how the package is used.
    Example,
    /// A component shown by itself.
    Story,
    /// A notebook.
    Notebook,
    /// Run by hand or by a command of the manifest.
    Script,
    /// Declarations that a type checker reads by itself.
    Types,
    /// What Python runs first when anything of a package is imported.
    Package,
    /// Read by tests as data.
    Fixture,
}

impl Entry {
    /// Every kind, the strongest first.
    pub const ALL: [Self; 16] = [
        Self::Binary,
        Self::Library,
        Self::Page,
        Self::Worker,
        Self::Plugin,
        Self::Test,
        Self::Build,
        Self::Config,
        Self::Benchmark,
        Self::Example,
        Self::Story,
        Self::Notebook,
        Self::Script,
        Self::Types,
        Self::Package,
        Self::Fixture,
    ];

    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Library => "library",
            Self::Page => "page",
            Self::Worker => "worker",
            Self::Plugin => "plugin",
            Self::Test => "test",
            Self::Build => "build",
            Self::Config => "config",
            Self::Benchmark => "benchmark",
            Self::Example => "example",
            Self::Story => "story",
            Self::Notebook => "notebook",
            Self::Script => "script",
            Self::Types => "types",
            Self::Package => "package",
            Self::Fixture => "fixture",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.name() == name)
    }
}

/// Adds what holds in every language, and keeps the strongest kind of each file, in path order.
pub(super) fn complete(sources: &Sources<'_>, all: &mut Resolution) {
    let mut strongest: FxHashMap<FileId, Entry> = FxHashMap::default();
    for (file, entry) in all.entries.drain(..) {
        let known = strongest.entry(file).or_insert(entry);
        *known = entry.min(*known);
    }
    let mut is_imported = vec![false; sources.tree.files.len()];
    all.edges.iter().for_each(|edge| is_imported[edge.to.index()] = true);
    for id in sources.tree.file_ids() {
        let known = strongest.get(&id).copied();
        let by_language = by_language(sources, id);
        let by_place = (!is_imported[id.index()] && known.is_none_or(|known| known >= Entry::Script))
            .then(|| by_place(sources, id))
            .flatten();
        if let Some(entry) = [known, by_language, by_place].into_iter().flatten().min() {
            strongest.insert(id, entry);
        }
    }
    all.entries = strongest.into_iter().collect();
    all.entries.sort_unstable();
}

fn by_language(sources: &Sources<'_>, id: FileId) -> Option<Entry> {
    if sources.facts(id).is_program {
        return Some(Entry::Script);
    }
    match sources.tree.file(id).language.0? {
        LanguageType::Jupyter => Some(Entry::Notebook),
        LanguageType::Html => Some(Entry::Page),
        LanguageType::Makefile | LanguageType::Dockerfile | LanguageType::CMake | LanguageType::Just => {
            Some(Entry::Build)
        }
        _ => None,
    }
}

/// Files that nothing imports are used for what their folder is for.
fn by_place(sources: &Sources<'_>, id: FileId) -> Option<Entry> {
    let file = sources.tree.file(id);
    let family = family(file.language)?;
    match Place::of(&file.path) {
        Some(Place::Fixture) => Some(Entry::Fixture),
        Some(Place::Example | Place::Docs) if family != Family::Rust && !is_init(file.name()) => Some(Entry::Example),
        Some(Place::Benchmark) if family != Family::Rust && !is_init(file.name()) => Some(Entry::Benchmark),
        // By the default globs of Node's test runner and of AVA: what a folder of that name holds.
        Some(Place::Test) if family == Family::Script => Some(Entry::Test),
        _ => None,
    }
}

fn is_init(name: &str) -> bool {
    name.starts_with("__init__.")
}
