//! The layout of the viewer: the city large, report and directory graph beside it.

use re_sdk_types::blueprint::archetypes::{
    ContainerBlueprint, EyeControls3D, LineGrid3D, PanelBlueprint, TimePanelBlueprint, ViewBlueprint, ViewContents,
    ViewportBlueprint, VisualBounds2D,
};
use re_sdk_types::datatypes::Range2D;
use re_sdk_types::blueprint::components::{ColumnShare, ContainerKind, Eye3DKind, IncludedContent, PanelState};
use rerun::TimePoint;
use rerun::external::re_log_types::{BlueprintActivationCommand, LogMsg};
use rerun::external::uuid::Uuid;
use rerun::log::ChunkError;
use rerun::{StoreId, StoreKind};

use super::APPLICATION_ID;
use super::chunks::StoreWriter;

/// Fixed ids, so that the same layout has the same bytes.
const ROOT: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0001);
const SIDE: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0002);
const CITY: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0003);
const REPORT: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0004);
const GRAPH: Uuid = Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0005);

/// What the camera has to frame, in metres.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Smallest corner of the city.
    pub min: glam::Vec3,
    /// Largest corner of the city.
    pub max: glam::Vec3,
}

/// The messages of a blueprint that frames a city of this extent, and the command that activates it.
pub fn messages(extent: Extent) -> Result<Vec<LogMsg>, ChunkError> {
    let store = StoreId::new(StoreKind::Blueprint, APPLICATION_ID, "repolis-layout");
    let mut writer = StoreWriter::new(store.clone(), TimePoint::default().with(timeline(), 0));
    city_view(&mut writer, extent)?;
    view(&mut writer, REPORT, "TextDocument", "Report", "/report", &["$origin"])?;
    graph_view(&mut writer, extent)?;
    containers(&mut writer)?;
    panels(&mut writer)?;
    let mut messages = writer.finish();
    messages.push(LogMsg::BlueprintActivationCommand(BlueprintActivationCommand {
        blueprint_id: store,
        make_active: true,
        make_default: true,
    }));
    Ok(messages)
}

fn timeline() -> rerun::Timeline {
    rerun::Timeline::new_sequence("blueprint")
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

fn city_view(writer: &mut StoreWriter, extent: Extent) -> Result<(), ChunkError> {
    let contents = ["+ /city/**", "+ /ground/**", "+ /activity/**", "+ /imports/**", "+ /calls/**"];
    view(writer, CITY, "3D", "City", "/", &contents)?;
    let (eye, target) = eye_and_target(extent);
    let controls = EyeControls3D::new()
        .with_kind(Eye3DKind::Orbital)
        .with_position(eye.to_array())
        .with_look_target(target.to_array())
        .with_eye_up([0.0, 0.0, 1.0]);
    writer.log(&format!("view/{CITY}/EyeControls3D"), &controls)?;
    writer.log(&format!("view/{CITY}/LineGrid3D"), &LineGrid3D::new().with_visible(false))
}

fn graph_view(writer: &mut StoreWriter, extent: Extent) -> Result<(), ChunkError> {
    view(writer, GRAPH, "Graph", "Directories", "/graph", &["$origin/**"])?;
    // The graph's nodes lie where their districts do; names need some room at the sides.
    let (min, max) = (extent.min.truncate() * 1.15, extent.max.truncate() * 1.15);
    let range = Range2D { x_range: [min.x.into(), max.x.into()].into(), y_range: [min.y.into(), max.y.into()].into() };
    writer.log(&format!("view/{GRAPH}/VisualBounds2D"), &VisualBounds2D::new(range))
}

/// Where the camera stands and looks, in metres: from above and aside, so that all of the city is in the frame.
fn eye_and_target(extent: Extent) -> (glam::Vec3, glam::Vec3) {
    let center = (extent.min + extent.max) * 0.5;
    let ground = (extent.max - extent.min).truncate().max_element().max(1.0);
    let target = glam::vec3(center.x, center.y - 0.03 * ground, extent.min.z);
    let eye = target + ground * glam::vec3(-0.42, -1.15, 0.98);
    (eye, target)
}

fn containers(writer: &mut StoreWriter) -> Result<(), ChunkError> {
    let contents = |paths: [String; 2]| paths.map(|path| IncludedContent(path.into()));
    let side = ContainerBlueprint::new(ContainerKind::Vertical)
        .with_contents(contents([format!("view/{REPORT}"), format!("view/{GRAPH}")]));
    writer.log(&format!("container/{SIDE}"), &side)?;
    let root = ContainerBlueprint::new(ContainerKind::Horizontal)
        .with_contents(contents([format!("view/{CITY}"), format!("container/{SIDE}")]))
        .with_col_shares([ColumnShare(3.2.into()), ColumnShare(1.0.into())]);
    writer.log(&format!("container/{ROOT}"), &root)?;
    let root_id = rerun::datatypes::Uuid { bytes: ROOT.into_bytes() };
    let viewport = ViewportBlueprint::new().with_root_container(root_id).with_auto_layout(false).with_auto_views(false);
    writer.log("viewport", &viewport)
}

fn panels(writer: &mut StoreWriter) -> Result<(), ChunkError> {
    for panel in ["blueprint_panel", "selection_panel"] {
        writer.log(panel, &PanelBlueprint::new().with_state(PanelState::Collapsed))?;
    }
    writer.log("time_panel", &TimePanelBlueprint::new().with_state(PanelState::Collapsed))
}
