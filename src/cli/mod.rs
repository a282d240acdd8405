//! What a user asked becomes calls of the layers above. The only layer that prints.

mod args;
mod look;
mod native;
mod output;
mod progress;
mod show;
mod summary;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use args::{CityArgs, Cli, Command, Log, Show, View};
use clap::Parser;

use crate::analysis::{self, AnalysisError};
use crate::stream;

/// Exit code after Ctrl-C, by the convention of shells: 128 and the signal's number.
const INTERRUPTED: u8 = 130;
/// Exit code of a usage or input error.
const FAILED: u8 = 2;

/// Runs the command line of this process and says how it ended.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let cancelled = Arc::new(AtomicBool::new(false));
    match watch_for_interrupt(&cancelled).and_then(|()| dispatch(&cli, &cancelled)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_unread(&error) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("repolis: {}", message(&error)));
            ExitCode::from(if is_cancelled(&error) { INTERRUPTED } else { FAILED })
        }
    }
}

/// The first Ctrl-C asks the work to stop in good order; the second ends the process.
fn watch_for_interrupt(cancelled: &Arc<AtomicBool>) -> Result<()> {
    let cancelled = Arc::clone(cancelled);
    ctrlc::set_handler(move || {
        if cancelled.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
        show::stop();
    })
    .context("cannot watch for Ctrl-C")
}

fn dispatch(cli: &Cli, cancelled: &AtomicBool) -> Result<()> {
    match &cli.command {
        Command::View(view) => run_view(cli, view, cancelled),
        Command::Log(log) => run_log(cli, log, cancelled),
        Command::Replay(replay) => run_replay(cli, &replay.files, &replay.show),
    }
}

fn run_view(cli: &Cli, view: &View, cancelled: &AtomicBool) -> Result<()> {
    if view.city.source.extension().is_some_and(|extension| extension == "rrd") {
        return run_replay(cli, std::slice::from_ref(&view.city.source), &view.show);
    }
    if let Some(url) = &view.connect {
        stream::send(&build(cli, &view.city, cancelled)?, url)?;
        say(cli, &format!("sent to {url}"));
        return Ok(());
    }
    let server = show::prepare(&view.show)?;
    let messages = build(cli, &view.city, cancelled)?;
    show::show(cli, &view.show, server, vec![stream::to_bytes(&messages)?])
}

fn run_log(cli: &Cli, log: &Log, cancelled: &AtomicBool) -> Result<()> {
    if let Some(file) = &log.output {
        output::check(file)?;
    }
    let messages = build(cli, &log.city, cancelled)?;
    // Both are tried even when one fails: a viewer that went away costs no recording.
    let written = log.output.as_deref().map_or(Ok(()), |file| output::write(file, &messages));
    let sent = log.connect.as_deref().map_or(Ok(()), |url| stream::send(&messages, url));
    if let (Some(file), Ok(())) = (&log.output, &written)
        && file != Path::new("-")
    {
        say(cli, &format!("wrote {}", file.display()));
    }
    written?;
    Ok(sent?)
}

fn run_replay(cli: &Cli, paths: &[PathBuf], show: &Show) -> Result<()> {
    let recordings = show::read_recordings(&show::recordings_among(paths)?)?;
    let server = show::prepare(show)?;
    show::show(cli, show, server, recordings)
}

/// Analyses the folder, says what was found, and builds the messages of its recording.
fn build(cli: &Cli, args: &CityArgs, cancelled: &AtomicBool) -> Result<Vec<stream::LogMsg>> {
    check_source(&args.source)?;
    look::check_names(args)?;
    let bar = progress::Bar::new(cli.quiet);
    let analysis = analysis::analyze(&args.source, &args.options(), &bar, cancelled)?;
    bar.finish();
    let city = look::city(&analysis, args)?;
    let messages = stream::record(&analysis, &city)?;
    if cli.json {
        summary::print_json(&analysis, args_write_to_stdout(cli));
    } else if !cli.quiet {
        summary::print(&analysis);
    }
    Ok(messages)
}

fn args_write_to_stdout(cli: &Cli) -> bool {
    matches!(&cli.command, Command::Log(log) if log.output.as_deref() == Some(Path::new("-")))
}

/// A path with `@` that does not exist was probably meant as a revision.
fn check_source(source: &Path) -> Result<()> {
    let text = source.to_string_lossy();
    if !source.exists()
        && let Some((folder, revision)) = text.rsplit_once('@')
    {
        bail!(
            "{text}: no such folder; to see another revision, check it out first: git -C {folder:?} worktree add ../{revision} {revision}"
        );
    }
    Ok(())
}

fn say(cli: &Cli, text: &str) {
    if !cli.quiet {
        tell(text);
    }
}

/// Writes a line to standard error; that nobody reads it is no reason to end.
fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

fn is_cancelled(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(AnalysisError::Cancelled))
}

/// Whoever reads standard output has seen enough.
fn is_unread(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The error and its causes, without those that the text before them already has.
fn message(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
