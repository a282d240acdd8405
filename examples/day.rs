//! A day of a running program, recorded faster than it goes by: spans of some sixty functions of a folder, in three services.
//!
//! ```console
//! $ cargo run --release --example day -- src day.rrd 86400 1000
//! {"seconds":86400,"spans":86400000,"bytes":…,"window_seconds":…,"taken":…}
//! ```
//!
//! After the folder and the recording come seconds (a day) and spans a second (1,000). With `say` at the end, each second's line
//! tells how many spans are kept by then. A recording alone is read back, though its writer may be gone.

use std::error::Error;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use repolis::analysis::{Analysis, Options, analyze, on_workers};
use repolis::city::{Look, city_of};
use repolis::scan::Place;
use repolis::stream::{self, Activity, LiveStream, Recorder};
use repolis::telemetry::{Code, Exception, Limits, Log, Nanos, Placer, Severity, Span, Telemetry};

const SECOND: Nanos = 1_000_000_000;
const SITES: usize = 60;
/// Spans of one request: each is called by the one before.
const DEPTH: usize = 5;
const SERVICES: [&str; 3] = ["web", "worker", "billing"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("a folder is missing: day FOLDER FILE [SECONDS [RATE [say]]], or day FILE")?;
    let Some(file) = args.next() else { return read(Path::new(&folder)) };
    let seconds: u64 = args.next().map_or(Ok(86_400), |seconds| seconds.parse())?;
    let rate: u64 = args.next().map_or(Ok(1000), |rate| rate.parse())?;
    let says = args.next().is_some_and(|word| word == "say");
    let begin = Instant::now();
    let place = Place::Folder(Path::new(&folder).to_owned());
    let analysis = on_workers(|| analyze(&place, &Options::default(), &(), &AtomicBool::new(false)))??;
    let city = city_of(&analysis, &Look { is_muted: true, ..Look::default() }, |_| true)?;
    let messages = stream::record_live(&analysis, &city, "{}", Activity::Rate)?;
    let loaded = stream::load(&stream::to_bytes(&messages)?)?;
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let mut recorder = Recorder::create(Path::new(&file), &messages, &loaded, Activity::Rate)?;
    let functions = analysis.functions.iter().map(|row| (row.file, &row.function));
    let telemetry = Telemetry::new(Placer::new(&analysis.tree, functions, &[]), Limits::default());

    let mut program = Program { code: code(&analysis), random: 88_172_645_463_325_252, next: 1 };
    // A day that is over: none of it lies in the future.
    let start = nanos_since_epoch()? / SECOND * SECOND - (seconds + 60) * SECOND;
    for second in 0..seconds {
        let now = start + second * SECOND;
        program.run(&telemetry, now, rate, second);
        let (update, nanos) = (telemetry.tick(), nanos_since_epoch()?);
        let messages = live.update(&update, nanos)?;
        recorder.add(&update, &messages, nanos)?;
        if says {
            print(&telemetry.totals().spans.to_string());
        }
    }
    let window = recorder.window() / SECOND;
    recorder.finish(nanos_since_epoch()?)?;
    let report = serde_json::json!({
        "seconds": seconds,
        "spans": telemetry.totals().spans,
        "bytes": std::fs::metadata(&file)?.len(),
        "window_seconds": window,
        "taken": begin.elapsed().as_secs_f64(),
    });
    print(&report.to_string());
    Ok(())
}

/// Says what a recording holds.
fn read(file: &Path) -> Result<(), Box<dyn Error>> {
    let (bytes, tail) = stream::read_recording(file)?;
    let history = stream::load_history(&bytes)?.1.ok_or("a recording of structure alone")?;
    let calls: u64 = history.rows().map(|row| row.sums.durations.count()).sum();
    print(&serde_json::json!({ "spans": calls, "sites": history.sites().len(), "tail": tail }).to_string());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this example is a program of its own, not the library")]
fn print(line: &str) {
    println!("{line}");
}

/// Paths, names and lines of functions all over the folder.
fn code(analysis: &Analysis) -> Vec<(String, String, u32)> {
    let rows = &analysis.functions;
    let step = (rows.len() / SITES).max(1);
    let of = |row: &repolis::analysis::FunctionRow| {
        (analysis.tree.file(row.file).path.to_string(), row.function.name.to_string(), row.function.line)
    };
    rows.iter().step_by(step).take(SITES).map(of).collect()
}

struct Program {
    code: Vec<(String, String, u32)>,
    random: u64,
    next: u64,
}

impl Program {
    /// One second of it: more by day than by night, with a burst of errors now and then.
    fn run(&mut self, telemetry: &Telemetry, now: Nanos, rate: u64, second: u64) {
        let wave = 1.0 + 0.6 * (second as f64 / 600.0).sin();
        let requests = (rate as f64 * wave / DEPTH as f64) as u64;
        for _ in 0..requests {
            self.request(telemetry, now, second);
        }
        let log = Log {
            time: now,
            severity: Severity(9),
            text: "a request was served",
            trace: 0,
            span: 0,
            exception: None,
            code: self.code_at(0),
            attributes: &(),
        };
        telemetry.logs(SERVICES[0], &[log]);
    }

    fn request(&mut self, telemetry: &Telemetry, now: Nanos, second: u64) {
        let random = self.random();
        let service = SERVICES[(random % 7 % 3) as usize];
        let start = now + random % SECOND;
        let (trace, id) = (u128::from(random), self.next);
        self.next += DEPTH as u64;
        let mut chain = vec![self.site(second)];
        while chain.len() < DEPTH {
            chain.push(self.callee(chain[chain.len() - 1]));
        }
        let is_error = random.is_multiple_of(500) && second % 900 < 60;
        let exception = Exception { time: 0, kind: "ValueError", message: "no such order", stack: "" };
        let spans: Vec<_> = (0..DEPTH as u64)
            .rev()
            .map(|depth| {
                let code = self.code_at(chain[depth as usize]);
                Span {
                    trace,
                    id: id + depth,
                    parent: if depth == 0 { 0 } else { id + depth - 1 },
                    name: code.function,
                    start: start + depth * 200_000,
                    end: start + 4_000_000 + random % 40_000_000 - depth * 300_000,
                    is_error: is_error && depth == 0,
                    exceptions: if is_error && depth == 0 { std::slice::from_ref(&exception) } else { &[] },
                    code,
                    attributes: &(),
                }
            })
            .collect();
        telemetry.spans(service, &spans);
    }

    /// Each function calls three others.
    fn callee(&mut self, caller: usize) -> usize {
        let choice = (self.random() % 3) as usize;
        (caller * 7 + 11 + 17 * choice) % self.code.len().max(1)
    }

    /// A few functions are called often, most are not (a square), and which they are changes over time.
    fn site(&mut self, second: u64) -> usize {
        let share = (self.random() % 1_000_000) as f64 / 1e6;
        let count = self.code.len().max(1);
        ((share * share * count as f64) as usize + second as usize / 60) % count
    }

    fn code_at(&self, site: usize) -> Code<'_> {
        let (path, function, line) = &self.code[site];
        Code { path, function, line: *line, ..Code::default() }
    }

    /// Xorshift (Marsaglia, 2003).
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

fn nanos_since_epoch() -> Result<Nanos, Box<dyn Error>> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as Nanos)
}
