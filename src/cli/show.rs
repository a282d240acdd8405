//! Recordings are shown: on our page in the browser, or in the desktop viewer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

use super::args::{Cli, Show};
use super::{native, print_line, say};
use crate::analysis::Analysis;
use crate::scan::Place;
use crate::serve::{ServeOptions, Server, Stopper};
use crate::session::{City, Session};
use crate::stream::{self, Loaded};

/// What Ctrl-C has to stop.
static SERVING: Mutex<Option<Stopper>> = Mutex::new(None);

/// Stops the server, if one runs.
pub fn stop() {
    if let Some(stopper) = &*SERVING.lock().unwrap_or_else(PoisonError::into_inner) {
        stopper.stop();
    }
}

/// Takes what the page or the viewer needs, so that a port in use is known before any work is done.
pub fn prepare(show: &Show) -> Result<Option<Server>> {
    if show.native {
        native::find()?;
        return Ok(None);
    }
    let options = ServeOptions {
        port: show.port,
        base_url: show.base_url.clone(),
        allow_hosts: show.allow_host.clone(),
        token: None,
    };
    Ok(Some(Server::bind(&options)?))
}

/// Shows recordings until Ctrl-C, or until the desktop viewer is closed.
pub fn show(cli: &Cli, show: &Show, server: Option<Server>, recordings: Vec<Opened>) -> Result<()> {
    let Some(server) = server else { return native::show(recordings.into_iter().map(|recording| recording.bytes)) };
    serve(cli, show, Some(server), Arc::new(session(recordings)?))
}

/// Shows a session on the page until Ctrl-C.
pub fn serve(cli: &Cli, show: &Show, server: Option<Server>, session: Arc<Session>) -> Result<()> {
    let Some(server) = server else { return Ok(()) };
    *SERVING.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.stopper());
    let url = server.url();
    print_line(&url)?;
    if !show.no_open && open_browser(&url).is_err() {
        say(cli, "no browser could be opened: open the address above");
    }
    say(cli, "Ctrl-C ends it");
    Ok(server.run(session)?)
}

fn open_browser(url: &str) -> std::io::Result<()> {
    let mut options = webbrowser::BrowserOptions::new();
    webbrowser::open_browser_with_options(webbrowser::Browser::Default, url, options.with_suppress_output(true))
}

/// The cities of recordings, of which a page shows the first.
pub fn session(recordings: Vec<Opened>) -> Result<Session> {
    let mut cities = recordings.into_iter().map(|Opened { bytes, loaded, place }| City::of(loaded, bytes, place));
    let Some(first) = cities.next() else { bail!("there is no recording to show") };
    Ok(Session::new(first, cities.collect()))
}

/// A file to be read.
pub struct Found {
    path: PathBuf,
    is_named: bool,
}

/// The recordings named, and those in the folders named, sorted.
pub fn recordings_among(paths: &[PathBuf]) -> Result<Vec<Found>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(Found { path: path.clone(), is_named: true });
            continue;
        }
        let before = files.len();
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "rrd") {
                files.push(Found { path: entry.into_path(), is_named: false });
            }
        }
        if files.len() == before {
            bail!(
                "{}: no recordings (.rrd) in this folder; write one with `repolis log FOLDER -o FILE`",
                path.display()
            );
        }
    }
    Ok(files)
}

/// A recording that was read.
pub struct Opened {
    bytes: Vec<u8>,
    loaded: Loaded,
    place: Option<Place>,
}

impl Opened {
    /// What a recording just made holds.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        let loaded = stream::load(&bytes)?;
        Ok(Self { bytes, loaded, place: None })
    }

    /// Knows where the analysed files are, so that the page can show their lines.
    pub fn with_place(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The recording, and what was read of it.
    pub fn into_parts(self) -> (Vec<u8>, Loaded) {
        (self.bytes, self.loaded)
    }

    /// What was read of it.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// What it is of.
    pub fn analysis(&self) -> &Analysis {
        &self.loaded.analysis
    }
}

/// Reads recordings and makes sure that each has a city. One that was only found in a folder may have none: then it is
/// named and left out.
pub fn read_recordings(cli: &Cli, files: &[Found]) -> Result<Vec<Opened>> {
    let mut opened = Vec::new();
    for Found { path, is_named } in files {
        match read_recording(cli, path) {
            Ok(recording) => opened.push(recording),
            Err(error) if !is_named => say(cli, &format!("not shown: {error:#}")),
            Err(error) => return Err(error),
        }
    }
    if opened.is_empty() {
        bail!("no recording of a city among the files; write one with `repolis log FOLDER -o FILE`");
    }
    Ok(opened)
}

/// Reads a recording and makes sure that it has a city.
pub fn read_recording(cli: &Cli, file: &Path) -> Result<Opened> {
    let (bytes, has_tail) = stream::read_recording(file).with_context(|| file.display().to_string())?;
    let opened = Opened::new(bytes).with_context(|| file.display().to_string())?;
    if has_tail {
        say(
            cli,
            &format!(
                "{}: it was not finished; what is in {} is shown too",
                file.display(),
                stream::tail_path(file).display()
            ),
        );
    } else if !stream::has_footer(&opened.bytes) {
        say(cli, &format!("{}: its end is missing, it was cut off; what is there is shown", file.display()));
    }
    Ok(opened)
}
