//! Dicts of Python become records on a tape. Their texts stay where they are.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};
use repolis::telemetry::feed::{Cell, Field, Key, Tape};

const NO_DICT: &str = "not a dict";
const NO_NAME: &str = "a key that is no text";
const NO_UNICODE: &str = "a text that cannot be read";
/// Dicts in which further ones are looked into.
const MAX_DEPTH: u32 = 8;
/// More keys than these are looked up anew each time.
const MAX_KNOWN: usize = 64;

/// Text of Python, which is read without the GIL.
pub struct Text(PyBackedStr);

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Keys that were seen. Dicts of a loop have the same objects as keys, mostly in the same order.
#[derive(Default)]
pub struct Names<'py> {
    known: Vec<(Bound<'py, PyString>, Key)>,
    next: usize,
}

/// Reads dicts onto a tape.
pub struct Dicts<'n, 'py> {
    names: &'n mut Names<'py>,
    tape: Tape<Text>,
    /// Values that only code of Python can say, which may change the dict that is being read.
    later: Vec<(Key, Bound<'py, PyAny>)>,
}

impl<'n, 'py> Dicts<'n, 'py> {
    /// Nothing read yet. Names of attributes that were known before are those of another tape.
    pub fn new(names: &'n mut Names<'py>, room: usize) -> Self {
        names.known.retain(|(_, key)| matches!(key, Key::Field(_)));
        names.next = 0;
        Self { names, tape: Tape::with_room(room), later: Vec::new() }
    }

    /// What was read.
    pub fn into_tape(self) -> Tape<Text> {
        self.tape
    }

    /// Reads a record.
    pub fn push(&mut self, record: &Bound<'py, PyAny>) {
        let read = record.cast::<PyDict>().map_err(|_| NO_DICT).and_then(|dict| self.dict(Field::Nested, dict, 0));
        match read {
            Ok(()) => self.tape.end(),
            Err(reason) => {
                self.later.clear();
                self.tape.fail(reason);
            }
        }
    }

    /// Reads the dict of a record, or one that is the value of a field.
    fn dict(&mut self, within: Field, dict: &Bound<'py, PyDict>, depth: u32) -> Result<(), &'static str> {
        let before = self.later.len();
        for (name, value) in dict.iter() {
            let key = if within == Field::Nested { self.key(&name)? } else { self.rare_key(within, &name)? };
            match quick(&mut self.tape, &value)? {
                Some(cell) => self.tape.add(key, cell),
                None => self.later.push((key, value)),
            }
        }
        while self.later.len() > before
            && let Some((key, value)) = self.later.pop()
        {
            self.other(key, &value, depth)?;
        }
        Ok(())
    }

    fn key(&mut self, name: &Bound<'py, PyAny>) -> Result<Key, &'static str> {
        let Names { known, next } = &mut *self.names;
        let (before, after) = known.split_at(*next);
        for (at, (known, key)) in (*next..).zip(after).chain((0..).zip(before)) {
            if known.is(name) {
                *next = if at + 1 < before.len() + after.len() { at + 1 } else { 0 };
                return Ok(*key);
            }
        }
        let key = self.rare_key(Field::Nested, name)?;
        let known = &mut self.names.known;
        if known.len() < MAX_KNOWN
            && let Ok(name) = name.cast::<PyString>()
        {
            known.push((name.clone(), key));
        }
        Ok(key)
    }

    fn rare_key(&mut self, within: Field, name: &Bound<'py, PyAny>) -> Result<Key, &'static str> {
        let name = name.cast::<PyString>().map_err(|_| NO_NAME)?;
        Ok(match within.within(&name.to_string_lossy()) {
            Some(field) => Key::Field(field),
            None => Key::Attribute(text(&mut self.tape, name)?),
        })
    }

    /// A value of another type than those of JSON's.
    fn other(&mut self, key: Key, value: &Bound<'py, PyAny>, depth: u32) -> Result<(), &'static str> {
        if let Ok(dict) = value.cast::<PyDict>() {
            return self.nested(key, dict, depth);
        }
        if key == Key::Field(Field::Error) && super::failure::is_exception(value) {
            let [kind, message, stack] = super::failure::texts(value);
            let parts = [(Field::ErrorType, kind), (Field::ErrorMessage, message), (Field::ErrorStack, stack)];
            for (field, part) in parts {
                let cell = Cell::Text(text(&mut self.tape, &part)?);
                self.tape.add(Key::Field(field), cell);
            }
            return Ok(());
        }
        let cell = slow(&mut self.tape, key, value)?;
        self.tape.add(key, cell);
        Ok(())
    }

    fn nested(&mut self, key: Key, dict: &Bound<'py, PyDict>, depth: u32) -> Result<(), &'static str> {
        let cell = match key {
            Key::Field(field @ (Field::Nested | Field::Attributes)) if depth < MAX_DEPTH => {
                return self.dict(field, dict, depth + 1);
            }
            Key::Field(Field::Error) if depth < MAX_DEPTH => {
                self.dict(Field::Error, dict, depth + 1)?;
                Cell::Flag(true)
            }
            Key::Field(_) => Cell::Other,
            Key::Attribute(_) => shown(&mut self.tape, dict)?,
        };
        self.tape.add(key, cell);
        Ok(())
    }
}

fn text(tape: &mut Tape<Text>, text: &Bound<'_, PyString>) -> Result<u32, &'static str> {
    // Names of files in another encoding have halves of surrogate pairs, and a record of what failed for one is not to be lost.
    let kept =
        PyBackedStr::try_from(text.clone()).or_else(|_| PyString::new(text.py(), &text.to_string_lossy()).try_into());
    Ok(tape.text(Text(kept.map_err(|_| NO_UNICODE)?)))
}

/// The value of what JSON has too, without running code of Python.
fn quick(tape: &mut Tape<Text>, value: &Bound<'_, PyAny>) -> Result<Option<Cell>, &'static str> {
    if let Ok(value) = value.cast_exact::<PyString>() {
        return Ok(Some(Cell::Text(text(tape, value)?)));
    }
    if let Ok(value) = value.cast_exact::<PyFloat>() {
        return Ok(Some(Cell::Number(value.value())));
    }
    if let Ok(value) = value.cast_exact::<PyInt>() {
        let number = value.extract().map(Cell::Integer).or_else(|_| value.extract().map(Cell::Number));
        return Ok(Some(number.unwrap_or(Cell::Other)));
    }
    if let Ok(value) = value.cast_exact::<PyBool>() {
        return Ok(Some(Cell::Flag(value.is_true())));
    }
    Ok(value.is_none().then_some(Cell::Missing))
}

/// Numbers of numpy, dates, paths, members of an enumeration and the like.
fn slow(tape: &mut Tape<Text>, key: Key, value: &Bound<'_, PyAny>) -> Result<Cell, &'static str> {
    if let Ok(value) = value.cast::<PyString>() {
        return Ok(Cell::Text(text(tape, value)?));
    }
    match key {
        Key::Field(Field::Time | Field::End) if let Ok(seconds) = value.call_method0("timestamp") => {
            return Ok(seconds.extract().map_or(Cell::Other, Cell::Number));
        }
        Key::Field(Field::Duration | Field::SelfTime) if let Ok(seconds) = value.call_method0("total_seconds") => {
            return Ok(seconds.extract::<f64>().map_or(Cell::Other, |seconds| Cell::Number(seconds * 1e3)));
        }
        Key::Field(Field::Path) if let Ok(path) = value.call_method0("__fspath__") => {
            return path.cast::<PyString>().map_or(Ok(Cell::Other), |path| Ok(Cell::Text(text(tape, path)?)));
        }
        _ => {}
    }
    if let Ok(flag) = value.extract() {
        return Ok(Cell::Flag(flag));
    }
    if let Ok(number) = value.extract() {
        return Ok(Cell::Integer(number));
    }
    match value.extract::<f64>() {
        // What pandas has for a missing value.
        Ok(number) => Ok(if number.is_nan() { Cell::Missing } else { Cell::Number(number) }),
        Err(_) if matches!(key, Key::Attribute(_)) => shown(tape, value),
        Err(_) => Ok(Cell::Other),
    }
}

/// What Python shows of a value.
fn shown(tape: &mut Tape<Text>, value: &Bound<'_, PyAny>) -> Result<Cell, &'static str> {
    value.repr().map_or(Ok(Cell::Other), |shown| Ok(Cell::Text(text(tape, &shown)?)))
}
