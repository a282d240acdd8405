//! Which spans are among the slowest.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::totals::Share;
use super::{Limits, SiteId, SpanRow};

/// How many of a site are kept at least.
const OF_A_SITE: usize = 3;
/// What one may take, with attributes.
const SPAN_BYTES: usize = 3072;
/// Of a span's attributes.
pub const ATTRIBUTE_BYTES: usize = 2048;

/// Slower spans are greater. No two are equal, so that the slowest are the same in whatever order they came.
type Rank = (u64, Reverse<(u128, u64)>);

fn rank(nanos: u64, trace: u128, id: u64) -> Rank {
    (nanos, Reverse((trace, id)))
}

/// The slowest so far: of all, and of each site.
pub struct Slowest {
    most: usize,
    most_sites: usize,
    all: BinaryHeap<Reverse<Rank>>,
    sites: FxHashMap<SiteId, [Option<Rank>; OF_A_SITE]>,
}

impl Slowest {
    /// None yet.
    pub fn new(limits: &Limits) -> Self {
        // As many spans as that are here, waiting and in `History`.
        let most = limits.bytes(Share::Slowest) / SPAN_BYTES / 2;
        Self {
            most: limits.slowest.min(most / 2),
            most_sites: most / 2 / OF_A_SITE,
            all: BinaryHeap::new(),
            sites: FxHashMap::default(),
        }
    }

    /// Whether a span is one of them, for now.
    pub fn admit(&mut self, nanos: u64, site: SiteId, trace: u128, id: u64) -> bool {
        let rank = rank(nanos, trace, id);
        let of_all = self.admit_to_all(rank);
        let room = self.sites.len() < self.most_sites;
        let of_site = match self.sites.get_mut(&site) {
            Some(known) => admit_to_site(known, rank),
            None => room && self.sites.insert(site, first_of_site(rank)).is_none(),
        };
        of_all || of_site
    }

    /// Whether there are more sites than those whose slowest are kept.
    pub fn is_full(&self) -> bool {
        self.sites.len() >= self.most_sites
    }

    /// Bytes of what it remembers.
    pub fn bytes(&self) -> usize {
        let site = size_of::<(SiteId, [Option<Rank>; OF_A_SITE])>() + 1;
        self.all.capacity() * size_of::<Rank>() + self.sites.capacity() * site
    }

    fn admit_to_all(&mut self, rank: Rank) -> bool {
        if self.all.len() < self.most {
            self.all.push(Reverse(rank));
            return true;
        }
        match self.all.peek_mut() {
            Some(mut least) if rank > least.0 => {
                *least = Reverse(rank);
                true
            }
            _ => false,
        }
    }
}

fn first_of_site(rank: Rank) -> [Option<Rank>; OF_A_SITE] {
    let mut ranks = [None; OF_A_SITE];
    ranks[0] = Some(rank);
    ranks
}

fn admit_to_site(known: &mut [Option<Rank>; OF_A_SITE], rank: Rank) -> bool {
    match known.iter_mut().min() {
        Some(least) if *least < Some(rank) => {
            *least = Some(rank);
            true
        }
        _ => false,
    }
}

/// Leaves the slowest only, slowest first.
pub fn prune<S: Borrow<SpanRow>>(spans: &mut Vec<S>, limits: &Limits) {
    let rank_of = |span: &S| {
        let span: &SpanRow = span.borrow();
        rank(span.nanos, span.trace, span.id)
    };
    spans.sort_by_cached_key(|span| Reverse(rank_of(span)));
    // A recording may be read twice.
    spans.dedup_by(|next, span| rank_of(span) == rank_of(next) && Borrow::<SpanRow>::borrow(&*span).id != 0);
    let mut slowest = Slowest::new(limits);
    spans.retain(|span| {
        let span: &SpanRow = span.borrow();
        slowest.admit(span.nanos, span.site, span.trace, span.id)
    });
}
