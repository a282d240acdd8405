//! What is left of a recording, however it ended.

use std::fs::OpenOptions;
use std::io::Write;

use super::super::live::tests::{self as live, START, row, site};
use super::*;
use crate::stream::{has_footer, load};
use crate::telemetry::{CallRow, History};

/// So many seconds are a part, and then some.
const SECONDS: u64 = 150;

struct Made {
    folder: tempfile::TempDir,
    history: History,
    recorder: Recorder,
}

impl Made {
    fn file(&self) -> PathBuf {
        self.folder.path().join("run.rrd")
    }

    fn read(&self) -> Loaded {
        load(&read_recording(&self.file()).unwrap().0).unwrap()
    }
}

/// A recording of one call a second, and what it holds.
fn made(seconds: u64) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let (loaded, city) = live::made();
    let mut live = LiveStream::new(&loaded, Activity::Rate);
    let mut recorder = Recorder::create(&folder.path().join("run.rrd"), &city, &loaded, Activity::Rate).unwrap();
    let mut history = History::default();
    for second in 0..seconds {
        let sites = match second {
            0 => vec![site(&loaded, "shop", "app/main.py")],
            70 => vec![site(&loaded, "shop", "lib/db.py"), site(&loaded, "shop", "top.py")],
            _ => Vec::new(),
        };
        let other = if second < 70 { 0 } else { 1 + second as u32 % 2 };
        let start = START + second * SECOND;
        let call = CallRow { start, nanos: SECOND, from: SiteId(0), to: SiteId(other), count: 1, errors: 0 };
        let rows = vec![row(0, second, 1, 0), row(other, second, 2, u64::from(second == 90))];
        let update = Update { now: start + SECOND, sites, rows, calls: vec![call], ..Update::default() };
        history.add(&update);
        let messages = live.update(&update, second * 1_000_000).unwrap();
        recorder.add(&update, &messages, second * 1_000_000).unwrap();
    }
    Made { folder, history, recorder }
}

type Totals = (Vec<(u64, u64, u64)>, Vec<((SiteId, SiteId), (u64, u64))>);

/// Sums over all time by site; and those of calls.
fn totals(history: &History) -> Totals {
    let mut sums = vec![(0, 0, 0); history.sites().len()];
    for row in history.rows() {
        let sum = &mut sums[row.site.index()];
        *sum = (sum.0 + row.sums.count, sum.1 + row.sums.errors, sum.2 + row.sums.durations.count());
    }
    (sums, history.calls())
}

#[track_caller]
fn check(made: &Made, history: &History) {
    let loaded = made.read();
    let (read, measure) = loaded.runtime.unwrap();
    assert_eq!(measure, Activity::Rate);
    assert_eq!(read.sites(), history.sites());
    assert_eq!(totals(&read), totals(history));
}

#[test]
fn a_complete_recording_has_everything_and_no_tail() {
    let Made { folder, history, recorder } = made(SECONDS);
    let file = folder.path().join("run.rrd");
    recorder.finish(u64::MAX / 4).unwrap();
    assert!(has_footer(&fs::read(&file).unwrap()) && !tail_path(&file).exists());
    let loaded = load(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(totals(&loaded.runtime.as_ref().unwrap().0), totals(&history));
    assert_eq!(loaded.call_arcs.len(), 2);
    let live = LiveStream::recorded(&loaded, &history, Activity::Rate);
    assert_eq!(live.call_at(0).map(|(_, calls)| calls), Some(40), "an arc keeps its instance");
}

#[test]
fn what_was_added_is_there_when_the_process_is_gone() {
    let made = made(SECONDS);
    check(&made, &made.history);
    // Without the tail there are the parts that were complete.
    let parts = load(&fs::read(made.file()).unwrap()).unwrap().runtime.unwrap().0;
    let (sums, _) = totals(&parts);
    assert!(sums[0].0 >= 60, "{sums:?}");
}

/// The tail still has what half a part is of.
#[test]
fn half_a_part_counts_for_nothing() {
    let made = made(SECONDS);
    let complete = self::made(SECONDS);
    complete.recorder.finish(1).unwrap();
    let (size, more) = (fs::metadata(made.file()).unwrap().len() as usize, complete.folder.path().join("run.rrd"));
    let more = fs::read(more).unwrap();
    let mut file = OpenOptions::new().append(true).open(made.file()).unwrap();
    file.write_all(&more[size..size + (more.len() - size) * 2 / 3]).unwrap();
    check(&made, &made.history);
}

#[test]
fn a_tail_is_read_as_far_as_it_goes() {
    let made = made(SECONDS);
    let tail = tail_path(&made.file());
    let whole = fs::read(&tail).unwrap();
    let mut before = 0;
    for eighths in 1..=8 {
        fs::write(&tail, &whole[..whole.len() * eighths / 8]).unwrap();
        let read = made.read().runtime.unwrap().0;
        let (sums, _) = totals(&read);
        assert!(sums[0].0 >= before && sums[0].0 >= 60, "{sums:?}");
        before = sums[0].0;
    }
    assert_eq!(before, SECONDS + 70 * 2);
}

#[test]
fn a_tail_of_another_recording_is_none() {
    let made = made(10);
    let file = made.file();
    fs::write(&file, b"RRF2").unwrap();
    assert!(!read_recording(&file).unwrap().1);
    fs::write(tail_path(&file), b"no tail").unwrap();
    assert_eq!(read_recording(&file).unwrap(), (b"RRF2".to_vec(), false));
}

/// A folder in the place of the tail is a disk that takes nothing.
#[test]
fn a_failure_is_said_once() {
    let mut made = made(1);
    let tail = tail_path(&made.file());
    fs::remove_file(&tail).unwrap();
    fs::create_dir(&tail).unwrap();
    let mut said = Vec::new();
    for second in 1..SECONDS {
        let update = Update { now: START + second * SECOND, rows: vec![row(0, second, 1, 0)], ..Update::default() };
        said.extend(made.recorder.add(&update, &[], second * 1_000_000).err().map(|error| error.to_string()));
    }
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("run.rrd: the recording ends here"), "{said:?}");
    made.recorder.finish(1).unwrap();
}
