//! Functions that Python calls with the least there is between: an array of arguments, and no checks.

use std::ffi::CStr;

use pyo3::ffi::{self, PyCFunctionFast, PyMethodDef, PyMethodDefPointer};
use pyo3::prelude::*;

/// A function for Python.
pub struct Method(PyMethodDef);

// SAFETY: the pointers in it are of static things, which nobody changes.
unsafe impl Sync for Method {}

impl Method {
    /// Describes a function.
    pub const fn new(name: &'static CStr, function: PyCFunctionFast) -> Self {
        Self(PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: PyMethodDefPointer { PyCFunctionFast: function },
            ml_flags: ffi::METH_FASTCALL,
            ml_doc: std::ptr::null(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &CStr {
        // SAFETY: made of one in `new`.
        unsafe { CStr::from_ptr(self.0.ml_name) }
    }

    /// Makes an object of it.
    pub fn make<'py>(&'static self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let definition = std::ptr::from_ref(&self.0).cast_mut();
        // SAFETY: the definition lives for ever, and Python only reads it.
        unsafe {
            let function = ffi::PyCFunction_NewEx(definition, std::ptr::null_mut(), std::ptr::null_mut());
            Bound::from_owned_ptr_or_err(py, function)
        }
    }
}
