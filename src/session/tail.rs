//! What is added to a city while it is open, bounded for late joiners and for slow ones.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::broadcast;

/// A page that is more than this many additions behind is dropped.
const MAX_BEHIND: usize = 256;
const MAX_KEPT_BYTES: usize = 64 << 20;

/// The newest additions, each a complete RRD stream: kept up to a limit in bytes, then the oldest go.
pub struct Tail {
    kept: Mutex<Kept>,
    sender: broadcast::Sender<Bytes>,
    max_kept_bytes: usize,
}

#[derive(Default)]
struct Kept {
    chunks: VecDeque<Bytes>,
    bytes: usize,
}

/// What a joining page has missed, and where the rest will come.
pub struct Subscription {
    /// What was added before, as far as it was kept.
    pub missed: Vec<Bytes>,
    /// What is added from now on.
    pub receiver: broadcast::Receiver<Bytes>,
}

impl Default for Tail {
    fn default() -> Self {
        Self::with_limit(MAX_KEPT_BYTES)
    }
}

impl Tail {
    /// A tail that keeps at most so many bytes for late joiners.
    pub fn with_limit(max_kept_bytes: usize) -> Self {
        Self { kept: Mutex::default(), sender: broadcast::Sender::new(MAX_BEHIND), max_kept_bytes }
    }

    /// Adds a chunk and hands it to everyone who listens; never waits for them.
    pub fn push(&self, chunk: Bytes) {
        let mut kept = self.lock();
        kept.bytes += chunk.len();
        kept.chunks.push_back(chunk.clone());
        while kept.bytes > self.max_kept_bytes
            && let Some(oldest) = kept.chunks.pop_front()
        {
            kept.bytes -= oldest.len();
        }
        // No receiver is no error: nobody looks at the moment. Sent under the lock, so that no one gets a chunk twice.
        let _ = self.sender.send(chunk);
    }

    /// Forgets what was added: it was to a city that is no longer open.
    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    /// What was added so far, and everything from now on, without a gap between.
    pub fn subscribe(&self) -> Subscription {
        let kept = self.lock();
        Subscription { missed: kept.chunks.iter().cloned().collect(), receiver: self.sender.subscribe() }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(limit: usize, pushed: &[&'static str], expect: &[&str]) {
        let tail = Tail::with_limit(limit);
        for &chunk in pushed {
            tail.push(Bytes::from_static(chunk.as_bytes()));
        }
        assert_eq!(tail.subscribe().missed, expect);
    }

    #[test]
    fn the_oldest_go_first() {
        check(10, &["aaaa", "bbbb"], &["aaaa", "bbbb"]);
        check(10, &["aaaa", "bbbb", "cc"], &["aaaa", "bbbb", "cc"]);
        check(10, &["aaaa", "bbbb", "ccc"], &["bbbb", "ccc"]);
        check(3, &["aaaa"], &[]);
    }

    #[test]
    fn what_comes_later_is_received_once() {
        let tail = Tail::default();
        tail.push(Bytes::from_static(b"before"));
        let mut subscription = tail.subscribe();
        tail.push(Bytes::from_static(b"after"));
        assert_eq!(subscription.missed, ["before"]);
        assert_eq!(subscription.receiver.try_recv().expect("one addition"), "after");
        assert!(subscription.receiver.try_recv().is_err());
    }

    #[test]
    fn one_that_is_too_far_behind_is_told() {
        let tail = Tail::default();
        let mut subscription = tail.subscribe();
        for _ in 0..=MAX_BEHIND {
            tail.push(Bytes::from_static(b"x"));
        }
        assert!(matches!(subscription.receiver.try_recv(), Err(broadcast::error::TryRecvError::Lagged(_))));
    }
}
