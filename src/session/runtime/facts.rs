//! Sums and names for pages.

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::city::ArcKind;
use crate::scan::FileId;
use crate::session::{
    ActivityView, ArcKey, Count, LegendEntry, List, MeasureKey, Observed, ObservedError, ObservedFunction, RuntimeInfo,
    ServiceInfo,
};
use crate::stream::{self, Activity};
use crate::telemetry::{ErrorRow, History, How, Site, SiteId, Sums, Totals, Update};

/// Services that a page lists.
const SERVICES: usize = 50;
/// Functions and errors of a file that a page lists.
const ROWS: usize = 50;
/// Characters of an error's message.
const MESSAGE_CHARS: usize = 300;

/// What pages are told before anything came.
pub fn live_info(measure: Option<Activity>) -> RuntimeInfo {
    RuntimeInfo { is_live: true, ..info(ActivityView { measure, ..ActivityView::default() }) }
}

/// What pages are told of a recording.
pub fn recorded_info(history: &History, measure: Activity) -> RuntimeInfo {
    let mut services = Services::default();
    let mut placed = [0; How::ALL.len()];
    services.learn(history.sites());
    for row in history.rows() {
        services.count(row.site, &row.sums);
        let how = history.sites().get(row.site.index()).map_or(How::Unplaced, |site| site.how);
        placed[position(how)] += row.sums.count;
    }
    let mut info = info(ActivityView { measure: Some(measure), ..ActivityView::default() });
    info.placed = placed_counts(placed);
    info.services = services.list();
    info
}

fn info(shown: ActivityView) -> RuntimeInfo {
    RuntimeInfo {
        shown,
        measures: Activity::ALL.map(key).into(),
        error_color: stream::glow_of_errors(),
        arcs: arcs(),
        ..RuntimeInfo::default()
    }
}

fn arcs() -> Vec<ArcKey> {
    let kinds = [(ArcKind::Call, "calls"), (ArcKind::Unexplained, "calls that no import explains")];
    let kinds = kinds.into_iter().chain([(ArcKind::Unexercised, "imports that were not exercised")]);
    kinds.map(|(kind, label)| ArcKey { label: label.to_owned(), color: kind.color() }).collect()
}

fn key(measure: Activity) -> MeasureKey {
    let label = match measure {
        Activity::Rate => "calls a second",
        Activity::SelfTime => "self time",
        Activity::TotalTime => "total time",
        Activity::Errors => "errors",
    };
    let colors = stream::glow_stops();
    let last = colors.len() - 1;
    let stop = |(index, color)| {
        let label = if index == 0 {
            "least"
        } else if index == last {
            "most"
        } else {
            ""
        };
        LegendEntry { label: label.to_owned(), color, count: None }
    };
    let stops = colors.into_iter().enumerate().map(stop).collect();
    MeasureKey { name: measure, label: label.to_owned(), stops }
}

fn position(how: How) -> usize {
    How::ALL.iter().position(|known| *known == how).unwrap_or(How::ALL.len() - 1)
}

fn placed_counts(placed: [u64; How::ALL.len()]) -> Vec<Count> {
    How::ALL.iter().zip(placed).map(|(how, count)| Count { name: how.name().to_owned(), count }).collect()
}

/// Writes sums into what pages are told.
pub fn fill(info: &mut RuntimeInfo, totals: &Totals, services: &Services) {
    let counts = |rows: &[(&'static str, u64)]| {
        let rows = rows.iter().filter(|(_, count)| *count > 0);
        rows.map(|&(name, count)| Count { name: name.to_owned(), count }).collect()
    };
    info.placed = placed_counts(totals.placed);
    info.records = counts(&[
        ("spans", totals.spans),
        ("log records", totals.logs),
        ("points of metrics", totals.points),
        ("traced calls", totals.calls),
    ]);
    info.refused = counts(&totals.refused);
    info.mended = counts(&totals.mended);
    info.services = services.list();
}

/// Sums by service.
#[derive(Default)]
pub struct Services {
    ids: FxHashMap<Box<str>, usize>,
    /// Of each site.
    of: Vec<usize>,
    sums: Vec<(u64, u64)>,
}

impl Services {
    /// Adds what is new.
    pub fn add(&mut self, update: &Update) {
        self.learn(&update.sites);
        update.rows.iter().for_each(|row| self.count(row.site, &row.sums));
    }

    fn learn(&mut self, sites: &[Site]) {
        for site in sites {
            let next = self.ids.len();
            let id = *self.ids.entry(site.service.clone()).or_insert(next);
            self.sums.resize(self.ids.len(), (0, 0));
            self.of.push(id);
        }
    }

    fn count(&mut self, site: SiteId, sums: &Sums) {
        if let Some(&service) = self.of.get(site.index()) {
            self.sums[service].0 += sums.count;
            self.sums[service].1 += sums.errors;
        }
    }

    fn list(&self) -> List<ServiceInfo> {
        let service = |(name, id): (&str, usize)| ServiceInfo {
            name: name.to_owned(),
            calls: self.sums[id].0,
            errors: self.sums[id].1,
        };
        let mut services: Vec<_> = self.ids.iter().map(|(name, &id)| service((name, id))).collect();
        services.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.name.cmp(&b.name)));
        List::first(services, SERVICES)
    }
}

/// What was seen of a file. Where records are placed on the files of another analysis, `moved` says which of these each is.
pub fn observed(history: &History, analysis: &Analysis, file: FileId, moved: Option<&[Option<FileId>]>) -> Observed {
    let here = |file: FileId| moved.map_or(Some(file), |moved| moved.get(file.index()).copied().flatten());
    let is_here = |site: &Site| site.place.is_some_and(|place| here(place.file) == Some(file));
    let sites = history.sites();
    let mut sums = FxHashMap::<(Option<u32>, &str), Sums>::default();
    for row in history.rows() {
        let Some(site) = sites.get(row.site.index()).filter(|site| is_here(site)) else { continue };
        let function = site.place.and_then(|place| place.function).filter(|_| moved.is_none());
        let name = if function.is_some() { "" } else { &*site.name };
        sums.entry((function, name)).or_default().add(&row.sums);
    }
    let mut functions: Vec<_> = sums.iter().map(|(&place, sums)| function(analysis, file, place, sums)).collect();
    functions.sort_by(|a, b| b.self_millis.total_cmp(&a.self_millis).then_with(|| a.name.cmp(&b.name)));
    let errors = history.errors().into_iter().filter(|error| sites.get(error.site.index()).is_some_and(is_here));
    let mut errors = once(errors.map(|error| told(error, sites)));
    errors.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.message.cmp(&b.message)));
    Observed { functions: List::first(functions, ROWS), errors: List::first(errors, ROWS) }
}

/// The same error again and again is counted.
fn once(errors: impl Iterator<Item = ObservedError>) -> Vec<ObservedError> {
    let mut known = FxHashMap::<(String, String, String), ObservedError>::default();
    for error in errors {
        let same = known.entry((error.function.clone(), error.kind.clone(), error.message.clone()));
        same.and_modify(|same| (same.count, same.time) = (same.count + error.count, same.time.max(error.time)))
            .or_insert(error);
    }
    known.into_values().collect()
}

fn told(error: &ErrorRow, sites: &[Site]) -> ObservedError {
    ObservedError {
        time: error.time,
        count: error.count,
        function: sites.get(error.site.index()).map_or_else(String::new, |site| site.name.to_string()),
        kind: error.kind.to_string(),
        message: error.message.chars().take(MESSAGE_CHARS).collect(),
    }
}

fn function(analysis: &Analysis, file: FileId, (row, name): (Option<u32>, &str), sums: &Sums) -> ObservedFunction {
    let by_name = || {
        let start = analysis.functions.partition_point(|row| row.file < file);
        let mut rows = analysis.functions[start..].iter().take_while(|row| row.file == file);
        rows.find(|row| &*row.function.name == name)
    };
    let known = row.map_or_else(by_name, |row| analysis.functions.get(row as usize)).map(|row| &row.function);
    ObservedFunction {
        name: known.map_or(name, |function| &function.name).to_owned(),
        line: known.map(|function| function.line),
        calls: sums.count,
        errors: sums.errors,
        self_millis: sums.self_nanos as f64 / 1e6,
        p95_millis: sums.durations.quantile(0.95).map(|nanos| nanos / 1e6),
    }
}
