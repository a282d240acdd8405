//! The names that are most like one that is not there.

use std::cmp::Reverse;

/// At most `count` of `names` that are most like `wanted`, best first: those that end with it, then those whose last part
/// is the same, then by edit distance (optimal string alignment), ties by name.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut best = Vec::<(Rank, &str)>::new();
    for name in names {
        let limit = best.get(count.wrapping_sub(1)).map(|(rank, _)| *rank);
        let Some(rank) = rank(&wanted, name, limit) else { continue };
        let at = best.partition_point(|known| *known <= (rank, name));
        best.insert(at, (rank, name));
        best.truncate(count);
    }
    best.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// Smaller is nearer: how alike, then the edit distance.
type Rank = (Reverse<Likeness>, usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Distance,
    SameLastPart,
    EndsWith,
}

/// `None` when it cannot be below `limit`.
fn rank(wanted: &str, name: &str, limit: Option<Rank>) -> Option<Rank> {
    let lower = name.to_lowercase();
    let last_part = |path: &str| path.rfind('/').map_or(0, |slash| slash + 1);
    let ends_with = lower.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    let likeness = if ends_with {
        Likeness::EndsWith
    } else if lower[last_part(&lower)..] == wanted[last_part(wanted)..] {
        Likeness::SameLastPart
    } else {
        Likeness::Distance
    };
    // A last part alone is compared with last parts alone.
    let compared = if wanted.contains('/') { &*lower } else { &lower[last_part(&lower)..] };
    // What is far in length is far in distance.
    let at_least = (Reverse(likeness), compared.chars().count().abs_diff(wanted.chars().count()));
    if limit.is_some_and(|limit| at_least > limit) {
        return None;
    }
    Some((Reverse(likeness), strsim::osa_distance(wanted, compared)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, names: &[&str], expect: &[&str]) {
        assert_eq!(nearest(wanted, names.iter().copied(), 2), expect);
    }

    #[test]
    fn ends_come_before_last_parts_and_those_before_distance() {
        check("ui/a.py", &["app/ui/b.py", "src/a.py", "app/ui/a.py"], &["app/ui/a.py", "src/a.py"]);
        check("main.rs", &["src/mian.rs", "src/mainly.rs", "x/y/remain.rs"], &["src/mian.rs", "src/mainly.rs"]);
        check("src/mian.rs", &["src/main.rs", "src/a.rs", "tests/main.rs"], &["src/main.rs", "src/a.rs"]);
        check("README", &["readme", "Readme.md"], &["readme", "Readme.md"]);
        check("complexty", &["complexity", "max_complexity", "lines"], &["complexity", "max_complexity"]);
        check("a", &[], &[]);
    }
}
