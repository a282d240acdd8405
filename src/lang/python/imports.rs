//! What the Python resolver needs of a file, packed into two allocations.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use crate::lang::ImportKind;

/// The imports of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PythonFacts {
    /// True for a package that merges with others of its name: `pkgutil.extend_path`, `declare_namespace`.
    pub extends_path: bool,
    /// Imports modules by names that it computes, or lists the modules of a package.
    pub loads_by_name: bool,
    /// [`name_hash`] of the dotted names that stand in strings: frameworks load modules by them.
    pub named: Box<[u64]>,
    entries: Box<[Entry]>,
    /// Module and name of each entry, one after the other.
    names: Box<str>,
}

/// One imported module or member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Import<'a> {
    /// Dots before the module's name; 0 for an absolute import.
    pub level: u32,
    /// Dotted name as written, without the leading dots.
    pub module: &'a str,
    /// What of the module is imported.
    pub form: ImportForm<'a>,
    /// Line of the alias, 1-based.
    pub line: u32,
    /// How it binds: runtime, type-only or dynamic.
    pub kind: ImportKind,
    /// At the top level, and named in `__all__`, under a redundant alias (`b as b`), or by a star.
    pub exported: bool,
}

/// The three forms of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportForm<'a> {
    /// `import a.b`
    Module,
    /// `from a import b`
    Member(&'a str),
    /// `from a import *`
    Star,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    line: u32,
    /// Where the module's name ends in `names`; it starts where the entry before ended.
    module_end: u32,
    end: u32,
    level: u16,
    kind: ImportKind,
    is_from: bool,
    exported: bool,
}

impl PythonFacts {
    /// Every import, in source order.
    pub fn imports(&self) -> impl Iterator<Item = Import<'_>> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let module = &self.names[start..entry.module_end as usize];
            let name = &self.names[entry.module_end as usize..entry.end as usize];
            start = entry.end as usize;
            let form = match name {
                _ if !entry.is_from => ImportForm::Module,
                "*" => ImportForm::Star,
                name => ImportForm::Member(name),
            };
            let Entry { line, level, kind, exported, .. } = *entry;
            Import { level: u32::from(level), module, form, line, kind, exported }
        })
    }
}

/// What a dotted name is kept as in [`PythonFacts::named`].
pub fn name_hash(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}

/// Collects a file's imports.
#[derive(Default)]
pub(super) struct ImportsBuilder {
    entries: Vec<Entry>,
    names: String,
}

impl ImportsBuilder {
    pub(super) fn push(&mut self, import: Import<'_>) {
        self.names.push_str(import.module);
        let module_end = self.names.len() as u32;
        self.names.push_str(match import.form {
            ImportForm::Module => "",
            ImportForm::Member(name) => name,
            ImportForm::Star => "*",
        });
        self.entries.push(Entry {
            line: import.line,
            module_end,
            end: self.names.len() as u32,
            // A level that does not fit climbs out of any repository just as well.
            level: u16::try_from(import.level).unwrap_or(u16::MAX),
            kind: import.kind,
            is_from: import.form != ImportForm::Module,
            exported: import.exported,
        });
    }

    /// Marks the entries given as exported.
    pub(super) fn export(&mut self, entries: impl Iterator<Item = usize>) {
        for entry in entries {
            self.entries[entry].exported = true;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn finish(self) -> PythonFacts {
        PythonFacts { entries: self.entries.into(), names: self.names.into(), ..PythonFacts::default() }
    }
}
