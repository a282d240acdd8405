//! OTLP-JSON becomes the protobuf that it stands for, in one pass and without a tree in memory. What fields mean is not known here.
//!
//! The mapping is that of Protobuf's JSON, but for ids, which are hexadecimal, and enumerations, which are numbers:
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>. Numbers of 64 bits may be texts, unknown fields are ignored,
//! `null` is a field that is not there.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::schema::{Field, Kind, Schema};

/// Wire types of Protobuf.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;

/// A length of up to 4 GiB always takes this many bytes here, so that it can be filled in when what it counts is written.
const LENGTH_BYTES: usize = 5;

/// The protobuf of a message in JSON.
pub fn to_protobuf(schema: &'static Schema, json: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let mut protobuf = Vec::with_capacity(json.len() / 2);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.deserialize_map(Message { schema, out: &mut protobuf })?;
    deserializer.end()?;
    Ok(protobuf)
}

/// The fields of a message.
struct Message<'o> {
    schema: &'static Schema,
    out: &'o mut Vec<u8>,
}

impl<'de> Visitor<'de> for Message<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Name { schema: self.schema })? {
            match field {
                Some(field) => map.next_value_seed(Value { field, out: self.out })?,
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
    out: &'o mut Vec<u8>,
}

impl Value<'_> {
    fn key(&mut self, wire_type: u32) {
        varint(self.out, u64::from(self.field.number << 3 | wire_type));
    }

    fn number<E: Error>(&mut self, number: u64) -> Result<(), E> {
        match self.field.kind {
            Kind::Varint | Kind::Enum(_) => {
                self.key(VARINT);
                varint(self.out, number);
            }
            Kind::ZigZag => {
                let number = number as i64;
                self.key(VARINT);
                varint(self.out, (number << 1 ^ number >> 63) as u64);
            }
            Kind::Fixed64 => {
                self.key(FIXED64);
                self.out.extend(number.to_le_bytes());
            }
            Kind::Double => self.double(number as i64 as f64),
            Kind::Text | Kind::Hex | Kind::Message(_) => return Err(self.wrong("a number")),
        }
        Ok(())
    }

    fn double(&mut self, number: f64) {
        self.key(FIXED64);
        self.out.extend(number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.key(BYTES);
        varint(self.out, bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    fn wrong<E: Error>(&self, found: &str) -> E {
        E::custom(format_args!("{}: {found} is not expected", self.field.name))
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
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
            _ => Err(self.wrong("a truth value")),
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
            Kind::Text | Kind::Hex | Kind::Message(_) => return Err(self.wrong("a number")),
            // JSON does not tell 1 from 1.0.
            _ if value.fract() == 0.0 && value >= 0.0 => self.number(value as u64)?,
            _ if value.fract() == 0.0 => self.number(value as i64 as u64)?,
            _ => return Err(self.wrong("a fraction")),
        }
        Ok(())
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<(), E> {
        match self.field.kind {
            Kind::Text => self.bytes(value.as_bytes()),
            Kind::Hex => {
                let bytes = from_hex(value).ok_or_else(|| self.wrong("what is not hexadecimal"))?;
                self.bytes(&bytes);
            }
            Kind::Double => {
                let number = value.parse().map_err(|_| self.wrong("a text that is no number"))?;
                self.double(number);
            }
            Kind::Enum(number) => {
                let number = number(value).or_else(|| value.parse().ok());
                let number = number.ok_or_else(|| self.wrong("a name of no value"))?;
                // As Protobuf does it: with its sign, to 64 bits.
                self.number(i64::from(number) as u64)?;
            }
            Kind::Varint | Kind::ZigZag | Kind::Fixed64 => {
                let signed = || value.parse::<i64>().map(|number| number as u64);
                let number = value.parse().or_else(|_| signed());
                self.number(number.map_err(|_| self.wrong("a text that is no number"))?)?;
            }
            Kind::Message(_) => return Err(self.wrong("a text")),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(Value { field: self.field, out: self.out })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<(), A::Error> {
        let Kind::Message(schema) = self.field.kind else { return Err(self.wrong("an object")) };
        self.key(BYTES);
        let start = self.out.len() + LENGTH_BYTES;
        self.out.resize(start, 0);
        Message { schema, out: self.out }.visit_map(map)?;
        let length = self.out.len() - start;
        for (index, byte) in self.out[start - LENGTH_BYTES..start].iter_mut().enumerate() {
            let more = if index + 1 < LENGTH_BYTES { 0x80 } else { 0 };
            *byte = (length >> (7 * index)) as u8 & 0x7f | more;
        }
        Ok(())
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}
