//! What a user may type. What the work needs is another matter: see `look` and `options` below.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::live::LiveArgs;
use crate::analysis::Options;
use crate::city::Look;
use crate::lang::Wanted;
use crate::scan::ScanOptions;
use crate::stream::options_json;

/// Any repository becomes a 3D code city in the Rerun viewer.
///
/// A building is a file, a district is a directory, an arc is an import. Footprint, height and colour are metrics of
/// your choice. Nothing of the repository is executed and nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Say nothing but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print the summary or the answer as one line of JSON, for scripts.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print how many seconds each stage took, as one line of JSON on standard error.
    #[arg(long, global = true, hide = true)]
    pub timings: bool,
}

const EXAMPLES: &str = "\
Examples:
  repolis view .                                  the city of this folder, in the browser
  repolis view . --color max_complexity           coloured by the most complex function
  repolis view . --exclude 'tests/**' --no-open   without tests; only print the address
  repolis view .@v1.0                             a git revision; nothing is checked out
  repolis log . -o city.rrd                       a recording, to be kept or sent
  repolis replay city.rrd                         shows it again, without the repository
  repolis log . -o - | rerun -                    into the desktop viewer
  repolis view . --otlp                           lit up by what runs, sent by OpenTelemetry
  repolis log . --otlp -o run.rrd                 recorded, until Ctrl-C
  repolis query path src/cli src/scan             why the one needs the other

More on each command: repolis help COMMAND";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyse a folder, or a revision of one, and open its city.
    ///
    /// The city opens in the browser: a page with the viewer, a legend, and the details of what you click. It is
    /// served on 127.0.0.1 only, until Ctrl-C.
    #[command(after_help = METRICS_HELP)]
    View(View),
    /// Analyse a folder, or a revision of one, and write its city as a recording (.rrd).
    #[command(after_help = METRICS_HELP)]
    Log(Log),
    /// Write the graph and the metrics in a format of other tools.
    #[command(after_help = super::export::HELP, mut_arg("path", |path| path.help(SOURCE_HELP)))]
    Export(super::export::Export),
    /// Hold a folder, a revision or a recording against rules: which imports may be, cycles, limits.
    #[command(after_help = super::check::HELP, mut_arg("path", |path| path.help(SOURCE_HELP)))]
    Check(super::check::Check),
    /// Open recordings that `repolis log` wrote; the repository is not needed.
    Replay(Replay),
    /// Ask a question about the imports and metrics of a repository.
    ///
    /// Answers are tables, or JSON with --json. Paths are relative to SOURCE.
    #[command(after_help = super::query::HELP)]
    Query(super::query::Query),
}

/// Of commands that take recordings too.
const SOURCE_HELP: &str = "Folder, a git revision of one (path@revision), or a recording (.rrd)";

const METRICS_HELP: &str = "\
Metrics: bytes, lines, code_lines, comment_lines, blank_lines, functions, classes, abstract_classes, complexity, \
max_complexity, cognitive_complexity, max_cognitive_complexity, max_function_lines, nesting_depth, fan_in, fan_out, page_rank, cycle, layer; and for --color also language, class, role and entry.
Computed only when named: betweenness, community.
The page docs/metrics.md says what each is and where its formula comes from.";

#[derive(Debug, Args)]
pub struct View {
    #[command(flatten)]
    pub city: CityArgs,
    #[command(flatten)]
    pub show: Show,
    /// With --otlp or --follow: write what runs into this recording while it is shown.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Stream into a running Rerun viewer instead, such as `rerun+http://127.0.0.1:9876/proxy`.
    #[arg(long, value_name = "URL", conflicts_with_all = ["native", "port", "no_open"])]
    pub connect: Option<String>,
    #[command(flatten)]
    pub live: LiveArgs,
}

#[derive(Debug, Args)]
pub struct Log {
    #[command(flatten)]
    pub city: CityArgs,
    /// File to write; `-` writes to standard output, for `rerun -`.
    #[arg(long, short, value_name = "FILE", required_unless_present = "connect")]
    pub output: Option<PathBuf>,
    /// Stream into a running Rerun viewer too, such as `rerun+http://127.0.0.1:9876/proxy`.
    #[arg(long, value_name = "URL")]
    pub connect: Option<String>,
    #[command(flatten)]
    pub live: LiveArgs,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// Recordings, or folders of recordings.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub show: Show,
}

/// Where a city is shown.
#[derive(Debug, Args)]
pub struct Show {
    /// Port of the page on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Do not open the browser, only print the address.
    #[arg(long)]
    pub no_open: bool,
    /// Open the desktop viewer (`rerun` 0.36.3 on the PATH) instead of the browser.
    #[arg(long, conflicts_with_all = ["port", "no_open"])]
    pub native: bool,
    /// Further name under which a proxy serves the page; may be repeated.
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// Path under which a proxy serves the page.
    #[arg(long, value_name = "PATH", default_value = "")]
    pub base_url: String,
}

const AREA: &str = Look::DEFAULT[0];
const HEIGHT: &str = Look::DEFAULT[1];
const COLOR: &str = Look::DEFAULT[2];

/// What is analysed and how it looks.
#[derive(Debug, Args)]
pub struct CityArgs {
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub source: SourceArgs,
}

/// What is analysed.
#[derive(Clone, Debug, Args)]
pub struct SourceArgs {
    /// Folder, or a git revision of one: path@revision.
    #[arg(default_value = ".", value_name = "SOURCE")]
    pub path: PathBuf,
    #[command(flatten)]
    pub files: FileArgs,
    /// Whether nothing to draw is no error.
    #[arg(skip)]
    pub may_be_empty: bool,
    /// What the command asks of the files.
    #[arg(skip)]
    pub wanted: Wanted,
}

/// Which files are taken.
#[derive(Clone, Debug, Default, Args)]
pub struct FileArgs {
    /// Draw files that are left out otherwise.
    #[arg(long, global = true, value_name = "CLASS", value_delimiter = ',', help_heading = "Files")]
    pub with: Vec<Class>,
    /// Only files that match this glob, in .gitignore syntax; may be repeated.
    #[arg(long, global = true, value_name = "GLOB", help_heading = "Files")]
    pub include: Vec<String>,
    /// No files or folders that match this glob; may be repeated.
    #[arg(long, global = true, value_name = "GLOB", help_heading = "Files")]
    pub exclude: Vec<String>,
    /// Take files and folders whose name starts with a dot.
    #[arg(long, global = true, help_heading = "Files")]
    pub hidden: bool,
    /// Take what .gitignore, .ignore and .repolisignore exclude.
    #[arg(long, global = true, help_heading = "Files")]
    pub no_ignore: bool,
}

/// How a city looks.
#[derive(Clone, Debug, Args)]
pub struct LookArgs {
    /// Metric of the footprint.
    #[arg(long, value_name = "METRIC", default_value = AREA, help_heading = "Look")]
    pub area: String,
    /// Metric of the height.
    #[arg(long, value_name = "METRIC", default_value = HEIGHT, help_heading = "Look")]
    pub height: String,
    /// Metric of the colour.
    #[arg(long, value_name = "METRIC", default_value = COLOR, help_heading = "Look")]
    pub color: String,
    /// At most so many import arcs, the strongest; 1000 is the most [default: by the number of files].
    #[arg(long, value_name = "N", help_heading = "Look")]
    pub arcs: Option<usize>,
}

/// Classes of files that are no buildings unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Class {
    /// Lock files, protobuf output, files marked as generated.
    Generated,
    /// JavaScript and CSS squeezed for transport.
    Minified,
    /// Files that are not text.
    Binary,
}

impl CityArgs {
    /// The options as a recording keeps them.
    pub fn json(&self) -> String {
        options_json(&self.source.options(), &self.look.look())
    }
}

impl SourceArgs {
    /// Whether any option says which files are taken.
    pub fn has_options(&self) -> bool {
        let files = &self.files;
        let takes_all = files.with.is_empty() && files.include.is_empty() && files.exclude.is_empty();
        !takes_all || files.hidden || files.no_ignore
    }

    /// What the analysis needs of it.
    pub fn options(&self) -> Options {
        let files = &self.files;
        Options {
            scan: ScanOptions {
                hidden: files.hidden,
                no_ignore: files.no_ignore,
                include: files.include.clone(),
                exclude: files.exclude.clone(),
            },
            with_generated: files.with.contains(&Class::Generated),
            with_minified: files.with.contains(&Class::Minified),
            with_binary: files.with.contains(&Class::Binary),
            may_be_empty: self.may_be_empty,
            wanted: self.wanted,
        }
    }
}

impl LookArgs {
    /// What the city needs of it.
    pub fn look(&self) -> Look {
        let Self { area, height, color, arcs } = self;
        Look { area: area.clone(), height: height.clone(), color: color.clone(), arcs: *arcs, is_muted: false }
    }

    /// Whether any option says how the city looks.
    pub fn has_options(&self) -> bool {
        [&*self.area, &*self.height, &*self.color] != Look::DEFAULT || self.arcs.is_some()
    }
}
