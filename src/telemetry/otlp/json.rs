//! OTLP-JSON becomes the protobuf that it stands for, in one pass and without a tree in memory. What fields mean is not known here.
//!
//! The mapping is that of Protobuf's JSON, but for ids, which are hexadecimal, and enumerations, which are numbers:
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>. Numbers of 64 bits may be texts, unknown fields are ignored,
//! `null` is a field that is not there.
//!
//! A record that is malformed becomes one that is malformed in protobuf too, so that it is refused alone.

use std::fmt;

use serde::Deserializer;
use serde::de::{Deserialize, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::schema::{Field, Kind, Schema};
use super::text::readable;

/// Wire types of Protobuf.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;

/// A length of up to 4 GiB always takes this many bytes here, so that it can be filled in when what it counts is written.
const LENGTH_BYTES: usize = 5;

/// A key of field 0, which there never is.
const MALFORMED: u8 = 0;

/// Objects and lists in each other; the parser gives up a message that has 128.
const MAX_DEPTH: usize = 120;

/// The protobuf of a message in JSON.
pub fn to_protobuf(schema: &'static Schema, json: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let text = readable(json).ok_or_else(|| serde_json::Error::custom("it is no UTF-8"))?;
    let mut out = Out { bytes: Vec::with_capacity(text.len() / 2), ..Out::default() };
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    deserializer.deserialize_map(Message { schema, out: &mut out })?;
    deserializer.end()?;
    Ok(out.bytes)
}

/// What is written, and where in the message that is.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    depth: usize,
    /// Of the innermost record, whether it is malformed; `None` outside of records.
    is_malformed: Option<bool>,
}

impl Out {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn deeper<T, E>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

/// The fields of a message.
struct Message<'o> {
    schema: &'static Schema,
    out: &'o mut Out,
}

impl<'de> Visitor<'de> for Message<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Name { schema: self.schema })? {
            match field {
                Some(field) => map.next_value_seed(Value { field, out: &mut *self.out })?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// The name of a field.
struct Name {
    schema: &'static Schema,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.schema.field(name))
    }
}

/// The value of a field, or one of several.
struct Value<'o> {
    field: &'static Field,
    out: &'o mut Out,
}

impl Value<'_> {
    fn key(&mut self, wire_type: u32) {
        self.out.varint(u64::from(self.field.number << 3 | wire_type));
    }

    fn number<E: Error>(&mut self, number: u64) -> Result<(), E> {
        match self.field.kind {
            Kind::Varint | Kind::Enum(_) => {
                self.key(VARINT);
                self.out.varint(number);
            }
            Kind::ZigZag => {
                let number = number as i64;
                self.key(VARINT);
                self.out.varint((number << 1 ^ number >> 63) as u64);
            }
            Kind::Fixed64 => {
                self.key(FIXED64);
                self.out.bytes.extend(number.to_le_bytes());
            }
            Kind::Double => self.double(number as i64 as f64),
            Kind::Text | Kind::Hex | Kind::Message(_) | Kind::Record(_) => return self.wrong("a number"),
        }
        Ok(())
    }

    fn double(&mut self, number: f64) {
        self.key(FIXED64);
        self.out.bytes.extend(number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.key(BYTES);
        self.out.varint(bytes.len() as u64);
        self.out.bytes.extend_from_slice(bytes);
    }

    /// Gives up the record, or the message where it is of none.
    fn wrong<E: Error>(&mut self, found: &str) -> Result<(), E> {
        if let Kind::Record(_) = self.field.kind {
            self.bytes(&[MALFORMED]);
        } else if let Some(is_malformed) = &mut self.out.is_malformed {
            *is_malformed = true;
        } else {
            return Err(E::custom(format_args!("{}: {found} is not expected", self.field.name)));
        }
        Ok(())
    }

    /// A message within another. Its length is filled in when it is known.
    fn message<E>(&mut self, write: impl FnOnce(&mut Out) -> Result<(), E>) -> Result<(), E> {
        self.key(BYTES);
        let start = self.out.bytes.len() + LENGTH_BYTES;
        self.out.bytes.resize(start, 0);
        self.out.deeper(write)?;
        let length = self.out.bytes.len() - start;
        for (index, byte) in self.out.bytes[start - LENGTH_BYTES..start].iter_mut().enumerate() {
            let more = if index + 1 < LENGTH_BYTES { 0x80 } else { 0 };
            *byte = (length >> (7 * index)) as u8 & 0x7f | more;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        if self.out.depth >= MAX_DEPTH {
            IgnoredAny::deserialize(deserializer)?;
            return self.wrong("what is so deep");
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value of {}", self.field.name)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<(), E> {
        match self.field.kind {
            Kind::Varint => self.number(value.into()),
            _ => self.wrong("a truth value"),
        }
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<(), E> {
        match self.field.kind {
            Kind::Double => self.double(value as f64),
            _ => self.number(value)?,
        }
        Ok(())
    }

    fn visit_i64<E: Error>(mut self, value: i64) -> Result<(), E> {
        self.number(value as u64)
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        match self.field.kind {
            Kind::Double => self.double(value),
            Kind::Text | Kind::Hex | Kind::Message(_) | Kind::Record(_) => return self.wrong("a number"),
            // JSON does not tell 1 from 1.0.
            _ if value.fract() == 0.0 && value >= 0.0 => self.number(value as u64)?,
            _ if value.fract() == 0.0 => self.number(value as i64 as u64)?,
            _ => return self.wrong("a fraction"),
        }
        Ok(())
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<(), E> {
        match self.field.kind {
            Kind::Text => self.bytes(value.as_bytes()),
            Kind::Hex => match from_hex(value) {
                Some(bytes) => self.bytes(&bytes),
                None => return self.wrong("what is not hexadecimal"),
            },
            Kind::Double => match value.parse() {
                Ok(number) => self.double(number),
                Err(_) => return self.wrong("a text that is no number"),
            },
            Kind::Enum(number) => match number(value).or_else(|| value.parse().ok()) {
                // As Protobuf does it: with its sign, to 64 bits.
                Some(number) => self.number(i64::from(number) as u64)?,
                None => return self.wrong("a name of no value"),
            },
            Kind::Varint | Kind::ZigZag | Kind::Fixed64 => {
                let signed = || value.parse::<i64>().map(|number| number as u64);
                match value.parse().or_else(|_| signed()) {
                    Ok(number) => self.number(number)?,
                    Err(_) => return self.wrong("a text that is no number"),
                }
            }
            Kind::Message(_) | Kind::Record(_) => return self.wrong("a text"),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let Self { field, out } = self;
        out.deeper(|out| {
            while sequence.next_element_seed(Value { field, out: &mut *out })?.is_some() {}
            Ok(())
        })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        match self.field.kind {
            Kind::Message(schema) => self.message(|out| Message { schema, out }.visit_map(map)),
            Kind::Record(schema) => self.message(|out| {
                let around = out.is_malformed.replace(false);
                Message { schema, out: &mut *out }.visit_map(map)?;
                if std::mem::replace(&mut out.is_malformed, around) == Some(true) {
                    out.bytes.push(MALFORMED);
                }
                Ok(())
            }),
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.wrong("an object")
            }
        }
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}
