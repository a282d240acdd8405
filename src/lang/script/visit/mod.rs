//! The one walk through a script's tree, which finds imports and measures functions.

mod chain;
mod names;

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::LogicalOperator;
use oxc_syntax::scope::ScopeFlags;

use crate::lang::script::Lines;
use crate::lang::script::functions::Functions;
use crate::lang::script::imports::{self, Imports};
use crate::lang::script::references;
use crate::lang::{ImportKind, Reference};
use names::assigned_name;

pub(super) struct Visitor<'a, 'l> {
    text: &'a str,
    pub(super) imports: Imports,
    pub(super) references: Vec<Reference>,
    pub(super) functions: Functions<'l>,
    /// Types matter only where they can import: `import("./a").T`.
    walk_types: bool,
    /// Expressions whose leftmost part is being visited, innermost last. Chains such as `1 + 1 + …` or `a.b.c…` nest as
    /// deep as they are long, and the parser builds them in a loop, so that recursion would not be bounded by its own.
    spine: Vec<&'a Expression<'a>>,
    /// The operator just passed, while nothing but an operand of it has followed.
    sequence: Option<LogicalOperator>,
}

impl<'a, 'l> Visitor<'a, 'l> {
    pub(super) fn new(text: &'a str, lines: &'l Lines) -> Self {
        Self {
            text,
            imports: Imports::default(),
            references: Vec::new(),
            functions: Functions::new(lines),
            walk_types: memchr::memmem::find(text.as_bytes(), b"import(").is_some(),
            spine: Vec::new(),
            sequence: None,
        }
    }

    pub(super) fn run(&mut self, program: &Program<'a>) {
        self.visit_statements(&program.body);
    }

    fn nested(&mut self, walk: impl FnOnce(&mut Self)) {
        self.functions.nest();
        walk(self);
        self.functions.unnest();
    }

    fn decision(&mut self, walk: impl FnOnce(&mut Self)) {
        self.functions.decide();
        self.functions.cognitive().structure();
        self.nested(walk);
    }

    /// Stands deeper for cognitive complexity.
    fn deeper(&mut self, walk: impl FnOnce(&mut Self)) {
        self.functions.cognitive().nest();
        walk(self);
        self.functions.cognitive().unnest();
    }

    fn optional(&mut self, optional: bool) {
        if optional {
            self.functions.decide();
        }
    }
}

impl<'a> Visit<'a> for Visitor<'a, '_> {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        self.sequence = None;
        self.operands(it);
    }

    // The links again, where the tree holds them as targets or in an optional chain instead of as expressions.
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.visit_expression(&it.callee);
        self.finish_call(it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.references.extend(references::of_new(it));
        walk::walk_new_expression(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        self.visit_expression(&it.object);
        self.optional(it.optional);
    }

    fn visit_private_field_expression(&mut self, it: &PrivateFieldExpression<'a>) {
        self.visit_expression(&it.object);
        self.optional(it.optional);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        self.visit_expression(&it.object);
        self.finish_computed(it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        self.imports.push(it.source.value.as_str(), it.span, imports::import_kind(it));
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        self.imports.push(it.source.value.as_str(), it.span, imports::export_kind(it));
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        let kind = if it.export_kind.is_type() { ImportKind::TypeOnly } else { ImportKind::ReExport };
        self.imports.push(it.source.value.as_str(), it.span, kind);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        match imports::literal(&it.source) {
            Some(module) => self.imports.push(module, it.span, ImportKind::Dynamic),
            None => {
                self.imports.push_computed(it.span);
                self.visit_expression(&it.source);
            }
        }
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(module) = &it.module_reference {
            let kind = if it.import_kind.is_type() { ImportKind::TypeOnly } else { ImportKind::Runtime };
            self.imports.push_require(module.expression.value.as_str(), it.span, kind);
        }
    }

    fn visit_ts_import_type(&mut self, it: &TSImportType<'a>) {
        self.imports.push(it.source.value.as_str(), it.span, ImportKind::TypeOnly);
        if let Some(types) = &it.type_arguments {
            self.visit_ts_type_parameter_instantiation(types);
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        self.function(None, it.span.start, it);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        self.class(None, it);
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) if function.id.is_none() => {
                self.function(Some("default"), function.span.start, function);
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => self.class(Some("default"), class),
            declaration => match declaration.as_expression() {
                Some(value) => self.visit_named("default", value.span().start, value),
                None => walk::walk_export_default_declaration(self, it),
            },
        }
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&it.id);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        match (&it.init, &it.id) {
            (Some(value), BindingPattern::BindingIdentifier(id)) => {
                self.visit_named(id.name.as_str(), it.span.start, value);
            }
            (Some(value), _) => self.visit_expression(value),
            (None, _) => {}
        }
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if it.operator.is_logical() {
            self.functions.decide();
        }
        self.visit_assignment_target(&it.left);
        match assigned_name(&it.left, self.text) {
            Some(name) => self.visit_named(name, it.span.start, &it.right),
            None => self.visit_expression(&it.right),
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        self.visit_property_key(&it.key);
        let name = self.key_name(&it.key);
        self.visit_named(&name, it.span.start, &it.value);
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        self.visit_decorators(&it.decorators);
        self.visit_property_key(&it.key);
        let name = self.key_name(&it.key);
        self.function(Some(&name), it.key.span().start, &it.value);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        self.visit_decorators(&it.decorators);
        self.visit_property_key(&it.key);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        if let Some(value) = &it.value {
            let name = self.key_name(&it.key);
            self.visit_named(&name, it.key.span().start, value);
        }
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.nested(|visitor| {
            let mut branch = it;
            visitor.functions.cognitive().structure();
            loop {
                visitor.functions.decide();
                visitor.visit_expression(&branch.test);
                visitor.deeper(|visitor| visitor.visit_statement(&branch.consequent));
                let Some(alternate) = &branch.alternate else { return };
                visitor.functions.cognitive().one();
                match alternate {
                    Statement::IfStatement(next) => branch = next,
                    last => return visitor.deeper(|visitor| visitor.visit_statement(last)),
                }
            }
        });
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.decision(|visitor| visitor.deeper(|visitor| walk::walk_for_statement(visitor, it)));
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.decision(|visitor| visitor.deeper(|visitor| walk::walk_for_in_statement(visitor, it)));
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.decision(|visitor| visitor.deeper(|visitor| walk::walk_for_of_statement(visitor, it)));
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.decision(|visitor| visitor.deeper(|visitor| walk::walk_while_statement(visitor, it)));
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.decision(|visitor| visitor.deeper(|visitor| walk::walk_do_while_statement(visitor, it)));
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.functions.cognitive().structure();
        self.nested(|visitor| visitor.deeper(|visitor| walk::walk_switch_statement(visitor, it)));
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        self.nested(|visitor| walk::walk_try_statement(visitor, it));
    }

    fn visit_with_statement(&mut self, it: &WithStatement<'a>) {
        self.nested(|visitor| walk::walk_with_statement(visitor, it));
    }

    fn visit_switch_case(&mut self, it: &SwitchCase<'a>) {
        self.optional(it.test.is_some());
        walk::walk_switch_case(self, it);
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.functions.decide();
        self.functions.cognitive().structure();
        self.deeper(|visitor| walk::walk_catch_clause(visitor, it));
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.functions.decide();
        self.functions.cognitive().structure();
        self.visit_expression(&it.test);
        self.deeper(|visitor| {
            visitor.visit_expression(&it.consequent);
            visitor.visit_expression(&it.alternate);
        });
    }

    fn visit_break_statement(&mut self, it: &BreakStatement<'a>) {
        if it.label.is_some() {
            self.functions.cognitive().one();
        }
    }

    fn visit_continue_statement(&mut self, it: &ContinueStatement<'a>) {
        if it.label.is_some() {
            self.functions.cognitive().one();
        }
    }

    /// One that has no name; see `visit_named` for those that have.
    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.deeper(|visitor| walk::walk_arrow_function_expression(visitor, it));
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        self.optional(it.initializer.is_some());
        walk::walk_formal_parameter(self, it);
    }

    fn visit_assignment_pattern(&mut self, it: &AssignmentPattern<'a>) {
        self.functions.decide();
        walk::walk_assignment_pattern(self, it);
    }

    fn visit_assignment_target_with_default(&mut self, it: &AssignmentTargetWithDefault<'a>) {
        self.functions.decide();
        walk::walk_assignment_target_with_default(self, it);
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.optional(it.init.is_some());
        walk::walk_assignment_target_property_identifier(self, it);
    }

    fn visit_ts_interface_declaration(&mut self, it: &TSInterfaceDeclaration<'a>) {
        self.functions.class(true);
        if self.walk_types {
            walk::walk_ts_interface_declaration(self, it);
        }
    }

    fn visit_ts_enum_declaration(&mut self, it: &TSEnumDeclaration<'a>) {
        self.functions.class(false);
        walk::walk_ts_enum_declaration(self, it);
    }

    fn visit_ts_type(&mut self, it: &TSType<'a>) {
        if !self.walk_types {
            return;
        }
        // `T[][]…` nests like a chain of members.
        let mut leftmost = it;
        loop {
            match leftmost {
                TSType::TSArrayType(array) => leftmost = &array.element_type,
                TSType::TSIndexedAccessType(access) => {
                    self.visit_ts_type(&access.index_type);
                    leftmost = &access.object_type;
                }
                _ => return walk::walk_ts_type(self, leftmost),
            }
        }
    }

    // Names import nothing, and `a.b.c…` in them nests as deep as it is long.
    fn visit_ts_type_name(&mut self, _: &TSTypeName<'a>) {}

    fn visit_jsx_element_name(&mut self, _: &JSXElementName<'a>) {}

    fn visit_ts_module_reference(&mut self, _: &TSModuleReference<'a>) {}
}
