//! The desktop viewer, a program of its own on the PATH.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The only version whose recordings and layouts are surely the ones written here.
const VERSION: &str = "0.36.3";
const INSTALL: &str = "install it with: pip install rerun-sdk==0.36.3";

/// Checks that the viewer is there and fits.
pub fn find() -> Result<()> {
    let Ok(output) = Command::new("rerun").arg("--version").stdin(Stdio::null()).output() else {
        bail!("--native: there is no program `rerun` on the PATH; {INSTALL}");
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1).unwrap_or("unknown");
    if version != VERSION {
        bail!("--native: `rerun` on the PATH has version {version}, but {VERSION} is needed; {INSTALL}");
    }
    Ok(())
}

/// Hands the recordings to the viewer and waits until its window is closed.
pub fn show(recordings: impl IntoIterator<Item = Vec<u8>>) -> Result<()> {
    let mut viewer = Command::new("rerun")
        .args(["--bind", "127.0.0.1", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .with_context(|| format!("--native: `rerun` does not start; {INSTALL}"))?;
    if let Some(mut pipe) = viewer.stdin.take() {
        // One that ends before it has everything says why by its status.
        let written = recordings.into_iter().try_for_each(|recording| pipe.write_all(&recording));
        written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })?;
    }
    let status = viewer.wait()?;
    if !status.success() {
        bail!("--native: `rerun` ended with {status}");
    }
    Ok(())
}
