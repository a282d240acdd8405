//! The functions of each file by line and by name.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::names::Name;
use crate::lang::{Family, Function};
use crate::scan::FileId;

/// Decorators and attributes stand at most so many lines before the function, which its sender may count from them.
const DECORATORS: u32 = 20;

/// All functions, by file.
#[derive(Debug, Default)]
pub(super) struct Functions {
    /// Where each file's functions begin in `lines`; one more than there are files.
    first: Vec<u32>,
    /// By file and first line, the outer ones first.
    lines: Vec<Lines>,
    /// Places in `lines` by file and hash of the last part of the name.
    by_name: Vec<(FileId, u32, u32)>,
    /// Names by row of the analysis.
    names: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug)]
struct Lines {
    start: u32,
    end: u32,
    row: u32,
}

/// Whether a file has what a record says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Agreement {
    /// It has no function of the name.
    Contradicts,
    /// Nothing tells.
    Unknown,
    /// It has a function of the name.
    Name,
    /// It has a function of the name at the line.
    NameAndLine,
    /// The same, and the record says no more and no less of the name than the file.
    Exactly,
}

/// Which function of a file is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Row of the function.
    pub function: Option<u32>,
    pub agreement: Agreement,
}

impl Functions {
    pub fn new<'a>(files: usize, functions: impl IntoIterator<Item = (FileId, &'a Function)>) -> Self {
        let (mut names, mut rows) = (Vec::new(), Vec::new());
        for ((file, function), row) in functions.into_iter().zip(0..) {
            names.push(function.name.clone());
            rows.push((file, Lines { start: function.line, end: function.end_line, row }));
        }
        rows.retain(|(file, _)| file.index() < files);
        rows.sort_by_key(|(file, lines)| (*file, lines.start, std::cmp::Reverse(lines.end)));
        let first = (0..=files as u32).map(|id| rows.partition_point(|(file, _)| file.0 < id) as u32).collect();
        let key = |((file, lines), at): (&(FileId, Lines), u32)| (*file, hash(last(&names[lines.row as usize])), at);
        let mut by_name: Vec<_> = rows.iter().zip(0..).map(key).collect();
        by_name.sort_unstable();
        let lines = rows.into_iter().map(|(_, lines)| lines).collect();
        Self { first, lines, by_name, names }
    }

    /// The name of a row of the analysis.
    pub fn name(&self, row: u32) -> Option<&str> {
        self.names.get(row as usize).map(|name| &**name)
    }

    /// Whether a file has any.
    pub fn any(&self, file: FileId) -> bool {
        !self.of(file).is_empty()
    }

    /// The innermost function around a line.
    pub fn at(&self, file: FileId, line: u32) -> Option<u32> {
        self.around(file, line).map(|lines| lines.row)
    }

    /// The function that a record means by a name, qualified or not, and a line; 0 for none. A line is surer than a name that is not
    /// qualified, and a whole name surer than a line: sources are edited after they were loaded.
    pub fn choose(&self, file: FileId, name: &Name<'_>, line: u32, family: Option<Family>) -> Choice {
        let choice = |function, agreement| Choice { function, agreement };
        if name.is_module {
            return choice(None, Agreement::Unknown);
        }
        let around = self.around(file, line).map(|lines| lines.row);
        if name.segments.is_empty() {
            return choice(around, Agreement::Unknown);
        }
        let is_script = family == Some(Family::Script);
        let named = self.named(file, name, is_script);
        if named.is_empty() {
            return self.without_row(file, name, line, family);
        }
        let is_here = |lines: Lines| lines.holds(line) || !is_script && self.begins_or_holds(file, lines, line);
        let here = named.iter().filter(|(lines, _)| is_here(*lines));
        if let Some((lines, matched)) = here.max_by_key(|(lines, _)| (lines.start, lines.row)) {
            // What has no name is counted with the function that it stands in.
            let function = if name.is_anonymous { around } else { Some(lines.row) };
            let own = split(&self.names[lines.row as usize]).count();
            let is_exact = own == *matched && own == name.segments.len();
            return choice(function, if is_exact { Agreement::Exactly } else { Agreement::NameAndLine });
        }
        let best = named.iter().map(|(_, matched)| *matched).max().unwrap_or_default();
        let mut meant = named.iter().filter(|(_, matched)| *matched == best).map(|(lines, _)| lines.row);
        let only = meant.next().filter(|_| meant.next().is_none());
        if best > 1 && !is_script {
            return choice(only, Agreement::Name);
        }
        // Engines give the lines of what they run, in which functions that have no row are called like others too.
        let is_whole = |row: &u32| best > 1 || !is_script && split(&self.names[*row as usize]).count() == 1;
        choice(only.filter(is_whole).or(around).or(only.filter(|_| line == 0)), Agreement::Name)
    }

    /// What is meant by a name that no function of the file has: something within a function that has no row, or nothing of it.
    fn without_row(&self, file: FileId, name: &Name<'_>, line: u32, family: Option<Family>) -> Choice {
        let outer = Name { segments: name.segments[..name.segments.len() - 1].to_vec(), ..Name::default() };
        let outer = self.named(file, &outer, false);
        if let Some((around, _)) = outer.iter().find(|(around, _)| around.holds(line)) {
            return Choice { function: Some(around.row), agreement: Agreement::NameAndLine };
        }
        // A script says the receiver, which is no function around it.
        if let Some((around, _)) = outer.first().filter(|_| line == 0 || family != Some(Family::Script)) {
            return Choice { function: Some(around.row), agreement: Agreement::Name };
        }
        let function = self.at(file, line);
        let is_class = || self.qualifies(file, |class| name.segments.ends_with(class));
        // A function of a script has its own name, and that of what it is assigned to.
        let may_be_named = family.is_none() || family == Some(Family::Script) && function.is_some();
        let is_known = may_be_named || self.lines.is_empty() || is_class();
        Choice { function, agreement: if is_known { Agreement::Unknown } else { Agreement::Contradicts } }
    }

    /// The function around a line, or the one of this name that begins there: of what a span calls itself after a function only the
    /// line is sure.
    pub fn at_line(&self, file: FileId, line: u32, name: &Name<'_>) -> Option<u32> {
        let named = self.named(file, name, false).into_iter().map(|(lines, _)| lines);
        let here = named.filter(|lines| self.begins_or_holds(file, *lines, line)).max_by_key(|lines| lines.start);
        here.map(|lines| lines.row).or_else(|| self.at(file, line))
    }

    /// The function with exactly these names within its file; `Some(None)` where they name a class, or several functions.
    pub fn exactly(&self, file: FileId, segments: &[&str], line: u32) -> Option<Option<u32>> {
        let name = Name { segments: segments.to_vec(), ..Name::default() };
        let exact = |(lines, matched): &(Lines, usize)| {
            *matched == segments.len() && split(&self.names[lines.row as usize]).count() == *matched
        };
        let named: Vec<_> = self.named(file, &name, false).into_iter().filter(exact).map(|(lines, _)| lines).collect();
        match &named[..] {
            [] => self.qualifies(file, |class| segments == class).then_some(None),
            [only] => Some(Some(only.row)),
            several => Some(several.iter().find(|lines| line > 0 && lines.holds(line)).map(|lines| lines.row)),
        }
    }

    fn of(&self, file: FileId) -> &[Lines] {
        let bound = |at: usize| self.first.get(at).map_or(self.lines.len(), |&first| first as usize);
        &self.lines[bound(file.index())..bound(file.index() + 1)]
    }

    fn around(&self, file: FileId, line: u32) -> Option<Lines> {
        let all = self.of(file);
        let before = &all[..all.partition_point(|lines| lines.start <= line)];
        before.iter().rev().find(|lines| lines.holds(line)).copied()
    }

    /// Whether the line is in the function, or among the decorators before it.
    fn begins_or_holds(&self, file: FileId, function: Lines, line: u32) -> bool {
        if line == 0 || function.holds(line) || function.start < line {
            return line > 0 && function.holds(line);
        }
        let all = self.of(file);
        let next = all.get(all.partition_point(|lines| lines.start <= line)).map(|lines| lines.start);
        let is_within = self.around(file, line).is_none_or(|around| around.holds(function.start));
        function.start - line <= DECORATORS && next == Some(function.start) && is_within
    }

    /// The functions that a name may mean, and how many parts of both names are the same.
    fn named(&self, file: FileId, name: &Name<'_>, is_script: bool) -> Vec<(Lines, usize)> {
        let Some(last) = name.last() else { return Vec::new() };
        let key = (file, hash(last));
        let start = self.by_name.partition_point(|&(file, hash, _)| (file, hash) < key);
        let same = self.by_name[start..].iter().take_while(|&&(file, hash, _)| (file, hash) == key);
        let all = same.map(|&(.., at)| self.lines[at as usize]).filter_map(|lines| {
            let own = split(&self.names[lines.row as usize]);
            let matched = own.zip(name.segments.iter().rev()).take_while(|(own, other)| own == *other).count();
            (matched > 0).then_some((lines, matched))
        });
        let all: Vec<_> = all.collect();
        // One of both names must be the end of the other.
        let is_end = |(lines, matched): &(Lines, usize)| {
            *matched == name.segments.len() || *matched == split(&self.names[lines.row as usize]).count()
        };
        // V8 says the type of the receiver, which need not be where a method was defined.
        if is_script && !all.iter().any(is_end) { all } else { all.into_iter().filter(is_end).collect() }
    }

    /// Whether a function of the file is qualified by names such as `is` takes, those of a class and what holds it.
    fn qualifies(&self, file: FileId, is: impl Fn(&[&str]) -> bool) -> bool {
        self.of(file).iter().any(|lines| {
            let mut parts: Vec<_> = split(&self.names[lines.row as usize]).skip(1).collect();
            parts.reverse();
            (1..=parts.len()).any(|len| is(&parts[..len]))
        })
    }
}

impl Lines {
    fn holds(self, line: u32) -> bool {
        self.start <= line && line <= self.end
    }
}

/// The parts of a function's name in its file, the last one first.
fn split(name: &str) -> impl Iterator<Item = &str> {
    name.rsplit(['.', ':', '#']).filter(|part| !part.is_empty())
}

fn last(name: &str) -> &str {
    split(name).next().unwrap_or_default()
}

fn hash(name: &str) -> u32 {
    FxBuildHasher.hash_one(name) as u32
}
