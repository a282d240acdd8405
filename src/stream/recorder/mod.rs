//! A recording that grows while it is shown: complete parts in the file, and what came since in its tail.
//!
//! A part has few chunks with many rows, in windows that are the longer the more was written: a viewer opens a day of it.

mod arcs;
mod part;
mod tail;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rerun::StoreId;
use rerun::external::re_log_types::LogMsg;

pub use tail::{path_of as tail_path, read as read_recording};

use super::StreamError;
use super::chunks::StoreWriter;
use super::live::{Activity, LiveStream, tables};
use super::load::Loaded;
use super::report;
use super::sink::Encoder;
use super::table::Table;
use crate::telemetry::{Nanos, SiteId, Update};
use arcs::PassedArcs;
use part::Part;
use tail::Tail;

const SECOND: Nanos = 1_000_000_000;
/// A part is of at least so much time …
const SHORTEST: Nanos = 60 * SECOND;
/// … of this share of all before …
const SHARE: Nanos = 60;
/// … and at most of so much, or so many rows, or as much of the tail.
const LONGEST: Nanos = 600 * SECOND;
const MAX_ROWS: usize = 200_000;
const MAX_TAIL: u64 = 64 << 20;
/// Each time that so many bytes were written, windows become twice as long, so that the next as many are of twice the time.
const COARSER_EACH: u64 = 64 << 20;
/// Windows grow to about an hour.
const MAX_DOUBLINGS: u64 = 12;

/// Why nothing more is written.
#[derive(Debug, thiserror::Error)]
#[error("{}: the recording ends here and holds what came before, in it and in {}", file.display(), tail_path(file).display())]
pub struct RecordError {
    /// As it was named.
    pub file: PathBuf,
    /// What is wrong.
    pub source: StreamError,
}

/// Writes what runs into a file while it runs.
pub struct Recorder {
    file: PathBuf,
    store: StoreId,
    writer: BufWriter<File>,
    encoder: Encoder,
    tail: Tail,
    kept: LiveStream,
    part: Part,
    arcs: PassedArcs,
    begin: Nanos,
    /// How many sites were written to the tail, and to the file.
    sites: (u32, u32),
    /// Whether nothing came since before the last part.
    is_idle: bool,
    is_stopped: bool,
}

impl Recorder {
    /// Begins a recording with the messages of a city in the place of what the file was before. It holds lights of one measure;
    /// those of others can be made of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(file: &Path, city: &[LogMsg], loaded: &Loaded, measure: Activity) -> Result<Self, RecordError> {
        let failed = |source| RecordError { file: file.to_owned(), source };
        let (writer, encoder) = begin(file, city).map_err(failed)?;
        let tail = Tail::begin(file, &loaded.store, encoder.bytes).map_err(failed)?;
        Ok(Self {
            file: file.to_owned(),
            store: loaded.store.clone(),
            writer,
            encoder,
            tail,
            kept: LiveStream::new(loaded, measure),
            part: Part::default(),
            arcs: PassedArcs::default(),
            begin: 0,
            sites: (0, 0),
            is_idle: false,
            is_stopped: false,
        })
    }

    /// Adds what is new, and the messages that show it. When this returns, both survive the process. After an error everything is
    /// left out without a further one.
    ///
    /// # Errors
    /// When it cannot be written, as on a full disk.
    pub fn add(&mut self, update: &Update, messages: &[LogMsg], nanos_since_epoch: u64) -> Result<(), RecordError> {
        if self.is_stopped {
            return Ok(());
        }
        self.try_add(update, messages, nanos_since_epoch).map_err(|source| self.stop(source))
    }

    /// Puts another report in the place of the one that there is.
    ///
    /// # Errors
    /// See [`Recorder::add`].
    pub fn report(&mut self, markdown: String, nanos_since_epoch: u64) -> Result<(), RecordError> {
        if self.is_stopped {
            return Ok(());
        }
        self.try_report(markdown, nanos_since_epoch).map_err(|source| self.stop(source))
    }

    fn try_report(&mut self, markdown: String, nanos: u64) -> Result<(), StreamError> {
        let mut writer = StoreWriter::addition(self.store.clone(), nanos);
        writer.log("/report", &report::document(markdown))?;
        let mut messages = writer.finish();
        messages.retain(|message| matches!(message, LogMsg::ArrowMsg(..)));
        self.encoder.append(&messages, &mut self.writer)
    }

    /// Writes what is left and the end, and removes the tail.
    ///
    /// # Errors
    /// See [`Recorder::add`].
    pub fn finish(mut self, nanos_since_epoch: u64) -> Result<(), RecordError> {
        if self.is_stopped {
            return Ok(());
        }
        self.append_last(nanos_since_epoch).map_err(|source| self.stop(source))?;
        let failed = |source| RecordError { file: self.file.clone(), source };
        self.encoder.finish(&mut self.writer).map_err(failed)?;
        self.writer.flush().map_err(|error| failed(error.into()))?;
        self.tail.remove().map_err(|error| failed(error.into()))
    }

    /// How long the windows are that are written now, in nanoseconds.
    pub fn window(&self) -> Nanos {
        SECOND << (self.encoder.bytes / COARSER_EACH).min(MAX_DOUBLINGS)
    }

    fn stop(&mut self, source: StreamError) -> RecordError {
        self.is_stopped = true;
        RecordError { file: self.file.clone(), source }
    }

    fn try_add(&mut self, update: &Update, messages: &[LogMsg], nanos: u64) -> Result<(), StreamError> {
        let is_new = |message: &&LogMsg| matches!(message, LogMsg::ArrowMsg(..));
        let tables = self.tables(update, self.sites.0, nanos + rows_of(messages))?;
        self.sites.0 += update.sites.len() as u32;
        self.tail.add(messages.iter().chain(&tables).filter(is_new))?;
        if self.begin == 0 {
            self.begin = update.now;
        }
        self.part.add(update, self.window());
        self.arcs.add(messages, self.window())?;
        let due = (update.now.saturating_sub(self.begin) / SHARE).clamp(SHORTEST, LONGEST).max(self.window());
        if self.part.nanos() >= due && self.part.len() == 0 && self.is_idle {
            self.part.skip();
        } else if self.part.nanos() >= due || self.part.len() > MAX_ROWS || self.tail.bytes > MAX_TAIL {
            self.append_part(nanos)?;
            self.tail = Tail::begin(&self.file, &self.store, self.encoder.bytes)?;
        }
        Ok(())
    }

    /// What is left, and the windows of series that waited for more.
    fn append_last(&mut self, nanos: u64) -> Result<(), StreamError> {
        let nanos = self.append_part(nanos)?;
        let mut messages = self.kept.complete(nanos)?;
        messages.retain(|message| matches!(message, LogMsg::ArrowMsg(..)));
        self.encoder.append(&messages, &mut self.writer)
    }

    /// Returns from when on further rows are newer.
    fn append_part(&mut self, nanos: u64) -> Result<u64, StreamError> {
        let (window, part) = (self.window(), std::mem::take(&mut self.part));
        // One part more, in which lights go out and lines end.
        self.is_idle = part.len() == 0;
        let left_out = part.logs_left_out;
        let update = part.into_update();
        if update.now == 0 {
            return Ok(nanos);
        }
        self.kept.set_window(window);
        let tables = self.tables(&update, self.sites.1, nanos)?;
        self.sites.1 += update.sites.len() as u32;
        let mut messages = tables;
        // Arcs keep the instances that they have in the tail.
        messages.extend(self.kept.update(&Update { calls: Vec::new(), ..update.clone() }, nanos + rows_of(&messages))?);
        let part = Table::default().u64("time", [update.now]).u64("nanos", [window]).u64("logs_left_out", [left_out]);
        let mut writer = StoreWriter::addition(self.store.clone(), nanos + rows_of(&messages));
        writer.log_rows("/tables/observed_parts", vec![(update.now, part.into_batches()?)])?;
        std::mem::take(&mut self.arcs).log(&mut writer)?;
        messages.extend(writer.finish());
        let next = nanos + rows_of(&messages);
        messages.retain(|message| matches!(message, LogMsg::ArrowMsg(..)));
        self.encoder.append(&messages, &mut self.writer)?;
        self.writer.flush()?;
        Ok(next)
    }

    fn tables(&self, update: &Update, first: u32, nanos: u64) -> Result<Vec<LogMsg>, StreamError> {
        let mut writer = StoreWriter::addition(self.store.clone(), nanos);
        for (name, table) in tables::tables(update, SiteId(first)) {
            writer.log_rows(&format!("/tables/{name}"), vec![(update.now, table.into_batches()?)])?;
        }
        Ok(writer.finish())
    }
}

/// Ids count up by rows.
fn rows_of(messages: &[LogMsg]) -> u64 {
    let rows = |message: &LogMsg| match message {
        LogMsg::ArrowMsg(_, arrow) => arrow.batch.num_rows() as u64,
        _ => 1,
    };
    messages.iter().map(rows).sum()
}

/// The city in a file, whole or not at all; what was there before, and its tail, go.
fn begin(file: &Path, city: &[LogMsg]) -> Result<(BufWriter<File>, Encoder), StreamError> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let mut writer = BufWriter::new(File::create(&part)?);
    let mut encoder = Encoder::begin(&mut writer)?;
    encoder.append(city, &mut writer)?;
    writer.flush()?;
    match fs::remove_file(tail_path(file)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => fs::rename(&part, file)?,
    }
    Ok((writer, encoder))
}
