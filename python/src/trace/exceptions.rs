//! What is told of an exception that leaves a function. Nothing of the program runs for it: no `__str__`, no `__repr__` of its own.

use std::sync::PoisonError;

use pyo3::exceptions::{PyBaseException, PyException, PyStopAsyncIteration, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PySlice, PyString, PyTuple, PyType};
use pyo3::{ffi, intern};

use super::codes::Function;
use super::state::State;

/// Exceptions beyond these are only counted, until the next time that somebody fetches them.
const MAX_WAITING: usize = 256;
/// Longer messages are cut.
const MAX_CHARS: usize = 1000;
/// Frames outside the repository in which an exception may have been before.
const MAX_FRAMES: usize = 100;
/// What a type of exception says beyond this at one line is counted without a message, until the same time.
const MAX_MESSAGES: usize = 32;
/// Further arguments of an exception are left out of its message.
const MAX_ARGUMENTS: usize = 16;

/// An exception that left a function of the repository, the innermost that it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Number of the function.
    pub function: u32,
    /// The line at which it left.
    pub line: u32,
    /// Its type, with the module unless that is `builtins`.
    pub kind: String,
    /// What it says, as far as that is text or numbers.
    pub message: String,
    /// Where in the function it was, as Python prints it.
    pub stack: String,
    /// How many such there were.
    pub count: u64,
}

/// Whether an exception is an error, and not the way in which iterators, generators, tasks and programs end.
pub fn is_error(exception: &Bound<'_, PyAny>) -> bool {
    exception.is_instance_of::<PyException>()
        && !exception.is_instance_of::<PyStopIteration>()
        && !exception.is_instance_of::<PyStopAsyncIteration>()
}

/// Notes that an exception leaves a function, if it is the innermost of the repository that it leaves.
pub fn note(state: &State, code: &Bound<'_, PyAny>, exception: &Bound<'_, PyAny>) -> PyResult<()> {
    let Some(function) = state.known(code).function else { return Ok(()) };
    // SAFETY: `exception` is one, as the hook gets nothing else.
    let traceback =
        unsafe { Bound::from_owned_ptr_or_opt(exception.py(), ffi::PyException_GetTraceback(exception.as_ptr())) };
    let Some(lines) = traceback.map(|traceback| lines(state, code, traceback)).transpose()?.flatten() else {
        return Ok(());
    };
    let kind = kind_of(&exception.get_type())?;
    let message = message_of(exception)?;
    let line = lines.last().copied().unwrap_or(0);
    let fresh = Raised { function, line, kind, message, stack: String::new(), count: 1 };
    // Python is not called while others wait for the lock.
    let mut raised = state.shared.raised.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(added) = add(&mut raised, fresh) {
        added.stack = stack(state, function, &lines);
    }
    Ok(())
}

/// Counts an exception, with others that say the same; what is new is returned.
fn add(raised: &mut Vec<Raised>, mut fresh: Raised) -> Option<&mut Raised> {
    let is_full = raised.len() >= MAX_WAITING;
    let mut messages = 0;
    for known in raised.iter_mut().filter(|known| known.is_of_place(&fresh)) {
        if known.message == fresh.message {
            known.count += fresh.count;
            return None;
        }
        messages += 1;
    }
    if is_full && messages == 0 {
        return None;
    }
    if (is_full || messages >= MAX_MESSAGES) && !fresh.message.is_empty() {
        fresh.message.clear();
        return add(raised, fresh);
    }
    raised.push(fresh);
    raised.last_mut()
}

impl Raised {
    fn is_of_place(&self, other: &Self) -> bool {
        self.function == other.function && self.line == other.line && self.kind == other.kind
    }
}

/// The lines at which an exception leaves a frame of this code, the last one that at which it came into it; `None` when it left
/// another function of the repository before, or this one in a recursion.
fn lines(state: &State, code: &Bound<'_, PyAny>, traceback: Bound<'_, PyAny>) -> PyResult<Option<Vec<u32>>> {
    let py = traceback.py();
    let outermost = traceback.getattr(intern!(py, "tb_frame"))?;
    if !outermost.getattr(intern!(py, "f_code"))?.is(code) {
        return Ok(None);
    }
    let (mut lines, mut next) = (Vec::new(), Some(traceback));
    for _ in 0..MAX_FRAMES {
        let Some(entry) = next else { break };
        let frame = entry.getattr(intern!(py, "tb_frame"))?;
        // One frame may be there more than once: a program may catch an exception and raise it again.
        if frame.is(&outermost) {
            lines.push(entry.getattr(intern!(py, "tb_lineno"))?.extract().unwrap_or(0));
        } else if state.known(&frame.getattr(intern!(py, "f_code"))?).function.is_some() {
            return Ok(None);
        }
        let following = entry.getattr(intern!(py, "tb_next"))?;
        next = (!following.is_none()).then_some(following);
    }
    Ok(Some(lines))
}

/// Lines of a function, as Python prints them.
fn stack(state: &State, function: u32, lines: &[u32]) -> String {
    let functions = state.shared.functions.get();
    let Some(Function { path, name, .. }) = functions.get(function as usize) else { return String::new() };
    let name = if name.is_empty() { "<module>" } else { name };
    lines.iter().map(|line| format!("  File \"{path}\", line {line}, in {name}\n")).collect()
}

fn kind_of(kind: &Bound<'_, PyType>) -> PyResult<String> {
    let name = kind.qualname()?.to_string();
    Ok(match kind.module() {
        Ok(module) if module != "builtins" => format!("{module}.{name}"),
        _ => name,
    })
}

/// The arguments of an exception, where they are plain values.
fn message_of(exception: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = exception.py();
    let arguments = py.get_type::<PyBaseException>().getattr(intern!(py, "args"))?;
    let arguments = arguments.call_method1(intern!(py, "__get__"), (exception,))?.cast_into::<PyTuple>()?;
    let mut message = String::new();
    let texts = arguments.iter().take(MAX_ARGUMENTS).filter_map(|argument| plain(&argument));
    for (at, text) in texts.enumerate() {
        message += if at == 0 { "" } else { ", " };
        message += &text;
    }
    Ok(message.chars().take(MAX_CHARS).collect())
}

/// Text of a value whose type is one of Python's own: a subclass may do anything when it is asked for its text.
fn plain(value: &Bound<'_, PyAny>) -> Option<String> {
    let is_text = value.is_exact_instance_of::<PyString>();
    let is_long = (is_text || value.is_exact_instance_of::<PyBytes>()) && value.len().ok()? > MAX_CHARS;
    let is_plain = is_text
        || value.is_none()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyBytes>();
    if !is_plain {
        return None;
    }
    // Megabytes are not copied to be cut.
    let value =
        if is_long { value.get_item(PySlice::new(value.py(), 0, MAX_CHARS as isize, 1)).ok()? } else { value.clone() };
    let text = if is_text { value.cast_into::<PyString>().ok()? } else { value.repr().ok()? };
    Some(text.to_string_lossy().into_owned())
}
