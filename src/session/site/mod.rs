//! What a page needs of a city where no server answers it: tables, streams with gaps, and every look in parts.

mod pack;
mod tables;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::recorded::info;
use super::{Legend, PageInfo, RecordedCity, Room};
use crate::city::{ArcKind, City, LOWEST_OF_SIDE, Look, MAX_ARCS, city_of, default_budget};
use crate::metrics::{Metric, NAMING_UNIT};
use crate::stream::{self, ARC_ROOMS, CAMERA, Loaded, StreamError};
use pack::{Pack, gzip};

/// The version of these files; the page of another one does not understand them.
const VERSION: u32 = 2;

/// A file of the folder `data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl SiteFile {
    fn json(name: &str, value: &Value) -> Self {
        Self { name: format!("{name}.json.gz"), bytes: gzip(value.to_string().as_bytes()) }
    }

    fn pack(name: &str, pack: Pack) -> Self {
        Self { name: format!("{name}.bin.gz"), bytes: pack.finish() }
    }
}

/// Why there are no such files.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Rerun refused a chunk, which no input should cause.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The recording names a metric that it does not hold.
    #[error("a damaged recording ({0}); write it again with `repolis log FOLDER -o FILE`")]
    Look(#[from] crate::city::LookError),
    /// The viewer cannot be unpacked out of this binary.
    #[error("this program is damaged; install it again ({0})")]
    Viewer(#[from] std::io::Error),
}

/// The files that a page answers from, sorted by name. The same recording gives the same bytes.
///
/// # Errors
/// When the recording's look is of a metric that it does not have.
pub fn site_files(city: &RecordedCity) -> Result<Vec<SiteFile>, SiteError> {
    let loaded = city.loaded();
    let recorded = recorded_look(loaded);
    let shown = city_of(&loaded.analysis, &Look { arcs: loaded.arc_budget, ..recorded.clone() }, |_| true)?;
    let metrics: Vec<_> = loaded.analysis.metrics.iter().enumerate().collect();
    let looks = metrics.par_iter().map(|(index, metric)| Part::new(loaded, &recorded, *index, metric));
    let looks: Vec<Part> = looks.collect::<Result<_, SiteError>>()?;

    let mut overview = json!({
        "version": VERSION,
        "info": PageInfo { runtime: city.fixed_runtime(), ..city.page_info() },
        "recorded": recorded,
        "heights": json!({
            "tallest": shown.heights.tallest_metres,
            "lowest": shown.heights.lowest_metres,
            "lowest_of_side": LOWEST_OF_SIDE,
        }),
        "camera": CAMERA,
        "whole": by_room(stream::whole_city),
        "arcs": json!({
            "budget": recorded.arcs.unwrap_or_else(|| default_budget(loaded.analysis.drawn.len())).min(MAX_ARCS),
            "rooms": ARC_ROOMS,
            "colors": arc_colors(),
        }),
        "graph": shown.graph.nodes.iter().map(|node| node.dir.0).collect::<Vec<_>>(),
    });
    for part in ["area", "height", "color"] {
        let of_part = looks.iter().filter_map(|look| Some((look.name.clone(), look.overview.get(part)?.clone())));
        overview["looks"][part] = of_part.collect::<Map<_, _>>().into();
    }
    let mut templates = Pack::default();
    for (name, template) in stream::templates(loaded, &shown)? {
        templates.stream(&name, &template);
    }
    let mut files = vec![
        SiteFile::json("city", &overview),
        SiteFile::json("files", &tables::files(loaded)),
        SiteFile::json("metrics", &tables::metrics(loaded)),
        SiteFile::json("imports", &tables::imports(loaded)),
        SiteFile::json("functions", &tables::functions(loaded)),
        SiteFile::pack("streams", templates),
    ];
    files.extend(looks.into_iter().flat_map(|look| look.files));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn recorded_look(loaded: &Loaded) -> Look {
    let legend = &loaded.legend;
    Look {
        area: legend.area.name.clone(),
        height: legend.height.name.clone(),
        color: legend.color.name.clone(),
        arcs: loaded.arc_budget,
        is_muted: loaded.runtime.is_some(),
    }
}

fn by_room<T: serde::Serialize>(of: impl Fn(Room) -> T) -> Map<String, Value> {
    Room::ALL.into_iter().map(|(room, name)| (name.to_owned(), json!(of(room)))).collect()
}

fn arc_colors() -> Map<String, Value> {
    let kinds = ArcKind::DRAWN.into_iter().chain([ArcKind::Outgoing, ArcKind::Incoming]);
    kinds.map(|kind| (kind.name().to_owned(), json!(kind.color()))).collect()
}

/// One metric as area, height and colour. What one of the three changes, the others leave alone: the page puts any three
/// together.
struct Part {
    name: String,
    /// What the overview says of each.
    overview: Map<String, Value>,
    files: Vec<SiteFile>,
}

impl Part {
    fn new(loaded: &Loaded, recorded: &Look, index: usize, metric: &Metric) -> Result<Self, SiteError> {
        let name = metric.name.to_string();
        let is_size =
            |recorded: &str| metric.values.to_numbers().is_some() && (&*metric.unit != NAMING_UNIT || name == recorded);
        let (is_area, is_height) = (is_size(&recorded.area), is_size(&recorded.height));
        let chosen = |is_chosen, other: &String| if is_chosen { name.clone() } else { other.clone() };
        let look = Look {
            area: chosen(is_area, &recorded.area),
            height: chosen(is_height, &recorded.height),
            color: name.clone(),
            arcs: Some(0),
            ..recorded.clone()
        };
        let city = city_of(&loaded.analysis, &look, |_| true)?;
        let Legend { area, height, color, color_key, .. } = info::legend(&city.legend);
        let (mut overview, mut files) = (Map::new(), Vec::new());
        if is_area {
            let file = SiteFile::pack(&format!("area-{index}"), layout(loaded, &city)?);
            overview.insert("area".to_owned(), json!({ "key": area, "file": file.name }));
            files.push(file);
        }
        if is_height {
            let scale = city.heights;
            overview.insert("height".to_owned(), json!({ "key": height, "max": scale.max, "power": scale.power }));
        }
        let mut pack = Pack::default();
        pack.bytes("colors", &city.buildings.iter().flat_map(|building| building.color).collect::<Vec<_>>());
        let file = SiteFile::pack(&format!("color-{index}"), pack);
        overview.insert("color".to_owned(), json!({ "metric": color, "key": color_key, "file": file.name }));
        files.push(file);
        Ok(Self { name, overview, files })
    }
}

/// Where each building stands, in the order of the drawn files, and the plates with their names, by the room of a page.
fn layout(loaded: &Loaded, city: &City) -> Result<Pack, StreamError> {
    let mut pack = Pack::default();
    let buildings = || city.buildings.iter();
    pack.numbers("x", buildings().map(|building| building.center.x));
    pack.numbers("y", buildings().map(|building| building.center.y));
    pack.numbers("half_x", buildings().map(|building| building.half_size.x));
    pack.numbers("half_y", buildings().map(|building| building.half_size.y));
    pack.numbers("base", buildings().map(|building| building.center.z - building.half_size.z));
    for (room, name) in Room::ALL {
        let named = stream::named(&loaded.analysis, city, room);
        // No city has so many directories that an `f32` would not hold them.
        pack.numbers(&format!("named-{name}"), named.iter().map(|district| district.dir.0 as f32));
        pack.stream(&format!("ground-{name}"), &stream::ground_template(loaded, city, room)?);
    }
    Ok(pack)
}
