//! The city of a program that runs: on a page of its own, in a recording, or both.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use pyo3::prelude::*;
use repolis::analysis::on_workers;
use repolis::scan::Place;
use repolis::serve::{ServeOptions, Server, Stopper};
use repolis::session::{self, City, LiveOptions, Recording, Session};
use repolis::stream::{self, Activity, LogMsg};
use repolis::telemetry::{Limits, Telemetry};
use repolis::{output, serve};

use crate::ending::detach;
use crate::errors::error;
use crate::repo::{Repo, look};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What runs, as it is shown and written.
#[pyclass(frozen, module = "repolis._repolis")]
pub struct Live {
    live: session::Live,
    page: Option<Page>,
}

struct Page {
    stopper: Stopper,
    url: String,
}

#[pymethods]
impl Live {
    /// Shows a repository on a page at this port, 0 being a free one, and writes it into a file.
    #[new]
    #[pyo3(signature = (repo, *, output, port))]
    fn new(py: Python<'_>, repo: &Bound<'_, Repo>, output: Option<PathBuf>, port: Option<u16>) -> PyResult<Self> {
        // What cannot be done is told before the work.
        let server = port.map(|port| bind(py, port)).transpose()?;
        if let Some(file) = &output {
            output::check(file, &output::RECORDING).map_err(|source| error(py, source))?;
        }
        let repo = repo.get();
        let messages = repo.messages(py, &look(None, None, None, None), true)?;
        let place = repo.place().cloned();
        let start = || begin(&messages, output, place, server);
        detach(py, start).map_err(|source| error(py, source))
    }

    /// Address of the page.
    #[getter]
    fn url(&self) -> Option<&str> {
        self.page.as_ref().map(|page| &*page.url)
    }

    /// Completes the recording, and closes the page.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let stopped = detach(py, || self.live.stop());
        if let Some(page) = &self.page {
            page.stopper.stop();
        }
        stopped.map_err(|source| error(py, source))
    }
}

impl Live {
    /// Where records go.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        self.live.telemetry()
    }
}

fn bind(py: Python<'_>, port: u16) -> PyResult<Server> {
    Server::bind(&ServeOptions { port, ..ServeOptions::default() }).map_err(|source| match source {
        serve::ServeError::PortInUse { port } => {
            error(py, format!("port {port} is in use: choose another with --port, or leave it out for a free one"))
        }
        source => error(py, source),
    })
}

fn begin(
    messages: &[LogMsg],
    output: Option<PathBuf>,
    place: Option<Place>,
    server: Option<Server>,
) -> Result<Live, Failure> {
    let bytes = Bytes::from(on_workers(|| stream::to_bytes(messages))??);
    let loaded = stream::load(&bytes)?;
    let measure = Activity::default();
    let recording = output.map(|file| Recording::begin(&file, messages, &loaded, measure)).transpose()?;
    let telemetry = Arc::new(Telemetry::new(loaded.analysis.placer(&[]), Limits::default()));
    drop(loaded);
    let session = match &server {
        Some(_) => Some(Arc::new(Session::new(City::open(bytes, place)?, Vec::new()))),
        None => None,
    };
    let live = session::Live::start(telemetry, session.as_ref(), recording, &LiveOptions::default())?;
    let page = server.zip(session).map(|(server, session)| serve_on_thread(server, session)).transpose()?;
    Ok(Live { live, page })
}

fn serve_on_thread(server: Server, session: Arc<Session>) -> Result<Page, Failure> {
    let url = format!("http://127.0.0.1:{}/?token={}", server.port(), server.token());
    let page = Page { stopper: server.stopper(), url };
    // It ends with the stopper. That it fails is seen by the pages, which say so.
    let run = move || drop(server.run(session));
    std::thread::Builder::new().name("repolis-serve".to_owned()).spawn(run)?;
    Ok(page)
}
