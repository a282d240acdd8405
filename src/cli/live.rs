//! What runs, on the command line: received and followed, shown and written, until Ctrl-C.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use super::args::{Cli, Log, View};
use super::follow::FollowArgs;
use super::otlp::{self, OtlpArgs};
use super::{Built, build, say, show};
use crate::output;
use crate::serve::{OtlpServer, Receiving};
use crate::session::{Live, LiveOptions, Recording};
use crate::stream::{self, Activity, Loaded};
use crate::telemetry::feed::Follow;
use crate::telemetry::{How, Limits, Telemetry, Totals};

pub const HEADING: &str = "What runs";

/// How often it is looked at whether all that is followed has ended.
const PAUSE: Duration = Duration::from_millis(200);

/// What comes from running programs.
#[derive(Clone, Debug, Args)]
pub struct LiveArgs {
    #[command(flatten)]
    pub otlp: OtlpArgs,
    #[command(flatten)]
    pub follow: FollowArgs,
    /// Draw at most so often a second.
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = hertz, help_heading = HEADING)]
    pub redraw_hz: f64,
    #[arg(long, help = "What lights the buildings: rate, self_time, total_time or errors", value_name = "MEASURE", default_value = "rate", value_parser = activity, help_heading = HEADING)]
    pub activity: Activity,
}

fn hertz(text: &str) -> Result<f64, String> {
    let hertz = text.parse().ok().filter(|hertz| (0.1..=60.0).contains(hertz));
    hertz.ok_or_else(|| "a number of times a second, from 0.1 to 60".to_owned())
}

fn activity(text: &str) -> Result<Activity, String> {
    Activity::named(text)
        .ok_or_else(|| format!("no such measure; there are {}", Activity::ALL.map(Activity::name).join(", ")))
}

impl LiveArgs {
    /// Whether anything may come.
    pub fn is_wanted(&self) -> bool {
        self.otlp.otlp || !self.follow.follow.is_empty()
    }

    fn telemetry(&self, built: &Built) -> Arc<Telemetry> {
        let limits = Limits { memory_bytes: self.otlp.memory_limit, ..Limits::default() };
        let mut maps = self.otlp.path_map.clone();
        maps.extend(built.place.path_maps());
        Arc::new(Telemetry::new(built.analysis.placer(&maps), limits))
    }

    fn options(&self) -> LiveOptions {
        LiveOptions { redraw_hz: self.redraw_hz, measure: Some(self.activity) }
    }

    fn recording(&self, file: Option<&Path>, built: &Built, loaded: &Loaded) -> Result<Option<Recording>> {
        let begin = |file| Recording::begin(file, &built.messages, loaded, self.activity);
        Ok(file.map(begin).transpose()?)
    }

    fn start(&self, cli: &Cli, server: Option<OtlpServer>, live: Live) -> Result<Running> {
        let receiving = server.map(|server| server.start(Arc::clone(live.telemetry()))).transpose()?;
        let follows = self.follow.start(cli, live.telemetry())?;
        Ok(Running { receiving, follows, live })
    }
}

/// Shows a city and what runs in it until Ctrl-C, and writes it if a file is named.
pub fn view(cli: &Cli, args: &View, cancelled: &AtomicBool) -> Result<()> {
    if args.show.native || args.connect.is_some() {
        bail!(
            "what runs is shown in the browser only: leave out --native and --connect, or write it with `repolis log`"
        );
    }
    check_file(args.output.as_deref())?;
    let receiver = otlp::prepare(cli, &args.live.otlp)?;
    let server = show::prepare(&args.show)?;
    let built = build(cli, &args.city, &[], Some(args.live.activity), cancelled)?;
    built.print_summary(cli, false)?;
    let opened = show::Opened::new(stream::to_bytes(&built.messages)?)?.with_place(built.place.clone());
    let recording = args.live.recording(args.output.as_deref(), &built, opened.loaded())?;
    let telemetry = args.live.telemetry(&built);
    // The page is answered from what the recording holds.
    drop(built.messages);
    let recording = recording.map(|recording| recording.with_report(built.analysis));
    let session = Arc::new(show::session(vec![opened])?);
    let live = Live::start(telemetry, Some(&session), recording, &args.live.options())?;
    let running = args.live.start(cli, receiver, live)?;
    let shown = show::serve(cli, &args.show, server, session);
    running.finish(cli)?;
    tell_of(cli, args.output.as_deref());
    shown
}

/// Writes a city and what runs in it until Ctrl-C, or until all that is followed has ended.
pub fn log(cli: &Cli, args: &Log, cancelled: &AtomicBool) -> Result<()> {
    if args.connect.is_some() {
        bail!("--connect: a viewer takes no live data; write it with -o FILE");
    }
    check_file(args.output.as_deref())?;
    let receiver = otlp::prepare(cli, &args.live.otlp)?;
    let built = build(cli, &args.city, &[], Some(args.live.activity), cancelled)?;
    let loaded = stream::load(&stream::to_bytes(&built.messages)?)?;
    let recording = args.live.recording(args.output.as_deref(), &built, &loaded)?;
    let telemetry = args.live.telemetry(&built);
    built.print_summary(cli, false)?;
    drop((built.messages, loaded));
    let recording = recording.map(|recording| recording.with_report(built.analysis));
    let live = Live::start(telemetry, None, recording, &args.live.options())?;
    let running = args.live.start(cli, receiver, live)?;
    say(cli, "Ctrl-C ends the recording");
    running.wait();
    running.finish(cli)?;
    tell_of(cli, args.output.as_deref());
    Ok(())
}

fn check_file(file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    if file == Path::new("-") {
        bail!("-o -: what runs is written into a file that grows; name one");
    }
    Ok(output::check(file, &output::RECORDING)?)
}

fn tell_of(cli: &Cli, file: Option<&Path>) {
    if let Some(file) = file {
        say(cli, &format!("wrote {}", file.display()));
    }
}

/// What receives and follows, and what it goes to.
struct Running {
    receiving: Option<Receiving>,
    follows: Vec<Follow>,
    live: Live,
}

impl Running {
    /// Waits for Ctrl-C, or for the end of all from which anything may come.
    fn wait(&self) {
        while !STOP.wait(PAUSE) {
            if self.receiving.is_none() && self.follows.iter().all(Follow::has_ended) {
                return;
            }
        }
    }

    /// Takes what has come until now, completes the recording, and says how much there was.
    fn finish(self, cli: &Cli) -> Result<()> {
        let Self { receiving, follows, live } = self;
        drop(follows);
        // What was received counts, even if the receiver does not end well.
        let received = receiving.map_or(Ok(()), Receiving::stop);
        live.stop()?;
        say(cli, &told(&live.telemetry().totals()));
        Ok(received?)
    }
}

/// How much came, in a line.
fn told(totals: &Totals) -> String {
    let all: u64 = totals.placed.iter().sum();
    let placed = How::ALL.iter().zip(totals.placed).filter(|(_, count)| *count > 0);
    let placed = placed.map(|(how, count)| match how {
        How::Unplaced => format!("{count} unplaced"),
        how => format!("{count} placed by {}", how.name()),
    });
    let placed: Vec<_> = placed.collect();
    let because = |what: &str, rows: &[(&'static str, u64)]| {
        let reasons: Vec<_> = rows.iter().map(|(reason, count)| format!("{count} ({reason})")).collect();
        if reasons.is_empty() { String::new() } else { format!("; {what} {}", reasons.join(", ")) }
    };
    let placed = if placed.is_empty() { String::new() } else { format!(": {}", placed.join(", ")) };
    let (refused, mended) = (because("refused", &totals.refused), because("mended", &totals.mended));
    format!("{all} records{placed}{refused}{mended}")
}

/// Whether Ctrl-C was pressed.
struct Stop {
    is_asked: Mutex<bool>,
    asked: Condvar,
}

static STOP: Stop = Stop { is_asked: Mutex::new(false), asked: Condvar::new() };

/// Ends the wait for Ctrl-C.
pub fn stop() {
    *STOP.is_asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
    STOP.asked.notify_all();
}

impl Stop {
    fn wait(&self, timeout: Duration) -> bool {
        let is_asked = self.is_asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.asked.wait_timeout_while(is_asked, timeout, |is_asked| !*is_asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(totals: &Totals, expect: &str) {
        assert_eq!(told(totals), expect);
    }

    #[test]
    fn totals_say_what_became_of_records() {
        check(&Totals::default(), "0 records");
        let totals = Totals { placed: [5, 0, 1, 2], ..Totals::default() };
        check(&totals, "8 records: 5 placed by path, 1 placed by stack, 2 unplaced");
        let totals =
            Totals { placed: [1, 0, 0, 0], refused: vec![("too large", 3)], mended: vec![("no time", 1)], ..totals };
        check(&totals, "1 records: 1 placed by path; refused 3 (too large); mended 1 (no time)");
    }

    #[test]
    fn values_are_checked_before_any_work() {
        assert_eq!((hertz("10"), hertz("0").is_err(), hertz("nan").is_err()), (Ok(10.0), true, true));
        assert_eq!(activity("self_time"), Ok(Activity::SelfTime));
        assert!(activity("speed").unwrap_err().contains("rate, self_time"));
    }
}
