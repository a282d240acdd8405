//! The least that an analysis of Rust sources can cost: reads every file below a folder and parses those in Rust with
//! `ra_ap_syntax`, on all cores. Prints how many files it read and parsed, and how many bytes they hold.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};
use ra_ap_syntax::{Edition, SourceFile};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of a worker thread, in bytes: the same as that of the program measured.
const WORKER_STACK_BYTES: usize = 256 << 20;
/// Larger files are left alone, as by the program measured.
const MAX_BYTES: u64 = 16 << 20;

fn main() {
    let root = std::env::args_os().nth(1).expect("usage: floor FOLDER");
    let files = files_below(Path::new(&root));
    let pool = rayon::ThreadPoolBuilder::new().stack_size(WORKER_STACK_BYTES).build().expect("threads");
    let read: Vec<_> = pool.install(|| files.par_iter().filter_map(|path| read_and_parse(path)).collect());
    let (parsed, bytes) =
        read.iter().fold((0, 0), |(parsed, all), &(rust, bytes)| (parsed + usize::from(rust), all + bytes));
    println!("{} files, {parsed} parsed, {bytes} bytes", read.len());
}

/// Every file that the ignore rules leave.
fn files_below(root: &Path) -> Vec<PathBuf> {
    let files = Mutex::new(Vec::new());
    let walk = WalkBuilder::new(root).require_git(false).git_global(false).build_parallel();
    walk.run(|| {
        Box::new(|entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|kind| kind.is_file())
            {
                files.lock().expect("no thread panics").push(entry.into_path());
            }
            WalkState::Continue
        })
    });
    let mut files = files.into_inner().expect("no thread panics");
    files.sort_unstable();
    files
}

/// Whether a file was parsed, and its size; nothing when it cannot be read.
fn read_and_parse(path: &Path) -> Option<(bool, usize)> {
    if path.metadata().ok()?.len() > MAX_BYTES {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    let is_rust = path.extension().is_some_and(|extension| extension == "rs");
    match std::str::from_utf8(&bytes) {
        Ok(text) if is_rust => {
            let file = SourceFile::parse(text, Edition::CURRENT);
            std::hint::black_box(&file);
            Some((true, bytes.len()))
        }
        _ => Some((false, bytes.len())),
    }
}
