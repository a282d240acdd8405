//! Receives OpenTelemetry without a city: what runs, placed in a folder and counted.
//!
//! ```console
//! $ cargo run --release --example receive -- src
//! {"grpc":4317,"http":4318}
//!
//! {"spans":12,"logs":0,"points":3,"placed":{"path":12,"name":0,"stack":0,"unplaced":3},"refused":{},"mended":{}}
//! ```
//!
//! Two ports may follow the folder, 0 for free ones. Each line of input is answered by what came so far; its end ends it.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use repolis::analysis::{Options, analyze};
use repolis::scan::Place;
use repolis::serve::{OtlpOptions, OtlpServer};
use repolis::telemetry::{How, Limits, Placer, Telemetry, Totals};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("a folder is missing: receive FOLDER [GRPC_PORT HTTP_PORT]")?;
    let mut options = OtlpOptions::default();
    if let Some(port) = args.next() {
        options.grpc_port = port.parse()?;
        options.http_port = args.next().ok_or("the port of HTTP is missing")?.parse()?;
    }
    let server = OtlpServer::bind(&options)?;
    let placer = placer(PathBuf::from(folder))?;
    let telemetry = Arc::new(Telemetry::new(placer, Limits::default()));
    print(&json!({ "grpc": server.grpc_address().port(), "http": server.http_address().port() }))?;
    let receiving = server.start(telemetry.clone())?;
    // What is not taken away waits, until there is no memory for more.
    std::thread::spawn({
        let telemetry = telemetry.clone();
        move || {
            loop {
                telemetry.tick();
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    });
    for line in std::io::stdin().lock().lines() {
        line?;
        print(&told(&telemetry.totals()))?;
    }
    Ok(receiving.stop()?)
}

fn placer(folder: PathBuf) -> Result<Placer, Box<dyn Error>> {
    let analysis = analyze(&Place::Folder(folder), &Options::default(), &(), &AtomicBool::new(false))?;
    let functions = analysis.functions.iter().map(|row| (row.file, &row.function));
    Ok(Placer::new(&analysis.tree, functions, &[]))
}

fn told(totals: &Totals) -> serde_json::Value {
    let placed: BTreeMap<_, _> = How::ALL.iter().map(|how| how.name()).zip(totals.placed).collect();
    let by_reason = |reasons: &[(&'static str, u64)]| reasons.iter().copied().collect::<BTreeMap<_, _>>();
    json!({
        "spans": totals.spans,
        "logs": totals.logs,
        "points": totals.points,
        "errors": totals.errors,
        "placed": placed,
        "refused": by_reason(&totals.refused),
        "mended": by_reason(&totals.mended),
    })
}

fn print(value: &serde_json::Value) -> std::io::Result<()> {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{value}")?;
    stdout.flush()
}
