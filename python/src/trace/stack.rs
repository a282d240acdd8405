//! The stack of functions of the repository, one for each thread.

use std::cell::{Cell, RefCell};

use super::edges::{Edge, NOBODY};

/// A function that runs.
pub struct Frame {
    /// Address of its code object.
    pub code: usize,
    /// Who called it; lives as long as the trace.
    pub edge: *const Edge,
    /// Which function it is.
    pub callee: u32,
    /// When it began, or went on.
    pub start: u64,
}

/// The functions that run on a thread.
#[derive(Default)]
pub struct Stack {
    /// The trace that it is of.
    pub trace: u64,
    /// When something of the repository last began or ended.
    pub last: u64,
    /// From the outermost to the innermost.
    pub frames: Vec<Frame>,
    /// How often each function is on the stack.
    active: Vec<u32>,
}

impl Stack {
    /// Who is on top.
    #[inline]
    pub fn top(&self) -> u32 {
        self.frames.last().map_or(NOBODY, |frame| frame.callee)
    }

    /// Puts a function on top.
    #[inline]
    pub fn push(&mut self, frame: Frame) {
        let at = frame.callee as usize;
        match self.active.get_mut(at) {
            Some(active) => *active += 1,
            None => {
                self.active.resize(at + 64, 0);
                self.active[at] = 1;
            }
        }
        self.last = frame.start;
        self.frames.push(frame);
    }

    /// Takes the top away. The time that it was there counts once, for the outermost call of a recursion.
    ///
    /// # Safety
    /// The trace of the frames is alive.
    #[inline]
    pub unsafe fn pop(&mut self, now: u64) -> Option<Frame> {
        let frame = self.frames.pop()?;
        // SAFETY: as above.
        let edge = unsafe { &*frame.edge };
        let ticks = now.saturating_sub(frame.start);
        edge.end(ticks);
        edge.spend(now.saturating_sub(self.last));
        self.last = now;
        if let Some(active) = self.active.get_mut(frame.callee as usize) {
            *active = active.saturating_sub(1);
            if *active == 0 {
                edge.last(ticks);
            }
        }
        Some(frame)
    }

    /// Nothing runs, in this trace.
    #[cold]
    fn begin(&mut self, trace: u64) {
        self.trace = trace;
        self.frames.clear();
        self.active.clear();
    }
}

/// Frees the stack when its thread ends.
struct Owner(*mut Stack);

impl Drop for Owner {
    fn drop(&mut self) {
        CURRENT.set(std::ptr::null_mut());
        // SAFETY: made by `Box::into_raw` in `make`, and nobody finds it any more.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

thread_local! {
    // Without a destructor, so that reading it is one load.
    static CURRENT: Cell<*mut Stack> = const { Cell::new(std::ptr::null_mut()) };
    static OWNER: RefCell<Option<Owner>> = const { RefCell::new(None) };
}

/// The stack of this thread, empty if it is of another trace; `None` while the thread ends.
///
/// # Safety
/// Nobody else on this thread has it.
#[inline]
pub unsafe fn current<'a>(trace: u64) -> Option<&'a mut Stack> {
    let mut stack = CURRENT.get();
    if stack.is_null() {
        stack = make();
    }
    // SAFETY: it is of this thread alone, and freed when the thread ends.
    let stack = unsafe { stack.as_mut() }?;
    if stack.trace != trace {
        stack.begin(trace);
    }
    Some(stack)
}

#[cold]
fn make() -> *mut Stack {
    let kept = OWNER.try_with(|owner| {
        let stack = Box::into_raw(Box::default());
        CURRENT.set(stack);
        owner.replace(Some(Owner(stack)));
        stack
    });
    kept.unwrap_or(std::ptr::null_mut())
}
