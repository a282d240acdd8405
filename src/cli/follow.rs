//! Files of records that are followed while a city is open.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::args::Cli;
use crate::telemetry::Telemetry;
use crate::telemetry::feed::{Follow, Wrong};

/// Of each file so many wrong lines are told.
const MAX_TOLD: usize = 20;

/// Which files are followed.
#[derive(Clone, Debug, Default, Args)]
pub struct FollowArgs {
    /// Take records from a file of JSON lines, and what is added to it; `-` reads standard input; may be repeated.
    #[arg(long, value_name = "FILE", help_heading = super::live::HEADING)]
    pub follow: Vec<PathBuf>,
}

impl FollowArgs {
    /// Begins to read all of them, until what is returned is dropped. Wrong lines are told.
    pub fn start(&self, cli: &Cli, telemetry: &Arc<Telemetry>) -> Result<Vec<Follow>> {
        let is_stdin = |path: &&PathBuf| path.as_path() == Path::new("-");
        if self.follow.iter().filter(is_stdin).count() > 1 {
            bail!("--follow -: standard input can be read once only");
        }
        let start = |path: &PathBuf| {
            let told = teller(path, cli.quiet);
            Follow::start(path, Arc::clone(telemetry), told).with_context(|| path.display().to_string())
        };
        self.follow.iter().map(start).collect()
    }
}

fn teller(path: &Path, is_quiet: bool) -> impl FnMut(Wrong) + Send + use<> {
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let mut told = 0;
    move |Wrong { line, reason }| {
        told += 1;
        if is_quiet || told > MAX_TOLD {
            return;
        }
        super::tell(&format!("{name}:{line}: not taken: {reason}"));
        if told == MAX_TOLD {
            super::tell(&format!("{name}: further lines that are not taken are only counted"));
        }
    }
}
