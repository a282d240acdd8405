//! What a user names becomes files: a path, a directory, or a glob.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::{QueryError, nearest};
use crate::analysis::Analysis;
use crate::scan::{FileId, SourceTree};

/// How many names a message suggests.
const SUGGESTIONS: usize = 3;

/// Files that a user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// As it was named, from the root of the repository on.
    pub name: String,
    /// In path order; none only where there is no file at all.
    pub files: Vec<FileId>,
}

impl Selection {
    /// Whether the file is among them.
    pub fn has(&self, file: FileId) -> bool {
        self.files.binary_search(&file).is_ok()
    }

    /// Several selections as one.
    pub fn union(selections: &[Self]) -> Self {
        let mut files: Vec<_> = selections.iter().flat_map(|selection| selection.files.iter().copied()).collect();
        files.sort_unstable();
        files.dedup();
        let names: Vec<_> = selections.iter().map(|selection| selection.name.as_str()).collect();
        Self { name: names.join(", "), files }
    }
}

/// The file or the directory at `name`, or what matches the glob `name`: with `*`, `?`, `[` or `{` in it, in the syntax of
/// `.gitignore`, so that `*.py` matches everywhere, `/*.py` only in the root, and a directory that matches stands for all
/// below it. `.` is all.
///
/// # Errors
/// When the name is empty, there is no such file or directory, or the glob is malformed or matches nothing.
pub fn select(analysis: &Analysis, name: &str) -> Result<Selection, QueryError> {
    let tree = &analysis.tree;
    // Such as a variable of a shell that is not set.
    if name.is_empty() {
        return Err(QueryError::NoName);
    }
    let path = normal(name);
    let found = at_path(tree, &path);
    if !found.is_empty() || path.is_empty() {
        let name = if path.is_empty() { ".".to_owned() } else { path };
        return Ok(Selection { name, files: found });
    }
    if !path.contains(['*', '?', '[', '{']) {
        return Err(QueryError::UnknownPath { path: name.to_owned(), nearest: suggest(tree, &path) });
    }
    let globs = globs(&path, name.starts_with('/'))
        .map_err(|error| QueryError::BadGlob { glob: name.to_owned(), reason: error.kind().to_string() })?;
    let files: Vec<_> = tree.file_ids().filter(|&file| globs.is_match(&*tree.file(file).path)).collect();
    if files.is_empty() {
        let literal = path.replace(['*', '?'], "").replace("//", "/");
        return Err(QueryError::NoMatch { glob: name.to_owned(), nearest: suggest(tree, literal.trim_matches('/')) });
    }
    Ok(Selection { name: path, files })
}

/// Without `.`, doubled and closing slashes.
fn normal(name: &str) -> String {
    let parts: Vec<_> = name.split('/').filter(|part| !["", "."].contains(part)).collect();
    parts.join("/")
}

fn at_path(tree: &SourceTree, path: &str) -> Vec<FileId> {
    if let Some(file) = tree.file_id(path) {
        return vec![file];
    }
    if path.is_empty() {
        return tree.file_ids().collect();
    }
    let below = format!("{path}/");
    let start = tree.files.partition_point(|file| *file.path < *below);
    let files = tree.files[start..].iter().take_while(|file| file.path.starts_with(&below));
    (start as u32..).zip(files).map(|(id, _)| FileId(id)).collect()
}

fn globs(pattern: &str, is_anchored: bool) -> Result<GlobSet, globset::Error> {
    let anchored = if is_anchored || pattern.contains('/') { pattern.to_owned() } else { format!("**/{pattern}") };
    let mut set = GlobSetBuilder::new();
    for pattern in [format!("{anchored}/**"), anchored] {
        set.add(GlobBuilder::new(&pattern).literal_separator(true).build()?);
    }
    set.build()
}

fn suggest(tree: &SourceTree, path: &str) -> Vec<String> {
    // As they are written on Windows.
    let path = path.replace('\\', "/");
    let files = tree.files.iter().map(|file| &*file.path);
    nearest(&path, files.chain(tree.dirs.iter().skip(1).map(|dir| &*dir.path)), SUGGESTIONS)
}

#[cfg(test)]
mod tests {
    use super::super::testing::analysis;
    use super::*;

    const TREE: &str = "app/db.py\napp/db/x.py\napp/dbx.py\napp/ui/a.py\napp/ui/a[1].py\nlib/b.ts\n";

    #[track_caller]
    fn check(name: &str, expect: &[&str]) {
        let analysis = analysis(TREE);
        let selection = select(&analysis, name).unwrap();
        let paths: Vec<_> = selection.files.iter().map(|&file| &*analysis.tree.file(file).path).collect();
        assert_eq!(paths, expect, "{name}");
    }

    #[track_caller]
    fn fails(name: &str, expect: &str) {
        assert_eq!(select(&analysis(TREE), name).unwrap_err().to_string(), expect, "{name}");
    }

    #[test]
    fn paths_directories_and_globs() {
        check("app/db.py", &["app/db.py"]);
        check("./app//db/", &["app/db/x.py"]);
        check("lib", &["lib/b.ts"]);
        check("*.ts", &["lib/b.ts"]);
        check("/l*", &["lib/b.ts"]);
        check("app/*.py", &["app/db.py", "app/dbx.py"]);
        check("app/d*", &["app/db.py", "app/db/x.py", "app/dbx.py"]);
        check("**/{a,b}.*", &["app/ui/a.py", "lib/b.ts"]);
        check("ap?/u*", &["app/ui/a.py", "app/ui/a[1].py"]);
        check("app/ui/a[1].py", &["app/ui/a[1].py"]);
        assert_eq!(select(&analysis(TREE), ".").unwrap().files.len(), 6);
    }

    #[test]
    fn what_is_not_there_names_the_nearest() {
        fails("", "an empty name: name a path, a directory or a glob; `.` is the whole repository");
        fails(
            "db.py",
            "db.py: no such file or directory in the repository; did you mean app/db.py, app/dbx.py or app/db/x.py?",
        );
        fails(
            "app\\dbx.py",
            "app\\dbx.py: no such file or directory in the repository; did you mean app/dbx.py, app/db.py or app/db/x.py?",
        );
        fails("app/uu", "app/uu: no such file or directory in the repository; did you mean app/ui, app/db or app?");
        fails(
            "lib/*.js",
            "lib/*.js: this glob matches no file of the repository; did you mean lib/b.ts, lib or app/db?",
        );
        fails(
            "a[",
            "a[: not a valid glob (unclosed character class; missing ']'); `*`, `?`, `**`, `[a-z]` and `{a,b}` are known",
        );
    }
}
