//! Markdown with its fenced blocks, which are counted in their own languages.

use std::str::FromStr;

use memchr::memmem;
use tokei::LanguageType;

use super::{LineCounts, count as count_language, is_space, line_end, trim};

const FENCE: &[u8] = b"```";

/// Lines of a doc comment whose marks are stripped.
pub(super) fn count_documentation(text: &[u8]) -> LineCounts {
    count(LanguageType::Markdown, trim(text))
}

/// Lines of Markdown. Prose is comment, or code in the kinds of Markdown that `tokei` does not call literate.
pub(super) fn count(language: LanguageType, text: &[u8]) -> LineCounts {
    let literate = language.is_literate();
    let mut counts = LineCounts::default();
    let mut fence = find_fence(text, 0);
    let (mut at, mut end) = (0, 0);
    while at < text.len() {
        // A block can end within its line, and a long line hold many blocks.
        if end <= at {
            end = line_end(text, at);
        }
        if fence < at {
            fence = find_fence(text, at);
        }
        if fence < end
            && let Some(block) = Block::find(text, fence, end)
        {
            counts.comment += block.fence_lines;
            counts += count_language(block.language, trim(&text[block.code]));
            at = block.end;
            continue;
        }
        let is_blank = text[at..end].iter().all(|&byte| is_space(byte));
        *match (is_blank, literate) {
            (true, _) => &mut counts.blank,
            (false, true) => &mut counts.comment,
            (false, false) => &mut counts.code,
        } += 1;
        at = end;
    }
    counts
}

fn find_fence(text: &[u8], at: usize) -> usize {
    memmem::find(&text[at..], FENCE).map_or(text.len(), |fence| at + fence)
}

/// A fenced block in a language that `tokei` knows.
struct Block {
    language: LanguageType,
    code: std::ops::Range<usize>,
    /// 2, or 1 when no fence closes it.
    fence_lines: u32,
    /// Where counting goes on: after the closing fence and one white space.
    end: usize,
}

impl Block {
    /// The block that opens in a line, whose first fence is at `fence`: ` ``` `, a name and white space.
    fn find(text: &[u8], fence: usize, line_end: usize) -> Option<Self> {
        let (name, start) = info_string(text, fence, line_end)?;
        let language = name
            .split(|&byte| byte == b',')
            .find_map(|name| LanguageType::from_str(&String::from_utf8_lossy(name)).ok())?;
        Some(match memmem::find(&text[start..], FENCE) {
            None => Self { language, code: start..text.len(), fence_lines: 1, end: text.len() },
            Some(length) => {
                let closed = start + length + FENCE.len();
                let space = char_at(text, closed).filter(|char| char.is_whitespace()).map_or(0, char::len_utf8);
                Self { language, code: start..start + length, fence_lines: 2, end: closed + space }
            }
        })
    }
}

/// What the expression ```` ```\S+\s ```` matches first in a line: the name and where the match ends.
fn info_string(text: &[u8], mut fence: usize, line_end: usize) -> Option<(&[u8], usize)> {
    let line = &text[..line_end];
    loop {
        let start = fence + FENCE.len();
        let mut at = start;
        let space = loop {
            match char_at(line, at) {
                Some(char) if char.is_whitespace() => break Some(char),
                Some(char) => at += char.len_utf8(),
                None => break None,
            }
        };
        match space {
            // The match is trimmed by ASCII white space only.
            Some(space) if at > start => {
                let end = at + space.len_utf8();
                return Some((trim(&line[start..end]), end));
            }
            // No fence before `at` can do better: its name would end at the same place.
            _ => fence = at + 1 + memmem::find(line.get(at + 1..)?, FENCE)?,
        }
    }
}

/// The character that `text` holds at `at`; `None` at the end and where it is not UTF-8.
fn char_at(text: &[u8], at: usize) -> Option<char> {
    let bytes = &text[at..text.len().min(at + 4)];
    bytes.utf8_chunks().next()?.valid().chars().next()
}
