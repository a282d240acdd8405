//! Code objects of Python, and the functions of the repository that they are of.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;
use rustc_hash::FxHashMap;

use super::files::Files;

/// Code objects beyond these are not traced: a program that makes them without end is not to be kept in memory.
const MAX_KEPT: usize = 200_000;
/// `inspect.CO_GENERATOR`, without coroutines.
const GENERATOR: u32 = 0x20;
/// `inspect.CO_OPTIMIZED`: the body of a function, and not of a file or class.
const OPTIMIZED: u32 = 0x1;
/// `inspect.CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR`: what may stop and go on.
const STOPS: u32 = 0x20 | 0x80 | 0x200;
/// The body of a file.
const BODY: &str = "<module>";
/// Parts of functions that Python makes functions of. They count as what runs them, as they do from Python 3.12 on, and so do the
/// bodies of classes.
const PARTS: [&str; 4] = ["<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"];

/// A function of the repository, or the body of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Function {
    /// Path of the file from the folder of the repository.
    pub path: Box<str>,
    /// Its qualified name; before Python 3.11, which has none, its name. Empty for the body of a file.
    pub name: Box<str>,
    /// Where it begins, from 1; 0 for the body of a file.
    pub line: u32,
}

/// The functions that were seen, by number. Others read them meanwhile.
#[derive(Default)]
pub struct Functions(Mutex<Vec<Function>>);

impl Functions {
    /// All so far.
    pub fn get(&self) -> MutexGuard<'_, Vec<Function>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Number of its function; `None` outside the repository.
    pub function: Option<u32>,
    /// Whether it may stop and go on.
    pub stops: bool,
    /// Whether it is a generator and no coroutine.
    pub is_generator: bool,
    /// Whether it is a protocol's way to say that there is no more: `__next__`.
    pub ends: bool,
}

impl Known {
    /// No part of the repository.
    pub const OUTSIDE: Self = Self { function: None, stops: false, is_generator: false, ends: false };
}

/// All that were seen.
pub struct Codes {
    known: FxHashMap<usize, Known>,
    /// Those that are known are kept, so that their addresses stay theirs.
    kept: Vec<Py<PyAny>>,
    numbers: FxHashMap<Function, u32>,
    files: Files,
}

impl Codes {
    /// None yet.
    pub fn new(files: Files) -> Self {
        Self { known: FxHashMap::default(), kept: Vec::new(), numbers: FxHashMap::default(), files }
    }

    /// What is known of the code object at this address.
    #[inline]
    pub fn get(&self, code: usize) -> Option<Known> {
        self.known.get(&code).copied()
    }

    /// Notes a code object. Nothing of Python runs meanwhile but what `Seen` has found already.
    fn add(&mut self, code: &Bound<'_, PyAny>, seen: &Seen, functions: &Functions, keep_outside: bool) -> Known {
        let is_left_out = seen.is_part() || self.kept.len() >= MAX_KEPT;
        let path = if is_left_out { None } else { self.files.find(&seen.file) };
        let known = match path {
            None => Known::OUTSIDE,
            Some(path) => {
                let (name, line) = if seen.name == BODY { ("", 0) } else { (&*seen.qualified, seen.line) };
                let function = Function { path: path.into(), name: name.into(), line };
                Known {
                    function: Some(self.number(function, functions)),
                    stops: seen.flags & STOPS != 0,
                    is_generator: seen.flags & STOPS == GENERATOR,
                    ends: matches!(&*seen.name, "__next__" | "__anext__"),
                }
            }
        };
        // What was made of a string may come again and again.
        let is_wanted = known.function.is_some() || (keep_outside && !seen.file.starts_with('<'));
        if is_wanted && self.kept.len() < MAX_KEPT {
            self.kept.push(code.clone().unbind());
            self.known.insert(code.as_ptr() as usize, known);
        }
        known
    }

    fn number(&mut self, function: Function, functions: &Functions) -> u32 {
        if let Some(&number) = self.numbers.get(&function) {
            return number;
        }
        let mut all = functions.get();
        let number = all.len() as u32;
        all.push(function.clone());
        self.numbers.insert(function, number);
        number
    }
}

/// What a code object says of itself.
struct Seen {
    file: String,
    name: String,
    qualified: String,
    line: u32,
    flags: u32,
}

impl Seen {
    /// Whether it is no function to those who read the code.
    fn is_part(&self) -> bool {
        PARTS.contains(&&*self.name) || (self.flags & OPTIMIZED == 0 && self.name != BODY)
    }

    fn of(code: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = code.py();
        let text = |name: &Bound<'_, PyString>| -> PyResult<String> { code.getattr(name)?.extract() };
        let name = text(intern!(py, "co_name"))?;
        // Python 3.11 has them first.
        let has_qualified = py.version_info() >= (3, 11);
        Ok(Self {
            file: text(intern!(py, "co_filename"))?,
            qualified: if has_qualified { text(intern!(py, "co_qualname"))? } else { name.clone() },
            name,
            line: code.getattr(intern!(py, "co_firstlineno"))?.extract().unwrap_or(0),
            flags: code.getattr(intern!(py, "co_flags"))?.extract()?,
        })
    }
}

/// Looks at a code object, and notes what it is. `codes` is asked for only when Python has answered, as Python may run other
/// threads meanwhile. Outside the repository it is noted only where that is wanted.
pub fn look<'a>(
    code: &Bound<'_, PyAny>,
    codes: impl FnOnce() -> &'a mut Codes,
    functions: &Functions,
    keep_outside: bool,
) -> Known {
    match Seen::of(code) {
        Ok(seen) => codes().add(code, &seen, functions, keep_outside),
        // A name that is no text: the path of a file in another encoding.
        Err(_) => Known::OUTSIDE,
    }
}
