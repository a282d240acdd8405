//! A line of JSON becomes a record on a tape.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::Field;
use super::intake::Records;
use super::record::Record;
use super::tape::{Cell, Key, Tape, object};

/// Records as lines of JSON.
#[derive(Default)]
pub struct JsonLines<'l> {
    tape: Tape<Cow<'l, str>>,
    lines: Vec<&'l str>,
}

impl<'l> JsonLines<'l> {
    /// Adds a line; its number is that of the record.
    ///
    /// # Errors
    /// When it is no JSON object. Nothing is added then.
    pub fn push(&mut self, line: &'l str) -> Result<(), serde_json::Error> {
        let mut json = serde_json::Deserializer::from_str(line);
        let object = Object { tape: &mut self.tape, within: Field::Nested };
        let done = object.deserialize(&mut json).and_then(|()| json.end());
        if let Err(error) = done {
            self.tape.undo();
            return Err(error);
        }
        self.tape.end();
        self.lines.push(line);
        Ok(())
    }
}

impl Records for JsonLines<'_> {
    fn count(&self) -> usize {
        self.tape.count()
    }

    fn read<'a>(&'a self, index: usize, record: &mut Record<'a>) -> Result<(), &'static str> {
        self.tape.read(index, record)
    }

    /// Read a second time: few records are kept with what they say besides.
    fn attributes(&self, index: usize, max_bytes: usize) -> String {
        let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(self.lines[index]) else { return "{}".into() };
        let (mut nested, mut others) = (Vec::new(), Vec::new());
        for (name, value) in fields {
            match (Field::of(&name), value) {
                (None, value) => others.push((name, value)),
                (Some(outer @ (Field::Nested | Field::Attributes)), serde_json::Value::Object(fields)) => {
                    nested.extend(fields.into_iter().filter(|(name, _)| outer.within(name).is_none()));
                }
                _ => {}
            }
        }
        others.append(&mut nested);
        object(others.iter().map(|(name, value)| (&**name, value.clone())), max_bytes)
    }
}

/// The object of a record, or one in it.
struct Object<'t, 'l> {
    tape: &'t mut Tape<Cow<'l, str>>,
    /// The field whose value it is. The record itself is as one that has all fields in another.
    within: Field,
}

impl<'l> DeserializeSeed<'l> for Object<'_, 'l> {
    type Value = ();

    fn deserialize<D: Deserializer<'l>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'l> Visitor<'l> for Object<'_, 'l> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object, which a record is")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key_seed(Name::default())? {
            match self.within.within(&name) {
                Some(field) => map.next_value_seed(Content { tape: self.tape, field })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A text, of the line itself where nothing in it is escaped.
#[derive(Default)]
struct Name<'l>(Cow<'l, str>);

impl<'l> DeserializeSeed<'l> for Name<'l> {
    type Value = Self;

    fn deserialize<D: Deserializer<'l>>(self, json: D) -> Result<Self, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'l> Visitor<'l> for Name<'l> {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'l str) -> Result<Self, E> {
        Ok(Self(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self, E> {
        Ok(Self(Cow::Owned(text.to_owned())))
    }
}

/// The value of a field.
struct Content<'t, 'l> {
    tape: &'t mut Tape<Cow<'l, str>>,
    field: Field,
}

impl<'l> Content<'_, 'l> {
    fn add(self, cell: Cell) {
        self.tape.add(Key::Field(self.field), cell);
    }

    fn add_text(self, text: Cow<'l, str>) {
        let cell = Cell::Text(self.tape.text(text));
        self.add(cell);
    }
}

impl<'l> DeserializeSeed<'l> for Content<'_, 'l> {
    type Value = ();

    fn deserialize<D: Deserializer<'l>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'l> Visitor<'l> for Content<'_, 'l> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.add(Cell::Missing);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.add(Cell::Flag(flag));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.add(Cell::Integer(number));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.add(i64::try_from(number).map_or(Cell::Number(number as f64), Cell::Integer));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.add(Cell::Number(number));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'l str) -> Result<(), E> {
        self.add_text(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.add_text(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'l>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.add(Cell::Other);
        Ok(())
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<(), A::Error> {
        match self.field {
            Field::Nested | Field::Attributes => Object { tape: self.tape, within: self.field }.visit_map(map),
            Field::Error => {
                self.tape.add(Key::Field(Field::Error), Cell::Flag(true));
                Object { tape: self.tape, within: self.field }.visit_map(map)
            }
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.add(Cell::Other);
                Ok(())
            }
        }
    }
}
