//! What runs, as entities on the timeline `event_time`: lit buildings, arcs of calls, series, logs and states. Knows neither who
//! sent it nor where it goes.

mod activity;
mod calls;
mod entities;
mod groups;
mod journal;
mod lights;
mod plan;
mod series;
pub(super) mod tables;
#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use rerun::StoreId;
use rerun::external::re_log_types::LogMsg;
use rustc_hash::FxHashSet;

pub use activity::{Activity, glow_of_errors, glow_stops};
pub use calls::CALLS;
pub(super) use calls::{ARCS, read_arcs};
pub(super) use plan::log_shells;

use super::StreamError;
use super::chunks::StoreWriter;
use super::load::{Cuboid, Loaded};
use crate::city::{ArcKind, default_budget};
use crate::scan::FileId;
use crate::telemetry::{CallRow, History, Nanos, Row, Severity, Site, SiteId, Update};
use calls::Calls;
use entities::Entities;
use groups::{GroupId, Groups};
use journal::Journal;
use lights::Lights;
use plan::Plan;
use series::Series;

/// Where calls are drawn that no import explains.
pub const UNEXPLAINED: &str = "/calls/unexplained";
/// Where imports are drawn that were not exercised.
pub const UNEXERCISED: &str = "/imports/unexercised";

/// Lights change at most so often while a past is caught up with, and series have a value for so long.
const SECOND: Nanos = 1_000_000_000;

/// Arcs of calls change at most so often while a past is caught up with.
const FRAMES: Nanos = 500;

/// The batch whose buildings are lit at an entity; `None` for what is no entity of lights.
pub fn lit_batch(entity: &str) -> Option<String> {
    let (measure, batch) = entity.strip_prefix("/activity/")?.split_once('/')?;
    Activity::named(measure).map(|_| super::record::batch_entity(batch))
}

/// Calls or imports between two files, and how many.
pub type Between = (FileId, FileId, u64);

/// Makes messages of what is seen of running programs, for one recording.
pub struct LiveStream {
    plan: Arc<Plan>,
    window: Nanos,
    now: Nanos,
    /// The earliest time that was written.
    begin: Nanos,
    sites: Vec<Seen>,
    groups: Groups,
    lights: Vec<Lights>,
    calls: Calls,
    series: Series,
    journal: Journal,
    /// The files that records are placed on, where they are of another analysis.
    files: Option<Arc<[Option<FileId>]>>,
}

/// What matters of a site.
#[derive(Clone)]
struct Seen {
    file: Option<FileId>,
    service: GroupId,
    directory: Option<GroupId>,
    name: Box<str>,
}

impl LiveStream {
    /// Nothing is seen yet. The recording of `loaded` has the shells of `first`; other measures are lit by
    /// [`LiveStream::light`].
    pub fn new(loaded: &Loaded, first: Activity) -> Self {
        Self::of(Arc::new(Plan::new(loaded)), &[first])
    }

    /// As it was when a recording ended, so that it can be lit by other measures and dressed in other looks.
    pub fn recorded(loaded: &Loaded, history: &History, measure: Activity) -> Self {
        let mut live = Self::new(loaded, measure);
        live.calls = Calls::new(live.plan.boxes.len()).with_arcs(loaded.call_arcs.iter().copied());
        live.meet(history.sites(), &mut Entities::default());
        live.now = history.rows().map(|row| row.start.saturating_add(row.nanos)).max().unwrap_or(0);
        live.call(&history.call_rows().collect::<Vec<_>>(), &mut Entities::default());
        live
    }

    /// The recording that the messages are of.
    pub fn store(&self) -> &StoreId {
        &self.plan.store
    }

    /// Takes what is placed on the files of another analysis: which file of this one each of them is, if any.
    pub fn with_files(self, files: Vec<Option<FileId>>) -> Self {
        Self { files: Some(files.into()), ..self }
    }

    /// The same for what is known of a city; the window is one second.
    pub(super) fn of(plan: Arc<Plan>, measures: &[Activity]) -> Self {
        Self {
            lights: measures.iter().map(|&measure| Lights::new(measure, &plan)).collect(),
            calls: Calls::new(plan.boxes.len()),
            plan,
            window: SECOND,
            now: 0,
            begin: Nanos::MAX,
            sites: Vec::new(),
            groups: Groups::default(),
            series: Series::default(),
            journal: Journal::default(),
            files: None,
        }
    }

    /// What is seen comes in windows of this length from now on.
    pub(super) fn set_window(&mut self, nanos: Nanos) {
        self.window = nanos.max(SECOND);
        self.lights.iter_mut().for_each(|lights| lights.set_window(self.window));
    }

    /// The measures that buildings are lit by.
    pub fn measures(&self) -> impl Iterator<Item = Activity> {
        self.lights.iter().map(Lights::activity)
    }

    /// Messages of what is new; none if nothing changes. They win over what was logged before `nanos_since_epoch`.
    ///
    /// # Errors
    /// When Rerun refuses a chunk, which no input should cause.
    pub fn update(&mut self, update: &Update, nanos_since_epoch: u64) -> Result<Vec<LogMsg>, StreamError> {
        let mut entities = Entities::default();
        self.take(update, &mut entities);
        self.messages(entities, nanos_since_epoch)
    }

    /// Messages that light buildings by another measure too, with its whole history; later updates go on with it. They
    /// are the whole history anew where the measure is there already.
    ///
    /// # Errors
    /// See [`LiveStream::update`].
    pub fn light(
        &mut self,
        measure: Activity,
        history: &History,
        nanos_since_epoch: u64,
    ) -> Result<Vec<LogMsg>, StreamError> {
        let mut past = Self { files: self.files.clone(), ..Self::of(self.plan.clone(), &[measure]) };
        let mut entities = Entities::default();
        past.meet(history.sites(), &mut Entities::default());
        past.play(&history.rows().collect::<Vec<_>>(), self.now, &mut entities);
        self.lights.retain(|lights| lights.activity() != measure);
        self.lights.append(&mut past.lights);
        let mut writer = StoreWriter::addition(self.plan.store.clone(), nanos_since_epoch);
        self.plan.log_shells(&mut writer, measure, |file| self.plan.boxes.get(&file).copied())?;
        entities.log(&mut writer)?;
        Ok(writer.finish())
    }

    /// Messages of everything that a history still tells, for one who comes late or of a recording: by the measures that are lit
    /// now. Later updates go on from there. Of errors only those from a time on are listed.
    ///
    /// # Errors
    /// See [`LiveStream::update`].
    pub fn whole(
        &mut self,
        history: &History,
        errors_from: Nanos,
        nanos_since_epoch: u64,
    ) -> Result<Vec<LogMsg>, StreamError> {
        let measures: Vec<_> = self.measures().collect();
        // Arcs stay the instances that they are to others.
        let calls = Calls::new(self.plan.boxes.len()).with_arcs(self.calls.arcs().iter().copied());
        let past = Self { files: self.files.clone(), calls, ..Self::of(self.plan.clone(), &measures) };
        let rows: Vec<_> = history.rows().collect();
        let end = rows.iter().map(|row| row.start.saturating_add(row.nanos)).max().unwrap_or(0);
        let update = Update {
            now: self.now.max(end),
            sites: history.sites().to_vec(),
            calls: history.call_rows().collect(),
            errors: history.errors().into_iter().filter(|error| error.time >= errors_from).cloned().collect(),
            rows,
            ..Update::default()
        };
        let given = std::mem::replace(self, past).calls.given();
        let messages = self.update(&update, nanos_since_epoch);
        self.calls.regive(given);
        messages
    }

    /// Messages that put lights and arcs where another look has the buildings; `boxes` are those it shows. Lights are of the measure
    /// that is `shown`, and arcs of calls are there if `calls`. Needed again when [`LiveStream::arcs`] has changed.
    ///
    /// # Errors
    /// See [`LiveStream::update`].
    pub fn dress(
        &self,
        boxes: impl Fn(FileId) -> Option<Cuboid>,
        shown: Option<Activity>,
        calls: bool,
        nanos_since_epoch: u64,
    ) -> Result<Vec<LogMsg>, StreamError> {
        let mut writer = StoreWriter::addition(self.plan.store.clone(), nanos_since_epoch);
        for measure in self.measures() {
            self.plan.log_shells(&mut writer, measure, |file| boxes(file).filter(|_| shown == Some(measure)))?;
        }
        if self.calls.len() > 0 {
            writer.log(CALLS, &self.calls.strips(|file| Some(boxes(file)?.roof()).filter(|_| calls)))?;
        }
        Ok(writer.finish())
    }

    /// How many arcs of calls there are. An update that makes more of them draws all where the recorded look has the buildings.
    pub fn arcs(&self) -> usize {
        self.calls.len()
    }

    /// The files that an instance of [`CALLS`] is between, and how many calls there were so far.
    pub fn call_at(&self, instance: u64) -> Option<((FileId, FileId), u64)> {
        self.calls.pair(instance)
    }

    /// Messages that draw what static and observed structure differ in: calls that no import explains, and imports that were not
    /// exercised; the strongest of each, between buildings of a look.
    ///
    /// # Errors
    /// See [`LiveStream::update`].
    pub fn compared(
        &self,
        (unexplained, unexercised): (&[Between], &[Between]),
        boxes: impl Fn(FileId) -> Option<Cuboid>,
        nanos_since_epoch: u64,
    ) -> Result<Vec<LogMsg>, StreamError> {
        let mut writer = StoreWriter::addition(self.plan.store.clone(), nanos_since_epoch);
        let (roof, budget) = (|file| Some(boxes(file)?.roof()), default_budget(self.plan.boxes.len()));
        writer.log(UNEXPLAINED, &calls::weighted(unexplained, ArcKind::Unexplained, budget, roof))?;
        writer.log(UNEXERCISED, &calls::weighted(unexercised, ArcKind::Unexercised, budget, roof))?;
        Ok(writer.finish())
    }

    /// Messages of what waited for more that may have come.
    ///
    /// # Errors
    /// See [`LiveStream::update`].
    pub fn complete(&mut self, nanos_since_epoch: u64) -> Result<Vec<LogMsg>, StreamError> {
        let mut entities = Entities::default();
        self.series.complete(&self.groups, self.now, &mut entities);
        self.messages(entities, nanos_since_epoch)
    }

    fn messages(&self, entities: Entities, nanos_since_epoch: u64) -> Result<Vec<LogMsg>, StreamError> {
        if entities.is_empty() {
            return Ok(Vec::new());
        }
        let mut writer = StoreWriter::addition(self.plan.store.clone(), nanos_since_epoch);
        entities.log(&mut writer)?;
        Ok(writer.finish())
    }

    fn take(&mut self, update: &Update, entities: &mut Entities) {
        if self.begin == Nanos::MAX {
            self.begin = update.now;
        }
        self.meet(&update.sites, entities);
        let starts = update.rows.iter().map(|row| row.start);
        let times = update.logs.iter().map(|log| log.time).chain(update.errors.iter().map(|error| error.time));
        let earliest = starts.chain(times).chain(update.points.iter().map(|point| point.time)).min();
        self.begin = self.begin.min(earliest.unwrap_or(Nanos::MAX));
        let now = self.now.max(update.now);
        self.play(&update.rows, now, entities);
        for row in &update.rows {
            if let Some(site) = self.sites.get(row.site.index()) {
                for group in [Some(site.service), site.directory].into_iter().flatten() {
                    self.series.feed(group, &row.sums, row.start, row.nanos);
                }
            }
        }
        self.series.frame(&self.groups, now, entities);
        self.call(&update.calls, entities);
        self.tell(update, entities);
    }

    /// Learns of new sites.
    fn meet(&mut self, sites: &[Site], entities: &mut Entities) {
        for site in sites {
            let file = site.place.and_then(|place| self.file(place.file));
            let (service, is_merged) = self.groups.service(&site.service);
            if is_merged {
                let text =
                    format!("more than {} services: the others have their series together", groups::MAX_SERVICES);
                self.warn(service, &text, entities);
            }
            let directory = file.map(|file| self.groups.directory(service, self.plan.top(file)));
            if let Some((_, true)) = directory {
                let most = groups::MAX_DIRECTORIES;
                self.warn(
                    service,
                    &format!("more than {most} directories: the others have their series together"),
                    entities,
                );
            }
            let (name, directory) = (site.name.clone(), directory.map(|(group, _)| group));
            self.sites.push(Seen { file, service, directory, name });
        }
    }

    fn file(&self, file: FileId) -> Option<FileId> {
        self.files.as_ref().map_or(Some(file), |files| files.get(file.index()).copied().flatten())
    }

    /// Lights buildings from the last time to now.
    fn play(&mut self, rows: &[Row], now: Nanos, entities: &mut Entities) {
        let ends = |row: &Row| row.start.saturating_add(row.nanos).min(now);
        let mut order: Vec<_> = rows.iter().collect();
        order.sort_by_key(|row| ends(row));
        let mut order = order.into_iter().peekable();
        let mut at = self.now;
        loop {
            let next = order.peek().map_or(now, |row| ends(row));
            let is_dark = self.lights.iter().all(Lights::is_dark);
            at = if is_dark { next.max(at) } else { at.saturating_add(self.window).min(now).max(at) };
            while let Some(row) = order.next_if(|row| ends(row) <= at) {
                self.light_up(row, ends(row));
            }
            for lights in &mut self.lights {
                lights.frame(&self.plan, at, entities);
            }
            if at >= now {
                break;
            }
        }
        self.now = now;
    }

    fn light_up(&mut self, row: &Row, time: Nanos) {
        let file = self.sites.get(row.site.index()).and_then(|site| site.file);
        if let Some(spot) = file.and_then(|file| self.plan.spot(file)) {
            for lights in &mut self.lights {
                lights.feed(&self.plan, spot, &row.sums, row.nanos, time);
            }
        }
    }

    fn call(&mut self, calls: &[CallRow], entities: &mut Entities) {
        let file = |site: SiteId| {
            let file = self.sites.get(site.index())?.file?;
            self.plan.spot(file).map(|_| file)
        };
        let mut calls: Vec<_> =
            calls.iter().map(|row| (row.start.saturating_add(row.nanos).min(self.now), row)).collect();
        calls.sort_by_key(|(end, _)| *end);
        let past = calls.first().map_or(0, |(end, _)| self.now - end);
        let (pace, roof) = ((past / FRAMES).max(SECOND), |file| self.plan.roof(file));
        let mut at = 0;
        for (end, row) in calls {
            if end > at {
                self.calls.frame(roof, self.begin, at, entities);
                at = end + pace;
            }
            if let (Some(from), Some(to)) = (file(row.from), file(row.to)) {
                self.calls.add((from, to), row.count);
            }
        }
        self.calls.frame(roof, self.begin, self.now, entities);
    }

    /// Log records, errors that are none, and numbers.
    fn tell(&mut self, update: &Update, entities: &mut Entities) {
        let path = |seen: &Seen| seen.file.map_or("", |file| self.plan.path(file));
        let service = |seen: &Seen| self.groups.path(seen.service);
        for row in &update.logs {
            if let Some(seen) = self.sites.get(row.site.index()) {
                journal::log(service(seen), row.severity, &row.text, path(seen), row.time, entities);
            }
        }
        let said = update.logs.iter().filter(|log| log.severity.is_error()).map(|log| (log.time, log.site));
        let said: FxHashSet<_> = said.collect();
        for error in &update.errors {
            if let Some(seen) = self.sites.get(error.site.index())
                && !said.contains(&(error.time, error.site))
            {
                let text = journal::told(error, &seen.name);
                journal::log(service(seen), Severity(17), &text, path(seen), error.time, entities);
            }
        }
        for point in &update.points {
            if let Some(seen) = self.sites.get(point.site.index()) {
                let (service, name) = (self.groups.path(seen.service), (&*point.name, &*point.unit));
                if !self.journal.point(service, name, point.value, point.time, entities) {
                    let text = format!("more than {} metrics: the others are not kept", journal::MAX_SERIES);
                    journal::log(service, Severity(13), &text, "", self.now, entities);
                }
            }
        }
    }

    fn warn(&self, service: GroupId, text: &str, entities: &mut Entities) {
        journal::log(self.groups.path(service), Severity(13), text, "", self.now.max(self.begin), entities);
    }
}
