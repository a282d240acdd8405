//! An open city: its recording as RRD bytes, what a page may ask of it, and what its host may do with it. Knows no HTTP.
//!
//! A host keeps a [`Session`] in an `Arc` and hands it to a server. While that runs, the host may [replace](Session::replace)
//! the cities, [drive](Session::drive) the pages, [add metrics](Session::add_metric), and [watch](Session::watch) what
//! happens in the pages. All of these return soon and wait for no page.

mod city;
mod event;
mod messages;
mod own;
mod page;
mod recorded;
mod remote;
mod runtime;
mod site;
mod sources;
mod tail;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::sync::{broadcast, watch};

pub use crate::stream::Room;
pub use city::{Answer, City, CitySource, CodeNames, Dressed, Screen};
pub use event::{Event, Watch};
pub use messages::{
    ActivityView, ArcKey, Building, ColorKey, Command, Count, CycleEntry, Details, Direction, Excerpt, Facet,
    FacetValue, Filter, FromPage, Function, Hit, HitKind, Hotspot, Import, ImportDetails, ImportEnd, ImportLine, Kind,
    Legend, LegendEntry, List, Lists, MAX_DEPTH, Measure, MeasureKey, MetricInfo, MetricName, Now, Observed,
    ObservedError, ObservedFunction, PageInfo, Range, RuntimeInfo, ServiceInfo, Shown, SizeKey, SizeStop, ToPage,
    Value, View,
};
pub use own::{MetricError, Offered, OwnMetric, OwnValues};
pub use page::{Back, Note, Page, Part};
pub use recorded::{LiveCity, RecordedCity};
pub use remote::{DriveError, Remote};
pub use runtime::{Live, LiveError, LiveOptions, Recording};
pub use site::{SiteError, SiteFile, site_files};
pub use sources::{Folder, Sources};
pub use tail::{Subscription, Tail};

use crate::scan::FileId;
use crate::stream::{self, Activity, LiveStream};
use crate::telemetry::{Limits, Placer, Telemetry};
use event::Watchers;
use remote::Remembered;
use runtime::Runtime;

/// A page that is more than so many wishes behind is dropped.
const MAX_BEHIND: usize = 256;

/// What pages are connected to: one city, or several that they can change between.
pub struct Session {
    cities: watch::Sender<Arc<Cities>>,
    /// What came after the recordings.
    pub tail: Tail,
    notes: broadcast::Sender<Arc<ToPage>>,
    remembered: Mutex<Remembered>,
    pages: Mutex<Pages>,
    watchers: Watchers,
}

#[derive(Default)]
struct Pages {
    last: u64,
    open: BTreeSet<u64>,
}

/// The cities that are open together, never none.
struct Cities {
    all: Vec<Open>,
}

/// A city, and what was added to it.
struct Open {
    city: City,
    /// [`City::info`] with what was added.
    info: RwLock<PageInfo>,
    own: Mutex<Vec<OwnMetric>>,
    /// What runs in it.
    runtime: RwLock<Option<Arc<Runtime>>>,
}

impl Open {
    fn new(city: City) -> Self {
        let runtime = city.source.runtime().map(Arc::new);
        let info = PageInfo { runtime: runtime.as_ref().map(|runtime| runtime.info()), ..city.info.clone() };
        Self { info: RwLock::new(info), own: Mutex::default(), runtime: RwLock::new(runtime), city }
    }

    fn runtime(&self) -> Option<Arc<Runtime>> {
        self.runtime.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, runtime: &Arc<Runtime>) {
        self.info.write().unwrap_or_else(PoisonError::into_inner).runtime = Some(runtime.info());
        *self.runtime.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(runtime));
    }

    fn info(&self) -> PageInfo {
        self.info.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The paths that are unknown, and what pages are to be told.
    fn add_metric(&self, metric: &OwnMetric) -> Result<(Vec<String>, ToPage), MetricError> {
        let Offered { metrics, facets, unknown } = self.city.source.add_metric(metric)?;
        let mut info = self.info.write().unwrap_or_else(PoisonError::into_inner);
        (info.metrics, info.facets) = (metrics, facets);
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|kept| kept.name != metric.name);
        own.push(metric.clone());
        Ok((unknown, ToPage::Metrics { city: info.clone(), changed: metric.name.clone() }))
    }
}

impl Cities {
    fn new(first: City, more: Vec<City>) -> Self {
        let mut all: Vec<Open> = Vec::new();
        for city in std::iter::once(first).chain(more) {
            // The same recording twice is one to the viewer.
            if all.iter().all(|known| known.city.info.recording_id != city.info.recording_id) {
                all.push(Open::new(city));
            }
        }
        Self { all }
    }

    fn first(&self) -> &Open {
        // By its constructor there is one.
        &self.all[0]
    }

    fn infos(&self) -> Vec<PageInfo> {
        self.all.iter().map(Open::info).collect()
    }

    fn recordings(&self) -> impl Iterator<Item = &Bytes> {
        self.all.iter().rev().flat_map(|city| &city.city.recording)
    }

    fn find(&self, recording: &str) -> Option<&Open> {
        self.all.iter().find(|city| city.city.info.recording_id == recording)
    }
}

impl Session {
    /// A session without live additions yet.
    pub fn new(first: City, more: Vec<City>) -> Self {
        Self {
            cities: watch::Sender::new(Arc::new(Cities::new(first, more))),
            tail: Tail::default(),
            notes: broadcast::Sender::new(MAX_BEHIND),
            remembered: Mutex::default(),
            pages: Mutex::default(),
            watchers: Watchers::default(),
        }
    }

    /// Opens other cities in the place of all that are open.
    ///
    /// Every page shows what it shows until it has the new cities whole, then changes to the first of them, or to the one with the
    /// name of the city that it showed. Camera, look, filters and selection stay where the new city has them too. Recordings
    /// that were open before are not sent again, and the metrics that were added to them stay; all others go. A page
    /// that takes its time, as one in a hidden tab does, gets the newest cities only.
    pub fn replace(&self, first: City, more: Vec<City>) {
        let next = Cities::new(first, more);
        self.cities.send_modify(|cities| {
            for city in &next.all {
                let kept = cities.find(&city.city.info.recording_id);
                let own = kept.map(|kept| kept.own.lock().unwrap_or_else(PoisonError::into_inner).clone());
                for metric in own.unwrap_or_default() {
                    // The same recording took it before.
                    let _ = city.add_metric(&metric);
                }
                if let Some(runtime) = kept.and_then(Open::runtime) {
                    city.show(&runtime);
                }
            }
            let gone = cities.all.iter().filter(|city| next.find(&city.city.info.recording_id).is_none());
            let live = gone.filter_map(Open::runtime).find(|runtime| runtime.is_live());
            if let Some(runtime) = live.filter(|_| next.first().runtime().is_none()) {
                runtime.move_to(&*next.first().city.source);
                next.first().show(&runtime);
            }
            self.tail.clear();
            *cities = Arc::new(next);
        });
    }

    /// What the pages of the first city know of it.
    pub fn info(&self) -> PageInfo {
        self.cities.borrow().first().info()
    }

    /// How many pages are connected.
    pub fn pages(&self) -> usize {
        self.lock_pages().open.len()
    }

    /// Calls `f` for each [`Event`] from now on, until what is returned is dropped.
    ///
    /// Each watcher has a thread of its own, on which `f` is called for one event after another. Events wait in a queue: a
    /// slow or blocking `f` holds up neither pages nor other watchers, but loses events once a thousand of them wait. A panic
    /// in `f` ends its watcher only.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn watch(&self, f: impl FnMut(&Event) + Send + 'static) -> io::Result<Watch> {
        self.watchers.add(f)
    }

    /// Asks every open page for something, and remembers it for pages that come later: those are asked for the last of each
    /// sort, as far as their address does not say otherwise.
    ///
    /// # Errors
    /// When the cities have no such path or metric.
    pub fn drive(&self, remote: Remote) -> Result<(), DriveError> {
        let note = remote::checked(&self.cities.borrow(), &remote)?;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.add(&remote);
        // Under the lock, so that a page that comes meanwhile hears of it once. Without pages there is nobody to be told.
        let _ = self.notes.send(Arc::new(note));
        Ok(())
    }

    /// Adds a metric of the host's to the open cities, or replaces its values: menus offer it, details show it, and what is
    /// sized or coloured by it changes.
    ///
    /// Returns the paths that the first city does not have.
    ///
    /// # Errors
    /// When the analysis has a metric of this name, or none of the paths is known.
    pub fn add_metric(&self, metric: &OwnMetric) -> Result<Vec<String>, MetricError> {
        let cities = self.cities.borrow().clone();
        let (unknown, note) = cities.first().add_metric(metric)?;
        let mut notes = vec![note];
        notes.extend(cities.all[1..].iter().filter_map(|city| Some(city.add_metric(metric).ok()?.1)));
        for note in notes {
            let _ = self.notes.send(Arc::new(note));
        }
        Ok(unknown)
    }

    /// Shows what `telemetry` takes in the first city from now on, which must be of the analysis whose files it places records on;
    /// see [`Live`]. Another city that [replaces](Session::replace) this one goes on with
    /// the files that both have, by their paths.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn go_live(self: &Arc<Self>, telemetry: Arc<Telemetry>, options: &LiveOptions) -> Result<Live, LiveError> {
        Live::start(telemetry, Some(self), None, options)
    }

    /// Takes records for the first city from now on and shows them: [`Session::placer`] and [`Session::go_live`] in one.
    ///
    /// # Errors
    /// When the first city cannot say where its code is, or the system has no thread for it.
    pub fn open_live(
        self: &Arc<Self>,
        maps: &[(String, String)],
        limits: Limits,
        options: &LiveOptions,
    ) -> Result<Live, LiveError> {
        let placer = self.placer(maps).ok_or(LiveError::NoCode)?;
        self.go_live(Arc::new(Telemetry::new(placer, limits)), options)
    }

    /// Places records on the files and functions of the first city; see [`Placer::new`].
    pub fn placer(&self, maps: &[(String, String)]) -> Option<Placer> {
        let cities = self.cities.borrow().clone();
        cities.first().city.source.placer(maps)
    }

    fn show_runtime(&self, runtime: &Arc<Runtime>) {
        self.cities.borrow().first().show(runtime);
    }

    /// The names of files and functions of the first city.
    pub fn names(&self) -> CodeNames {
        let cities = self.cities.borrow().clone();
        cities.first().city.source.names()
    }

    /// A file of the first city.
    ///
    /// # Errors
    /// When it has none of this path.
    pub fn file(&self, path: &str) -> Result<FileId, DriveError> {
        let cities = self.cities.borrow().clone();
        let source = &cities.first().city.source;
        let unknown = || DriveError::UnknownPath { path: path.to_owned(), nearest: source.nearest(path) };
        source.file(path).ok_or_else(unknown)
    }

    fn paths(&self) -> Vec<Box<str>> {
        self.cities.borrow().first().city.source.paths()
    }

    fn live_stream(&self, measure: Option<Activity>) -> Option<LiveStream> {
        self.cities.borrow().first().city.source.live_stream(measure.unwrap_or_default())
    }

    /// Tells pages of a change in what runs, if a city that is open shows it.
    fn tell_of(&self, runtime: &Arc<Runtime>, message: impl FnOnce(String) -> ToPage) {
        let cities = self.cities.borrow().clone();
        let shows = |city: &&Open| city.runtime().is_some_and(|other| Arc::ptr_eq(&other, runtime));
        if let Some(city) = cities.all.iter().find(shows) {
            city.show(runtime);
            let _ = self.notes.send(Arc::new(message(city.city.info.recording_id.clone())));
        }
    }

    /// A page comes. It leaves when what is returned is dropped.
    pub fn join(&self, screen: Screen) -> Page<'_> {
        let number = {
            let mut pages = self.lock_pages();
            pages.last += 1;
            let number = pages.last;
            pages.open.insert(number);
            number
        };
        self.watchers.tell(Event::Joined { page: number });
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (notes, changed) = (self.notes.subscribe(), self.cities.subscribe());
        Page::new(self, number, screen, notes, changed, |cities| remembered.wishes(cities))
    }

    fn leave(&self, page: u64) {
        self.lock_pages().open.remove(&page);
        self.watchers.tell(Event::Left { page });
    }

    fn lock_pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Additions win over what was logged earlier by the clock.
fn nanos_since_epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos() as u64)
}

/// A recording without the layout that it carries; what cannot be read stays as it is.
fn without_layout(rrd: Bytes) -> Bytes {
    match stream::without_layout(&rrd) {
        Ok(Some(rest)) => rest.into(),
        Ok(None) | Err(_) => rrd,
    }
}

/// The id of an empty recording that comes after others, and a stream that tells of it.
fn end_mark() -> Option<(String, Bytes)> {
    let (recording, messages) = stream::end_mark();
    Some((recording, stream::to_bytes(&messages).ok()?.into()))
}
