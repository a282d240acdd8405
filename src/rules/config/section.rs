//! A table read key by key: what is of the wrong kind, missing or unknown becomes a mistake.

use std::cell::RefCell;

use super::{Entry, Mistake, Node, Place, Value};
use crate::rules::nearest;

/// A table whose keys are asked for one by one.
pub struct Section<'a> {
    /// Keys above it, such as `forbidden[2]`; empty for the whole file.
    pub path: String,
    /// Where it starts.
    pub place: Place,
    entries: &'a [Entry],
    known: Vec<&'static str>,
    mistakes: &'a RefCell<Vec<Mistake>>,
}

impl<'a> Section<'a> {
    /// The table of `node`; mistakes are added to `mistakes`.
    pub fn new(path: impl Into<String>, node: &'a Node, mistakes: &'a RefCell<Vec<Mistake>>) -> Self {
        let section =
            Self { path: path.into(), place: node.place, entries: node.entries(), known: Vec::new(), mistakes };
        if !matches!(node.value, Value::Table(_)) {
            section.wrong(node.place, "", &format!("expected a table, found {}", node.value.kind()));
        }
        section
    }

    /// Notes a mistake at a key of this table, or at the table itself for `""`.
    pub fn wrong(&self, place: Place, key: &str, message: &str) {
        let key = match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        };
        self.mistakes.borrow_mut().push(Mistake { place, key, message: message.to_owned() });
    }

    /// The value of a key, whatever it is.
    pub fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Where the value of a key stands, or else the table.
    pub fn place_of(&self, key: &str) -> Place {
        self.entries.iter().find(|entry| entry.key == key).map_or(self.place, |entry| entry.value.place)
    }

    /// True if the table has the key.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// The text of a key.
    pub fn text(&mut self, key: &'static str) -> Option<&'a str> {
        let node = self.get(key)?;
        let text = node.text();
        if text.is_none() {
            self.expected("a string", key, node);
        }
        text
    }

    /// True or false; false where the key is missing.
    pub fn flag(&mut self, key: &'static str) -> bool {
        self.optional_flag(key).unwrap_or(false)
    }

    /// True or false; `None` where the key is missing.
    pub fn optional_flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.get(key)?;
        if let Value::Flag(flag) = node.value {
            return Some(flag);
        }
        self.expected("true or false", key, node);
        None
    }

    /// A number that is not negative.
    pub fn number(&mut self, key: &'static str) -> Option<f64> {
        let node = self.get(key)?;
        match node.value {
            Value::Number(number) if number >= 0.0 && number.is_finite() => return Some(number),
            Value::Number(number) if number < 0.0 => self.wrong(node.place, key, "must not be negative"),
            Value::Number(_) => self.wrong(node.place, key, "must be a finite number"),
            _ => self.expected("a number", key, node),
        }
        None
    }

    /// A string, or a list of strings, with their places.
    pub fn texts(&mut self, key: &'static str) -> Vec<(&'a str, Place)> {
        let Some(node) = self.get(key) else { return Vec::new() };
        self.texts_of(key, node)
    }

    /// The strings of a value of this table.
    pub fn texts_of(&self, key: &str, node: &'a Node) -> Vec<(&'a str, Place)> {
        let mut texts = Vec::new();
        for item in node.items() {
            match item.text() {
                Some(text) => texts.push((text, item.place)),
                None => self.expected("a string or a list of strings", key, item),
            }
        }
        texts
    }

    /// The tables of a list of tables, or the one table.
    pub fn sections(&mut self, key: &'static str) -> Vec<Self> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let path = |suffix: String| match self.path.as_str() {
            "" => format!("{key}{suffix}"),
            path => format!("{path}.{key}{suffix}"),
        };
        if !matches!(node.value, Value::List(_)) {
            return vec![Self::new(path(String::new()), node, self.mistakes)];
        }
        let items = node.items().iter().zip(1..);
        items.map(|(item, number)| Self::new(path(format!("[{number}]")), item, self.mistakes)).collect()
    }

    /// Says that a key is missing where it has no value.
    pub fn require(&self, key: &str, example: &str) {
        if !self.has(key) {
            self.wrong(self.place, key, &format!("is missing; add such as {example}"));
        }
    }

    fn expected(&self, what: &str, key: &str, node: &Node) {
        self.wrong(node.place, key, &format!("expected {what}, found {}", node.value.kind()));
    }

    /// Every key that was never asked for is a mistake.
    pub fn finish(self) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let near = nearest::names(&entry.key, self.known.iter().copied());
            let hint = match near.as_slice() {
                [] => format!("there are {}", self.known.join(", ")),
                [near, ..] => format!("did you mean `{near}`?"),
            };
            self.wrong(entry.place, &entry.key, &format!("unknown key; {hint}"));
        }
    }
}
