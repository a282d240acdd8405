//! What a page asks of a city, answered from its recording.

mod details;
mod imports;
pub(in crate::session) mod info;
mod lists;
mod live;
mod meant;
mod own;
mod search;
mod shape;
mod steps;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rustc_hash::FxHashMap;

use super::runtime::{Boxes, Differences, Runtime};
use super::sources::excerpt;
use super::{
    Building, CitySource, CodeNames, Details, Dressed, Excerpt, Folder, Hit, ImportDetails, Lists, Measure, Observed,
    PageInfo, RuntimeInfo, Screen, Shown, Sources, View, nanos_since_epoch, runtime,
};
use crate::city::{City, Look, Step, arcs_along, city_of};
use crate::lang::ImportKind;
use crate::query::{self, nearest};
use crate::resolve::Edge;
use crate::scan::{self, DirId, FileId, parent_path};
use crate::stream::{self, Activity, Changes, Distance, Frame, LiveStream, Loaded, LogMsg, Place, StreamError, Theme};
use crate::telemetry::{History, Placer};
pub use live::LiveCity;
use search::Index;
use shape::{Shape, Shapes};

/// How many names are suggested for one that there is not.
const SUGGESTED: usize = 3;

/// A city that was read back from its recording.
pub struct RecordedCity {
    loaded: Loaded,
    files: FxHashMap<Place, FileId>,
    /// Indices of the edges that lead to each file, by file.
    incoming: FxHashMap<FileId, Vec<u32>>,
    index: Index,
    shapes: Shapes,
    sources: Option<Box<dyn Sources>>,
    root: Option<String>,
    /// Names of the user's metrics among those of the analysis.
    own: BTreeSet<String>,
    /// What ran, until it is asked for.
    history: Mutex<History>,
}

impl RecordedCity {
    /// Prepares the look-ups.
    pub fn new(mut loaded: Loaded) -> Self {
        let history = loaded.runtime.as_mut().map(|(history, _)| std::mem::take(history)).unwrap_or_default();
        let files = loaded.places.iter().map(|(&file, place)| (place.clone(), file)).collect();
        let mut incoming = FxHashMap::<FileId, Vec<u32>>::default();
        for (edge, index) in loaded.analysis.resolution.edges.iter().zip(0..) {
            incoming.entry(edge.to).or_default().push(index);
        }
        let (index, shapes) = (Index::new(&loaded.analysis), Shapes::new(&loaded));
        Self {
            loaded,
            files,
            incoming,
            index,
            shapes,
            sources: None,
            root: None,
            own: BTreeSet::new(),
            history: Mutex::new(history),
        }
    }

    /// Takes the text of files from what was analysed, where that is at hand.
    pub fn with_place(self, place: Option<scan::Place>) -> Self {
        match place {
            Some(scan::Place::Folder(folder)) => match Folder::new(&folder) {
                Ok(folder) => self.with_folder(folder),
                // It is gone since; the city is not.
                Err(_) => self,
            },
            Some(scan::Place::Revision(revision)) => self.with_sources(Box::new(revision)),
            None => self,
        }
    }

    /// Takes the text of files from the folder that was analysed.
    pub fn with_folder(self, folder: Folder) -> Self {
        let root = folder.root().to_str().map(str::to_owned);
        Self { root, sources: Some(Box::new(folder)), ..self }
    }

    /// Takes the text of files from where they were analysed, which is no folder that an editor could open.
    pub fn with_sources(self, sources: Box<dyn Sources>) -> Self {
        Self { sources: Some(sources), ..self }
    }

    /// What the page's header and legend show.
    pub fn page_info(&self) -> PageInfo {
        let Loaded { store, legend, analysis, .. } = &self.loaded;
        let imports = analysis.resolution.edges.iter().filter(|edge| edge.kind != ImportKind::Module).count();
        let counts = [
            ("buildings", analysis.drawn.len()),
            ("functions", analysis.functions.len()),
            ("imports", imports),
            ("cycles", analysis.graph.cycles.len()),
        ];
        PageInfo {
            name: analysis.name.clone(),
            application_id: store.application_id().to_string(),
            recording_id: store.recording_id().to_string(),
            counts: counts.map(|(name, count)| Measure::new(name, count as u64, "")).into(),
            legend: info::legend(legend),
            metrics: info::metrics(analysis),
            facets: info::facets(analysis),
            root: self.root.clone(),
            has_sources: self.sources.is_some(),
            runtime: None,
        }
    }

    /// What ran, for a page that shows it as it was recorded.
    pub(in crate::session) fn fixed_runtime(&self) -> Option<RuntimeInfo> {
        let (_, measure) = self.loaded.runtime.as_ref()?;
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let has_any = !history.sites().is_empty();
        has_any.then(|| RuntimeInfo { is_fixed: true, ..runtime::recorded_info(&history, *measure) })
    }

    /// What it answers from.
    pub(in crate::session) fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    fn file_of(&self, building: &Building) -> Option<FileId> {
        self.files.get(&Place { entity: building.entity.clone(), instance: building.instance }).copied()
    }

    fn dir_of(&self, building: &Building) -> Option<DirId> {
        let dir = DirId(u32::try_from(building.instance).ok()?);
        (building.entity == stream::GROUND && dir.index() < self.loaded.analysis.tree.dirs.len()).then_some(dir)
    }

    /// The directory that holds two files, and so all that are sorted between them.
    fn common_directory(&self, first: FileId, last: FileId) -> &str {
        let path = |file| &*self.loaded.analysis.tree.file(file).path;
        let mut directory = parent_path(path(first));
        while !directory.is_empty() && !path(last).strip_prefix(directory).is_some_and(|rest| rest.starts_with('/')) {
            directory = parent_path(directory);
        }
        directory
    }

    fn imports_of(&self, file: FileId) -> &[Edge] {
        let edges = &self.loaded.analysis.resolution.edges;
        let start = edges.partition_point(|edge| edge.from < file);
        &edges[start..][..edges[start..].partition_point(|edge| edge.from == file)]
    }

    fn importers_of(&self, file: FileId) -> impl Iterator<Item = &Edge> + Clone {
        let rows = self.incoming.get(&file).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|&index| &self.loaded.analysis.resolution.edges[index as usize])
    }

    /// Buildings as a view shows them. A view that cannot be is shown as recorded.
    fn shape(&self, view: &View) -> Arc<Shape> {
        self.shapes.find(view).unwrap_or_else(|| match self.dress(view) {
            Ok((shape, _)) => shape,
            Err(_) => self.shapes.recorded(),
        })
    }

    /// Lays the city out as a view wants it.
    fn dress(&self, view: &View) -> Result<(Arc<Shape>, City), String> {
        let (analysis, look) = (&self.loaded.analysis, self.look_of(view));
        let shows = view.filter.shows(analysis);
        let mut city = city_of(analysis, &look, |file| shows[file.index()]).map_err(|error| error.to_string())?;
        if !view.activity.imports {
            city.arcs.clear();
        }
        Ok((self.shapes.add(view, Shape::of(&city, shows)), city))
    }

    fn look_messages(
        &self,
        view: &View,
        before: Option<&View>,
        shape: &Shape,
        city: &City,
    ) -> Result<Vec<LogMsg>, StreamError> {
        let distance = if view.is_far() { Distance::Far } else { Distance::Near };
        let changes = before.map_or(Changes::ALL, |before| self.changes(before, view));
        stream::look(&self.loaded, city, |file| shape.shows(file), distance, changes, view.room, nanos_since_epoch())
    }

    fn changes(&self, before: &View, now: &View) -> Changes {
        // Blocks are other boxes with every change.
        if !self.loaded.blocks.is_empty() {
            return Changes::ALL;
        }
        let (old, new) = (self.look_of(before), self.look_of(now));
        let layout = old.area != new.area;
        let boxes = layout || old.height != new.height || before.filter != now.filter;
        let arcs = before.activity.imports != now.activity.imports;
        Changes { layout, boxes, colors: old.color != new.color, arcs }
    }

    fn look_of(&self, view: &View) -> Look {
        let legend = &self.loaded.legend;
        let recorded = || Look {
            area: legend.area.name.clone(),
            height: legend.height.name.clone(),
            color: legend.color.name.clone(),
            ..Look::default()
        };
        let (arcs, is_muted) = (self.loaded.arc_budget, self.loaded.runtime.is_some());
        Look { arcs, is_muted, ..view.look.clone().unwrap_or_else(recorded) }
    }

    /// What a large city changes when the camera comes near or goes away.
    fn approach(&self, view: &View, near: bool) -> Vec<LogMsg> {
        let wanted = View { near, ..view.clone() };
        if self.loaded.blocks.is_empty() || wanted.is_far() == view.is_far() {
            return Vec::new();
        }
        let dressed = self.dress(&wanted).ok();
        dressed.and_then(|(shape, city)| self.look_messages(&wanted, None, &shape, &city).ok()).unwrap_or_default()
    }

    fn framed(&self, view: &View, place: Frame) -> Option<Bytes> {
        let mut messages = self.approach(view, matches!(place, Frame::Part(..)));
        messages.extend(stream::frame_messages(place, view.room, nanos_since_epoch()).ok()?);
        bytes_of(&messages)
    }

    fn arcs(&self, shape: &Shape, steps: &[Step]) -> Result<Vec<LogMsg>, StreamError> {
        let arcs = arcs_along(|file| shape.roof(file), steps);
        stream::selection(&self.loaded.store, &arcs, nanos_since_epoch())
    }

    /// The imports around what is selected, or those of a cycle.
    fn drawn_steps(&self, view: &View, shape: &Shape, building: Option<&Building>, cycle: Option<u64>) -> Vec<Step> {
        if let Some(files) = cycle.and_then(|number| self.cycle_files(number)) {
            return self.cycle_steps(files);
        }
        let file = building.and_then(|building| self.file_of(building));
        let steps = file.map(|file| self.steps(file, view.depth(), view.direction, |file| shape.roof(file).is_some()));
        steps.unwrap_or_default()
    }
}

impl CitySource for RecordedCity {
    fn details(&self, building: &Building) -> Option<Details> {
        match self.file_of(building) {
            Some(file) => Some(self.file_details(file)),
            None => self.dir_of(building).map(|dir| self.dir_details(dir)),
        }
    }

    fn meant(&self, view: &View, clicked: Building) -> Building {
        if let Some(batch) = stream::lit_batch(&clicked.entity) {
            return Building { entity: batch, ..clicked };
        }
        self.stands_for(view, &clicked).unwrap_or(clicked)
    }

    fn shown_as(&self, view: &View, building: &Building) -> Building {
        let is_merged = view.is_far() && !self.loaded.blocks.is_empty();
        let file = is_merged.then(|| self.file_of(building)).flatten();
        let block = file.and_then(|file| self.shape(view).block_of(file));
        match block {
            Some(block) => Building { entity: stream::BLOCKS.to_owned(), instance: block as u64 },
            None => building.clone(),
        }
    }

    fn import(
        &self,
        view: &View,
        arc: &Building,
        around: Option<&Building>,
        cycle: Option<u64>,
    ) -> Option<ImportDetails> {
        match stream::arc_at(&arc.entity, arc.instance)? {
            (Some(kind), index) => self.city_import(view, kind, index),
            (None, index) => self.selected_import(view, around, cycle, index),
        }
    }

    fn building_at(&self, file: FileId) -> Option<Building> {
        let place = self.loaded.places.get(&file)?;
        Some(Building { entity: place.entity.clone(), instance: place.instance })
    }

    fn building_of(&self, path: &str) -> Option<Building> {
        let tree = &self.loaded.analysis.tree;
        if let Some(building) = tree.file_id(path).and_then(|file| self.building_at(file)) {
            return Some(building);
        }
        let dir = tree.dir_id(path)?;
        Some(Building { entity: stream::GROUND.to_owned(), instance: dir.0.into() })
    }

    fn selected_imports(&self, view: &View, building: Option<&Building>) -> Option<Bytes> {
        let shape = self.shape(view);
        bytes_of(&self.arcs(&shape, &self.drawn_steps(view, &shape, building, None)).ok()?)
    }

    fn look(
        &self,
        view: &View,
        before: Option<&View>,
        selected: Option<&Building>,
        cycle: Option<u64>,
    ) -> Result<Dressed, String> {
        let (shape, city) = self.dress(view)?;
        let shown = Shown {
            shown: self.loaded.analysis.drawn.iter().filter(|&&file| shape.shows(file)).count() as u64,
            total: self.loaded.analysis.drawn.len() as u64,
            hidden_selection: selected
                .filter(|building| self.file_of(building).is_some_and(|file| !shape.shows(file)))
                .cloned(),
        };
        let failed = |error: StreamError| error.to_string();
        let mut messages = self.look_messages(view, before, &shape, &city).map_err(failed)?;
        messages.extend(self.arcs(&shape, &self.drawn_steps(view, &shape, selected, cycle)).map_err(failed)?);
        let rrd = stream::to_bytes(&messages).map_err(failed)?.into();
        Ok(Dressed { legend: info::legend(&city.legend), shown, rrd })
    }

    fn frame(&self, view: &View, building: Option<&Building>) -> Option<Bytes> {
        let shape = self.shape(view);
        let place = match building {
            None => Frame::City,
            Some(building) => match self.file_of(building) {
                Some(file) => shape.frame([file])?,
                None => shape.frame(self.files_below(self.dir_of(building)?))?,
            },
        };
        self.framed(view, place)
    }

    fn cycle(&self, view: &View, number: u64) -> Option<(Building, Vec<Bytes>)> {
        let cycle = self.cycle_files(number)?;
        let (shape, steps) = (self.shape(view), self.cycle_steps(cycle));
        let imports = |file: FileId| steps.iter().filter(|step| step.to == file).count();
        let shown = cycle.iter().copied().filter(|&file| shape.shows(file));
        let center = shown.max_by_key(|&file| (imports(file), std::cmp::Reverse(file)))?;
        let arcs = bytes_of(&self.arcs(&shape, &steps).ok()?)?;
        let frame = self.framed(view, shape.frame(cycle.iter().copied())?)?;
        Some((self.building_at(center)?, vec![arcs, frame]))
    }

    fn search(&self, view: &View, text: &str) -> Vec<Hit> {
        let shape = self.shape(view);
        self.index.search(&self.loaded.analysis, text, |file| shape.shows(file))
    }

    fn source(&self, path: &str, line: u32) -> Excerpt {
        let analysis = &self.loaded.analysis;
        let known = analysis.tree.file_id(path).map(|file| analysis.tree.file(file));
        let read = match (known, &self.sources) {
            (Some(file), Some(sources)) => sources.read(&file.path),
            (Some(_), None) => Err("A recording holds no sources: open the folder itself to see them.".to_owned()),
            (None, _) => Err("It is not in this city.".to_owned()),
        };
        excerpt(path, line, read, known.map_or(0, |file| file.bytes))
    }

    fn lists(&self, view: &View) -> Lists {
        let shape = self.shape(view);
        lists::lists(&self.loaded.analysis, |file| shape.shows(file))
    }

    fn repaint(&self, is_light: bool) -> Option<Bytes> {
        bytes_of(&stream::repaint_messages(&self.loaded.store, theme(is_light), nanos_since_epoch()).ok()?)
    }

    fn introduction(&self) -> Option<Bytes> {
        bytes_of(&stream::introduction(&self.loaded.store, nanos_since_epoch()))
    }

    fn nearest(&self, path: &str) -> Vec<String> {
        let tree = &self.loaded.analysis.tree;
        let files = self.loaded.analysis.drawn.iter().map(|&file| &*tree.file(file).path);
        nearest(path, files.chain(tree.dirs.iter().map(|dir| &*dir.path).filter(|path| !path.is_empty())), SUGGESTED)
    }

    fn function_at(&self, path: &str, line: u32) -> Option<String> {
        let analysis = &self.loaded.analysis;
        let file = analysis.tree.file_id(path)?;
        let start = analysis.functions.partition_point(|row| row.file < file);
        let mut rows = analysis.functions[start..].iter().take_while(|row| row.file == file);
        rows.find(|row| row.function.line == line).map(|row| row.function.name.to_string())
    }

    fn boxes(&self, view: &View) -> Boxes {
        let shape = self.shape(view);
        let mut boxes: Boxes = self.loaded.analysis.tree.file_ids().map(|file| shape.cuboid(file)).collect();
        if view.is_far() {
            // What several buildings are merged into hides those that are lower.
            for files in &shape.blocks {
                let roofs = files.iter().filter_map(|file| boxes[file.index()]).map(|cuboid| cuboid.roof().z);
                let top = roofs.fold(0.0, f32::max);
                for file in files {
                    boxes[file.index()] = boxes[file.index()].map(|cuboid| cuboid.raised_to(top));
                }
            }
        }
        boxes
    }

    fn live_stream(&self, measure: Activity) -> Option<LiveStream> {
        Some(LiveStream::new(&self.loaded, measure))
    }

    fn call(&self, from: FileId, to: FileId, calls: u64) -> Option<ImportDetails> {
        let count = self.loaded.analysis.tree.files.len();
        (from.index() < count && to.index() < count).then(|| self.seen_call(from, to, calls))
    }

    fn names(&self) -> CodeNames {
        let analysis = &self.loaded.analysis;
        CodeNames {
            files: analysis.tree.files.iter().map(|file| file.path.clone()).collect(),
            functions: analysis.functions.iter().map(|row| row.function.name.clone()).collect(),
        }
    }

    fn runtime(&self) -> Option<Runtime> {
        let (_, measure) = self.loaded.runtime.as_ref()?;
        let history = std::mem::take(&mut *self.history.lock().unwrap_or_else(PoisonError::into_inner));
        let has_any = !history.sites().is_empty();
        let live = has_any.then(|| LiveStream::recorded(&self.loaded, &history, *measure))?;
        Some(Runtime::recorded(history, live, *measure))
    }

    fn placer(&self, maps: &[(String, String)]) -> Option<Placer> {
        Some(self.loaded.analysis.placer(maps))
    }

    fn observed(&self, path: &str, history: &History, moved: Option<&[Option<FileId>]>) -> Option<Observed> {
        Some(runtime::observed(history, &self.loaded.analysis, self.file(path)?, moved))
    }

    fn compared(&self, history: &History) -> Differences {
        let compared = query::compare(&self.loaded.analysis, history);
        let unexplained = compared.unexplained.iter().map(|row| (row.from, row.to, row.calls));
        // The more calls were seen in a file, the surer it is that those it imports are not called.
        let unexercised = compared.unexercised.iter().map(|row| (row.from, row.to, row.calls.max(1)));
        (unexplained.collect(), unexercised.collect())
    }

    fn file(&self, path: &str) -> Option<FileId> {
        self.loaded.analysis.tree.file_id(path)
    }

    fn paths(&self) -> Vec<Box<str>> {
        self.loaded.analysis.tree.files.iter().map(|file| Box::from(&*file.path)).collect()
    }

    fn theme(&self, screen: Screen) -> Option<Bytes> {
        let theme = theme(screen.is_light);
        let mut messages = stream::theme_messages(&self.loaded, theme, screen.room, nanos_since_epoch()).ok()?;
        if !self.loaded.blocks.is_empty() {
            messages.extend(stream::from_afar(&self.loaded, nanos_since_epoch()).ok()?);
        }
        bytes_of(&messages)
    }
}

fn theme(is_light: bool) -> Theme {
    if is_light { Theme::Light } else { Theme::Dark }
}

fn bytes_of(messages: &[LogMsg]) -> Option<Bytes> {
    stream::to_bytes(messages).ok().map(Bytes::from)
}
