//! What runs, as one page has it drawn: in its look, with its filters, and only what it wants to see.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rerun::StoreId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::{Moment, Runtime, Stage};
use crate::scan::FileId;
use crate::session::{ActivityView, Building, nanos_since_epoch};
use crate::stream::{self, Activity, Between, Cuboid, LiveStream, LogMsg, StreamError};
use crate::telemetry::{History, Nanos};

/// Where buildings stand, by `FileId`; `None` for one that is not shown.
pub type Boxes = Vec<Option<Cuboid>>;

/// Calls that no import explains, and imports along which nothing was called.
pub type Differences = (Vec<Between>, Vec<Between>);

/// What is found anew is drawn at most so often.
const COMPARING_PAUSE: Duration = Duration::from_secs(3);

/// What is drawn of a runtime on one page.
pub struct Scenery {
    runtime: Arc<Runtime>,
    moments: Receiver<Arc<Moment>>,
    /// The recording that is drawn in, as the viewer knows it.
    store: Option<StoreId>,
    view: ActivityView,
    boxes: Boxes,
    /// The measures whose lights the page has, from the beginning on.
    lit: BTreeSet<Activity>,
    /// In what imports and calls differ, and when that was found.
    differences: Option<(Differences, Instant)>,
    /// Whether the page has what came before it.
    has_past: bool,
    /// Errors before this time are listed on the page already.
    errors_from: Nanos,
    is_behind: bool,
}

/// The page is too far behind to be told everything.
#[derive(Debug)]
pub struct TooFarBehind;

impl Scenery {
    /// Of a page that has nothing but the recording, in which buildings stand so, and the errors before a time.
    pub fn new(runtime: Arc<Runtime>, recorded: Boxes, errors_from: Nanos) -> Self {
        // What waits is among what came before.
        let (moments, store) = runtime.stage(|stage| {
            runtime.draw(stage);
            (runtime.moments.subscribe(), stage.live.as_ref().map(|live| live.store().clone()))
        });
        let (view, has_past) = (runtime.info().shown, !runtime.is_live());
        let lit = if has_past { view.measure.into_iter().collect() } else { BTreeSet::new() };
        Self {
            runtime,
            moments,
            store,
            view,
            boxes: recorded,
            lit,
            differences: None,
            has_past,
            errors_from,
            is_behind: false,
        }
    }

    /// Whether it is of this runtime.
    pub fn is_of(&self, runtime: &Arc<Runtime>) -> bool {
        Arc::ptr_eq(&self.runtime, runtime)
    }

    /// Whether more may come.
    pub fn is_live(&self) -> bool {
        self.runtime.is_live()
    }

    /// Waits for what is new. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Result<Arc<Moment>, TooFarBehind> {
        if self.is_behind {
            return Err(TooFarBehind);
        }
        // The runtime is held, so its end of the channel is there.
        self.moments.recv().await.map_err(|_| TooFarBehind)
    }

    /// Draws what is new.
    pub fn step(&self, moment: &Moment) -> Vec<Bytes> {
        if self.runtime.stage(|stage| !self.is_at(stage)) {
            return Vec::new();
        }
        let mut streams: Vec<Bytes> = moment.rrd.iter().cloned().collect();
        if moment.is_dressed_anew {
            streams.extend(self.runtime.stage(|stage| self.dress(stage)));
        }
        if moment.is_annotated {
            streams.extend(self.runtime.stage(|stage| self.annotate(stage)));
        }
        streams
    }

    /// Whether it is time to compare imports and calls anew.
    pub fn wants_comparison(&self) -> bool {
        let is_old = |at: &Instant| at.elapsed() > COMPARING_PAUSE;
        compares(&self.view) && self.differences.as_ref().is_none_or(|(_, at)| is_old(at))
    }

    /// Draws in what imports and calls differ now.
    pub fn compare(&mut self, differences: Differences) -> Option<Bytes> {
        let is_same = self.differences.as_ref().is_some_and(|(known, _)| *known == differences);
        self.differences = Some((differences, Instant::now()));
        if is_same {
            return None;
        }
        self.runtime.stage(|stage| self.draw_differences(stage))
    }

    /// Draws what is wanted, where buildings stand now, and nothing else.
    pub fn show(&mut self, view: &ActivityView, boxes: Boxes) -> Vec<Bytes> {
        let runtime = self.runtime.clone();
        runtime.stage(|stage| {
            let (mut streams, is_told) = self.catch_up();
            if !self.is_at(stage) {
                return Vec::new();
            }
            let is_same = self.has_past && !is_told && self.view == *view && self.boxes == boxes;
            (self.view, self.boxes) = (view.clone(), boxes);
            if is_same {
                return streams;
            }
            streams.extend(self.recall(stage, &runtime));
            // What that tells every page this one does now: nobody else has told anything, as the stage is held.
            streams.extend(self.catch_up().0);
            streams.extend(self.dress(stage));
            streams.extend(self.annotate(stage));
            streams.extend(self.draw_differences(stage));
            streams
        })
    }

    /// Whether what runs is shown in this city still, and not in one that has come in its place.
    fn is_at(&self, stage: &Stage) -> bool {
        stage.live.as_ref().map(LiveStream::store) == self.store.as_ref()
    }

    fn draw_differences(&self, stage: &Stage) -> Option<Bytes> {
        let (live, ((unexplained, unexercised), _)) = (stage.live.as_ref()?, self.differences.as_ref()?);
        let shown = |pairs: &'_ Vec<Between>, is_wanted| if is_wanted { pairs.clone() } else { Vec::new() };
        let (unexplained, unexercised) =
            (shown(unexplained, self.view.unexplained), shown(unexercised, self.view.unexercised));
        let place = |file: FileId| self.boxes.get(file.index()).copied().flatten();
        bytes_of(live.compared((&unexplained, &unexercised), place, nanos_since_epoch()))
    }

    /// What came before, as far as the page does not have it.
    fn recall(&mut self, stage: &mut Stage, runtime: &Runtime) -> Vec<Bytes> {
        let is_late = !self.has_past && stage.now > 0;
        let Some(live) = &mut stage.live else { return Vec::new() };
        let mut streams = Vec::new();
        if !self.has_past {
            self.has_past = true;
            self.lit.extend(live.measures());
        }
        if is_late {
            let whole = |history: &History| live.whole(history, self.errors_from, nanos_since_epoch());
            streams.extend(bytes_of(runtime.history(whole)));
            // Arcs may have changed places.
            runtime.dress_pages();
        }
        if let Some(measure) = self.view.measure.filter(|measure| !self.lit.contains(measure)) {
            let is_new = live.measures().all(|known| known != measure);
            self.lit.insert(measure);
            streams.extend(bytes_of(runtime.history(|history| live.light(measure, history, nanos_since_epoch()))));
            if is_new {
                // Other pages get its lights from now on, too, and have to hide them.
                runtime.dress_pages();
            }
        }
        streams
    }

    fn dress(&self, stage: &Stage) -> Option<Bytes> {
        let live = stage.live.as_ref()?;
        let place = |file: FileId| self.boxes.get(file.index()).copied().flatten();
        bytes_of(live.dress(place, self.view.measure, self.view.calls, nanos_since_epoch()))
    }

    fn annotate(&self, stage: &Stage) -> Option<Bytes> {
        let (live, (annotated, since)) = (stage.live.as_ref()?, stage.annotated.as_ref()?);
        bytes_of(stream::annotations(annotated, &self.boxes, live.store(), *since, nanos_since_epoch()))
    }

    /// The file that an annotation is drawn at.
    pub fn annotated_at(&self, clicked: &Building) -> Option<FileId> {
        let at = usize::try_from(clicked.instance).ok()?;
        self.runtime.stage(|stage| {
            let (annotated, _) = stage.annotated.as_ref()?;
            annotated.drawn(&clicked.entity, |file| self.boxes.get(file.index()).is_some_and(Option::is_some)).nth(at)
        })
    }

    /// What waits to be drawn, and whether pages are told to draw anything anew.
    fn catch_up(&mut self) -> (Vec<Bytes>, bool) {
        let (mut streams, mut is_told) = (Vec::new(), false);
        loop {
            match self.moments.try_recv() {
                Ok(moment) => {
                    is_told |= moment.is_dressed_anew || moment.is_annotated;
                    streams.extend(moment.rrd.clone());
                }
                Err(TryRecvError::Lagged(_)) => self.is_behind = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return (streams, is_told),
            }
        }
    }
}

/// Whether a view shows in what imports and calls differ.
fn compares(view: &ActivityView) -> bool {
    view.unexplained || view.unexercised
}

/// A complete stream; none of nothing.
pub fn bytes_of(messages: Result<Vec<LogMsg>, StreamError>) -> Option<Bytes> {
    let messages = messages.ok().filter(|messages| !messages.is_empty())?;
    stream::to_bytes(&messages).ok().map(Bytes::from)
}
