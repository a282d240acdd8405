//! One pass over a module's syntax tree.

mod classes;
mod control;
mod guards;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Operator, Stmt};
use ruff_text_size::Ranged;

use super::dynamic::{self, Importers, is_dotted_name};
use super::imports::{Import, ImportForm, ImportsBuilder, PythonFacts, name_hash};
use super::lines::Lines;
use crate::lang::cognitive::Cognitive;
use crate::lang::{ComputedImport, Function, ImportKind};
use classes::is_abstract;
use control::block_decisions;

/// What one pass finds.
pub(super) struct Found {
    pub(super) functions: Vec<Function>,
    pub(super) classes: u32,
    pub(super) abstract_classes: u32,
    pub(super) detail: PythonFacts,
    pub(super) computed_imports: Vec<ComputedImport>,
    pub(super) is_program: bool,
}

pub(super) fn visit_module(text: &str, body: &[Stmt]) -> Found {
    let mut visit = Visit::new(text);
    visit.visit_body(body);
    let Visit {
        functions,
        classes,
        abstract_classes,
        mut imports,
        extends_path,
        exportable,
        all,
        mut named,
        computed_imports,
        ..
    } = visit;
    if !all.is_empty() {
        imports.export(exportable.iter().filter(|(_, name)| all.contains(name)).map(|&(entry, _)| entry));
    }
    named.sort_unstable();
    named.dedup();
    let mut detail = imports.finish();
    (detail.extends_path, detail.named) = (extends_path, named.into());
    detail.loads_by_name = visit.loads_by_name || !computed_imports.is_empty();
    Found { functions, classes, abstract_classes, detail, computed_imports, is_program: visit.is_program }
}

/// Of the function being walked.
#[derive(Clone, Copy, Default)]
struct Measures {
    complexity: u32,
    cognitive: Cognitive,
    nesting: u32,
    max_nesting: u32,
}

struct Visit<'a> {
    text: &'a str,
    lines: Lines<'a>,
    functions: Vec<Function>,
    classes: u32,
    abstract_classes: u32,
    imports: ImportsBuilder,
    importers: Importers<'a>,
    computed_imports: Vec<ComputedImport>,
    extends_path: bool,
    loads_by_name: bool,
    is_program: bool,
    named: Vec<u64>,
    /// Qualified name of the innermost class or function.
    scope: String,
    type_only: bool,
    measures: Measures,
    /// The latest operator of the sequence of `and` and `or` whose operand comes next.
    sequence: Option<ast::BoolOp>,
    /// Names bound by the top-level from-imports, with their entries.
    exportable: Vec<(usize, &'a str)>,
    /// The literal parts of `__all__`.
    all: Vec<&'a str>,
}

impl<'a> Visit<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            lines: Lines::new(text),
            functions: Vec::new(),
            classes: 0,
            abstract_classes: 0,
            imports: ImportsBuilder::default(),
            importers: Importers::default(),
            computed_imports: Vec::new(),
            extends_path: false,
            loads_by_name: false,
            is_program: false,
            named: Vec::new(),
            scope: String::new(),
            type_only: false,
            measures: Measures::default(),
            sequence: None,
            exportable: Vec::new(),
            all: Vec::new(),
        }
    }

    fn kind(&self) -> ImportKind {
        if self.type_only { ImportKind::TypeOnly } else { ImportKind::Runtime }
    }

    fn import(&mut self, import: &'a ast::StmtImport) {
        let kind = self.kind();
        for alias in &import.names {
            let line = self.lines.line_of(alias.start());
            let module = alias.name.as_str();
            if let Some(bound) = &alias.asname {
                self.importers.see_module(module, bound.as_str());
            }
            if is_dotted_name(module) {
                self.imports.push(Import { level: 0, module, form: ImportForm::Module, line, kind, exported: false });
            }
        }
    }

    fn import_from(&mut self, import: &'a ast::StmtImportFrom) {
        let kind = self.kind();
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        // A broken statement names nothing.
        if module.is_empty() && import.level == 0 {
            return;
        }
        for alias in &import.names {
            let name = alias.name.as_str();
            if name.is_empty() {
                continue;
            }
            let form = if name == "*" { ImportForm::Star } else { ImportForm::Member(name) };
            let bound = alias.asname.as_ref().map(|bound| bound.as_str());
            if let (0, Some(bound)) = (import.level, bound) {
                self.importers.see_member(module, name, bound);
            }
            let top_level = self.scope.is_empty();
            let exported = top_level && (form == ImportForm::Star || bound == Some(name));
            if top_level && !exported {
                self.exportable.push((self.imports.len(), bound.unwrap_or(name)));
            }
            let line = self.lines.line_of(alias.start());
            self.imports.push(Import { level: import.level, module, form, line, kind, exported });
        }
    }

    /// Cyclomatic complexity by radon's formula (`radon.visitors.ComplexityVisitor`, version 6): 1 for the function, and
    /// for each `if`, `elif`, conditional expression and `assert` 1, for a loop 1 and 1 for its `else`, for a `try` the
    /// number of handlers and 1 for its `else`, for `and`/`or` the operands less 1, for a comprehension's `for` 1 and 1
    /// for each of its `if`, and for a `match` its cases without the one that catches all. What is within an `assert`,
    /// decorators and parameters does not count, nor do nested functions and classes.
    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        let line = self.lines.line_of(function.name.start());
        let outer = self.measures;
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&function.parameters);

        let index = self.functions.len();
        let scope_len = self.enter(function.name.as_str());
        let name = self.scope.as_str().into();
        self.functions.push(Function { name, line, end_line: line, complexity: 1, cognitive: 0, nesting: 0 });
        self.measures = Measures { complexity: 1, ..Measures::default() };
        self.visit_body(&function.body);
        let end_line = self.lines.line_of(function.end()).max(line);
        let Measures { complexity, cognitive, max_nesting, .. } = self.measures;
        let function = &mut self.functions[index];
        function.end_line = end_line;
        (function.complexity, function.cognitive, function.nesting) = (complexity, cognitive.total, max_nesting);

        self.scope.truncate(scope_len);
        self.measures = outer;
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        self.classes += 1;
        self.abstract_classes += u32::from(is_abstract(class));
        let outer = self.measures;
        for decorator in &class.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(arguments) = &class.arguments {
            self.visit_arguments(arguments);
        }
        let scope_len = self.enter(class.name.as_str());
        self.visit_body(&class.body);
        self.scope.truncate(scope_len);
        self.measures = outer;
    }

    /// Makes `name` the innermost scope; returns what to truncate to when it ends.
    fn enter(&mut self, name: &str) -> usize {
        let scope_len = self.scope.len();
        if scope_len > 0 {
            self.scope.push('.');
        }
        self.scope.push_str(name);
        scope_len
    }

    /// Imports by call, and what makes a package a legacy namespace.
    fn call(&mut self, call: &'a ast::ExprCall) {
        if self.importers.is_importer(&call.func) {
            let line = self.lines.line_of(call.start());
            return match dynamic::literal_import(call) {
                Some((level, module, form)) => {
                    let kind = ImportKind::Dynamic;
                    self.imports.push(Import { level, module: &module, form, line, kind, exported: false });
                }
                None => self.computed_imports.push(ComputedImport::new(&self.text[call.range()], line)),
            };
        }
        let callee = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        self.extends_path |= self.scope.is_empty() && matches!(callee, "extend_path" | "declare_namespace");
        self.loads_by_name |= matches!(callee, "iter_modules" | "walk_packages");
    }

    /// Keeps a dotted name that stands in a string, and the name without its last part, which may be a member.
    fn string(&mut self, text: &str) {
        const MAX_BYTES: usize = 200;
        // Nearly every string ends here.
        if memchr::memchr(b'.', text.as_bytes()).is_none() {
            return;
        }
        let mut name = text.split(':').next().unwrap_or_default();
        if name.len() > MAX_BYTES || !is_dotted_name(name) {
            return;
        }
        for _ in 0..3 {
            if !name.contains('.') {
                return;
            }
            self.named.push(name_hash(name));
            name = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
    }

    /// Collects the string literals of `__all__ = […]`, `__all__ += […]`, `__all__ = a.__all__ + […]`.
    fn export_all(&mut self, target: &'a Expr, value: &'a Expr) {
        if self.scope.is_empty() && matches!(target, Expr::Name(name) if name.id.as_str() == "__all__") {
            self.export_literals(value);
        }
    }

    fn export_literals(&mut self, value: &'a Expr) {
        let elements: &[Expr] = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                self.export_literals(&sum.left);
                return self.export_literals(&sum.right);
            }
            _ => return,
        };
        self.all.extend(elements.iter().filter_map(|element| match element {
            Expr::StringLiteral(literal) => Some(literal.value.to_str()),
            _ => None,
        }));
    }
}

impl<'a> Visitor<'a> for Visit<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => return self.import(import),
            Stmt::ImportFrom(import) => return self.import_from(import),
            Stmt::FunctionDef(function) => return self.function(function),
            Stmt::ClassDef(class) => return self.class(class),
            Stmt::Assert(_) => {
                let complexity = self.measures.complexity;
                walk_stmt(self, stmt);
                self.measures.complexity = complexity + 1;
                return;
            }
            Stmt::Assign(assign) => {
                if let [target] = &assign.targets[..] {
                    self.export_all(target, &assign.value);
                }
            }
            Stmt::AugAssign(assign) => self.export_all(&assign.target, &assign.value),
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.export_all(&assign.target, value);
                }
            }
            _ => {}
        }
        let Some(decisions) = block_decisions(stmt) else {
            return walk_stmt(self, stmt);
        };
        self.measures.complexity += decisions;
        self.measures.nesting += 1;
        self.measures.max_nesting = self.measures.max_nesting.max(self.measures.nesting);
        match stmt {
            Stmt::If(branch) => self.branch(branch),
            _ => self.block(stmt),
        }
        self.measures.nesting -= 1;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(_) | Expr::NumberLiteral(_) => return,
            Expr::StringLiteral(literal) => return self.string(literal.value.to_str()),
            Expr::BoolOp(operation) => {
                self.sequence = None;
                self.bool_op(operation);
                self.sequence = None;
                return;
            }
            Expr::If(choice) => {
                self.measures.complexity += 1;
                self.measures.cognitive.structure();
                self.visit_expr(&choice.test);
                self.measures.cognitive.nest();
                self.visit_expr(&choice.body);
                self.visit_expr(&choice.orelse);
                return self.measures.cognitive.unnest();
            }
            Expr::Lambda(_) => {
                self.measures.cognitive.nest();
                walk_expr(self, expr);
                return self.measures.cognitive.unnest();
            }
            Expr::Call(call) => self.call(call),
            _ => {}
        }
        walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ast::Comprehension) {
        self.measures.complexity += 1 + comprehension.ifs.len() as u32;
        ast::visitor::walk_comprehension(self, comprehension);
    }

    // Annotations hold neither decisions nor imports worth the walk.
    fn visit_annotation(&mut self, _: &'a Expr) {}
}
