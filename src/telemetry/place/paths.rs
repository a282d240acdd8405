//! The paths of files as senders write them, taken apart.

use std::borrow::Cow;

/// What is longer is no path.
const MAX_BYTES: usize = 4096;

/// Where the files of packages lie that are no part of what runs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// Python's `site-packages`: what follows is the path from an import root.
    Python,
    /// Python's own library.
    PythonLibrary,
    /// `node_modules`: what follows is the name of a package and the path in it.
    Node,
    /// Cargo's registry: what follows is the name and version of a crate and the path in it.
    Crates,
    /// One whose paths say nothing of a repository: the sources of a toolchain, Go's modules, gems.
    Other,
}

/// A path of another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent<'a> {
    /// Its parts, without `.` and `..`; never empty.
    pub parts: Vec<&'a str>,
    /// Whether something may stand before the first part that is a part of no repository.
    pub is_absolute: bool,
    /// The innermost store that it leads through, and the index of the first part in it.
    pub store: Option<(Store, usize)>,
}

/// The text without its scheme, and with the characters that a URL escapes.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    let is_url = text.contains("://") || text.starts_with("file:");
    if !is_url || !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &tail[2..]).0,
            None => (bytes.push(*first), rest = tail).0,
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

impl<'a> Sent<'a> {
    /// Takes a path or URL apart. `None` for what names no file (`<string>`, `node:fs`) and for what climbs out of where it starts:
    /// that may be anywhere.
    pub fn read(text: &'a str) -> Option<Self> {
        if text.is_empty() || text.len() > MAX_BYTES || text.starts_with(['<', '[']) || text.contains(['\0', '\n']) {
            return None;
        }
        let (text, is_url) = without_scheme(text)?;
        let has_drive = has_drive(text);
        let is_absolute = has_drive || text.starts_with(['/', '\\', '~']);
        let is_windows = has_drive || text.starts_with("\\\\") || !text.contains('/');
        let separators: &[char] = if is_windows { &['/', '\\'] } else { &['/'] };
        let mut parts = Vec::new();
        for part in text.split(separators) {
            match part {
                "" | "." | "?" => {}
                ".." => {
                    parts.pop()?;
                }
                // A drive, and what Next.js calls a layer.
                part if parts.is_empty() && (is_drive(part) || is_url && part.starts_with('(')) => {}
                part => parts.push(part),
            }
        }
        let store = store(&parts);
        (!parts.is_empty()).then_some(Self { parts, is_absolute, store })
    }
}

/// What follows the scheme of a URL, from a slash on where it is absolute; true if there was one.
fn without_scheme(text: &str) -> Option<(&str, bool)> {
    if text.starts_with("node:") {
        return None;
    }
    // What lies in an archive.
    if let Some((_, inside)) = text.rsplit_once("!/") {
        return Some((inside, true));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Some((text.strip_prefix("file:").unwrap_or(text), false));
    };
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
        return Some((text, false));
    }
    let path = &rest[rest.find('/').unwrap_or(rest.len())..];
    let is_file = scheme == "file";
    let end = if is_file { None } else { path.find(['?', '#']) };
    let path = &path[..end.unwrap_or(path.len())];
    // Bundlers write paths from where they run.
    let is_absolute = is_file || scheme.starts_with("http");
    Some((if is_absolute { path } else { path.trim_start_matches('/') }, true))
}

fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

fn has_drive(text: &str) -> bool {
    let bytes = text.trim_start_matches(['/', '\\', '?']).as_bytes();
    matches!(bytes, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

fn store(parts: &[&str]) -> Option<(Store, usize)> {
    let (found, at) = (0..parts.len()).rev().find_map(|at| Some((store_at(parts, at)?, at)))?;
    let next = parts.get(at + 1).copied().unwrap_or_default();
    let first = match found {
        // Each source of crates has a folder of its own.
        Store::Crates => at + 3,
        Store::Python if next.ends_with(".egg") => at + 2,
        Store::PythonLibrary if next.eq_ignore_ascii_case("lib") => at + 2,
        _ => at + 1,
    };
    Some(if first < parts.len() { (found, first) } else { (Store::Other, at) })
}

/// The store whose folder is the part at `at`.
fn store_at(parts: &[&str], at: usize) -> Option<Store> {
    let (part, next) = (parts[at], parts.get(at + 1).copied().unwrap_or_default());
    let above = |steps| at.checked_sub(steps).map_or("", |above| parts[above]);
    let before = above(1);
    match part {
        "site-packages" | "dist-packages" => Some(Store::Python),
        "node_modules" => Some(Store::Node),
        "registry" if next == "src" => Some(Store::Crates),
        "rustlib" => Some(Store::Other),
        "rustc" if next.len() == 40 => Some(Store::Other),
        "checkouts" if before == "git" => Some(Store::Other),
        "gems" if next.contains('-') => Some(Store::Other),
        "src" if is_go_root(above(2), before) => Some(Store::Other),
        // Go's modules, wherever they lie.
        _ if part.contains("@v") => Some(Store::Other),
        _ if is_python_library(before, part, next) => Some(Store::PythonLibrary),
        _ => None,
    }
}

/// Where Go is installed; a folder of one's own may be called `go` too.
fn is_go_root(above: &str, part: &str) -> bool {
    let version = part.strip_prefix("go").map(|rest| rest.trim_start_matches('-'));
    let is_versioned = version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    is_versioned || part == "libexec" || part == "go" && matches!(above, "local" | "lib")
}

/// `lib/python3.12` or `Python312/Lib`.
fn is_python_library(before: &str, part: &str, next: &str) -> bool {
    let versioned = |name: &str| {
        let version = name.get(..6).filter(|head| head.eq_ignore_ascii_case("python")).map(|_| &name[6..]);
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    versioned(part) && (matches!(before, "lib" | "lib64") || next.eq_ignore_ascii_case("lib"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let text = unescaped(text);
        let found = Sent::read(&text).map(|sent| {
            let root = if sent.is_absolute { "/" } else { "" };
            let store = sent.store.map(|(store, at)| format!(" {store:?} {}", sent.parts[at..].join("/")));
            format!("{root}{}{}", sent.parts.join("/"), store.unwrap_or_default())
        });
        assert_eq!(found.as_deref().unwrap_or("none"), expect, "{text}");
    }

    #[test]
    fn paths() {
        check("src/app.py", "src/app.py");
        check("./src//a.rs", "src/a.rs");
        check("/app/tests/../src/x.py", "/app/src/x.py");
        check("C:\\build\\src\\Cart.cs", "/build/src/Cart.cs");
        check("c:/build/src/x.py", "/build/src/x.py");
        check("\\\\?\\C:\\a\\b.py", "/a/b.py");
        check("\\\\host\\share\\a\\b.py", "/host/share/a/b.py");
        check("src\\x.py", "src/x.py");
        check("/app/odd\\name.py", "/app/odd\\name.py");
    }

    #[test]
    fn urls() {
        check("file:///app/my%20dir/x.mjs", "/app/my dir/x.mjs");
        check("file:///C:/app/x.mjs", "/app/x.mjs");
        check("http://localhost:3000/src/x.ts?t=17#a", "/src/x.ts");
        check("webpack://shop/./src/x.ts?beef", "src/x.ts");
        check("webpack:///src/x.ts", "src/x.ts");
        check("webpack-internal:///(rsc)/./app/page.tsx", "app/page.tsx");
        check("jar:file:/app/x.jar!/com/acme/A.java", "com/acme/A.java");
    }

    #[test]
    fn what_climbs_out_or_is_no_file() {
        for text in ["../../etc/passwd", "/../x.py", "a/../../x.py", "", "/", "..", "<string>", "<frozen os>"] {
            check(text, "none");
        }
        check("node:internal/modules/cjs/loader", "none");
        check("[native code]", "none");
        check("a\nb", "none");
        check(&"a/".repeat(3000), "none");
    }

    #[test]
    fn stores() {
        let python = "/v/lib/python3.12/site-packages/flask/app.py";
        check(python, "/v/lib/python3.12/site-packages/flask/app.py Python flask/app.py");
        check("/usr/lib/python3/dist-packages/a.py", "/usr/lib/python3/dist-packages/a.py Python a.py");
        check("/v/site-packages/a-1.egg/a/b.py", "/v/site-packages/a-1.egg/a/b.py Python a/b.py");
        check("/usr/lib/python3.11/json/x.py", "/usr/lib/python3.11/json/x.py PythonLibrary json/x.py");
        check("C:\\Python311\\Lib\\os.py", "/Python311/Lib/os.py PythonLibrary os.py");
        check("/a/node_modules/x/node_modules/@b/c/d.js", "/a/node_modules/x/node_modules/@b/c/d.js Node @b/c/d.js");
        let crates = "/h/.cargo/registry/src/index.crates.io-6f17/tokio-1.2.0/src/lib.rs";
        check(crates, &format!("{crates} Crates tokio-1.2.0/src/lib.rs"));
        check("/go/pkg/mod/github.com/a/b@v1.2.3/c.go", "/go/pkg/mod/github.com/a/b@v1.2.3/c.go Other c.go");
        check("/usr/lib/go-1.22/src/net/http/x.go", "/usr/lib/go-1.22/src/net/http/x.go Other net/http/x.go");
        check("/usr/local/go/src/fmt/a.go", "/usr/local/go/src/fmt/a.go Other fmt/a.go");
        check("/home/me/python/app.py", "/home/me/python/app.py");
        check("/home/me/go/src/acme/app.go", "/home/me/go/src/acme/app.go");
        check("/v/site-packages", "/v/site-packages Other site-packages");
    }
}
