//! Files that grow, pipes and standard input, read on a thread of their own.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::intake::Outcome;
use super::lines::{Lines, Wrong};
use crate::telemetry::Telemetry;

const PIECE_BYTES: usize = 256 << 10;
/// A file is looked at again after as long, doubled as often as nothing came, up to the other.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Reads a file and what is added to it, as `tail -F` does: it need not be there yet, may be emptied, and may give way to another
/// one of its name. Of a pipe each writer is read to its end, and of standard input all.
pub struct Follow {
    shared: Arc<Shared>,
    /// The thread ends when this is gone.
    wanted: Option<Sender<()>>,
    /// `None` for what may wait in a read for ever.
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    has_ended: AtomicBool,
    outcome: Mutex<Outcome>,
}

impl Follow {
    /// Begins to read; `-` is standard input. `told` gets the wrong lines, on the thread that reads. Records that do not name a
    /// service are of one with the file's name without suffix.
    ///
    /// # Errors
    /// When it is a folder or may not be read, or the system has no thread for it.
    pub fn start(path: &Path, telemetry: Arc<Telemetry>, told: impl FnMut(Wrong) + Send + 'static) -> io::Result<Self> {
        let (wanted, stopped) = mpsc::channel();
        let shared = Arc::new(Shared::default());
        let is_stdin = path == Path::new("-");
        let service = if is_stdin { "stdin".into() } else { path.file_stem().unwrap_or_default().to_string_lossy() };
        let reader = Reader {
            lines: Lines::new(telemetry, &service),
            told: Box::new(told),
            shared: Arc::clone(&shared),
            piece: vec![0; PIECE_BYTES],
        };
        let known = if is_stdin { None } else { check(path)? };
        let waits = is_stdin || known.is_some_and(|known| !known.is_file());
        let mut source = Tail { path: path.to_owned(), reader, file: None, position: 0, is_left: false };
        let work = move || {
            if is_stdin {
                source.reader.read_all(&mut io::stdin().lock());
                source.reader.shared.has_ended.store(true, Ordering::Release);
            } else {
                source.run(&stopped);
            }
        };
        let thread = thread::Builder::new().name("repolis-follow".to_owned()).spawn(work)?;
        Ok(Self { shared, wanted: Some(wanted), thread: (!waits).then_some(thread) })
    }

    /// Whether nothing more can come, as standard input is at its end.
    pub fn has_ended(&self) -> bool {
        self.shared.has_ended.load(Ordering::Acquire)
    }

    /// How much was taken so far.
    pub fn outcome(&self) -> Outcome {
        self.shared.outcome.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has no more to do.
            let _ = thread.join();
        }
    }
}

/// What the path is now; `None` if there is nothing.
fn check(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Ok(known) if known.is_file() => File::open(path).map(|_| Some(known)),
        Ok(known) => Ok(Some(known)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Pieces become records.
struct Reader {
    lines: Lines,
    told: Box<dyn FnMut(Wrong) + Send>,
    shared: Arc<Shared>,
    piece: Vec<u8>,
}

impl Reader {
    /// Reads a piece; `false` at the end.
    fn piece(&mut self, source: &mut impl Read) -> io::Result<usize> {
        let count = match source.read(&mut self.piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return self.piece(source),
            read => read?,
        };
        let wrong = self.lines.push(&self.piece[..count]);
        self.tell(wrong);
        Ok(count)
    }

    fn read_all(&mut self, source: &mut impl Read) {
        while self.piece(source).is_ok_and(|count| count > 0) {}
        self.finish();
    }

    fn finish(&mut self) {
        let wrong = self.lines.finish();
        self.tell(wrong);
    }

    fn restart(&mut self) {
        let wrong = self.lines.restart();
        self.tell(wrong);
    }

    fn tell(&mut self, wrong: Vec<Wrong>) {
        wrong.into_iter().for_each(&mut self.told);
        self.shared.outcome.lock().unwrap_or_else(PoisonError::into_inner).clone_from(self.lines.outcome());
    }
}

/// A file by its name.
struct Tail {
    path: PathBuf,
    reader: Reader,
    file: Option<File>,
    /// Bytes read of it.
    position: u64,
    /// Whether another file has its name: what is still in it is read before.
    is_left: bool,
}

impl Tail {
    fn run(mut self, stopped: &Receiver<()>) {
        let mut pause = FIRST_PAUSE;
        loop {
            // An error, such as of a disk that is gone for a while, may pass.
            pause = if self.step().unwrap_or(false) { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
            let wait = if pause == FIRST_PAUSE { Duration::ZERO } else { pause };
            if stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return self.read_rest();
            }
        }
    }

    /// Reads what was written until now; what is written meanwhile is not waited for.
    fn read_rest(&mut self) {
        let length = |file: &File| file.metadata().ok().filter(Metadata::is_file).map_or(0, |open| open.len());
        if self.file.is_none() {
            let _ = self.step();
        }
        let end = self.file.as_ref().map_or(0, length);
        while self.position < end && self.step().unwrap_or(false) {}
        self.reader.finish();
    }

    /// Whether something has changed.
    fn step(&mut self) -> io::Result<bool> {
        let Some(file) = &mut self.file else {
            self.file = Some(File::open(&self.path)?);
            (self.position, self.is_left) = (0, false);
            return Ok(true);
        };
        let count = self.reader.piece(file)?;
        self.position += count as u64;
        if count > 0 {
            return Ok(true);
        }
        let open = file.metadata()?;
        if self.is_left || !open.is_file() {
            // The end of its last line may be missing for good.
            self.reader.finish();
            self.file = None;
            return Ok(true);
        }
        if open.len() < self.position {
            self.reader.restart();
            file.rewind()?;
            self.position = 0;
            return Ok(true);
        }
        // A name without a file may soon have one.
        let Ok(named) = fs::metadata(&self.path) else { return Ok(false) };
        self.is_left = !is_same(&open, &named);
        Ok(self.is_left)
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Files have no numbers here: one that was made anew is another.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Instant;

    use super::*;
    use crate::telemetry::{Limits, Placer};

    struct Followed {
        telemetry: Arc<Telemetry>,
        follow: Follow,
        wrong: Arc<Mutex<Vec<Wrong>>>,
    }

    fn follow(path: &Path) -> Followed {
        let telemetry = Arc::new(Telemetry::new(Placer::default(), Limits::default()));
        let wrong = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&wrong);
        let follow = Follow::start(path, Arc::clone(&telemetry), move |wrong| told.lock().unwrap().push(wrong));
        Followed { telemetry, follow: follow.unwrap(), wrong }
    }

    impl Followed {
        #[track_caller]
        fn wait_for(&self, accepted: u64) {
            let deadline = Instant::now() + Duration::from_secs(60);
            while self.telemetry.totals().logs < accepted {
                assert!(Instant::now() < deadline, "{:?}", self.follow.outcome());
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(self.telemetry.totals().logs, accepted);
        }
    }

    fn append(path: &Path, text: &str) {
        File::options().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn a_file_that_grows_is_read_as_it_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let followed = follow(&path);
        append(&path, "{\"name\": \"a\"}\n{\"na");
        followed.wait_for(1);
        append(&path, "me\": \"b\"}\nx\n");
        followed.wait_for(2);
        append(&path, "{\"name\": \"c\"}\n");
        followed.wait_for(3);
        assert_eq!(followed.wrong.lock().unwrap()[0].line, 3);
        assert_eq!(&*followed.telemetry.tick().sites[0].service, "events");
    }

    #[test]
    fn what_was_written_before_the_end_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        append(&path, &"{\"name\": \"a\"}\n".repeat(10_000));
        // Its last line has no end.
        append(&path, "{\"name\": \"b\"}");
        let Followed { telemetry, follow, .. } = follow(&path);
        drop(follow);
        assert_eq!(telemetry.totals().logs, 10_001);
    }

    #[test]
    fn a_file_that_is_emptied_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        append(&path, "{\"name\": \"a\"}\n{\"name\": \"b\"}\n");
        let followed = follow(&path);
        followed.wait_for(2);
        fs::write(&path, "{\"name\": \"c\"}\n").unwrap();
        followed.wait_for(3);
    }

    #[test]
    fn a_file_that_gives_way_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let (path, old) = (folder.path().join("events.jsonl"), folder.path().join("events.1"));
        append(&path, "{\"name\": \"a\"}\n");
        let followed = follow(&path);
        followed.wait_for(1);
        fs::rename(&path, &old).unwrap();
        append(&old, "{\"name\": \"b\"}\n");
        followed.wait_for(2);
        append(&old, "{\"name\": \"c\"}");
        append(&path, "{\"name\": \"d\"}\n");
        followed.wait_for(4);
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let telemetry = Arc::new(Telemetry::new(Placer::default(), Limits::default()));
        assert!(Follow::start(folder.path(), telemetry, |_| ()).is_err());
    }
}
