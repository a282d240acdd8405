//! What a user sees of running programs: rows of a recording.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::AtomicBool;

use rerun::external::arrow::array::{Array, ArrayRef, AsArray};
use rerun::external::arrow::datatypes::{Float32Type, Float64Type};
use rerun::external::re_log_types::LogMsg;
use rerun::log::Chunk;
use rerun::{Boxes3D, InstancePoses3D, LineStrips3D, Scalars, StateChange, TextLog};

use super::*;
use crate::analysis::{Options, analyze};
use crate::city::{Look, city_of};
use crate::stream::{Extent, Theme, blueprint, load, record_live, to_bytes};
use crate::telemetry::{ErrorRow, How, LogRow, Place, PointRow, Sums};

pub const START: Nanos = 1_700_000_000 * SECOND;

pub fn loaded() -> Loaded {
    made().0
}

/// A city of four files, and the messages of its recording.
pub fn made() -> (Loaded, Vec<LogMsg>) {
    let dir = tempfile::tempdir().unwrap();
    for path in ["app/main.py", "app/views.py", "lib/db.py", "top.py"] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "def f():\n    return 1\n").unwrap();
    }
    let place = crate::scan::Place::Folder(dir.path().to_owned());
    let analysis = analyze(&place, &Options::default(), &(), &AtomicBool::new(false)).unwrap();
    let [area, height, color] = ["code_lines", "complexity", "language"].map(str::to_owned);
    let city = city_of(&analysis, &Look { area, height, color, ..Look::default() }, |_| true).unwrap();
    let messages = record_live(&analysis, &city, "{}", Activity::Rate).unwrap();
    (load(&to_bytes(&messages).unwrap()).unwrap(), messages)
}

pub fn site(loaded: &Loaded, service: &str, path: &str) -> Site {
    let file = loaded.analysis.tree.file_id(path);
    let place = file.map(|file| Place { file, function: None });
    let how = if place.is_some() { How::Path } else { How::Unplaced };
    Site { service: service.into(), name: "f".into(), place, how }
}

pub fn row(site: u32, second: u64, count: u64, errors: u64) -> Row {
    let mut sums = Sums { count, errors, self_nanos: 5, total_nanos: 9, ..Sums::default() };
    sums.durations.add(1_000_000, count);
    Row { start: START + second * SECOND, nanos: SECOND, site: SiteId(site), sums }
}

fn chunks(messages: &[LogMsg], entity: &str) -> Vec<Chunk> {
    let chunks = messages.iter().filter_map(|message| match message {
        LogMsg::ArrowMsg(_, arrow) => Chunk::from_arrow_msg(arrow).ok(),
        _ => None,
    });
    chunks.filter(|chunk| chunk.entity_path().to_string() == entity).collect()
}

/// Seconds since the start, and what a component is from then on.
fn rows<T>(
    messages: &[LogMsg],
    entity: &str,
    component: &rerun::ComponentDescriptor,
    read: impl Fn(&ArrayRef) -> T,
) -> Vec<(f64, T)> {
    let mut rows = Vec::new();
    for chunk in chunks(messages, entity) {
        let times = chunk.timelines().values().next().map(|times| times.times_raw().to_vec()).unwrap_or_default();
        let Some(cells) = chunk.components().get_array(component.component) else { continue };
        for (row, time) in times.into_iter().enumerate().filter(|(row, _)| cells.is_valid(*row)) {
            rows.push(((time - START as i64) as f64 / SECOND as f64, read(&cells.value(row))));
        }
    }
    rows
}

/// How many buildings a row tells of, and how many of them are lit.
fn lit(messages: &[LogMsg], entity: &str) -> Vec<(f64, (usize, usize))> {
    rows(messages, entity, &Boxes3D::descriptor_half_sizes(), |sizes| {
        let numbers = sizes.as_fixed_size_list().values().as_primitive::<Float32Type>().values().to_vec();
        (sizes.len(), numbers.chunks(3).filter(|size| **size == [1.0; 3]).count())
    })
}

fn scalars(messages: &[LogMsg], entity: &str) -> Vec<(f64, f64)> {
    rows(messages, entity, &Scalars::descriptor_scalars(), |values| values.as_primitive::<Float64Type>().value(0))
}

fn texts(messages: &[LogMsg], entity: &str, component: &rerun::ComponentDescriptor) -> Vec<(f64, String)> {
    rows(messages, entity, component, |texts| texts.as_string::<i32>().value(0).to_owned())
}

#[test]
fn a_building_is_lit_and_goes_out_again() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let sites = vec![site(&loaded, "shop", "app/views.py")];
    let first = Update { now: START + SECOND, sites, rows: vec![row(0, 0, 7, 0)], ..Update::default() };
    let mut messages = live.update(&first, 1).unwrap();
    for tenth in 1..150 {
        let now = START + SECOND + tenth * SECOND / 10;
        messages.extend(live.update(&Update { now, ..Update::default() }, 1 + tenth).unwrap());
    }
    // One batch holds the four files, by path.
    assert_eq!(lit(&messages, "/activity/rate/root"), [(1.0, (3, 1)), (11.0, (1, 0))]);
    // Nothing is said while nothing changes.
    assert!(live.update(&Update { now: START + 99 * SECOND, ..Update::default() }, 999).unwrap().is_empty());
}

#[test]
fn a_past_is_played_through() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let sites = vec![site(&loaded, "shop", "app/views.py"), site(&loaded, "shop", "top.py")];
    let history =
        Update { now: START + 100 * SECOND, sites, rows: vec![row(0, 0, 1, 0), row(1, 50, 1, 0)], ..Update::default() };
    let messages = live.update(&history, 1).unwrap();
    let seen = lit(&messages, "/activity/rate/root");
    assert_eq!(seen, [(1.0, (3, 1)), (11.0, (1, 0)), (51.0, (4, 1)), (61.0, (1, 0))]);
}

#[test]
fn another_measure_has_the_same_past() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let update = Update {
        now: START + 2 * SECOND,
        sites: vec![site(&loaded, "shop", "lib/db.py")],
        rows: vec![row(0, 0, 3, 0), row(0, 1, 3, 2)],
        ..Update::default()
    };
    let mut history = History::default();
    history.add(&update);
    live.update(&update, 1).unwrap();
    let messages = live.light(Activity::Errors, &history, 2).unwrap();
    assert_eq!(lit(&messages, "/activity/errors/root"), [(2.0, (4, 1))], "what did not fail is not lit");
    let shells = chunks(&messages, "/activity/errors/root");
    assert!(
        shells
            .iter()
            .any(|chunk| chunk.components().contains_component(InstancePoses3D::descriptor_scales().component))
    );
    assert_eq!(live.measures().collect::<Vec<_>>(), [Activity::Rate, Activity::Errors]);
}

#[test]
fn who_comes_late_sees_the_same() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let mut history = History::default();
    let mut all = Vec::new();
    for second in 0..20 {
        let sites = if second == 0 { vec![site(&loaded, "shop", "app/main.py")] } else { Vec::new() };
        let rows = if second < 5 { vec![row(0, second, 4, 0)] } else { Vec::new() };
        let update = Update { now: START + (second + 1) * SECOND, sites, rows, ..Update::default() };
        history.add(&update);
        all.extend(live.update(&update, second * 1000).unwrap());
    }
    let late = live.whole(&history, 0, 99_000).unwrap();
    for entity in ["/telemetry/rate/shop", "/telemetry/p95/shop"] {
        assert_eq!(scalars(&late, entity), scalars(&all, entity), "{entity}");
    }
    assert_eq!(lit(&late, "/activity/rate/root"), lit(&all, "/activity/rate/root"));
    assert_eq!(lit(&all, "/activity/rate/root"), [(1.0, (2, 1)), (15.0, (1, 0))]);
}

#[test]
fn calls_become_arcs_that_are_not_there_before() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let sites = vec![site(&loaded, "shop", "app/main.py"), site(&loaded, "shop", "lib/db.py")];
    let call = |second| CallRow {
        start: START + second * SECOND,
        nanos: SECOND,
        from: SiteId(0),
        to: SiteId(1),
        count: 3,
        errors: 0,
    };
    let quiet = Update { now: START + SECOND, sites, rows: vec![row(0, 0, 1, 0)], ..Update::default() };
    let mut messages = live.update(&quiet, 1).unwrap();
    assert!(chunks(&messages, CALLS).is_empty());
    messages.extend(
        live.update(&Update { now: START + 5 * SECOND, calls: vec![call(4)], ..Update::default() }, 100).unwrap(),
    );
    let radii = |radii: &ArrayRef| radii.as_primitive::<Float32Type>().values().to_vec();
    let mut seen = rows(&messages, CALLS, &LineStrips3D::descriptor_radii(), radii);
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(seen[0], (0.0, vec![0.0]), "before them nothing is drawn");
    assert_eq!((seen[1].0, seen[1].1.len()), (5.0, 3));
    assert!(seen[1].1[0] > 0.0 && seen[1].1[2] == 0.0);
    let db = loaded.analysis.tree.file_id("lib/db.py").unwrap();
    assert_eq!(live.call_at(1).map(|((_, to), count)| (to, count)), Some((db, 3)));
}

#[test]
fn services_have_rates_states_and_logs() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let said = |second, severity, text: &str| LogRow {
        time: START + second * SECOND,
        site: SiteId(0),
        severity: Severity(severity),
        text: text.into(),
    };
    let failed = ErrorRow {
        time: START + SECOND,
        site: SiteId(0),
        kind: "ValueError".into(),
        message: "no".into(),
        stack: "".into(),
        count: 1,
    };
    let point = PointRow { time: START, site: SiteId(0), name: "queue".into(), unit: "1".into(), value: 4.0 };
    let update = Update {
        now: START + 30 * SECOND,
        sites: vec![site(&loaded, "shop/eu", "app/main.py")],
        rows: vec![row(0, 0, 4, 0), row(0, 1, 4, 1)],
        logs: vec![said(0, 9, "hello")],
        errors: vec![failed],
        points: vec![point],
        ..Update::default()
    };
    let messages = live.update(&update, 1).unwrap();
    let rate = [(0.0, 0.0), (1.0, 4.0), (2.0, 4.0), (4.0, 0.0)];
    assert_eq!(scalars(&messages, r"/telemetry/rate/shop\/eu"), rate);
    assert_eq!(scalars(&messages, r"/telemetry/directories/rate/shop\/eu/app"), rate);
    assert_eq!(scalars(&messages, r"/telemetry/error_rate/shop\/eu"), [(1.0, 0.0), (2.0, 0.25)]);
    let p95 = scalars(&messages, r"/telemetry/p95/shop\/eu");
    assert!((p95[0].1 - 0.001).abs() < 5e-5, "{p95:?}");
    let seen = texts(&messages, r"/telemetry/state/shop\/eu", &StateChange::descriptor_state());
    assert_eq!(seen, [(0.0, "active".to_owned()), (1.0, "errors".to_owned()), (4.0, "idle".to_owned())]);
    let seen = texts(&messages, r"/telemetry/log/shop\/eu", &TextLog::descriptor_text());
    assert_eq!(seen, [(0.0, "hello  (app/main.py)".to_owned()), (1.0, "ValueError: no  (app/main.py)".to_owned())]);
    assert_eq!(scalars(&messages, r"/telemetry/metrics/shop\/eu/queue\ \[1\]"), [(0.0, 4.0)]);
}

/// Whatever the other layout says is said in this one too.
#[test]
fn the_layout_has_room_for_what_runs() {
    let of = |is_running| {
        let messages = blueprint::layout(Extent::TYPICAL, Theme::Dark, &[], is_running).unwrap();
        let entities = messages.iter().filter_map(|message| match message {
            LogMsg::ArrowMsg(_, arrow) => Some(Chunk::from_arrow_msg(arrow).unwrap().entity_path().to_string()),
            _ => None,
        });
        entities.collect::<BTreeSet<_>>()
    };
    let (plain, running) = (of(false), of(true));
    assert!(plain.is_subset(&running), "{:?}", plain.difference(&running));
    assert!(running.len() > plain.len() + 7);
}

/// However many senders there are, the number of entities has a bound, and what is merged is said.
#[test]
fn entities_have_a_bound() {
    let loaded = loaded();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let sites = (0..500).map(|service| site(&loaded, &format!("service {service}"), "app/main.py")).collect();
    let rows = (0..500).map(|site| row(site, 0, 1, 0)).collect();
    let point = |site| PointRow {
        time: START,
        site: SiteId(site),
        name: format!("{site}").into(),
        unit: "".into(),
        value: 1.0,
    };
    let points = (0..500).map(point).collect();
    let messages =
        live.update(&Update { now: START + 9 * SECOND, sites, rows, points, ..Update::default() }, 1).unwrap();
    let mut entities: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            LogMsg::ArrowMsg(_, arrow) => {
                Chunk::from_arrow_msg(arrow).ok().map(|chunk| chunk.entity_path().to_string())
            }
            _ => None,
        })
        .collect();
    entities.sort();
    entities.dedup();
    assert!(entities.len() < 250, "{}", entities.len());
    assert!(entities.iter().any(|entity| entity == "/telemetry/rate/others"));
    let said = texts(&messages, "/telemetry/log/others", &TextLog::descriptor_text());
    assert!(said.iter().any(|(_, text)| text.starts_with("more than 8 services")), "{said:?}");
}
