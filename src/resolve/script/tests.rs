//! Fixtures, one a rule.
