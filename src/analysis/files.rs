//! Reads and parses every file on all cores.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Options, Progress};
use crate::lang::{self, Diagnostic, Facts, LineCounts, Wanted};
use crate::scan::{self, Bytes, Candidate, FileClass, FileEntry, Language, Place, Skip};

/// Reason in [`Skip`] for files that are not text.
pub const BINARY: &str = "binary";

/// Files in path order, with facts at the same indices.
#[derive(Default)]
pub struct ReadFiles {
    pub entries: Vec<FileEntry>,
    pub facts: Vec<Facts>,
    pub skipped: Vec<Skip>,
}

/// Reads `candidates` of `place`, which are sorted; the rest is left out once `cancelled` is true.
pub fn read_all(
    place: &Place,
    candidates: Vec<Candidate>,
    options: &Options,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> ReadFiles {
    let (total, done) = (candidates.len(), AtomicUsize::new(0));
    let read: Vec<_> = candidates
        .into_par_iter()
        .map(|candidate| {
            if cancelled.load(Ordering::Relaxed) {
                return Err(Skip { path: candidate.path, reason: "stopped".to_owned() });
            }
            let read = read_one(place, candidate, options);
            progress.report("reading and parsing", done.fetch_add(1, Ordering::Relaxed) + 1, total);
            read
        })
        .collect();
    let taken = read.iter().filter(|read| read.is_ok()).count();
    let mut files =
        ReadFiles { entries: Vec::with_capacity(taken), facts: Vec::with_capacity(taken), skipped: Vec::new() };
    for result in read {
        match result {
            Ok((entry, facts)) => {
                files.entries.push(entry);
                files.facts.push(facts);
            }
            Err(skip) => files.skipped.push(skip),
        }
    }
    files
}

fn read_one(place: &Place, candidate: Candidate, options: &Options) -> Result<(FileEntry, Facts), Skip> {
    let Candidate { path, address } = candidate;
    if options.wanted == Wanted::Imports
        && let Some(language) = Language::of_name_alone(scan::file_name(&path))
        && !lang::has_imports(scan::file_name(&path), language)
    {
        return Ok((FileEntry { path, language, class: FileClass::Source, bytes: 0 }, Facts::default()));
    }
    let bytes = match place.read(&address) {
        Ok(bytes) => bytes,
        Err(error) => return Err(Skip { path, reason: format!("cannot be read: {error}") }),
    };
    let (size, head) = match &bytes {
        Bytes::Whole(bytes) => (bytes.len() as u64, &bytes[..]),
        Bytes::Head(large) => (large.bytes, &large.head[..]),
    };
    let language = Language::of_file(scan::file_name(&path), head);
    let class = scan::classify(&path, language, head);
    if class == FileClass::Binary && !options.with_binary {
        return Err(Skip { path, reason: BINARY.to_owned() });
    }
    let facts = match bytes {
        _ if class == FileClass::Binary => Facts::default(),
        Bytes::Whole(bytes) => text_facts(&path, language, class, bytes, options.wanted),
        Bytes::Head(large) => too_large_facts(&large),
    };
    Ok((FileEntry { path, language, class, bytes: size }, facts))
}

fn text_facts(path: &str, language: Language, class: FileClass, bytes: Vec<u8>, wanted: Wanted) -> Facts {
    let (text, remark) = scan::decode(bytes);
    let mut facts = if class == FileClass::Minified {
        Facts { lines: lang::count_lines(language, text.as_bytes()), ..Facts::default() }
    } else {
        extracted(language, &text, || lang::extract(scan::file_name(path), language, &text, wanted))
    };
    facts.diagnostics.extend(remark.map(|remark| Diagnostic { line: 0, message: remark.into() }));
    facts
}

/// What `extract` reads of a text; where a parser panics, only the lines are known.
fn extracted(language: Language, text: &str, extract: impl FnOnce() -> Facts) -> Facts {
    lang::caught(extract).unwrap_or_else(|panic| Facts {
        lines: lang::caught(|| lang::count_lines(language, text.as_bytes())).unwrap_or_default(),
        ..Facts::unparsed(format!("the parser failed ({panic}): its lines are counted, but not parsed"))
    })
}

fn too_large_facts(large: &scan::Large) -> Facts {
    let limit = scan::MAX_READ_BYTES >> 20;
    let reason = if large.counted_bytes < large.bytes {
        format!(
            "larger than {limit} MiB: lines are counted in its first {} MiB, but not parsed",
            large.counted_bytes >> 20
        )
    } else {
        format!("larger than {limit} MiB: its lines are counted, but not parsed")
    };
    let lines = LineCounts { code: large.filled_lines, comment: 0, blank: large.blank_lines };
    Facts { lines, ..Facts::unparsed(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_that_panics_costs_only_its_facts() {
        let python = Language::of_name("a.py");
        let text = "x = 1\n\n# y\n";
        let facts = extracted(python, text, || panic!("at {:?}", &text[..1]));
        assert_eq!(facts.lines, LineCounts { code: 1, comment: 1, blank: 1 });
        let messages: Vec<_> = facts.diagnostics.iter().map(|diagnostic| &*diagnostic.message).collect();
        assert_eq!(messages, ["the parser failed (at \"x\"): its lines are counted, but not parsed"]);
    }
}
