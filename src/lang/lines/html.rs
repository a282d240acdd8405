//! Where the languages that embed others in tags (HTML, Vue, Svelte …) do so, by `tokei`'s expressions.
//!
//! `tokei` matches `<script(?:.*type="(.*)")?.*?>` and its like in each line. What they match follows from the last `>`
//! of the line and the last quotes before it, which are found once for a line.

use std::ops::Range;
use std::str::FromStr;

use memchr::memmem;
use tokei::LanguageType;

use super::{is_space, skip_space, trim};

/// An element whose content is in a language of its own.
struct Tag {
    start: &'static str,
    end: &'static str,
    /// What stands before the name of the content's language.
    attribute: &'static str,
}

const TAGS: [Tag; 3] = [
    Tag { start: "<script", end: "</script>", attribute: "type=\"" },
    Tag { start: "<style", end: "</style>", attribute: "lang=\"" },
    Tag { start: "<template", end: "</template>", attribute: "lang=\"" },
];

impl Tag {
    fn language(&self, name: Option<&[u8]>) -> LanguageType {
        let name = name.map(|name| String::from_utf8_lossy(trim(name)));
        match self.start {
            "<script" => name.and_then(|name| LanguageType::from_mime(&name)).unwrap_or(LanguageType::JavaScript),
            "<style" => by_name(name).unwrap_or(LanguageType::Css),
            _ => by_name(name).unwrap_or(LanguageType::Html),
        }
    }
}

fn by_name(name: Option<impl AsRef<str>>) -> Option<LanguageType> {
    LanguageType::from_str(&name?.as_ref().to_lowercase()).ok()
}

/// What a tag's expression matches in a line: all of it, and the attribute's value.
#[derive(Clone)]
struct Match {
    whole: Range<usize>,
    value: Option<Range<usize>>,
}

/// Embedded content.
pub(super) struct Embedded {
    pub language: LanguageType,
    /// Up to the closing tag.
    pub content: Range<usize>,
}

/// Finds the tags of a text, line by line in order. What it has found it keeps, so that a long line of many elements
/// is not searched again after each.
pub(super) struct Finder<'a> {
    text: &'a [u8],
    /// The `\n` of the line that was last entered.
    newline: Option<usize>,
    tags: [TagFinder; TAGS.len()],
}

#[derive(Default)]
struct TagFinder {
    /// The first start that can match, from where it was last sought.
    start: Option<usize>,
    /// Where the closing tag was last sought from, and where it is.
    end: Option<(usize, usize)>,
    /// In the line that was last entered.
    found: Option<Match>,
    stretch: Stretch,
}

/// A part of a line that is UTF-8, which is what a `.` matches.
#[derive(Default)]
struct Stretch {
    end: usize,
    /// The last `>`.
    last_close: Option<usize>,
    /// The last value of the attribute before it, and the `>` that follows.
    value: Option<(Range<usize>, usize)>,
}

impl<'a> Finder<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, newline: None, tags: Default::default() }
    }

    /// Looks for tags in the line, or rest of a line, that starts at `start`.
    pub fn enter(&mut self, start: usize) {
        let newline = match self.newline {
            Some(newline) if newline >= start => newline,
            _ => find(self.text, start, b"\n"),
        };
        self.newline = Some(newline);
        for (finder, tag) in self.tags.iter_mut().zip(&TAGS) {
            finder.enter(self.text, start, newline, tag);
        }
    }

    /// The first place from `at` and before `stop` where [`Self::embedded`] has to be asked.
    pub fn next_stop(&self, at: usize, stop: usize) -> usize {
        let found = self.tags.iter().filter_map(|tag| tag.found.as_ref());
        let places = found.flat_map(|found| [Some(found.whole.start), found.value.as_ref().map(|value| value.start)]);
        places.flatten().filter(|place| (at..stop).contains(place)).min().unwrap_or(stop)
    }

    /// The content that begins with the tag at `at`.
    pub fn embedded(&mut self, at: usize) -> Option<Embedded> {
        let text = self.text;
        let (finder, tag, start, value) = self.tags.iter_mut().zip(&TAGS).find_map(|(finder, tag)| {
            let found = finder.found.clone()?;
            match found.value {
                value if found.whole.start == at => Some((finder, tag, found.whole.end, value)),
                // `tokei` takes the value for a tag where a quote before it makes it plain text.
                Some(value) if value.start == at => Some((finder, tag, value.end, None)),
                _ => None,
            }
        })?;
        let end = match finder.end {
            Some((from, end)) if (from..=end).contains(&start) => end,
            _ => find(text, start, tag.end.as_bytes()),
        };
        let from = match finder.end {
            Some((from, known)) if known == end => from.min(start),
            _ => start,
        };
        finder.end = Some((from, end));
        if end == text.len() || skip_space(text, start) == end {
            return None;
        }
        let language = tag.language(value.map(|value| &text[value]));
        Some(Embedded { language, content: start..end })
    }
}

impl TagFinder {
    fn enter(&mut self, text: &[u8], line_start: usize, newline: usize, tag: &Tag) {
        let mut start = match self.start {
            Some(start) if start >= line_start => start,
            _ => find(text, line_start, tag.start.as_bytes()),
        };
        if self.found.as_ref().is_some_and(|found| found.whole.start == start) {
            return;
        }
        self.found = None;
        while start < newline && self.found.is_none() {
            if start >= self.stretch.end {
                self.stretch = Stretch::new(text, start, newline, tag);
            }
            self.found = self.stretch.tag_at(text, start, tag);
            if self.found.is_none() {
                start = find(text, self.stretch.end.max(start + 1), tag.start.as_bytes());
            }
        }
        self.start = Some(start);
    }
}

impl Stretch {
    fn new(text: &[u8], start: usize, newline: usize, tag: &Tag) -> Self {
        let valid = text[start..newline].utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        let end = start + valid;
        let last_close = memchr::memrchr(b'>', &text[start..end]).map(|close| start + close);
        let value = last_close.and_then(|last_close| {
            let quote = start + memchr::memrchr(b'"', &text[start..last_close])?;
            let attribute = start + memmem::rfind(&text[start..quote], tag.attribute.as_bytes())?;
            Some((attribute + tag.attribute.len()..quote, find(text, quote, b">")))
        });
        Self { end, last_close, value }
    }

    fn tag_at(&self, text: &[u8], start: usize, tag: &Tag) -> Option<Match> {
        let after = start + tag.start.len();
        self.last_close.filter(|&last_close| last_close >= after)?;
        Some(match &self.value {
            Some((value, close)) if value.start >= after + tag.attribute.len() => {
                Match { whole: start..close + 1, value: Some(value.clone()) }
            }
            _ => Match { whole: start..find(text, after, b">") + 1, value: None },
        })
    }
}

/// Where `needle` is at or after `at`; the text's length when it is not.
fn find(text: &[u8], at: usize, needle: &[u8]) -> usize {
    text.get(at..).and_then(|rest| memmem::find(rest, needle)).map_or(text.len(), |found| at + found)
}

/// `tokei`'s way to drop the lines of the tags themselves: up to and with the first byte that is a
/// newline or no white space, and what follows the last one.
pub(super) fn trim_tag_lines(content: &[u8]) -> &[u8] {
    let is_kept = |byte: &u8| *byte == b'\n' || !is_space(*byte);
    let last = content.len().saturating_sub(1);
    let start = content.iter().position(is_kept).map_or(0, |first| (first + 1).min(last));
    let end = content.iter().rposition(is_kept).map_or(last, |end| {
        let is_crlf = end > 0 && content[end - 1..=end] == *b"\r\n";
        end - usize::from(is_crlf)
    });
    content.get(start..=end).unwrap_or_default()
}
