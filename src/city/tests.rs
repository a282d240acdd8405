//! What holds for every city: nothing overlaps, nothing leaves its plate, small changes stay small.

use super::*;
use crate::lang::ImportKind;
use crate::scan::{FileClass, FileEntry, Language};

/// Numbers that look random (`SplitMix64`) and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Log-normal like the lines of real files: half below 100, the largest several thousand.
    fn lines(&mut self) -> f64 {
        let normal = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        (100.0 * (1.2 * normal).exp()).round()
    }
}

/// Paths with sizes.
#[derive(Clone, Default)]
struct Repo(Vec<(String, f64)>);

impl Repo {
    fn new(files: impl IntoIterator<Item = (String, f64)>) -> Self {
        let mut repo = Self(files.into_iter().collect());
        repo.0.sort_by(|a, b| a.0.cmp(&b.0));
        repo.0.dedup_by(|a, b| a.0 == b.0);
        repo
    }

    /// Directories that grow the way of real ones: a new file goes where files are, at times into a new directory.
    fn random(seed: u64, files: usize) -> Self {
        let mut random = Random(seed);
        let mut dirs = vec![String::new()];
        let mut paths: Vec<String> = Vec::new();
        while paths.len() < files {
            let near = if paths.is_empty() || random.below(10) == 0 {
                dirs[random.below(dirs.len())].clone()
            } else {
                crate::scan::parent_path(&paths[random.below(paths.len())]).to_owned()
            };
            let name = random.next() % 100_000;
            if random.below(12) == 0 && near.matches('/').count() < 7 {
                dirs.push(format!("{near}d{name}/").trim_start_matches('/').to_owned());
                paths.push(format!("{}/f{name}.rs", dirs[dirs.len() - 1].trim_end_matches('/')));
            } else {
                let near = near.trim_end_matches('/');
                paths.push(if near.is_empty() { format!("f{name}.rs") } else { format!("{near}/f{name}.rs") });
            }
        }
        Self::new(paths.into_iter().map(|path| (path, random.lines())))
    }

    /// One percent of the files edited, three added, three deleted.
    fn edited(&self, seed: u64) -> Self {
        let mut random = Random(seed);
        let mut files = self.0.clone();
        for _ in 0..files.len().div_ceil(100) {
            let index = random.below(files.len());
            files[index].1 *= 4f64.powf(random.unit()) / 2.0;
        }
        for added in 0..3 {
            let dir = crate::scan::parent_path(&files[random.below(files.len())].0).to_owned();
            let path = format!("{dir}/new{added}.rs").trim_start_matches('/').to_owned();
            files.push((path, random.lines()));
            files.swap_remove(random.below(files.len() - 1));
        }
        Self::new(files)
    }

    fn tree(&self) -> SourceTree {
        let entry = |(path, lines): &(String, f64)| FileEntry {
            path: path.clone(),
            language: Language::UNKNOWN,
            class: FileClass::Source,
            bytes: *lines as u64,
        };
        SourceTree::new(self.0.iter().map(entry).collect())
    }

    fn city(&self, previous: Option<&City>) -> City {
        self.city_with(&self.tree(), &[], previous)
    }

    fn city_with(&self, tree: &SourceTree, edges: &[Edge], previous: Option<&City>) -> City {
        let drawn: Vec<FileId> = tree.file_ids().collect();
        let lines: Vec<f64> = self.0.iter().map(|(_, lines)| *lines).collect();
        let metric = Metric { name: "lines", unit: "lines", values: &lines };
        let color = ColorBy::Number(metric);
        let cycles = Cycles::default();
        let input = CityInput {
            is_muted: false,
            tree,
            drawn: &drawn,
            area: metric,
            height: metric,
            color,
            edges,
            cycles,
            arc_budget: None,
            previous,
        };
        build(&input)
    }
}

fn numbered(files: usize, path: impl Fn(usize) -> String) -> Repo {
    let mut random = Random(7);
    Repo::new((0..files).map(|file| (path(file), random.lines())))
}

/// Whether two boxes share a point when looked at from above.
fn covers(a: (Vec3, Vec3), b: (Vec3, Vec3)) -> bool {
    ((a.0 - b.0).abs().truncate()).cmplt((a.1 + b.1).truncate()).all()
}

/// Whether `inner` lies within `outer` when looked at from above.
fn lies_within(inner: (Vec3, Vec3), outer: (Vec3, Vec3)) -> bool {
    ((inner.0 - outer.0).abs() + inner.1).truncate().cmple(outer.1.truncate()).all()
}

/// Boxes that cover each other, found by a sweep along x.
fn overlaps(mut boxes: Vec<(Vec3, Vec3)>) -> usize {
    boxes.sort_by(|a, b| (a.0.x - a.1.x).total_cmp(&(b.0.x - b.1.x)));
    let mut count = 0;
    for (index, a) in boxes.iter().enumerate() {
        let reach = a.0.x + a.1.x;
        count += boxes[index + 1..].iter().take_while(|b| b.0.x - b.1.x < reach).filter(|b| covers(*a, **b)).count();
    }
    count
}

#[track_caller]
fn check(repo: &Repo) -> City {
    let tree = repo.tree();
    let city = repo.city(None);
    assert_eq!(city, repo.city(None), "deterministic");
    assert_eq!(city.buildings.len(), tree.files.len());
    check_shapes(&tree, &city);
    check_batches(&tree, &city);
    city
}

#[track_caller]
fn check_shapes(tree: &SourceTree, city: &City) {
    let plates: Vec<_> = city.districts.iter().map(|district| (district.center, district.half_size)).collect();
    let roofs: Vec<_> = city.buildings.iter().map(|building| (building.center, building.half_size)).collect();
    for (center, half) in plates.iter().chain(&roofs) {
        assert!(center.is_finite() && half.is_finite() && half.min_element() > 0.0, "{center} {half}");
        assert!((*center - *half).cmpge(city.bounds.0).all() && (*center + *half).cmple(city.bounds.1).all());
    }
    assert_eq!(overlaps(roofs.clone()), 0, "buildings overlap");

    let mut by_dir: Vec<Option<usize>> = vec![None; tree.dirs.len()];
    for (index, district) in city.districts.iter().enumerate() {
        by_dir[district.dir.index()] = Some(index);
    }
    let district_of = |mut dir: DirId| loop {
        match by_dir[dir.index()] {
            Some(index) => return index,
            None => dir = tree.dir(dir).parent,
        }
    };
    for (index, district) in city.districts.iter().enumerate().skip(1) {
        let parent = district_of(tree.dir(district.dir).parent);
        assert!(parent < index && lies_within(plates[index], plates[parent]), "{} leaves its district", district.name);
        let top = |plate: (Vec3, Vec3)| plate.0.z + plate.1.z;
        assert!(top(plates[index]) > top(plates[parent]));
    }
    for (building, &roof) in city.buildings.iter().zip(&roofs) {
        let plate = plates[district_of(tree.file(building.file).dir)];
        assert!(lies_within(roof, plate), "{} leaves its district", tree.file(building.file).path);
        assert!(roof.0.z - roof.1.z > plate.0.z + plate.1.z, "a building stands above its plate");
    }
}

#[track_caller]
fn check_batches(tree: &SourceTree, city: &City) {
    let mut files: Vec<FileId> = city.batches.iter().flat_map(|batch| batch.instances.iter().copied()).collect();
    files.sort_unstable();
    assert_eq!(files, tree.file_ids().collect::<Vec<_>>(), "every file is in one batch");
    assert!(city.batches.len() <= MAX_BATCHES.min(2 + files.len() / 100), "{} batches", city.batches.len());
    let mut names: Vec<&str> = city.batches.iter().map(|batch| &*batch.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), city.batches.len());
    for batch in &city.batches {
        assert!(!batch.instances.is_empty() && batch.instances.len() <= MAX_INSTANCES);
        assert!(batch.instances.is_sorted());
        assert!(batch.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }
}

/// Movements of the buildings that both cities have, as shares of the first one's width, from small to large.
fn movements(before: (&Repo, &City), after: (&Repo, &City)) -> Vec<f32> {
    let tree = after.0.tree();
    let mut moved: Vec<f32> = (before.0.0.iter().zip(&before.1.buildings))
        .filter_map(|((path, _), building)| {
            let now = after.1.building(tree.file_id(path)?)?;
            Some(now.center.distance(building.center) / before.1.size)
        })
        .collect();
    moved.sort_by(f32::total_cmp);
    moved
}

fn aspects(city: &City) -> Vec<f32> {
    let aspect = |half: Vec3| half.x.max(half.y) / half.x.min(half.y);
    let mut aspects: Vec<f32> = city.buildings.iter().map(|building| aspect(building.half_size)).collect();
    aspects.sort_by(f32::total_cmp);
    aspects
}

#[test]
fn random_trees_are_sound() {
    for (seed, files) in [(1, 30), (2, 300), (3, 3000), (4, 3000), (5, 12_000)] {
        let city = check(&Repo::random(seed, files));
        let aspects = aspects(&city);
        let at = |percent: usize| aspects[aspects.len() * percent / 100];
        assert!(at(50) <= 2.0 && at(95) <= 4.0, "{} and {}", at(50), at(95));
        assert!(city.districts.iter().filter(|district| district.is_labelled).count() <= MAX_LABELS);
    }
}

#[test]
fn degenerate_trees_are_sound() {
    let empty = Repo::default().city(None);
    assert!(empty.buildings.is_empty() && empty.batches.is_empty() && empty.districts.len() == 1);
    check(&numbered(1, |_| "a.rs".into()));
    check(&numbered(1, |_| "a/b/c/d.rs".into()));
    check(&numbered(2, |file| format!("a/b/{file}")));
    check(&numbered(20_000, |file| format!("flat/{file}")));
    check(&numbered(2000, |file| format!("{file}/x")));
    check(&numbered(300, |file| format!("{}x", "d/".repeat(file))));
    check(&numbered(1, |_| format!("{}x", "d/".repeat(2000))));
    for odd in [0.0, -3.0, f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE] {
        check(&Repo::new([("a/x".into(), odd), ("a/y".into(), 30.0), ("b".into(), odd)]));
        check(&Repo::new([("a/x".into(), odd), ("b".into(), odd)]));
    }
    let giant = |file| (format!("{}/{file}", file % 7), if file == 0 { 200_000.0 } else { 30.0 });
    check(&Repo::new((0..1000).map(giant)));
}

#[test]
fn small_edits_move_little() {
    let flat = numbered(3000, |file| format!("{}/{file}", file % 3));
    let even = numbered(3000, |file| format!("{}/{}/{file}", file % 9, file % 90));
    let repos = (0..20).map(|seed| Repo::random(100 + seed, 3000)).chain([flat, even]);
    let (mut worst, mut steady, mut tries) = (0.0_f32, 0, 0);
    for (repo, seed) in repos.zip(0..) {
        let before = repo.city(None);
        for edit in 0..5 {
            let edited = repo.edited(1000 * seed + edit);
            let kept = movements((&repo, &before), (&edited, &edited.city(Some(&before))));
            let median = kept[kept.len() / 2];
            worst = worst.max(median);
            assert!(median < 0.01, "seed {seed}, edit {edit}: the median building moves by {median}");
            let anew = movements((&repo, &before), (&edited, &edited.city(None)));
            tries += 1;
            steady += usize::from(anew[anew.len() / 2] < 0.01);
        }
    }
    assert!(steady * 10 >= tries * 7, "{steady} of {tries}");
}

#[test]
fn large_trees_stay_within_bounds() {
    let repo = Repo::random(9, 100_000);
    let tree = repo.tree();
    let mut random = Random(1);
    let count = tree.files.len();
    let mut file = || FileId(random.below(count) as u32);
    let edges: Vec<Edge> =
        (0..300_000).map(|line| Edge { from: file(), to: file(), line, kind: ImportKind::Runtime }).collect();
    let city = repo.city_with(&tree, &edges, None);
    check_batches(&tree, &city);
    assert!(!city.arcs.is_empty() && city.arcs.len() <= MAX_ARCS);
    assert!(city.graph.nodes.len() <= 300);
    assert_eq!(repo.city_with(&tree, &edges, Some(&city)).buildings, city.buildings, "nothing changed, nothing moves");
}

#[test]
fn a_small_city_has_no_blocks() {
    assert!(Repo::random(1, 500).city(None).blocks.is_empty());
}

#[test]
fn buildings_of_one_height_are_no_landmarks() {
    let path = |file: usize| format!("d{}/f{file}.rs", file / 50);
    let repo = Repo::new((0..BLOCKS_FROM).map(|file| (path(file), 10.0)));
    assert_eq!(repo.city(None).blocks.len(), BLOCKS_FROM / 50);
}

#[test]
fn every_file_of_a_large_city_is_in_one_block() {
    let city = Repo::random(3, BLOCKS_FROM + 2_000).city(None);
    let mut files: Vec<_> = city.blocks.iter().flat_map(|block| block.files.iter().copied()).collect();
    files.sort_unstable();
    assert!(files.iter().eq(city.buildings.iter().map(|building| &building.file)));
    assert!(city.blocks.len() * 2 < files.len(), "{} blocks", city.blocks.len());
    let merged = city.blocks.iter().filter(|block| block.files.len() > 1);
    assert_eq!(overlaps(merged.map(|block| (block.center, block.half_size)).collect()), 0, "blocks overlap");
    for block in &city.blocks {
        assert!(block.half_size.min_element() > 0.0 && (block.center + block.half_size).cmple(city.bounds.1).all());
    }
}
