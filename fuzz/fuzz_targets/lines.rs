//! Bytes as lines of JSON, as a followed file has them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| repolis_fuzz::follow(input));
