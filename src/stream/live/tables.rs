//! What was seen as tables, whose rows are appended, and read back: those of one key add up.

use crate::scan::FileId;
use crate::stream::LoadError;
use crate::stream::table::Table;
use crate::telemetry::{CallRow, ErrorRow, Histogram, History, How, Place, Row, Site, SiteId, SpanRow, Sums, Update};

/// How the names of these tables begin.
pub const PREFIX: &str = "observed";
const SITES: &str = "observed_sites";
const ROWS: &str = "observed";
const CALLS: &str = "observed_calls";
const ERRORS: &str = "observed_errors";
const SPANS: &str = "observed_spans";

/// No file, or no function.
const NONE: u32 = u32::MAX;

/// What is new, by the name of its table; `first` is the id of the first new site.
pub fn tables(update: &Update, first: SiteId) -> Vec<(&'static str, Table)> {
    let all = [
        (SITES, update.sites.len(), sites as fn(&Update, SiteId) -> Table),
        (ROWS, update.rows.len(), |update, _| rows(&update.rows)),
        (CALLS, update.calls.len(), |update, _| calls(&update.calls)),
        (ERRORS, update.errors.len(), |update, _| errors(&update.errors)),
        (SPANS, update.spans.len(), |update, _| spans(&update.spans)),
    ];
    all.into_iter().filter(|(_, rows, _)| *rows > 0).map(|(name, _, make)| (name, make(update, first))).collect()
}

fn sites(update: &Update, first: SiteId) -> Table {
    let sites = || update.sites.iter();
    let place = |of: fn(&Place) -> Option<u32>| move |site: &Site| site.place.as_ref().and_then(of).unwrap_or(NONE);
    Table::default()
        .u32("site", (first.0..).take(update.sites.len()))
        .text("service", sites().map(|site| &site.service))
        .text("name", sites().map(|site| &site.name))
        .u32("file", sites().map(place(|place| Some(place.file.0))))
        .u32("function", sites().map(place(|place| place.function)))
        .text("placed_by", sites().map(|site| site.how.name()))
}

fn rows(rows: &[Row]) -> Table {
    let rows = || rows.iter();
    let buckets = || rows().flat_map(|row| row.sums.durations.buckets());
    Table::default()
        .u64("start", rows().map(|row| row.start))
        .u64("nanos", rows().map(|row| row.nanos))
        .u32("site", rows().map(|row| row.site.0))
        .u64("count", rows().map(|row| row.sums.count))
        .u64("errors", rows().map(|row| row.sums.errors))
        .i64("self_nanos", rows().map(|row| row.sums.self_nanos))
        .u64("total_nanos", rows().map(|row| row.sums.total_nanos))
        .u32("buckets", rows().map(|row| row.sums.durations.buckets().len() as u32))
        .list_u16("bucket", buckets().map(|&(bucket, _)| bucket))
        // A window of an hour with a million a second has no more.
        .list_u32("bucket_count", buckets().map(|&(_, count)| u32::try_from(count).unwrap_or(u32::MAX)))
}

fn calls(calls: &[CallRow]) -> Table {
    let rows = || calls.iter();
    Table::default()
        .u64("start", rows().map(|row| row.start))
        .u64("nanos", rows().map(|row| row.nanos))
        .u32("from", rows().map(|row| row.from.0))
        .u32("to", rows().map(|row| row.to.0))
        .u64("count", rows().map(|row| row.count))
        .u64("errors", rows().map(|row| row.errors))
}

fn errors(errors: &[ErrorRow]) -> Table {
    let rows = || errors.iter();
    Table::default()
        .u64("time", rows().map(|row| row.time))
        .u32("site", rows().map(|row| row.site.0))
        .text("kind", rows().map(|row| &row.kind))
        .text("message", rows().map(|row| &row.message))
        .text("stack", rows().map(|row| &row.stack))
        .u64("count", rows().map(|row| row.count))
}

fn spans(spans: &[SpanRow]) -> Table {
    let rows = || spans.iter();
    Table::default()
        .text("trace", rows().map(|row| format!("{:032x}", row.trace)))
        .text("span", rows().map(|row| format!("{:016x}", row.id)))
        .text("parent", rows().map(|row| format!("{:016x}", row.parent)))
        .u64("start", rows().map(|row| row.start))
        .u64("nanos", rows().map(|row| row.nanos))
        .u32("site", rows().map(|row| row.site.0))
        .text("name", rows().map(|row| &row.name))
        .text("attributes", rows().map(|row| &row.attributes))
}

/// What tables tell, which are found by name; rows of sites or files that there are not are left out, as where the end is missing.
///
/// # Errors
/// When a column is missing or of another type, or ends before the others.
pub fn read<'t>(find: impl Fn(&str) -> Option<&'t Table>, files: usize) -> Result<History, LoadError> {
    let mut history = History::default();
    let sites = find(SITES).map(|table| read_sites(table, files)).transpose()?.unwrap_or_default();
    let count = sites.len();
    sites.into_iter().for_each(|site| history.add_site(site));
    let is_known = |site: SiteId| site.index() < count;
    if let Some(table) = find(ROWS) {
        read_rows(table, |row| {
            if is_known(row.site) && row.nanos > 0 {
                history.add_row(&row);
            }
        })?;
    }
    if let Some(table) = find(CALLS) {
        let is_whole = |row: &CallRow| is_known(row.from) && is_known(row.to) && row.nanos > 0;
        read_calls(table)?.filter(is_whole).for_each(|row| history.add_calls(&row));
    }
    if let Some(table) = find(ERRORS) {
        read_errors(table)?.filter(|row| is_known(row.site)).for_each(|row| history.add_error(&row));
    }
    if let Some(table) = find(SPANS) {
        read_spans(table)?.filter(|row| is_known(row.site)).for_each(|row| history.add_span(&row));
    }
    Ok(history)
}

fn read_sites(table: &Table, files: usize) -> Result<Vec<Site>, LoadError> {
    let texts = table.read_text("service")?.into_iter().zip(table.read_text("name")?);
    let places = table.read_u32("file")?.into_iter().zip(table.read_u32("function")?);
    let rows = texts.zip(places).zip(table.read_text("placed_by")?).zip(table.read_u32("site")?);
    let mut sites = Vec::new();
    for ((((service, name), (file, function)), how), id) in rows {
        // Ids count up. What was written twice is the same, and after a gap nothing is sure.
        if id as usize != sites.len() {
            continue;
        }
        let is_file = (file as usize) < files;
        let place = is_file.then(|| Place { file: FileId(file), function: (function != NONE).then_some(function) });
        let how = How::ALL.into_iter().find(|known| known.name() == &*how).unwrap_or(How::Unplaced);
        sites.push(Site { service, name, place, how });
    }
    Ok(sites)
}

fn read_rows(table: &Table, mut add: impl FnMut(Row)) -> Result<(), LoadError> {
    let (starts, lengths, sites) = (table.read_u64("start")?, table.read_u64("nanos")?, table.read_u32("site")?);
    let (counts, errors) = (table.read_u64("count")?, table.read_u64("errors")?);
    let (selves, totals) = (table.read_i64("self_nanos")?, table.read_u64("total_nanos")?);
    let windows = starts.into_iter().zip(lengths).zip(sites);
    let sums = counts.into_iter().zip(errors).zip(selves).zip(totals).zip(table.read_u32("buckets")?);
    let mut buckets = table.read_u16("bucket")?.into_iter().zip(table.read_u32("bucket_count")?);
    for (((start, nanos), site), ((((count, errors), self_nanos), total_nanos), length)) in windows.zip(sums) {
        let own = buckets.by_ref().take(length as usize);
        let durations = Histogram::from_buckets(own.map(|(bucket, count)| (bucket, count.into())));
        let sums = Sums { count, errors, self_nanos, total_nanos, durations };
        add(Row { start, nanos, site: SiteId(site), sums });
    }
    Ok(())
}

fn read_calls(table: &Table) -> Result<impl Iterator<Item = CallRow>, LoadError> {
    let windows = table.read_u64("start")?.into_iter().zip(table.read_u64("nanos")?);
    let ends = table.read_u32("from")?.into_iter().zip(table.read_u32("to")?);
    let counts = table.read_u64("count")?.into_iter().zip(table.read_u64("errors")?);
    Ok(windows.zip(ends).zip(counts).map(|(((start, nanos), (from, to)), (count, errors))| CallRow {
        start,
        nanos,
        from: SiteId(from),
        to: SiteId(to),
        count,
        errors,
    }))
}

fn read_errors(table: &Table) -> Result<impl Iterator<Item = ErrorRow>, LoadError> {
    let places = table.read_u64("time")?.into_iter().zip(table.read_u32("site")?).zip(table.read_u64("count")?);
    let texts = table.read_text("kind")?.into_iter().zip(table.read_text("message")?).zip(table.read_text("stack")?);
    Ok(places.zip(texts).map(|(((time, site), count), ((kind, message), stack))| ErrorRow {
        time,
        site: SiteId(site),
        kind,
        message,
        stack,
        count,
    }))
}

fn read_spans(table: &Table) -> Result<impl Iterator<Item = SpanRow>, LoadError> {
    let ids = table.read_text("trace")?.into_iter().zip(table.read_text("span")?).zip(table.read_text("parent")?);
    let times = table.read_u64("start")?.into_iter().zip(table.read_u64("nanos")?).zip(table.read_u32("site")?);
    let texts = table.read_text("name")?.into_iter().zip(table.read_text("attributes")?);
    let id = |text: &str| u64::from_str_radix(text, 16).unwrap_or(0);
    let rows = ids.zip(times).zip(texts);
    Ok(rows.map(move |((((trace, span), parent), ((start, nanos), site)), (name, attributes))| SpanRow {
        trace: u128::from_str_radix(&trace, 16).unwrap_or(0),
        id: id(&span),
        parent: id(&parent),
        start,
        nanos,
        site: SiteId(site),
        name,
        attributes,
    }))
}
