//! The layout of the viewer: the city large, report and directory graph beside it.

mod runtime;

use re_sdk_types::blueprint::archetypes::{
    Background, ContainerBlueprint, EyeControls3D, LineGrid3D, PanelBlueprint, TimePanelBlueprint, ViewBlueprint,
    ViewContents, ViewportBlueprint, VisualBounds2D,
};
use re_sdk_types::blueprint::components::{
    BackgroundKind, ColumnShare, ContainerKind, Eye3DKind, IncludedContent, PanelState,
};
use re_sdk_types::datatypes::Range2D;
use rerun::TimePoint;
use rerun::external::re_log_types::{BlueprintActivationCommand, LogMsg};
use rerun::external::uuid::Uuid;
use rerun::log::ChunkError;
use rerun::{Color, Points3D, StoreId, StoreKind};
use serde::{Deserialize, Serialize};

use super::APPLICATION_ID;
use super::chunks::StoreWriter;
use super::ground::NAMES;
use super::load::Loaded;
use super::record::batch_entity;
use crate::city::{City, FIRST_TARGET, FROM_ASIDE, fitting_small_page};

/// Fixed ids, so that the same layout has the same bytes.
const ROOT: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0001);
const SIDE: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0002);
const CITY: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0003);
const REPORT: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0004);
const GRAPH: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0005);

/// What the views have to frame.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Smallest and largest corner of the city in metres.
    pub city: (glam::Vec3, glam::Vec3),
    /// Smallest and largest corner of the directory graph in its own units.
    pub graph: (glam::Vec2, glam::Vec2),
}

impl Extent {
    /// What most cities and graphs fit in, for layouts that are made before their city.
    pub const TYPICAL: Self = Self {
        city: (glam::vec3(-500.0, -500.0, 0.0), glam::vec3(500.0, 500.0, 230.0)),
        graph: (glam::vec2(-200.0, -400.0), glam::vec2(200.0, 400.0)),
    };

    /// The extent of a city's buildings and graph.
    pub fn of(city: &City) -> Self {
        let nodes = || city.graph.nodes.iter().map(|node| node.position);
        let graph = (nodes().fold(glam::Vec2::ZERO, glam::Vec2::min), nodes().fold(glam::Vec2::ZERO, glam::Vec2::max));
        Self { city: city.bounds, graph }
    }
}

/// The messages of a blueprint that frames a city of this extent, and the command that activates it. The canvas is
/// light or dark after the theme. The batches `hidden` are not drawn: their blocks stand in for them.
pub fn messages(extent: Extent, theme: Theme, hidden: &[&str]) -> Result<Vec<LogMsg>, ChunkError> {
    layout(extent, theme, hidden, false)
}

/// The same, with room for what runs if something does.
pub(super) fn layout(
    extent: Extent,
    theme: Theme,
    hidden: &[&str],
    is_running: bool,
) -> Result<Vec<LogMsg>, ChunkError> {
    let mut writer = StoreWriter::new(layout_store(), layout_time());
    let contents = city_contents(hidden);
    city_view(&mut writer, extent, theme, &contents)?;
    view(&mut writer, REPORT, "TextDocument", "Report", "/report", &["$origin"])?;
    graph_view(&mut writer, extent)?;
    if is_running {
        runtime::views(&mut writer)?;
        runtime::containers(&mut writer)?;
    } else {
        containers(&mut writer)?;
    }
    viewport(&mut writer)?;
    panels(&mut writer, is_running)?;
    let mut messages = writer.finish();
    messages.push(activation());
    Ok(messages)
}

/// The viewer shows a copy of the layout, made when it is told this.
fn activation() -> LogMsg {
    LogMsg::BlueprintActivationCommand(BlueprintActivationCommand {
        blueprint_id: layout_store(),
        make_active: true,
        make_default: true,
    })
}

/// Messages that move the camera, so that what lies between two corners in metres fills a good part of the picture. The
/// whole city is framed as at first in so much room.
pub fn frame_messages(place: Frame, room: Room, nanos_since_epoch: u64) -> Result<Vec<LogMsg>, ChunkError> {
    let eye_and_target = match place {
        Frame::City => eye_and_target_in(room),
        Frame::Part(min, max) => eye_and_target_near(min, max),
    };
    eye_messages(eye_and_target, nanos_since_epoch)
}

/// Messages that put the camera at the first place and let it look at the second.
pub(super) fn eye_messages(
    eye_and_target: (glam::Vec3, glam::Vec3),
    nanos_since_epoch: u64,
) -> Result<Vec<LogMsg>, ChunkError> {
    let mut layout = StoreWriter::starting_at(layout_store(), layout_time(), nanos_since_epoch);
    layout.log(&eye_entity(), &eye_controls(eye_and_target))?;
    let mut messages = layout.finish();
    messages.push(activation());
    Ok(messages)
}

/// How a camera is put before what it is to show; see `eye_and_target_near`.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Camera {
    /// From a target to the eye, for what is one metre wide.
    pub from_above: [f32; 3],
    /// What is framed gets this many times its own extent …
    pub room_around: f32,
    /// … and less the larger it is, up to this extent in metres.
    pub whole_from: f32,
    /// The least extent that is framed, in metres.
    pub least_frame: f32,
}

/// The camera's constants, for pages that move it themselves.
pub const CAMERA: Camera = Camera {
    from_above: FROM_ABOVE.to_array(),
    room_around: ROOM_AROUND,
    whole_from: WHOLE_FROM,
    least_frame: LEAST_FRAME,
};

/// Where the camera stands and looks to show a whole city in so much room.
pub fn whole_city(room: Room) -> [[f32; 3]; 2] {
    let (eye, target) = eye_and_target_in(room);
    [eye.to_array(), target.to_array()]
}

/// What the camera shows.
#[derive(Clone, Copy, Debug)]
pub enum Frame {
    /// All there is.
    City,
    /// A building or district by its smallest and largest corner in metres, with some of what is around it.
    Part(glam::Vec3, glam::Vec3),
}

fn view(
    writer: &mut StoreWriter,
    id: Uuid,
    class: &str,
    name: &str,
    origin: &str,
    contents: &[&str],
) -> Result<(), ChunkError> {
    let view = ViewBlueprint::new(class).with_display_name(name).with_space_origin(origin);
    writer.log(&format!("view/{id}"), &view)?;
    writer.log(&format!("view/{id}/ViewContents"), &ViewContents::new(contents.iter().copied()))
}

fn city_view(writer: &mut StoreWriter, extent: Extent, theme: Theme, contents: &[String]) -> Result<(), ChunkError> {
    view(writer, CITY, "3D", "City", "/", &contents.iter().map(String::as_str).collect::<Vec<_>>())?;
    writer.log(&eye_entity(), &eye_controls(eye_and_target(extent)))?;
    writer.log(&format!("view/{CITY}/LineGrid3D"), &LineGrid3D::new().with_visible(false))?;
    writer.log(&background_entity(), &background(theme))
}

/// Messages that leave nothing out of the picture of the city.
pub fn whole_contents(nanos_since_epoch: u64) -> Result<Vec<LogMsg>, ChunkError> {
    let mut layout = StoreWriter::starting_at(layout_store(), layout_time(), nanos_since_epoch);
    let contents = city_contents(&[]);
    layout.log(&format!("view/{CITY}/ViewContents"), &ViewContents::new(contents))?;
    Ok(layout.finish())
}

/// Batches are left out one by one, as other recordings share the layout.
fn city_contents(hidden: &[&str]) -> Vec<String> {
    let all = ["/city/**", "/blocks", "/ground/**", "/activity/**", "/imports/**", "/calls/**", "/annotations/**"];
    let left_out = hidden.iter().map(|batch| format!("- {}", batch_entity(batch)));
    all.iter().map(|entities| format!("+ {entities}")).chain(left_out).collect()
}

/// Whether the page is light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

fn eye_entity() -> String {
    format!("view/{CITY}/EyeControls3D")
}

fn eye_controls((eye, target): (glam::Vec3, glam::Vec3)) -> EyeControls3D {
    EyeControls3D::new()
        .with_kind(Eye3DKind::Orbital)
        .with_position(eye.to_array())
        .with_look_target(target.to_array())
        .with_eye_up([0.0, 0.0, 1.0])
}

fn background_entity() -> String {
    format!("view/{CITY}/Background")
}

fn background(theme: Theme) -> Background {
    let [red, green, blue] = match theme {
        Theme::Light => [226, 231, 236],
        Theme::Dark => [24, 28, 34],
    };
    Background::new(BackgroundKind::SolidColor).with_color(Color::from_rgb(red, green, blue))
}

/// The viewer's own colour, black or white: it follows the system by itself. Another layout would take the camera along.
fn background_of_viewer() -> Background {
    Background::clear_fields().with_kind(BackgroundKind::SolidColor)
}

/// How much room a page has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// For views beside the city.
    #[default]
    Wide,
    /// For the city alone: the other views lie behind it.
    Narrow,
    /// For the city with few names, seen from nearer.
    Small,
}

impl Room {
    /// Every one, with its name.
    pub const ALL: [(Self, &'static str); 3] = [(Self::Wide, "wide"), (Self::Narrow, "narrow"), (Self::Small, "small")];
}

/// Messages that fit the layout and the names of a recording to a theme, and to the room of a page. They count if they come
/// before the recording's own, or later.
pub fn theme_messages(
    loaded: &Loaded,
    theme: Theme,
    room: Room,
    nanos_since_epoch: u64,
) -> Result<Vec<LogMsg>, ChunkError> {
    let mut layout = StoreWriter::starting_at(layout_store(), layout_time(), nanos_since_epoch);
    layout.log(&background_entity(), &background_of_viewer())?;
    if room != Room::Wide {
        layout.log(&format!("container/{ROOT}"), &if loaded.runtime.is_some() { runtime::tabs() } else { tabs() })?;
    }
    if room == Room::Small {
        layout.log(&eye_entity(), &eye_controls(eye_and_target_in(room)))?;
    }
    let mut names = StoreWriter::addition(loaded.store.clone(), nanos_since_epoch);
    let mut shown = Points3D::update_fields().with_colors([names_color(theme)]);
    if room == Room::Small {
        let fitting = fitting_small_page(&loaded.names);
        let fitting = || fitting.iter().map(|&index| &loaded.names[index]);
        let positions = Points3D::new(fitting().map(|(anchor, _)| *anchor));
        shown = positions.with_labels(fitting().map(|(_, name)| name.as_str())).with_colors([names_color(theme)]);
    }
    names.log(NAMES, &shown)?;
    let mut messages = layout.finish();
    messages.extend(names.finish());
    Ok(messages)
}

/// Messages that give the names of an open recording another theme. The layout has none; see [`background_of_viewer`].
pub fn repaint_messages(store: &StoreId, theme: Theme, nanos_since_epoch: u64) -> Result<Vec<LogMsg>, ChunkError> {
    let mut names = StoreWriter::addition(store.clone(), nanos_since_epoch);
    names.log(NAMES, &Points3D::update_fields().with_colors([names_color(theme)]))?;
    Ok(names.finish())
}

/// Names are drawn over a box in the viewer's own theme.
pub fn names_color(theme: Theme) -> Color {
    match theme {
        Theme::Light => Color::from_rgb(30, 34, 40),
        Theme::Dark => Color::from_rgb(235, 238, 242),
    }
}

fn layout_store() -> StoreId {
    StoreId::new(StoreKind::Blueprint, APPLICATION_ID, "repolis-layout")
}

/// Layouts have one moment only.
fn layout_time() -> TimePoint {
    TimePoint::default().with(rerun::Timeline::new_sequence("blueprint"), 0)
}

fn graph_view(writer: &mut StoreWriter, extent: Extent) -> Result<(), ChunkError> {
    view(writer, GRAPH, "Graph", "Directories", "/graph", &["$origin/**"])?;
    // Circles and names are around the places.
    let room = glam::vec2(90.0, 50.0);
    let (min, max) = (extent.graph.0 - room, extent.graph.1 + room);
    let range = Range2D { x_range: [min.x.into(), max.x.into()].into(), y_range: [min.y.into(), max.y.into()].into() };
    writer.log(&format!("view/{GRAPH}/VisualBounds2D"), &VisualBounds2D::new(range))
}

/// Where the camera stands and looks, in metres: from above and aside, so that all of the city is in the frame.
fn eye_and_target(extent: Extent) -> (glam::Vec3, glam::Vec3) {
    let (min, max) = extent.city;
    let center = (min + max) * 0.5;
    let ground = (max - min).truncate().max_element().max(1.0);
    let target = center.with_z(min.z) + ground * FIRST_TARGET;
    (target + ground * FROM_ASIDE, target)
}

/// A small page is wide and low, with the city alone in it: the eye may come nearer.
const NEARER: f32 = 0.84;
/// In metres: nearer, the front needs more room below.
const NEARER_TARGET: glam::Vec3 = glam::vec3(0.0, -70.0, 0.0);

/// As at first in so much room.
fn eye_and_target_in(room: Room) -> (glam::Vec3, glam::Vec3) {
    let (eye, target) = eye_and_target(Extent::TYPICAL);
    match room {
        Room::Wide | Room::Narrow => (eye, target),
        Room::Small => (target + NEARER_TARGET + (eye - target) * NEARER, target + NEARER_TARGET),
    }
}

/// From a target to the eye, for what is one metre wide: higher up than at first, to see over the neighbours.
const FROM_ABOVE: glam::Vec3 = glam::vec3(-0.25, -0.72, 1.17);
/// What is framed gets this many times its own extent.
const ROOM_AROUND: f32 = 3.0;
/// The least extent that is framed, in metres: nearer, a small building would lose its neighbours.
const LEAST_FRAME: f32 = 24.0;
/// From this extent on, in metres, a district's neighbourhood is itself.
const WHOLE_FROM: f32 = 400.0;

/// A nearer view.
fn eye_and_target_near(min: glam::Vec3, max: glam::Vec3) -> (glam::Vec3, glam::Vec3) {
    let target = (min + max) * 0.5;
    let extent = (max - min).max_element().max(LEAST_FRAME);
    let room = ROOM_AROUND - (ROOM_AROUND - 1.0) * (extent / WHOLE_FROM).min(1.0);
    (target + extent * room * FROM_ABOVE, target)
}

fn tabs() -> ContainerBlueprint {
    let contents = [CITY, REPORT, GRAPH].map(|id| IncludedContent(format!("view/{id}").into()));
    ContainerBlueprint::new(ContainerKind::Tabs).with_contents(contents).with_active_tab(format!("view/{CITY}"))
}

fn containers(writer: &mut StoreWriter) -> Result<(), ChunkError> {
    let contents = |paths: [String; 2]| paths.map(|path| IncludedContent(path.into()));
    let side = ContainerBlueprint::new(ContainerKind::Vertical)
        .with_contents(contents([format!("view/{REPORT}"), format!("view/{GRAPH}")]));
    writer.log(&format!("container/{SIDE}"), &side)?;
    let root = ContainerBlueprint::new(ContainerKind::Horizontal)
        .with_contents(contents([format!("view/{CITY}"), format!("container/{SIDE}")]))
        .with_col_shares([ColumnShare(3.6.into()), ColumnShare(1.0.into())]);
    writer.log(&format!("container/{ROOT}"), &root)
}

fn viewport(writer: &mut StoreWriter) -> Result<(), ChunkError> {
    let root_id = rerun::datatypes::Uuid { bytes: ROOT.into_bytes() };
    let viewport = ViewportBlueprint::new().with_root_container(root_id).with_auto_layout(false).with_auto_views(false);
    writer.log("viewport", &viewport)
}

fn panels(writer: &mut StoreWriter, is_running: bool) -> Result<(), ChunkError> {
    for panel in ["blueprint_panel", "selection_panel"] {
        writer.log(panel, &PanelBlueprint::new().with_state(PanelState::Collapsed))?;
    }
    if is_running {
        return writer.log("time_panel", &runtime::time_panel());
    }
    // Nothing here changes over time.
    writer.log("time_panel", &TimePanelBlueprint::new().with_state(PanelState::Hidden))
}
