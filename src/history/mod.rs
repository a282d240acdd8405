//! Git objects become what changed. Runs nothing: no hook, no filter, no program that a configuration names. Knows no Rerun.

mod changed;

pub use changed::{ChangeError, Changes, changes};
