//! What may be asked.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::FileArgs;
use crate::lang::ImportKind;
use crate::query::{GroupBy, Kinds, Level, STARTS};
use crate::resolve::entry::Entry;

pub const HELP: &str = "\
SOURCE is the current folder unless -s names another folder, a revision of one (path@rev) or a recording (.rrd).
Where files are named, a path, a directory (all below it) or a glob in .gitignore syntax will do.

Examples:
  repolis query summary                            what to read first
  repolis query cycles -s ~/src/flask              import cycles, and a shortest way round each
  repolis query path src/web src/db                why the one needs the other
  repolis query dependents src/db.py --tree        who would notice
  repolis query impact --changed --paths           files that my edits may reach
  repolis query top max_complexity -s city.rrd     the most complex functions' files, from a recording

Exit codes: 0 answered, 2 usage or input error; with --exit-code 1 when the answer is not empty.";

#[derive(Debug, Args)]
pub struct Query {
    /// Folder, revision of one (path@rev) or recording (.rrd) [default: .].
    #[arg(long, short, global = true, value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// At most so many rows; 0 for all [default: 50; 20 of a ranking; 10 paths].
    #[arg(long, short = 'n', global = true, value_name = "N")]
    pub limit: Option<usize>,
    /// Print only the paths of the answer, one a line and all of them.
    #[arg(long, global = true, conflicts_with = "json")]
    pub paths: bool,
    /// Exit with 1 when the answer is not empty, as `git diff` does.
    #[arg(long, global = true)]
    pub exit_code: bool,
    #[command(flatten)]
    pub files: FileArgs,
    #[command(subcommand)]
    pub question: Question,
}

#[derive(Debug, Subcommand)]
pub enum Question {
    /// Import cycles, the largest first, with a shortest way round each.
    Cycles(Cycles),
    /// Groups of files that import each other, how well the directories agree, and files that stand elsewhere.
    Communities {
        /// The same as -s SOURCE.
        #[arg(id = "positional", value_name = "SOURCE")]
        source: Option<PathBuf>,
    },
    /// All shortest ways by imports from A to B, with the lines.
    Path(Ends),
    /// Files that depend on F, directly or through others.
    Dependents(Reach),
    /// Files that F depends on, directly or through others.
    Dependencies(Reach),
    /// The files, directories or functions with the largest values of a metric.
    Top(Top),
    /// Every import between A and B, both ways.
    Explain(Ends),
    /// What a change of F may reach, ranked, and the tests among it.
    Impact(Impact),
    /// Imports that lead nowhere, with the reasons.
    Unresolved(Unresolved),
    /// Files that something outside the imports starts or uses: programs, libraries, pages, scripts, tests.
    EntryPoints(EntryPoints),
    /// Files that no file imports and that are no entry point.
    Unused(Unused),
    /// Imports that nothing which ran was seen to use, and calls that no import explains: of a recording with runtime data.
    Observed(Observed),
    /// The repository in a few numbers, and what to read first.
    Summary(Summary),
}

impl Query {
    /// The source, wherever it stands.
    pub fn source(&self) -> Result<PathBuf> {
        let positional = match &self.question {
            Question::Communities { source } => source,
            Question::Cycles(args) => &args.source,
            Question::Top(args) => &args.source,
            Question::Unresolved(args) => &args.source,
            Question::EntryPoints(args) => &args.source,
            Question::Unused(args) => &args.source,
            Question::Observed(args) => &args.source,
            Question::Summary(args) => &args.source,
            _ => &None,
        };
        match (&self.source, positional) {
            (Some(source), Some(other)) => {
                bail!("{}: SOURCE is given already, as {}", other.display(), source.display())
            }
            (source, positional) => Ok(source.clone().or_else(|| positional.clone()).unwrap_or_else(|| ".".into())),
        }
    }
}

#[derive(Debug, Args)]
pub struct Cycles {
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// Only cycles with a file in this part; may be repeated.
    #[arg(long = "in", value_name = "PART")]
    pub within: Vec<String>,
    /// Name the fewest imports found whose removal breaks each cycle; may take seconds.
    #[arg(long = "break")]
    pub breaking: bool,
    #[command(flatten)]
    pub kinds: KindArgs,
}

#[derive(Debug, Args)]
pub struct Ends {
    /// File, directory or glob.
    #[arg(value_name = "A")]
    pub from: String,
    /// File, directory or glob.
    #[arg(value_name = "B")]
    pub to: String,
    #[command(flatten)]
    pub kinds: KindArgs,
}

#[derive(Debug, Args)]
pub struct Reach {
    /// Files, directories or globs.
    #[arg(required = true, value_name = "F")]
    pub files: Vec<String>,
    /// At most so many imports away; 1 for direct ones only.
    #[arg(long, short, value_name = "N")]
    pub depth: Option<u32>,
    /// As a tree; each file's own imports are written once, `*` marks where they are left out.
    #[arg(long, short)]
    pub tree: bool,
    #[command(flatten)]
    pub kinds: KindArgs,
}

#[derive(Debug, Args)]
pub struct Top {
    /// Name of the metric, such as complexity or lines.
    #[arg(value_name = "METRIC")]
    pub metric: String,
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// What is ranked.
    #[arg(long, value_name = "LEVEL", default_value = "file")]
    pub by: By,
    /// The smallest values first.
    #[arg(long)]
    pub ascending: bool,
    /// Only files in this part; may be repeated.
    #[arg(long = "in", value_name = "PART")]
    pub within: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum By {
    /// Files.
    File,
    /// Directories with all that is below them.
    Directory,
    /// Functions and methods: complexity, nesting and length are known of each.
    Function,
}

impl From<By> for Level {
    fn from(by: By) -> Self {
        match by {
            By::File => Self::File,
            By::Directory => Self::Directory,
            By::Function => Self::Function,
        }
    }
}

#[derive(Debug, Args)]
pub struct Impact {
    /// Files, directories or globs that change.
    #[arg(value_name = "F")]
    pub files: Vec<String>,
    #[command(flatten)]
    pub changed: Changed,
    /// At most so many imports away.
    #[arg(long, short, value_name = "N")]
    pub depth: Option<u32>,
    #[command(flatten)]
    pub kinds: KindArgs,
}

#[derive(Debug, Args)]
pub struct Changed {
    /// Take the files that differ from the last commit, or from REV, staged and untracked ones too. Of a revision, those that
    /// were committed.
    #[arg(long, value_name = "REV", num_args = 0..=1, default_missing_value = "HEAD", require_equals = true)]
    pub changed: Option<String>,
}

#[derive(Debug, Args)]
pub struct Unresolved {
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// How they are grouped.
    #[arg(long, value_name = "GROUP", default_value = "reason")]
    pub by: Grouping,
    /// Only imports by files in this part; may be repeated.
    #[arg(long = "in", value_name = "PART")]
    pub within: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Grouping {
    /// Why they lead nowhere.
    Reason,
    /// The importing file.
    File,
    /// The import as written.
    Import,
}

impl From<Grouping> for GroupBy {
    fn from(by: Grouping) -> Self {
        match by {
            Grouping::Reason => Self::Reason,
            Grouping::File => Self::File,
            Grouping::Import => Self::Import,
        }
    }
}

#[derive(Debug, Args)]
pub struct EntryPoints {
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// Only these kinds [default: all but test, story, types, package and fixture].
    #[arg(long, value_name = "ENTRY", value_delimiter = ',', value_parser = entry())]
    pub kind: Vec<Entry>,
    /// Only files in this part; may be repeated.
    #[arg(long = "in", value_name = "PART")]
    pub within: Vec<String>,
}

impl EntryPoints {
    pub fn kinds(&self) -> &[Entry] {
        if self.kind.is_empty() { &STARTS } else { &self.kind }
    }
}

#[derive(Debug, Args)]
pub struct Unused {
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// Only files in this part; may be repeated.
    #[arg(long = "in", value_name = "PART")]
    pub within: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Observed {
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
    /// Only pairs with a file in this part; may be repeated.
    #[arg(long = "in", value_name = "PART")]
    pub within: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Summary {
    /// The same as -s SOURCE.
    #[arg(id = "positional", value_name = "SOURCE")]
    pub source: Option<PathBuf>,
}

/// Which imports count.
#[derive(Debug, Args)]
pub struct KindArgs {
    /// Only imports of these kinds [default: all but module].
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind())]
    pub kind: Vec<ImportKind>,
}

impl KindArgs {
    pub fn kinds(&self) -> Kinds {
        if self.kind.is_empty() { Kinds::default() } else { Kinds::of(self.kind.iter().copied()) }
    }
}

fn kind() -> impl TypedValueParser<Value = ImportKind> {
    PossibleValuesParser::new(ImportKind::ALL.map(ImportKind::name)).map(|name| {
        // Others are refused before.
        ImportKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(ImportKind::Runtime)
    })
}

fn entry() -> impl TypedValueParser<Value = Entry> {
    PossibleValuesParser::new(Entry::ALL.map(Entry::name)).map(|name| Entry::named(&name).unwrap_or(Entry::Script))
}
