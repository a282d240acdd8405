//! Traces what Python runs: hooks that count calls, a thread that hands them on.

mod clock;
mod codes;
mod durations;
mod edges;
mod exceptions;
mod files;
mod flush;
mod method;
mod monitoring;
mod profile;
mod rows;
mod sampling;
mod stack;
mod state;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use repolis::telemetry::Telemetry;

use crate::answers::{Names, part};
use crate::ending::detach;
use crate::errors::error;
use crate::live::Live;
use crate::repo::Repo;
use crate::served::Served;
use clock::Clock;
use files::Files;
use flush::Flusher;
use sampling::{Sampler, Threads};
use state::{State, activate, deactivate};

/// What is told of a trace.
#[derive(FromPyObject)]
enum Target<'py> {
    /// A page of a notebook or program.
    Served(Bound<'py, Served>),
    /// What the command shows and writes.
    Live(Bound<'py, Live>),
}

impl Target<'_> {
    fn telemetry(&self, py: Python<'_>) -> PyResult<Arc<Telemetry>> {
        match self {
            Self::Served(served) => Ok(Arc::clone(served.get().opened(py)?.telemetry())),
            Self::Live(live) => Ok(Arc::clone(live.get().telemetry())),
        }
    }
}

/// A trace of the functions of a repository.
#[pyclass(frozen, module = "repolis._repolis")]
pub struct Tracer {
    state: Arc<State>,
    /// In a trace by samples.
    threads: Option<Threads>,
    service: String,
    telemetry: Option<Arc<Telemetry>>,
    work: Mutex<Work>,
}

#[derive(Default)]
struct Work {
    flusher: Option<Flusher>,
    sampler: Option<Sampler>,
    /// Nanoseconds of a tick, once it has ended.
    clock: Option<Clock>,
    looks: u64,
}

#[pymethods]
impl Tracer {
    /// A trace of the files of a repository in ``folder``, or those of ``within``; by samples, if it has the addresses of
    /// ``PyInterpreterState_ThreadHead`` and ``PyThreadState_Next``.
    #[new]
    #[pyo3(signature = (repo, folder, *, within, threads, service, telemetry))]
    fn new(
        py: Python<'_>,
        repo: &Bound<'_, Repo>,
        folder: PathBuf,
        within: Option<Names>,
        threads: Option<(usize, usize)>,
        service: String,
        telemetry: Option<Target<'_>>,
    ) -> PyResult<Self> {
        let paths: Vec<_> = {
            let analysis = repo.get().analysis(py);
            let is_wanted = part(py, &analysis, within.as_ref())?;
            let files = analysis.tree.file_ids().filter(|file| is_wanted(*file));
            files.map(|file| analysis.tree.file(file).path.clone()).collect()
        };
        let files = Files::new(&folder, paths).map_err(|source| error(py, source))?;
        // Hooks of `sys.monitoring` are switched off outside, others are not.
        let keeps_outside = threads.is_some() || py.version_info() < (3, 12);
        Ok(Self {
            state: Arc::new(State::new(files, keeps_outside)),
            // SAFETY: only the package calls this, with what `ctypes` finds by these names.
            threads: threads.map(|(head, next)| unsafe { Threads::new(head, next) }),
            service,
            telemetry: telemetry.map(|target| target.telemetry(py)).transpose()?,
            work: Mutex::default(),
        })
    }

    /// Begins to count; ``False`` if there is another trace in this process.
    fn start(&self, py: Python<'_>) -> PyResult<bool> {
        if !activate(py, &self.state) {
            return Ok(false);
        }
        let mut work = self.work();
        work.clock = self.threads.is_none().then(Clock::new);
        if let Some(telemetry) = &self.telemetry {
            let clock = self.threads.is_none().then(Clock::new);
            let flusher = Flusher::start(&self.state.shared, Arc::clone(telemetry), self.service.clone(), clock);
            work.flusher = Some(flusher.map_err(|source| error(py, source))?);
        }
        if let Some(threads) = self.threads {
            work.sampler = Some(Sampler::start(&self.state, threads).map_err(|source| error(py, source))?);
        }
        Ok(true)
    }

    /// Ends to count, and hands on the rest.
    fn stop(&self, py: Python<'_>) {
        deactivate(py, &self.state);
        detach(py, || {
            let (sampler, flusher) = {
                let mut work = self.work();
                (work.sampler.take(), work.flusher.take())
            };
            // Not with the lock: who looks at the trace meanwhile waits for that with the GIL, which the sampler needs to end.
            if let Some(mut sampler) = sampler {
                sampler.stop();
                self.work().looks = sampler.looks();
            }
            if let Some(mut flusher) = flusher {
                flusher.stop();
            }
        });
    }

    /// Forgets all in a child process, which has none of the threads.
    fn forked(&self, py: Python<'_>) {
        deactivate(py, &self.state);
        // Another thread may have had the lock when the process was copied.
        if let Ok(mut work) = self.work.try_lock() {
            work.sampler.iter_mut().for_each(Sampler::forget);
            work.flusher.iter_mut().for_each(Flusher::forget);
        }
    }

    /// The hooks of ``sys.monitoring`` by the names of their events.
    #[staticmethod]
    fn hooks(py: Python<'_>) -> PyResult<Vec<(String, Py<PyAny>)>> {
        monitoring::hooks(py)
    }

    /// What ``sys.setprofile`` takes before Python 3.12, which has its ``PyEval_SetProfile`` at this address.
    #[staticmethod]
    fn starter(py: Python<'_>, address: usize) -> PyResult<Bound<'_, PyAny>> {
        profile::starter(py, address)
    }

    /// Has it called on this thread.
    #[staticmethod]
    fn install(starter: &Bound<'_, PyAny>) {
        profile::install(starter);
    }

    /// What was counted so far, a dict a function.
    fn functions<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        rows::functions(py, &self.state.shared, self.tick_nanos())
    }

    /// Who called whom so far, a dict a pair.
    fn calls<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        rows::calls(py, &self.state.shared)
    }

    /// How often it looked, in a trace by samples.
    fn looks(&self) -> u64 {
        let work = self.work();
        work.sampler.as_ref().map_or(work.looks, Sampler::looks)
    }
}

impl Tracer {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick_nanos(&self) -> f64 {
        self.work().clock.as_ref().map_or(1.0, Clock::tick_nanos)
    }
}
