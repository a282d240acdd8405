//! Where in the repository a record belongs. Knows only paths and functions, so that a recording's will do.
//!
//! Nothing is guessed: what may mean several files, or too little to be sure, has no place.

mod ends;
mod files;
mod functions;
mod maps;
mod modules;
mod names;
mod paths;
mod roots;
mod stack;
#[cfg(test)]
mod tests;

use self::files::Files;
use self::functions::{Agreement, Choice, Functions};
use self::maps::PathMap;
use self::modules::Modules;
use self::names::Name;
use self::paths::{Sent, unescaped};
use self::roots::Roots;
use super::{Code, How, Place};
use crate::lang::{Family, Function, family};
use crate::scan::{FileId, SourceTree};

/// Finds the files and functions that records speak of. Answers follow from the record alone, so that they can be kept.
#[derive(Debug, Default)]
pub struct Placer {
    tree: SourceTree,
    files: Files,
    functions: Functions,
    roots: Roots,
    modules: Modules,
    maps: Vec<PathMap>,
    name: Box<str>,
}

/// What a record says of the function.
struct Said<'a> {
    name: Name<'a>,
    line: u32,
    /// The name is a span's or a logger's.
    is_title: bool,
}

impl Placer {
    /// Prepares the look-ups. `functions` are by file and line, as in an analysis; `maps` are pairs of prefixes of paths, that of the
    /// machine that sends and that of the repository (relative to its root), the first that fits counts.
    pub fn new<'a>(
        tree: &SourceTree,
        functions: impl IntoIterator<Item = (FileId, &'a Function)>,
        maps: &[(String, String)],
    ) -> Self {
        let roots = Roots::new(tree);
        Self {
            files: Files::new(tree),
            functions: Functions::new(tree.files.len(), functions),
            modules: Modules::new(tree, &roots),
            maps: maps.iter().map(|(from, to)| PathMap::new(from, to)).collect(),
            tree: tree.clone(),
            roots,
            name: "".into(),
        }
    }

    /// The same of a repository of this name: a crate or a package of Node in its root is taken to be called so.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.modules.name_root(name);
        self.name = name.into();
        self
    }

    /// The place of what happened, and by what it was found.
    pub fn place(&self, code: &Code<'_>) -> (Option<Place>, How) {
        let ways: [(How, &dyn Fn() -> Option<Place>); 3] = [
            (How::Path, &|| self.by_path(code.path, &Said::of(code))),
            (How::Name, &|| self.by_name(code)),
            (How::Stack, &|| self.by_stack(code.stack)),
        ];
        let found = ways.iter().find_map(|(how, way)| Some((way()?, *how)));
        found.map_or((None, How::Unplaced), |(place, how)| (Some(place), how))
    }

    /// The name of a function at its place, however senders spell it.
    pub fn function_name(&self, place: Place) -> Option<&str> {
        self.functions.name(place.function?)
    }

    fn by_path(&self, path: &str, said: &Said<'_>) -> Option<Place> {
        let path = unescaped(path);
        let mapped = self.maps.iter().find_map(|map| map.apply(&path));
        if let Some(mapped) = mapped {
            let file = self.tree.file_id(&mapped?)?;
            return Some(self.at(file, self.choose(file, said)));
        }
        self.by_end(&Sent::read(&path)?, said)
    }

    fn family(&self, file: FileId) -> Option<Family> {
        family(self.tree.file(file).language)
    }

    fn at(&self, file: FileId, choice: Choice) -> Place {
        Place { file, function: choice.function }
    }

    fn choose(&self, file: FileId, said: &Said<'_>) -> Choice {
        if said.is_title {
            let function = self.functions.at_line(file, said.line, &said.name);
            // What says no function is seldom the code of a module, which runs once; scripts have functions without a name.
            let is_read = matches!(self.family(file), Some(Family::Python | Family::Rust)) && self.functions.any(file);
            let is_beside = is_read && said.line > 0 && function.is_none();
            let agreement = if is_beside { Agreement::Contradicts } else { Agreement::Unknown };
            return Choice { function, agreement };
        }
        self.functions.choose(file, &said.name, said.line, self.family(file))
    }

    /// By the qualified name of a function, else by the name of a logger, which is that of a module.
    fn by_name(&self, code: &Code<'_>) -> Option<Place> {
        let [function, namespace] = [code.function, code.namespace].map(Name::read);
        let title = if is_name(code.name) { Name::read(code.name) } else { Name::default() };
        let qualified = Name { segments: [&namespace.segments[..], &function.segments[..]].concat(), ..function };
        // With a path that is not of the repository, line and bare name are those of another file.
        let (line, bare) = if code.path.is_empty() { (code.line, code.function) } else { (0, "") };
        let module = |name: &Name<'_>| {
            let (file, len) = self.modules.find(&self.tree, &self.files, &name.segments)?;
            let choice = self.choose(file, &Said { name: Name::read(bare), line, is_title: false });
            let is_meant = len == name.segments.len() && choice.agreement > Agreement::Contradicts;
            is_meant.then(|| self.at(file, choice))
        };
        self.function(&qualified, line)
            .or_else(|| module(&namespace))
            .or_else(|| self.function(&title, line))
            .or_else(|| Some(&title).filter(|title| !self.modules.is_word(&title.segments)).and_then(module))
    }

    fn function(&self, name: &Name<'_>, line: u32) -> Option<Place> {
        let (file, len) = self.modules.find(&self.tree, &self.files, &name.segments)?;
        let rest = &name.segments[len..];
        if rest.is_empty() {
            return name.is_anonymous.then_some(Place { file, function: None });
        }
        // What has no row of its own counts where it stands.
        let inner = (1..=rest.len()).rev().find_map(|len| self.functions.exactly(file, &rest[..len], line));
        let is_parsed = self.family(file).is_some();
        match inner {
            Some(function) => Some(Place { file, function }),
            // A class with a file of its own, in a language whose functions are not read.
            None if !is_parsed && len > 1 && rest.len() == 1 => Some(Place { file, function: None }),
            None => None,
        }
    }

    /// By the innermost frame that is in the repository.
    fn by_stack(&self, stack: &str) -> Option<Place> {
        stack::frames(stack).iter().find_map(|frame| {
            let said = Said { name: Name::read(frame.function), line: frame.line, is_title: false };
            self.by_path(&frame.path, &said)
        })
    }
}

impl<'a> Said<'a> {
    fn of(code: &Code<'a>) -> Self {
        let is_title = code.function.is_empty();
        if is_title {
            let name = if is_name(code.name) { Name::read(code.name) } else { Name::default() };
            return Self { name, line: code.line, is_title };
        }
        let mut name = Name::read(code.function);
        if name.segments.len() == 1 && !code.namespace.is_empty() {
            name.segments.splice(0..0, Name::read(code.namespace).segments);
        }
        Self { name, line: code.line, is_title }
    }
}

/// Whether a text may be a name of code: `GET /x` and `SELECT users` are none.
fn is_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || "_.:$#<>-*&'()[]{},\\".contains(c);
    let rest = text.strip_prefix("async ").or_else(|| text.strip_prefix("new ")).unwrap_or(text);
    // The spaces of `<A as B>::c` and the slashes of Go's packages are within a name.
    !rest.is_empty() && (rest.chars().all(is_of_name) || rest.starts_with('<') && rest.contains(" as "))
}
