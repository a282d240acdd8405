//! A whole recording: layout, properties, ground, buildings, arcs, graph, report and tables, in that order.

use std::sync::Arc;

use rerun::archetypes::RecordingInfo;
use rerun::external::arrow::array::{ArrayRef, StringArray};
use rerun::external::re_log_types::LogMsg;
use rerun::{AsComponents, Boxes3D, Color, FillMode, TimePoint};

use super::chunks::{StoreWriter, named_batch};
use super::live::{self, Activity};
use super::load::Cuboid;
use super::table::{Table, column_array};
use super::{StreamError, arcs, blocks, blueprint, ground, identity, report, tables};
use crate::analysis::{Analysis, Options};
use crate::city::{City, Look};
use crate::metrics::Column;
use crate::scan::{FileClass, FileId};

/// The version of the entities and tables; it changes when an older reader would misread a newer recording.
pub const SCHEMA_VERSION: u32 = 1;

/// The messages of a recording of `city`, which was built from `analysis`, and its layout.
///
/// `options` are kept as a property, see [`options_json`].
///
/// # Errors
/// When Rerun refuses a chunk, which no input should cause.
pub fn record(analysis: &Analysis, city: &City, options: &str) -> Result<Vec<LogMsg>, StreamError> {
    messages(analysis, city, options, None)
}

/// The same for a city in which what runs will be shown, at first by this measure: with a layout that has room for it, and with
/// lights that are not lit yet.
///
/// # Errors
/// See [`record`].
pub fn record_live(
    analysis: &Analysis,
    city: &City,
    options: &str,
    measure: Activity,
) -> Result<Vec<LogMsg>, StreamError> {
    messages(analysis, city, options, Some(measure))
}

fn messages(
    analysis: &Analysis,
    city: &City,
    options: &str,
    measure: Option<Activity>,
) -> Result<Vec<LogMsg>, StreamError> {
    let legend = serde_json::to_string(&city.legend).map_err(std::io::Error::from)?;
    let mut writer = StoreWriter::new(identity::store_id(analysis, &legend), TimePoint::default());
    properties(&mut writer, analysis, options, legend, measure)?;
    ground::log(&mut writer, analysis, city)?;
    buildings(&mut writer, analysis, city)?;
    blocks::log(&mut writer, analysis, city)?;
    arcs::log(&mut writer, city)?;
    arcs::log_graph(&mut writer, analysis, city)?;
    writer.log("/report", &report::document(report::markdown(analysis)))?;
    writer.log_each(tables::TABLES, |(name, table)| Ok((table_entity(name), table(analysis).into_batches()?)))?;
    writer.log_batches(&table_entity("index"), index(city).into_batches()?)?;
    if let Some(measure) = measure {
        let boxes = |file| city.building(file).map(|it| Cuboid { center: it.center, half_size: it.half_size });
        let batches = city.batches.iter().map(|batch| (&*batch.name, batch.instances.iter().map(|&file| boxes(file))));
        live::log_shells(&mut writer, measure, batches)?;
    }
    let hidden: Vec<&str> = match city.blocks[..] {
        [] => Vec::new(),
        _ => city.batches.iter().map(|batch| &*batch.name).collect(),
    };
    // Before what is shown in it: a viewer that is still reading would make up a layout of its own.
    let mut messages =
        blueprint::layout(blueprint::Extent::of(city), blueprint::Theme::Dark, &hidden, measure.is_some())?;
    messages.extend(writer.finish());
    Ok(messages)
}

/// How a city was asked for, as its recording keeps it. The source itself, a path of this machine, is left out.
pub fn options_json(options: &Options, look: &Look) -> String {
    let classes = [FileClass::Generated, FileClass::Minified, FileClass::Binary];
    let with: Vec<_> = classes.into_iter().filter(|&class| options.draws(class)).map(FileClass::name).collect();
    let scan = &options.scan;
    serde_json::json!({
        "area": look.area,
        "height": look.height,
        "color": look.color,
        "arcs": look.arcs,
        "with": with,
        "include": scan.include,
        "exclude": scan.exclude,
        "hidden": scan.hidden,
        "no_ignore": scan.no_ignore,
    })
    .to_string()
}

/// What the recording is of. No absolute path, user or host name is among it.
fn properties(
    writer: &mut StoreWriter,
    analysis: &Analysis,
    options: &str,
    legend: String,
    measure: Option<Activity>,
) -> Result<(), StreamError> {
    writer.log("/__properties", &RecordingInfo::new().with_name(analysis.name.as_str()))?;
    let one = |text: &str| [text.to_owned()];
    let mut table = Table::default()
        .text("repository", one(&analysis.name))
        .text("commit", one(analysis.commit.as_deref().unwrap_or_default()))
        .text("tool_version", one(env!("CARGO_PKG_VERSION")))
        .u32("schema_version", [SCHEMA_VERSION])
        .text("options", one(options))
        .text("legend", [legend]);
    if let Some(measure) = measure {
        table = table.text("activity", [measure.name()]);
    }
    Ok(writer.log_batches("/__properties/repolis", table.into_batches()?)?)
}

/// Entity of a batch of buildings.
pub fn batch_entity(name: &str) -> String {
    format!("/city/{name}")
}

fn table_entity(name: &str) -> String {
    format!("/tables/{name}")
}

fn buildings(writer: &mut StoreWriter, analysis: &Analysis, city: &City) -> Result<(), StreamError> {
    writer.log_each(&city.batches, |batch| {
        let buildings: Vec<_> = batch.instances.iter().filter_map(|&file| city.building(file)).collect();
        let boxes = Boxes3D::from_centers_and_half_sizes(
            buildings.iter().map(|building| building.center),
            buildings.iter().map(|building| building.half_size),
        )
        .with_colors(buildings.iter().map(|building| color(building.color)))
        .with_fill_mode(FillMode::Solid)
        .with_labels(batch.instances.iter().map(|&file| &*analysis.tree.file(file).path))
        .with_show_labels(false);
        let mut batches = boxes.as_serialized_batches();
        for metric in &analysis.metrics {
            batches.push(named_batch(&metric.name, instance_values(&metric.values, &batch.instances))?);
        }
        Ok((batch_entity(&batch.name), batches))
    })
}

/// A metric's values for the instances of a batch, in the same type as in the tables.
fn instance_values(values: &Column, instances: &[FileId]) -> ArrayRef {
    let rows = || instances.iter().map(|file| file.index());
    match values {
        Column::U64(values) => column_array(&Column::U64(rows().map(|row| values[row]).collect())),
        Column::F64(values) => column_array(&Column::F64(rows().map(|row| values[row]).collect())),
        Column::Text(values) => Arc::new(StringArray::from_iter_values(rows().map(|row| &values[row]))),
    }
}

/// Which file an instance of a batch is, by batch and instance.
fn index(city: &City) -> Table {
    let rows =
        || city.batches.iter().flat_map(|batch| batch.instances.iter().zip(0_u32..).map(move |row| (batch, row)));
    Table::default()
        .text("batch", rows().map(|(batch, _)| &batch.name))
        .u32("instance", rows().map(|(_, (_, instance))| instance))
        .u32("file", rows().map(|(_, (file, _))| file.0))
}

/// An opaque colour.
pub fn color([red, green, blue]: [u8; 3]) -> Color {
    Color::from_rgb(red, green, blue)
}
