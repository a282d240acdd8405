//! What the placer said of records that came before.

use std::hash::{Hash, Hasher};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::Code;
use super::sites::{Found, ServiceId};

/// Longer ones are placed anew each time.
const TEXT_BYTES: usize = 4096;
/// Emptying it is to take no longer than a millisecond or so.
const MOST_BYTES: usize = 16 << 20;

/// What tells a record from others, and its hash. A stack trace is known by its own hash alone, as it may be long.
pub struct Key<'a> {
    hash: u64,
    service: ServiceId,
    code: &'a Code<'a>,
    stack: u64,
}

impl<'a> Key<'a> {
    /// The key of a service's record.
    pub fn new(service: ServiceId, code: &'a Code<'a>) -> Self {
        let stack = if code.stack.is_empty() { 0 } else { hash_of(code.stack) };
        let Code { path, function, namespace, line, name, .. } = *code;
        let hash = hash_of((service.0, line, stack, path, function, namespace, name));
        Self { hash, service, code, stack }
    }

    fn texts(&self) -> [&'a str; 4] {
        [self.code.path, self.code.function, self.code.namespace, self.code.name]
    }
}

struct Entry {
    hash: u64,
    stack: u64,
    service: ServiceId,
    line: u32,
    /// Where the first three texts end.
    ends: [u16; 3],
    texts: Box<str>,
    found: Found,
}

impl Entry {
    fn is_of(&self, key: &Key<'_>) -> bool {
        let same = self.hash == key.hash && self.stack == key.stack && self.service == key.service;
        same && self.line == key.code.line && self.texts() == key.texts()
    }

    fn texts(&self) -> [&str; 4] {
        let [first, second, third] = self.ends.map(usize::from);
        let texts = &*self.texts;
        [&texts[..first], &texts[first..second], &texts[second..third], &texts[third..]]
    }
}

/// Answers by key. When it is full it begins anew: what comes often is soon in it again.
pub struct Cache {
    entries: HashTable<Entry>,
    bytes: usize,
    limit: usize,
}

impl Cache {
    /// Nothing in it yet.
    pub fn new(limit: usize) -> Self {
        Self { entries: HashTable::new(), bytes: 0, limit: limit.min(MOST_BYTES) }
    }

    /// What is known of a key.
    pub fn get(&self, key: &Key<'_>) -> Option<Found> {
        self.entries.find(key.hash, |entry| entry.is_of(key)).map(|entry| entry.found)
    }

    /// Remembers an answer.
    pub fn insert(&mut self, key: &Key<'_>, found: Found) {
        let texts = key.texts();
        let length: usize = texts.iter().map(|text| text.len()).sum();
        if length > TEXT_BYTES || self.get(key).is_some() {
            return;
        }
        // A table is at least half full, with a byte of control for each place in it; texts have an allocation of their own.
        let cost = 2 * size_of::<Entry>() + length + 16;
        if self.bytes + cost > self.limit {
            self.entries.clear();
            self.bytes = 0;
        }
        self.bytes += cost;
        let mut ends = [0; 3];
        let mut end = 0;
        for (text, slot) in texts.iter().zip(&mut ends) {
            end += text.len() as u16;
            *slot = end;
        }
        let Key { hash, service, stack, code } = *key;
        let entry = Entry { hash, stack, service, line: code.line, ends, texts: texts.concat().into(), found };
        self.entries.insert_unique(hash, entry, |entry| entry.hash);
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.bytes.max(self.entries.capacity() * size_of::<Entry>())
    }
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
