//! A table becomes Parquet, compressed with zstd.

use std::io::{self, Write};

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::batches;
use super::tables::Table;

/// So many rows are turned into Arrow at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Writes one table.
pub fn write(table: &Table<'_>, to: &mut (dyn Write + Send)) -> io::Result<()> {
    let schema = batches::schema(table);
    let properties = WriterProperties::builder()
        .set_created_by(concat!("repolis ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(to, schema.clone(), Some(properties)).map_err(as_io)?;
    for start in (0..table.rows).step_by(BATCH_ROWS) {
        let rows = start..table.rows.min(start + BATCH_ROWS);
        writer.write(&batches::batch(table, &schema, rows).map_err(io::Error::other)?).map_err(as_io)?;
    }
    writer.close().map_err(as_io)?;
    Ok(())
}

/// What the writer below said, if it was the writer.
fn as_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
