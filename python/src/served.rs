//! A city on a page: a server on a thread of its own, and what its pages are asked for and tell.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use repolis::analysis::on_workers;
use repolis::scan::Place;
use repolis::serve::{ServeError, ServeOptions, Server, Stopper};
use repolis::session::{City, DriveError, Event, OwnMetric, OwnValues, Remote, Session, Watch};
use repolis::stream;

use crate::answers::primitive;
use crate::ending::detach;
use crate::errors::{drive_error, error, metric_error};
use crate::feed::Opened;
use crate::repo::{Measured, Repo, look};

/// What is shown.
#[derive(FromPyObject)]
pub enum Content<'py> {
    /// What was analysed.
    Repo(Bound<'py, Repo>),
    /// Recordings.
    Files(Vec<PathBuf>),
}

/// A page that is being served. The package's ``City`` is made of it.
#[pyclass(frozen, module = "repolis._repolis")]
pub struct Served {
    session: Arc<Session>,
    stopper: Stopper,
    port: u16,
    token: String,
    base_url: String,
    /// Where the files of the city are on this machine, as a prefix of their paths, and below the root of the repository.
    maps: Mutex<Vec<(String, String)>>,
    opened: Mutex<Option<Arc<Opened>>>,
}

#[pymethods]
impl Served {
    #[new]
    #[pyo3(signature = (content, *, area, height, color, arcs, live, port, base_url, allow_hosts))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        content: Content<'_>,
        area: Option<String>,
        height: Option<String>,
        color: Option<String>,
        arcs: Option<usize>,
        live: bool,
        port: u16,
        base_url: String,
        allow_hosts: Vec<String>,
    ) -> PyResult<Self> {
        // A port in use is told before the work.
        let options = ServeOptions { port, base_url: base_url.clone(), allow_hosts, token: None };
        let server = Server::bind(&options).map_err(|source| match source {
            ServeError::PortInUse { port } => {
                error(py, format!("port {port} is in use: choose another with port=, or leave it out for a free one"))
            }
            source => error(py, source),
        })?;
        let (first, more) = cities(py, &content, look(area, height, color, arcs), live)?;
        let session = Arc::new(Session::new(first, more));
        let served = Self {
            session: Arc::clone(&session),
            stopper: server.stopper(),
            port: server.port(),
            token: server.token().to_owned(),
            base_url: base_url.trim_matches('/').to_owned(),
            maps: Mutex::new(maps(&content)),
            opened: Mutex::default(),
        };
        // It ends with the stopper. That it fails is seen by the pages, which say so.
        let run = move || drop(server.run(session));
        let thread = std::thread::Builder::new().name("repolis-serve".to_owned());
        thread.spawn(run).map_err(|source| error(py, source))?;
        Ok(served)
    }

    /// Opens another city in the place of the one that is open.
    #[pyo3(signature = (content, *, area, height, color, arcs, live))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn replace(
        &self,
        py: Python<'_>,
        content: Content<'_>,
        area: Option<String>,
        height: Option<String>,
        color: Option<String>,
        arcs: Option<usize>,
        live: bool,
    ) -> PyResult<()> {
        let (first, more) = cities(py, &content, look(area, height, color, arcs), live)?;
        *lock(&self.maps) = maps(&content);
        detach(py, || self.session.replace(first, more));
        Ok(())
    }

    /// The port of the page on 127.0.0.1.
    #[getter]
    fn port(&self) -> u16 {
        self.port
    }

    /// The path of the page with its token; a browser puts the host before it.
    #[getter]
    fn path(&self) -> String {
        let base = if self.base_url.is_empty() { String::new() } else { format!("/{}", self.base_url) };
        format!("{base}/?token={}", self.token)
    }

    /// How many pages are open.
    #[getter]
    fn pages(&self) -> usize {
        self.session.pages()
    }

    /// Asks every page for something: a dict with the ``type`` and what belongs to it.
    fn drive(&self, py: Python<'_>, remote: &Bound<'_, PyAny>) -> PyResult<()> {
        let remote: Remote = pythonize::depythonize(remote).map_err(|source| error(py, source.to_string()))?;
        detach(py, || self.session.drive(remote)).map_err(|source: DriveError| drive_error(py, source))
    }

    /// Gives the open city a metric, and returns the paths that it does not have.
    fn add_metric(
        &self,
        py: Python<'_>,
        name: String,
        values: HashMap<String, Measured>,
        unit: String,
        description: String,
    ) -> PyResult<Vec<String>> {
        let metric = OwnMetric { name, unit, description, values: own_values(values) };
        detach(py, || self.session.add_metric(&metric)).map_err(|source| metric_error(py, source))
    }

    /// What happens in the pages from now on.
    fn events(&self, py: Python<'_>) -> PyResult<Events> {
        let queue = Arc::new(Queue::default());
        let filled = Arc::clone(&queue);
        let watch = self.session.watch(move |event| filled.push(event)).map_err(|source| error(py, source))?;
        Ok(Events { queue, _watch: watch })
    }

    /// Closes the page. It cannot be opened again.
    fn stop(&self, py: Python<'_>) {
        self.stopper.stop();
        detach(py, || drop(lock(&self.opened).take()));
    }
}

impl Served {
    /// The city, and what its pages are asked for.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Whether anything was told of what runs.
    pub fn is_opened(&self) -> bool {
        lock(&self.opened).is_some()
    }

    /// What runs in the city. It is opened when it is asked for the first time.
    pub fn opened(&self, py: Python<'_>) -> PyResult<Arc<Opened>> {
        if let Ok(opened) = self.opened.try_lock()
            && let Some(opened) = &*opened
        {
            return Ok(Arc::clone(opened));
        }
        let open = || {
            let mut opened = lock(&self.opened);
            if let Some(opened) = &*opened {
                return Ok(Arc::clone(opened));
            }
            let new = Arc::new(Opened::new(&self.session, &lock(&self.maps))?);
            Ok(Arc::clone(opened.insert(new)))
        };
        detach(py, open).map_err(|source: Box<dyn std::error::Error + Send + Sync>| error(py, source))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Paths of this machine become those of the repository.
fn maps(content: &Content<'_>) -> Vec<(String, String)> {
    match content {
        Content::Repo(repo) => repo.get().place().map(Place::path_maps).unwrap_or_default(),
        Content::Files(_) => Vec::new(),
    }
}

/// The cities of what is to be shown: the first, and those that a page can change to.
fn cities(py: Python<'_>, content: &Content<'_>, look: repolis::city::Look, live: bool) -> PyResult<(City, Vec<City>)> {
    match content {
        Content::Repo(repo) => {
            let repo = repo.get();
            let messages = repo.messages(py, &look, live)?;
            let open = || -> Result<City, Box<dyn std::error::Error + Send + Sync>> {
                Ok(City::open(on_workers(|| stream::to_bytes(&messages))??, repo.place().cloned())?)
            };
            Ok((detach(py, open).map_err(|source| error(py, source))?, Vec::new()))
        }
        Content::Files(files) => {
            let open = |file: &PathBuf| {
                let open = || -> Result<City, Box<dyn std::error::Error + Send + Sync>> {
                    Ok(City::open(std::fs::read(file)?, None)?)
                };
                detach(py, open).map_err(|cause| error(py, format!("{}: {cause}", file.display())))
            };
            let mut cities = files.iter().map(open).collect::<PyResult<Vec<_>>>()?.into_iter();
            let first = cities.next().ok_or_else(|| error(py, "there is no recording to show"))?;
            Ok((first, cities.collect()))
        }
    }
}

fn own_values(values: HashMap<String, Measured>) -> OwnValues {
    if values.values().any(|value| matches!(value, Measured::Text(_))) {
        let texts = values.into_iter().filter_map(|(path, value)| Some((path, value.text()?)));
        return OwnValues::Texts(texts.collect());
    }
    let numbers: BTreeMap<_, _> =
        values.into_iter().filter_map(|(path, value)| Some((path, value.number()?))).collect();
    OwnValues::Numbers(numbers)
}

/// Events that wait to be fetched by a thread of Python.
#[pyclass(frozen, module = "repolis._repolis")]
pub struct Events {
    queue: Arc<Queue>,
    _watch: Watch,
}

#[pymethods]
impl Events {
    /// The next event as a dict, or ``None`` when none comes for so many seconds.
    fn next<'py>(&self, py: Python<'py>, timeout: f64) -> PyResult<Option<Bound<'py, PyAny>>> {
        let timeout = Duration::try_from_secs_f64(timeout).unwrap_or(Duration::ZERO);
        let event = detach(py, || self.queue.pop(timeout));
        event.map(|event| primitive(py, &event)).transpose()
    }

    /// Lets go of a thread that waits, which gets ``None``; nothing comes any more.
    fn close(&self) {
        self.queue.close();
    }
}

/// More events than these are not kept for a thread that is busy: the oldest go.
const MAX_WAITING: usize = 1024;

#[derive(Default)]
struct Queue {
    events: Mutex<VecDeque<Event>>,
    filled: Condvar,
    is_closed: AtomicBool,
}

impl Queue {
    fn push(&self, event: &Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == MAX_WAITING {
            events.pop_front();
        }
        events.push_back(event.clone());
        self.filled.notify_one();
    }

    fn close(&self) {
        let _events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_closed.store(true, Ordering::Relaxed);
        self.filled.notify_all();
    }

    fn pop(&self, timeout: Duration) -> Option<Event> {
        let until = Instant::now() + timeout;
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.is_closed.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(event) = events.pop_front() {
                return Some(event);
            }
            let left = until.checked_duration_since(Instant::now())?;
            events = self.filled.wait_timeout(events, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
