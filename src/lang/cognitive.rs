//! Cognitive complexity of the function that is being walked. Knows no syntax.

/// Counts by G. A. Campbell, "Cognitive Complexity: A new way of measuring understandability", 2018: 1 for each
/// break in the linear flow, and 1 more for each level of nesting around those that nest themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cognitive {
    /// So far.
    pub(super) total: u32,
    nesting: u32,
}

impl Cognitive {
    /// A structure that grows harder to read the deeper it stands: `if`, loop, `switch`, `catch`, conditional expression.
    pub(super) fn structure(&mut self) {
        self.total = self.total.saturating_add(1).saturating_add(self.nesting);
    }

    /// What counts the same at any depth: `else`, a jump to a label, a sequence of like logical operators.
    pub(super) fn one(&mut self) {
        self.total = self.total.saturating_add(1);
    }

    /// Into the body of a structure, or of a function without a name.
    pub(super) fn nest(&mut self) {
        self.nesting = self.nesting.saturating_add(1);
    }

    /// Out of it.
    pub(super) fn unnest(&mut self) {
        self.nesting = self.nesting.saturating_sub(1);
    }
}
