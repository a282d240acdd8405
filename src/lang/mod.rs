//! One file's text becomes [`Facts`]. Total: any text gives facts in bounded time and stack. Knows no other file and no path on disk.

mod cognitive;
mod lines;
mod python;
mod references;
pub mod rust;
mod script;

pub use crate::scan::caught;
pub use lines::{LineCounts, count_lines};
pub use python::{Import as PythonImport, ImportForm as PythonImportForm, PythonFacts, name_hash as python_name_hash};
pub use references::{Reference, ReferenceKind};
pub use rust::RustFacts;
pub use script::ScriptFacts;
use tokei::LanguageType;

use crate::scan::Language;

/// Resolvers are shared by the languages of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Python and its stubs.
    Python,
    /// Rust.
    Rust,
    /// JavaScript and TypeScript, JSX and TSX.
    Script,
}

/// How one language is read. A new language is a row here, a file in `lang` and one in `resolve`.
struct Parser {
    language: LanguageType,
    family: Family,
    /// Facts of a text, apart from its line counts.
    extract: fn(&str, LanguageType, Wanted) -> Facts,
}

/// What of a text is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// All that there is to know.
    #[default]
    Everything,
    /// What imports of it resolve to. The rest of its facts may be missing.
    Imports,
}

const PARSERS: &[Parser] = &[
    Parser { language: LanguageType::Python, family: Family::Python, extract: python::extract },
    Parser { language: LanguageType::Rust, family: Family::Rust, extract: rust::extract },
    Parser { language: LanguageType::JavaScript, family: Family::Script, extract: script::extract },
    Parser { language: LanguageType::Jsx, family: Family::Script, extract: script::extract },
    Parser { language: LanguageType::TypeScript, family: Family::Script, extract: script::extract },
    Parser { language: LanguageType::Tsx, family: Family::Script, extract: script::extract },
];

fn parser(language: Language) -> Option<&'static Parser> {
    PARSERS.iter().find(|parser| Some(parser.language) == language.0)
}

/// The resolver family of a language; `None` for those whose lines are counted but not parsed.
pub fn family(language: Language) -> Option<Family> {
    parser(language).map(|parser| parser.family)
}

/// What a file's text says, read once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Lines by kind.
    pub lines: LineCounts,
    /// Functions and methods in source order, nested ones included, closures not.
    pub functions: Vec<Function>,
    /// Classes, structs, enums, traits, interfaces and their like.
    pub classes: u32,
    /// Those among them that are meant to be implemented: traits, interfaces, abstract classes, `ABC`s and `Protocol`s.
    pub abstract_classes: u32,
    /// What only the resolver of the file's family understands.
    pub detail: Detail,
    /// Imports that no resolver can follow, in source order.
    pub computed_imports: Box<[ComputedImport]>,
    /// Begins with `#!`, or asks whether it runs as a program (`__name__ == "__main__"`).
    pub is_program: bool,
    /// Files that it names as programs of their own, in source order.
    pub references: Box<[Reference]>,
    /// The whole text, kept only for manifests that resolvers read (see [`is_manifest`]).
    pub manifest: Option<Box<str>>,
    /// What could not be read or parsed, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A family's own facts about imports and definitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Detail {
    /// Not a parsed language.
    #[default]
    None,
    /// See [`PythonFacts`].
    Python(Box<PythonFacts>),
    /// See [`RustFacts`].
    Rust(Box<RustFacts>),
    /// See [`ScriptFacts`].
    Script(Box<ScriptFacts>),
}

/// An import by a call whose module only the running program knows: `import(name)`, `importlib.import_module(name)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputedImport {
    /// The call as written, on one line, and no more than 80 bytes of it.
    pub text: Box<str>,
    /// Line of the call, 1-based.
    pub line: u32,
}

impl ComputedImport {
    fn new(call: &str, line: u32) -> Self {
        const MAX_BYTES: usize = 80;
        let mut text = String::new();
        // Each word is a byte and a space at the least.
        for word in call.split_whitespace().take(MAX_BYTES) {
            if !text.is_empty() && !text.ends_with('(') {
                text.push(' ');
            }
            text.push_str(word);
        }
        Self { text: text[..text.floor_char_boundary(MAX_BYTES)].into(), line }
    }
}

/// A function or method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Qualified within the file: `Class.method` in Python and JavaScript, `Type::method` in Rust.
    pub name: Box<str>,
    /// First line, 1-based (of the `def`/`fn`/`function` keyword, decorators and attributes left out).
    pub line: u32,
    /// Last line, 1-based and inclusive.
    pub end_line: u32,
    /// Cyclomatic complexity (McCabe 1976): 1 and one for each decision point; those of nested named functions count there.
    pub complexity: u32,
    /// Cognitive complexity (Campbell 2018), 0 for straight-line code; that of nested named functions counts there.
    pub cognitive: u32,
    /// Deepest nesting of control structures, 0 for straight-line code.
    pub nesting: u32,
}

/// Something about a file that its reader should know; never fatal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Line, 1-based; 0 for the whole file.
    pub line: u32,
    /// What happened, as a lower-case sentence without a full stop.
    pub message: Box<str>,
}

impl Facts {
    /// Facts of a text that was not parsed, for the reason given.
    pub fn unparsed(reason: impl Into<Box<str>>) -> Self {
        Self { diagnostics: vec![Diagnostic { line: 0, message: reason.into() }], ..Self::default() }
    }
}

/// At most this many syntax errors of a file are kept.
pub const MAX_DIAGNOSTICS: usize = 8;

/// How an import binds, from the importing file's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportKind {
    /// Executed or linked when the program runs.
    Runtime,
    /// Only for a type checker: `import type`, `if TYPE_CHECKING:`.
    TypeOnly,
    /// Loaded on demand by a call: `import()`, `importlib.import_module("a")`.
    Dynamic,
    /// Passed on to the importer's own users: `export … from`, `pub use`.
    ReExport,
    /// Rust's `mod name;`: the file holds the other one as its submodule. Containment, so it
    /// counts neither for cycles nor for fan-in, fan-out, rank and layers.
    Module,
}

impl ImportKind {
    /// Every kind, in the order of tables and entities.
    pub const ALL: [Self; 5] = [Self::Runtime, Self::TypeOnly, Self::Dynamic, Self::ReExport, Self::Module];

    /// The name used in tables and entity paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::TypeOnly => "type-only",
            Self::Dynamic => "dynamic",
            Self::ReExport => "re-export",
            Self::Module => "module",
        }
    }
}

/// True for files whose text resolvers need: package and compiler manifests.
pub fn is_manifest(file_name: &str) -> bool {
    matches!(
        file_name,
        "Cargo.toml"
            | "pyproject.toml"
            | "setup.cfg"
            | "package.json"
            | "pnpm-workspace.yaml"
            | "deno.json"
            | "lerna.json"
            | "manifest.json"
            | "setup.py"
            | "pytest.ini"
            | "tox.ini"
    ) || ((file_name.starts_with("tsconfig") || file_name.starts_with("jsconfig")) && file_name.ends_with(".json"))
        || is_config_script(file_name)
}

/// Whether a resolver needs anything of a file.
pub fn has_imports(file_name: &str, language: Language) -> bool {
    family(language).is_some() || is_manifest(file_name)
}

/// True for scripts that configure a tool: their strings name what the tool starts from.
pub fn is_config_script(file_name: &str) -> bool {
    const SUFFIXES: [&str; 6] =
        [".config.js", ".config.mjs", ".config.cjs", ".config.ts", ".config.mts", ".config.cts"];
    SUFFIXES.iter().any(|suffix| file_name.ends_with(suffix))
}

/// Facts of `text`: line counts for every language, the rest for those with a parser.
pub fn extract(file_name: &str, language: Language, text: &str, wanted: Wanted) -> Facts {
    let mut facts = match (parser(language), language.0) {
        (Some(parser), Some(language)) => (parser.extract)(text, language, wanted),
        (None, Some(LanguageType::Html)) => Facts { references: references::of_page(text), ..Facts::default() },
        _ => Facts::default(),
    };
    // `#![…]` is an attribute of a Rust file.
    facts.is_program |= text.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    // Kept until all files are read, hundreds of thousands of them.
    facts.functions.shrink_to_fit();
    if wanted == Wanted::Everything {
        facts.lines = count_lines(language, text.as_bytes());
    }
    facts.manifest = is_manifest(file_name).then(|| Box::from(text));
    facts
}
