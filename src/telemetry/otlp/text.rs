//! What is no text becomes one, so that a character cut in half does not cost a message. Knows of JSON only its escapes.

use std::borrow::Cow;

/// What stands for a character that is none, as an escape after its `\u`.
const REPLACEMENT: &[u8; 4] = b"FFFD";
const ESCAPE_BYTES: usize = br"\u0000".len();

/// The text of JSON, with U+FFFD for bytes that are no UTF-8 and for half surrogates, as JavaScript writes them; `None` if so many
/// bytes are none that it is another encoding, and larger by half when read.
pub fn readable(json: &[u8]) -> Option<Cow<'_, str>> {
    let broken = json.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    if broken > json.len() / 4 {
        return None;
    }
    let text = String::from_utf8_lossy(json);
    let lone = lone_surrogates(text.as_bytes());
    if lone.is_empty() {
        return Some(text);
    }
    let mut bytes = text.into_owned().into_bytes();
    for at in lone {
        bytes[at + 2..at + ESCAPE_BYTES].copy_from_slice(REPLACEMENT);
    }
    // Only digits took the place of digits.
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// Where escapes are that stand for half a character.
fn lone_surrogates(json: &[u8]) -> Vec<usize> {
    let (mut lone, mut at) = (Vec::new(), 0);
    while let Some(next) = json.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'\\')) {
        at += next;
        at += match (unit(json, at), unit(json, at + ESCAPE_BYTES)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE_BYTES,
            (Some(0xd800..=0xdfff), _) => {
                lone.push(at);
                ESCAPE_BYTES
            }
            _ => 2,
        };
    }
    lone
}

/// The unit of UTF-16 that an escape stands for.
fn unit(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + ESCAPE_BYTES)?.strip_prefix(br"\u")?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &[u8], expect: Option<&str>) {
        assert_eq!(readable(json).as_deref(), expect);
    }

    #[test]
    fn what_is_text_stays() {
        check(
            r#"{"ä":"\ud83d\ude00 \u00e4 \\ud800 \n"}"#.as_bytes(),
            Some(r#"{"ä":"\ud83d\ude00 \u00e4 \\ud800 \n"}"#),
        );
        check(b"", Some(""));
        check(br"\", Some(r"\"));
        check(br"\ud8", Some(r"\ud8"));
    }

    #[test]
    fn half_characters_are_replaced() {
        check(br#""\ud800""#, Some(r#""\uFFFD""#));
        check(br#""\\\uDC00\ud800\ud800\udc00\uD800""#, Some(r#""\\\uFFFD\uFFFD\ud800\udc00\uFFFD""#));
        check(b"\"caf\xe9\"", Some("\"caf\u{fffd}\""));
    }

    #[test]
    fn what_is_mostly_no_text_is_none() {
        check(b"\xff\xfe", None);
        check(&[0x80; 1000], None);
    }
}
