//! What is written becomes a file or goes to standard output, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::analysis::on_workers;
use crate::stream::{self, LogMsg, StreamError};

/// What goes into a file, for messages about it.
pub struct Content<'a> {
    /// A file name that would do.
    pub example: &'a str,
    /// Why a terminal cannot take it, and what to do; `None` when it is text.
    pub garbles: Option<&'a str>,
}

/// A recording.
pub const RECORDING: Content<'_> = Content {
    example: "city.rrd",
    garbles: Some("a recording is binary and would garble the terminal; add `| rerun -` or name a file"),
};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Standard output is a terminal.
    #[error("-o -: {0}")]
    Terminal(String),
    /// Standard output is closed, or throws everything away.
    #[error("-o -: standard output is closed; redirect it, or name a file (-o /dev/null throws it away)")]
    Closed,
    /// A folder has the name.
    #[error("{}: this is a folder; name a file in it, such as {}", file.display(), file.join(example).display())]
    Folder {
        /// As it was named.
        file: PathBuf,
        /// A file name that would do.
        example: String,
    },
    /// There is no folder for it.
    #[error("{}: the folder {} does not exist; create it first", file.display(), folder_of(file).display())]
    NoFolder {
        /// As it was named.
        file: PathBuf,
    },
    /// The system does not let it be written.
    #[error("{}: cannot be written", file.display())]
    Refused {
        /// As it was named.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It could not be written whole. What was there before stays.
    #[error("{}: not written", file.display())]
    Unwritten {
        /// As it was named.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Standard output has only a part of it.
    #[error("standard output: not written whole")]
    Cut(#[source] io::Error),
}

const BUFFER_BYTES: usize = 1 << 16;

/// What is half written, if anything is.
static PART: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Refuses a file that cannot be written, before any work is done.
///
/// # Errors
/// Why it cannot.
pub fn check(file: &Path, content: &Content<'_>) -> Result<(), OutputError> {
    if file == Path::new("-") {
        return match content.garbles {
            _ if is_closed() => Err(OutputError::Closed),
            Some(reason) if io::IsTerminal::is_terminal(&io::stdout()) => Err(OutputError::Terminal(reason.to_owned())),
            _ => Ok(()),
        };
    }
    if file.is_dir() {
        return Err(OutputError::Folder { file: file.to_owned(), example: content.example.to_owned() });
    }
    if !folder_of(file).is_dir() {
        return Err(OutputError::NoFolder { file: file.to_owned() });
    }
    let refused = |source| OutputError::Refused { file: file.to_owned(), source };
    if file.is_file() {
        File::options().append(true).open(file).map_err(refused)?;
    }
    if !file.exists() || file.is_file() {
        let part = part_of(&target_of(file));
        File::create(&part).and_then(|_| fs::remove_file(&part)).map_err(refused)?;
    }
    Ok(())
}

/// Writes a recording as [`write`] does.
///
/// # Errors
/// Those of [`write`].
pub fn write_recording(file: &Path, messages: &[LogMsg]) -> Result<(), OutputError> {
    write(file, |target| {
        let encoded = on_workers(|| stream::encode(messages, target)).map_err(io::Error::other)?;
        encoded.map_err(|error| match error {
            StreamError::Io(error) => error,
            error => io::Error::other(error),
        })
    })
}

/// Writes what `encode` gives. An existing file is replaced only when the new one is complete.
///
/// # Errors
/// When `encode` or the system fails.
pub fn write(file: &Path, encode: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Result<(), OutputError> {
    let encode = |target: &mut (dyn Write + Send)| {
        let mut target = BufWriter::with_capacity(BUFFER_BYTES, target);
        encode(&mut target)?;
        target.flush()
    };
    if file == Path::new("-") {
        let mut target = Stdout { is_heard: true };
        return match encode(&mut target) {
            Err(_) if !target.is_heard => Ok(()),
            written => written.map_err(OutputError::Cut),
        };
    }
    let unwritten = |source| OutputError::Unwritten { file: file.to_owned(), source };
    if file.exists() && !file.is_file() {
        // A device or a pipe: nothing to replace.
        let mut target = File::options().write(true).open(file).map_err(unwritten)?;
        return encode(&mut target).map_err(unwritten);
    }
    let target = target_of(file);
    let part = part_of(&target);
    begin(&part);
    let written = File::create(&part).and_then(|mut part| encode(&mut part));
    let renamed = written.and_then(|()| fs::rename(&part, &target));
    if renamed.is_err() {
        // Half a file helps nobody; that it cannot be removed either is no second error.
        let _ = fs::remove_file(&part);
    }
    renamed.map_err(unwritten)
}

/// Standard output, whose reader may go away, as `head` does when it had enough. Encoders make errors of their own of that.
struct Stdout {
    is_heard: bool,
}

impl Stdout {
    fn heard<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| self.is_heard &= error.kind() != io::ErrorKind::BrokenPipe)
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = io::stdout().write(bytes);
        self.heard(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = io::stdout().flush();
        self.heard(done)
    }
}

/// Whether the process was started without a standard output. Rust opens `/dev/null` for it before `main` then, for reading and
/// writing, while a shell opens it for writing.
#[cfg(target_os = "linux")]
fn is_closed() -> bool {
    let flags = || {
        let info = fs::read_to_string("/proc/self/fdinfo/1").ok()?;
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
        u32::from_str_radix(flags.trim(), 8).ok()
    };
    const ACCESS: u32 = 0o3;
    const READ_AND_WRITE: u32 = 0o2;
    fs::read_link("/proc/self/fd/1").is_ok_and(|file| file == Path::new("/dev/null"))
        && flags().is_some_and(|flags| flags & ACCESS == READ_AND_WRITE)
}

#[cfg(not(target_os = "linux"))]
fn is_closed() -> bool {
    false
}

/// A file or folder is half written from now on.
pub fn begin(part: &Path) {
    *PART.lock().unwrap_or_else(PoisonError::into_inner) = Some(part.to_owned());
}

/// Removes what is half written, before the process ends without further ado.
pub fn abandon() {
    if let Some(part) = PART.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = if part.is_dir() { fs::remove_dir_all(part) } else { fs::remove_file(part) };
    }
}

/// A link stays, and what it leads to is replaced.
fn target_of(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Another one each time: threads of one process may write into one folder.
fn part_of(file: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    folder_of(file).join(format!(".repolis.{}.{number}.part", std::process::id()))
}
