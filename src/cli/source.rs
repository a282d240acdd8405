//! SOURCE on the command line becomes an analysis.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};

use super::args::{Cli, SourceArgs};
use super::{progress, say};
use crate::analysis::{self, Analysis};
use crate::stream;

/// Whether a source is meant to be a recording.
pub fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rrd") && !path.is_dir()
}

/// The analysis of a folder, made now with a progress bar, or the one that a recording holds.
pub fn analysis(cli: &Cli, args: &SourceArgs, cancelled: &AtomicBool) -> Result<Analysis> {
    if is_recording(&args.path) {
        if args.has_options() {
            bail!("{}: a recording has its files already; leave the options for files out", args.path.display());
        }
        return recorded(cli, &args.path);
    }
    check_revision(&args.path)?;
    let bar = progress::Bar::new(cli.quiet);
    let analysis = analysis::analyze(&args.path, &args.options(), &bar, cancelled);
    bar.finish();
    Ok(analysis?)
}

fn recorded(cli: &Cli, file: &Path) -> Result<Analysis> {
    let named = || file.display().to_string();
    let bytes = std::fs::read(file).with_context(named)?;
    let analysis = stream::load_analysis(&bytes).with_context(named)?;
    if !stream::has_footer(&bytes) {
        say(cli, &format!("{}: its end is missing, it was cut off; what is there is taken", file.display()));
    }
    Ok(analysis)
}

/// A path with `@` that does not exist was probably meant as a revision.
fn check_revision(path: &Path) -> Result<()> {
    let text = path.to_string_lossy();
    if !path.exists()
        && let Some((folder, revision)) = text.rsplit_once('@')
    {
        bail!(
            "{text}: no such folder; to see another revision, check it out first: git -C {folder:?} worktree add ../{revision} {revision}"
        );
    }
    Ok(())
}
