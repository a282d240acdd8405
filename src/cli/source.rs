//! SOURCE on the command line becomes an analysis.

use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};

use super::args::{Cli, SourceArgs};
use super::{progress, say};
use crate::analysis::{self, Analysis};
use crate::source::{Source, recorded};

/// The analysis of files, made now with a progress bar, or the one that a recording holds.
pub fn analysis(cli: &Cli, source: &Source, args: &SourceArgs, cancelled: &AtomicBool) -> Result<Analysis> {
    match source {
        Source::Recording(file) if args.has_options() => {
            bail!("{}: a recording has its files already; leave the options for files out", file.display())
        }
        Source::Recording(file) => {
            let (analysis, is_whole) = recorded(file)?;
            if !is_whole {
                say(cli, &format!("{}: its end is missing, it was cut off; what is there is taken", file.display()));
            }
            Ok(analysis)
        }
        Source::Place(place) => {
            let bar = progress::Bar::new(cli.quiet);
            let analysis = analysis::analyze(place, &args.options(), &bar, cancelled);
            bar.finish();
            Ok(analysis?)
        }
    }
}
