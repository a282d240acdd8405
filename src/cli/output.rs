//! A recording becomes a file or goes to standard output, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::stream::{self, LogMsg, StreamError};

/// Refuses a file that cannot be written, before any work is done.
pub fn check(file: &Path) -> Result<()> {
    if file == Path::new("-") {
        if io::IsTerminal::is_terminal(&io::stdout()) {
            bail!("-o -: a recording is binary and would garble the terminal; add `| rerun -` or name a file");
        }
        return Ok(());
    }
    if file.is_dir() {
        bail!("{}: this is a folder; name a file in it, such as {}", file.display(), file.join("city.rrd").display());
    }
    let folder = folder_of(file);
    if !folder.is_dir() {
        bail!("{}: the folder {} does not exist; create it first", file.display(), folder.display());
    }
    Ok(())
}

/// Writes the recording. An existing file is replaced only when the new one is complete.
pub fn write(file: &Path, messages: &[LogMsg]) -> Result<()> {
    if file == Path::new("-") {
        return match stream::encode(messages, BufWriter::new(io::stdout().lock())) {
            Err(StreamError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Err(error.into()),
            written => written.context("standard output: not written whole"),
        };
    }
    let named = || format!("{}: not written", file.display());
    if file.exists() && !file.is_file() {
        // A device or a pipe: nothing to replace.
        let target = File::options().write(true).open(file).with_context(named)?;
        return stream::encode(messages, BufWriter::new(target)).with_context(named);
    }
    let part = part_of(file);
    let written = File::create(&part)
        .map_err(stream::StreamError::from)
        .and_then(|target| stream::encode(messages, BufWriter::new(target)));
    let renamed = written.and_then(|()| Ok(fs::rename(&part, file)?));
    if renamed.is_err() {
        // Half a recording helps nobody; that it cannot be removed either is no second error.
        let _ = fs::remove_file(&part);
    }
    renamed.with_context(named)
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn part_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    folder_of(file).join(format!(".{name}.{}.part", std::process::id()))
}
