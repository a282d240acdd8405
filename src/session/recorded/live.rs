//! A recorded city that takes further metrics while pages ask.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;

use super::RecordedCity;
use crate::scan::FileId;
use crate::session::runtime::{Boxes, Differences, Runtime};
use crate::session::{
    Building, CitySource, CodeNames, Details, Dressed, Excerpt, Hit, ImportDetails, Lists, MetricError, Observed,
    Offered, OwnMetric, Screen, View,
};
use crate::stream::{Activity, LiveStream};
use crate::telemetry::{History, Placer};

/// A recorded city behind a lock, which only a new metric takes for itself.
pub struct LiveCity(RwLock<RecordedCity>);

impl LiveCity {
    /// The same city.
    pub fn new(city: RecordedCity) -> Self {
        Self(RwLock::new(city))
    }

    fn read(&self) -> RwLockReadGuard<'_, RecordedCity> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CitySource for LiveCity {
    fn details(&self, building: &Building) -> Option<Details> {
        self.read().details(building)
    }

    fn meant(&self, view: &View, clicked: Building) -> Building {
        self.read().meant(view, clicked)
    }

    fn shown_as(&self, view: &View, building: &Building) -> Building {
        self.read().shown_as(view, building)
    }

    fn import(
        &self,
        view: &View,
        arc: &Building,
        around: Option<&Building>,
        cycle: Option<u64>,
    ) -> Option<ImportDetails> {
        self.read().import(view, arc, around, cycle)
    }

    fn building_of(&self, path: &str) -> Option<Building> {
        self.read().building_of(path)
    }

    fn building_at(&self, file: FileId) -> Option<Building> {
        self.read().building_at(file)
    }

    fn selected_imports(&self, view: &View, building: Option<&Building>) -> Option<Bytes> {
        self.read().selected_imports(view, building)
    }

    fn look(
        &self,
        view: &View,
        before: Option<&View>,
        selected: Option<&Building>,
        cycle: Option<u64>,
    ) -> Result<Dressed, String> {
        self.read().look(view, before, selected, cycle)
    }

    fn frame(&self, view: &View, building: Option<&Building>) -> Option<Bytes> {
        self.read().frame(view, building)
    }

    fn cycle(&self, view: &View, number: u64) -> Option<(Building, Vec<Bytes>)> {
        self.read().cycle(view, number)
    }

    fn search(&self, view: &View, text: &str) -> Vec<Hit> {
        self.read().search(view, text)
    }

    fn source(&self, path: &str, line: u32) -> Excerpt {
        self.read().source(path, line)
    }

    fn lists(&self, view: &View) -> Lists {
        self.read().lists(view)
    }

    fn theme(&self, screen: Screen) -> Option<Bytes> {
        self.read().theme(screen)
    }

    fn repaint(&self, is_light: bool) -> Option<Bytes> {
        self.read().repaint(is_light)
    }

    fn introduction(&self) -> Option<Bytes> {
        self.read().introduction()
    }

    fn nearest(&self, path: &str) -> Vec<String> {
        self.read().nearest(path)
    }

    fn function_at(&self, path: &str, line: u32) -> Option<String> {
        self.read().function_at(path, line)
    }

    fn boxes(&self, view: &View) -> Boxes {
        self.read().boxes(view)
    }

    fn live_stream(&self, measure: Activity) -> Option<LiveStream> {
        self.read().live_stream(measure)
    }

    fn call(&self, from: FileId, to: FileId, calls: u64) -> Option<ImportDetails> {
        self.read().call(from, to, calls)
    }

    fn placer(&self, maps: &[(String, String)]) -> Option<Placer> {
        self.read().placer(maps)
    }

    fn names(&self) -> CodeNames {
        self.read().names()
    }

    fn runtime(&self) -> Option<Runtime> {
        self.read().runtime()
    }

    fn observed(&self, path: &str, history: &History, moved: Option<&[Option<FileId>]>) -> Option<Observed> {
        self.read().observed(path, history, moved)
    }

    fn compared(&self, history: &History) -> Differences {
        self.read().compared(history)
    }

    fn file(&self, path: &str) -> Option<FileId> {
        self.read().file(path)
    }

    fn paths(&self) -> Vec<Box<str>> {
        self.read().paths()
    }

    fn add_metric(&self, metric: &OwnMetric) -> Result<Offered, MetricError> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).take_metric(metric)
    }
}
