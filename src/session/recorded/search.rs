//! Fuzzy search over paths and names of functions.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::scan::{FileId, file_name};
use crate::session::{Hit, HitKind};

/// Rows of an answer.
const HITS: usize = 40;
/// Words of a query, and characters of each.
const MAX_WORDS: usize = 6;
const MAX_WORD_CHARS: usize = 80;
/// What a match within the last part of a path counts more than one that is scattered over all of it.
const NAME_BONUS: u32 = 24;
/// What is called exactly so comes before what only starts so.
const WHOLE_NAME_BONUS: u32 = 24;

/// The characters of each path and function name as bits: most candidates are refused by them alone.
pub struct Index {
    files: Vec<u64>,
    dirs: Vec<u64>,
    functions: Vec<u64>,
    drawn: Vec<bool>,
}

/// A candidate that matches. Ordered so that the best comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    score: Reverse<u32>,
    kind: HitKind,
    length: usize,
    index: usize,
}

impl Index {
    pub fn new(analysis: &Analysis) -> Self {
        let mut drawn = vec![false; analysis.tree.files.len()];
        analysis.drawn.iter().for_each(|file| drawn[file.index()] = true);
        Self {
            files: analysis.tree.files.iter().map(|file| letters(&file.path)).collect(),
            dirs: analysis.tree.dirs.iter().map(|dir| letters(&dir.path)).collect(),
            functions: analysis.functions.iter().map(|row| letters(&row.function.name)).collect(),
            drawn,
        }
    }

    /// The best matches of `text`. Of several words, each must match the path; for a function, the last one its name.
    pub fn search(&self, analysis: &Analysis, text: &str, shows: impl Fn(FileId) -> bool) -> Vec<Hit> {
        let words: Vec<Word> = text.split_whitespace().take(MAX_WORDS).map(Word::new).collect();
        let Some((last, others)) = words.split_last() else { return Vec::new() };
        let mut found = self.files(analysis, &words);
        found.extend(self.dirs(analysis, &words));
        found.extend(self.functions(analysis, last, others));
        best(&mut found);
        found.into_iter().map(|found| hit(analysis, found, &shows)).collect()
    }

    fn files(&self, analysis: &Analysis, words: &[Word]) -> Vec<Found> {
        let paths = |index: usize| &*analysis.tree.files[index].path;
        // What has no building cannot be gone to.
        matches(&self.files, words, HitKind::File, paths, |index| self.drawn[index])
    }

    fn dirs(&self, analysis: &Analysis, words: &[Word]) -> Vec<Found> {
        matches(&self.dirs, words, HitKind::Directory, |index| &*analysis.tree.dirs[index].path, |index| index > 0)
    }

    fn functions(&self, analysis: &Analysis, last: &Word, others: &[Word]) -> Vec<Found> {
        let in_files: Option<Vec<bool>> = (!others.is_empty()).then(|| {
            let mut admitted = vec![false; self.files.len()];
            self.files(analysis, others).iter().for_each(|found| admitted[found.index] = true);
            admitted
        });
        let rows = &analysis.functions;
        let admits = |index: usize| {
            let file = rows[index].file.index();
            self.drawn[file] && in_files.as_ref().is_none_or(|admitted| admitted[file])
        };
        let names = |index: usize| &*rows[index].function.name;
        matches(&self.functions, std::slice::from_ref(last), HitKind::Function, names, admits)
    }
}

/// A word of the query.
struct Word {
    atom: Atom,
    letters: u64,
    text: String,
}

impl Word {
    fn new(word: &str) -> Self {
        let word: String = word.chars().take(MAX_WORD_CHARS).collect();
        let atom = Atom::new(&word, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
        // Letters with accents match those without, which the bits do not tell.
        let plain: String = word.chars().filter(char::is_ascii).collect();
        Self { atom, letters: letters(&plain), text: word }
    }
}

/// Each kind of character as a bit; all bits where characters beyond ASCII may stand for others.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |bits, byte| {
        bits | match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => 1 << (letter - b'a'),
            digit @ b'0'..=b'9' => 1 << (26 + digit - b'0'),
            128.. => u64::MAX,
            other => 1 << (36 + other % 28),
        }
    })
}

fn matches<'a>(
    letters: &[u64],
    words: &[Word],
    kind: HitKind,
    text: impl Fn(usize) -> &'a str + Sync,
    admits: impl Fn(usize) -> bool + Sync,
) -> Vec<Found> {
    let wanted = words.iter().fold(0, |bits, word| bits | word.letters);
    let config = if kind == HitKind::Function { Config::DEFAULT } else { Config::DEFAULT.match_paths() };
    let found = letters.par_iter().enumerate().with_min_len(4096).map_init(
        || (Matcher::new(config.clone()), Vec::new()),
        |(matcher, buffer), (index, &bits)| {
            if bits & wanted != wanted || !admits(index) {
                return None;
            }
            let text = text(index);
            let score = score(text, words, matcher, buffer)?;
            let name = file_name(text);
            let in_name = if name.len() < text.len() { self::score(name, words, matcher, buffer) } else { Some(score) };
            let score = in_name.map_or(score, |in_name| score.max(in_name) + NAME_BONUS);
            let is_whole = words.last().is_some_and(|word| word.text.eq_ignore_ascii_case(name));
            let score = score + if is_whole { WHOLE_NAME_BONUS } else { 0 };
            Some(Found { score: Reverse(score), kind, length: text.len(), index })
        },
    );
    let mut found: Vec<Found> = found.flatten_iter().collect();
    // Those of files are asked for whether they match at all, too.
    if kind == HitKind::Function {
        best(&mut found);
    }
    found
}

fn score(text: &str, words: &[Word], matcher: &mut Matcher, buffer: &mut Vec<char>) -> Option<u32> {
    let haystack = Utf32Str::new(text, buffer);
    let mut sum = 0;
    for word in words {
        sum += u32::from(word.atom.score(haystack, matcher)?);
    }
    Some(sum)
}

fn best(found: &mut Vec<Found>) {
    if found.len() > HITS {
        found.select_nth_unstable(HITS);
        found.truncate(HITS);
    }
    found.sort_unstable();
}

fn hit(analysis: &Analysis, found: Found, shows: impl Fn(FileId) -> bool) -> Hit {
    if found.kind == HitKind::Directory {
        let path = analysis.tree.dirs[found.index].path.to_string();
        return Hit { path, kind: found.kind, function: None, line: None, language: None, hidden: false };
    }
    let row = (found.kind == HitKind::Function).then(|| &analysis.functions[found.index]);
    let file = row.map_or(FileId(found.index as u32), |row| row.file);
    let entry = analysis.tree.file(file);
    Hit {
        path: entry.path.to_string(),
        kind: found.kind,
        function: row.map(|row| row.function.name.to_string()),
        line: row.map(|row| row.function.line),
        language: Some(entry.language.name().to_owned()),
        hidden: !shows(file),
    }
}
