//! Protobuf's wire format, as far as it takes to find a message's parts without decoding them. Knows no message but the shape that
//! the three requests of OTLP share: resources in field 1, scopes of each in its field 2, records of each in its field 2.
//!
//! An empty message takes two bytes on the wire and hundreds in memory. Whoever walks the outer levels here and decodes one record
//! after another needs memory for one record, whatever a sender sends.

use super::Malformed;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// Numbers of the fields that lead from a request to its records.
const LEVELS: [u32; 3] = [RESOURCE_RECORDS, SCOPE_RECORDS, RECORDS];
const RESOURCE_RECORDS: u32 = 1;
const SCOPE_RECORDS: u32 = 2;
const RECORDS: u32 = 2;

/// What a resource or a scope says of itself.
const OWNER: u32 = 1;

/// The fields of a message; ends after the first that is malformed.
pub fn fields(message: &[u8]) -> impl Iterator<Item = Result<(u32, Value<'_>), Malformed>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let found = field(&mut rest).ok_or(Malformed::Protobuf);
        if found.is_err() {
            rest = &[];
        }
        Some(found)
    })
}

/// The messages in a field; what is malformed is left out.
pub fn messages(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    fields(message).filter_map(move |field| match field {
        Ok((found, Value::Bytes(bytes))) if found == number => Some(bytes),
        _ => None,
    })
}

/// Whether a request is well formed down to its records.
pub fn check(request: &[u8]) -> Result<(), Malformed> {
    check_levels(request, &LEVELS)
}

/// Resources, each with its scopes.
pub fn resources(request: &[u8]) -> impl Iterator<Item = &[u8]> {
    messages(request, RESOURCE_RECORDS)
}

/// Scopes, each with its records.
pub fn scopes(resource: &[u8]) -> impl Iterator<Item = &[u8]> {
    messages(resource, SCOPE_RECORDS)
}

/// Records of a scope.
pub fn records(scope: &[u8]) -> impl Iterator<Item = &[u8]> {
    messages(scope, RECORDS)
}

/// What a resource or a scope says of itself; empty if nothing.
pub fn owner(group: &[u8]) -> &[u8] {
    messages(group, OWNER).last().unwrap_or_default()
}

fn check_levels(message: &[u8], levels: &[u32]) -> Result<(), Malformed> {
    let Some((&level, deeper)) = levels.split_first() else { return Ok(()) };
    fields(message).try_for_each(|field| match field? {
        (number, Value::Bytes(bytes)) if number == level => check_levels(bytes, deeper),
        (number, Value::Number(_)) if number == level => Err(Malformed::Protobuf),
        _ => Ok(()),
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<(u32, Value<'a>)> {
    let key = varint(rest)?;
    let number = u32::try_from(key >> 3).ok().filter(|&number| number > 0)?;
    let value = match key & 7 {
        0 => Value::Number(varint(rest)?),
        1 => Value::Number(u64::from_le_bytes(bytes(rest, 8)?.try_into().ok()?)),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Value::Bytes(bytes(rest, length)?)
        }
        5 => Value::Number(u32::from_le_bytes(bytes(rest, 4)?.try_into().ok()?).into()),
        // Groups, which OTLP never had, and what has no meaning.
        _ => return None,
    };
    Some((number, value))
}

fn bytes<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &[u8], expect: &[(u32, Value<'_>)]) {
        let found: Vec<_> = fields(message).collect::<Result<_, _>>().expect("well formed");
        assert_eq!(found, expect);
    }

    #[track_caller]
    fn check_count(request: &[u8], expect: Option<usize>) {
        let count = || resources(request).flat_map(scopes).flat_map(records).count();
        assert_eq!(super::check(request).ok().map(|()| count()), expect);
    }

    #[test]
    fn every_type_of_the_wire() {
        check(&[], &[]);
        check(&[0x08, 0x96, 0x01], &[(1, Value::Number(150))]);
        check(&[0x12, 2, b'o', b'k', 0x18, 7], &[(2, Value::Bytes(b"ok")), (3, Value::Number(7))]);
        check(&[0x0d, 1, 0, 0, 0], &[(1, Value::Number(1))]);
        check(&[0x09, 2, 0, 0, 0, 0, 0, 0, 0], &[(1, Value::Number(2))]);
    }

    #[test]
    fn records_are_counted_through_both_levels() {
        check_count(&[], Some(0));
        check_count(&[0x0a, 0], Some(0));
        check_count(&[0x0a, 6, 0x12, 4, 0x12, 0, 0x12, 0], Some(2));
        check_count(&[0x0a, 4, 0x12, 2, 0x12, 0, 0x0a, 4, 0x12, 2, 0x12, 0], Some(2));
    }

    #[test]
    fn what_is_cut_off_or_of_another_type_is_malformed() {
        check_count(&[0x0a, 6, 0x12, 4, 0x12, 0, 0x12], None);
        check_count(&[0x0a], None);
        check_count(&[0x08, 1], None);
        check_count(&[0x0b], None);
        check_count(&[0x00, 1], None);
        check_count(&[0xff; 11], None);
        check_count(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], None);
        check_count(b"GET / HTTP/1.1\r\n", None);
    }
}
