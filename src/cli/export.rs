//! `repolis export`: which format goes into which file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::args::{Cli, LookArgs, SourceArgs};
use super::{print_line, say, site, source, summary, tell};
use crate::analysis::Analysis;
use crate::export::{FORMATS, Format, Level, Options, Shape, TABLES, format_named, format_of_file};
use crate::metrics::ON_DEMAND;
use crate::output;
use crate::source::Source;

pub const HELP: &str = "\
Examples:
  repolis export . -o graph.json                  files, imports and the rest as one document
  repolis export . --format parquet -o tables/    every table, a file each, for DuckDB and polars
  repolis export .@v1.0 -o graph.json             of a git revision
  repolis export city.rrd --format csv -o -        one table of a recording to standard output
  repolis export . --depth 2 -o graph.dot         which directories import which
  repolis export . --format html -o city/         the city as a folder for any static web host

The page docs/export.md has the schema of each format.";

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Format of the file [default: by the end of its name]
    #[arg(long, value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name).chain([site::NAME])), help_heading = "Format")]
    pub format: Option<String>,
    /// File to write; `-` is standard output. A folder, or a name that ends with `/`, takes every table of csv
    /// and parquet. For html, the folder.
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Table to write as csv or parquet [default: files]
    #[arg(long, value_parser = PossibleValuesParser::new(TABLES.iter().map(|(name, ..)| *name)), help_heading = "Format")]
    pub table: Option<String>,
    /// Metric to compute besides the others; may be repeated.
    #[arg(long, value_name = "METRIC", value_parser = PossibleValuesParser::new(ON_DEMAND.iter().map(|metric| metric.name)))]
    pub with_metric: Vec<String>,
    /// What the nodes of a diagram are: directories, or files.
    #[arg(long, value_enum, help_heading = "Format")]
    pub level: Option<LevelArg>,
    /// How deep the directories of a diagram may lie [default: at most 50 are shown]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Format")]
    pub depth: Option<u32>,
    #[command(flatten)]
    pub look: LookArgs,
}

/// See [`Level`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    Directory,
    File,
}

/// Analyses the source, or reads it, and writes it.
pub fn run(cli: &Cli, args: &Export, cancelled: &AtomicBool) -> Result<()> {
    if args.format.as_deref() == Some(site::NAME) {
        return site::run(cli, args, cancelled);
    }
    if args.look.has_options() {
        bail!("--area, --height, --color and --arcs are for {}: other formats hold numbers", site::NAME);
    }
    let format = format(args)?;
    let options = options(args, format)?;
    // One file holds one table.
    let is_folder = format.shape == Shape::Table && args.table.is_none() && is_folder(&args.output);
    let targets = if is_folder {
        TABLES
            .iter()
            .map(|(name, ..)| (table_file(&args.output, name, format), Options { table: name, ..options.clone() }))
            .collect()
    } else {
        vec![(args.output.clone(), options)]
    };
    check(format, &args.output, is_folder, &targets)?;
    let mut analysis = source::analysis(cli, &Source::new(&args.source.path)?, &args.source, cancelled)?;
    args.with_metric.iter().for_each(|name| analysis.demand(name));
    let mut timings = std::mem::take(&mut analysis.timings);
    if is_folder && !args.output.is_dir() {
        fs::create_dir(&args.output).with_context(|| format!("{}: cannot be made", args.output.display()))?;
    }
    timings.time("write", || {
        targets.iter().try_for_each(|(file, options)| output::write(file, |to| format.write(&analysis, options, to)))
    })?;
    if args.output != Path::new("-") {
        say(cli, &format!("wrote {}", args.output.display()));
    }
    if cli.timings {
        tell(&summary::seconds(&timings));
    }
    print_summary(cli, args, &analysis)
}

fn print_summary(cli: &Cli, args: &Export, analysis: &Analysis) -> Result<()> {
    match cli.json.then(|| summary::json(analysis)) {
        Some(line) if args.output == Path::new("-") => tell(&line),
        Some(line) => print_line(&line)?,
        None => {}
    }
    Ok(())
}

fn format(args: &Export) -> Result<&'static Format> {
    let format = match &args.format {
        Some(name) => format_named(name),
        None => format_of_file(&args.output.to_string_lossy()),
    };
    let Some(format) = format else {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).chain([site::NAME]).collect();
        bail!(
            "{}: its name does not tell the format; add --format with one of {}",
            args.output.display(),
            names.join(", ")
        );
    };
    Ok(format)
}

fn options(args: &Export, format: &Format) -> Result<Options> {
    let mut options = Options::default();
    if let Some(table) = &args.table {
        if format.shape != Shape::Table {
            bail!("--table {table}: {} has no tables to choose from; {} has", format.name, names_of(Shape::Table));
        }
        options.table = TABLES.iter().find(|(name, ..)| name == table).map_or(options.table, |(name, ..)| name);
    }
    if (args.level.is_some() || args.depth.is_some()) && format.shape != Shape::Diagram {
        bail!("--level and --depth are for diagrams: {}", names_of(Shape::Diagram));
    }
    if args.level == Some(LevelArg::File) {
        if args.depth.is_some() {
            bail!("--depth counts directories; leave it out with --level file");
        }
        options.level = Level::File;
    }
    options.depth = args.depth;
    Ok(options)
}

/// The formats of this shape, in words.
fn names_of(shape: Shape) -> String {
    let names: Vec<_> = FORMATS.iter().filter(|format| format.shape == shape).map(|format| format.name).collect();
    names.join(" or ")
}

/// What is or is meant to be a folder.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with('/')
}

fn table_file(folder: &Path, table: &str, format: &Format) -> PathBuf {
    folder.join(format!("{table}{}", format.suffixes[0]))
}

/// Refuses what cannot be written, before any work is done.
fn check(format: &Format, path: &Path, is_folder: bool, targets: &[(PathBuf, Options)]) -> Result<()> {
    if is_folder && !path.is_dir() {
        return check_new_folder(path);
    }
    let example = format!("graph{}", format.suffixes[0]);
    let garbles = format!("{} is binary and would garble the terminal; name a file", format.name);
    let content = output::Content { example: &example, garbles: format.is_binary.then_some(&garbles) };
    Ok(targets.iter().try_for_each(|(file, _)| output::check(file, &content))?)
}

/// It is made once there is something to put into it.
fn check_new_folder(path: &Path) -> Result<()> {
    let text = path.to_string_lossy();
    let name = Path::new(text.trim_end_matches('/'));
    if name.exists() {
        bail!("{}: this is a file; name a folder, or leave the `/` at the end out", path.display());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty() && !above.is_dir()) {
        bail!("{}: the folder {} does not exist; create it first", path.display(), above.display());
    }
    Ok(())
}
