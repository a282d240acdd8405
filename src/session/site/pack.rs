//! A file of numbers and streams: the length of a header in JSON, the header, and what it describes.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use crate::stream::Template;

/// Numbers are read from the file as they stand there.
const ALIGNMENT: usize = 4;

/// A file in the making.
#[derive(Default)]
pub struct Pack {
    arrays: Map<String, Value>,
    streams: Map<String, Value>,
    bytes: Vec<u8>,
}

impl Pack {
    /// Adds numbers, little-endian.
    pub fn numbers(&mut self, name: &str, values: impl Iterator<Item = f32>) {
        let bytes: Vec<u8> = values.flat_map(f32::to_le_bytes).collect();
        self.bytes(name, &bytes);
    }

    /// Adds bytes.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        let place = self.append(bytes);
        self.arrays.insert(name.to_owned(), json!(place));
    }

    /// Adds a stream.
    pub fn stream(&mut self, name: &str, template: &Template) {
        let place = self.append(&template.bytes);
        self.streams.insert(name.to_owned(), json!({ "place": place, "ids": template.ids, "slots": template.slots }));
    }

    fn append(&mut self, bytes: &[u8]) -> [usize; 2] {
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
        let start = self.bytes.len();
        self.bytes.extend(bytes);
        [start, bytes.len()]
    }

    /// The whole file, compressed.
    pub fn finish(self) -> Vec<u8> {
        let mut header = json!({ "arrays": self.arrays, "streams": self.streams }).to_string().into_bytes();
        header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
        let length = header.len() as u32;
        gzip(&[&length.to_le_bytes()[..], &header, &self.bytes].concat())
    }
}

/// Compresses. No time goes into it: the same bytes give the same.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
