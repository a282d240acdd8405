//! Communities of files, and how far the directories agree with them.

use serde::Serialize;

use crate::analysis::Analysis;
use crate::graph::directories::compare;

/// Groups of files that import each other, beside the directories.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grouping<'a> {
    /// See [`crate::graph::communities::Communities::modularity`].
    pub modularity: f64,
    /// How many files import or are imported.
    pub files: usize,
    /// The largest first; their numbers are those of the metric `community`.
    pub communities: Vec<Community<'a>>,
    /// How well they agree with the directories, by depth.
    pub levels: Vec<Depth>,
    /// The depth at which they agree best; `directory` and `misplaced` are about it.
    pub best_depth: u32,
    /// Files that work more with the main directory of their community than with their own, the clearest first.
    pub misplaced: Vec<MisplacedFile<'a>>,
}

/// A group of files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Community<'a> {
    /// From 1.
    pub number: usize,
    /// How many files it has.
    pub files: u32,
    /// The directory that holds most of them; `.` is the root.
    pub directory: &'a str,
    /// How many it holds.
    pub in_directory: u32,
}

/// See [`crate::graph::directories::Agreement`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Depth {
    /// Depth of the directories compared.
    pub depth: u32,
    /// How many there are.
    pub directories: usize,
    /// Normalised, from 0 to 1.
    pub mutual_information: f64,
    /// About 0 for what chance gives, 1 for the same groups.
    pub adjusted_rand: f64,
}

/// See [`crate::graph::directories::Misplaced`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MisplacedFile<'a> {
    /// The file.
    pub path: &'a str,
    /// Its directory at the depth compared.
    pub directory: &'a str,
    /// The main directory of its community.
    pub other: &'a str,
    /// Import statements from and to its directory.
    pub with_own: u32,
    /// Import statements from and to the other one.
    pub with_other: u32,
}

/// Finds the communities and compares them with the directories.
pub fn communities(analysis: &Analysis) -> Grouping<'_> {
    let (tree, found) = (&analysis.tree, analysis.graph.communities());
    let compared = compare(tree, &analysis.graph, &found);
    let dir = |dir| Some(&*tree.dir(dir).path).filter(|path| !path.is_empty()).unwrap_or(".");
    let communities = compared.mains.iter().zip(1..).map(|(main, number)| Community {
        number,
        files: main.of_files,
        directory: dir(main.directory),
        in_directory: main.files,
    });
    let level = |level: &crate::graph::directories::Agreement| Depth {
        depth: level.depth,
        directories: level.directories,
        mutual_information: level.mutual_information,
        adjusted_rand: level.adjusted_rand,
    };
    let misplaced = compared.misplaced.iter().map(|row| MisplacedFile {
        path: &tree.file(row.file).path,
        directory: dir(row.directory),
        other: dir(row.other),
        with_own: row.with_own,
        with_other: row.with_other,
    });
    Grouping {
        modularity: found.modularity,
        files: found.of.iter().flatten().count(),
        communities: communities.collect(),
        levels: compared.levels.iter().filter(|level| level.directories > 0).map(level).collect(),
        best_depth: compared.best_depth,
        misplaced: misplaced.collect(),
    }
}
