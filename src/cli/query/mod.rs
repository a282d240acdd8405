//! `repolis query`: a question becomes a call of `query`, and its answer a table, JSON or paths.

mod args;
mod communities;
mod names;
mod views;

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use clap::builder::styling::Style;
use serde::Serialize;

use args::{Changed, Question};
pub use args::{HELP, Query};
use names::Names;
use views::{Page, View};

use super::args::{Cli, SourceArgs};
use super::source;
use super::{SUCCESS, say, summary, table, tell};
use crate::analysis::Analysis;
use crate::history::{self, ChangeError};
use crate::lang::Wanted;
use crate::query::{self, Direction, Selection};
use crate::scan::FileId;
use crate::source::{Source, SourceError, recorded_history};
use crate::telemetry::History;

/// The version of the documents that `--json` prints; it changes when a script would misread a newer one.
const SCHEMA: u32 = 1;
/// Rows of a table without `--limit`.
const ROWS: usize = 50;
/// Rows of a ranking without `--limit`.
const TOP_ROWS: usize = 20;
/// Rows of each list of a summary without `--limit`.
const SUMMARY_ROWS: usize = 5;
/// Shortest ways that are listed without `--limit`.
const PATHS: usize = 10;
/// Exit code of `--exit-code` when there is something.
const FOUND: u8 = 1;

/// Answers the question on standard output.
pub fn run(cli: &Cli, args: &Query, cancelled: &AtomicBool) -> Result<u8> {
    let asked =
        SourceArgs { path: args.source()?, files: args.files.clone(), may_be_empty: true, wanted: Wanted::Everything };
    let source = Source::new(&asked.path)?;
    let (mut analysis, history) = match (&args.question, &source) {
        (Question::Observed(_), Source::Recording(file)) if !asked.has_options() => recorded_history(file)?,
        _ => (source::analysis(cli, &source, &asked, cancelled)?, None),
    };
    if let Question::Top(top) = &args.question {
        analysis.demand(&top.metric);
    }
    let mut timings = std::mem::take(&mut analysis.timings);
    let names = Names::new(&analysis, source.path());
    let asked = Asked { cli, args, source: &source, analysis: &analysis, history, names };
    let code = timings.time("query", || asked.answer())?;
    if cli.timings {
        tell(&summary::seconds(&timings));
    }
    Ok(code)
}

/// A question and what it is about.
struct Asked<'a> {
    cli: &'a Cli,
    args: &'a Query,
    source: &'a Source,
    analysis: &'a Analysis,
    /// What was seen to run, where that is asked about.
    history: Option<History>,
    names: Names<'a>,
}

impl Asked<'_> {
    fn answer(&self) -> Result<u8> {
        let analysis = self.analysis;
        match &self.args.question {
            Question::Cycles(part) => {
                let keep = self.part(&part.within)?;
                self.print("cycles", &query::cycles(analysis, part.kinds.kinds(), keep, part.breaking))
            }
            Question::Path(ends) => {
                let (from, to) = (self.names.select(&ends.from)?, self.names.select(&ends.to)?);
                let limit = self.limit(PATHS);
                self.print("path", &query::shortest_paths(analysis, &from, &to, ends.kinds.kinds(), limit)?)
            }
            Question::Dependents(reach) => self.reach("dependents", reach, Direction::Dependents),
            Question::Dependencies(reach) => self.reach("dependencies", reach, Direction::Dependencies),
            Question::Top(top) => {
                let keep = self.part(&top.within)?;
                let limit = self.limit(TOP_ROWS);
                self.print("top", &query::top(analysis, &top.metric, top.by.into(), top.ascending, limit, keep)?)
            }
            Question::Explain(ends) => {
                let (a, b) = (self.names.select(&ends.from)?, self.names.select(&ends.to)?);
                self.print("explain", &query::explain(analysis, &a, &b, ends.kinds.kinds())?)
            }
            Question::Impact(impact) => {
                let changed = self.changed(&impact.files, &impact.changed)?;
                self.print("impact", &query::impact(analysis, &changed, impact.kinds.kinds(), impact.depth))
            }
            Question::Communities { .. } => self.print("communities", &query::communities(analysis)),
            Question::Unresolved(part) => {
                let keep = self.part(&part.within)?;
                self.print("unresolved", &query::unresolved(analysis, part.by.into(), keep))
            }
            Question::EntryPoints(part) => {
                let keep = self.part(&part.within)?;
                self.print("entry-points", &query::entry_points(analysis, part.kinds(), keep)?)
            }
            Question::Unused(part) => {
                let keep = self.part(&part.within)?;
                self.print("unused", &query::unused(analysis, keep)?)
            }
            Question::Observed(part) => {
                let keep = self.part(&part.within)?;
                self.print("observed", &query::observed(analysis, self.history.as_ref(), keep)?)
            }
            Question::Summary(_) => self.print("summary", &query::summary(analysis, self.limit(SUMMARY_ROWS))),
        }
    }

    fn reach(&self, name: &str, args: &args::Reach, direction: Direction) -> Result<u8> {
        let (of, kinds) = (self.union(&args.files)?, args.kinds.kinds());
        if args.tree {
            return self.print(name, &query::tree(self.analysis, &of, direction, kinds, args.depth));
        }
        self.print(name, &query::reach(self.analysis, &of, direction, kinds, args.depth))
    }

    fn union(&self, names: &[String]) -> Result<Selection> {
        let selections: Result<Vec<_>, _> = names.iter().map(|name| self.names.select(name)).collect();
        Ok(Selection::union(&selections?))
    }

    /// Which files a question is restricted to.
    fn part(&self, names: &[String]) -> Result<impl Fn(FileId) -> bool + use<>> {
        let selection = self.union(names)?;
        let all = names.is_empty();
        Ok(move |file| all || selection.has(file))
    }

    /// The files named, and those that git finds changed when it is asked.
    fn changed(&self, files: &[String], changed: &Changed) -> Result<Selection> {
        let named = self.union(files)?;
        let Some(revision) = &changed.changed else {
            if files.is_empty() {
                bail!("no files: name those that change, or let git find them with --changed");
            }
            return Ok(named);
        };
        let Source::Place(place) = self.source else {
            bail!("{}: --changed looks into a folder; name the files instead", self.source.path().display());
        };
        let tree = &self.analysis.tree;
        let paths = tree.files.iter().map(|file| file.path.to_string()).collect();
        let changes = history::changes(place, revision, paths).map_err(|error| -> anyhow::Error {
            match error {
                ChangeError::Revision(error) => SourceError::revision(error, revision).into(),
                other => other.into(),
            }
        })?;
        if !changes.deleted.is_empty() {
            let (count, first) = (changes.deleted.len(), table::printable(&changes.deleted[0]));
            say(
                self.cli,
                &format!(
                    "left out, as it is deleted: {first}{}",
                    match count {
                        1 => String::new(),
                        count => format!(", and {} more", count - 1),
                    }
                ),
            );
        }
        let mut found = named.files;
        found.extend(changes.changed.iter().filter_map(|path| tree.file_id(path)));
        found.sort_unstable();
        found.dedup();
        Ok(Selection { name: format!("changes since {revision}"), files: found })
    }

    fn limit(&self, default: usize) -> usize {
        match self.args.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None => default,
        }
    }

    fn print<T: Serialize + View>(&self, query: &str, answer: &T) -> Result<u8> {
        // Names go to scripts as they are; only a table has a style.
        let mut stdout = io::stdout().lock();
        let written = if self.cli.json {
            self.write_json(&mut stdout, query, answer)
        } else if self.args.paths {
            answer.paths().into_iter().try_for_each(|path| writeln!(stdout, "{path}"))
        } else {
            let page = answer.page(self.limit(ROWS));
            let note = || {
                if !page.note.is_empty() {
                    say(self.cli, &page.note);
                }
            };
            write_page(&mut anstream::AutoStream::auto(&mut stdout), &page).inspect(|()| note())
        };
        match written.and_then(|()| stdout.flush()) {
            // A reader that went away had enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(error).context("cannot write to standard output");
            }
            _ => {}
        }
        let found = self.args.exit_code && !answer.is_empty();
        Ok(if found { FOUND } else { SUCCESS })
    }

    fn write_json(&self, writer: &mut impl Write, query: &str, answer: &impl Serialize) -> io::Result<()> {
        #[derive(Serialize)]
        struct Document<'a, T> {
            query: &'a str,
            schema: u32,
            repository: &'a str,
            commit: Option<&'a str>,
            answer: &'a T,
        }
        let (repository, commit) = (&self.analysis.name, self.analysis.commit.as_deref());
        let mut text = serde_json::to_vec(&Document { query, schema: SCHEMA, repository, commit, answer })?;
        text.push(b'\n');
        writer.write_all(&text)
    }
}

fn write_page(writer: &mut impl Write, page: &Page) -> io::Result<()> {
    let width = table::terminal_width();
    for (at, section) in page.sections.iter().enumerate() {
        if at > 0 {
            writeln!(writer)?;
        }
        if let Some(title) = &section.title {
            writeln!(writer, "{}", table::printable(title))?;
        }
        let lines = section.table.lines(width);
        // A table of two plain columns has no header.
        for (line, text) in lines.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let style = if line == 0 { Style::new().bold() } else { Style::new() };
            writeln!(writer, "{style}{text}{style:#}")?;
        }
    }
    Ok(())
}
