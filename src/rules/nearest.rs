//! Which names were probably meant.

/// At most so many are suggested.
const SUGGESTED: usize = 3;

/// Those of `names` that differ from `wanted` by a few letters, nearest first, then by name.
pub fn names<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (wanted.chars().count() / 4).max(1);
    // A difference of lengths is a lower bound of the distance, and cheap.
    let may_be_near = |name: &&str| name.len().abs_diff(wanted.len()) <= 4 * limit;
    let distance = |name: &'a str| (strsim::damerau_levenshtein(wanted, name), name);
    let mut near: Vec<_> = names.into_iter().filter(may_be_near).map(distance).filter(|near| near.0 <= limit).collect();
    near.sort_unstable();
    near.dedup();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter().take_while(|(distance, _)| *distance <= best + 1).take(SUGGESTED).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, expect: &[&str]) {
        assert_eq!(names(wanted, ["from", "to", "reason", "transitive", "src/core", "src/cli"]), expect, "{wanted}");
    }

    #[test]
    fn nearest_come_first() {
        check("form", &["from"]);
        check("reasons", &["reason"]);
        check("src/coer", &["src/core"]);
        check("nothing alike", &[]);
        check("", &[]);
    }
}
