//! Looks at what all threads do, many times a second, instead of following each call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::{ffi, intern};

use super::edges::NOBODY;
use super::state::State;

/// Time between two looks.
const INTERVAL: Duration = Duration::from_millis(10);
/// A look may take this part of the time until the next one, as the program waits meanwhile.
const SHARE: u32 = 50;
/// Deeper stacks are cut at the outer end.
const MAX_FRAMES: usize = 2000;

type Head = unsafe extern "C" fn(*mut ffi::PyInterpreterState) -> *mut ffi::PyThreadState;
type Next = unsafe extern "C" fn(*mut ffi::PyThreadState) -> *mut ffi::PyThreadState;

/// `PyInterpreterState_ThreadHead` and `PyThreadState_Next`, which give the threads of an interpreter.
///
/// `sys._current_frames` gives those of all interpreters, which have locks of their own from Python 3.12 on and run on meanwhile. These
/// are not in the stable ABI, but the same in all versions: Python hands their addresses over, so that nothing is linked to them.
#[derive(Clone, Copy)]
pub struct Threads {
    head: Head,
    next: Next,
}

impl Threads {
    /// By the addresses of the two functions.
    ///
    /// # Safety
    /// They are those.
    pub unsafe fn new(head: usize, next: usize) -> Self {
        // SAFETY: as above, and their types are these in all versions.
        unsafe {
            Self { head: std::mem::transmute::<usize, Head>(head), next: std::mem::transmute::<usize, Next>(next) }
        }
    }

    /// The innermost frame of each thread that is in Python.
    fn frames<'py>(self, py: Python<'py>) -> Vec<Bound<'py, PyAny>> {
        let mut frames = Vec::new();
        // SAFETY: the GIL is held, so that no thread of this interpreter runs or ends.
        unsafe {
            let mut thread = (self.head)(ffi::PyInterpreterState_Get());
            while !thread.is_null() {
                frames.extend(Bound::from_owned_ptr_or_opt(py, ffi::PyThreadState_GetFrame(thread).cast()));
                thread = (self.next)(thread);
            }
        }
        frames
    }
}

/// A thread that looks.
pub struct Sampler {
    thread: Option<JoinHandle<()>>,
    is_wanted: Arc<AtomicBool>,
    looks: Arc<AtomicU64>,
}

impl Sampler {
    /// Begins to look. Ticks are nanoseconds here.
    pub fn start(state: &Arc<State>, threads: Threads) -> std::io::Result<Self> {
        let (is_wanted, looks) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
        let thread = std::thread::Builder::new().name("repolis-sample".to_owned()).spawn({
            let (state, is_wanted, looks) = (Arc::clone(state), Arc::clone(&is_wanted), Arc::clone(&looks));
            move || follow(&state, threads, &is_wanted, &looks)
        })?;
        Ok(Self { thread: Some(thread), is_wanted, looks })
    }

    /// How often it looked.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }

    /// Ends it; without the GIL, which it may wait for.
    pub fn stop(&mut self) {
        self.is_wanted.store(false, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }

    /// Forgets it in a child process, which has no such thread.
    pub fn forget(&mut self) {
        std::mem::forget(self.thread.take());
    }
}

fn follow(state: &Arc<State>, threads: Threads, is_wanted: &AtomicBool, looks: &AtomicU64) {
    let (mut before, mut interval, mut usual) = (Instant::now(), INTERVAL, Duration::ZERO);
    while is_wanted.load(Ordering::Relaxed) {
        // Waiting for the GIL is a part of the interval.
        std::thread::park_timeout(interval.saturating_sub(before.elapsed()));
        // Where Python ends, nobody looks any more.
        let took = Python::try_attach(|py| {
            let now = Instant::now();
            if is_wanted.load(Ordering::Relaxed) && look(py, state, threads, now - before).is_ok() {
                looks.fetch_add(1, Ordering::Relaxed);
            }
            before = now;
            now.elapsed()
        });
        let Some(took) = took else { return };
        // A look in which others had the processor says little of the next one.
        usual = if took < usual { took } else { usual + (took - usual) / 16 };
        interval = INTERVAL.max(usual * SHARE);
    }
}

/// Counts what all threads do as what they have done since the last look.
fn look(py: Python<'_>, state: &State, threads: Threads, since: Duration) -> PyResult<()> {
    let nanos = since.as_nanos() as u64;
    let mut functions: Vec<(usize, u32)> = Vec::new();
    for frame in threads.frames(py) {
        functions.clear();
        inside(state, frame, &mut functions)?;
        count(state, &functions, nanos);
    }
    Ok(())
}

/// The functions of the repository on a stack, with their code objects, the innermost first.
fn inside<'py>(state: &State, frame: Bound<'py, PyAny>, functions: &mut Vec<(usize, u32)>) -> PyResult<()> {
    let py = frame.py();
    let mut next = Some(frame);
    for _ in 0..MAX_FRAMES {
        let Some(frame) = next else { break };
        // SAFETY: it is a frame, as nothing else is on a stack.
        let code: Bound<'py, PyAny> =
            unsafe { Bound::from_owned_ptr(py, ffi::PyFrame_GetCode(frame.as_ptr().cast()).cast()) };
        if let Some(function) = state.known(&code).function {
            functions.push((code.as_ptr() as usize, function));
        }
        let outer = frame.getattr(intern!(py, "f_back"))?;
        next = (!outer.is_none()).then_some(outer);
    }
    Ok(())
}

fn count(state: &State, functions: &[(usize, u32)], nanos: u64) {
    for (at, &(code, function)) in functions.iter().enumerate() {
        let caller = functions.get(at + 1).map_or(NOBODY, |&(_, function)| function);
        // A recursion counts once, for its outermost call.
        let is_inner = functions[at + 1..].iter().any(|&(_, outer)| outer == function);
        let Some(edge) = state.edge(code, caller, function) else { continue };
        if !is_inner {
            edge.call(1);
            edge.last(nanos);
        }
        if at == 0 {
            edge.spend(nanos);
        }
    }
}
