//! What happens in the pages of a session, told to whoever watches.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use serde::Serialize;

use super::{Details, Kind, View};

/// A watcher that is more than so many events behind loses the newest.
const MAX_WAITING: usize = 1024;

/// Something happened in a page. Pages are told apart by their numbers, which are never used again.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A page was opened, or has come back.
    Joined {
        /// Its number.
        page: u64,
    },
    /// A page was closed, or its connection is gone.
    Left {
        /// Its number.
        page: u64,
    },
    /// Something was selected, by whatever: a click, a hit, a link, [`Remote::Select`](super::Remote::Select). Once for each
    /// change, also when what is known of it has changed.
    Selected {
        /// Where.
        page: u64,
        /// The path below the root, without a slash at its end; empty for the root.
        path: String,
        /// What it is.
        kind: Kind,
        /// The function that was chosen in the file.
        function: Option<String>,
        /// What the page shows of it.
        details: Box<Details>,
    },
    /// Nothing is selected any more.
    Cleared {
        /// Where.
        page: u64,
    },
    /// Look or filters have changed.
    Looked {
        /// Where.
        page: u64,
        /// How the page shows the city now.
        view: View,
    },
    /// The timeline, the time on it, or whether it runs has changed; at most about ten times a second.
    Time {
        /// Where.
        page: u64,
        /// The name of the timeline.
        timeline: String,
        /// Sequence number, or nanoseconds.
        time: f64,
        /// Whether it runs.
        playing: bool,
    },
}

/// Whoever watches. Telling never waits for them.
#[derive(Clone, Default)]
pub struct Watchers(Arc<Mutex<Vec<Watcher>>>);

struct Watcher {
    id: u64,
    queue: SyncSender<Arc<Event>>,
    missed: Arc<AtomicU64>,
}

impl Watchers {
    /// See [`Session::watch`](super::Session::watch).
    pub fn add(&self, mut f: impl FnMut(&Event) + Send + 'static) -> io::Result<Watch> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let (queue, events) = sync_channel::<Arc<Event>>(MAX_WAITING);
        let missed = Arc::new(AtomicU64::new(0));
        // It ends with its queue.
        thread::Builder::new().name("repolis-watch".to_owned()).spawn(move || events.iter().for_each(|it| f(&it)))?;
        self.lock().push(Watcher { id, queue, missed: missed.clone() });
        Ok(Watch { id, missed, watchers: self.clone() })
    }

    pub fn tell(&self, event: Event) {
        let event = Arc::new(event);
        self.lock().retain(|watcher| match watcher.queue.try_send(event.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                watcher.missed.fetch_add(1, Ordering::Relaxed);
                true
            }
            // Its function has panicked.
            Err(TrySendError::Disconnected(_)) => false,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Watcher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a watcher: when this is dropped, nothing new is told to it. What is being told at that moment, and what waits in its
/// queue, may still be.
#[must_use = "nothing is told any more once this is dropped"]
pub struct Watch {
    id: u64,
    missed: Arc<AtomicU64>,
    watchers: Watchers,
}

impl Watch {
    /// How many events were lost because the watcher was too slow.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.lock().retain(|watcher| watcher.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn every_watcher_hears_in_order_until_it_is_dropped() {
        let watchers = Watchers::default();
        let (heard, events) = channel();
        let watch = watchers.add(move |event| heard.send(event.clone()).unwrap()).unwrap();
        watchers.tell(Event::Joined { page: 1 });
        watchers.tell(Event::Left { page: 1 });
        assert_eq!(events.recv().unwrap(), Event::Joined { page: 1 });
        assert_eq!(events.recv().unwrap(), Event::Left { page: 1 });
        drop(watch);
        watchers.tell(Event::Joined { page: 2 });
        assert!(events.recv().is_err());
    }

    #[test]
    fn a_watcher_that_blocks_holds_nobody_up() {
        let watchers = Watchers::default();
        let (release, gate) = channel::<()>();
        let watch = watchers.add(move |_| _ = gate.recv()).unwrap();
        for page in 0..3000 {
            watchers.tell(Event::Joined { page });
        }
        assert!(watch.missed() >= 3000 - MAX_WAITING as u64 - 1);
        drop(release);
    }

    #[test]
    fn a_watcher_that_panics_ends_alone() {
        let watchers = Watchers::default();
        let _broken = watchers.add(|_| panic!("as the test wants")).unwrap();
        let (heard, events) = channel();
        let _watch = watchers.add(move |event| heard.send(event.clone()).unwrap()).unwrap();
        for page in 0..3 {
            watchers.tell(Event::Joined { page });
            assert_eq!(events.recv().unwrap(), Event::Joined { page });
        }
    }
}
