//! What runs in a city that is open: where records go, and what receives them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use repolis::scan::FileId;
use repolis::serve::{OtlpError, OtlpOptions, OtlpServer, Receiving};
use repolis::session::{CodeNames, Live, LiveOptions, Session};
use repolis::stream::Annotated;
use repolis::telemetry::{Limits, Telemetry};
use serde::Deserialize;

use crate::ending::detach;
use crate::errors::{drive_error, error};

const HOW: &str = r#"give {"severity": {path: 0 to 4}, "annotations": [{"path": …, "text": …}, …]}"#;

/// A city that is told what runs, until this is dropped.
pub struct Opened {
    // Ends before that to which it hands records.
    receiver: Mutex<Option<Receiver>>,
    live: Live,
    names: Arc<CodeNames>,
    annotated: Mutex<Kept>,
}

/// What was drawn last, by paths: the same file is another one of the next city.
#[derive(Default)]
struct Kept {
    severity: Vec<(String, u8)>,
    texts: Vec<(String, String)>,
}

/// OTLP that is received.
struct Receiver {
    asked: (u16, u16),
    ports: (u16, u16),
    _receiving: Receiving,
}

/// What a page is to draw, as Python says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drawn {
    severity: Option<BTreeMap<String, i64>>,
    annotations: Option<Vec<Annotation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Annotation {
    path: String,
    text: String,
}

impl Opened {
    /// Begins to show what runs in the first city of a session. `maps` are where its files are on this machine.
    pub fn new(
        session: &Arc<Session>,
        maps: &[(String, String)],
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let live = session.open_live(maps, Limits::default(), &LiveOptions::default())?;
        Ok(Self { live, names: Arc::new(session.names()), receiver: Mutex::default(), annotated: Mutex::default() })
    }

    /// Where records go.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        self.live.telemetry()
    }

    /// The names of files and functions.
    pub fn names(&self) -> &Arc<CodeNames> {
        &self.names
    }

    /// Receives OTLP over gRPC and HTTP at these ports, 0 being free ones, and returns them; or no more.
    pub fn receive(&self, ports: Option<(u16, u16)>) -> Result<Option<(u16, u16)>, OtlpError> {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if ports.is_none() || receiver.as_ref().map(|receiver| receiver.asked) != ports {
            // The ports may be those of the one before.
            *receiver = None;
        }
        if let (Some(asked), None) = (ports, &*receiver) {
            let server =
                OtlpServer::bind(&OtlpOptions { grpc_port: asked.0, http_port: asked.1, ..OtlpOptions::default() })?;
            let ports = (server.grpc_address().port(), server.http_address().port());
            let receiving = server.start(Arc::clone(self.telemetry()))?;
            *receiver = Some(Receiver { asked, ports, _receiving: receiving });
        }
        Ok(receiver.as_ref().map(|receiver| receiver.ports))
    }

    /// Draws what a dict says, in the place of what was drawn so before; what is left out stays.
    pub fn annotate(&self, py: Python<'_>, session: &Session, drawn: &Bound<'_, PyAny>) -> PyResult<()> {
        let wrong = |source: pythonize::PythonizeError| error(py, format!("{source}: {HOW}"));
        let Drawn { severity, annotations } = pythonize::depythonize(drawn).map_err(wrong)?;
        let severity = severity.map(|paths| severities(py, session, paths)).transpose()?;
        let texts = annotations.map(|annotations| texts(py, session, annotations)).transpose()?;
        let annotated = {
            let mut kept = self.annotated.lock().unwrap_or_else(PoisonError::into_inner);
            kept.severity = severity.unwrap_or_else(|| std::mem::take(&mut kept.severity));
            kept.texts = texts.unwrap_or_else(|| std::mem::take(&mut kept.texts));
            Annotated { severity: of_files(session, &kept.severity), texts: of_files(session, &kept.texts) }
        };
        detach(py, || self.live.annotate(annotated));
        Ok(())
    }
}

/// Without the files that a city has no more.
fn of_files<T: Clone>(session: &Session, rows: &[(String, T)]) -> Vec<(FileId, T)> {
    rows.iter().filter_map(|(path, value)| Some((session.file(path).ok()?, value.clone()))).collect()
}

fn severities(py: Python<'_>, session: &Session, paths: BTreeMap<String, i64>) -> PyResult<Vec<(String, u8)>> {
    let row = |(path, severity): (String, i64)| {
        let severity = u8::try_from(severity).ok().filter(|severity| *severity <= Annotated::WORST);
        let severity = severity.ok_or_else(|| error(py, format!("{path}: a severity is a number from 0 to 4")))?;
        known(py, session, &path)?;
        Ok((path, severity))
    };
    paths.into_iter().take(Annotated::MAX_SEVERITIES).map(row).collect()
}

fn texts(py: Python<'_>, session: &Session, annotations: Vec<Annotation>) -> PyResult<Vec<(String, String)>> {
    let row = |Annotation { path, text }: Annotation| {
        known(py, session, &path)?;
        Ok((path, text.chars().take(Annotated::MAX_CHARS).collect()))
    };
    annotations.into_iter().take(Annotated::MAX_TEXTS).map(row).collect()
}

fn known(py: Python<'_>, session: &Session, path: &str) -> PyResult<FileId> {
    session.file(path).map_err(|source| drive_error(py, source))
}
