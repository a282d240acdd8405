//! The walk of a folder on disk.

use std::ffi::OsString;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::told::relative;
use super::{
    Candidate, Globs, LINK_NOWHERE, LINK_OUTSIDE, LINK_TO_ROOT, MAX_IGNORE_BYTES, ScanError, ScanOptions, Skip,
    VERSION_CONTROL, Walk, each, escaped, mistaken, unreadable,
};
use crate::scan::rules::{IGNORE_FILES, Rules, Text, is_hidden};
use crate::scan::{Address, Link};

const GIT: &str = ".git";

/// Lists the regular files below `root`.
///
/// Symbolic links are never walked, so nothing outside the root is read and no loop exists; the root itself may be
/// a link. Where a link leads to something below the root it is noted, so that imports through it can be resolved.
/// `.gitignore` counts in folders that are not git repositories too; the user's global ignore file does not, so that
/// two machines see the same city.
///
/// # Errors
/// When the root is not a readable folder or a glob is malformed. Anything below the root that cannot be read becomes
/// a [`Skip`].
pub fn walk(root: &Path, options: &ScanOptions) -> Result<Walk, ScanError> {
    let unreadable = |source| ScanError::Root { path: root.to_owned(), source };
    let disk_root = root.canonicalize().map_err(unreadable)?;
    if !disk_root.is_dir() {
        return Err(ScanError::NotAFolder { path: root.to_owned() });
    }
    fs::read_dir(&disk_root).map_err(unreadable)?;
    let globs = Globs::new(&disk_root, options)?;
    let walker = Walker { root: &disk_root, named: root, options, globs };
    let mut above = Vec::new();
    let rules = walker.rules_above(&mut above)?;
    let top = Folder { path: disk_root.clone(), below: String::new(), rules };
    Ok(each(top, |folder| walker.list(folder))?.sorted(above))
}

struct Walker<'a> {
    root: &'a Path,
    /// As the user names the root.
    named: &'a Path,
    options: &'a ScanOptions,
    globs: Globs,
}

/// A folder that is to be listed.
struct Folder {
    path: PathBuf,
    /// As text, below the root.
    below: String,
    /// Those of the folders above.
    rules: Option<Arc<Rules>>,
}

/// An ignore file that a walk would never finish reading: a pipe, a device, or beyond all measure.
struct Endless(&'static str);

/// The rules of a folder, if any, and a mistake in them.
type Found = (Option<Arc<Rules>>, Option<ignore::Error>);

impl Walker<'_> {
    /// What is in a folder, and the folders below it.
    fn list(&self, folder: Folder) -> Result<(Walk, Vec<Folder>), ScanError> {
        let (mut walk, mut below) = (Walk::default(), Vec::new());
        let entries = entries(&folder, &mut walk.skipped);
        let has = |wanted: &str| entries.iter().any(|(name, _)| name == wanted);
        let rules = match self.rules(&folder.path, has, folder.rules.as_ref()) {
            Ok((rules, mistake)) => {
                walk.skipped.extend(mistake.map(|mistake| mistaken(self.root, &folder.path, &mistake)));
                rules
            }
            Err(Endless(name)) if folder.below.is_empty() => {
                return Err(ScanError::IgnoreFile { path: self.named.join(name) });
            }
            Err(Endless(name)) => {
                walk.skipped.push(Skip { path: folder.below, reason: format!("its {name} is no file of rules") });
                return Ok((walk, below));
            }
        };
        for (name, kind) in entries {
            let path = folder.path.join(&name);
            if self.refuses(&path, kind.is_dir(), rules.as_deref())
                || VERSION_CONTROL.iter().any(|other| name == *other)
            {
                continue;
            }
            let text = text_below(&folder.below, &name);
            if kind.is_dir() {
                below.push(Folder { path, below: text, rules: rules.clone() });
            } else if kind.is_symlink() {
                self.take_link(text, &path, &mut walk);
            } else if kind.is_file() {
                walk.candidates.push(Candidate { path: text, address: Address::Disk(path) });
            } else {
                walk.skipped.push(Skip { path: text, reason: "not a regular file".to_owned() });
            }
        }
        Ok((walk, below))
    }

    fn refuses(&self, path: &Path, is_dir: bool, rules: Option<&Rules>) -> bool {
        let hidden = self.options.hidden;
        rules.map_or(!hidden && is_hidden(path), |rules| rules.refuse(path, is_dir, hidden))
            || self.globs.refuse_path(path, is_dir)
    }

    fn take_link(&self, path: String, disk_path: &Path, walk: &mut Walk) {
        let reason = match disk_path.canonicalize() {
            Ok(target) if target.starts_with(self.root) && target != self.root => {
                return walk.links.push(Link { path, target: relative(self.root, &target) });
            }
            Ok(target) if target == self.root => LINK_TO_ROOT,
            Ok(_) => LINK_OUTSIDE,
            Err(_) => LINK_NOWHERE,
        };
        walk.skipped.push(Skip { path, reason: reason.to_owned() });
    }

    /// The rules of the folders between the root and the top of the repository that holds it.
    fn rules_above(&self, skipped: &mut Vec<Skip>) -> Result<Option<Arc<Rules>>, ScanError> {
        let is_top = |folder: &Path| folder.join(GIT).exists();
        let mut above: Vec<_> = self.root.ancestors().collect();
        above.truncate(above.iter().position(|folder| is_top(folder)).map_or(0, |top| top + 1));
        let mut rules = None;
        for folder in above.into_iter().skip(1).rev() {
            let found = self.rules(folder, |_| true, rules.as_ref());
            let mistake;
            (rules, mistake) = found.map_err(|Endless(name)| ScanError::IgnoreFile { path: folder.join(name) })?;
            skipped.extend(mistake.map(|mistake| unreadable(self.root, &mistake)));
        }
        Ok(rules)
    }

    /// The rules that count in a folder; `has` tells which files may be in it.
    fn rules(&self, folder: &Path, has: impl Fn(&str) -> bool, above: Option<&Arc<Rules>>) -> Result<Found, Endless> {
        if self.options.no_ignore {
            return Ok((None, None));
        }
        let mut texts = [const { None }; IGNORE_FILES.len() + 1];
        for (text, name) in texts.iter_mut().zip(IGNORE_FILES) {
            if has(name) {
                *text = text_of(folder.join(name)).map_err(|()| Endless(name))?;
            }
        }
        if has(GIT)
            && let Some(git) = git_folder(folder)
        {
            texts[IGNORE_FILES.len()] = text_of(git.join("info/exclude")).map_err(|()| Endless(".git/info/exclude"))?;
        }
        let (rules, mistake) = Rules::new(above.cloned(), folder, texts);
        Ok((Some(rules), mistake))
    }
}

/// Names in a folder, and what they are. What cannot be read is among `skipped`.
fn entries(folder: &Folder, skipped: &mut Vec<Skip>) -> Vec<(OsString, FileType)> {
    let unreadable = |path: String, error| Skip { path, reason: format!("cannot be read: {error}") };
    let listed = match fs::read_dir(&folder.path) {
        Ok(listed) => listed,
        Err(error) => {
            skipped.push(unreadable(folder.below.clone(), error));
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    for entry in listed {
        match entry {
            Ok(entry) => match entry.file_type() {
                Ok(kind) => entries.push((entry.file_name(), kind)),
                Err(error) => skipped.push(unreadable(text_below(&folder.below, &entry.file_name()), error)),
            },
            Err(error) => skipped.push(unreadable(folder.below.clone(), error)),
        }
    }
    entries
}

fn text_below(folder: &str, name: &OsString) -> String {
    let name = escaped(name.as_encoded_bytes());
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

/// An ignore file, if there is one. What cannot be read is passed over, as git does; an error is an endless one.
fn text_of(file: PathBuf) -> Result<Option<Text>, ()> {
    match fs::metadata(&file) {
        Ok(meta) if meta.is_file() && meta.len() <= MAX_IGNORE_BYTES => {
            Ok(fs::read(&file).ok().map(|text| (file, Ok(text))))
        }
        Ok(meta) if !meta.is_dir() => Err(()),
        _ => Ok(None),
    }
}

/// Where git keeps what it knows of the repository of a work tree: in its `.git`, or where that file leads.
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(GIT);
    if fs::metadata(&git).ok()?.is_dir() {
        return Some(git);
    }
    let line = |file: PathBuf| {
        let (_, text) = text_of(file).ok()??;
        Some(String::from_utf8(text.ok()?).ok()?.lines().next()?.to_owned())
    };
    let own = folder.join(line(git)?.strip_prefix("gitdir: ")?);
    let common = own.join(line(own.join("commondir"))?);
    Some(common)
}
