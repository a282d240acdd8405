//! Of whom series are kept: services, and top directories within them; a bounded number, the rest merged.

use rerun::EntityPathPart;
use rustc_hash::FxHashMap;

/// So many services have series of their own.
pub(super) const MAX_SERVICES: usize = 8;
/// So many directories have, of all services together.
pub(super) const MAX_DIRECTORIES: usize = 16;
/// What the others are counted as.
const OTHERS: &str = "others";

/// Index of a service or of a directory within one.
pub(super) type GroupId = u16;

/// Those that were seen.
#[derive(Default)]
pub(super) struct Groups {
    /// Part of an entity path, and whether it is a service.
    names: Vec<(String, bool)>,
    ids: FxHashMap<(String, bool), GroupId>,
    services: usize,
    directories: usize,
}

impl Groups {
    /// A service by its name; `true` with it when it had to be merged with others for the first time.
    pub fn service(&mut self, name: &str) -> (GroupId, bool) {
        let part = part(name);
        if let Some(&id) = self.ids.get(&(part.clone(), true)) {
            return (id, false);
        }
        if self.services < MAX_SERVICES {
            self.services += 1;
            return (self.push(part, true), false);
        }
        self.others(OTHERS.to_owned(), true)
    }

    /// A directory at the top of the repository within a service; see [`Groups::service`].
    pub fn directory(&mut self, service: GroupId, name: &str) -> (GroupId, bool) {
        let service = self.names[usize::from(service)].0.clone();
        let part = format!("{service}/{}", part(if name.is_empty() { "." } else { name }));
        if let Some(&id) = self.ids.get(&(part.clone(), false)) {
            return (id, false);
        }
        if self.directories < MAX_DIRECTORIES {
            self.directories += 1;
            return (self.push(part, false), false);
        }
        self.others(OTHERS.to_owned(), false)
    }

    /// Its part of entity paths.
    pub fn path(&self, id: GroupId) -> &str {
        &self.names[usize::from(id)].0
    }

    /// Whether it is a whole service.
    pub fn is_service(&self, id: GroupId) -> bool {
        self.names[usize::from(id)].1
    }

    fn others(&mut self, name: String, is_service: bool) -> (GroupId, bool) {
        match self.ids.get(&(name.clone(), is_service)) {
            Some(&id) => (id, false),
            None => (self.push(name, is_service), true),
        }
    }

    fn push(&mut self, name: String, is_service: bool) -> GroupId {
        let id = self.names.len() as GroupId;
        self.ids.insert((name.clone(), is_service), id);
        self.names.push((name, is_service));
        id
    }
}

/// What a sender calls something, as one part of an entity path.
pub(super) fn part(name: &str) -> String {
    const LONGEST: usize = 80;
    let name: String = name.chars().filter(|char| !char.is_control()).take(LONGEST).collect();
    if name.trim().is_empty() { "unnamed".to_owned() } else { EntityPathPart::new(name).escaped_string() }
}
