//! The sites there are. A record that came before costs no look-up of its place and no memory.

use std::hash::{Hash, Hasher};

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};

use super::cache::Cache;
use super::text::cut;
use super::totals::Share;
use super::{Code, How, Limits, Place, Site, SiteId};

/// The name for all names of a service that there is no memory for.
pub const OTHER_NAMES: &str = "(other names)";
/// The name for all services that there is no memory for.
pub const OTHER_SERVICES: &str = "(other services)";
/// Why a record was mended.
pub const MORE_NAMES: &str = "more names than may be kept: counted under `(other names)`";

/// Services that are told apart: each has entities of its own.
const SERVICES: usize = 1000;
const NAME_BYTES: usize = 256;
/// What a site costs beside its texts, here and in `History`: two of it, its place in two tables, its slowest.
const SITE_BYTES: usize = 3 * size_of::<Site>() + 64;

/// The site of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub site: SiteId,
    /// By what it was placed.
    pub how: How,
    /// Whether its own name could not be kept.
    pub is_other: bool,
}

impl Found {
    /// Until it is known better.
    pub const NOWHERE: Self = Self { site: SiteId(0), how: How::Unplaced, is_other: true };
}

/// Index of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServiceId(pub u32);

/// All sites, by id and by what they are.
pub struct Sites {
    services: FxHashMap<Box<str>, ServiceId>,
    sites: Vec<Site>,
    index: HashTable<SiteId>,
    /// What is known of records that came before.
    pub cache: Cache,
    bytes: usize,
    limit: usize,
    is_full: bool,
}

impl Sites {
    /// Those that are known already, by id.
    pub fn new(limits: &Limits, known: &[Site]) -> Self {
        let mut sites = Self {
            services: FxHashMap::default(),
            sites: Vec::new(),
            index: HashTable::new(),
            cache: Cache::new(limits.bytes(Share::Cache)),
            bytes: 0,
            limit: limits.bytes(Share::Sites),
            is_full: false,
        };
        for site in known {
            sites.service(&site.service);
            sites.push(site.clone());
        }
        sites
    }

    /// A service that is known.
    pub fn known_service(&self, name: &str) -> Option<ServiceId> {
        self.services.get(cut(name, NAME_BYTES).0).copied()
    }

    /// A service, known or new.
    pub fn service(&mut self, name: &str) -> (ServiceId, Box<str>) {
        let name = cut(name, NAME_BYTES).0;
        let name =
            if self.services.len() < SERVICES || self.services.contains_key(name) { name } else { OTHER_SERVICES };
        let next = ServiceId(self.services.len() as u32);
        (*self.services.entry(name.into()).or_insert(next), name.into())
    }

    /// The site of what is at a place, or of that name where it has none.
    pub fn intern(&mut self, service: &str, code: &Code<'_>, place: Option<Place>, how: How) -> Found {
        let found = |site, is_other| Found { site, how, is_other };
        let name = cut(name(code), NAME_BYTES).0;
        // A function of the repository is one, whatever its senders call it.
        let room = match place {
            Some(Place { function: Some(_), .. }) => self.limit / 8 * 7,
            Some(_) => self.limit / 4 * 3,
            None => self.limit / 2,
        };
        if let Some(site) = self.find_or_push(service, name, place, how, room) {
            return found(site, false);
        }
        self.is_full = true;
        let file = place.map(|place| Place { function: None, ..place });
        let of_file = file.and_then(|_| self.find_or_push(service, OTHER_NAMES, file, how, self.limit));
        if let Some(site) = of_file {
            return found(site, true);
        }
        // One a service, so that there is always room.
        let site = self.find_or_push(service, OTHER_NAMES, None, How::Unplaced, usize::MAX).unwrap_or(SiteId(0));
        Found { site, how: How::Unplaced, is_other: true }
    }

    /// All there are, by id.
    pub fn all(&self) -> &[Site] {
        &self.sites
    }

    /// About how many bytes it all takes.
    pub fn bytes(&self) -> usize {
        self.bytes + self.cache.bytes()
    }

    /// Whether there were names that could not be kept.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    fn find_or_push(
        &mut self,
        service: &str,
        name: &str,
        place: Option<Place>,
        how: How,
        room: usize,
    ) -> Option<SiteId> {
        let hash = hash(service, name, place, how);
        let same = |&id: &SiteId| is_same(&self.sites[id.index()], service, name, place, how);
        if let Some(&id) = self.index.find(hash, same) {
            return Some(id);
        }
        (self.bytes < room).then(|| self.push(Site { service: service.into(), name: name.into(), place, how }))
    }

    fn push(&mut self, site: Site) -> SiteId {
        let id = SiteId(self.sites.len() as u32);
        self.bytes += SITE_BYTES + 3 * (site.service.len() + site.name.len());
        self.sites.push(site);
        let hash_of = |id: &SiteId| {
            let site = &self.sites[id.index()];
            hash(&site.service, &site.name, site.place, site.how)
        };
        self.index.insert_unique(hash_of(&id), id, hash_of);
        id
    }
}

fn name<'a>(code: &Code<'a>) -> &'a str {
    match (code.function, code.name) {
        ("", "") => "(no name)",
        ("", name) => name,
        (function, _) => function,
    }
}

fn is_same(site: &Site, service: &str, name: &str, place: Option<Place>, how: How) -> bool {
    let is_function = place.is_some_and(|place| place.function.is_some());
    site.place == place && site.how == how && *site.service == *service && (is_function || *site.name == *name)
}

fn hash(service: &str, name: &str, place: Option<Place>, how: How) -> u64 {
    let mut hasher = FxHasher::default();
    (service, place, how).hash(&mut hasher);
    if place.is_none_or(|place| place.function.is_none()) {
        name.hash(&mut hasher);
    }
    hasher.finish()
}
