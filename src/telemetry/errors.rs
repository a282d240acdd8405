//! Which errors are told in full, and which are known already and only counted.

use rustc_hash::FxHashMap;

use super::text::cut;
use super::{ErrorRow, Exception, Nanos, SiteId};

/// The text for all kinds, or messages, that there is no memory for.
pub const OTHERS: &str = "(others)";

/// How many of a kind and message at a site are told in full.
const IN_FULL: u32 = 10;
/// Kinds at a site that are told apart.
const KINDS: usize = 20;
/// Messages of a kind at a site that are told apart.
const MESSAGES: usize = 100;
const KIND_BYTES: usize = 256;
const MESSAGE_BYTES: usize = 1024;
const STACK_BYTES: usize = 8192;

/// What became of an error.
pub struct Told {
    /// It is told in full, as it is new or rare.
    pub row: Option<ErrorRow>,
    /// Some of its texts were cut.
    pub is_cut: bool,
}

/// The errors that are known, by site, kind and message.
pub struct Errors {
    sites: FxHashMap<SiteId, Vec<Kind>>,
    groups: Vec<Group>,
    repeated: FxHashMap<(u32, u32), (Nanos, u64)>,
    bytes: usize,
    limit: usize,
    is_full: bool,
}

struct Kind {
    name: Box<str>,
    messages: Vec<(Box<str>, u32)>,
}

struct Group {
    site: SiteId,
    kind: Box<str>,
    message: Box<str>,
    in_full: u32,
}

impl Errors {
    /// None yet; for so many bytes.
    pub fn new(limit: usize) -> Self {
        let (sites, repeated) = (FxHashMap::default(), FxHashMap::default());
        Self { sites, groups: Vec::new(), repeated, bytes: 0, limit, is_full: false }
    }

    /// Tells an error, or counts it in the window of its time.
    pub fn tell(&mut self, second: u32, time: Nanos, site: SiteId, exception: &Exception<'_>) -> Told {
        let (kind, kind_cut) = cut(exception.kind, KIND_BYTES);
        let (message, message_cut) = cut(exception.message, MESSAGE_BYTES);
        let (stack, stack_cut) = cut(exception.stack, STACK_BYTES);
        let is_cut = kind_cut || message_cut || stack_cut;
        let id = self.group(site, kind, message);
        let group = &mut self.groups[id as usize];
        if group.in_full < IN_FULL {
            group.in_full += 1;
            let (kind, message, stack) = (kind.into(), message.into(), stack.into());
            return Told { row: Some(ErrorRow { time, site, kind, message, stack, count: 1 }), is_cut };
        }
        let (last, count) = self.repeated.entry((second, id)).or_default();
        (*last, *count) = (time.max(*last), *count + 1);
        Told { row: None, is_cut }
    }

    /// Takes what was counted since this was asked last.
    pub fn take_repeated(&mut self) -> Vec<ErrorRow> {
        let groups = &self.groups;
        let rows = self.repeated.drain().map(|((_, group), (time, count))| {
            let Group { site, kind, message, .. } = &groups[group as usize];
            let (kind, message) = (kind.clone(), message.clone());
            ErrorRow { time, site: *site, kind, message, stack: Box::default(), count }
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable_by(|one, two| {
            (one.time, one.site, &one.kind, &one.message).cmp(&(two.time, two.site, &two.kind, &two.message))
        });
        self.repeated.shrink_to(1 << 12);
        rows
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.bytes + self.repeated.capacity() * 32
    }

    /// Whether there are errors that are not told apart.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    fn group(&mut self, site: SiteId, kind: &str, message: &str) -> u32 {
        let has_room = self.bytes < self.limit;
        let kinds = self.sites.entry(site).or_default();
        let at = match kinds.iter().position(|known| *known.name == *kind) {
            Some(at) => at,
            None if has_room && kinds.len() < KINDS => self.add_kind(site, kind),
            None => {
                self.is_full = true;
                match self.sites[&site].iter().position(|known| *known.name == *OTHERS) {
                    Some(at) => at,
                    None => self.add_kind(site, OTHERS),
                }
            }
        };
        let known = &self.sites[&site][at];
        let find = |text: &str| known.messages.iter().find(|(known, _)| **known == *text).map(|&(_, group)| group);
        if let Some(group) = find(message) {
            return group;
        }
        if has_room && known.messages.len() < MESSAGES {
            return self.add_message(site, at, message);
        }
        match find(OTHERS) {
            Some(group) => group,
            None => self.add_message(site, at, OTHERS),
        }
    }

    fn add_kind(&mut self, site: SiteId, name: &str) -> usize {
        self.bytes += size_of::<Kind>() * 2 + size_of::<SiteId>() * 4 + name.len();
        let kinds = self.sites.entry(site).or_default();
        kinds.push(Kind { name: name.into(), messages: Vec::new() });
        kinds.len() - 1
    }

    fn add_message(&mut self, site: SiteId, kind: usize, message: &str) -> u32 {
        let id = self.groups.len() as u32;
        if let Some(known) = self.sites.get_mut(&site).and_then(|kinds| kinds.get_mut(kind)) {
            self.bytes += 2 * (size_of::<Group>() + 24) + 2 * message.len() + known.name.len();
            known.messages.push((message.into(), id));
            self.groups.push(Group { site, kind: known.name.clone(), message: message.into(), in_full: 0 });
        }
        id
    }
}
