//! The files of the page, as the binary carries them, and of the viewer, each under an address that changes with it.

use std::hash::{DefaultHasher, Hasher};
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;

use super::viewer::{self, Coding};

const INDEX: &str = include_str!("../../web/index.html");
const FOREVER: &str = "public, max-age=31536000, immutable";
/// What a body comes to after decompression, for a progress bar.
const UNCOMPRESSED_LENGTH: HeaderName = HeaderName::from_static("x-uncompressed-length");

pub const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// A file that the binary carries.
pub struct Asset {
    /// The last part of its address.
    pub name: &'static str,
    content_type: &'static str,
    /// What it holds.
    pub bytes: &'static [u8],
}

macro_rules! page_file {
    ($name:literal, $content_type:expr) => {
        Asset { name: $name, content_type: $content_type, bytes: include_bytes!(concat!("../../web/", $name)) }
    };
}

/// Modules import each other by relative addresses, so all of these live under one hash.
pub static PAGE_FILES: &[Asset] = &[
    page_file!("activity.js", JS),
    page_file!("address.js", JS),
    page_file!("appearance.js", JS),
    page_file!("cities.js", JS),
    page_file!("clipboard.js", JS),
    page_file!("clock.js", JS),
    page_file!("details.js", JS),
    page_file!("dom.js", JS),
    page_file!("dressing.js", JS),
    page_file!("editor.js", JS),
    page_file!("embed.js", JS),
    page_file!("filters.js", JS),
    page_file!("host.js", JS),
    page_file!("imports.js", JS),
    page_file!("inflate.js", JS),
    page_file!("layout.js", JS),
    page_file!("legend.js", JS),
    page_file!("loading.js", JS),
    page_file!("main.js", JS),
    page_file!("menus.js", JS),
    page_file!("moment.js", JS),
    page_file!("observed.js", JS),
    page_file!("page.js", JS),
    page_file!("places.js", JS),
    page_file!("recordings.js", JS),
    page_file!("remote.js", JS),
    page_file!("replacement.js", JS),
    page_file!("running.js", JS),
    page_file!("search.js", JS),
    page_file!("selection.js", JS),
    page_file!("socket.js", JS),
    page_file!("source.js", JS),
    page_file!("status.js", JS),
    page_file!("still.js", JS),
    page_file!("strip.js", JS),
    page_file!("subject.js", JS),
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
    page_file!("offline-camera.js", JS),
    page_file!("offline-data.js", JS),
    page_file!("offline-imports.js", JS),
    page_file!("offline-looks.js", JS),
    page_file!("offline-search.js", JS),
    page_file!("offline-streams.js", JS),
];

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
    INDEX.replace("{{page}}", &format!("assets/{page_hash}")).replace("{{viewer}}", &format!("assets/{}", viewer::HASH))
}

/// A file of the page or of the viewer.
pub fn asset(hash: &str, name: &str, headers: &HeaderMap) -> Response {
    if hash == viewer::HASH {
        return viewer_file(name, headers);
    }
    match PAGE_FILES.iter().find(|asset| hash == *PAGE_HASH && asset.name == name) {
        Some(asset) => {
            let etag = format!("\"{hash}\"");
            let mut response = if is_known(&etag, headers) {
                StatusCode::NOT_MODIFIED.into_response()
            } else {
                Body::from(Bytes::from_static(asset.bytes)).into_response()
            };
            describe(response.headers_mut(), asset.content_type, &etag);
            response
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn viewer_file(name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = viewer::FILES.iter().find(|file| file.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let coding = Coding::accepted(headers);
    let etag = format!("\"{}{}\"", viewer::HASH, coding.name().map_or_else(String::new, |name| format!("-{name}")));
    let mut response = if is_known(&etag, headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match file.encoded(coding) {
            Ok(bytes) => Body::from(bytes).into_response(),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    let described = response.headers_mut();
    describe(described, file.content_type, &etag);
    described.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(name) = coding.name() {
        described.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        described.insert(UNCOMPRESSED_LENGTH, HeaderValue::from(file.plain_bytes()));
    }
    response
}

fn describe(headers: &mut HeaderMap, content_type: &'static str, etag: &str) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
}

fn is_known(etag: &str, headers: &HeaderMap) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_only_files_that_exist() {
        let names: Vec<&str> = INDEX.split("{{page}}/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() >= 2, "{names:?}");
        for name in names {
            assert!(PAGE_FILES.iter().any(|asset| asset.name == name), "{name}");
        }
    }
}
