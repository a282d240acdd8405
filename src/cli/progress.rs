//! A progress bar on standard error, for work that takes longer than a second.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::analysis::Progress;

const PATIENCE: Duration = Duration::from_secs(1);

/// Shows itself once a second has gone by, and only on a terminal.
pub struct Bar {
    started: Instant,
    bar: ProgressBar,
    shown: Mutex<Option<&'static str>>,
    quiet: bool,
}

impl Bar {
    /// A bar that shows nothing yet, and never will when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { started: Instant::now(), bar, shown: Mutex::new(None), quiet }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn report(&self, stage: &'static str, done: usize, total: usize) {
        if self.quiet || (!done.is_multiple_of(64) && done != total) || self.started.elapsed() < PATIENCE {
            return;
        }
        let Ok(mut shown) = self.shown.lock() else { return };
        self.bar.set_length(total as u64);
        if *shown != Some(stage) {
            if shown.is_none() {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            // A stage of one step has nothing to count.
            let template = if total > 1 { "{msg} {wide_bar} {pos}/{len} files, {eta} left" } else { "{msg}" };
            self.bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            *shown = Some(stage);
            self.bar.set_message(stage);
        }
        self.bar.set_position(done as u64);
    }
}
