//! Where symbolic links of a tree lead, as the system would find it in a checkout.

use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::tree::EntryKind;

use super::{Entry, Node};

/// As many links on the way as Linux follows.
const MAX_LINKS: usize = 40;
/// No link on disk is longer, in bytes.
const MAX_LINK_BYTES: u64 = 4095;

/// Where a link leads.
pub(super) enum Target {
    /// To a folder or file of the tree, by its path from the top of the tree on, with the blob of a file.
    Inside(BString, Option<ObjectId>),
    /// Out of the tree.
    Outside,
    /// To nothing.
    Nowhere,
}

/// What the walk along a link has come to.
enum At {
    Folder(Arc<Node>),
    File(Arc<Node>, BString, ObjectId),
}

/// Follows the link with this blob, which is in `folder`.
pub(super) fn follow(repository: &gix::Repository, folder: &Arc<Node>, link: ObjectId) -> gix::Result<Target> {
    let Some(mut left) = parts(repository, link)? else { return Ok(Target::Nowhere) };
    let (mut at, mut links) = (At::Folder(Arc::clone(folder)), 1);
    while let Some(part) = left.pop() {
        // A file has nothing below it, not even itself.
        let At::Folder(folder) = &at else { return Ok(Target::Nowhere) };
        let found = match part.as_slice() {
            b"/" => return Ok(Target::Outside),
            b"" | b"." => continue,
            b".." => match &folder.parent {
                Some(parent) => {
                    at = At::Folder(Arc::clone(parent));
                    continue;
                }
                None => return Ok(Target::Outside),
            },
            name => folder.child(repository, name.as_bstr())?,
        };
        let parent = Arc::clone(folder);
        at = match found {
            None => return Ok(Target::Nowhere),
            Some(Entry { kind: EntryKind::Tree, id }) => below(parent, part, Some(id)),
            Some(Entry { kind: EntryKind::Commit, .. }) => below(parent, part, None),
            Some(Entry { kind: EntryKind::Link, id }) => {
                links += 1;
                let Some(mut more) = parts(repository, id)?.filter(|_| links <= MAX_LINKS) else {
                    return Ok(Target::Nowhere);
                };
                left.append(&mut more);
                continue;
            }
            Some(Entry { id, .. }) => At::File(parent, part, id),
        };
    }
    Ok(match at {
        At::Folder(folder) => Target::Inside(folder.path(), None),
        At::File(folder, name, id) => Target::Inside(joined(folder.path(), name.as_bstr()), Some(id)),
    })
}

fn below(parent: Arc<Node>, name: BString, tree: Option<ObjectId>) -> At {
    At::Folder(Arc::new(Node { name, tree, parent: Some(parent) }))
}

/// The parts of a link's path, the first last; `/` for the root of the file system. None where no system has such a link.
fn parts(repository: &gix::Repository, link: ObjectId) -> gix::Result<Option<Vec<BString>>> {
    if repository.find_header(link)?.size() > MAX_LINK_BYTES {
        return Ok(None);
    }
    let text = &repository.find_blob(link)?.data;
    if text.is_empty() || text.contains(&0) {
        return Ok(None);
    }
    let mut parts: Vec<BString> = text.split(|&byte| byte == b'/').map(BString::from).collect();
    if text.starts_with(b"/") {
        parts[0] = "/".into();
    }
    parts.reverse();
    Ok(Some(parts))
}

fn joined(mut folder: BString, name: &BStr) -> BString {
    if !folder.is_empty() {
        folder.push(b'/');
    }
    folder.extend_from_slice(name);
    folder
}

impl Node {
    /// The path from the top of the tree on.
    pub fn path(&self) -> BString {
        match &self.parent {
            Some(parent) => joined(parent.path(), self.name.as_bstr()),
            None => BString::default(),
        }
    }
}
