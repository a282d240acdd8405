//! What runs, beside an open city: sums for its pages, and what of it is new, ten times a second or so.

mod facts;
mod live;
mod scenery;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::broadcast;

use super::{Building, CitySource, Observed, RuntimeInfo};
use crate::scan::FileId;
use crate::stream::{Activity, Annotated, CALLS, LiveStream, LogMsg};
use crate::telemetry::{History, Nanos, Telemetry};
pub use facts::{observed, recorded_info};
pub use live::{Live, LiveError, LiveOptions, Recording};
use scenery::bytes_of;
pub use scenery::{Boxes, Differences, Scenery};

/// A page that is more than so many moments behind is dropped.
const MAX_BEHIND: usize = 256;

/// What was seen to run in the code of a city, and perhaps still is.
pub struct Runtime {
    source: Source,
    moments: broadcast::Sender<Arc<Moment>>,
    /// Held from when the history takes something in until it waits for pages, so that none hears of it twice or never.
    stage: Mutex<Stage>,
    info: Mutex<RuntimeInfo>,
    /// Paths of the files that records are placed on, by [`FileId`].
    paths: Vec<Box<str>>,
}

enum Source {
    Live(Arc<Telemetry>),
    Recorded(Box<History>),
}

/// What pages see.
struct Stage {
    /// As the city was recorded; `None` where nobody looks.
    live: Option<LiveStream>,
    /// The time of what came last.
    now: Nanos,
    /// What pages are not told of yet.
    waiting: Vec<LogMsg>,
    /// Whether arcs have changed places by that.
    is_dressed_anew: bool,
    /// By file that records are placed on, which file of the city that is, where that is another one by now.
    moved: Option<Vec<Option<FileId>>>,
    /// What somebody found out of files, and since when that stands.
    annotated: Option<(Annotated, Nanos)>,
}

/// What is new to every page.
#[derive(Debug, Default)]
pub struct Moment {
    /// A complete stream.
    rrd: Option<Bytes>,
    /// Whether each has to say again where what it shows stands.
    is_dressed_anew: bool,
    /// Whether other annotations are to be drawn.
    is_annotated: bool,
}

impl Runtime {
    fn new(source: Source, paths: Vec<Box<str>>, live: Option<LiveStream>, info: RuntimeInfo) -> Self {
        let moments = broadcast::Sender::new(MAX_BEHIND);
        let stage = Stage { live, now: 0, waiting: Vec::new(), is_dressed_anew: false, moved: None, annotated: None };
        let stage = Mutex::new(stage);
        Self { source, moments, stage, info: Mutex::new(info), paths }
    }

    /// What a recording holds, whose buildings are lit by a measure.
    pub fn recorded(history: History, live: LiveStream, measure: Activity) -> Self {
        let info = facts::recorded_info(&history, measure);
        Self::new(Source::Recorded(Box::new(history)), Vec::new(), Some(live), info)
    }

    /// What is known of it now.
    pub fn info(&self) -> RuntimeInfo {
        self.lock_info().clone()
    }

    /// Looks at all that was seen.
    pub fn history<R>(&self, f: impl FnOnce(&History) -> R) -> R {
        match &self.source {
            Source::Live(telemetry) => telemetry.history(f),
            Source::Recorded(history) => f(history),
        }
    }

    /// Goes on in a city that has come in the place of the one whose files records are placed on: with the files that both have,
    /// by their paths.
    pub fn move_to(&self, city: &dyn CitySource) {
        let files: Vec<_> = self.paths.iter().map(|path| city.file(path)).collect();
        let live = city.live_stream(self.info().shown.measure.unwrap_or_default());
        self.stage(|stage| {
            stage.live = live.map(|live| live.with_files(files.clone()));
            stage.moved = Some(files);
            stage.annotated = None;
            stage.waiting.clear();
            stage.is_dressed_anew = false;
        });
    }

    /// What was seen to run of a file of a city that shows it.
    pub fn observed(&self, city: &dyn CitySource, path: &str) -> Option<Observed> {
        let moved = self.stage(|stage| stage.moved.clone());
        self.history(|history| city.observed(path, history, moved.as_deref()))
    }

    /// In what imports and calls differ in the city whose files records are placed on.
    pub fn compared(&self, city: &dyn CitySource) -> Differences {
        let is_moved = self.stage(|stage| stage.moved.is_some());
        if is_moved { Differences::default() } else { self.history(|history| city.compared(history)) }
    }

    /// The files that an arc of calls is between, and how many calls there were.
    pub fn call_at(&self, arc: &Building) -> Option<((FileId, FileId), u64)> {
        // Those that no import explains are drawn at another entity.
        let is_call = arc.entity == CALLS;
        self.stage(|stage| stage.live.as_ref().filter(|_| is_call)?.call_at(arc.instance))
    }

    /// Whether more may come.
    pub fn is_live(&self) -> bool {
        matches!(self.source, Source::Live(_))
    }

    /// Tells pages what waits.
    fn draw(&self, stage: &mut Stage) {
        let messages = std::mem::take(&mut stage.waiting);
        let is_dressed_anew = std::mem::take(&mut stage.is_dressed_anew);
        // Nobody is told where nobody looks.
        if self.moments.receiver_count() > 0
            && let Some(rrd) = bytes_of(Ok(messages))
        {
            let _ = self.moments.send(Arc::new(Moment { rrd: Some(rrd), is_dressed_anew, is_annotated: false }));
        }
    }

    /// Has every page say again where what it shows stands.
    fn dress_pages(&self) {
        // Nobody looks: no error.
        let _ = self.moments.send(Arc::new(Moment { is_dressed_anew: true, ..Moment::default() }));
    }

    /// Draws what somebody found out of files, in the place of what was drawn so before.
    fn annotate(&self, annotated: Annotated) {
        self.stage(|stage| {
            stage.annotated = Some((annotated, stage.now));
            let _ = self.moments.send(Arc::new(Moment { is_annotated: true, ..Moment::default() }));
        });
    }

    fn lock_info(&self) -> MutexGuard<'_, RuntimeInfo> {
        self.info.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stage<R>(&self, f: impl FnOnce(&mut Stage) -> R) -> R {
        f(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
