//! What a user asked becomes calls of the layers above. The only layer that prints.

mod args;
mod check;
mod export;
mod folder;
mod follow;
mod live;
mod look;
mod native;
mod otlp;
mod progress;
mod query;
mod show;
mod site;
mod source;
mod summary;
mod table;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use args::{CityArgs, Cli, Command, Log, Show, View};
use clap::Parser;

use crate::analysis::{Analysis, AnalysisError, Timings, on_workers};
use crate::scan::Place;
use crate::source::{Source, is_recording};
use crate::stream::Activity;
use crate::{output, stream};

const SUCCESS: u8 = 0;
/// Exit code after Ctrl-C, by the convention of shells: 128 and the signal's number.
const INTERRUPTED: u8 = 130;
/// Exit code of a usage or input error.
const FAILED: u8 = 2;

/// Runs the command line of this process and says how it ended.
pub fn run() -> ExitCode {
    run_with(std::env::args_os()).into()
}

/// Runs a command line, the program's name first, and returns the exit code. The process must have no other use for Ctrl-C.
pub fn run_with(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // That nobody can read it is no second error.
            let _ = error.print();
            return error.exit_code().try_into().unwrap_or(FAILED);
        }
    };
    let cancelled = Arc::new(AtomicBool::new(false));
    match watch_for_interrupt(&cancelled).and_then(|()| dispatch(&cli, &cancelled)) {
        Ok(code) => code,
        Err(error) => {
            tell(&format!("repolis: {}", message(&error)));
            if is_cancelled(&error) { INTERRUPTED } else { FAILED }
        }
    }
}

/// The first Ctrl-C asks the work to stop in good order; the second ends the process.
fn watch_for_interrupt(cancelled: &Arc<AtomicBool>) -> Result<()> {
    let cancelled = Arc::clone(cancelled);
    ctrlc::set_handler(move || {
        if cancelled.swap(true, Ordering::SeqCst) {
            output::abandon();
            std::process::exit(INTERRUPTED.into());
        }
        show::stop();
        live::stop();
    })
    .context("cannot watch for Ctrl-C")
}

fn dispatch(cli: &Cli, cancelled: &AtomicBool) -> Result<u8> {
    match &cli.command {
        Command::Check(check) => return check::run(cli, check, cancelled),
        Command::Query(query) => return query::run(cli, query, cancelled),
        Command::View(view) => run_view(cli, view, cancelled),
        Command::Log(log) => run_log(cli, log, cancelled),
        Command::Export(export) => export::run(cli, export, cancelled),
        Command::Replay(replay) => run_replay(cli, &replay.files, &replay.show),
    }
    .map(|()| SUCCESS)
}

fn run_view(cli: &Cli, view: &View, cancelled: &AtomicBool) -> Result<()> {
    let source = &view.city.source;
    if is_recording(&source.path) {
        if source.has_options() || view.city.look.has_options() || view.live.is_wanted() || view.output.is_some() {
            bail!("{}: a recording has its look and its files already; leave these options out", source.path.display());
        }
        return run_replay(cli, std::slice::from_ref(&source.path), &view.show);
    }
    if view.live.is_wanted() {
        return live::view(cli, view, cancelled);
    }
    if view.output.is_some() {
        bail!("-o: what runs is written while it is shown; add --otlp or --follow, or use `repolis log` without them");
    }
    if let Some(url) = &view.connect {
        stream::check_url(url)?;
        let built = build(cli, &view.city, &[], None, cancelled)?;
        stream::send(&built.messages, url)?;
        say(cli, &format!("sent to {url}"));
        return built.print_summary(cli, false);
    }
    let server = show::prepare(&view.show)?;
    let built = build(cli, &view.city, &[], None, cancelled)?;
    built.print_summary(cli, false)?;
    let (bytes, place) = (stream::to_bytes(&built.messages)?, built.place.clone());
    // The page is answered from what the recording holds.
    drop(built);
    let opened = show::Opened::new(bytes)?.with_place(place);
    show::show(cli, &view.show, server, vec![opened])
}

fn run_log(cli: &Cli, log: &Log, cancelled: &AtomicBool) -> Result<()> {
    if log.live.is_wanted() {
        return live::log(cli, log, cancelled);
    }
    if let Some(file) = &log.output {
        output::check(file, &output::RECORDING)?;
    }
    if let Some(url) = &log.connect {
        stream::check_url(url)?;
    }
    let mut built = build(cli, &log.city, &[], None, cancelled)?;
    let (messages, timings) = (&built.messages, &mut built.timings);
    // Both are tried even when one fails: a viewer that went away costs no recording.
    let written =
        log.output.as_deref().map_or(Ok(()), |file| timings.time("write", || output::write_recording(file, messages)));
    let sent = log.connect.as_deref().map_or(Ok(()), |url| timings.time("send", || stream::send(messages, url)));
    if let (Some(file), Ok(())) = (&log.output, &written)
        && file != Path::new("-")
    {
        say(cli, &format!("wrote {}", file.display()));
    }
    written?;
    sent?;
    if cli.timings {
        tell(&summary::seconds(&built.timings));
    }
    built.print_summary(cli, log.output.as_deref() == Some(Path::new("-")))?;
    // The process ends here. To give back a million pieces of memory one by one would take some percent of its time.
    std::mem::forget(built);
    Ok(())
}

fn run_replay(cli: &Cli, paths: &[PathBuf], show: &Show) -> Result<()> {
    let recordings = show::read_recordings(cli, &show::recordings_among(paths)?)?;
    let server = show::prepare(show)?;
    if cli.json {
        for recording in &recordings {
            print_line(&summary::json(recording.analysis()))?;
        }
    }
    show::show(cli, show, server, recordings)
}

/// Analyses the source, says what was found, and builds the messages of its recording. Metrics that are computed on demand
/// are in it if they are in the look or among `demanded`. What runs will be shown in it by a measure, if there is one.
fn build(
    cli: &Cli,
    args: &CityArgs,
    demanded: &[String],
    measure: Option<Activity>,
    cancelled: &AtomicBool,
) -> Result<Built> {
    look::check_names(&args.look)?;
    let source = Source::new(&args.source.path)?;
    let Source::Place(place) = &source else {
        bail!("{0}: this is a recording already; show it with: repolis replay {0}", args.source.path.display());
    };
    let place = place.clone();
    let mut analysis = source::analysis(cli, &source, &args.source, cancelled)?;
    let mut timings = std::mem::take(&mut analysis.timings);
    let messages = on_workers(|| {
        demanded.iter().for_each(|name| analysis.demand(name));
        let city = timings.time("city", || look::city(&mut analysis, &args.look, measure.is_some()))?;
        let record = || match measure {
            Some(measure) => stream::record_live(&analysis, &city, &args.json(), measure),
            None => stream::record(&analysis, &city, &args.json()),
        };
        Ok::<_, anyhow::Error>(timings.time("record", record)?)
    })??;
    if !cli.json && !cli.quiet {
        summary::print(&analysis);
    }
    Ok(Built { place, analysis, messages, timings })
}

/// A recording to be written, and what it is of.
struct Built {
    place: Place,
    analysis: Analysis,
    messages: Vec<stream::LogMsg>,
    timings: Timings,
}

impl Built {
    /// Prints the line for scripts, if one is wanted; to standard error when standard output takes the recording.
    fn print_summary(&self, cli: &Cli, stdout_is_taken: bool) -> Result<()> {
        match cli.json.then(|| summary::json(&self.analysis)) {
            Some(line) if stdout_is_taken => tell(&line),
            Some(line) => print_line(&line)?,
            None => {}
        }
        Ok(())
    }
}

fn say(cli: &Cli, text: &str) {
    if !cli.quiet {
        tell(text);
    }
}

/// Prints a line for the person. That nobody can read it, on a full disk or a closed pipe, must not stop the work.
fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Prints a line of the result. A reader that went away had enough.
fn print_line(text: &str) -> Result<()> {
    print_text(&format!("{text}\n"))
}

/// Prints lines of the result.
fn print_text(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot write to standard output"),
    }
}

/// The chain of causes; many errors name their cause in their own text already.
fn message(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| match text.as_str() {
        "" => cause,
        before if before.contains(&cause) => text,
        _ => format!("{text}: {cause}"),
    })
}

fn is_cancelled(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(AnalysisError::Cancelled))
}
