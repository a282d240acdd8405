//! Fields of many records in a row, with their texts wherever their source has them.

use super::field::{Field, Value};
use super::intake::Records;
use super::record::Record;

/// Records of `T`, which hold texts: slices of a line, or strings of another language.
#[derive(Debug)]
pub struct Tape<T> {
    texts: Vec<T>,
    entries: Vec<(Key, Cell)>,
    /// Where the entries of each record end, and why it is none.
    ends: Vec<(u32, Option<&'static str>)>,
}

/// What an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A field of the schema.
    Field(Field),
    /// An attribute; the number is that of [`Tape::text`].
    Attribute(u32),
}

/// A value on a tape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// None.
    Missing,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// A text; the number is that of [`Tape::text`].
    Text(u32),
    /// What has no place in a record.
    Other,
}

impl<T> Default for Tape<T> {
    fn default() -> Self {
        Self { texts: Vec::new(), entries: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Tape<T> {
    /// An empty tape with room for so many records.
    pub fn with_room(records: usize) -> Self {
        let (texts, entries) = (Vec::with_capacity(records * 4), Vec::with_capacity(records * 6));
        Self { texts, entries, ends: Vec::with_capacity(records) }
    }

    /// Keeps a text, and returns its number.
    pub fn text(&mut self, text: T) -> u32 {
        self.texts.push(text);
        self.texts.len() as u32 - 1
    }

    /// Adds a value to the record in the making.
    pub fn add(&mut self, key: Key, cell: Cell) {
        self.entries.push((key, cell));
    }

    /// Ends the record in the making.
    pub fn end(&mut self) {
        self.ends.push((self.entries.len() as u32, None));
    }

    /// Ends the record in the making, which is none.
    pub fn fail(&mut self, reason: &'static str) {
        self.ends.push((self.entries.len() as u32, Some(reason)));
    }

    /// Takes the record in the making off again.
    pub fn undo(&mut self) {
        self.entries.truncate(self.ends.last().map_or(0, |(end, _)| *end as usize));
    }

    fn entries(&self, index: usize) -> &[(Key, Cell)] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before].0);
        &self.entries[start as usize..self.ends[index].0 as usize]
    }
}

impl<T: AsRef<str>> Tape<T> {
    fn value(&self, cell: Cell) -> Value<'_> {
        match cell {
            Cell::Missing => Value::Missing,
            Cell::Flag(flag) => Value::Flag(flag),
            Cell::Integer(number) => Value::Integer(number),
            Cell::Number(number) => Value::Number(number),
            Cell::Text(text) => Value::Text(self.texts[text as usize].as_ref()),
            Cell::Other => Value::Other,
        }
    }
}

impl<T: AsRef<str>> Records for Tape<T> {
    fn count(&self) -> usize {
        self.ends.len()
    }

    fn read<'a>(&'a self, index: usize, record: &mut Record<'a>) -> Result<(), &'static str> {
        if let Some(reason) = self.ends[index].1 {
            return Err(reason);
        }
        for &(key, cell) in self.entries(index) {
            if let Key::Field(field) = key {
                record.set(field, self.value(cell))?;
            }
        }
        Ok(())
    }

    fn attributes(&self, index: usize, max_bytes: usize) -> String {
        let attributes = self.entries(index).iter().filter_map(|&(key, cell)| match key {
            Key::Attribute(name) => Some((self.texts[name as usize].as_ref(), self.value(cell).to_json()?)),
            Key::Field(_) => None,
        });
        object(attributes, max_bytes)
    }
}

/// A JSON object of at most about so many bytes: long texts are cut, and what has no room is left out.
pub fn object<'a>(fields: impl Iterator<Item = (&'a str, serde_json::Value)>, max_bytes: usize) -> String {
    let mut text = String::from("{");
    for (name, value) in fields {
        let name = serde_json::Value::from(name).to_string();
        // Beside colon, comma, bracket and quotation marks.
        let room = max_bytes.saturating_sub(text.len() + name.len() + 3);
        let value = match value {
            serde_json::Value::String(value) => value[..value.floor_char_boundary(room.saturating_sub(2))].into(),
            value => value,
        };
        // Control characters are longer when they are written.
        let value = value.to_string();
        if value.len() > room || (value.len() == 2 && room < 4) {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        text.extend([&*name, ":", &*value]);
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_what_is_no_field() {
        let mut tape = Tape::default();
        let [name, key, value] = ["checkout", "user", "Ann"].map(|text| tape.text(text));
        tape.add(Key::Field(Field::Name), Cell::Text(name));
        tape.end();
        tape.add(Key::Attribute(key), Cell::Text(value));
        tape.add(Key::Attribute(name), Cell::Integer(3));
        tape.add(Key::Attribute(name), Cell::Missing);
        tape.end();
        assert_eq!(tape.count(), 2);
        assert_eq!(tape.attributes(0, 100), "{}");
        assert_eq!(tape.attributes(1, 100), r#"{"user":"Ann","checkout":3}"#);
        assert_eq!(tape.attributes(1, 15), r#"{"user":"Ann"}"#);
        assert_eq!(tape.attributes(1, 5), "{}");
        let long = object([("text", "ü".repeat(100).into())].into_iter(), 50);
        assert!(long.len() <= 50 && long.contains("üüü"), "{long}");
    }
}
