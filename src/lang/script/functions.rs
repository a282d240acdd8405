//! Named functions with their complexity and nesting, collected while a visitor walks through them.

use crate::lang::Function;
use crate::lang::cognitive::Cognitive;
use crate::lang::script::Lines;

/// A qualified name stops growing here, so that deep nesting does not square the memory.
const MAX_PREFIX_BYTES: usize = 120;

/// Functions in source order and the measures of the one being walked.
///
/// Complexity follows ESLint's rule `complexity` (<https://eslint.org/docs/latest/rules/complexity>, variant `classic`): 1, and
/// one for each `if`, `?:`, loop, `case` with a test, `catch`, `&&`, `||`, `??`, logical assignment, default value of a
/// parameter or pattern, and `?.`. Unlike there, a closure without a name counts in the named function around it.
pub(super) struct Functions<'l> {
    lines: &'l Lines,
    done: Vec<Function>,
    classes: u32,
    abstract_classes: u32,
    prefix: String,
    current: Measures,
}

/// Of one function: decision points so far, and control structures around the point being walked.
#[derive(Clone, Copy, Default)]
pub(super) struct Measures {
    decisions: u32,
    cognitive: Cognitive,
    depth: u32,
    deepest: u32,
}

/// What is restored when a function or another named thing ends.
pub(super) struct Scope {
    prefix_len: usize,
    function: Option<(usize, Measures)>,
}

impl<'l> Functions<'l> {
    pub(super) fn new(lines: &'l Lines) -> Self {
        Self {
            lines,
            done: Vec::new(),
            classes: 0,
            abstract_classes: 0,
            prefix: String::new(),
            current: Measures::default(),
        }
    }

    /// A decision point.
    pub(super) fn decide(&mut self) {
        self.current.decisions += 1;
    }

    /// The cognitive complexity of the function being walked.
    pub(super) fn cognitive(&mut self) -> &mut Cognitive {
        &mut self.current.cognitive
    }

    /// Into a control structure.
    pub(super) fn nest(&mut self) {
        self.current.depth += 1;
        self.current.deepest = self.current.deepest.max(self.current.depth);
    }

    /// Out of a control structure.
    pub(super) fn unnest(&mut self) {
        self.current.depth -= 1;
    }

    /// A class, interface or enum.
    pub(super) fn class(&mut self, is_abstract: bool) {
        self.classes += 1;
        self.abstract_classes += u32::from(is_abstract);
    }

    /// Into something whose members are qualified by `name`.
    pub(super) fn enter_scope(&mut self, name: &str) -> Scope {
        let scope = Scope { prefix_len: self.prefix.len(), function: None };
        if !name.is_empty() && self.prefix.len() + name.len() < MAX_PREFIX_BYTES {
            self.prefix.push_str(name);
            self.prefix.push('.');
        }
        scope
    }

    /// Into the function `name`, which stands at the offsets from `start` to `end`.
    pub(super) fn enter_function(&mut self, name: &str, start: u32, end: u32) -> Scope {
        let function = Function {
            name: format!("{}{name}", self.prefix).into(),
            line: self.lines.line_of(start),
            end_line: self.lines.line_of(end.saturating_sub(1).max(start)),
            complexity: 1,
            cognitive: 0,
            nesting: 0,
        };
        self.done.push(function);
        let outer = std::mem::take(&mut self.current);
        Scope { function: Some((self.done.len() - 1, outer)), ..self.enter_scope(name) }
    }

    /// Out of what `scope` entered.
    pub(super) fn leave(&mut self, scope: Scope) {
        self.prefix.truncate(scope.prefix_len);
        if let Some((index, outer)) = scope.function {
            let inner = std::mem::replace(&mut self.current, outer);
            self.done[index].complexity = 1 + inner.decisions;
            self.done[index].cognitive = inner.cognitive.total;
            self.done[index].nesting = inner.deepest;
        }
    }

    /// Functions in source order, and the numbers of classes and of abstract ones.
    pub(super) fn finish(self) -> (Vec<Function>, u32, u32) {
        let mut functions = self.done;
        functions.shrink_to_fit();
        (functions, self.classes, self.abstract_classes)
    }
}
