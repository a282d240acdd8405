//! The hook of Python's profilers, for versions before 3.12.
//!
//! `sys.setprofile` calls objects, which is slow and tells nobody whether a function returned `None` or raised. The function that it
//! calls itself, `PyEval_SetProfile`, is not in the stable ABI, but the same in 3.10 and 3.11, which do not change any more:
//! Python hands its address over, so that nothing is linked to it.

use std::cell::Cell;
use std::ffi::c_int;

use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi::{self, PyFrameObject, PyObject};
use pyo3::intern;
use pyo3::prelude::*;

use super::method::Method;
use super::state::{Left, State, active};

type Hook = unsafe extern "C" fn(*mut PyObject, *mut PyFrameObject, c_int, *mut PyObject) -> c_int;
type SetProfile = unsafe extern "C" fn(Option<Hook>, *mut PyObject);

/// `PyTrace_CALL` of `cpython/pystate.h`.
const CALL: c_int = 0;
/// `PyTrace_RETURN`; without a value when an exception leaves the function.
const RETURN: c_int = 3;

/// What Python calls first on a thread: it puts the hook in its place.
static STARTER: Method = Method::new(c"repolis", begin);
static SET_PROFILE: std::sync::OnceLock<SetProfile> = std::sync::OnceLock::new();

thread_local! {
    static BEGINS: Cell<bool> = const { Cell::new(false) };
}

/// Makes what `sys.setprofile` and `threading.setprofile` take; `address` is that of `PyEval_SetProfile`.
pub fn starter(py: Python<'_>, address: usize) -> PyResult<Bound<'_, PyAny>> {
    let version = py.version_info();
    if address == 0 || (version.major, version.minor) >= (3, 12) {
        return Err(PyRuntimeError::new_err("only for Python before 3.12"));
    }
    // SAFETY: it is the function of that name, whose type is this in these versions.
    let _ = SET_PROFILE.set(unsafe { std::mem::transmute::<usize, SetProfile>(address) });
    STARTER.make(py)
}

/// Has the hook called on this thread from now on; `sys.getprofile` gives `starter` for it.
pub fn install(starter: &Bound<'_, PyAny>) {
    if let Some(set_profile) = SET_PROFILE.get() {
        // SAFETY: the GIL is held. Python keeps the object, and has the hook only as long.
        unsafe { set_profile(Some(hook), starter.as_ptr()) };
    }
}

/// A thread begins, or a program gives back what it has found: called as `sys.setprofile` calls, with a frame, an event and a value.
unsafe extern "C" fn begin(_: *mut PyObject, args: *mut *mut PyObject, count: ffi::Py_ssize_t) -> *mut PyObject {
    // SAFETY: Python calls it with the GIL and that many arguments.
    unsafe {
        // A program's hook for audits runs while ours is put in its place, and begins too.
        if active().is_some() && count == 3 && !BEGINS.replace(true) {
            let _ = Python::try_attach(|py| start(py, *args, &Bound::from_borrowed_ptr(py, *args.add(1))));
            BEGINS.set(false);
        }
        let none = ffi::Py_None();
        ffi::Py_INCREF(none);
        none
    }
}

unsafe fn start(py: Python<'_>, frame: *mut PyObject, event: &Bound<'_, PyAny>) -> PyResult<()> {
    install(&py.import(intern!(py, "sys"))?.call_method0(intern!(py, "getprofile"))?);
    if event.extract::<String>()? == "call" {
        // SAFETY: as for `begin`.
        unsafe { hook(std::ptr::null_mut(), frame.cast(), CALL, std::ptr::null_mut()) };
    }
    Ok(())
}

unsafe extern "C" fn hook(_: *mut PyObject, frame: *mut PyFrameObject, event: c_int, value: *mut PyObject) -> c_int {
    if event != CALL && event != RETURN {
        return 0;
    }
    // SAFETY: Python calls it with the GIL and the frame that runs; who calls keeps the code object.
    unsafe {
        if let Some(state) = active() {
            let code = ffi::PyFrame_GetCode(frame).cast::<PyObject>();
            ffi::Py_DECREF(code);
            if event == CALL { enter(state, frame, code) } else { leave(state, code, value.is_null()) }
        } else if let Some(set_profile) = SET_PROFILE.get() {
            // The trace ended on another thread.
            set_profile(None, std::ptr::null_mut());
        }
    }
    0
}

unsafe fn enter(state: &State, frame: *mut PyFrameObject, code: *mut PyObject) {
    // SAFETY: as for `hook`.
    let py = unsafe { Python::assume_attached() };
    let known = state.known(&unsafe { Bound::from_borrowed_ptr(py, code) });
    if known.function.is_some() {
        // SAFETY: as for `hook`.
        let frame = unsafe { Bound::from_borrowed_ptr(py, frame.cast::<PyObject>()) };
        let is_call = !known.stops || state.is_first(code as usize, instruction(&frame));
        // SAFETY: as for `hook`.
        unsafe { state.enter(code, is_call) };
    }
}

/// The instruction that a frame is at.
fn instruction(frame: &Bound<'_, PyAny>) -> i64 {
    frame.getattr(intern!(frame.py(), "f_lasti")).and_then(|at| at.extract()).unwrap_or(-1)
}

unsafe fn leave(state: &State, code: *mut PyObject, is_raising: bool) {
    // SAFETY: as for `hook`.
    let py = unsafe { Python::assume_attached() };
    let known = state.known(&unsafe { Bound::from_borrowed_ptr(py, code) });
    if known.function.is_some() {
        // Which exception it is cannot be known: generators and iterators end by one as a rule.
        let is_error = is_raising && !known.is_generator && !known.ends;
        let left = if is_raising { Left::Raising(is_error) } else { Left::Well };
        // SAFETY: as for `hook`.
        unsafe { state.leave(code, left) };
    }
}
