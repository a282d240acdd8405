//! The imports of one script, as they stand in its source.

use oxc_ast::ast::{
    CallExpression, ExportFromDeclaration, Expression, ImportDeclaration, ImportDeclarationSpecifier, Program,
};
use oxc_parser::ParserReturn;
use oxc_span::{GetSpan, Span};

use crate::lang::script::{Lines, ScriptImport};
use crate::lang::{ComputedImport, ImportKind};

/// Imports found so far, each with the offset where it stands.
#[derive(Default)]
pub(super) struct Imports {
    literal: Vec<(u32, ScriptImport)>,
    /// Calls whose module is no literal.
    computed: Vec<Span>,
}

impl Imports {
    pub(super) fn push(&mut self, specifier: &str, at: Span, kind: ImportKind) {
        self.add(specifier, at, kind, false);
    }

    pub(super) fn push_require(&mut self, specifier: &str, at: Span, kind: ImportKind) {
        self.add(specifier, at, kind, true);
    }

    /// The parser puts an empty name where it misses one.
    fn add(&mut self, specifier: &str, at: Span, kind: ImportKind, require: bool) {
        if !specifier.is_empty() {
            self.literal.push((at.start, ScriptImport { specifier: specifier.into(), line: 0, kind, require }));
        }
    }

    pub(super) fn push_computed(&mut self, call: Span) {
        self.computed.push(call);
    }

    /// Those with a literal and those without, in source order, with lines.
    pub(super) fn finish(self, text: &str, lines: &Lines) -> (Box<[ScriptImport]>, Box<[ComputedImport]>) {
        let Self { mut literal, mut computed } = self;
        literal.sort_by_key(|(offset, _)| *offset);
        computed.sort_by_key(|span| span.start);
        let literal = literal.into_iter();
        let computed = computed.into_iter();
        (
            literal.map(|(offset, import)| ScriptImport { line: lines.line_of(offset), ..import }).collect(),
            computed.map(|span| ComputedImport::new(span.source_text(text), lines.line_of(span.start))).collect(),
        )
    }
}

/// An import of types alone binds nothing at run time, whether `type` stands before all names or before each.
pub(super) fn import_kind(import: &ImportDeclaration<'_>) -> ImportKind {
    let only_types = |specifiers: &[ImportDeclarationSpecifier<'_>]| {
        !specifiers.is_empty()
            && specifiers.iter().all(|specifier| match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => it.import_kind.is_type(),
                _ => false,
            })
    };
    let type_only = import.import_kind.is_type() || import.specifiers.as_ref().is_some_and(|all| only_types(all));
    if type_only { ImportKind::TypeOnly } else { ImportKind::Runtime }
}

/// Like [`import_kind`], for `export … from`.
pub(super) fn export_kind(export: &ExportFromDeclaration<'_>) -> ImportKind {
    let specifiers = &export.specifiers;
    let only_types = !specifiers.is_empty() && specifiers.iter().all(|specifier| specifier.export_kind.is_type());
    if export.export_kind.is_type() || only_types { ImportKind::TypeOnly } else { ImportKind::ReExport }
}

/// The argument of `require("module")`. That of AMD's `require(["module"], …)` is none.
pub(super) fn required<'b, 'a>(call: &'b CallExpression<'a>) -> Option<&'b Expression<'a>> {
    let (Expression::Identifier(callee), [argument]) = (&call.callee, call.arguments.as_slice()) else { return None };
    let module = argument.as_expression()?;
    (callee.name == "require" && !matches!(module, Expression::ArrayExpression(_))).then_some(module)
}

/// The text of a string or of a template without substitutions.
pub(super) fn literal<'b>(expression: &'b Expression<'_>) -> Option<&'b str> {
    match expression {
        Expression::StringLiteral(string) => Some(string.value.as_str()),
        Expression::TemplateLiteral(template) => match (template.quasis.as_slice(), template.expressions.is_empty()) {
            ([only], true) => only.value.cooked.as_ref().map(|text| text.as_str()),
            _ => None,
        },
        _ => None,
    }
}

/// `/// <reference path="…" />` and `types="…"`, which count only above the first statement.
pub(super) fn references(program: &Program<'_>, imports: &mut Imports) {
    let code_start = program.body.first().map_or(u32::MAX, |statement| statement.span().start);
    for comment in program.comments.iter().take_while(|comment| comment.span.start < code_start) {
        let content = comment.content_span().source_text(program.source_text);
        let Some(reference) = content.strip_prefix('/').map(str::trim_start) else { continue };
        let Some(attributes) = reference.strip_prefix("<reference").filter(|_| comment.is_line()) else { continue };
        if let Some(path) = attribute(attributes, "path") {
            let dotted = if path.starts_with(['.', '/']) { path.to_owned() } else { format!("./{path}") };
            imports.push(&dotted, comment.span, ImportKind::TypeOnly);
        } else if let Some(package) = attribute(attributes, "types") {
            imports.push(package, comment.span, ImportKind::TypeOnly);
        }
    }
}

fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let value = attributes.split_once(&format!(" {name}="))?.1;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split_once(quote).map(|(value, _)| value)
}

/// What the parser had seen when it gave up: its record of modules outlives the discarded tree.
pub(super) fn before_the_error(parsed: &ParserReturn<'_>, text: &str, imports: &mut Imports) {
    for (module, requests) in &parsed.module_record.requested_modules {
        for request in requests {
            let kind = match (request.is_type, request.is_import) {
                (true, _) => ImportKind::TypeOnly,
                (false, true) => ImportKind::Runtime,
                (false, false) => ImportKind::ReExport,
            };
            imports.push(module.as_str(), request.statement_span, kind);
        }
    }
    for import in &parsed.module_record.dynamic_imports {
        let quoted = import.module_request.source_text(text);
        if let Some(module) = unquote(quoted) {
            imports.push(module, import.span, ImportKind::Dynamic);
        }
    }
}

fn unquote(quoted: &str) -> Option<&str> {
    let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let inner = quoted[1..].strip_suffix(quote)?;
    (!inner.contains(['\\', '$'])).then_some(inner)
}
