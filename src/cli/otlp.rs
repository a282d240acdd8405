//! Telemetry over the network, as a user asks for it.

use std::net::IpAddr;

use anyhow::Result;
use clap::Args;

use super::{Cli, say, tell};
use crate::serve::{OtlpOptions, OtlpServer};

/// What lights the city up, and how much of it is kept.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = super::live::HEADING)]
pub struct OtlpArgs {
    /// Receive OpenTelemetry (OTLP) over gRPC and HTTP: what runs lights the city up.
    #[arg(long)]
    pub otlp: bool,
    /// Port of OTLP over gRPC; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 4317, requires = "otlp")]
    pub otlp_grpc_port: u16,
    /// Port of OTLP over HTTP; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 4318, requires = "otlp")]
    pub otlp_http_port: u16,
    /// Address to receive OTLP at; whoever reaches it can send, and the page stays on this machine.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", requires = "otlp")]
    pub otlp_bind: IpAddr,
    /// Where the sender's files are here, such as /app=src; may be repeated.
    #[arg(long, value_name = "FROM=TO", value_parser = path_map)]
    pub path_map: Vec<(String, String)>,
    /// Memory for what is seen and for messages on their way, such as 512MiB.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = size)]
    pub memory_limit: u64,
}

/// Takes the ports if OTLP is wanted, so that one in use is known before any work is done.
pub fn prepare(cli: &Cli, args: &OtlpArgs) -> Result<Option<OtlpServer>> {
    if !args.otlp {
        return Ok(None);
    }
    let server = OtlpServer::bind(&OtlpOptions {
        bind: args.otlp_bind,
        grpc_port: args.otlp_grpc_port,
        http_port: args.otlp_http_port,
        memory_bytes: args.memory_limit,
        ..OtlpOptions::default()
    })?;
    if !args.otlp_bind.is_loopback() {
        tell(&format!(
            "warning: OTLP is received at {}: whoever reaches this machine can send, unencrypted and without a password",
            args.otlp_bind
        ));
    }
    say(cli, &format!("OTLP over gRPC: http://{}", server.grpc_address()));
    say(cli, &format!("OTLP over HTTP: http://{}", server.http_address()));
    Ok(Some(server))
}

fn path_map(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("a path map is FROM=TO, such as /app=src".to_owned()),
    }
}

/// Units by their first letter, those of 1000 and those of 1024.
const UNITS: [(&str, u32); 4] = [("k", 1), ("m", 2), ("g", 3), ("t", 4)];
/// With less there is no room for a message.
const MIN_BYTES: u64 = 16 << 20;

fn size(text: &str) -> Result<u64, String> {
    let wrong = || "a size is a number and a unit, of at least 16MiB: 512MiB, 2GB".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit = unit.trim().to_ascii_lowercase();
    let (base, name) = match unit.strip_suffix("ib") {
        Some(name) => (1024_u64, name),
        None => (1000, unit.strip_suffix('b').unwrap_or(&unit)),
    };
    let power = if name.is_empty() && base == 1000 {
        0
    } else {
        UNITS.iter().find(|(known, _)| *known == name).ok_or_else(wrong)?.1
    };
    number.checked_mul(base.pow(power)).filter(|&bytes| bytes >= MIN_BYTES).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<u64>) {
        assert_eq!(size(text).ok(), expect, "{text:?}");
    }

    #[test]
    fn sizes() {
        check("1GiB", Some(1 << 30));
        check("512MiB", Some(512 << 20));
        check("2GB", Some(2_000_000_000));
        check("64m", Some(64_000_000));
        check("33554432", Some(32 << 20));
        check("20000 kB", Some(20_000_000));
        for wrong in ["", "GiB", "1", "1MiB", "-1GiB", "1.5GiB", "1iB", "1XiB", "99999999999TiB"] {
            check(wrong, None);
        }
    }

    #[test]
    fn path_maps() {
        assert_eq!(path_map("/app=src"), Ok(("/app".to_owned(), "src".to_owned())));
        assert_eq!(path_map("/app="), Ok(("/app".to_owned(), String::new())));
        assert!(path_map("/app").is_err() && path_map("=src").is_err());
    }
}
