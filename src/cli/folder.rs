//! Files become a folder of their own, whole or not at all, and never in the place of somebody else's.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

use crate::analysis::AnalysisError;
use crate::output;
use crate::serve::{File, MARKER};

/// Refuses a folder that cannot be written or holds what is not ours, before any work is done.
pub fn check(folder: &Path) -> Result<()> {
    if folder == Path::new("-") {
        bail!("-o -: html is a folder of files; name the folder");
    }
    let named = || format!("{}: cannot be written", folder.display());
    if folder.exists() && !folder.is_dir() {
        bail!("{}: this is a file; name a folder", folder.display());
    }
    let above = above(folder);
    if !above.is_dir() {
        bail!("{}: the folder {} does not exist; create it first", folder.display(), above.display());
    }
    if folder.is_dir() {
        let mut entries = fs::read_dir(folder).with_context(named)?;
        if entries.next().is_some() && entries_of(folder).is_none() {
            bail!(
                "{}: this folder holds other files; name a new or empty one, or one that `repolis export --format html` wrote",
                folder.display()
            );
        }
    }
    let part = part_of(folder);
    fs::create_dir(&part).and_then(|()| fs::remove_dir(&part)).with_context(named)
}

/// Writes the files. They are complete before any of them is in its place; of an earlier export nothing is left, and
/// what else somebody put beside it stays.
pub fn write(folder: &Path, files: &[File<'_>], cancelled: &AtomicBool) -> Result<()> {
    let part = part_of(folder);
    output::begin(&part);
    let written = write_all(&part, files, cancelled).and_then(|()| {
        let placed = if folder.is_dir() { replace(folder, &part) } else { fs::rename(&part, folder) };
        placed.with_context(|| format!("{}: not written", folder.display()))
    });
    output::abandon();
    written
}

fn write_all(part: &Path, files: &[File<'_>], cancelled: &AtomicBool) -> Result<()> {
    for file in files {
        if cancelled.load(Ordering::SeqCst) {
            return Err(AnalysisError::Cancelled.into());
        }
        let path = part.join(&file.path);
        let made = fs::create_dir_all(above(&path)).and_then(|()| fs::write(&path, &file.bytes));
        made.with_context(|| format!("{}: not written", path.display()))?;
    }
    Ok(())
}

/// Each entry takes the place of the earlier one, which goes when all have theirs.
fn replace(folder: &Path, part: &Path) -> std::io::Result<()> {
    let old = part.join(".old");
    fs::create_dir(&old)?;
    for name in entries_of(folder).unwrap_or_default() {
        if folder.join(&name).exists() {
            fs::rename(folder.join(&name), old.join(&name))?;
        }
    }
    for entry in fs::read_dir(part)? {
        let entry = entry?;
        if entry.path() != old {
            fs::rename(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// What an earlier export has in this folder; `None` where there is none.
fn entries_of(folder: &Path) -> Option<Vec<String>> {
    let marker: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(MARKER)).ok()?).ok()?;
    marker.get("repolis")?;
    let names = marker.get("entries")?.as_array()?.iter().filter_map(|name| name.as_str());
    // A name that leads elsewhere is none of ours.
    Some(
        names
            .filter(|name| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']))
            .map(str::to_owned)
            .collect(),
    )
}

fn above(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// On the same disk: inside what is there, else beside what is not.
fn part_of(folder: &Path) -> PathBuf {
    let place = if folder.is_dir() { folder } else { above(folder) };
    place.join(format!(".repolis.{}.part", std::process::id()))
}
