//! The page as a folder that any static host can serve: nothing answers but files. Touches no disk.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::json;

use super::assets::{self, Asset, OFFLINE_FILES, PAGE_FILES, VIEWER_FILES, VIEWER_HASH};
use crate::session::{RecordedCity, SiteError, site_files};

/// What the server's headers say elsewhere. Which pages may frame it, only headers can say.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; form-action 'none'";
/// Is to be seen where no script runs, as in a file that was opened from disk.
const FROM_DISK: &str = "<div id=\"status\" role=\"status\" class=\"from-disk\"><p>This page needs a web server: browsers load \
    no scripts from files. In the folder of this page, run <code>python3 -m http.server</code> and open \
    <code>http://localhost:8000/</code>.</p></div>";
const STATUS: &str = "<div id=\"status\" role=\"status\" hidden></div>";
const LICENCES: [(&str, &str); 3] = [
    ("LICENSE-APACHE", include_str!("../../LICENSE-APACHE")),
    ("LICENSE-MIT", include_str!("../../LICENSE-MIT")),
    ("NOTICE.md", include_str!("../../NOTICE.md")),
];

/// The name of the file that tells such a folder from others.
pub const MARKER: &str = "repolis.json";

/// A file of the folder.
pub struct File<'a> {
    /// Its path in the folder, with `/` between the parts.
    pub path: String,
    /// What it holds.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> File<'a> {
    fn new(path: impl Into<String>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

/// Every file of the folder of a city, sorted by path. The same recording gives the same bytes.
///
/// # Errors
/// When the recording's look is of a metric that it does not have.
pub fn site<'a>(city: &RecordedCity, recording: &'a [u8]) -> Result<Vec<File<'a>>, SiteError> {
    let hash = assets::hash(PAGE_FILES.iter().chain(OFFLINE_FILES));
    let mut files = vec![File::new("index.html", index(&hash).into_bytes()), File::new("city.rrd", recording)];
    files.extend(LICENCES.map(|(name, text)| File::new(name, text.as_bytes())));
    files.extend(PAGE_FILES.iter().chain(OFFLINE_FILES).map(|asset| place(asset, &hash, asset.bytes)));
    files.extend(VIEWER_FILES.iter().map(viewer_file));
    files.extend(site_files(city)?.into_iter().map(|file| File::new(format!("data/{}", file.name), file.bytes)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.push(marker(&files));
    Ok(files)
}

fn place<'a>(asset: &Asset, hash: &str, bytes: impl Into<Cow<'a, [u8]>>) -> File<'a> {
    File::new(format!("assets/{hash}/{}", asset.name), bytes)
}

/// The script as it is, as nothing unpacks it; the rest compressed, as hosts know nothing of it.
fn viewer_file<'a>(asset: &Asset) -> File<'a> {
    if asset.name.ends_with(".js") {
        let mut script = Vec::new();
        // The build script compressed it, and reading from memory does not fail.
        let _ = GzDecoder::new(asset.bytes).read_to_end(&mut script);
        return place(asset, VIEWER_HASH, script);
    }
    File::new(format!("assets/{VIEWER_HASH}/{}.gz", asset.name), asset.bytes)
}

/// The page, which is told where its data are.
fn index(hash: &str) -> String {
    let wasm = "re_viewer_bg.wasm";
    let head = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n    \
         <meta name=\"city-data\" content=\"data/\">\n    <title>"
    );
    assets::html(hash)
        .replacen("<title>", &head, 1)
        .replacen(&format!("{wasm}\""), &format!("{wasm}.gz\""), 1)
        .replacen(STATUS, FROM_DISK, 1)
}

/// Says whose folder it is, and what of it: the entries that may be replaced.
fn marker(files: &[File<'_>]) -> File<'static> {
    let mut entries: Vec<_> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    entries.push(MARKER);
    entries.sort_unstable();
    entries.dedup();
    let text = json!({ "repolis": env!("CARGO_PKG_VERSION"), "format": "html", "entries": entries });
    File::new(MARKER, format!("{text}\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_told_all_it_needs() {
        let html = index("0123");
        for wanted in ["name=\"city-data\"", "connect-src 'self'", "re_viewer_bg.wasm.gz\"", "http.server"] {
            assert!(html.contains(wanted), "{wanted}");
        }
        for absolute in ["{{", "src=\"/", "href=\"/", "content=\"/"] {
            assert!(!html.contains(absolute), "{absolute}: addresses are relative");
        }
    }
}
