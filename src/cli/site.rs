//! `repolis export --format html`: a city becomes a folder for a static host.

use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};

use super::args::{CityArgs, Cli};
use super::export::Export;
use super::{build, folder, print_line, say, show, summary, tell};
use crate::analysis::{Timings, on_workers};
use crate::serve;
use crate::session::RecordedCity;
use crate::source::Source;
use crate::stream;

/// The format's name.
pub const NAME: &str = "html";

/// Analyses the source, or reads it, and writes the folder.
pub fn run(cli: &Cli, args: &Export, cancelled: &AtomicBool) -> Result<()> {
    if args.table.is_some() || args.level.is_some() || args.depth.is_some() {
        bail!("--table, --level and --depth are for other formats; {NAME} holds everything");
    }
    folder::check(&args.output)?;
    let (opened, mut timings) = opened(cli, args, cancelled)?;
    let summary = cli.json.then(|| summary::json(opened.analysis()));
    let (recording, loaded) = opened.into_parts();
    let city = RecordedCity::new(loaded);
    timings.time("site", || {
        let files = on_workers(|| serve::site(&city, &recording))??;
        folder::write(&args.output, &files, cancelled)
    })?;
    say(cli, &format!("wrote {0}; show it with: python3 -m http.server -d {0}", args.output.display()));
    if cli.timings {
        tell(&summary::seconds(&timings));
    }
    summary.map_or(Ok(()), |line| print_line(&line))
}

fn opened(cli: &Cli, args: &Export, cancelled: &AtomicBool) -> Result<(show::Opened, Timings)> {
    if let Source::Recording(file) = Source::new(&args.source.path)? {
        if args.source.has_options() || args.look.has_options() || !args.with_metric.is_empty() {
            bail!("{}: a recording has its look and its files already; leave these options out", file.display());
        }
        return Ok((show::read_recording(cli, &file)?, Timings::default()));
    }
    let city = CityArgs { look: args.look.clone(), source: args.source.clone() };
    let mut built = build(cli, &city, &args.with_metric, None, cancelled)?;
    let timings = std::mem::take(&mut built.timings);
    let bytes = stream::to_bytes(&built.messages)?;
    // The page is answered from what the recording holds.
    drop(built);
    Ok((show::Opened::new(bytes)?, timings))
}
