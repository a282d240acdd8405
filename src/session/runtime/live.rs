//! The one thread that takes what is new, hands it to pages and writes it into a recording.

use std::io;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Runtime, Source, facts};
use crate::analysis::Analysis;
use crate::session::{RuntimeInfo, Session, ToPage, nanos_since_epoch};
use crate::stream::{self, Activity, Annotated, LiveStream, Loaded, LogMsg, RecordError, Recorder};
use crate::telemetry::{Telemetry, Totals, Update};

/// Pages hear of other sums at most so often.
const SUMS_PAUSE: Duration = Duration::from_millis(500);

/// What has come is taken and written at least so often: what is accepted survives the end of the process after that.
const TAKING_PERIOD: Duration = Duration::from_millis(100);

/// How live data are shown and written.
#[derive(Clone, Debug)]
pub struct LiveOptions {
    /// How often a second something new is drawn.
    pub redraw_hz: f64,
    /// What lights the buildings at first.
    pub measure: Option<Activity>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self { redraw_hz: 10.0, measure: Some(Activity::default()) }
    }
}

impl LiveOptions {
    /// How often what is new is taken, and after how many times it is drawn.
    fn periods(&self) -> (Duration, u32) {
        let redraw = Duration::from_secs_f64(1.0 / self.redraw_hz.clamp(0.1, 100.0));
        let times = redraw.div_duration_f64(TAKING_PERIOD).ceil().max(1.0);
        (redraw.div_f64(times), times as u32)
    }
}

/// Why live data are not shown or written.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The system has no thread for it.
    #[error("no thread for live data: {0}")]
    Thread(#[from] io::Error),
    /// The session shows no code that records could be placed on.
    #[error("this session has no city whose code could be seen to run")]
    NoCode,
    /// The recording has an end before that of what ran.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The thread has panicked.
    #[error("live data ended by a mistake in this program")]
    Panicked,
}

/// Live data on their way to pages and into a recording, until this is stopped or dropped.
pub struct Live {
    telemetry: Arc<Telemetry>,
    runtime: Arc<Runtime>,
    stop: Sender<()>,
    thread: Mutex<Option<JoinHandle<Result<(), LiveError>>>>,
    process: u32,
}

impl Live {
    /// Takes what is new out of `telemetry`, and nobody else may. The first city of the `session` shows it from now on, and it is
    /// written into the recording.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn start(
        telemetry: Arc<Telemetry>,
        session: Option<&Arc<Session>>,
        recording: Option<Recording>,
        options: &LiveOptions,
    ) -> Result<Self, LiveError> {
        let mut worker = Worker::new(telemetry.clone(), session, recording, options);
        let (runtime, (period, _), (stop, stopped)) = (worker.runtime.clone(), options.periods(), channel());
        let run = move || {
            while matches!(stopped.recv_timeout(period), Err(RecvTimeoutError::Timeout)) {
                worker.tick();
            }
            worker.finish()
        };
        let thread = thread::Builder::new().name("repolis-live".to_owned()).spawn(run)?;
        Ok(Self { telemetry, runtime, stop, thread: Mutex::new(Some(thread)), process: std::process::id() })
    }

    /// Where records go.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.telemetry
    }

    /// Draws what somebody found out of files on every page, in the place of what was drawn so before.
    pub fn annotate(&self, annotated: Annotated) {
        self.runtime.annotate(annotated);
    }

    /// Takes what has come until now, completes the recording, and ends. Without effect the second time.
    ///
    /// # Errors
    /// When the recording is not complete.
    pub fn stop(&self) -> Result<(), LiveError> {
        // The thread may have ended by itself.
        let _ = self.stop.send(());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A process that was copied from this one has no such thread to wait for, and the recording is not its own.
        if self.process != std::process::id() {
            std::mem::forget(thread);
            return Ok(());
        }
        thread.map_or(Ok(()), |thread| thread.join().unwrap_or(Err(LiveError::Panicked)))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Whoever wants to know of an error stops it before.
        let _ = self.stop();
    }
}

/// A recording to which what runs is added.
pub struct Recording {
    recorder: Recorder,
    /// As the city was recorded, whatever pages want to see.
    drawn: LiveStream,
    /// What its report is about, if it is to say at last what was seen to run.
    analysis: Option<Analysis>,
}

impl Recording {
    /// Begins a recording with the messages of a city; see [`Recorder::create`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(file: &Path, city: &[LogMsg], loaded: &Loaded, measure: Activity) -> Result<Self, RecordError> {
        let recorder = Recorder::create(file, city, loaded, measure)?;
        Ok(Self { recorder, drawn: LiveStream::new(loaded, measure), analysis: None })
    }

    /// The same with a report that says at last in what imports and the calls that were seen differ.
    #[must_use]
    pub fn with_report(self, analysis: Analysis) -> Self {
        Self { analysis: Some(analysis), ..self }
    }

    fn add(&mut self, update: &Update, nanos: u64) -> Result<(), RecordError> {
        // No input should cause an error; the tables have it all the same.
        let messages = self.drawn.update(update, nanos).unwrap_or_default();
        if messages.is_empty() && update.is_empty() {
            return Ok(());
        }
        self.recorder.add(update, &messages, nanos)
    }

    fn finish(mut self, telemetry: &Telemetry) -> Result<(), RecordError> {
        if let Some(analysis) = &self.analysis {
            let observed = telemetry.history(|history| stream::observed_markdown(analysis, history));
            let report = stream::report_markdown(analysis) + &observed;
            self.recorder.report(report, nanos_since_epoch())?;
        }
        self.recorder.finish(nanos_since_epoch())
    }
}

/// What the thread does.
pub(super) struct Worker {
    telemetry: Arc<Telemetry>,
    runtime: Arc<Runtime>,
    session: Weak<Session>,
    recording: Option<Recording>,
    /// Why nothing more is written.
    failed: Option<RecordError>,
    services: facts::Services,
    totals: Totals,
    told: Option<Instant>,
    /// After so many times that something was taken it is drawn, and how often that was since.
    redraw: u32,
    undrawn: u32,
}

impl Worker {
    pub fn new(
        telemetry: Arc<Telemetry>,
        session: Option<&Arc<Session>>,
        recording: Option<Recording>,
        options: &LiveOptions,
    ) -> Self {
        let info = facts::live_info(options.measure);
        let drawn = session.and_then(|session| session.live_stream(options.measure));
        let paths = session.map(|session| session.paths()).unwrap_or_default();
        let runtime = Arc::new(Runtime::new(Source::Live(telemetry.clone()), paths, drawn, info));
        if let Some(session) = session {
            session.show_runtime(&runtime);
        }
        Self {
            telemetry,
            runtime,
            session: session.map(Arc::downgrade).unwrap_or_default(),
            recording,
            failed: None,
            services: facts::Services::default(),
            totals: Totals::default(),
            told: None,
            redraw: options.periods().1,
            undrawn: 0,
        }
    }

    /// Takes what is new, once.
    pub fn tick(&mut self) {
        self.undrawn += 1;
        self.take(self.undrawn >= self.redraw);
        self.tell(SUMS_PAUSE);
    }

    fn take(&mut self, is_drawn: bool) {
        let runtime = self.runtime.clone();
        runtime.stage(|stage| {
            let mut update = self.telemetry.tick();
            let nanos = nanos_since_epoch();
            // Nothing has come yet, or only sites at which something will happen soon: that is not in 1970.
            if update.now == 0 {
                if update.is_empty() {
                    return;
                }
                update.now = nanos;
            }
            stage.now = update.now;
            let arcs = stage.live.as_ref().map(LiveStream::arcs);
            // No input should cause an error.
            let messages = stage.live.as_mut().and_then(|live| live.update(&update, nanos).ok()).unwrap_or_default();
            self.write(&update, nanos);
            self.services.add(&update);
            stage.is_dressed_anew |= arcs != stage.live.as_ref().map(LiveStream::arcs);
            stage.waiting.extend(messages);
            if is_drawn {
                self.undrawn = 0;
                runtime.draw(stage);
            }
        });
    }

    fn write(&mut self, update: &Update, nanos: u64) {
        let Some(recording) = &mut self.recording else { return };
        if let Err(error) = recording.add(update, nanos) {
            self.runtime.lock_info().note = error.to_string();
            self.failed = Some(error);
            self.recording = None;
        }
    }

    /// Says other sums to the pages, unless that was done within the pause.
    fn tell(&mut self, pause: Duration) {
        if self.told.is_some_and(|at| at.elapsed() < pause) {
            return;
        }
        let totals = self.telemetry.totals();
        if totals == self.totals {
            return;
        }
        (self.told, self.totals) = (Some(Instant::now()), totals);
        self.change(|info, worker| facts::fill(info, &worker.totals, &worker.services));
    }

    /// Changes what pages know, and tells them.
    fn change(&self, f: impl FnOnce(&mut RuntimeInfo, &Self)) {
        let info = {
            let mut info = self.runtime.lock_info();
            f(&mut info, self);
            info.clone()
        };
        if let Some(session) = self.session.upgrade() {
            session.tell_of(&self.runtime, |recording| ToPage::Runtime { recording, runtime: Box::new(info) });
        }
    }

    /// Takes what is left, and completes the recording.
    pub fn finish(mut self) -> Result<(), LiveError> {
        self.telemetry.leave();
        self.take(true);
        self.tell(Duration::ZERO);
        let written = match (self.failed.take(), self.recording.take()) {
            (Some(error), _) => Err(error),
            (None, Some(recording)) => recording.finish(&self.telemetry),
            (None, None) => Ok(()),
        };
        self.change(|info, _| {
            info.is_live = false;
            if info.note.is_empty() {
                info.note = "Nothing more comes.".to_owned();
            }
        });
        Ok(written?)
    }
}
