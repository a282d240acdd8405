//! Imports that should lead into the repository but do not.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::scan::FileId;

/// By what imports are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupBy {
    /// Why they lead nowhere.
    Reason,
    /// The importing file.
    File,
    /// The import as written.
    Import,
}

impl GroupBy {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::File => "file",
            Self::Import => "import",
        }
    }
}

/// Every import that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnresolvedImports<'a> {
    /// By what `groups` are.
    pub by: GroupBy,
    /// The largest first, then by name.
    pub groups: Vec<Group<'a>>,
    /// How many imports there are in all.
    pub imports: usize,
}

/// Imports that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group<'a> {
    /// The reason, file or import.
    pub name: &'a str,
    /// By file and line.
    pub imports: Vec<UnresolvedRow<'a>>,
}

/// An import that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnresolvedRow<'a> {
    /// The importing file.
    pub path: &'a str,
    /// Line of the import, 1-based.
    pub line: u32,
    /// The import as written.
    pub import: &'a str,
    /// Why it leads nowhere.
    pub reason: &'a str,
}

/// The unresolved imports of the files that `keep` takes, in groups.
pub fn unresolved(analysis: &Analysis, by: GroupBy, keep: impl Fn(FileId) -> bool) -> UnresolvedImports<'_> {
    let mut groups = BTreeMap::<&str, Vec<_>>::new();
    for row in analysis.resolution.unresolved.iter().filter(|row| keep(row.from)) {
        let path = &*analysis.tree.file(row.from).path;
        let name = match by {
            GroupBy::Reason => &*row.reason,
            GroupBy::File => path,
            GroupBy::Import => &*row.import,
        };
        let row = UnresolvedRow { path, line: row.line, import: &row.import, reason: &row.reason };
        groups.entry(name).or_default().push(row);
    }
    let mut groups: Vec<_> = groups.into_iter().map(|(name, imports)| Group { name, imports }).collect();
    groups.sort_by_key(|group| Reverse(group.imports.len()));
    UnresolvedImports { by, imports: groups.iter().map(|group| group.imports.len()).sum(), groups }
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;
    use crate::resolve::Unresolved;

    #[track_caller]
    fn check(by: GroupBy, expect: &[(&str, usize)]) {
        let mut analysis = analysis("a\nb\n");
        let rows = [(0, "x", 1, "no such module"), (1, "x", 2, "no such module"), (1, "y", 3, "ambiguous")];
        analysis.resolution.unresolved = rows
            .map(|(from, import, line, reason)| Unresolved {
                from: FileId(from),
                import: import.into(),
                line,
                reason: reason.into(),
            })
            .into();
        let found = unresolved(&analysis, by, |_| true);
        assert_eq!(found.imports, 3);
        assert_eq!(found.groups.iter().map(|group| (group.name, group.imports.len())).collect::<Vec<_>>(), expect);
        assert_eq!(unresolved(&analysis, by, |file| file.0 == 0).imports, 1);
    }

    #[test]
    fn grouped_largest_first() {
        check(GroupBy::Reason, &[("no such module", 2), ("ambiguous", 1)]);
        check(GroupBy::File, &[("b", 2), ("a", 1)]);
        check(GroupBy::Import, &[("x", 2), ("y", 1)]);
    }
}
