//! The layout of a city in which what runs is shown: series, states and log beside it.

use re_sdk_types::blueprint::archetypes::{
    ContainerBlueprint, PlotLegend, TextLogColumns, TimeAxis, TimePanelBlueprint,
};
use re_sdk_types::blueprint::components::{
    ColumnShare, ContainerKind, Corner2D, IncludedContent, LinkAxis, PanelState, PlayState, RowShare, TextLogColumn,
    TimelineName,
};
use re_sdk_types::blueprint::datatypes::{TextLogColumn as LogColumn, TextLogColumnKind};
use re_sdk_types::datatypes::TimeRange;
use rerun::external::uuid::Uuid;
use rerun::log::ChunkError;

use super::super::chunks::EVENT_TIME;
use super::{CITY, GRAPH, REPORT, ROOT, StoreWriter, view};

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x7265_706f_6c69_7300_0000_0000_0000_0000 + number)
}

const SIDE: Uuid = super::SIDE;
const RATE: Uuid = id(0x11);
const DIRECTORIES: Uuid = id(0x12);
const SLOWEST: Uuid = id(0x13);
const ERRORS: Uuid = id(0x14);
const METRICS: Uuid = id(0x15);
const STATE: Uuid = id(0x16);
const LOG: Uuid = id(0x17);
const RATES: Uuid = id(0x21);
const TIMES: Uuid = id(0x22);
const TEXTS: Uuid = id(0x23);
/// Where the viewer keeps what linked axes share: its `GLOBAL_VIEW_ID`.
const SHARED: Uuid = Uuid::from_u128(0x5c0d_ca6a_e63f_9cf7_f657_2602_5904_74cc);

/// The views of what runs, in the order of tabs; what follows a name is what they show.
const VIEWS: [(Uuid, &str, &str, &str); 7] = [
    (RATE, "TimeSeries", "Calls per second", "/telemetry/rate"),
    (DIRECTORIES, "TimeSeries", "by directory", "/telemetry/directories/rate"),
    (SLOWEST, "TimeSeries", "p95 in seconds", "/telemetry/p95"),
    (ERRORS, "TimeSeries", "Share of errors", "/telemetry/error_rate"),
    (METRICS, "TimeSeries", "Metrics", "/telemetry/metrics"),
    (STATE, "StateTimeline", "State", "/telemetry/state"),
    (LOG, "TextLog", "Log", "/telemetry/log"),
];

pub(super) fn views(writer: &mut StoreWriter) -> Result<(), ChunkError> {
    for (id, class, name, origin) in VIEWS {
        view(writer, id, class, name, origin, &["$origin/**"])?;
        if class == "TimeSeries" {
            // Below the lines there is least to be hidden.
            writer.log(&format!("view/{id}/PlotLegend"), &PlotLegend::new().with_corner(Corner2D::LeftTop))?;
        }
        if class != "TextLog" {
            // By itself a timeline of states keeps the axis that it had when something came first.
            writer.log(&format!("view/{id}/TimeAxis"), &TimeAxis::new().with_link(LinkAxis::LinkToGlobal))?;
        }
    }
    writer.log(&format!("view/{SHARED}/TimeAxis"), &TimeAxis::new().with_view_range(TimeRange::EVERYTHING))?;
    // Which service it was is told last: there is little room.
    let kinds = [TextLogColumnKind::LogLevel, TextLogColumnKind::Body, TextLogColumnKind::EntityPath];
    let columns = kinds.map(|kind| TextLogColumn(LogColumn { kind, visible: true.into() }));
    writer.log(&format!("view/{LOG}/TextLogColumns"), &TextLogColumns::new().with_text_log_columns(columns))
}

/// Every view by itself, the city in front.
pub(super) fn tabs() -> ContainerBlueprint {
    let views = [CITY, RATE, SLOWEST, ERRORS, STATE, LOG, DIRECTORIES, METRICS, REPORT, GRAPH];
    stacked(ContainerKind::Tabs, &views.map(of_view)).with_active_tab(of_view(CITY))
}

pub(super) fn containers(writer: &mut StoreWriter) -> Result<(), ChunkError> {
    let tabs = |views: &[Uuid]| {
        let views: Vec<_> = views.iter().copied().map(of_view).collect();
        stacked(ContainerKind::Tabs, &views).with_active_tab(views[0].clone())
    };
    writer.log(&of_container(RATES), &tabs(&[RATE, DIRECTORIES]))?;
    writer.log(&of_container(TIMES), &tabs(&[SLOWEST, ERRORS, METRICS]))?;
    writer.log(&of_container(TEXTS), &tabs(&[LOG, REPORT, GRAPH]))?;
    let parts = [of_container(RATES), of_container(TIMES), of_view(STATE), of_container(TEXTS)];
    let shares = [1.0, 1.0, 0.6, 1.6].map(|share: f32| RowShare(share.into()));
    writer.log(&of_container(SIDE), &stacked(ContainerKind::Vertical, &parts).with_row_shares(shares))?;
    let shares = [2.6, 1.0].map(|share: f32| ColumnShare(share.into()));
    let root = stacked(ContainerKind::Horizontal, &[of_view(CITY), of_container(SIDE)]).with_col_shares(shares);
    writer.log(&of_container(ROOT), &root)
}

fn stacked(kind: ContainerKind, paths: &[String]) -> ContainerBlueprint {
    ContainerBlueprint::new(kind).with_contents(paths.iter().map(|path| IncludedContent(path.as_str().into())))
}

fn of_view(id: Uuid) -> String {
    format!("view/{id}")
}

fn of_container(id: Uuid) -> String {
    format!("container/{id}")
}

/// A slider, and the newest in the picture.
pub(super) fn time_panel() -> TimePanelBlueprint {
    TimePanelBlueprint::new()
        .with_state(PanelState::Collapsed)
        .with_timeline(TimelineName::from(EVENT_TIME))
        .with_play_state(PlayState::Following)
}
