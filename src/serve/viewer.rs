//! The files of the viewer, which the binary carries compressed by Brotli, in the coding that a client takes.

use std::io::{self, Read, Write};
use std::sync::OnceLock;

use axum::http::header::{ACCEPT_ENCODING, HeaderMap};
use brotli_decompressor::Decompressor;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::assets::JS;

/// Changes with the files.
pub const HASH: &str = env!("REPOLIS_VIEWER_HASH");
const BUFFER_BYTES: usize = 1 << 16;

/// A file of the viewer.
pub struct ViewerFile {
    /// The last part of its address.
    pub name: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    brotli: &'static [u8],
    gzip: OnceLock<Bytes>,
}

macro_rules! viewer_file {
    ($name:literal, $content_type:expr) => {
        ViewerFile {
            name: $name,
            content_type: $content_type,
            brotli: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".br")),
            gzip: OnceLock::new(),
        }
    };
}

/// Every file.
pub static FILES: [ViewerFile; 2] =
    [viewer_file!("re_viewer.js", JS), viewer_file!("re_viewer_bg.wasm", "application/wasm")];

/// How a file goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As the binary has it.
    Brotli,
    /// For clients that take Brotli over TLS alone, and for folders: browsers unpack it there by script.
    Gzip,
    /// As it is.
    Plain,
}

impl Coding {
    /// The shortest that the client takes.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let accepts = |name| accepts(headers, name);
        if accepts("br") {
            Self::Brotli
        } else if accepts("gzip") {
            Self::Gzip
        } else {
            Self::Plain
        }
    }

    /// Its name in headers; none for plain bytes.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }
}

impl ViewerFile {
    /// Its bytes in a coding. gzip takes two seconds once, and is kept.
    ///
    /// # Errors
    /// When the binary is damaged.
    pub fn encoded(&self, coding: Coding) -> io::Result<Bytes> {
        match coding {
            Coding::Brotli => Ok(Bytes::from_static(self.brotli)),
            Coding::Plain => Ok(self.plain()?.into()),
            Coding::Gzip => match self.gzip.get() {
                Some(bytes) => Ok(bytes.clone()),
                None => {
                    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                    encoder.write_all(&self.plain()?)?;
                    let bytes = Bytes::from(encoder.finish()?);
                    Ok(self.gzip.get_or_init(|| bytes).clone())
                }
            },
        }
    }

    fn plain(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Decompressor::new(self.brotli, BUFFER_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What it comes to when it is unpacked, for a progress bar; 0 for the small one.
    pub fn plain_bytes(&self) -> u64 {
        let is_wasm = self.content_type != JS;
        if is_wasm { env!("REPOLIS_WASM_BYTES").parse().unwrap_or(0) } else { 0 }
    }
}

fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let codings = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|list| list.split(',')).any(|item| {
        let (name, parameter) = item.split_once(';').unwrap_or((item, ""));
        let refused = parameter.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(accept_encoding: &str, expect: Coding) {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(accept_encoding).expect("ASCII"))]);
        assert_eq!(Coding::accepted(&headers), expect, "{accept_encoding:?}");
    }

    #[test]
    fn the_shortest_coding_is_chosen() {
        check("gzip", Coding::Gzip);
        check("br, GZIP;q=0.5", Coding::Brotli);
        check("deflate,gzip,BR", Coding::Brotli);
        check("gzip;q=0, br;q=0.0", Coding::Plain);
        check("gzip, br; q=0", Coding::Gzip);
        check("", Coding::Plain);
    }

    #[test]
    fn a_file_comes_back_whole_from_each_coding() {
        let wasm = &FILES[1];
        let plain = wasm.encoded(Coding::Plain).expect("the build script compressed it");
        assert!(plain.starts_with(b"\0asm"));
        assert_eq!(plain.len() as u64, wasm.plain_bytes());
        let mut unpacked = Vec::new();
        let gzip = wasm.encoded(Coding::Gzip).expect("as above");
        flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut unpacked).expect("it was packed here");
        assert!(unpacked == plain);
        assert!(wasm.encoded(Coding::Brotli).expect("as above").len() < gzip.len());
    }
}
