//! Entries in the order in which they were made, found by the span they are of.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::Entry;

/// A span of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    /// Both halves of the trace's id.
    pub trace: [u64; 2],
    /// The span's id.
    pub span: u64,
}

impl Id {
    fn hash(self) -> u64 {
        let mut hasher = FxHasher::default();
        Hash::hash(&self, &mut hasher);
        hasher.finish()
    }
}

/// Entries of a piece: a queue of one piece would be copied, and be there twice, whenever it grows.
const PIECE: usize = 1024;

/// A queue with an index. Places count up, and begin again after `u32::MAX`: there are never so many at once.
#[derive(Default)]
pub struct Ring {
    /// None is empty, and those between the first and the last are full.
    pieces: VecDeque<VecDeque<Entry>>,
    length: usize,
    index: HashTable<u32>,
    /// The place of the first entry.
    first: u32,
}

impl Ring {
    /// The place of a span.
    pub fn find(&self, id: Id) -> Option<u32> {
        self.index.find(id.hash(), |&at| self.get(at).is_some_and(|entry| entry.id == id)).copied()
    }

    /// The entry at a place.
    pub fn get(&self, at: u32) -> Option<&Entry> {
        let (piece, within) = self.locate(at)?;
        self.pieces.get(piece)?.get(within)
    }

    /// The entry at a place.
    pub fn get_mut(&mut self, at: u32) -> Option<&mut Entry> {
        let (piece, within) = self.locate(at)?;
        self.pieces.get_mut(piece)?.get_mut(within)
    }

    /// Adds a span that is not in it, as the newest.
    pub fn push(&mut self, entry: Entry) -> u32 {
        let at = self.first.wrapping_add(self.length as u32);
        let hash = entry.id.hash();
        match self.pieces.back_mut() {
            Some(piece) if piece.len() < PIECE => piece.push_back(entry),
            _ => {
                let mut piece = VecDeque::with_capacity(PIECE);
                piece.push_back(entry);
                self.pieces.push_back(piece);
            }
        }
        self.length += 1;
        let mut index = std::mem::take(&mut self.index);
        index.insert_unique(hash, at, |&at| self.get(at).map_or(0, |entry| entry.id.hash()));
        self.index = index;
        at
    }

    /// Takes out the oldest.
    pub fn pop(&mut self) -> Option<Entry> {
        let piece = self.pieces.front_mut()?;
        let entry = piece.pop_front()?;
        if piece.is_empty() {
            self.pieces.pop_front();
        }
        if let Ok(found) = self.index.find_entry(entry.id.hash(), |&at| at == self.first) {
            found.remove();
        }
        self.first = self.first.wrapping_add(1);
        self.length -= 1;
        Some(entry)
    }

    /// Bytes of the queue and its index.
    pub fn bytes(&self) -> usize {
        self.length * size_of::<Entry>() + self.index.capacity() * 6
    }

    fn locate(&self, at: u32) -> Option<(usize, usize)> {
        let offset = at.wrapping_sub(self.first) as usize;
        let first = self.pieces.front()?.len();
        Some(match offset.checked_sub(first) {
            None => (0, offset),
            Some(offset) => (1 + offset / PIECE, offset % PIECE),
        })
    }
}
