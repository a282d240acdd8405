//! Bytes as a message of OTLP in Protobuf, down to what is counted.
#![no_main]

use repolis_fuzz::take;
use repolis_fuzz::telemetry::otlp::Encoding;

libfuzzer_sys::fuzz_target!(|input: &[u8]| take(Encoding::Protobuf, input));
