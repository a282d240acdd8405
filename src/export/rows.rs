//! Lists in JSON, a row a line, of any length.

use std::io::{self, Write};

use serde::Serialize;

/// Writes rows with commas between, each on a line of its own.
pub fn rows<T: Serialize>(to: &mut dyn Write, rows: impl Iterator<Item = T>) -> io::Result<()> {
    for (row, index) in rows.zip(0_usize..) {
        to.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *to, &row)?;
    }
    Ok(())
}
