//! Speed and memory of `Telemetry`, as one line of JSON on standard output.
//!
//! `sums spans COUNT` takes spans, and lets the metrics of OpenTelemetry's SDK sum up the durations of the same spans by function;
//! `sums days DAYS MEBIBYTES` takes days of spans, logs and errors in a process that is to stay below a limit.

use std::fs;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};
use repolis::scan::{FileClass, FileEntry, Language, SourceTree};
use repolis::telemetry::{
    Call, Code, Exception, Histogram, Limits, Log, Message, Nanos, Placer, Severity, Span, Telemetry,
};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SECOND: u64 = 1_000_000_000;
const BEGIN: Nanos = 1_780_000_000 * SECOND;
const FILES: usize = 300;
/// Spans of a trace: a binary tree.
const TRACE: usize = 8;
/// Records of a message, as exporters send by default.
const MESSAGE: usize = 512;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let number = |at: usize| -> anyhow::Result<u64> { Ok(arguments.get(at).context("a number is missing")?.parse()?) };
    let found = match arguments.first().map(String::as_str) {
        Some("spans") => spans(number(1)? as usize),
        Some("days") => days(number(1)?, number(2)? << 20)?,
        _ => bail!("spans COUNT | days DAYS MEBIBYTES"),
    };
    anstream::println!("{found}");
    Ok(())
}

/// Numbers that look random (`SplitMix64`, Steele et al. 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}

struct Place {
    path: String,
    function: String,
}

impl Place {
    fn code(&self) -> Code<'_> {
        Code { path: &self.path, function: &self.function, line: 12, name: &self.function, ..Code::default() }
    }
}

fn places() -> Vec<Place> {
    let place = |number: usize| Place {
        path: format!("src/part{:02}/module{number:04}.py", number / 10),
        function: format!("part{:02}.module{number:04}.Handler.process_request", number / 10),
    };
    (0..FILES).map(place).collect()
}

fn telemetry(places: &[Place], limits: Limits) -> Telemetry {
    let entry = |place: &Place| FileEntry {
        path: place.path.clone(),
        language: Language::of_name(&place.path),
        class: FileClass::Source,
        bytes: 1,
    };
    let tree = SourceTree::new(places.iter().map(entry).collect());
    Telemetry::new(Placer::new(&tree, [], &[]), limits)
}

/// Traces whose spans come children first, as they end.
fn traces(places: &[Place], count: usize) -> Vec<Span<'_>> {
    let mut numbers = Numbers(1);
    let mut spans = Vec::with_capacity(count);
    for trace in 0..count / TRACE {
        let (id, root) = (u128::from(numbers.next()) << 64 | u128::from(numbers.next()), numbers.next() as usize);
        let ids: Vec<_> = (0..TRACE).map(|_| numbers.next() | 1).collect();
        for at in (0..TRACE).rev() {
            let code = places[(root % FILES * 31 + at * 37) % FILES].code();
            let start = BEGIN + (trace * TRACE + at) as u64 * 1000;
            spans.push(Span {
                trace: id,
                id: ids[at],
                parent: if at == 0 { 0 } else { ids[(at - 1) / 2] },
                name: code.name,
                start,
                end: start + (8_000_000 >> (at + 1).ilog2()),
                is_error: false,
                exceptions: &[],
                code,
                attributes: &(),
            });
        }
    }
    spans
}

fn spans(count: usize) -> serde_json::Value {
    let places = places();
    let spans = traces(&places, count);
    let telemetry = telemetry(&places, Limits::default());
    let mut slowest_tick = Duration::ZERO;
    let (begin, mut last) = (processor(), Instant::now());
    for message in spans.chunks(MESSAGE) {
        telemetry.spans("shop", message);
        if last.elapsed() > Duration::from_millis(100) {
            let tick = processor();
            telemetry.tick();
            last = Instant::now();
            slowest_tick = slowest_tick.max(processor() - tick);
        }
    }
    let ours = processor() - begin;
    let calls: Vec<_> = (0..count).map(|number| call(&telemetry, &places, number)).collect();
    telemetry.tick();
    let begin = processor();
    let told = Message::patient(&telemetry);
    calls.chunks(MESSAGE).for_each(|message| drop(told.calls(message)));
    let of_calls = processor() - begin;
    let sdk = sdk(&spans);
    json!({
        "spans": spans.len(),
        "spans_s": ours.as_secs_f64(),
        "slowest_tick_s": slowest_tick.as_secs_f64(),
        "calls_s": of_calls.as_secs_f64(),
        "sdk_s": sdk.as_secs_f64(),
        "taken": telemetry.totals().spans,
    })
}

fn call(telemetry: &Telemetry, places: &[Place], number: usize) -> Call {
    let site = |number: usize| telemetry.site("tracer", &places[number % FILES].code());
    let time = BEGIN + number as u64 * 1000;
    let (site, caller) = (site(number), Some(site(number / 3)));
    Call { site, caller, time, count: 3, errors: 0, self_nanos: 100, total_nanos: 300, durations: Histogram::default() }
}

/// What a program would do without us: a histogram by service and function. It knows no self time and no callers.
fn sdk(spans: &[Span<'_>]) -> Duration {
    let provider = SdkMeterProvider::builder().with_reader(PeriodicReader::builder(Nowhere).build()).build();
    let histogram = provider.meter("sums").f64_histogram("duration").with_unit("s").build();
    let begin = processor();
    for span in spans {
        let attributes = [
            KeyValue::new("service.name", "shop"),
            KeyValue::new("code.file.path", span.code.path.to_owned()),
            KeyValue::new("code.function.name", span.code.function.to_owned()),
        ];
        histogram.record((span.end - span.start) as f64 / 1e9, &attributes);
    }
    processor() - begin
}

/// Where the sums of the SDK go.
struct Nowhere;

impl PushMetricExporter for Nowhere {
    async fn export(&self, _: &ResourceMetrics) -> OTelSdkResult {
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

fn days(days: u64, limit: u64) -> anyhow::Result<serde_json::Value> {
    let places = places();
    let telemetry = telemetry(&places, Limits { memory_bytes: limit, ..Limits::default() });
    let (mut numbers, before, begin) = (Numbers(2), memory()?, Instant::now());
    let (mut most, mut slowest_tick) = (before, Duration::ZERO);
    for second in 0..days * 86_400 {
        take(&telemetry, &places, &mut numbers, BEGIN - (days * 86_400 - second) * SECOND);
        let tick = processor();
        telemetry.tick();
        slowest_tick = slowest_tick.max(processor() - tick);
        if second % 1000 == 0 {
            most = most.max(memory()?);
        }
    }
    let totals = telemetry.totals();
    let seconds = |nanos: u64| nanos / SECOND;
    telemetry.history(|history| {
        let windows = history.window_lengths();
        Ok(json!({
            "spans": totals.spans,
            "logs": totals.logs,
            "errors": totals.errors,
            "limit_bytes": limit,
            "grown_bytes": most.saturating_sub(before),
            "estimated_bytes": totals.memory_bytes,
            "wall_s": begin.elapsed().as_secs_f64(),
            "slowest_tick_s": slowest_tick.as_secs_f64(),
            "kept": history.rows().map(|row| row.sums.count).sum::<u64>(),
            "kept_errors": history.errors().iter().map(|row| row.count).sum::<u64>(),
            "windows": windows.into_iter().map(|(nanos, count)| (seconds(nanos), count)).collect::<Vec<_>>(),
        }))
    })
}

/// A second of a busy program that means no good: half of its names are new, a tenth fails with messages of their own.
fn take(telemetry: &Telemetry, places: &[Place], numbers: &mut Numbers, second: Nanos) {
    let stack = "  File \"a.py\", line 3, in f\n";
    let texts: Vec<_> = (0..20).map(|_| format!("GET /user/{}", numbers.next())).collect();
    let exceptions: Vec<_> =
        texts.iter().map(|message| [Exception { time: 0, kind: "KeyError", message, stack }]).collect();
    let spans = texts.iter().zip(&exceptions).map(|(name, exceptions)| {
        let number = numbers.next();
        let start = second + number % SECOND;
        let place = &places[number as usize % FILES];
        let is_error = number.is_multiple_of(10);
        Span {
            trace: number.into(),
            id: numbers.next(),
            parent: number % 3,
            name,
            start,
            end: start + number % 100_000_000,
            is_error,
            exceptions: if is_error { exceptions } else { &[] },
            code: if number.is_multiple_of(2) { place.code() } else { Code { name, ..Code::default() } },
            attributes: &(),
        }
    });
    let spans: Vec<_> = spans.collect();
    telemetry.spans("shop", &spans);
    let logs = texts.iter().zip(1..).take(10).map(|(text, severity)| Log {
        time: second,
        severity: Severity(2 * severity),
        text,
        trace: 0,
        span: 0,
        exception: None,
        code: Code { name: "shop", ..Code::default() },
        attributes: &(),
    });
    telemetry.logs("shop", &logs.collect::<Vec<_>>());
}

/// Time that this thread had a processor, whatever else runs on the machine; where the system does not say so, time as it goes by.
fn processor() -> Duration {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let status = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = status.and_then(|status| status.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| BEGIN.elapsed(), Duration::from_nanos)
}

/// Bytes of this process in memory; 0 where the system does not say so.
fn memory() -> anyhow::Result<u64> {
    let Ok(status) = fs::read_to_string("/proc/self/status") else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes << 10)
}
