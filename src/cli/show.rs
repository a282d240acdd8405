//! Recordings are shown: on our page in the browser, or in the desktop viewer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use walkdir::WalkDir;

use super::args::{Cli, Show};
use super::{native, print_line, say};
use crate::serve::{ServeOptions, Server, Stopper};
use crate::session::{City, RecordedCity, Session};
use crate::stream;

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
    let options =
        ServeOptions { port: show.port, base_url: show.base_url.clone(), allow_hosts: show.allow_host.clone() };
    Ok(Some(Server::bind(&options)?))
}

/// Shows recordings until Ctrl-C, or until the desktop viewer is closed.
pub fn show(cli: &Cli, show: &Show, server: Option<Server>, recordings: Vec<Vec<u8>>) -> Result<()> {
    let Some(server) = server else { return native::show(&recordings) };
    let session = session(recordings)?;
    *SERVING.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.stopper());
    let url = server.url();
    print_line(&url)?;
    if !show.no_open && open_browser(&url).is_err() {
        say(cli, "no browser could be opened: open the address above");
    }
    say(cli, "Ctrl-C ends it");
    Ok(server.run(Arc::new(session))?)
}

fn open_browser(url: &str) -> std::io::Result<()> {
    let mut options = webbrowser::BrowserOptions::new();
    webbrowser::open_browser_with_options(webbrowser::Browser::Default, url, options.with_suppress_output(true))
}

fn session(recordings: Vec<Vec<u8>>) -> Result<Session> {
    let mut cities = Vec::<City>::new();
    for recording in recordings {
        let source = RecordedCity::new(stream::load(recording.as_slice())?);
        let info = source.page_info();
        // The same recording twice is one to the viewer.
        if cities.iter().all(|city| city.info.recording_id != info.recording_id) {
            cities.push(City { info, recording: vec![Bytes::from(recording)], source: Box::new(source) });
        }
    }
    let mut cities = cities.into_iter();
    let Some(first) = cities.next() else { bail!("there is no recording to show") };
    Ok(Session::new(first, cities.collect()))
}

/// The recordings named, and those in the folders named, sorted.
pub fn recordings_among(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "rrd") {
                files.push(entry.into_path());
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

/// Reads recordings and makes sure that each has a city.
pub fn read_recordings(files: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    files.iter().map(|file| read_recording(file)).collect()
}

fn read_recording(file: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    stream::load(&bytes).with_context(|| file.display().to_string())?;
    Ok(bytes)
}
