//! What the Rust resolver needs of a file, packed: every name and path is a slice of one string.

/// A slice of [`RustFacts::text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// Offset of the first byte.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

/// Declarations, imports and paths of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RustFacts {
    /// All names and paths, each once.
    pub text: Box<str>,
    /// The file's own module first; parents come before their children.
    pub scopes: Box<[Scope]>,
    /// Items sorted by scope and the hash of their names.
    pub items: Box<[Item]>,
    /// `mod name;` in source order.
    pub mods: Box<[ModDecl]>,
    /// `use` and `extern crate`, one a leaf of the tree, sorted by scope and the hash of the bound name.
    /// Globs bind the empty name.
    pub imports: Box<[Import]>,
    /// Paths and names in code that may lead to another file, each once a scope.
    pub paths: Box<[PathUse]>,
    /// Modules and crates with `#[macro_use]`.
    pub macro_uses: Box<[MacroUse]>,
    /// Files that `include!` names, with their scope. A path that starts with a slash is one from the package's directory.
    pub includes: Box<[ModDecl]>,
}

/// A region of a file in which names are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The scope around it; the file's own is its own parent.
    pub parent: u32,
    /// What kind of region it is.
    pub kind: ScopeKind,
    /// The module's name, empty for files and blocks.
    pub name: Name,
    /// The `#[path]` of an inline module.
    pub path: Option<Name>,
}

/// Kinds of [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The whole file.
    File,
    /// `mod name { … }`.
    Inline,
    /// A block with items of its own; names not found in it are looked up around it.
    Block,
}

/// A named item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The scope that holds it.
    pub scope: u32,
    /// Its name.
    pub name: Name,
    /// See [`hash`].
    pub hash: u32,
    /// What it is.
    pub kind: ItemKind,
    /// Has any `pub`.
    pub public: bool,
}

/// Kinds of [`Item`], as far as namespaces need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A struct, which can also be a value.
    Struct,
    /// An enum, union, trait or alias.
    Type,
    /// A function, constant or static.
    Value,
    /// `macro_rules!` or `macro`.
    Macro,
    /// A macro with `#[macro_export]`, which lives at the root of its crate.
    ExportedMacro,
    /// `mod name;` or `mod name { … }`.
    Module,
}

/// Where a name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// Types, traits and modules.
    Type,
    /// Functions, constants, statics and tuple structs.
    Value,
    /// Macros.
    Macro,
    /// The first of the above that has it.
    Any,
}

impl ItemKind {
    /// True if an item of this kind is found in `wanted`.
    pub fn is_in(self, wanted: Namespace) -> bool {
        match wanted {
            Namespace::Any => true,
            Namespace::Type => matches!(self, Self::Struct | Self::Type | Self::Module),
            Namespace::Value => matches!(self, Self::Struct | Self::Value),
            Namespace::Macro => matches!(self, Self::Macro | Self::ExportedMacro),
        }
    }
}

/// A `mod name;` or an `include!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModDecl {
    /// The scope that holds it.
    pub scope: u32,
    /// The module's name, or the included path.
    pub name: Name,
    /// The `#[path]`, if any. `cfg_attr` may give several: each is a declaration of its own.
    pub path: Option<Name>,
    /// Line, 1-based.
    pub line: u32,
}

/// `#[macro_use]` on a module or an `extern crate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacroUse {
    /// The scope that holds the declaration.
    pub scope: u32,
    /// The module's or crate's name.
    pub name: Name,
    /// On an `extern crate`.
    pub is_crate: bool,
}

/// A leaf of a `use` tree, or an `extern crate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// The scope that holds it.
    pub scope: u32,
    /// The path, segments joined by `::`; a leading `::` is kept.
    pub path: Name,
    /// The name it binds; empty for a glob and for `as _`.
    pub name: Name,
    /// The bound name's [`hash`].
    pub hash: u32,
    /// Line, 1-based.
    pub line: u32,
    /// Ends in `::*`.
    pub glob: bool,
    /// Has any `pub`.
    pub public: bool,
    /// `extern crate`, whose path is a crate's name.
    pub extern_crate: bool,
}

/// A path in code, or a single name where a glob import or `macro_rules!` around it may bring it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathUse {
    /// The scope that holds it.
    pub scope: u32,
    /// Segments joined by `::`.
    pub path: Name,
    /// Line of its first use in the scope, 1-based.
    pub line: u32,
    /// Where its last segment is looked up.
    pub namespace: Namespace,
}

impl RustFacts {
    /// The text of a name.
    pub fn str(&self, name: Name) -> &str {
        &self.text[name.start as usize..][..name.len as usize]
    }

    /// Items called `name` in a scope.
    pub fn items_named<'a>(&'a self, scope: u32, name: &'a str) -> impl Iterator<Item = &'a Item> {
        let key = (scope, hash(name));
        let start = self.items.partition_point(|item| (item.scope, item.hash) < key);
        let same = self.items[start..].iter().take_while(move |item| (item.scope, item.hash) == key);
        same.filter(move |item| self.str(item.name) == name)
    }

    /// Imports that bind `name` in a scope; the empty name gives globs.
    pub fn imports_named<'a>(&'a self, scope: u32, name: &'a str) -> impl Iterator<Item = &'a Import> {
        let key = (scope, hash(name));
        let start = self.imports.partition_point(|import| (import.scope, import.hash) < key);
        let same = self.imports[start..].iter().take_while(move |import| (import.scope, import.hash) == key);
        same.filter(move |import| self.str(import.name) == name)
    }
}

/// By which names are looked up.
pub(super) fn hash(name: &str) -> u32 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    name.hash(&mut hasher);
    hasher.finish() as u32
}
