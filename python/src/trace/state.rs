//! A trace: what the hooks of Python write, and what others read.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::ffi::PyObject;
use pyo3::prelude::*;
use rustc_hash::FxHashMap;

use super::clock::{self, ticks};
use super::codes::{Codes, Functions, Known, look};
use super::durations::Durations;
use super::edges::{Edge, EdgeTable, Edges, Found};
use super::exceptions::Raised;
use super::files::Files;
use super::stack::{Frame, Stack, current};

/// The trace that the hooks write to; null when there is none. It changes with the GIL only.
static ACTIVE: AtomicPtr<State> = AtomicPtr::new(std::ptr::null_mut());
/// The trace that goes on, or the last one: a hook may be in the middle of it on a thread that waits for the GIL.
static HELD: Mutex<Option<Arc<State>>> = Mutex::new(None);
/// Traces get numbers, so that a stack of an earlier one is known.
static TRACES: AtomicU64 = AtomicU64::new(1);

/// Of so many functions durations are counted, which take about a thousand bytes each.
const MAX_TIMED: usize = 1 << 16;

/// What is counted and told, for whoever reads it without the GIL.
pub struct Shared {
    /// Calls.
    pub edges: Edges,
    /// The functions that the edges are of.
    pub functions: Functions,
    /// Exceptions that nobody has fetched yet.
    pub raised: Mutex<Vec<Raised>>,
}

impl Shared {
    /// Exceptions since the last call.
    pub fn take_raised(&self) -> Vec<Raised> {
        std::mem::take(&mut self.raised.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Only the thread that has the GIL touches it.
struct Tables {
    codes: Codes,
    edges: EdgeTable,
    /// By the number of a function.
    durations: FxHashMap<u32, Arc<Durations>>,
    /// Where what may stop and go on begins, by the address of its code.
    firsts: FxHashMap<usize, i64>,
}

/// A trace.
pub struct State {
    number: u64,
    is_counter: bool,
    /// Hooks that cannot be switched off for a function are told again and again of those outside.
    keeps_outside: bool,
    tables: UnsafeCell<Tables>,
    /// What others read.
    pub shared: Arc<Shared>,
}

// SAFETY: the tables are touched with the GIL only, by one thread at a time.
unsafe impl Sync for State {}
// SAFETY: as above; code objects are let go of with the GIL.
unsafe impl Send for State {}

/// How a function is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It returned, or stopped to go on later.
    Well,
    /// An exception leaves it; whether that is an error.
    Raising(bool),
}

impl State {
    /// Nothing seen yet.
    pub fn new(files: Files, keeps_outside: bool) -> Self {
        let shared = Shared { edges: Edges::new(), functions: Functions::default(), raised: Mutex::default() };
        Self {
            number: TRACES.fetch_add(1, Ordering::Relaxed),
            is_counter: clock::prepare(),
            keeps_outside,
            tables: UnsafeCell::new(Tables {
                codes: Codes::new(files),
                edges: EdgeTable::new(),
                durations: FxHashMap::default(),
                firsts: FxHashMap::default(),
            }),
            shared: Arc::new(shared),
        }
    }

    /// # Safety
    /// The GIL is held, and nothing of Python is called while the tables are borrowed.
    #[expect(clippy::mut_from_ref, reason = "the GIL sees to it that nobody else has them")]
    unsafe fn tables(&self) -> &mut Tables {
        // SAFETY: as above.
        unsafe { &mut *self.tables.get() }
    }

    /// What a code object is.
    pub fn known(&self, code: &Bound<'_, PyAny>) -> Known {
        // SAFETY: `code` shows that the GIL is held, and the borrow ends at once.
        if let Some(known) = unsafe { self.tables() }.codes.get(code.as_ptr() as usize) {
            return known;
        }
        // SAFETY: `look` asks for the tables after it has called Python.
        let codes = || unsafe { &mut self.tables().codes };
        // Python called the hook, and PyO3 does not know of it: what it drops would be kept until later.
        let known = Python::try_attach(|_| look(code, codes, &self.shared.functions, self.keeps_outside));
        known.unwrap_or(Known::OUTSIDE)
    }

    /// Whether what may stop and go on begins at this instruction: its first one is the first of those at which it was seen.
    pub fn is_first(&self, code: usize, instruction: i64) -> bool {
        // SAFETY: nothing of Python is called.
        let first = unsafe { self.tables() }.firsts.entry(code).or_insert(instruction);
        *first = instruction.min(*first);
        instruction == *first
    }

    /// Whether a code object is known, and of the repository.
    ///
    /// # Safety
    /// The GIL is held.
    pub unsafe fn is_inside(&self, code: usize) -> bool {
        // SAFETY: as above.
        unsafe { self.tables() }.codes.get(code).is_some_and(|known| known.function.is_some())
    }

    /// A function begins, or goes on; `false` when it is outside the repository.
    ///
    /// # Safety
    /// `code` is a code object, and the GIL is held.
    #[inline]
    pub unsafe fn enter(&self, code: *mut PyObject, is_call: bool) -> bool {
        let now = ticks(self.is_counter);
        // SAFETY: hooks do not call each other, and the stack is not used after what may call Python.
        let Some(stack) = (unsafe { current(self.number) }) else { return true };
        // SAFETY: the GIL is held.
        let found = unsafe { self.tables() }.edges.get(code as usize, stack.top());
        let Some(Found { edge, callee }) = found.or_else(|| unsafe { self.first(code, stack.top()) }) else {
            return unsafe { self.is_inside(code as usize) };
        };
        if let Some(top) = stack.frames.last() {
            // SAFETY: edges live as long as the trace.
            unsafe { &*top.edge }.spend(now.saturating_sub(stack.last));
        }
        if is_call {
            // SAFETY: as above.
            unsafe { &*edge }.call(1);
        }
        stack.push(Frame { code: code as usize, edge, callee, start: now });
        true
    }

    /// The edge of a first call.
    #[cold]
    unsafe fn first(&self, code: *mut PyObject, caller: u32) -> Option<Found> {
        // SAFETY: as for `enter`.
        let py = unsafe { Python::assume_attached() };
        let object = unsafe { Bound::from_borrowed_ptr(py, code) };
        let Known { function, stops, .. } = self.known(&object);
        let callee = function?;
        let edge = self.edge(code as usize, caller, callee)?;
        // What stops and goes on is not told from what returns.
        if !stops {
            self.time(edge, callee);
        }
        Some(Found { edge, callee })
    }

    /// Has durations counted of a function, unless there are too many of them.
    fn time(&self, edge: &Edge, function: u32) {
        // SAFETY: nothing of Python is called.
        let all = unsafe { &mut self.tables().durations };
        if all.len() < MAX_TIMED || all.contains_key(&function) {
            edge.time(all.entry(function).or_default());
        }
    }

    /// The edge from a function to another, by one of its code objects; with the GIL only.
    pub fn edge(&self, code: usize, caller: u32, callee: u32) -> Option<&Edge> {
        // SAFETY: nothing of Python is called.
        let table = unsafe { &mut self.tables().edges };
        if let Some(found) = table.get(code, caller) {
            // SAFETY: edges live as long as the trace.
            return Some(unsafe { &*found.edge });
        }
        let edge = self.shared.edges.add(caller, callee)?;
        table.insert(code, edge);
        Some(edge)
    }

    /// A function ends, or stops to go on later; `false` when it is outside the repository.
    ///
    /// # Safety
    /// `code` is a code object, and the GIL is held.
    #[inline]
    pub unsafe fn leave(&self, code: *mut PyObject, left: Left) -> bool {
        // SAFETY: as for `enter`.
        let Some(stack) = (unsafe { current(self.number) }) else { return true };
        let now = ticks(self.is_counter);
        if stack.top_code() != code as usize {
            // SAFETY: as above.
            return unsafe { self.leave_below(code, left, now) };
        }
        // SAFETY: the trace is alive.
        if let (Some(frame), Left::Raising(true)) = (unsafe { stack.pop(now) }, left) {
            // SAFETY: as above.
            unsafe { &*frame.edge }.fail();
        }
        true
    }

    /// Leaves what is not on top: the ends of what is above were not seen, or its own beginning was not.
    #[cold]
    unsafe fn leave_below(&self, code: *mut PyObject, left: Left, now: u64) -> bool {
        // SAFETY: as for `leave`.
        let py = unsafe { Python::assume_attached() };
        let object = unsafe { Bound::from_borrowed_ptr(py, code) };
        if self.known(&object).function.is_none() {
            return false;
        }
        // SAFETY: Python has been asked before.
        let Some(stack) = (unsafe { current(self.number) }) else { return true };
        let Some(at) = stack.frames.iter().rposition(|frame| frame.code == code as usize) else { return true };
        while stack.frames.len() > at {
            // SAFETY: the trace is alive.
            let popped = unsafe { stack.pop(now) };
            if let (Some(frame), Left::Raising(true), true) = (popped, left, stack.frames.len() == at) {
                // SAFETY: as above.
                unsafe { &*frame.edge }.fail();
            }
        }
        true
    }
}

impl Stack {
    /// Address of the code object on top; 0 for none.
    #[inline]
    fn top_code(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.code)
    }
}

/// The trace that goes on.
///
/// # Safety
/// The GIL is held, and stays so as long as the answer is used; `Python` takes care of that where it is asked.
#[inline]
pub unsafe fn active<'a>() -> Option<&'a State> {
    // SAFETY: it is set and taken away with the GIL, by who holds it alive.
    unsafe { ACTIVE.load(Ordering::Relaxed).as_ref() }
}

/// Begins to write to a trace, if there is no other.
pub fn activate(_py: Python<'_>, state: &Arc<State>) -> bool {
    let fresh = Arc::as_ptr(state).cast_mut();
    let is_first = ACTIVE.compare_exchange(std::ptr::null_mut(), fresh, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if is_first {
        HELD.lock().unwrap_or_else(PoisonError::into_inner).replace(Arc::clone(state));
    }
    is_first
}

/// Ends to write to a trace.
pub fn deactivate(_py: Python<'_>, state: &Arc<State>) {
    let fresh = Arc::as_ptr(state).cast_mut();
    let _ = ACTIVE.compare_exchange(fresh, std::ptr::null_mut(), Ordering::Relaxed, Ordering::Relaxed);
}
