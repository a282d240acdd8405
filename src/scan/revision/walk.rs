//! Which files a folder of a revision holds, after the same ignore rules as on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::objs::tree::EntryKind;

use super::attributes::{Attributes, LineEnds};
use super::links::{self, Target};
use super::{Blob, Entry, Node, Revision, broken, why};
use crate::scan::rules::{IGNORE_FILES, Rules, is_hidden};
use crate::scan::walk::{
    Candidate, Globs, LINK_NOWHERE, LINK_OUTSIDE, LINK_TO_ROOT, MAX_IGNORE_BYTES, ScanError, ScanOptions, Skip,
    VERSION_CONTROL, Walk, each, escaped, mistaken, unreadable,
};
use crate::scan::{Address, Link, caught};

/// Where the tree would be checked out: globs want paths. Nothing is there, and nothing is looked for.
const CHECKOUT: &str = "/checkout";
/// No larger repository is known; a tree of a few objects may claim to hold any number of files.
const MAX_ENTRIES: usize = 5_000_000;
/// No system takes a longer path, in bytes.
const MAX_PATH_BYTES: usize = 4096;

const SUBMODULE: &str = "a submodule, whose files are in another repository";

/// Lists the regular files of a revision.
///
/// # Errors
/// When a folder of the tree is missing or damaged, or a glob is malformed. A file that cannot be read is no error yet.
pub fn walk(revision: &Revision, options: &ScanOptions) -> Result<Walk, ScanError> {
    let top = Arc::clone(&revision.inner.top);
    let (root, prefix) = (checkout_path(&top), top.path());
    let globs = Globs::new(&root, options)?;
    let walker = Walker { revision, options, globs, root: &root, prefix, entries: AtomicUsize::new(0) };
    let mut above = Vec::new();
    let rules = walker.rules_above(&top, &mut above)?;
    let attributes = revision.with(|repository| top.parent.as_ref().and_then(|above| attributes(repository, above)));
    let top = Folder { node: top, path: root.clone(), below: String::new(), rules, attributes };
    Ok(each(top, |folder| walker.list(folder))?.sorted(above))
}

struct Walker<'a> {
    revision: &'a Revision,
    options: &'a ScanOptions,
    globs: Globs,
    /// The folder that is walked, below [`CHECKOUT`].
    root: &'a Path,
    /// The same from the top of the tree on.
    prefix: BString,
    entries: AtomicUsize,
}

/// A folder that is to be listed.
struct Folder {
    node: Arc<Node>,
    /// Below [`CHECKOUT`].
    path: PathBuf,
    /// As text, below the root.
    below: String,
    /// Those of the folders above.
    rules: Option<Arc<Rules>>,
    /// The same.
    attributes: Option<Arc<Attributes>>,
}

/// An ignore file that is none.
struct Endless(&'static str);

/// The rules of a folder, if any, and a mistake in them.
type Found = (Option<Arc<Rules>>, Option<ignore::Error>);

impl Walker<'_> {
    /// What is in a folder, and the folders below it.
    fn list(&self, folder: Folder) -> Result<(Walk, Vec<Folder>), ScanError> {
        let list = || self.revision.with(|repository| self.listed(repository, folder));
        caught(list).unwrap_or_else(|panic| Err(self.revision.unreadable(panic).into()))
    }

    fn listed(&self, repository: &gix::Repository, folder: Folder) -> Result<(Walk, Vec<Folder>), ScanError> {
        let (mut walk, mut below) = (Walk::default(), Vec::new());
        let entries = self.entries(repository, &folder.node)?;
        let rules = match self.rules(repository, &folder.node, &folder.path, &entries, folder.rules.as_ref()) {
            Ok((rules, mistake)) => {
                walk.skipped.extend(mistake.map(|mistake| mistaken(self.root, &folder.path, &mistake)));
                rules
            }
            Err(Endless(name)) if folder.below.is_empty() => return Err(self.endless(name)),
            Err(Endless(name)) => {
                walk.skipped.push(Skip { path: folder.below, reason: format!("its {name} is no file of rules") });
                return Ok((walk, below));
            }
        };
        let file = entries.iter().find(|(name, entry)| name == ATTRIBUTES && entry.is_file()).map(|(_, entry)| *entry);
        let attributes = attributes_of(repository, &folder.node, file, folder.attributes);
        for (name, entry) in entries {
            let text = escaped(&name);
            let text = if folder.below.is_empty() { text } else { format!("{}/{text}", folder.below) };
            if let Some(reason) = wrong(&name, &text) {
                walk.skipped.push(Skip { path: text, reason: reason.to_owned() });
                continue;
            }
            let path = folder.path.join(name.to_os_str_lossy());
            let is_dir = matches!(entry.kind, EntryKind::Tree | EntryKind::Commit);
            let is_ignored = rules.as_ref().map_or(!self.options.hidden && is_hidden(&path), |rules| {
                rules.refuse(&path, is_dir, self.options.hidden)
            });
            if is_ignored || VERSION_CONTROL.iter().any(|other| name == *other) || self.globs.refuse_path(&path, is_dir)
            {
                continue;
            }
            match entry.kind {
                EntryKind::Blob | EntryKind::BlobExecutable => {
                    let line_ends = attributes.as_ref().map_or(LineEnds::AsStored, |known| known.line_ends(&path));
                    let address = Address::Blob(Blob { id: entry.id, line_ends });
                    walk.candidates.push(Candidate { path: text, address });
                }
                EntryKind::Tree => {
                    let node = Node { name, tree: Some(entry.id), parent: Some(Arc::clone(&folder.node)) };
                    below.push(Folder {
                        node: Arc::new(node),
                        path,
                        below: text,
                        rules: rules.clone(),
                        attributes: attributes.clone(),
                    });
                }
                EntryKind::Link => self.take_link(repository, &folder.node, entry.id, text, &mut walk),
                EntryKind::Commit if self.globs.refuse_path(&path, false) => {}
                EntryKind::Commit => walk.skipped.push(Skip { path: text, reason: SUBMODULE.to_owned() }),
            }
        }
        Ok((walk, below))
    }

    fn take_link(&self, repository: &gix::Repository, folder: &Arc<Node>, id: ObjectId, path: String, walk: &mut Walk) {
        let reason = match links::follow(repository, folder, id) {
            Ok(Target::Inside(target, _)) => match self.below_root(&target) {
                Some([]) => LINK_TO_ROOT,
                Some(target) => return walk.links.push(Link { path, target: escaped(target) }),
                None => LINK_OUTSIDE,
            },
            Ok(Target::Outside) => LINK_OUTSIDE,
            Ok(Target::Nowhere) => LINK_NOWHERE,
            Err(error) => {
                return walk.skipped.push(Skip { path, reason: format!("cannot be read: {}", broken(id, &error)) });
            }
        };
        walk.skipped.push(Skip { path, reason: reason.to_owned() });
    }

    /// A path from the top of the tree on as one from the root on, which itself is empty.
    fn below_root<'p>(&self, path: &'p BString) -> Option<&'p [u8]> {
        let below = path.strip_prefix(self.prefix.as_slice())?;
        if below.is_empty() || self.prefix.is_empty() { Some(below) } else { below.strip_prefix(b"/") }
    }

    fn entries(&self, repository: &gix::Repository, node: &Node) -> Result<Vec<(BString, Entry)>, ScanError> {
        let Some(id) = node.tree else { return Ok(Vec::new()) };
        let list = || -> gix::Result<Vec<_>> {
            let tree = repository.find_tree(id)?;
            let entry = |entry: gix::object::tree::EntryRef<'_, '_>| {
                (entry.filename().to_owned(), Entry { kind: entry.mode().kind(), id: entry.object_id() })
            };
            tree.iter().map(|found| found.map(entry)).collect()
        };
        let unreadable = |reason: String| ScanError::from(self.revision.unreadable(reason));
        let entries = list().map_err(|error| {
            let (path, why) = (node.path(), why(repository, &error));
            unreadable(if path.is_empty() { why } else { format!("its folder {}: {why}", escaped(&path)) })
        })?;
        if self.entries.fetch_add(entries.len(), Ordering::Relaxed) + entries.len() > MAX_ENTRIES {
            return Err(unreadable(format!("it claims to hold more than {MAX_ENTRIES} files")));
        }
        Ok(entries)
    }

    /// The rules of the folders above the root, which count as they do on disk.
    fn rules_above(&self, top: &Arc<Node>, skipped: &mut Vec<Skip>) -> Result<Option<Arc<Rules>>, ScanError> {
        let mut above: Vec<_> = std::iter::successors(top.parent.as_ref(), |node| node.parent.as_ref()).collect();
        above.reverse();
        let mut rules = None;
        for node in above {
            let found = self.revision.with(|repository| {
                let entries = self.entries(repository, node)?;
                let found = self.rules(repository, node, &checkout_path(node), &entries, rules.as_ref());
                found.map_err(|Endless(name)| self.endless(name))
            });
            let mistake;
            (rules, mistake) = found?;
            skipped.extend(mistake.map(|mistake| unreadable(self.root, &mistake)));
        }
        Ok(rules)
    }

    /// The rules that count in a folder.
    fn rules(
        &self,
        repository: &gix::Repository,
        node: &Arc<Node>,
        path: &Path,
        entries: &[(BString, Entry)],
        above: Option<&Arc<Rules>>,
    ) -> Result<Found, Endless> {
        if self.options.no_ignore {
            return Ok((None, None));
        }
        let mut texts = [None, None, None, None];
        for (text, name) in texts.iter_mut().zip(IGNORE_FILES) {
            let Some((_, entry)) = entries.iter().find(|(other, _)| other == name) else { continue };
            let id = match entry.kind {
                EntryKind::Link => match links::follow(repository, node, entry.id) {
                    Ok(Target::Inside(_, Some(id))) => id,
                    _ => continue,
                },
                _ if entry.is_file() => entry.id,
                _ => continue,
            };
            if repository.find_header(id).is_ok_and(|header| header.size() > MAX_IGNORE_BYTES) {
                return Err(Endless(name));
            }
            let read = repository.find_blob(id).map(|mut blob| blob.take_data());
            *text = Some((path.join(name), read.map_err(|error| broken(id, &error))));
        }
        if node.parent.is_none() {
            texts[IGNORE_FILES.len()] = own_rules(repository)?.map(|text| (path.join(EXCLUDE), Ok(text)));
        }
        let (rules, mistake) = Rules::new(above.cloned(), path, texts);
        Ok((Some(rules), mistake))
    }

    fn endless(&self, name: &str) -> ScanError {
        ScanError::IgnoreFile { path: Path::new(&self.revision.to_string()).join(name) }
    }
}

/// The ignore rules that a repository has besides those in its files.
const EXCLUDE: &str = ".git/info/exclude";
const ATTRIBUTES: &str = ".gitattributes";

fn own_rules(repository: &gix::Repository) -> Result<Option<Vec<u8>>, Endless> {
    let file = repository.common_dir().join("info/exclude");
    match std::fs::metadata(&file) {
        Ok(meta) if meta.is_file() && meta.len() <= MAX_IGNORE_BYTES => Ok(std::fs::read(&file).ok()),
        Ok(meta) if !meta.is_dir() => Err(Endless(EXCLUDE)),
        _ => Ok(None),
    }
}

/// The attributes of a folder whose `.gitattributes` is `file`.
fn attributes_of(
    repository: &gix::Repository,
    node: &Node,
    file: Option<Entry>,
    above: Option<Arc<Attributes>>,
) -> Option<Arc<Attributes>> {
    let fits = |id| repository.find_header(id).is_ok_and(|header| header.size() <= MAX_IGNORE_BYTES);
    let Some(blob) = file.filter(|file| fits(file.id)).and_then(|file| repository.find_blob(file.id).ok()) else {
        return above;
    };
    Some(Attributes::new(above, &checkout_path(node), node.parent.is_none(), &blob.data))
}

/// The attributes of a folder.
fn attributes(repository: &gix::Repository, node: &Arc<Node>) -> Option<Arc<Attributes>> {
    let mut nodes: Vec<_> = std::iter::successors(Some(node), |node| node.parent.as_ref()).collect();
    nodes.reverse();
    nodes.into_iter().fold(None, |above, node| {
        let file = node.child(repository, ATTRIBUTES.into()).ok().flatten().filter(|file| file.is_file());
        attributes_of(repository, node, file, above)
    })
}

/// What a checkout does to the line ends of one file.
pub(super) fn line_ends(repository: &gix::Repository, folder: &Arc<Node>, name: &str) -> LineEnds {
    let path = checkout_path(folder).join(name);
    attributes(repository, folder).map_or(LineEnds::AsStored, |attributes| attributes.line_ends(&path))
}

fn checkout_path(node: &Node) -> PathBuf {
    let path = node.path();
    if path.is_empty() { PathBuf::from(CHECKOUT) } else { Path::new(CHECKOUT).join(path.to_os_str_lossy()) }
}

/// Why nothing on disk can have this name or this path.
fn wrong(name: &BString, path: &str) -> Option<&'static str> {
    match name.as_slice() {
        b"" | b"." | b".." => Some("no name that a file may have"),
        name if name.contains(&b'/') => Some("no name that a file may have"),
        _ => (path.len() > MAX_PATH_BYTES).then_some("its path is too long"),
    }
}
