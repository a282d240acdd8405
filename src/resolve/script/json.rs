//! Manifests as JSON, with the comments and trailing commas that TypeScript allows.

use serde_json::Value;

/// The value, or null for a text that is not JSON. Nesting is bounded by `serde_json`.
pub(super) fn parse(text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).or_else(|_| serde_json::from_slice(&strip(text.as_bytes()))).unwrap_or(Value::Null)
}

/// Strict JSON: comments become spaces and commas before a closing bracket go.
fn strip(text: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = string_end(text, at);
                out.extend_from_slice(&text[at..end]);
                at = end;
            }
            b'/' if text.get(at + 1) == Some(&b'/') => {
                at = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
            }
            b'/' if text.get(at + 1) == Some(&b'*') => {
                at = memchr::memmem::find(&text[at + 2..], b"*/").map_or(text.len(), |end| at + 2 + end + 2);
            }
            byte => {
                if matches!(byte, b'}' | b']') {
                    drop_trailing_comma(&mut out);
                }
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn drop_trailing_comma(out: &mut Vec<u8>) {
    let last = out.iter().rposition(|byte| !byte.is_ascii_whitespace());
    if let Some(last) = last.filter(|&last| out[last] == b',') {
        out.remove(last);
    }
}

/// The strings of an array, or the one string.
pub(super) fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str();
    one.into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
}
