//! Any repository becomes a 3D code city in the Rerun viewer.
//!
//! Data flows one way through the modules below, from a folder to Rerun entities; `CONTRIBUTING.md` has the invariants.

pub mod lang;
pub mod resolve;
pub mod scan;
