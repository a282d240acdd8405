//! Points in time, in whatever way records write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::field::Value;
use crate::telemetry::Nanos;

pub const WRONG_TIME: &str = "time: neither seconds, milli-, micro- or nanoseconds since 1970 nor ISO 8601";

/// Units by the numbers that they make of the years from 1973 to 5138: from a bound on, and up to the next one's, a number has
/// so many nanoseconds a unit.
const UNITS: [(f64, u32); 4] = [(0.0, 1_000_000_000), (1e11, 1_000_000), (1e14, 1000), (1e17, 1)];

/// Nanoseconds since 1970.
pub fn nanos(value: Value<'_>) -> Result<Nanos, &'static str> {
    let time = match value {
        Value::Integer(number) => of_integer(number),
        Value::Number(number) => of_number(number),
        Value::Text(text) => of_text(text.trim()),
        Value::Missing | Value::Flag(_) | Value::Other => None,
    };
    time.ok_or(WRONG_TIME)
}

fn unit(number: f64) -> u64 {
    UNITS.iter().rev().find(|(least, _)| number >= *least).map_or(0, |(_, nanos)| u64::from(*nanos))
}

fn of_integer(number: i64) -> Option<Nanos> {
    u64::try_from(number).ok()?.checked_mul(unit(number as f64))
}

fn of_number(number: f64) -> Option<Nanos> {
    (number.is_finite() && (0.0..1e19).contains(&number)).then(|| {
        // The whole part apart: seconds of today in nanoseconds are more than the digits of a number.
        let unit = unit(number);
        let part = (number.fract() * unit as f64).round() as u64;
        (number.trunc() as u64).saturating_mul(unit).saturating_add(part)
    })
}

fn of_text(text: &str) -> Option<Nanos> {
    if let Ok(number) = text.parse() {
        return of_integer(number);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return time.as_nanosecond().try_into().ok();
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return Offset::UTC.to_timestamp(time).ok()?.as_nanosecond().try_into().ok();
    }
    of_number(text.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Value<'_>, expect: Option<Nanos>) {
        assert_eq!(nanos(value).ok(), expect, "{value:?}");
    }

    #[test]
    fn numbers_are_of_the_unit_that_fits_them() {
        let expect = Some(1_700_000_000_250_000_000);
        check(Value::Number(1_700_000_000.25), expect);
        check(Value::Integer(1_700_000_000_250), expect);
        check(Value::Integer(1_700_000_000_250_000), expect);
        check(Value::Integer(1_700_000_000_250_000_000), expect);
        check(Value::Text("1700000000250000000"), expect);
        check(Value::Text("1700000000.25"), expect);
        check(Value::Integer(1), Some(1_000_000_000));
        check(Value::Integer(i64::MAX), Some(i64::MAX as u64));
    }

    #[test]
    fn texts_are_iso_8601() {
        let expect = Some(1_700_000_000_250_000_000);
        check(Value::Text("2023-11-14T22:13:20.25Z"), expect);
        check(Value::Text("2023-11-14T23:13:20.250+01:00"), expect);
        check(Value::Text("2023-11-14 22:13:20,250"), expect);
        check(Value::Text("2023-11-14 22:13:20.25"), expect);
    }

    #[test]
    fn what_is_no_time() {
        for value in [
            Value::Integer(-1),
            Value::Number(f64::NAN),
            Value::Number(-0.5),
            Value::Number(1e300),
            Value::Text("yesterday"),
            Value::Text(""),
            Value::Text("inf"),
            Value::Text("1969-01-01T00:00:00Z"),
            Value::Text("2023-13-01T00:00:00Z"),
            Value::Flag(true),
            Value::Missing,
        ] {
            check(value, None);
        }
    }
}
