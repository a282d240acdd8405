//! Arrow columns of one entity under `/tables`: written as one static row, read back by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use rerun::SerializedComponentBatch;
use rerun::external::arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray, StringBuilder, UInt16Array, UInt32Array,
    UInt64Array,
};
use rerun::external::arrow::compute::concat;
use rerun::external::arrow::datatypes::{Float64Type, Int64Type, UInt16Type, UInt32Type, UInt64Type};
use rerun::log::Chunk;

use super::chunks::named_batch;
use super::{LoadError, StreamError};
use crate::metrics::Column;

/// Named columns of equal length.
#[derive(Default)]
pub struct Table {
    columns: Vec<(String, ArrayRef)>,
}

impl Table {
    /// Adds a column of counts or ids.
    pub fn u32(self, name: &str, values: impl IntoIterator<Item = u32>) -> Self {
        self.column(name, Arc::new(UInt32Array::from_iter_values(values)))
    }

    /// Adds a column of counts or times.
    pub fn u64(self, name: &str, values: impl IntoIterator<Item = u64>) -> Self {
        self.column(name, Arc::new(UInt64Array::from_iter_values(values)))
    }

    /// Adds a column of numbers that may be negative.
    pub fn i64(self, name: &str, values: impl IntoIterator<Item = i64>) -> Self {
        self.column(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    /// Adds small numbers of which a row has as many as another column says.
    pub fn list_u16(mut self, name: &str, values: impl IntoIterator<Item = u16>) -> Self {
        self.columns.push((name.to_owned(), Arc::new(UInt16Array::from_iter_values(values))));
        self
    }

    /// See [`Table::list_u16`].
    pub fn list_u32(mut self, name: &str, values: impl IntoIterator<Item = u32>) -> Self {
        self.columns.push((name.to_owned(), Arc::new(UInt32Array::from_iter_values(values))));
        self
    }

    /// Adds a column of text.
    pub fn text<T: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = T, IntoIter: Clone>) -> Self {
        let values = values.into_iter();
        let (rows, bytes) =
            values.clone().fold((0, 0), |(rows, bytes), value| (rows + 1, bytes + value.as_ref().len()));
        let mut builder = StringBuilder::with_capacity(rows, bytes);
        values.for_each(|value| builder.append_value(value));
        self.column(name, Arc::new(builder.finish()))
    }

    /// Adds the values of a metric.
    pub fn metric(self, name: &str, values: &Column) -> Self {
        self.column(name, column_array(values))
    }

    fn column(mut self, name: &str, values: ArrayRef) -> Self {
        debug_assert!(self.columns.first().is_none_or(|(_, other)| other.len() == values.len()));
        self.columns.push((name.to_owned(), values));
        self
    }

    /// The columns as component batches.
    ///
    /// # Errors
    /// When a column has an empty name.
    pub fn into_batches(self) -> Result<Vec<SerializedComponentBatch>, StreamError> {
        self.columns.into_iter().map(|(name, values)| named_batch(&name, values)).collect()
    }

    /// The columns of a chunk's only row.
    pub fn from_chunk(chunk: &Chunk) -> Self {
        let columns = chunk.components_identifiers().filter_map(|name| {
            let list = chunk.components().get_array(name)?;
            (list.len() == 1 && list.is_valid(0)).then(|| (name.to_string(), list.value(0)))
        });
        let mut columns: Vec<_> = columns.collect();
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        Self { columns }
    }

    /// The columns of chunks with many rows, one after another. Rows that lack a column have none of it.
    ///
    /// # Errors
    /// When chunks disagree on the type of a column.
    pub fn from_chunks(chunks: &[Chunk]) -> Result<Self, LoadError> {
        let mut parts = BTreeMap::<String, Vec<ArrayRef>>::new();
        for chunk in chunks {
            for name in chunk.components_identifiers() {
                if let Some(list) = chunk.components().get_array(name) {
                    let (first, last) = (list.value_offsets()[0], list.value_offsets()[list.len()]);
                    let values = list.values().slice(first as usize, (last - first) as usize);
                    parts.entry(name.to_string()).or_default().push(values);
                }
            }
        }
        let columns = parts.into_iter().map(|(name, parts)| {
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            let values = concat(&parts).map_err(|_| LoadError::WrongType(name.clone()))?;
            Ok((name, values))
        });
        Ok(Self { columns: columns.collect::<Result<_, LoadError>>()? })
    }

    /// The column of text with this name.
    pub fn read_text(&self, name: &str) -> Result<Vec<Box<str>>, LoadError> {
        let values = self.find(name)?.as_string_opt::<i32>().ok_or_else(|| wrong_type(name))?;
        Ok((0..values.len()).map(|row| Box::from(values.value(row))).collect())
    }

    /// The column of counts or ids with this name.
    pub fn read_u32(&self, name: &str) -> Result<Vec<u32>, LoadError> {
        let values = self.find(name)?.as_primitive_opt::<UInt32Type>().ok_or_else(|| wrong_type(name))?;
        Ok(values.values().to_vec())
    }

    /// The column of small numbers with this name.
    pub fn read_u16(&self, name: &str) -> Result<Vec<u16>, LoadError> {
        let values = self.find(name)?.as_primitive_opt::<UInt16Type>().ok_or_else(|| wrong_type(name))?;
        Ok(values.values().to_vec())
    }

    /// The column of counts or times with this name.
    pub fn read_u64(&self, name: &str) -> Result<Vec<u64>, LoadError> {
        let values = self.find(name)?.as_primitive_opt::<UInt64Type>().ok_or_else(|| wrong_type(name))?;
        Ok(values.values().to_vec())
    }

    /// The column of numbers with this name.
    pub fn read_i64(&self, name: &str) -> Result<Vec<i64>, LoadError> {
        let values = self.find(name)?.as_primitive_opt::<Int64Type>().ok_or_else(|| wrong_type(name))?;
        Ok(values.values().to_vec())
    }

    /// The values of a metric.
    pub fn read_metric(&self, name: &str) -> Result<Column, LoadError> {
        let values = self.find(name)?;
        if let Some(values) = values.as_primitive_opt::<UInt64Type>() {
            return Ok(Column::U64(values.values().to_vec()));
        }
        if let Some(values) = values.as_primitive_opt::<Float64Type>() {
            return Ok(Column::F64(values.values().to_vec()));
        }
        self.read_text(name).map(Column::Text)
    }

    fn find(&self, name: &str) -> Result<&ArrayRef, LoadError> {
        let found = self.columns.iter().find(|(column, _)| column == name);
        found.map(|(_, values)| values).ok_or_else(|| LoadError::MissingColumn(name.to_owned()))
    }
}

fn wrong_type(name: &str) -> LoadError {
    LoadError::WrongType(name.to_owned())
}

/// The values of a metric as an Arrow array.
pub fn column_array(values: &Column) -> ArrayRef {
    match values {
        Column::U64(values) => Arc::new(UInt64Array::from_iter_values(values.iter().copied())),
        Column::F64(values) => Arc::new(Float64Array::from_iter_values(values.iter().copied())),
        Column::Text(values) => Arc::new(StringArray::from_iter_values(values)),
    }
}
