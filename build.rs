//! Compresses the viewer's files out of `re_web_viewer_server` once, so that the binary carries a quarter of their size.

use std::env;
use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use re_web_viewer_server::WebViewerData;

fn main() -> Result<(), Box<dyn Error>> {
    // The input is a pinned dependency: cargo runs this again by itself when that changes.
    println!("cargo::rerun-if-changed=build.rs");
    let out_dir = env::var("OUT_DIR")?;
    let out_dir = Path::new(&out_dir);
    let viewer = WebViewerData::load(None)?;
    fs::write(out_dir.join("re_viewer.js.br"), brotli(viewer.viewer_js())?)?;
    fs::write(out_dir.join("re_viewer_bg.wasm.br"), brotli(viewer.viewer_wasm())?)?;
    println!("cargo::rustc-env=REPOLIS_WASM_BYTES={}", viewer.viewer_wasm().len());
    println!("cargo::rustc-env=REPOLIS_VIEWER_HASH={}", hash(&[viewer.viewer_js(), viewer.viewer_wasm()]));
    Ok(())
}

/// Seven tenths of what gzip makes of it, so that a wheel stays small: a tenth less than quality 9, for a minute of one core.
fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 10, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
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
