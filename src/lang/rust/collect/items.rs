//! Items and imports, in the scopes that hold them.

use ra_ap_parser::SyntaxKind::*;

use super::{Collector, While};
use crate::lang::rust::facts::{self, Import, ItemKind, MacroUse, ModDecl, Scope, ScopeKind};
use crate::lang::rust::header::{self, Header};
use crate::lang::rust::usetree::{self, plain_name};

impl<'a> Collector<'a> {
    /// The scope of the item whose node is open, made if it is the first of its block; `None` for associated items.
    fn item_scope(&mut self) -> Option<u32> {
        match self.kind_above(1) {
            SOURCE_FILE | ITEM_LIST | EXTERN_ITEM_LIST => Some(self.scope()),
            STMT_LIST => {
                let depth = self.frames.len() - 1;
                match self.scopes.last() {
                    Some(scope) if scope.depth == depth => Some(scope.value),
                    _ => Some(self.open_scope(ScopeKind::Block, "", None, depth)),
                }
            }
            _ => None,
        }
    }

    /// The innermost scope.
    pub(super) fn scope(&self) -> u32 {
        self.scopes.last().map_or(0, |scope| scope.value)
    }

    fn open_scope(&mut self, kind: ScopeKind, name: &str, path: Option<&str>, depth: usize) -> u32 {
        let (parent, id) = (self.scope(), self.builder.scopes.len() as u32);
        let name = self.builder.intern(name);
        let path = path.map(|path| self.builder.intern(path));
        self.builder.scopes.push(Scope { parent, kind, name, path });
        self.scopes.push(While { depth, value: id });
        id
    }

    pub(super) fn class(&mut self, kind: ItemKind, start: u32) {
        self.classes += 1;
        self.item(1, kind, start);
    }

    /// An item whose name comes `ahead` tokens after its keyword.
    pub(super) fn item(&mut self, ahead: usize, kind: ItemKind, start: u32) {
        let Some(scope) = self.item_scope() else { return };
        let header = header::read(self.parsed, start as usize..self.at);
        let kind = if kind == ItemKind::Macro && header.macro_export { ItemKind::ExportedMacro } else { kind };
        self.add_item(scope, self.at + ahead, kind, header.public);
        if header.proc_macro {
            self.add_item(scope, self.at + ahead, ItemKind::ExportedMacro, header.public);
        }
        if let Some(name) = header.derive {
            self.builder.item(scope, &name, ItemKind::ExportedMacro, header.public);
        }
    }

    pub(super) fn add_item(&mut self, scope: u32, token: usize, kind: ItemKind, public: bool) {
        self.builder.item(scope, plain_name(self.parsed.text(token)), kind, public);
    }

    pub(super) fn module(&mut self, start: u32) {
        let header = header::read(self.parsed, start as usize..self.at);
        let scope = self.item_scope().unwrap_or_default();
        self.macro_use(scope, self.at + 1, &header, false);
        match self.parsed.kind(self.at + 2) {
            L_CURLY => {
                self.add_item(scope, self.at + 1, ItemKind::Module, header.public);
                let name = self.parsed.text(self.at + 1);
                let path = header.paths.first().map(String::as_str);
                self.open_scope(ScopeKind::Inline, plain_name(name), path, self.frames.len());
                self.qualify(name);
            }
            _ => self.module_file(scope, self.at, &header),
        }
    }

    /// Notes the `#[macro_use]` of a module or crate whose name is at `token`.
    pub(super) fn macro_use(&mut self, scope: u32, token: usize, header: &Header, is_crate: bool) {
        if header.macro_use {
            let name = self.builder.intern(plain_name(self.parsed.text(token)));
            self.builder.macro_uses.push(MacroUse { scope, name, is_crate });
        }
    }

    /// `mod name;`, with its keyword at `token`.
    pub(super) fn module_file(&mut self, scope: u32, token: usize, header: &Header) {
        self.add_item(scope, token + 1, ItemKind::Module, header.public);
        let name = self.builder.intern(plain_name(self.parsed.text(token + 1)));
        let line = self.line(token);
        let paths: Vec<_> = header.paths.iter().map(|path| self.builder.intern(path)).collect();
        self.builder.mods.extend(paths.iter().map(|&path| ModDecl { scope, name, path: Some(path), line }));
        if !header.always_path() {
            self.builder.mods.push(ModDecl { scope, name, path: None, line });
        }
    }

    pub(super) fn use_tree(&mut self, start: usize) {
        let header = header::read(self.parsed, start..self.at);
        let scope = self.item_scope().unwrap_or_default();
        self.path_floor = self.imports(scope, self.at + 1, header.public);
    }

    /// The leaves of the tree at `token`; returns the token after it.
    pub(super) fn imports(&mut self, scope: u32, token: usize, public: bool) -> usize {
        let (builder, parsed, lines) = (&mut self.builder, self.parsed, self.lines);
        usetree::read(parsed, token, |leaf| {
            let path = builder.intern(&leaf.path);
            let name = leaf.name.as_deref().unwrap_or_default();
            let (hash, name) = (facts::hash(name), builder.intern(name));
            let line = lines.line(parsed.start(leaf.token));
            builder.imports.push(Import {
                scope,
                path,
                name,
                hash,
                line,
                glob: leaf.glob,
                public,
                extern_crate: false,
            });
        })
    }

    pub(super) fn extern_crate(&mut self, start: usize) {
        let header = header::read(self.parsed, start..self.at);
        let scope = self.item_scope().unwrap_or_default();
        self.macro_use(scope, self.at + 1, &header, true);
        let path = plain_name(self.parsed.text(self.at + 1));
        let name =
            if self.parsed.kind(self.at + 2) == AS_KW { plain_name(self.parsed.text(self.at + 3)) } else { path };
        let name = if name == "_" { "" } else { name };
        let (hash, line, public) = (facts::hash(name), self.line(self.at), header.public);
        let (path, name) = (self.builder.intern(path), self.builder.intern(name));
        let import = Import { scope, path, name, hash, line, glob: false, public, extern_crate: true };
        self.builder.imports.push(import);
    }
}
