//! A table becomes comma-separated values: RFC 4180 in UTF-8, with a head line, lines ended by a line feed.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::tables::{Table, Values};

/// Writes one table. A share that is not finite leaves its cell empty.
pub fn write(table: &Table<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(table.columns.iter().map(|column| column.name))?;
    let mut number = String::new();
    for row in 0..table.rows {
        for column in &table.columns {
            number.clear();
            let cell = match &column.values {
                Values::Text(value) => value(row),
                Values::U64(value) => digits(&mut number, value(row)),
                Values::F64(value) => {
                    Some(value(row)).filter(|value| value.is_finite()).map_or("", |value| digits(&mut number, value))
                }
            };
            csv.write_field(cell)?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

/// The shortest digits that are read back as the same number.
fn digits(buffer: &mut String, number: impl std::fmt::Display) -> &str {
    // A string takes everything.
    let _ = write!(buffer, "{number}");
    buffer
}
