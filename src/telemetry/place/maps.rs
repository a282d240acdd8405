//! Prefixes of paths that a user says mean a folder of the repository.

use crate::scan::join_path;

/// One pair.
#[derive(Debug)]
pub(super) struct PathMap {
    from: Box<str>,
    to: Box<str>,
}

impl PathMap {
    pub fn new(from: &str, to: &str) -> Self {
        let from = from.trim_end_matches(['/', '\\']);
        Self { from: from.into(), to: to.replace('\\', "/").trim_matches('/').into() }
    }

    /// The path in the repository, or `None` if it climbs out of that; `None` around it if the map does not fit.
    #[expect(clippy::option_option, reason = "a map that fits counts, even where it leads nowhere")]
    pub fn apply(&self, path: &str) -> Option<Option<String>> {
        let rest = self.rest(path).or_else(|| self.rest(path.strip_prefix("file://")?))?;
        // A query of a bundler's URL.
        let rest = if path.contains("://") { rest.split(['?', '#']).next().unwrap_or(rest) } else { rest };
        Some(join_path("", &self.to).and_then(|dir| join_path(&dir, &rest.replace('\\', "/"))))
    }

    fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        let is_separator = |byte| matches!(byte, b'/' | b'\\');
        let same = |(a, b): (u8, u8)| a == b || is_separator(a) && is_separator(b);
        let is_prefix = path.len() >= self.from.len() && self.from.bytes().zip(path.bytes()).all(same);
        let rest = path.get(self.from.len()..).filter(|_| is_prefix)?;
        rest.bytes().next().is_none_or(is_separator).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, path: &str, expect: Option<Option<&str>>) {
        assert_eq!(PathMap::new(from, to).apply(path), expect.map(|path| path.map(str::to_owned)), "{path}");
    }

    #[test]
    fn prefixes() {
        check("/app", "services/web", "/app/src/x.py", Some(Some("services/web/src/x.py")));
        check("/app/", "", "/app/x.py", Some(Some("x.py")));
        check("/app", ".", "/app/./a/../x.py", Some(Some("x.py")));
        check("/app", "", "/application/x.py", None);
        check("/app", "", "/srv/app/x.py", None);
        check("/app", "", "file:///app/x.mjs", Some(Some("x.mjs")));
        check("C:\\build", "src", "C:/build/a.cs", Some(Some("src/a.cs")));
        check("webpack://shop", "web", "webpack://shop/./src/a.ts?17", Some(Some("web/src/a.ts")));
        check("", "web", "/a.ts", Some(Some("web/a.ts")));
    }

    #[test]
    fn nothing_leads_out() {
        check("/app", "", "/app/../../etc/passwd", Some(None));
        check("/app", "../..", "/app/etc/passwd", Some(None));
    }
}
