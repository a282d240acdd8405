//! A table becomes Parquet: typed columns with units and descriptions, compressed with zstd.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::tables::{Column, Table, Values};

/// So many rows are turned into Arrow at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Writes one table. Counts are signed, so that their differences are what a reader expects.
pub fn write(table: &Table<'_>, to: &mut (dyn Write + Send)) -> io::Result<()> {
    let schema = Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>()));
    let properties = WriterProperties::builder()
        .set_created_by(concat!("repolis ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(to, Arc::clone(&schema), Some(properties)).map_err(as_io)?;
    for start in (0..table.rows).step_by(BATCH_ROWS) {
        let rows = start..table.rows.min(start + BATCH_ROWS);
        let arrays = table.columns.iter().map(|column| array(&column.values, rows.clone())).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(io::Error::other)?;
        writer.write(&batch).map_err(as_io)?;
    }
    writer.close().map_err(as_io)?;
    Ok(())
}

fn field(column: &Column<'_>) -> Field {
    let (kind, may_be_null) = match column.values {
        Values::U64(_) => (DataType::Int64, false),
        Values::F64(_) => (DataType::Float64, true),
        Values::Text(_) => (DataType::Utf8, false),
    };
    let about = [("unit", column.unit), ("description", column.description)];
    let about = about.into_iter().filter(|(_, text)| !text.is_empty());
    let about = about.map(|(key, text)| (key.to_owned(), text.to_owned()));
    Field::new(column.name, kind, may_be_null).with_metadata(HashMap::from_iter(about))
}

fn array(values: &Values<'_>, rows: Range<usize>) -> ArrayRef {
    match values {
        Values::U64(value) => {
            Arc::new(Int64Array::from_iter_values(rows.map(|row| i64::try_from(value(row)).unwrap_or(i64::MAX))))
        }
        Values::F64(value) => {
            Arc::new(Float64Array::from_iter(rows.map(|row| Some(value(row)).filter(|value| value.is_finite()))))
        }
        Values::Text(value) => Arc::new(StringArray::from_iter_values(rows.map(value))),
    }
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
