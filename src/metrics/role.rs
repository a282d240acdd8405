//! What a file is for: by the folders above it, by what starts it, by its name and language.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use tokei::LanguageType;

use crate::lang::{Family, family, is_manifest};
use crate::resolve::entry::{Entry, Place};
use crate::scan::{DirId, FileId, SourceFile, SourceTree};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What is delivered.
    Product,
    /// Tests, their helpers and their data.
    Test,
    /// Shows how the product is used.
    Example,
    /// Measures the product.
    Benchmark,
    /// Tells about the product.
    Docs,
    /// Builds, checks and configures.
    Tooling,
    /// A copy of others' code.
    Vendored,
}

impl Role {
    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Test => "test",
            Self::Example => "example",
            Self::Benchmark => "benchmark",
            Self::Docs => "docs",
            Self::Tooling => "tooling",
            Self::Vendored => "vendored",
        }
    }
}

/// Entry and role by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// What starts or uses each file from outside.
    pub entries: Vec<Option<Entry>>,
    /// What each file is for.
    pub roles: Vec<Role>,
}

impl Usage {
    /// Spreads `entries`, and finds the role of every file.
    pub fn new(tree: &SourceTree, entries: &[(FileId, Entry)]) -> Self {
        let mut by_file = vec![None; tree.files.len()];
        entries.iter().for_each(|&(file, entry)| by_file[file.index()] = Some(entry));
        let tested = tested_dirs(tree, entries);
        let roles =
            tree.files.par_iter().zip(&by_file).map(|(file, &entry)| role(tree, file, entry, &tested)).collect();
        Self { entries: by_file, roles }
    }
}

/// Directories with a test somewhere below them.
fn tested_dirs(tree: &SourceTree, entries: &[(FileId, Entry)]) -> FxHashSet<DirId> {
    let mut tested = FxHashSet::default();
    for (file, _) in entries.iter().filter(|(_, entry)| *entry == Entry::Test) {
        let mut dir = tree.file(*file).dir;
        while tested.insert(dir) && dir != DirId::ROOT {
            dir = tree.dir(dir).parent;
        }
    }
    tested
}

fn role(tree: &SourceTree, file: &SourceFile, entry: Option<Entry>, tested: &FxHashSet<DirId>) -> Role {
    let place = Place::of(&file.path);
    let by_entry = match entry {
        Some(Entry::Test | Entry::Fixture) => Some(Role::Test),
        Some(Entry::Benchmark) => Some(Role::Benchmark),
        Some(Entry::Example | Entry::Story) if place != Some(Place::Docs) => Some(Role::Example),
        _ => None,
    };
    let by_place = place.and_then(|place| match place {
        Place::Vendored => Some(Role::Vendored),
        // `django.test` is a part of Django that helps to test something else.
        Place::Test if is_untested_package(tree, file, tested) => None,
        Place::Fixture | Place::Test => Some(Role::Test),
        Place::Benchmark => Some(Role::Benchmark),
        Place::Example => Some(Role::Example),
        Place::Docs => Some(Role::Docs),
        Place::Tooling => Some(Role::Tooling),
    });
    match (by_place, by_entry) {
        (Some(Role::Vendored), _) => Role::Vendored,
        (_, Some(role)) => role,
        (Some(role), None) => role,
        (None, None) => by_name(file, entry),
    }
}

/// Whether a Python file lies in a folder `test` that holds no tests.
fn is_untested_package(tree: &SourceTree, file: &SourceFile, tested: &FxHashSet<DirId>) -> bool {
    let mut dir = file.dir;
    while dir != DirId::ROOT {
        let path = &*tree.dir(dir).path;
        if crate::scan::file_name(path) == "test" {
            return family(file.language) == Some(Family::Python) && !tested.contains(&dir);
        }
        dir = tree.dir(dir).parent;
    }
    false
}

fn by_name(file: &SourceFile, entry: Option<Entry>) -> Role {
    let name = file.name();
    let stem = name.split('.').next().unwrap_or_default();
    if matches!(entry, Some(Entry::Build | Entry::Config)) || is_manifest(name) || name.starts_with('.') {
        return Role::Tooling;
    }
    match file.language.0 {
        Some(LanguageType::Rust) if matches!(stem, "test" | "tests") || stem.ends_with("_tests") => Role::Test,
        Some(LanguageType::Markdown | LanguageType::ReStructuredText | LanguageType::AsciiDoc) => Role::Docs,
        // Settings of tools lie where the repository begins.
        Some(LanguageType::Toml | LanguageType::Yaml | LanguageType::Ini | LanguageType::Json)
            if file.dir == DirId::ROOT =>
        {
            Role::Tooling
        }
        None if matches!(
            stem,
            "README" | "LICENSE" | "COPYING" | "CHANGELOG" | "CHANGES" | "AUTHORS" | "CONTRIBUTING" | "NOTICE"
        ) =>
        {
            Role::Docs
        }
        _ => Role::Product,
    }
}
