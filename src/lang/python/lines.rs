//! Offsets of a text as lines.

use ruff_text_size::TextSize;

/// Turns offsets into lines; cheap when they come roughly in order.
pub(super) struct Lines<'a> {
    text: &'a [u8],
    offset: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), offset: 0, line: 1 }
    }

    pub(super) fn line_of(&mut self, offset: TextSize) -> u32 {
        let offset = offset.to_usize().min(self.text.len());
        let newlines = |range| memchr::memchr_iter(b'\n', range).count() as u32;
        if offset >= self.offset {
            self.line += newlines(&self.text[self.offset..offset]);
        } else {
            self.line -= newlines(&self.text[offset..self.offset]);
        }
        self.offset = offset;
        self.line
    }
}
