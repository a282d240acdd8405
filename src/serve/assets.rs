//! The files of the page and of the viewer, as the binary carries them, each under an address that changes with it.

use std::hash::{DefaultHasher, Hasher};
use std::io::Read;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use flate2::read::GzDecoder;

const INDEX: &str = include_str!("../../web/index.html");
const FOREVER: &str = "public, max-age=31536000, immutable";
/// What a body comes to after decompression, for a progress bar.
const UNCOMPRESSED_LENGTH: HeaderName = HeaderName::from_static("x-uncompressed-length");

const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// A file that the binary carries.
pub struct Asset {
    /// The last part of its address.
    pub name: &'static str,
    content_type: &'static str,
    /// What it holds, compressed if it is one of the viewer's.
    pub bytes: &'static [u8],
}

macro_rules! page_file {
    ($name:literal, $content_type:expr) => {
        Asset { name: $name, content_type: $content_type, bytes: include_bytes!(concat!("../../web/", $name)) }
    };
}

/// Modules import each other by relative addresses, so all of these live under one hash.
pub static PAGE_FILES: &[Asset] = &[
    page_file!("address.js", JS),
    page_file!("cities.js", JS),
    page_file!("clipboard.js", JS),
    page_file!("clock.js", JS),
    page_file!("details.js", JS),
    page_file!("dom.js", JS),
    page_file!("dressing.js", JS),
    page_file!("editor.js", JS),
    page_file!("embed.js", JS),
    page_file!("filters.js", JS),
    page_file!("imports.js", JS),
    page_file!("inflate.js", JS),
    page_file!("layout.js", JS),
    page_file!("legend.js", JS),
    page_file!("loading.js", JS),
    page_file!("main.js", JS),
    page_file!("menus.js", JS),
    page_file!("places.js", JS),
    page_file!("recordings.js", JS),
    page_file!("remote.js", JS),
    page_file!("search.js", JS),
    page_file!("selection.js", JS),
    page_file!("socket.js", JS),
    page_file!("source.js", JS),
    page_file!("status.js", JS),
    page_file!("still.js", JS),
    page_file!("strip.js", JS),
    page_file!("supply.js", JS),
    page_file!("swap.js", JS),
    page_file!("viewer.js", JS),
    page_file!("controls.css", CSS),
    page_file!("style.css", CSS),
    page_file!("icon.svg", "image/svg+xml"),
];

/// What the page needs besides where no session answers it.
pub static OFFLINE_FILES: &[Asset] = &[
    page_file!("offline.js", JS),
    page_file!("offline-answers.js", JS),
    page_file!("offline-arcs.js", JS),
    page_file!("offline-data.js", JS),
    page_file!("offline-looks.js", JS),
    page_file!("offline-search.js", JS),
    page_file!("offline-streams.js", JS),
];

/// Compressed by the build script.
pub static VIEWER_FILES: &[Asset] = &[
    Asset {
        name: "re_viewer.js",
        content_type: JS,
        bytes: include_bytes!(concat!(env!("OUT_DIR"), "/re_viewer.js.gz")),
    },
    Asset {
        name: "re_viewer_bg.wasm",
        content_type: "application/wasm",
        bytes: include_bytes!(concat!(env!("OUT_DIR"), "/re_viewer_bg.wasm.gz")),
    },
];
pub const VIEWER_HASH: &str = env!("REPOLIS_VIEWER_HASH");

static PAGE_HASH: LazyLock<String> = LazyLock::new(|| hash(PAGE_FILES));

/// Names a version of files in their address.
pub fn hash<'a>(assets: impl IntoIterator<Item = &'a Asset>) -> String {
    let mut hasher = DefaultHasher::new();
    for asset in assets {
        hasher.write_usize(asset.bytes.len());
        hasher.write(asset.bytes);
    }
    format!("{:016x}", hasher.finish())
}

/// The page itself; it is asked for anew each time, and names the current addresses of all else.
pub fn index() -> Response {
    ([(CACHE_CONTROL, "no-cache")], Html(html(&PAGE_HASH))).into_response()
}

/// The page, whose files are under this hash.
pub fn html(page_hash: &str) -> String {
    INDEX.replace("{{page}}", &format!("assets/{page_hash}")).replace("{{viewer}}", &format!("assets/{VIEWER_HASH}"))
}

/// A file of the page or of the viewer.
pub fn asset(hash: &str, name: &str, headers: &HeaderMap) -> Response {
    let (files, compressed) = match hash {
        VIEWER_HASH => (VIEWER_FILES, true),
        _ if hash == *PAGE_HASH => (PAGE_FILES, false),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let Some(asset) = files.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let encoded = compressed && accepts_gzip(headers);
    let etag = format!("\"{hash}{}\"", if encoded { "-gz" } else { "" });
    let mut response = if is_known(&etag, headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if compressed && !encoded {
        decompressed(asset)
    } else {
        Body::from(Bytes::from_static(asset.bytes)).into_response()
    };
    describe(response.headers_mut(), asset, &etag, compressed.then_some(encoded));
    response
}

/// `encoded` is absent for files that have one form only.
fn describe(headers: &mut HeaderMap, asset: &Asset, etag: &str, encoded: Option<bool>) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    if encoded.is_some() {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if encoded == Some(true) {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(UNCOMPRESSED_LENGTH, HeaderValue::from(uncompressed_length(asset.bytes)));
    }
}

/// Proxies that ask for plain bytes are rare: they get them at the price of memory.
fn decompressed(asset: &Asset) -> Response {
    let mut bytes = Vec::with_capacity(uncompressed_length(asset.bytes) as usize);
    match GzDecoder::new(asset.bytes).read_to_end(&mut bytes) {
        Ok(_) => Body::from(bytes).into_response(),
        Err(_) => StatusCode::NOT_ACCEPTABLE.into_response(),
    }
}

/// gzip ends with the length of what it holds.
fn uncompressed_length(gzip: &[u8]) -> u32 {
    gzip.last_chunk().copied().map_or(0, u32::from_le_bytes)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|list| list.split(',')).any(|coding| {
        let (name, parameter) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = parameter.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

fn is_known(etag: &str, headers: &HeaderMap) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_gzip(accept_encoding: &str, expect: bool) {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(accept_encoding).expect("ASCII"))]);
        assert_eq!(accepts_gzip(&headers), expect, "{accept_encoding:?}");
    }

    #[test]
    fn gzip_is_asked_for() {
        check_gzip("gzip", true);
        check_gzip("br, GZIP;q=0.5", true);
        check_gzip("deflate,gzip", true);
        check_gzip("br", false);
        check_gzip("gzip;q=0", false);
        check_gzip("gzip; q=0.0, br", false);
        check_gzip("", false);
    }

    #[test]
    fn the_page_names_only_files_that_exist() {
        let names: Vec<&str> = INDEX.split("{{page}}/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() >= 2, "{names:?}");
        for name in names {
            assert!(PAGE_FILES.iter().any(|asset| asset.name == name), "{name}");
        }
    }

    #[test]
    fn a_viewer_file_comes_back_whole() {
        let mut bytes = Vec::new();
        let gzip = VIEWER_FILES[1].bytes;
        GzDecoder::new(gzip).read_to_end(&mut bytes).expect("the build script compressed it");
        assert!(bytes.starts_with(b"\0asm"));
        assert_eq!(bytes.len(), uncompressed_length(gzip) as usize);
    }
}
