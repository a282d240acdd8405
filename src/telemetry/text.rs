//! Texts of senders, cut to what may be kept of them.

/// Why a record was mended.
pub const CUT: &str = "longer than may be kept: texts were cut";

/// As much of the text as fits, up to a whole character. Whether some is missing.
pub fn cut(text: &str, max_bytes: usize) -> (&str, bool) {
    if text.len() <= max_bytes {
        return (text, false);
    }
    (&text[..text.floor_char_boundary(max_bytes)], true)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn whole_characters() {
        assert_eq!(cut("abc", 3), ("abc", false));
        assert_eq!(cut("abc", 2), ("ab", true));
        assert_eq!(cut("aé", 2), ("a", true));
        assert_eq!(cut("é", 0), ("", true));
    }
}
