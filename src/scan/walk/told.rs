//! What went wrong, with paths from the root on: none of this machine may enter a recording.

use std::path::Path;

use super::Skip;

pub fn unreadable(root: &Path, error: &ignore::Error) -> Skip {
    let (path, error) = match error {
        ignore::Error::WithPath { path, err } => (relative(root, path), err.as_ref()),
        ignore::Error::WithDepth { err, .. } => return unreadable(root, err),
        other => (String::new(), other),
    };
    let reason = error.io_error().map_or_else(|| told(root, error), ToString::to_string);
    Skip { path, reason: format!("cannot be read: {reason}") }
}

/// What is wrong with the ignore files of a folder.
pub fn mistaken(root: &Path, folder: &Path, error: &ignore::Error) -> Skip {
    Skip { path: relative(root, folder), reason: format!("an ignore file has a mistake: {}", told(root, error)) }
}

/// The error with paths from `root` on.
fn told(root: &Path, error: &ignore::Error) -> String {
    match error {
        ignore::Error::Partial(errors) => errors.iter().map(|error| told(root, error)).collect::<Vec<_>>().join("; "),
        ignore::Error::WithPath { path, err } => format!("{}: {}", relative(root, path), told(root, err)),
        ignore::Error::WithDepth { err, .. } => told(root, err),
        other => other.to_string(),
    }
}

/// `path` from `root` on as text with `/` between the parts; `..` leads to a folder above.
pub fn relative(root: &Path, path: &Path) -> String {
    let from = root.ancestors().enumerate().find_map(|(ups, above)| Some((ups, path.strip_prefix(above).ok()?)));
    let (ups, below) = from.unwrap_or((0, path));
    let below = below.components().map(|part| escaped(part.as_os_str().as_encoded_bytes()));
    let parts: Vec<_> = std::iter::repeat_n("..".to_owned(), ups).chain(below).collect();
    parts.join("/")
}

/// Bytes of a name as text; those that are no UTF-8 are written `\xNN`.
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}
