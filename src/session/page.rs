//! One page that is connected: what it is sent, what it asks, what it has selected.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::runtime::{Moment, Runtime, Scenery};
use super::{
    Answer, Cities, Command, Details, Event, FromPage, Kind, Now, Open, Screen, Session, ToPage, View,
    nanos_since_epoch, without_layout,
};
use crate::stream;
use crate::telemetry::Nanos;

/// What has run is drawn so much later at most: a page that comes back may lack it.
const DRAWN_AFTER: Duration = Duration::from_secs(2);

/// A page from when it comes until it leaves, which is when this is dropped.
pub struct Page<'s> {
    session: &'s Session,
    number: u64,
    screen: Screen,
    notes: broadcast::Receiver<Arc<ToPage>>,
    changed: watch::Receiver<Arc<Cities>>,
    now: Arc<Cities>,
    /// What the page still shows while it takes in what replaces it.
    before: Option<Arc<Cities>>,
    wishes: Vec<Wish>,
    chosen: Option<Chosen>,
    time: Option<Now>,
    /// What runs, by the recording in which the page has it drawn.
    sceneries: HashMap<String, Scenery>,
    /// The recordings that it had when it came back, and until when it had heard of all that ran in them.
    had: Option<(Vec<String>, Nanos)>,
}

/// A page that comes back.
#[derive(Debug)]
pub struct Back {
    /// The recordings that it shows already.
    pub known: Vec<String>,
    /// Since it heard last.
    pub away: Duration,
}

#[derive(PartialEq)]
struct Chosen {
    path: String,
    kind: Kind,
    function: Option<String>,
    details: Box<Details>,
}

/// What a page is to hear of without having asked.
#[derive(Debug)]
pub enum Note {
    /// A message.
    Say(Arc<ToPage>),
    /// Other cities are open now: [`Page::change`] has them.
    Replaced,
    /// Something has run: [`Page::draw`] draws it.
    Ran {
        /// The recording in which it is drawn.
        recording: String,
        /// What.
        moment: Arc<Moment>,
    },
    /// The page is too far behind to be told everything.
    Behind,
}

/// A complete RRD stream on its way to a page.
#[derive(Clone, Debug)]
pub struct Part {
    /// The stream.
    pub rrd: Bytes,
    /// The recording that it tells the viewer of, if that is all it does.
    pub opens: Option<String>,
    /// Whether it tells that a recording is complete, by an empty one that is to be thrown away.
    pub ends: Option<String>,
}

impl From<Bytes> for Part {
    fn from(rrd: Bytes) -> Self {
        Self { rrd, opens: None, ends: None }
    }
}

/// What a session was asked for, and when.
pub(super) type Wish = (Instant, ToPage);

impl<'s> Page<'s> {
    pub(super) fn new(
        session: &'s Session,
        number: u64,
        screen: Screen,
        notes: broadcast::Receiver<Arc<ToPage>>,
        changed: watch::Receiver<Arc<Cities>>,
        wishes: impl FnOnce(&Cities) -> Vec<Wish>,
    ) -> Self {
        let now = changed.borrow().clone();
        let wishes = wishes(&now);
        Self {
            session,
            number,
            screen,
            notes,
            changed,
            now,
            before: None,
            wishes,
            chosen: None,
            time: None,
            sceneries: HashMap::new(),
            had: None,
        }
    }

    /// Its number among the pages of the session, never used again.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The first message, and the streams that follow it: of a page that has just been opened all of them, of one that comes
    /// back those that it lacks.
    pub fn opening(&mut self, back: Option<&Back>) -> (ToPage, Vec<Part>) {
        let Some(Back { known, away }) = back else { return (self.hello(), self.everything()) };
        let heard = nanos_since_epoch().saturating_sub((*away + DRAWN_AFTER).as_nanos() as u64);
        self.had = Some((known.clone(), heard));
        self.replacing(known)
    }

    fn hello(&self) -> ToPage {
        let recording_bytes = self.now.recordings().map(|chunk| chunk.len() as u64).sum();
        ToPage::Hello { cities: self.now.infos(), recording_bytes }
    }

    /// The recordings of every city, the first city's last: a viewer shows what came last. Before them goes what makes them
    /// suit the page.
    fn everything(&self) -> Vec<Part> {
        let cities = || self.now.all.iter().rev();
        let mut parts: Vec<Part> = cities().filter_map(introduction).collect();
        parts.extend(cities().filter_map(|city| city.city.source.theme(self.screen)).map(Part::from));
        parts.extend(self.now.recordings().cloned().map(Part::from));
        parts
    }

    /// Recordings go without their layouts: those would move the camera.
    fn replacing(&self, known: &[String]) -> (ToPage, Vec<Part>) {
        let is_new = |city: &&Open| !known.contains(&city.city.info.recording_id);
        let cities = || self.now.all.iter().rev().filter(is_new);
        let mut parts: Vec<Part> = cities().filter_map(introduction).collect();
        let themes = cities().filter_map(|city| city.city.source.theme(self.screen));
        let streams = themes.chain(cities().flat_map(|city| city.city.recording.iter().cloned()));
        parts.extend(streams.map(|rrd| without_layout(rrd).into()));
        if !parts.is_empty()
            && let Some((recording, rrd)) = super::end_mark()
        {
            parts.push(Part { rrd, opens: None, ends: Some(recording) });
        }
        let recording_bytes = parts.iter().map(|part| part.rrd.len() as u64).sum();
        (ToPage::Replaced { cities: self.now.infos(), recording_bytes }, parts)
    }

    /// What the session was asked for before the page came; only what is no older, where an age is given.
    pub fn wishes(&mut self, most: Option<Duration>) -> Vec<ToPage> {
        let wishes = std::mem::take(&mut self.wishes).into_iter();
        wishes.filter(|(at, _)| most.is_none_or(|most| at.elapsed() <= most)).map(|(_, message)| message).collect()
    }

    /// Waits for what the page is to hear of. Nothing is lost when the wait is given up.
    ///
    /// Other cities wait until the page has taken in those that it was sent last: one that is asleep gets the newest only.
    pub async fn next(&mut self) -> Note {
        let Self { sceneries, changed, before, notes, .. } = self;
        let ran = async {
            match sceneries.iter_mut().find(|(_, scenery)| scenery.is_live()) {
                Some((recording, scenery)) => (recording.clone(), scenery.next().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Ok(()) = changed.changed(), if before.is_none() => Note::Replaced,
            (recording, moment) = ran => match moment {
                Ok(moment) => Note::Ran { recording, moment },
                Err(_) => Note::Behind,
            },
            note = notes.recv() => match note {
                Ok(note) => Note::Say(note),
                Err(RecvError::Lagged(_)) => Note::Behind,
                // The session is borrowed, so its end of the channel is there.
                Err(RecvError::Closed) => std::future::pending().await,
            },
        }
    }

    /// Goes on to the cities that are open now: what the page is told of them.
    pub fn change(&mut self) -> (ToPage, Vec<Part>) {
        let now = self.changed.borrow_and_update().clone();
        let known: Vec<String> = self.now.all.iter().map(|city| city.city.info.recording_id.clone()).collect();
        self.before = Some(std::mem::replace(&mut self.now, now));
        self.replacing(&known)
    }

    /// Streams that draw what has run.
    pub fn draw(&mut self, recording: &str, moment: &Moment) -> Vec<Bytes> {
        let Some(scenery) = self.sceneries.get_mut(recording) else { return Vec::new() };
        let mut streams = scenery.step(moment);
        if scenery.wants_comparison() {
            streams.extend(self.compare(recording));
        }
        streams
    }

    /// Draws in what imports and calls differ now.
    fn compare(&mut self, recording: &str) -> Option<Bytes> {
        let now = self.now.clone();
        let city = now.find(recording)?;
        let differences = city.runtime()?.compared(&*city.city.source);
        self.sceneries.get_mut(recording)?.compare(differences)
    }

    /// Has what runs in a city drawn as the view says.
    fn light(&mut self, city: &Open, view: &View) -> Vec<Bytes> {
        let Some(runtime) = city.runtime() else { return Vec::new() };
        let source = &city.city.source;
        let recording = city.city.info.recording_id.clone();
        self.sceneries.retain(|known, scenery| *known != recording || scenery.is_of(&runtime));
        // Shells are recorded at the buildings themselves, whatever block stands for them.
        let had = self.had.as_ref().filter(|(known, _)| known.contains(&recording));
        let errors_from = had.map_or(0, |(_, until)| *until);
        let new = || Scenery::new(runtime, source.boxes(&View { near: true, ..View::default() }), errors_from);
        let scenery = self.sceneries.entry(recording.clone()).or_insert_with(new);
        let mut streams = scenery.show(&view.activity, source.boxes(view));
        if scenery.wants_comparison() {
            streams.extend(self.compare(&recording));
        }
        streams
    }

    /// Answers one message of the page.
    pub fn answer(&mut self, mut message: FromPage) -> Answer {
        match message.command {
            Command::Theme { light } => {
                self.screen.is_light = light;
                let open = self.now.all.iter().chain(self.before.iter().flat_map(|cities| &cities.all));
                let rrd = open.filter_map(|city| city.city.source.repaint(light)).collect();
                return Answer { message: Some(ToPage::Themed), rrd };
            }
            Command::Swapped => {
                self.before = None;
                let open = |recording: &String| self.now.find(recording).is_some();
                self.sceneries.retain(|recording, _| open(recording));
                return Answer::silent();
            }
            Command::Time(now) => {
                if self.time.as_ref() != Some(&now) {
                    let Now { timeline, time, playing } = now.clone();
                    self.tell(Event::Time { page: self.number, timeline, time, playing });
                    self.time = Some(now);
                }
                return Answer::silent();
            }
            _ => {}
        }
        let (now, before) = (self.now.clone(), self.before.clone());
        let all = now.all.iter().chain(before.iter().flat_map(|cities| &cities.all));
        let city = all.into_iter().find(|city| city.city.info.recording_id == message.recording);
        let open = city.unwrap_or_else(|| now.first());
        let city = &open.city;
        let view = message.view.clone();
        if let Command::Select { building, .. } = &mut message.command
            && building.entity.starts_with(stream::ANNOTATIONS)
        {
            let scenery = self.sceneries.get(&city.info.recording_id);
            let file = scenery.and_then(|scenery| scenery.annotated_at(building));
            let Some(meant) = file.and_then(|file| city.source.building_at(file)) else { return Answer::silent() };
            *building = meant;
        }
        match &message.command {
            Command::Activity => return Answer { message: None, rrd: self.light(open, &view) },
            // Somebody wants to know of nothing else when an arc is clicked that nothing is told of.
            Command::Select { building, .. } if building.entity == stream::UNEXERCISED => return Answer::silent(),
            Command::Select { building, .. } if building.entity.starts_with(stream::CALLS) => {
                let call = |runtime: Arc<Runtime>| runtime.call_at(building);
                let details =
                    open.runtime().and_then(call).and_then(|((from, to), calls)| city.source.call(from, to, calls));
                return details.map_or_else(Answer::silent, |details| ToPage::Import { details }.into());
            }
            Command::Observed { path } => {
                let observed = open.runtime().and_then(|runtime| runtime.observed(&*city.source, path));
                let message = observed.map(|observed| ToPage::Observed { path: path.clone(), observed });
                return Answer { message, rrd: Vec::new() };
            }
            _ => {}
        }
        let function = chosen_function(&message.command, city);
        let answer = city.answer(&message.view, message.command);
        match &answer.message {
            Some(ToPage::Details { building, details, .. }) => {
                let is_root = details.kind == Kind::Directory && city.source.building_of("").as_ref() == Some(building);
                let path = if is_root { String::new() } else { details.path.clone() };
                // A selection that is only drawn anew keeps its function.
                let before = self.chosen.as_ref().filter(|chosen| chosen.path == path);
                let function = function.or_else(|| before.and_then(|chosen| chosen.function.clone()));
                self.choose(Chosen { path, kind: details.kind, function, details: Box::new(details.clone()) });
            }
            Some(ToPage::Source { excerpt }) if function.is_some() => {
                if let Some(Chosen { path, kind, details, .. }) = &self.chosen
                    && *path == excerpt.path
                {
                    let (path, kind, details) = (path.clone(), *kind, details.clone());
                    self.choose(Chosen { path, kind, function, details });
                }
            }
            Some(ToPage::Cleared) if self.chosen.take().is_some() => self.tell(Event::Cleared { page: self.number }),
            Some(ToPage::Look { .. }) => self.tell(Event::Looked { page: self.number, view }),
            _ => {}
        }
        answer
    }

    fn choose(&mut self, chosen: Chosen) {
        if self.chosen.as_ref() == Some(&chosen) {
            return;
        }
        let Chosen { path, kind, function, details } = &chosen;
        self.tell(Event::Selected {
            page: self.number,
            path: path.clone(),
            kind: *kind,
            function: function.clone(),
            details: details.clone(),
        });
        self.chosen = Some(chosen);
    }

    fn tell(&self, event: Event) {
        self.session.watchers.tell(event);
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        self.session.leave(self.number);
    }
}

fn introduction(city: &Open) -> Option<Part> {
    let rrd = city.city.source.introduction()?;
    Some(Part { rrd, opens: Some(city.city.info.recording_id.clone()), ends: None })
}

/// A function is chosen by the line that it begins at.
fn chosen_function(command: &Command, city: &super::City) -> Option<String> {
    match command {
        Command::SelectPath { path, line, .. } | Command::Source { path, line } if *line > 0 => {
            city.source.function_at(path, *line)
        }
        _ => None,
    }
}
