//! Records as columns of Arrow, a column a field.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrowPrimitiveType, BooleanArray, LargeStringArray, RecordBatch, StringArray, StringViewArray,
};
use arrow_schema::{DataType, TimeUnit};

use super::field::{Field, Value};
use super::intake::Records;
use super::record::Record;
use super::tape::object;

/// The rows of a table.
pub struct Columns<'b> {
    rows: usize,
    fields: Vec<(Field, Column<'b>)>,
    attributes: Vec<(&'b str, Column<'b>)>,
}

struct Column<'b> {
    array: &'b dyn Array,
    cells: Cells<'b>,
}

enum Cells<'b> {
    Text(&'b StringArray),
    LargeText(&'b LargeStringArray),
    TextView(&'b StringViewArray),
    Flags(&'b BooleanArray),
    Integers(Vec<i64>),
    Numbers(Vec<f64>),
    /// Rows as places in other cells.
    Keyed(Vec<usize>, Box<Column<'b>>),
    Others,
}

impl<'b> Columns<'b> {
    /// The rows of a batch, whose columns have the names of fields; all others are attributes.
    pub fn new(batch: &'b RecordBatch) -> Self {
        let mut columns = Self { rows: batch.num_rows(), fields: Vec::new(), attributes: Vec::new() };
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            columns.add(Field::of(field.name()), field.name(), array);
        }
        columns
    }

    fn add(&mut self, field: Option<Field>, name: &'b str, array: &'b dyn Array) {
        match field {
            Some(outer @ (Field::Nested | Field::Attributes)) if let Some(nested) = array.as_struct_opt() => {
                for (field, array) in nested.fields().iter().zip(nested.columns()) {
                    self.add(outer.within(field.name()), field.name(), array);
                }
            }
            Some(field) => self.fields.push((field, Column::new(array))),
            None => self.attributes.push((name, Column::new(array))),
        }
    }
}

impl Records for Columns<'_> {
    fn count(&self) -> usize {
        self.rows
    }

    fn read<'a>(&'a self, index: usize, record: &mut Record<'a>) -> Result<(), &'static str> {
        self.fields.iter().try_for_each(|(field, column)| record.set(*field, column.value(index)))
    }

    fn attributes(&self, index: usize, max_bytes: usize) -> String {
        let attributes = self.attributes.iter();
        object(attributes.filter_map(|(name, column)| Some((*name, column.value(index).to_json()?))), max_bytes)
    }
}

impl<'b> Column<'b> {
    fn new(array: &'b dyn Array) -> Self {
        Self { array, cells: Cells::new(array) }
    }

    fn value(&self, row: usize) -> Value<'_> {
        if self.array.is_null(row) {
            return Value::Missing;
        }
        match &self.cells {
            Cells::Text(texts) => Value::Text(texts.value(row)),
            Cells::LargeText(texts) => Value::Text(texts.value(row)),
            Cells::TextView(texts) => Value::Text(texts.value(row)),
            Cells::Flags(flags) => Value::Flag(flags.value(row)),
            Cells::Integers(numbers) => Value::Integer(numbers[row]),
            // What tables of numbers have where there is none.
            Cells::Numbers(numbers) if numbers[row].is_nan() => Value::Missing,
            Cells::Numbers(numbers) => Value::Number(numbers[row]),
            Cells::Keyed(keys, values) => values.value(keys[row]),
            Cells::Others => Value::Other,
        }
    }
}

impl<'b> Cells<'b> {
    fn new(array: &'b dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::LargeUtf8 => Self::LargeText(array.as_string()),
            DataType::Utf8View => Self::TextView(array.as_string_view()),
            DataType::Boolean => Self::Flags(array.as_boolean()),
            DataType::Int8 => integers::<Int8Type>(array, i64::from),
            DataType::Int16 => integers::<Int16Type>(array, i64::from),
            DataType::Int32 => integers::<Int32Type>(array, i64::from),
            DataType::Int64 => integers::<Int64Type>(array, |number| number),
            DataType::UInt8 => integers::<UInt8Type>(array, i64::from),
            DataType::UInt16 => integers::<UInt16Type>(array, i64::from),
            DataType::UInt32 => integers::<UInt32Type>(array, i64::from),
            DataType::UInt64 => integers::<UInt64Type>(array, |number| i64::try_from(number).unwrap_or(i64::MAX)),
            DataType::Float32 => numbers::<Float32Type>(array, f64::from),
            DataType::Float64 => numbers::<Float64Type>(array, |number| number),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => integers::<TimestampSecondType>(array, |time| time.saturating_mul(1_000_000_000)),
                TimeUnit::Millisecond => {
                    integers::<TimestampMillisecondType>(array, |time| time.saturating_mul(1_000_000))
                }
                TimeUnit::Microsecond => integers::<TimestampMicrosecondType>(array, |time| time.saturating_mul(1000)),
                TimeUnit::Nanosecond => integers::<TimestampNanosecondType>(array, |time| time),
            },
            // In milliseconds, as numbers are.
            DataType::Duration(unit) => match unit {
                TimeUnit::Second => numbers::<DurationSecondType>(array, |time| time as f64 * 1e3),
                TimeUnit::Millisecond => numbers::<DurationMillisecondType>(array, |time| time as f64),
                TimeUnit::Microsecond => numbers::<DurationMicrosecondType>(array, |time| time as f64 / 1e3),
                TimeUnit::Nanosecond => numbers::<DurationNanosecondType>(array, |time| time as f64 / 1e6),
            },
            DataType::Dictionary(..) => keyed(array),
            _ => Self::Others,
        }
    }
}

fn integers<T: ArrowPrimitiveType>(array: &dyn Array, value: fn(T::Native) -> i64) -> Cells<'_> {
    Cells::Integers(array.as_primitive::<T>().values().iter().map(|number| value(*number)).collect())
}

fn numbers<T: ArrowPrimitiveType>(array: &dyn Array, value: fn(T::Native) -> f64) -> Cells<'_> {
    Cells::Numbers(array.as_primitive::<T>().values().iter().map(|number| value(*number)).collect())
}

fn keyed(array: &dyn Array) -> Cells<'_> {
    let dictionary = array.as_any_dictionary();
    // Without values all rows are null, and their keys mean nothing.
    let keys = if dictionary.values().is_empty() { Vec::new() } else { dictionary.normalized_keys() };
    Cells::Keyed(keys, Box::new(Column::new(&**dictionary.values())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, DictionaryArray, Float64Array, Int64Array, StructArray, TimestampMillisecondArray, UInt32Array,
    };
    use arrow_schema::Field as ArrowField;

    use super::*;
    use crate::telemetry::feed::intake::{Outcome, ingest};
    use crate::telemetry::{Limits, Placer, Telemetry, Update};

    fn ingested(columns: Vec<(&str, ArrayRef)>) -> (Outcome, Update) {
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
        let telemetry = Telemetry::new(Placer::default(), Limits::default());
        let batch = batch.unwrap();
        let outcome = ingest(&telemetry, "tests", &Columns::new(&batch));
        (outcome, telemetry.tick())
    }

    #[test]
    fn rows_are_records() {
        let names: DictionaryArray<Int32Type> = vec![Some("a"), None, Some("b"), Some("a")].into_iter().collect();
        let (outcome, update) = ingested(vec![
            ("name", Arc::new(names)),
            ("time", Arc::new(TimestampMillisecondArray::from(vec![1_700_000_000_000_i64; 4]))),
            ("value", Arc::new(Float64Array::from(vec![Some(1.5), Some(2.0), None, Some(f64::NAN)]))),
            ("line", Arc::new(UInt32Array::from(vec![Some(7), None, None, None]))),
        ]);
        assert_eq!((outcome.accepted, outcome.reasons.len()), (3, 1));
        assert_eq!(outcome.reasons[0].0, 1);
        assert_eq!((update.points[0].value, update.points[0].time), (1.5, 1_700_000_000_000_000_000));
        assert_eq!(update.logs.iter().map(|log| &*log.text).collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn a_column_of_the_wrong_type_is_told() {
        let (outcome, _) = ingested(vec![("name", Arc::new(Int64Array::from(vec![1, 2])))]);
        assert_eq!((outcome.accepted, outcome.rejected), (0, 2));
    }

    #[test]
    fn structs_of_attributes_are_flat() {
        let name: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
        let user: ArrayRef = Arc::new(StringArray::from(vec!["Ann"]));
        let field = |name: &str| Arc::new(ArrowField::new(name, DataType::Utf8, true));
        let nested = StructArray::from(vec![(field("name"), name), (field("user"), user)]);
        let batch = RecordBatch::try_from_iter([("fields", Arc::new(nested) as ArrayRef)]).unwrap();
        let columns = Columns::new(&batch);
        let mut record = Record::default();
        columns.read(0, &mut record).unwrap();
        assert!(record.kind().is_ok());
        assert_eq!(columns.attributes(0, 100), r#"{"user":"Ann"}"#);
    }
}
