//! Every import between two parts, both ways.

use serde::Serialize;

use super::paths::apart;
use super::{Kinds, Link, Links, QueryError, Selection};
use crate::analysis::Analysis;
use crate::scan::FileId;

/// What connects two parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained<'a> {
    /// Imports of the second by the first.
    pub there: OneWay<'a>,
    /// Imports of the first by the second.
    pub back: OneWay<'a>,
}

/// Imports of one part by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OneWay<'a> {
    /// The importing part, as it was named.
    pub from: String,
    /// The imported part, as it was named.
    pub to: String,
    /// How many files import.
    pub from_files: usize,
    /// How many files are imported.
    pub to_files: usize,
    /// How many statements there are.
    pub imports: usize,
    /// By importing, then by imported file.
    pub links: Vec<Link<'a>>,
}

/// Every import between `a` and `b`. Where one part holds files of the other, these count for the smaller part.
///
/// # Errors
/// When both hold the same files.
pub fn explain<'a>(
    analysis: &'a Analysis,
    a: &Selection,
    b: &Selection,
    kinds: Kinds,
) -> Result<Explained<'a>, QueryError> {
    let (first, second) = apart(a, b)?;
    let links = Links::new(analysis, kinds);
    let way = |from: &[FileId], to: &[FileId], names: [&str; 2]| {
        let pairs = from.iter().flat_map(|&file| links.targets(file).map(move |target| (file, target)));
        let pairs: Vec<_> = pairs.filter(|(_, target)| to.binary_search(target).is_ok()).collect();
        let mut targets: Vec<_> = pairs.iter().map(|(_, target)| *target).collect();
        targets.sort_unstable();
        targets.dedup();
        let links: Vec<_> = pairs.iter().map(|&(from, to)| links.link(from, to)).collect();
        OneWay {
            from: names[0].to_owned(),
            to: names[1].to_owned(),
            from_files: pairs.chunk_by(|a, b| a.0 == b.0).count(),
            to_files: targets.len(),
            imports: links.iter().map(|link| link.imports.len()).sum(),
            links,
        }
    };
    Ok(Explained { there: way(&first, &second, [&a.name, &b.name]), back: way(&second, &first, [&b.name, &a.name]) })
}

#[cfg(test)]
mod tests {
    use super::super::{select, testing::analysis};
    use super::*;

    #[test]
    fn both_ways_with_totals() {
        let analysis = analysis("ui/a > db/x:3\nui/a > db/x:9\nui/b > db/x\nui/b > db/y\ndb/y > ui/b\nui/a > ui/b\n");
        let [ui, db] = ["ui", "db"].map(|name| select(&analysis, name).unwrap());
        let found = explain(&analysis, &ui, &db, Kinds::default()).unwrap();
        let totals = |way: &OneWay<'_>| (way.from_files, way.to_files, way.imports, way.links.len());
        assert_eq!((totals(&found.there), totals(&found.back)), ((2, 2, 4, 3), (1, 1, 1, 1)));
        assert_eq!(found.there.links[0].imports.iter().map(|import| import.line).collect::<Vec<_>>(), [3, 9]);
    }
}
