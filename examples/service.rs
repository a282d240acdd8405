//! A service with `tracing`, whose spans an OpenTelemetry exporter sends over gRPC: what to light a city up with.
//!
//! ```console
//! $ repolis view . --otlp &
//! $ cargo run --release --example service -- http://127.0.0.1:4317 10000
//! 40000
//! ```
//!
//! It handles so many orders, some of which fail, and prints how many spans it made of them.

use std::error::Error;
use std::io::Write;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing::field::Empty;
use tracing_subscriber::layer::SubscriberExt;

/// Spans that an order makes.
const SPANS: u64 = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let endpoint = args.next().unwrap_or_else(|| "http://127.0.0.1:4317".to_owned());
    let orders: u64 = args.next().map_or(Ok(1000), |count| count.parse())?;
    // The exporter's connection lives on it.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let _entered = runtime.enter();
    let provider = provider(&endpoint, orders)?;
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("service"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || (0..orders).for_each(handle));
    provider.shutdown()?;
    writeln!(std::io::stdout(), "{}", orders * SPANS)?;
    Ok(())
}

/// Its queue takes every span: what overflows would be dropped by the exporter, and nobody would know.
fn provider(endpoint: &str, orders: u64) -> Result<SdkTracerProvider, Box<dyn Error>> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let queue = BatchConfigBuilder::default().with_max_queue_size((orders * SPANS).max(1) as usize);
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(queue.build()).build();
    let resource = Resource::builder().with_service_name("service").build();
    Ok(SdkTracerProvider::builder().with_span_processor(processor).with_resource(resource).build())
}

fn handle(order: u64) {
    let _span = tracing::info_span!("handle", order).entered();
    check(order);
    let span = tracing::info_span!("charge", order, "otel.status_code" = Empty, "otel.status_description" = Empty);
    if let Err(why) = span.in_scope(|| charge(order)) {
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_description", why);
    }
}

fn check(order: u64) {
    let _span = tracing::info_span!("check", order).entered();
}

fn charge(order: u64) -> Result<(), &'static str> {
    let _span = tracing::info_span!("card", order).entered();
    if order % 10 == 9 { Err("the card is refused") } else { Ok(()) }
}
