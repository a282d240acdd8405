//! A recording becomes an analysis and a city's geometry again.

use std::collections::BTreeMap;

use re_log_encoding::{Decodable, StreamFooter};
use rerun::log::Chunk;
use rerun::{Points3D, StoreId};
use rustc_hash::FxHashMap;

use super::ground::NAMES;
use super::live::{ARCS, Activity, read_arcs, tables as observed};
use super::table::Table;
use super::{LoadError, frames, tables};
use crate::analysis::{Analysis, DiagnosticRow, FunctionRow, Timings};
use crate::city::{Legend, MAX_INSTANCES};
use crate::graph::CodeGraph;
use crate::lang::{Diagnostic, Function, ImportKind, caught};
use crate::metrics::{Column, Metric};
use crate::resolve::entry::Entry;
use crate::resolve::{Edge, External, Resolution, Unresolved};
use crate::scan::{FileClass, FileEntry, FileId, Language, Skip, SourceTree};
use crate::telemetry::History;

/// One instance of an entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The batch's entity.
    pub entity: String,
    /// The instance in it.
    pub instance: u64,
}

/// A city read back from a recording.
pub struct Loaded {
    /// The recording in its viewer.
    pub store: StoreId,
    /// What sizes and colours mean.
    pub legend: Legend,
    /// Everything that is known of the repository.
    pub analysis: Analysis,
    /// At most so many arcs, when the city was asked for so.
    pub arc_budget: Option<usize>,
    /// The building of each file that is drawn.
    pub places: FxHashMap<FileId, Place>,
    /// The batches by entity, and the file that each instance stands for.
    pub batches: Vec<(String, Vec<Option<FileId>>)>,
    /// Each drawn file's box.
    pub boxes: FxHashMap<FileId, Cuboid>,
    /// Where names of districts stand, and what they say; those of the largest plates first.
    pub names: Vec<(glam::Vec3, String)>,
    /// The files of each block of the city from afar; empty where there is none.
    pub blocks: Vec<Vec<FileId>>,
    /// What ran, and by what buildings are lit; `None` for a recording of structure alone.
    pub runtime: Option<(History, Activity)>,
    /// The files that arcs of calls are between, by instance.
    pub call_arcs: Vec<(FileId, FileId)>,
}

/// A box in metres: its middle and half its extent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cuboid {
    /// The middle.
    pub center: glam::Vec3,
    /// Half the extent.
    pub half_size: glam::Vec3,
}

impl Cuboid {
    /// The same, but as high as this, in metres above the ground.
    pub fn raised_to(self, top: f32) -> Self {
        let more = (top - self.roof().z).max(0.0) * 0.5;
        let up = glam::Vec3::Z * more;
        Self { center: self.center + up, half_size: self.half_size + up }
    }

    /// The middle of the top.
    pub fn roof(&self) -> glam::Vec3 {
        self.center + glam::Vec3::Z * self.half_size.z
    }
}

/// Whether a recording ends as a complete one does.
pub fn has_footer(bytes: &[u8]) -> bool {
    let start = bytes.len().checked_sub(StreamFooter::ENCODED_SIZE_BYTES);
    start.is_some_and(|start| StreamFooter::from_rrd_bytes(&bytes[start..]).is_ok())
}

/// Reads a recording that Repolis wrote.
///
/// # Errors
/// When it is no Rerun recording, has no city, or was written by another version with other tables. A recording whose
/// end is missing is read as far as it goes.
pub fn load(bytes: &[u8]) -> Result<Loaded, LoadError> {
    // Arrow's reader asserts what a damaged file does not keep.
    caught(|| read(bytes)).map_err(LoadError::Damaged)?
}

/// Reads only the analysis of a recording that Repolis wrote, which is several times faster.
///
/// # Errors
/// Those of [`load`].
pub fn load_analysis(bytes: &[u8]) -> Result<Analysis, LoadError> {
    let is_read = |entity: &str| table_name(entity).is_some_and(|name| !is_observed(name));
    let read = || Ok(read_tables(&chunks(bytes, is_read)?.tables)?.0);
    caught(read).map_err(LoadError::Damaged)?
}

/// Reads the analysis of a recording that Repolis wrote, and what ran if it is of that too.
///
/// # Errors
/// Those of [`load`].
pub fn load_history(bytes: &[u8]) -> Result<(Analysis, Option<History>), LoadError> {
    let read = || {
        let chunks = chunks(bytes, |entity| table_name(entity).is_some())?;
        let analysis = read_tables(&chunks.tables)?.0;
        let runtime = history(&chunks, &analysis)?;
        Ok((analysis, runtime.map(|(history, _)| history)))
    };
    caught(read).map_err(LoadError::Damaged)?
}

fn history(chunks: &Chunks, analysis: &Analysis) -> Result<Option<(History, Activity)>, LoadError> {
    // Only a recording of what ran has this, from its beginning on.
    let Ok(measure) = property(&chunks.tables, "activity") else { return Ok(None) };
    let tables = chunks.observed.iter().map(|(name, chunks)| Ok((name.as_str(), Table::from_chunks(chunks)?)));
    let tables: FxHashMap<&str, Table> = tables.collect::<Result<_, LoadError>>()?;
    let history = observed::read(|name| tables.get(name), analysis.tree.files.len())?;
    Ok(Some((history, Activity::named(&measure).unwrap_or_default())))
}

fn read(bytes: &[u8]) -> Result<Loaded, LoadError> {
    let is_read = |entity: &str| table_name(entity).is_some() || is_batch(entity) || entity == NAMES;
    let chunks = chunks(bytes, is_read)?;
    let (analysis, places) = read_tables(&chunks.tables)?;
    let runtime = history(&chunks, &analysis)?;
    let call_arcs = match chunks.observed.get(ARCS) {
        Some(chunks) => read_arcs(&Table::from_chunks(chunks)?, analysis.tree.files.len())?,
        None => Vec::new(),
    };
    let Chunks { store, tables, batches, names, observed: _ } = chunks;
    let store = store.ok_or_else(|| LoadError::NotACity("/tables".to_owned()))?;
    let boxes = boxes(&places, &batches);
    let legend = property(&tables, "legend")?;
    let legend = serde_json::from_str(&legend).map_err(|_| LoadError::WrongType("legend".to_owned()))?;
    let arc_budget = arc_budget(&property(&tables, "options")?);
    let blocks = tables.get("blocks").map(super::blocks::read).transpose()?.unwrap_or_default();
    if blocks.iter().flatten().any(|file| file.index() >= analysis.tree.files.len()) {
        return Err(LoadError::Damaged("its blocks are of files that there are not".to_owned()));
    }
    let batches = instances(&places);
    Ok(Loaded { store, legend, analysis, arc_budget, batches, places, boxes, names, blocks, runtime, call_arcs })
}

fn arc_budget(options: &str) -> Option<usize> {
    let options: serde_json::Value = serde_json::from_str(options).ok()?;
    usize::try_from(options["arcs"].as_u64()?).ok()
}

type Tables = FxHashMap<String, Table>;

fn table<'a>(tables: &'a Tables, name: &str) -> Result<&'a Table, LoadError> {
    tables.get(name).ok_or_else(|| LoadError::NotACity(format!("/tables/{name}")))
}

fn property(tables: &Tables, name: &str) -> Result<Box<str>, LoadError> {
    let values = table(tables, "repolis")?.read_text(name)?;
    Ok(values.into_iter().next().unwrap_or_default())
}

fn read_tables(tables: &Tables) -> Result<(Analysis, FxHashMap<FileId, Place>), LoadError> {
    if tables.is_empty() {
        return Err(LoadError::NotACity("/tables".to_owned()));
    }
    let table = |name| table(tables, name);
    let metrics = metrics(table("metrics")?, table("files")?)?;
    let tree = tree(table("files")?, &metrics)?;
    let resolution = Resolution {
        edges: edges(table("imports")?)?,
        externals: externals(table("externals")?)?,
        unresolved: Vec::new(),
        entries: entries(&metrics),
    };
    let functions = functions(table("functions")?)?;
    let (places, drawn) = places(table("index")?)?;
    check_ids(&tree, &metrics, &resolution, &functions, &drawn)?;
    let commit = property(tables, "commit")?;
    let mut analysis = Analysis {
        name: property(tables, "repository")?.into_string(),
        commit: (!commit.is_empty()).then(|| commit.into_string()),
        drawn,
        functions,
        graph: CodeGraph::new(tree.files.len(), &resolution.edges),
        tree,
        resolution,
        metrics,
        diagnostics: Vec::new(),
        skipped: Vec::new(),
        timings: Timings::default(),
    };
    diagnostics(table("diagnostics")?, &mut analysis)?;
    Ok((analysis, places))
}

/// Rows are found by file id from here on: each must be in the table of files, whose rows have every metric.
fn check_ids(
    tree: &SourceTree,
    metrics: &[Metric],
    resolution: &Resolution,
    functions: &[FunctionRow],
    drawn: &[FileId],
) -> Result<(), LoadError> {
    let length = |column: &Column| match column {
        Column::U64(values) => values.len(),
        Column::F64(values) => values.len(),
        Column::Text(values) => values.len(),
    };
    let ends = resolution.edges.iter().flat_map(|edge| [edge.from, edge.to]);
    let ids = ends.chain(resolution.externals.iter().map(|row| row.from));
    let mut ids = ids.chain(functions.iter().map(|row| row.file)).chain(drawn.iter().copied());
    let files = tree.files.len();
    if ids.any(|id| id.index() >= files) || metrics.iter().any(|metric| length(&metric.values) != files) {
        return Err(LoadError::Damaged("its tables contradict each other".to_owned()));
    }
    Ok(())
}

#[derive(Default)]
struct Chunks {
    store: Option<StoreId>,
    tables: Tables,
    batches: FxHashMap<String, Chunk>,
    names: Vec<(glam::Vec3, String)>,
    /// The chunks of tables whose rows were appended.
    observed: FxHashMap<String, Vec<Chunk>>,
}

fn is_observed(table: &str) -> bool {
    table.starts_with(observed::PREFIX)
}

/// The name of a table or of a group of properties.
fn table_name(entity: &str) -> Option<&str> {
    entity.strip_prefix("/tables/").or_else(|| entity.strip_prefix("/__properties/"))
}

fn is_batch(entity: &str) -> bool {
    entity.starts_with("/city/")
}

fn chunks(bytes: &[u8], is_wanted: impl Fn(&str) -> bool + Send + Sync) -> Result<Chunks, LoadError> {
    let mut found = Chunks::default();
    for (store, chunk) in frames::chunks(bytes, is_wanted)? {
        let entity = frames::entity_of(&chunk);
        if let Some(name) = table_name(&entity).filter(|name| is_observed(name)) {
            found.observed.entry(name.to_owned()).or_default().push(chunk);
        } else if let Some(name) = table_name(&entity) {
            found.tables.insert(name.to_owned(), Table::from_chunk(&chunk));
            found.store = Some(store);
        } else if is_batch(&entity) {
            found.batches.insert(entity, chunk);
        } else if entity == NAMES {
            found.names = names(&chunk);
        }
    }
    Ok(found)
}

fn metrics(specs: &Table, files: &Table) -> Result<Vec<Metric>, LoadError> {
    let (names, units) = (specs.read_text("name")?, specs.read_text("unit")?);
    let rows = names.into_iter().zip(units).zip(specs.read_text("description")?);
    rows.map(|((name, unit), description)| {
        let values = files.read_metric(&name)?;
        Ok(Metric { name, unit, description, values })
    })
    .collect()
}

fn tree(files: &Table, metrics: &[Metric]) -> Result<SourceTree, LoadError> {
    let text = |name: &str| match metrics.iter().find(|metric| &*metric.name == name).map(|metric| &metric.values) {
        Some(Column::Text(values)) => Ok(values),
        _ => Err(LoadError::MissingColumn(name.to_owned())),
    };
    let (languages, classes) = (text("language")?, text("class")?);
    let Column::U64(sizes) = files.read_metric("bytes")? else {
        return Err(LoadError::WrongType("bytes".to_owned()));
    };
    let rows = files.read_text("path")?.into_iter().zip(languages).zip(classes).zip(sizes);
    let entries = rows.map(|(((path, language), class), bytes)| FileEntry {
        path: path.into_string(),
        language: Language::named(language),
        class: class_named(class),
        bytes,
    });
    Ok(SourceTree::new(entries.collect()))
}

fn class_named(name: &str) -> FileClass {
    let all = [FileClass::Source, FileClass::Generated, FileClass::Minified, FileClass::Binary];
    all.into_iter().find(|class| class.name() == name).unwrap_or_default()
}

fn kind_named(name: &str) -> ImportKind {
    ImportKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(ImportKind::Runtime)
}

fn edges(table: &Table) -> Result<Vec<Edge>, LoadError> {
    let ends = table.read_u32("from")?.into_iter().zip(table.read_u32("to")?);
    let rows = ends.zip(table.read_u32("line")?).zip(table.read_text("kind")?);
    Ok(rows
        .map(|(((from, to), line), kind)| Edge { from: FileId(from), to: FileId(to), line, kind: kind_named(&kind) })
        .collect())
}

fn externals(table: &Table) -> Result<Vec<External>, LoadError> {
    let rows = table.read_u32("from")?.into_iter().zip(table.read_text("package")?);
    let rows = rows.zip(table.read_u32("line")?).zip(table.read_text("kind")?);
    Ok(rows
        .map(|(((from, package), line), kind)| External { from: FileId(from), package, line, kind: kind_named(&kind) })
        .collect())
}

/// What the column of entries tells; a recording of before has none.
fn entries(metrics: &[Metric]) -> Vec<(FileId, Entry)> {
    let column = metrics.iter().find(|metric| &*metric.name == "entry");
    let Some(Column::Text(names)) = column.map(|metric| &metric.values) else { return Vec::new() };
    names.iter().zip(0..).filter_map(|(name, id)| Some((FileId(id), Entry::named(name)?))).collect()
}

fn functions(table: &Table) -> Result<Vec<FunctionRow>, LoadError> {
    let names = table.read_u32("file")?.into_iter().zip(table.read_text("name")?);
    let lines = table.read_u32("line")?.into_iter().zip(table.read_u32("end_line")?);
    let values = table.read_u32("complexity")?.into_iter().zip(table.read_u32("cognitive_complexity")?);
    let values = values.zip(table.read_u32("nesting_depth")?);
    let rows =
        names.zip(lines).zip(values).map(|(((file, name), (line, end_line)), ((complexity, cognitive), nesting))| {
            FunctionRow {
                file: FileId(file),
                function: Function { name, line, end_line, complexity, cognitive, nesting },
            }
        });
    Ok(rows.collect())
}

fn diagnostics(table: &Table, analysis: &mut Analysis) -> Result<(), LoadError> {
    let places = table.read_text("path")?.into_iter().zip(table.read_u32("line")?);
    let texts = table.read_text("subject")?.into_iter().zip(table.read_text("message")?);
    for (kind, ((path, line), (import, reason))) in table.read_text("kind")?.iter().zip(places.zip(texts)) {
        let file = analysis.tree.file_id(&path);
        match (&**kind, file) {
            (tables::SKIPPED, _) => {
                analysis.skipped.push(Skip { path: path.into_string(), reason: reason.into_string() });
            }
            (tables::DIAGNOSTIC, Some(file)) => {
                analysis.diagnostics.push(DiagnosticRow { file, diagnostic: Diagnostic { line, message: reason } });
            }
            (tables::UNRESOLVED, Some(from)) => {
                analysis.resolution.unresolved.push(Unresolved { from, import, line, reason });
            }
            _ => {}
        }
    }
    Ok(())
}

fn places(index: &Table) -> Result<(FxHashMap<FileId, Place>, Vec<FileId>), LoadError> {
    let instances = index.read_text("batch")?.into_iter().zip(index.read_u32("instance")?);
    let mut places = FxHashMap::default();
    for ((batch, instance), file) in instances.zip(index.read_u32("file")?) {
        let entity = super::record::batch_entity(&batch);
        places.insert(FileId(file), Place { entity, instance: instance.into() });
    }
    let mut drawn: Vec<_> = places.keys().copied().collect();
    drawn.sort_unstable();
    Ok((places, drawn))
}

/// The files of each batch by instance. What a damaged table claims beyond the most that a batch can hold is left out.
fn instances(places: &FxHashMap<FileId, Place>) -> Vec<(String, Vec<Option<FileId>>)> {
    let mut batches = BTreeMap::<&str, Vec<Option<FileId>>>::new();
    for (&file, place) in places.iter().filter(|(_, place)| place.instance < MAX_INSTANCES as u64) {
        let batch = batches.entry(&place.entity).or_default();
        let instance = place.instance as usize;
        if batch.len() <= instance {
            batch.resize(instance + 1, None);
        }
        batch[instance] = Some(file);
    }
    batches.into_iter().map(|(entity, files)| (entity.to_owned(), files)).collect()
}

fn boxes(places: &FxHashMap<FileId, Place>, batches: &FxHashMap<String, Chunk>) -> FxHashMap<FileId, Cuboid> {
    let boxes: FxHashMap<&str, Vec<Cuboid>> =
        batches.iter().map(|(entity, chunk)| (entity.as_str(), boxes_of_batch(chunk))).collect();
    let of = |place: &Place| boxes.get(place.entity.as_str())?.get(place.instance as usize).copied();
    places.iter().filter_map(|(&file, place)| Some((file, of(place)?))).collect()
}

fn names(chunk: &Chunk) -> Vec<(glam::Vec3, String)> {
    let positions = chunk.iter_slices::<[f32; 3]>(Points3D::descriptor_positions().component).next();
    let labels = chunk.iter_slices::<String>(Points3D::descriptor_labels().component).next();
    let positions = positions.unwrap_or_default().iter().map(|&position| position.into());
    positions.zip(labels.into_iter().flatten().map(|label| label.to_string())).collect()
}

fn boxes_of_batch(chunk: &Chunk) -> Vec<Cuboid> {
    let vectors = |component| chunk.iter_slices::<[f32; 3]>(component).next().unwrap_or_default();
    let centers = vectors(rerun::Boxes3D::descriptor_centers().component);
    let half_sizes = vectors(rerun::Boxes3D::descriptor_half_sizes().component);
    let cuboid =
        |(&center, &half_size): (&[f32; 3], &[f32; 3])| Cuboid { center: center.into(), half_size: half_size.into() };
    centers.iter().zip(half_sizes).map(cuboid).collect()
}
