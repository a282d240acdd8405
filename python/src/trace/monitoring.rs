//! The hooks of `sys.monitoring`, which Python 3.12 and later have. Functions outside the repository switch theirs off.

use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;

use super::exceptions::{is_error, note};
use super::method::Method;
use super::state::{Left, State, active};

/// `sys.monitoring.DISABLE`: an answer after which a place in a function is not told of again.
static DISABLE: AtomicPtr<PyObject> = AtomicPtr::new(std::ptr::null_mut());

/// The hooks by the names of their events.
static HOOKS: [Method; 6] = [
    Method::new(c"PY_START", start),
    Method::new(c"PY_RESUME", resume),
    Method::new(c"PY_THROW", throw),
    Method::new(c"PY_RETURN", leave),
    Method::new(c"PY_YIELD", leave),
    Method::new(c"PY_UNWIND", unwind),
];

/// The hooks, as pairs of the name of an event and what is to be called for it.
pub fn hooks(py: Python<'_>) -> PyResult<Vec<(String, Py<PyAny>)>> {
    let disable = py.import("sys")?.getattr("monitoring")?.getattr("DISABLE")?;
    // It lives as long as Python.
    DISABLE.store(disable.into_ptr(), Ordering::Relaxed);
    let make = |hook: &'static Method| Ok((hook.name().to_string_lossy().into_owned(), hook.make(py)?.unbind()));
    HOOKS.iter().map(make).collect()
}

/// Answers a hook. `None` lives for ever from Python 3.12 on (PEP 683), so that it is not counted.
#[inline]
unsafe fn answer(is_inside: bool) -> *mut PyObject {
    if is_inside {
        // SAFETY: it is a static object.
        return unsafe { ffi::Py_None() };
    }
    let disable = DISABLE.load(Ordering::Relaxed);
    // SAFETY: it was stored before the hooks were handed out.
    unsafe { ffi::Py_XINCREF(disable) };
    disable
}

unsafe extern "C" fn start(_: *mut PyObject, args: *mut *mut PyObject, _: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: Python calls it with the GIL and a code object first.
    unsafe { answer(active().is_none_or(|state| state.enter(*args, true))) }
}

unsafe extern "C" fn resume(_: *mut PyObject, args: *mut *mut PyObject, _: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: as for `start`.
    unsafe { answer(active().is_none_or(|state| state.enter(*args, false))) }
}

unsafe extern "C" fn leave(_: *mut PyObject, args: *mut *mut PyObject, _: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: as for `start`.
    unsafe { answer(active().is_none_or(|state| state.leave(*args, Left::Well))) }
}

/// It cannot be switched off.
unsafe extern "C" fn throw(_: *mut PyObject, args: *mut *mut PyObject, _: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: as for `start`.
    unsafe {
        if let Some(state) = active() {
            state.enter(*args, false);
        }
        answer(true)
    }
}

/// It cannot be switched off either.
unsafe extern "C" fn unwind(_: *mut PyObject, args: *mut *mut PyObject, _: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: as for `start`; the exception comes third.
    unsafe {
        if let Some(state) = active()
            && state.is_inside(*args as usize)
        {
            unwind_inside(state, *args, *args.add(2));
        }
        answer(true)
    }
}

unsafe fn unwind_inside(state: &State, code: *mut PyObject, exception: *mut PyObject) {
    // SAFETY: as for `start`.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: as for `start`.
    let (object, exception) = unsafe { (Bound::from_borrowed_ptr(py, code), Bound::from_borrowed_ptr(py, exception)) };
    let is_error = is_error(&exception);
    // SAFETY: as for `start`.
    unsafe { state.leave(code, Left::Raising(is_error)) };
    if is_error {
        // What cannot be told of it is not the program's business.
        let _ = Python::try_attach(|_| note(state, &object, &exception));
    }
}
