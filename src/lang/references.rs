//! Files that a text names as programs of their own: scripts of a page, workers, what is found by a pattern.

/// A file, or a pattern of files, that a text names without importing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As written.
    pub target: Box<str>,
    /// How it is used.
    pub kind: ReferenceKind,
}

/// How a text uses a file that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// `<script src>`, or an import of a script within a page.
    Page,
    /// `new Worker(…)`, `serviceWorker.register(…)`.
    Worker,
    /// `require.resolve(…)`, `new URL(…, import.meta.url)`.
    Resolve,
    /// `import.meta.glob(…)`.
    Glob,
}

/// The scripts that an HTML page names, and what its own scripts import.
pub(super) fn of_page(text: &str) -> Box<[Reference]> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = find_tag(rest, "<script") {
        rest = &rest[start + "<script".len()..];
        let Some(end) = rest.find('>') else { break };
        let (attributes, after) = (&rest[..end], &rest[end + 1..]);
        let length = find_tag(after, "</script").unwrap_or(after.len());
        match attribute(attributes, "src") {
            Some(source) => found.push(source),
            None => found.extend(imports(&after[..length])),
        }
        rest = &after[length..];
    }
    let page = |target: &str| Reference { target: target.into(), kind: ReferenceKind::Page };
    found.into_iter().filter(|target| !target.is_empty()).map(page).collect()
}

/// Where a tag starts, in any case.
fn find_tag(text: &str, tag: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes)
        .find(|&at| bytes.get(at..at + tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag.as_bytes())))
}

fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], rest[at + name.len()..].trim_start());
        rest = &rest[at + name.len()..];
        let is_whole = before.ends_with(|char: char| char.is_ascii_whitespace());
        let Some(value) = after.strip_prefix('=').filter(|_| is_whole).map(str::trim_start) else { continue };
        return match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split_ascii_whitespace().next(),
        };
    }
    None
}

/// What stands in quotes behind `from`, `import` and `import(`.
fn imports(script: &str) -> impl Iterator<Item = &str> {
    let mut words = script.split(['"', '\'']);
    let mut before = words.next().unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let quoted = words.next()?;
            let code = std::mem::replace(&mut before, words.next().unwrap_or_default()).trim_end();
            let code = code.strip_suffix('(').map_or(code, str::trim_end);
            if code.ends_with("from") || code.ends_with("import") {
                return Some(quoted);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(of_page(text).iter().map(|reference| &*reference.target).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn sources_of_scripts() {
        check("<script src=\"/a.js\"></script><SCRIPT type=module src='b.js' defer></SCRIPT>", &["/a.js", "b.js"]);
        check("<script data-src='a' src=c.js></script>", &["c.js"]);
        check("<script src=''></script><script", &[]);
        check("<p>src='a'</p>", &[]);
    }

    #[test]
    fn imports_within_scripts() {
        let page = "<script type=module>import x from './a.js'; import \"./b\";\nconst c = import('./c'); f('./d')";
        check(page, &["./a.js", "./b", "./c"]);
    }
}
