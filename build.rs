//! Compresses the viewer's files out of `re_web_viewer_server` once, so that the binary carries a third of their size.

use std::env;
use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use re_web_viewer_server::WebViewerData;

fn main() -> Result<(), Box<dyn Error>> {
    // The input is a pinned dependency: cargo runs this again by itself when that changes.
    println!("cargo::rerun-if-changed=build.rs");
    let out_dir = env::var("OUT_DIR")?;
    let out_dir = Path::new(&out_dir);
    let viewer = WebViewerData::load(None)?;
    fs::write(out_dir.join("re_viewer.js.gz"), gzip(viewer.viewer_js())?)?;
    fs::write(out_dir.join("re_viewer_bg.wasm.gz"), gzip(viewer.viewer_wasm())?)?;
    println!("cargo::rustc-env=REPOLIS_VIEWER_HASH={}", hash(&[viewer.viewer_js(), viewer.viewer_wasm()]));
    Ok(())
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Names a version of the files in their address: it must change with them, and guards against nothing else.
fn hash(files: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    for file in files {
        hasher.write_usize(file.len());
        hasher.write(file);
    }
    format!("{:016x}", hasher.finish())
}
