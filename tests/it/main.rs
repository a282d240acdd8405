//! The real binary on small repositories, and what holds for the whole source tree.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end so")]

mod bad_input;
mod blueprints;
mod check;
mod contract;
mod errors;
mod export;
mod interrupt;
mod layers;
mod live;
mod log;
mod native;
mod otlp;
mod output;
mod project;
mod query;
mod recording;
mod revision;
mod site;
#[cfg(target_os = "linux")]
mod telemetry;
mod view;
