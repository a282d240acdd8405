//! A host program of an open city: serves a folder, takes wishes as lines of JSON, and tells what happens in its pages.
//!
//! ```console
//! $ cargo run --release --example drive -- src
//! {"url":"http://127.0.0.1:41873/?token=…"}
//! {"type":"select","path":"lib.rs"}
//! {"event":"selected","page":1,"path":"lib.rs","kind":"file",…}
//! ```
//!
//! Besides the wishes of `repolis::session::Remote` there are `{"type":"replace","folder":"…"}`,
//! `{"type":"metric","name":"risk","values":{"lib.rs":0.5}}`, `{"type":"pages"}` and
//! `{"type":"ran","service":"shop","path":"lib.rs","function":"run","calls":5,"millis":2.5,"error":"…"}`, which lights the city up.
//! Each is answered by one line: `{"done":…}` or `{"error":"…"}`. A port and a token may follow the folder; the end of the input
//! ends it.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use repolis::analysis::{Options, analyze, on_workers};
use repolis::city::{Look, city_of};
use repolis::scan::Place;
use repolis::serve::{ServeOptions, Server};
use repolis::session::{City, Event, LiveOptions, OwnMetric, OwnValues, Remote, Session};
use repolis::stream;
use repolis::telemetry::{Code, Exception, Limits, Placer, Span, Telemetry};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Replace { folder: PathBuf },
    Metric { name: String, values: Values },
    Pages,
    Ran(Ran),
}

/// Calls that ended just now, or at a time.
#[derive(Deserialize)]
struct Ran {
    service: String,
    path: String,
    #[serde(default)]
    function: String,
    #[serde(default = "one")]
    calls: u32,
    #[serde(default)]
    millis: f64,
    /// Seconds since the Unix epoch.
    seconds: Option<f64>,
    error: Option<String>,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    Numbers(BTreeMap<String, f64>),
    Texts(BTreeMap<String, String>),
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("a folder is missing: drive FOLDER [PORT [TOKEN]]")?;
    let port = args.next().map_or(Ok(0), |port| port.parse())?;
    let server = Server::bind(&ServeOptions { port, token: args.next(), ..ServeOptions::default() })?;
    let (city, placer) = open(Path::new(&folder))?;
    let session = Arc::new(Session::new(city, Vec::new()));
    let telemetry = Arc::new(Telemetry::new(placer, Limits::default()));
    let live = session.go_live(telemetry, &LiveOptions::default())?;
    // The thread of the watcher; the main thread answers below.
    let _watch = session.watch(|event: &Event| print(&json!(event)))?;
    print(&json!({ "url": server.url() }));
    let stopper = server.stopper();
    let serving = std::thread::spawn({
        let session = session.clone();
        move || server.run(session)
    });
    for line in std::io::stdin().lock().lines() {
        let started = Instant::now();
        let answer = match obey(&session, live.telemetry(), &line?) {
            Ok(done) => json!({ "done": done, "millis": started.elapsed().as_secs_f64() * 1e3 }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        print(&answer);
    }
    live.stop()?;
    stopper.stop();
    serving.join().map_err(|_| "the server panicked")??;
    Ok(())
}

fn obey(session: &Session, telemetry: &Telemetry, line: &str) -> Result<serde_json::Value, Box<dyn Error>> {
    if let Ok(remote) = serde_json::from_str::<Remote>(line) {
        session.drive(remote)?;
        return Ok(json!(true));
    }
    match serde_json::from_str(line)? {
        Line::Replace { folder } => session.replace(open(&folder)?.0, Vec::new()),
        Line::Pages => return Ok(json!(session.pages())),
        Line::Ran(ran) => return Ok(json!(take(telemetry, &ran)?)),
        Line::Metric { name, values } => {
            let values = match values {
                Values::Numbers(values) => OwnValues::Numbers(values),
                Values::Texts(values) => OwnValues::Texts(values),
            };
            let metric = OwnMetric { name, unit: String::new(), description: "given by the host".to_owned(), values };
            return Ok(json!(session.add_metric(&metric)?));
        }
    }
    Ok(json!(true))
}

/// How many of the calls have a place in the repository.
fn take(telemetry: &Telemetry, ran: &Ran) -> Result<u64, Box<dyn Error>> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map(|age| age.as_secs_f64());
    let end = (ran.seconds.map_or_else(now, Ok)? * 1e9) as u64;
    let message = ran.error.as_deref().unwrap_or_default();
    let exceptions = [Exception { kind: "Error", message, ..Exception::default() }];
    let span = Span {
        trace: 0,
        id: 0,
        parent: 0,
        name: &ran.function,
        start: end - (ran.millis * 1e6) as u64,
        end,
        is_error: ran.error.is_some(),
        exceptions: if ran.error.is_some() { &exceptions } else { &[] },
        code: Code { path: &ran.path, function: &ran.function, name: &ran.function, ..Code::default() },
        attributes: &(),
    };
    Ok(telemetry.spans(&ran.service, &vec![span; ran.calls as usize]).placed)
}

/// From a folder to a city: analysis, layout, recording, and back from that; and what places its files.
fn open(folder: &Path) -> Result<(City, Placer), Box<dyn Error>> {
    let (place, options, look) = (Place::Folder(folder.to_owned()), Options::default(), Look::default());
    let analysis = analyze(&place, &options, &(), &AtomicBool::new(false))?;
    let asked = stream::options_json(&options, &look);
    let recording = on_workers(|| {
        let city = city_of(&analysis, &look, |_| true).map_err(|error| error.to_string())?;
        let messages = stream::record(&analysis, &city, &asked).map_err(|error| error.to_string())?;
        stream::to_bytes(&messages).map_err(|error| error.to_string())
    })??;
    Ok((City::open(recording, Some(place))?, analysis.placer(&[])))
}

/// One line, whole, from whichever thread.
fn print(value: &serde_json::Value) {
    let mut out = std::io::stdout().lock();
    // Whoever does not listen any more is told nothing.
    let _ = writeln!(out, "{value}").and_then(|()| out.flush());
}
