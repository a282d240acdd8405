//! `repolis check`: rules, baseline and format, and what the exit code tells.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use super::args::{Cli, SourceArgs};
use super::{SUCCESS, print_text, say, source as sources, summary, tell};
use crate::output;
use crate::rules::config::Mistake;
use crate::rules::{self, BASELINE_FILE, Baseline, DOMAIN_FILE, RULE_FILE, Report, Rules, report};
use crate::scan::{Bytes, Place, SourceFile};
use crate::source::Source;

pub const HELP: &str = "\
Examples:
  repolis check .                                  the rules of ./repolis.toml; exit code 1 on findings
  repolis check . --fix-baseline                   take what is found now as known
  repolis check . --format sarif -o check.sarif    for code scanners
  repolis check .@v1.0                             today's rules on a revision
  repolis check city.rrd --rules repolis.toml      a recording
  repolis check . --convert .importlinter -o repolis.toml

Exit codes: 0 no findings, 1 findings, 2 a mistake in the rules or on the command line.
The page docs/rules.md says how rules are written.";

/// Exit code when something was found.
const FOUND: u8 = 1;
/// Rules are written by hand: what is larger is none.
const MAX_RULE_BYTES: u64 = 16 << 20;

const EXAMPLE: &str = "\
[cycles]
allow = false

[[forbidden]]
name = \"core-is-pure\"
from = \"src/core/**\"
to = \"src/cli/**\"
reason = \"the core knows no command line\"

[[limit]]
metric = \"complexity\"
by = \"function\"
max = 20
";

const TEXT: output::Content<'_> = output::Content { example: "check.sarif", garbles: None };

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Rules to check [default: repolis.toml in the source's folder].
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub rules: Option<PathBuf>,
    /// Known findings, which do not fail [default: repolis-baseline.toml beside the rules].
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub baseline: Option<PathBuf>,
    /// Write what is found now as known, and forget what is found no more.
    #[arg(long, help_heading = "Rules")]
    pub fix_baseline: bool,
    /// Print the rules of another tool as a rule file: .dep-tree.yml, .importlinter, setup.cfg, pyproject.toml, tach.toml.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rules", "baseline", "fix_baseline", "format"], help_heading = "Rules")]
    pub convert: Option<PathBuf>,
    /// Format of the findings.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// File to write instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for a person.
    Human,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanners.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// Analyses the source, or reads it, and holds it against the rules.
pub fn run(cli: &Cli, args: &Check, cancelled: &AtomicBool) -> Result<u8> {
    if let Some(file) = &args.output {
        output::check(file, &TEXT)?;
    }
    if let Some(file) = &args.convert {
        return convert(cli, args, file, cancelled);
    }
    let source = Source::new(&args.source.path)?;
    let rule_file = rule_file(args, &source)?;
    let rules = read_rules(&rule_file)?;
    let baseline_file = args.baseline.clone().unwrap_or_else(|| rule_file.with_file_name(BASELINE_FILE));
    let baseline = read_baseline(&baseline_file, args)?;
    let asked = SourceArgs { wanted: rules.wanted(), ..args.source.clone() };
    let mut analysis = sources::analysis(cli, &source, &asked, cancelled)?;
    let mut timings = std::mem::take(&mut analysis.timings);
    let report = timings.time("check", || rules::check(&rules, &analysis));
    let mut report = report.map_err(|mistakes| mistaken(&rule_file, &mistakes))?;
    if cli.timings {
        tell(&summary::seconds(&timings));
    }
    if args.fix_baseline {
        return fix_baseline(cli, &baseline_file, &report);
    }
    baseline.apply(&mut report);
    print(cli, args, &rules, &report)?;
    let failed = report.new_of(rules::Severity::Error) > 0;
    Ok(if failed { FOUND } else { SUCCESS })
}

fn print(cli: &Cli, args: &Check, rules: &Rules, found: &Report) -> Result<()> {
    let format = if cli.json { Format::Json } else { args.format };
    let text = match format {
        Format::Human => report::human(found),
        Format::Json => report::json(found),
        Format::Sarif => report::sarif(found, rules),
        Format::Github => report::github(found),
    };
    match &args.output {
        Some(file) => output::write(file, |to| to.write_all(text.as_bytes()))?,
        None => print_text(&text)?,
    }
    if format == Format::Human && args.output.is_none() {
        return if cli.quiet { Ok(()) } else { print_text(&format!("{}\n", report::summary(found))) };
    }
    say(cli, &report::summary(found));
    Ok(())
}

fn fix_baseline(cli: &Cli, file: &Path, report: &Report) -> Result<u8> {
    let text = Baseline::write(&report.findings);
    if report.findings.is_empty() && !file.exists() {
        say(cli, "nothing is found: no baseline is needed");
        return Ok(SUCCESS);
    }
    output::write(file, |to| to.write_all(text.as_bytes()))?;
    say(cli, &format!("wrote {}: {} known", file.display(), report.findings.len()));
    Ok(SUCCESS)
}

/// Writes the rules of another tool as ours, and says what they lack.
fn convert(cli: &Cli, args: &Check, file: &Path, cancelled: &AtomicBool) -> Result<u8> {
    let text = read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let source = Source::new(&args.source.path)?;
    let analysis = sources::analysis(cli, &source, &args.source, cancelled)?;
    let path = path_below(source.path(), file);
    let is_domain = |file: &&SourceFile| file.name() == DOMAIN_FILE;
    let domains = analysis.tree.files.iter().filter(is_domain).filter_map(|domain| {
        let Source::Place(place) = &source else { return None };
        let Ok(Bytes::Whole(text)) = place.read_path(&domain.path) else { return None };
        Some((domain.path.to_string(), String::from_utf8(text).ok()?))
    });
    let domains: Vec<_> = domains.collect();
    let converted =
        rules::convert(&path, &text, &analysis.tree, &domains).map_err(|mistake| mistaken(file, &[mistake]))?;
    match &args.output {
        Some(target) => output::write(target, |to| to.write_all(converted.text.as_bytes()))?,
        None => print_text(&converted.text)?,
    }
    for mistake in &converted.left {
        say(cli, &format!("{}:{mistake}", file.display()));
    }
    Ok(SUCCESS)
}

/// The path of a configuration relative to the source; its name alone where it lies elsewhere.
fn path_below(source: &Path, file: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (source, file) = (whole(source), whole(file));
    let below = file.strip_prefix(&source).ok().or_else(|| file.file_name().map(Path::new)).unwrap_or(&file);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The file named, or the one in the source's folder: that on disk for a revision too, so that rules hold for what was before.
fn rule_file(args: &Check, source: &Source) -> Result<PathBuf> {
    if let Some(file) = &args.rules {
        return Ok(file.clone());
    }
    let Source::Place(place) = source else {
        let file = source.path().display();
        bail!("{file}: a recording has no rules; name their file with --rules, such as:\n\n{EXAMPLE}");
    };
    let (folder, is_revision) = (place.folder(), matches!(place, Place::Revision(_)));
    let file = folder.join(RULE_FILE);
    if (is_revision || folder.is_dir()) && !file.exists() {
        bail!("{}: no rules there; write some, or name their file with --rules, such as:\n\n{EXAMPLE}", file.display());
    }
    Ok(file)
}

fn read_rules(file: &Path) -> Result<Rules> {
    let text = read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    rules::parse(&text).map_err(|mistakes| mistaken(file, &mistakes))
}

/// Nothing is known where there is no file, unless one was named.
fn read_baseline(file: &Path, args: &Check) -> Result<Baseline> {
    match read(file) {
        Ok(text) if !args.fix_baseline => Baseline::parse(&text).map_err(|mistakes| mistaken(file, &mistakes)),
        Ok(_) => Ok(Baseline::default()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && (args.baseline.is_none() || args.fix_baseline) => {
            Ok(Baseline::default())
        }
        Err(error) => Err(error).with_context(|| format!("{}: cannot be read", file.display())),
    }
}

/// The text of a regular file of a size that a person may have written.
pub fn read(file: &Path) -> io::Result<String> {
    let meta = fs::metadata(file)?;
    if !meta.is_file() || meta.len() > MAX_RULE_BYTES {
        return Err(io::Error::other("not a regular file of at most 16 MiB"));
    }
    fs::read_to_string(file)
}

/// Every mistake on a line of its own, as editors and compilers write places.
fn mistaken(file: &Path, mistakes: &[Mistake]) -> anyhow::Error {
    let lines: Vec<_> = mistakes.iter().map(|mistake| format!("{}:{mistake}", file.display())).collect();
    anyhow::anyhow!(lines.join("\n"))
}
