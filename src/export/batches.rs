//! A table becomes Arrow: typed columns with units and descriptions.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::tables::{Column, Table, Values};

/// The columns of a table. Counts are signed, so that their differences are what a reader expects.
pub fn schema(table: &Table<'_>) -> SchemaRef {
    Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>()))
}

/// Some rows of a table, in the schema of [`schema`].
///
/// # Errors
/// When Arrow refuses the columns, which no table should cause.
pub fn batch(table: &Table<'_>, schema: &SchemaRef, rows: Range<usize>) -> Result<RecordBatch, ArrowError> {
    let arrays = table.columns.iter().map(|column| array(&column.values, rows.clone())).collect();
    RecordBatch::try_new(Arc::clone(schema), arrays)
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
