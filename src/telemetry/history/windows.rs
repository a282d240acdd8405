//! Sums by window of time, in windows that become longer the older they are, so that they fit into a memory of a size.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::packed::{Calls, pack_calls, pack_rows, unpack_calls, unpack_rows};
use crate::telemetry::pending::WINDOW;
use crate::telemetry::{CallRow, Nanos, Row, SiteId, Sums};

/// A window is this many times doubled at most: over thirty years.
const LONGEST: usize = 30;
/// What may be kept in a form that is quick to add to, as part of the whole, and at most.
const LOOSE_PART: usize = 4;
const LOOSE_BYTES: usize = 8 << 20;
const ROW_BYTES: usize = (size_of::<(SiteId, Sums)>() + 1) * 3 / 2;
const BUCKET_BYTES: usize = 32;
const CALL_BYTES: usize = (size_of::<Calls>() + 1) * 3 / 2;
/// Of a window, beside its rows.
const WINDOW_BYTES: usize = size_of::<(Nanos, Packed)>() * 3 / 2 + 32;

/// A window: `2^class` seconds from `start`, a multiple of that. So of two windows one holds the other, or they are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Window {
    start: Nanos,
    class: usize,
}

#[derive(Clone, Debug, Default)]
struct Packed {
    rows: Box<[u8]>,
    calls: Box<[u8]>,
}

#[derive(Clone, Debug, Default)]
struct Loose {
    rows: FxHashMap<SiteId, Sums>,
    calls: FxHashMap<(SiteId, SiteId), (u64, u64)>,
    /// When it was last added to.
    turn: u64,
    bytes: usize,
}

/// All windows. What is packed is apart from each other; what is loose may lie within it.
#[derive(Clone, Debug)]
pub struct Windows {
    /// By class.
    packed: Vec<BTreeMap<Nanos, Packed>>,
    loose: FxHashMap<Window, Loose>,
    packed_bytes: usize,
    loose_bytes: usize,
    limit: usize,
    turn: u64,
}

impl Windows {
    /// For so many bytes.
    pub fn new(limit: usize) -> Self {
        let (packed, loose) = (vec![BTreeMap::new(); LONGEST + 1], FxHashMap::default());
        Self { packed, loose, packed_bytes: 0, loose_bytes: 0, limit, turn: 0 }
    }

    /// Adds sums of a site.
    pub fn add_row(&mut self, row: &Row) {
        let loose = self.loose(row.start, row.nanos);
        let added = match loose.rows.entry(row.site) {
            Entry::Vacant(place) => ROW_BYTES + place.insert(row.sums.clone()).durations.buckets().len() * BUCKET_BYTES,
            Entry::Occupied(mut known) => {
                let buckets = known.get().durations.buckets().len();
                known.get_mut().add(&row.sums);
                (known.get().durations.buckets().len() - buckets) * BUCKET_BYTES
            }
        };
        loose.bytes += added;
        self.added(added);
    }

    /// Adds calls between two sites.
    pub fn add_calls(&mut self, row: &CallRow) {
        let loose = self.loose(row.start, row.nanos);
        let before = loose.bytes;
        let (count, errors) = loose.calls.entry((row.from, row.to)).or_insert_with(|| {
            loose.bytes += CALL_BYTES;
            (0, 0)
        });
        (*count, *errors) = (*count + row.count, *errors + row.errors);
        let added = loose.bytes - before;
        self.added(added);
    }

    /// Sums by window and site, ascending.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.groups().into_iter().flat_map(|group| {
            let Window { start, .. } = group.window;
            let nanos = group.window.nanos();
            group.rows().into_iter().map(move |(site, sums)| Row { start, nanos, site, sums })
        })
    }

    /// Calls by window and sites, ascending.
    pub fn calls(&self) -> impl Iterator<Item = CallRow> {
        self.groups().into_iter().flat_map(|group| {
            let Window { start, .. } = group.window;
            let nanos = group.window.nanos();
            let row = move |((from, to), (count, errors))| CallRow { start, nanos, from, to, count, errors };
            group.calls().into_iter().map(row)
        })
    }

    /// Lengths in nanoseconds, shortest first, and how many windows have them.
    pub fn lengths(&self) -> Vec<(u64, usize)> {
        let mut lengths = BTreeMap::<u64, usize>::new();
        for group in self.groups() {
            *lengths.entry(group.window.nanos()).or_default() += 1;
        }
        lengths.into_iter().collect()
    }

    /// Whether there are windows of more than a second.
    pub fn is_coarse(&self) -> bool {
        self.packed[1..].iter().any(|windows| !windows.is_empty()) || self.loose.keys().any(|window| window.class > 0)
    }

    /// The start of the latest window.
    pub fn end(&self) -> Nanos {
        let packed = self.packed.iter().filter_map(|windows| windows.last_key_value()).map(|(&start, _)| start);
        packed.chain(self.loose.keys().map(|window| window.start)).max().unwrap_or(0)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.packed_bytes + self.loose_bytes
    }

    fn loose(&mut self, start: Nanos, nanos: u64) -> &mut Loose {
        let window = Window::holding(start, nanos);
        let loose = self.loose.entry(window).or_insert_with(|| {
            self.loose_bytes += WINDOW_BYTES;
            Loose { bytes: WINDOW_BYTES, ..Loose::default() }
        });
        loose.turn = self.turn;
        loose
    }

    fn added(&mut self, bytes: usize) {
        self.turn += 1;
        self.loose_bytes += bytes;
        let most = (self.limit / LOOSE_PART).min(LOOSE_BYTES);
        if self.loose_bytes > most {
            self.pack(most / 2);
        }
    }

    /// Packs what was not added to for longest, until so many bytes are loose.
    fn pack(&mut self, most: usize) {
        let mut windows: Vec<_> = self.loose.iter().map(|(&window, loose)| (loose.turn, window)).collect();
        windows.sort_unstable_by_key(|&(turn, window)| (turn, window.start, window.class));
        for (_, window) in windows {
            if self.loose_bytes <= most {
                break;
            }
            if let Some(loose) = self.loose.remove(&window) {
                self.loose_bytes -= loose.bytes;
                self.merge(window, Some(&loose));
            }
        }
        while self.bytes() > self.limit && self.coarsen() {}
    }

    /// Makes one window of all that lies in one and of what is given, or adds it to the one in which it lies.
    fn merge(&mut self, window: Window, loose: Option<&Loose>) {
        let around = (window.class..=LONGEST).map(|class| Window::of(window.start, class));
        let window =
            around.into_iter().find(|known| self.packed[known.class].contains_key(&known.start)).unwrap_or(window);
        let mut group = Group { window, packed: Vec::new(), loose: loose.into_iter().collect() };
        let mut taken = Vec::new();
        for class in 0..=window.class {
            let windows = &mut self.packed[class];
            let within: Vec<_> = windows.range(window.start..window.end()).map(|(&start, _)| start).collect();
            taken.extend(within.iter().filter_map(|start| windows.remove(start)));
        }
        self.packed_bytes -= taken.iter().map(Packed::bytes).sum::<usize>();
        group.packed.extend(&taken);
        let merged = match (&*taken, loose) {
            ([_], None) => None,
            _ => Some(Packed { rows: pack_rows(&group.rows()), calls: pack_calls(&group.calls()) }),
        };
        if let Some(packed) = merged.or_else(|| taken.pop()) {
            self.packed_bytes += packed.bytes();
            self.packed[window.class].insert(window.start, packed);
        }
    }

    /// Makes one window of the two oldest of the length that most have. So windows are as long as they are old, about.
    /// Whether there was anything to do.
    fn coarsen(&mut self) -> bool {
        let classes = self.packed[..LONGEST].iter().enumerate().rev();
        let Some((class, windows)) = classes.max_by_key(|(_, windows)| windows.len()) else { return false };
        let Some((&start, _)) = windows.first_key_value() else { return false };
        let single = self.packed.iter().map(BTreeMap::len).sum::<usize>() == 1;
        if !single {
            self.merge(Window::of(start, class + 1), None);
        }
        !single
    }

    /// What belongs together, by time.
    fn groups(&self) -> Vec<Group<'_>> {
        let packed = self.packed.iter().enumerate().flat_map(|(class, windows)| {
            windows.iter().map(move |(&start, packed)| (Window { start, class }, Some(packed), None))
        });
        let loose = self.loose.iter().map(|(&window, loose)| (window, None, Some(loose)));
        let mut parts: Vec<_> = packed.chain(loose).collect();
        parts.sort_unstable_by_key(|(window, ..)| (window.start, std::cmp::Reverse(window.class)));
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (window, packed, loose) in parts {
            if groups.last().is_none_or(|group| group.window.end() <= window.start) {
                groups.push(Group { window, packed: Vec::new(), loose: Vec::new() });
            }
            if let Some(group) = groups.last_mut() {
                group.packed.extend(packed);
                group.loose.extend(loose);
            }
        }
        groups
    }
}

impl Window {
    /// The shortest window that begins at or before a time and is at least so long.
    fn holding(start: Nanos, nanos: u64) -> Self {
        let class = nanos.div_ceil(WINDOW).max(1).next_power_of_two().trailing_zeros() as usize;
        Self::of(start, class.min(LONGEST))
    }

    fn of(time: Nanos, class: usize) -> Self {
        let nanos = WINDOW << class;
        Self { start: time / nanos * nanos, class }
    }

    fn nanos(self) -> u64 {
        WINDOW << self.class
    }

    fn end(self) -> Nanos {
        self.start.saturating_add(self.nanos())
    }
}

impl Packed {
    fn bytes(&self) -> usize {
        WINDOW_BYTES + self.rows.len() + self.calls.len()
    }
}

/// Everything of one window.
struct Group<'a> {
    window: Window,
    packed: Vec<&'a Packed>,
    loose: Vec<&'a Loose>,
}

impl Group<'_> {
    /// By site, ascending.
    fn rows(&self) -> Vec<(SiteId, Sums)> {
        if let (&[packed], []) = (&*self.packed, &*self.loose) {
            return unpack_rows(&packed.rows).collect();
        }
        let packed = self.packed.iter().flat_map(|packed| unpack_rows(&packed.rows));
        let loose = self.loose.iter().flat_map(|loose| &loose.rows).map(|(&site, sums)| (site, sums.clone()));
        let mut rows: Vec<_> = packed.chain(loose).collect();
        rows.sort_by_key(|&(site, _)| site);
        rows.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1.add(&next.1);
            }
            same
        });
        rows
    }

    /// By sites, ascending.
    fn calls(&self) -> Vec<Calls> {
        let packed = self.packed.iter().flat_map(|packed| unpack_calls(&packed.calls));
        let loose = self.loose.iter().flat_map(|loose| &loose.calls).map(|(&sites, &counts)| (sites, counts));
        let mut calls: Vec<_> = packed.chain(loose).collect();
        calls.sort_unstable();
        calls.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 = (first.1.0 + next.1.0, first.1.1 + next.1.1);
            }
            same
        });
        calls
    }
}
