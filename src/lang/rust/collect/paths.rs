//! Paths, in code and in the arguments of macros.

use ra_ap_parser::SyntaxKind::{self, *};

use super::Collector;
use crate::lang::rust::builder::starts_upper;
use crate::lang::rust::facts::{ModDecl, Namespace};
use crate::lang::rust::header;
use crate::lang::rust::macros::{self, Found, read_path};
use crate::lang::rust::syntax::Parsed;

impl<'a> Collector<'a> {
    /// The outermost path node at the current token.
    pub(super) fn path(&mut self, parent: SyntaxKind) {
        self.path_floor = self.at + 1;
        let Some((end, path)) = read_path(self.parsed, self.at) else { return };
        let namespace = match parent {
            PATH_TYPE => Namespace::Type,
            MACRO_CALL => Namespace::Macro,
            PATH_EXPR => Namespace::Value,
            _ => Namespace::Any,
        };
        if !path.contains("::") {
            let is_call = namespace == Namespace::Value && self.parsed.kind(end) == L_PAREN;
            let in_attribute = matches!(parent, PATH_META | KEY_VALUE_META | TOKEN_TREE_META | VISIBILITY_INNER);
            let is_name = self.wants_names && (starts_upper(path) || is_call);
            if in_attribute || !(is_name || namespace == Namespace::Macro) {
                return;
            }
        }
        // What was cut off belongs to an item, which may be of any kind.
        let namespace = if starts_upper(last_segment(path)) { Namespace::Any } else { namespace };
        self.add_path(self.at, path, namespace);
    }

    fn add_path(&mut self, token: usize, path: &'a str, namespace: Namespace) {
        if !path.starts_with("Self") {
            let (scope, line) = (self.scope(), || self.lines.line(self.parsed.start(token)));
            self.builder.path(scope, path, namespace, line);
        }
    }

    pub(super) fn token_tree(&mut self, start: usize) {
        let owner = self.kind_above(0);
        let at_items = owner == MACRO_CALL && matches!(self.kind_above(1), SOURCE_FILE | ITEM_LIST);
        let is_include = owner == MACRO_CALL && start >= 2 && self.parsed.text(start - 2) == "include";
        let scope = self.scope();
        if is_include && let Some(path) = included_path(self.parsed, start) {
            let (name, line) = (self.builder.intern(&path), self.line(start));
            self.builder.includes.push(ModDecl { scope, name, path: None, line });
        }
        macros::scan(self.parsed, start..self.at, at_items, |found| match found {
            Found::Path(token, path, namespace) => {
                if self.wants_names || namespace == Namespace::Macro || path.contains("::") {
                    self.add_path(token, path, namespace);
                }
            }
            Found::Module(token, header) => {
                self.macro_use(scope, token + 1, &header, false);
                self.module_file(scope, token, &header);
            }
            Found::Use(token, header) => _ = self.imports(scope, token + 1, header.public),
            Found::Item(token, kind, header) => self.add_item(scope, token, kind, header.public),
        });
    }
}

/// The file that the arguments of an `include!` name, which open at `start`: a literal, or one behind
/// `concat!(env!("CARGO_MANIFEST_DIR"), …)`.
fn included_path(parsed: &Parsed<'_>, start: usize) -> Option<String> {
    const IN_PACKAGE: [&str; 10] = ["(", "concat", "!", "(", "env", "!", "(", "\"CARGO_MANIFEST_DIR\"", ")", ","];
    let literal = |token| header::string_value(parsed.text(token));
    if IN_PACKAGE.iter().zip(start..).all(|(text, token)| parsed.text(token) == *text) {
        return literal(start + IN_PACKAGE.len()).filter(|path| path.starts_with('/'));
    }
    literal(start + 1).filter(|path| !path.starts_with('/'))
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}
