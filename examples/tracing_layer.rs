//! A program that uses `tracing` and is seen at work on its own city.
//!
//! ```console
//! $ cargo run --release --example tracing_layer
//! http://127.0.0.1:41873/?token=…
//! ```
//!
//! Open the address: the building of this file glows, and its spans, events and errors are in its details. A folder may follow, and
//! a number of turns after which it ends.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use repolis::analysis::{Options, analyze, on_workers};
use repolis::city::{Look, city_of};
use repolis::scan::Place;
use repolis::serve::{ServeOptions, Server};
use repolis::session::{City, LiveOptions, Session};
use repolis::stream::{self, Activity};
use repolis::telemetry::{Limits, TracingLayer};
use tracing::{error, info, info_span, warn};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
    let turns = args.next().map_or(Ok(u64::MAX), |turns| turns.parse())?;
    let server = Server::bind(&ServeOptions::default())?;
    let session = Arc::new(Session::new(open(Path::new(&folder))?, Vec::new()));
    let live = session.open_live(&[], Limits::default(), &LiveOptions::default())?;

    // Of this program alone: the server has much to say too.
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), tracing::Level::TRACE);
    let layer = TracingLayer::new(Arc::clone(live.telemetry()), "example").with_filter(own);
    tracing_subscriber::registry().with(layer).init();

    writeln!(std::io::stdout(), "{}", server.url())?;
    let stopper = server.stopper();
    let serving = std::thread::spawn(move || server.run(session));
    for turn in 0..turns {
        sell(turn);
    }
    stopper.stop();
    serving.join().map_err(|_| "the server panicked")??;
    live.stop()?;
    let totals = live.telemetry().totals();
    let placed = totals.placed[0];
    writeln!(std::io::stdout(), "{} spans, {} log records, placed by path: {placed}", totals.spans, totals.logs)?;
    Ok(())
}

fn sell(turn: u64) {
    let _span = info_span!("sell", turn).entered();
    let items = pick(turn);
    if items == 0 {
        warn!("the cart is empty");
    }
    if let Err(reason) = pay(items) {
        error!(error = reason, "not paid");
    }
}

fn pick(turn: u64) -> u64 {
    let _span = info_span!("pick").entered();
    std::thread::sleep(Duration::from_millis(turn % 7));
    turn % 10
}

fn pay(items: u64) -> Result<(), &'static str> {
    let _span = info_span!("pay", items).entered();
    std::thread::sleep(Duration::from_millis(3));
    if items > 8 {
        return Err("no money");
    }
    info!(items, "paid");
    Ok(())
}

/// From a folder to a city: analysis, layout, recording, and back from that.
fn open(folder: &Path) -> Result<City, Box<dyn Error>> {
    let (place, options, look) =
        (Place::Folder(folder.to_owned()), Options::default(), Look { is_muted: true, ..Look::default() });
    let analysis = analyze(&place, &options, &(), &AtomicBool::new(false))?;
    let asked = stream::options_json(&options, &look);
    let recording = on_workers(|| {
        let city = city_of(&analysis, &look, |_| true).map_err(|error| error.to_string())?;
        let messages = stream::record_live(&analysis, &city, &asked, Activity::default());
        let messages = messages.map_err(|error| error.to_string())?;
        stream::to_bytes(&messages).map_err(|error| error.to_string())
    })??;
    Ok(City::open(recording, Some(place))?)
}
