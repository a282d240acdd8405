//! What a page asks of a city, answered from its recording: details, legend, the arcs of a selection.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    ArcKey, Building, CitySource, ColorKey, Details, Function, Import, Kind, Legend, LegendEntry, List, Measure,
    MetricName, PageInfo,
};
use crate::analysis::Analysis;
use crate::city::{self, ArcKind, ColorScale};
use crate::lang::ImportKind;
use crate::metrics::{Column, Metric};
use crate::resolve::Edge;
use crate::scan::{DirId, FileId};
use crate::stream::{self, Loaded, Place, Theme};

/// Rows of each list in the details.
const ROWS: usize = 50;

/// A city that was read back from its recording.
pub struct RecordedCity {
    loaded: Loaded,
    files: FxHashMap<Place, FileId>,
    /// Indices of the edges that lead to each file, by file.
    incoming: FxHashMap<FileId, Vec<u32>>,
}

impl RecordedCity {
    /// Prepares the look-ups.
    pub fn new(loaded: Loaded) -> Self {
        let files = loaded.places.iter().map(|(&file, place)| (place.clone(), file)).collect();
        let mut incoming = FxHashMap::<FileId, Vec<u32>>::default();
        for (edge, index) in loaded.analysis.resolution.edges.iter().zip(0..) {
            incoming.entry(edge.to).or_default().push(index);
        }
        Self { loaded, files, incoming }
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
            legend: page_legend(legend),
        }
    }

    fn file_of(&self, building: &Building) -> Option<FileId> {
        self.files.get(&Place { entity: building.entity.clone(), instance: building.instance }).copied()
    }

    fn dir_of(&self, building: &Building) -> Option<DirId> {
        let dir = DirId(u32::try_from(building.instance).ok()?);
        (building.entity == stream::GROUND && dir.index() < self.loaded.analysis.tree.dirs.len()).then_some(dir)
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

    fn file_details(&self, file: FileId) -> Details {
        let analysis = &self.loaded.analysis;
        let entry = analysis.tree.file(file);
        let end = |edge: &Edge, other: FileId| Import {
            path: analysis.tree.file(other).path.to_string(),
            line: Some(edge.line),
            kind: edge.kind.name().to_owned(),
        };
        let mut externals: Vec<_> = analysis.resolution.externals.iter().filter(|row| row.from == file).collect();
        externals.dedup_by(|a, b| a.package == b.package);
        Details {
            language: Some(entry.language.name().to_owned()),
            class: Some(entry.class.name().to_owned()).filter(|class| class != "source"),
            metrics: analysis.metrics.iter().filter_map(|metric| measure(metric, file)).collect(),
            imports: List::first(
                files_once(self.imports_of(file), |edge| edge.to).map(|edge| end(edge, edge.to)),
                ROWS,
            ),
            imported_by: List::first(
                files_once(self.importers_of(file), |edge| edge.from).map(|edge| end(edge, edge.from)),
                ROWS,
            ),
            externals: List::first(externals.into_iter().map(|row| row.package.to_string()), ROWS),
            functions: List::first(functions(analysis, file), ROWS),
            ..Details::new(&*entry.path, Kind::File)
        }
    }

    fn dir_details(&self, dir: DirId) -> Details {
        let analysis = &self.loaded.analysis;
        let path = &analysis.tree.dir(dir).path;
        let inside = |file: &FileId| {
            let file = &analysis.tree.file(*file).path;
            path.is_empty() || file.strip_prefix(&**path).is_some_and(|rest| rest.starts_with('/'))
        };
        let files: Vec<_> = analysis.drawn.iter().copied().filter(inside).collect();
        let sum = |name: &str| match analysis.metric(name).map(|metric| &metric.values) {
            Some(Column::U64(values)) => files.iter().map(|file| values[file.index()]).sum(),
            _ => 0_u64,
        };
        let mut metrics = vec![Measure::new("files", files.len() as u64, "files")];
        for name in ["lines", "code_lines", "functions", "complexity"] {
            let unit = analysis.metric(name).map_or("", |metric| &metric.unit);
            metrics.push(Measure::new(name, sum(name), unit));
        }
        let shown = if path.is_empty() { &analysis.name } else { &**path };
        Details { metrics, ..Details::new(shown, Kind::Directory) }
    }
}

impl CitySource for RecordedCity {
    fn details(&self, building: &Building) -> Option<Details> {
        match self.file_of(building) {
            Some(file) => Some(self.file_details(file)),
            None => self.dir_of(building).map(|dir| self.dir_details(dir)),
        }
    }

    fn building_of(&self, path: &str) -> Option<Building> {
        let tree = &self.loaded.analysis.tree;
        if let Some(place) = tree.file_id(path).and_then(|file| self.loaded.places.get(&file)) {
            return Some(Building { entity: place.entity.clone(), instance: place.instance });
        }
        let dir = tree.dir_id(path)?;
        Some(Building { entity: stream::GROUND.to_owned(), instance: dir.0.into() })
    }

    fn selected_imports(&self, building: Option<&Building>) -> Option<Bytes> {
        let file = building.and_then(|building| self.file_of(building));
        let edges: Vec<_> = file
            .map(|file| self.imports_of(file).iter().chain(self.importers_of(file)).cloned().collect())
            .unwrap_or_default();
        stream::selection(&self.loaded, file, &edges, nanos_since_epoch()).ok().map(Bytes::from)
    }

    fn theme(&self, is_light: bool) -> Option<Bytes> {
        let theme = if is_light { Theme::Light } else { Theme::Dark };
        let messages = stream::theme_messages(&self.loaded.store, theme, nanos_since_epoch()).ok()?;
        stream::to_bytes(&messages).ok().map(Bytes::from)
    }
}

/// The first import of each file, as fan-in and fan-out count them: Rust's `mod` is containment and none.
fn files_once<'a>(
    edges: impl IntoIterator<Item = &'a Edge>,
    other: impl Fn(&Edge) -> FileId,
) -> impl Iterator<Item = &'a Edge> {
    let mut seen = FxHashSet::default();
    edges.into_iter().filter(move |edge| edge.kind != ImportKind::Module && seen.insert(other(edge)))
}

fn nanos_since_epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos() as u64)
}

fn measure(metric: &Metric, file: FileId) -> Option<Measure> {
    match &metric.values {
        Column::U64(values) => Some(Measure::new(&*metric.name, values[file.index()], &*metric.unit)),
        Column::F64(values) => Some(Measure::new(&*metric.name, values[file.index()], &*metric.unit)),
        Column::Text(_) => None,
    }
}

/// The functions of a file, the most complex first.
fn functions(analysis: &Analysis, file: FileId) -> Vec<Function> {
    let start = analysis.functions.partition_point(|row| row.file < file);
    let rows = analysis.functions[start..].iter().take_while(|row| row.file == file).map(|row| &row.function);
    let mut functions: Vec<_> = rows
        .map(|function| Function {
            name: function.name.to_string(),
            line: function.line,
            complexity: function.complexity,
        })
        .collect();
    functions.sort_by_key(|function| (std::cmp::Reverse(function.complexity), function.line));
    functions
}

fn page_legend(legend: &city::Legend) -> Legend {
    let entries = legend.color.entries.iter().map(|entry| LegendEntry {
        label: entry.label.clone(),
        color: entry.color,
        count: Some(entry.files.into()),
    });
    let size = |legend: &city::SizeLegend| MetricName { name: legend.name.clone(), unit: legend.unit.clone() };
    Legend {
        area: size(&legend.area),
        height: size(&legend.height),
        color: MetricName { name: legend.color.name.clone(), unit: legend.color.unit.clone() },
        color_key: match legend.color.scale {
            ColorScale::Category => ColorKey::Categories { entries: entries.collect() },
            ColorScale::Sequential => ColorKey::Scale { stops: entries.collect() },
        },
        arcs: arc_keys(),
    }
}

fn arc_keys() -> Vec<ArcKey> {
    let key = |kind: ArcKind, label: &str| ArcKey { label: label.to_owned(), color: kind.color() };
    let mut keys: Vec<_> = ArcKind::DRAWN.map(|kind| key(kind, &kind.name().replace('_', "-"))).into();
    keys.push(key(ArcKind::Outgoing, "what the selected file imports"));
    keys.push(key(ArcKind::Incoming, "what imports the selected file"));
    keys
}
