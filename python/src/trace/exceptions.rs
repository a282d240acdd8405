//! What is told of an exception that leaves a function. Nothing of the program runs for it: no `__str__`, no `__repr__` of its own.

use pyo3::exceptions::{PyBaseException, PyException, PyStopAsyncIteration, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString, PyTuple, PyType};
use pyo3::{ffi, intern};

use super::state::State;

/// Exceptions beyond these are only counted, until the next time that somebody fetches them.
const MAX_WAITING: usize = 256;
/// Longer messages are cut.
const MAX_CHARS: usize = 1000;
/// Deeper stacks are cut.
const MAX_FRAMES: usize = 100;

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
    /// The functions of the repository that it was in, as Python prints them.
    pub stack: String,
    /// How many of that type left the function at that line.
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
    let Some(trail) = traceback.map(|traceback| Trail::of(state, &traceback)).transpose()? else { return Ok(()) };
    if trail.innermost != code.as_ptr() as usize {
        return Ok(());
    }
    let kind = kind_of(&exception.get_type())?;
    let mut raised = state.shared.raised.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let is_same = |known: &&mut Raised| known.function == function && known.line == trail.line && known.kind == kind;
    if let Some(known) = raised.iter_mut().find(is_same) {
        known.count += 1;
        return Ok(());
    }
    if raised.len() >= MAX_WAITING {
        return Ok(());
    }
    // Python is not called while others wait for the lock.
    drop(raised);
    let message = message_of(exception)?;
    let fresh = Raised { function, line: trail.line, kind, message, stack: trail.text, count: 1 };
    state.shared.raised.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(fresh);
    Ok(())
}

/// The functions of the repository in a traceback.
#[derive(Default)]
struct Trail {
    innermost: usize,
    line: u32,
    text: String,
}

impl Trail {
    fn of(state: &State, traceback: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = traceback.py();
        let mut trail = Self::default();
        let mut next = Some(traceback.clone());
        for _ in 0..MAX_FRAMES {
            let Some(entry) = next else { break };
            let code = entry.getattr(intern!(py, "tb_frame"))?.getattr(intern!(py, "f_code"))?;
            if let Some(function) = state.known(&code).function {
                trail.innermost = code.as_ptr() as usize;
                trail.line = entry.getattr(intern!(py, "tb_lineno"))?.extract().unwrap_or(0);
                if let Some(known) = state.shared.functions.get().get(function as usize) {
                    let name = if known.name.is_empty() { "<module>" } else { &*known.name };
                    trail.text += &format!("  File \"{}\", line {}, in {name}\n", known.path, trail.line);
                }
            }
            let following = entry.getattr(intern!(py, "tb_next"))?;
            next = (!following.is_none()).then_some(following);
        }
        Ok(trail)
    }
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
    let texts: Vec<String> = arguments.iter().filter_map(|argument| plain(&argument)).collect();
    Ok(texts.join(", ").chars().take(MAX_CHARS).collect())
}

/// Text of a value whose type is one of Python's own: a subclass may do anything when it is asked for its text.
fn plain(value: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        return Some(text.to_string_lossy().chars().take(MAX_CHARS).collect());
    }
    let is_plain = value.is_none()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyBytes>();
    let text = is_plain.then(|| value.repr()).and_then(Result::ok)?;
    Some(text.to_string_lossy().chars().take(MAX_CHARS).collect())
}
