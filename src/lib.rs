//! Any repository becomes a 3D code city in the Rerun viewer.
//!
//! Data flows one way through the modules below, from a folder to Rerun entities; `CONTRIBUTING.md` has the invariants.

// Files of strangers are read here: no mistake may become worse than a panic.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod city;
pub mod cli;
pub mod export;
pub mod graph;
pub mod history;
pub mod lang;
pub mod metrics;
pub mod output;
pub mod query;
pub mod resolve;
pub mod rules;
pub mod scan;
pub mod serve;
pub mod session;
pub mod source;
pub mod stream;
pub mod telemetry;
