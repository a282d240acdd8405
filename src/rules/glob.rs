//! Globs of a rule file: the syntax of `.gitignore`, and names of packages. Knows no files.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::config::Place;

/// Stands before the name of an external package.
pub const PACKAGE: &str = "package:";

/// Longer than any path that a glob is written for.
const MAX_BYTES: usize = 2_000;
/// Globs that a message names.
const DESCRIBED: usize = 5;

/// One glob and where it was written.
#[derive(Clone, Debug)]
pub struct Glob {
    /// As written.
    pub text: String,
    /// Where.
    pub place: Place,
    /// Its key with those above it, for messages.
    pub key: String,
    /// Starts with `!`: takes out what an earlier glob took in.
    pub negated: bool,
    /// What it matches.
    pub form: Form,
}

/// What a glob matches.
#[derive(Clone, Debug)]
pub enum Form {
    /// A file of this path, or all below the directory of this path.
    Path {
        /// Without slashes at its ends.
        path: String,
        /// Only a directory is meant.
        only_dir: bool,
    },
    /// Files by wildcards, and all below the directories that match.
    Wild {
        /// What matches starts so; ends with `/` or is empty.
        prefix: String,
        /// Of a path relative to the root.
        matcher: Box<GlobSet>,
        /// Only directories are meant.
        only_dir: bool,
    },
    /// External packages.
    Package(Box<GlobSet>),
}

/// Globs of which the last that matches decides.
#[derive(Clone, Debug, Default)]
pub struct Globs(pub Vec<Glob>);

impl Glob {
    /// Reads a glob. `base` is the directory that it is relative to; the root is `""`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn new(text: &str, base: &str, place: Place, key: &str) -> Result<Self, String> {
        let (negated, plain) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let form = match plain.strip_prefix(PACKAGE) {
            Some(package) => Form::Package(Box::new(matcher(package, false)?)),
            None => form(plain, base)?,
        };
        Ok(Self { text: text.to_owned(), place, key: key.to_owned(), negated, form })
    }

    /// The same glob below a directory.
    ///
    /// # Errors
    /// None that [`Glob::new`] has not had for the same text.
    pub fn below(&self, base: &str) -> Result<Self, String> {
        Self::new(&self.text, base, self.place, &self.key)
    }
}

impl Globs {
    /// As a person reads them in a message: the first few.
    pub fn describe(&self) -> String {
        let texts: Vec<_> = self.0.iter().take(DESCRIBED).map(|glob| glob.text.as_str()).collect();
        match self.0.len().checked_sub(DESCRIBED) {
            None | Some(0) => texts.join(", "),
            Some(more) => format!("{} and {more} more", texts.join(", ")),
        }
    }
}

fn form(text: &str, base: &str) -> Result<Form, String> {
    let trimmed = text.trim_start_matches('/').trim_end_matches('/');
    if trimmed.is_empty() || trimmed.split('/').any(|part| part == "." || part == "..") {
        return Err("must name files below the root, such as `src/**`; `**` is all files".to_owned());
    }
    let only_dir = text.ends_with('/');
    let is_anchored = !base.is_empty() || text.trim_end_matches('/').contains('/');
    let escaped = globset::escape(base);
    let whole = match (base, is_anchored) {
        ("", true) => trimmed.to_owned(),
        ("", false) => format!("**/{trimmed}"),
        _ => format!("{escaped}/{trimmed}"),
    };
    let (stem, is_below) = whole.strip_suffix("/**").map_or((whole.as_str(), false), |stem| (stem, true));
    if let Some(path) = literal(stem) {
        return Ok(Form::Path { path, only_dir: only_dir || is_below });
    }
    let prefix = whole.split_inclusive('/').map_while(|part| part.ends_with('/').then(|| literal(part)).flatten());
    Ok(Form::Wild { prefix: prefix.collect(), matcher: Box::new(matcher(&whole, true)?), only_dir })
}

/// The text that a glob without wildcards stands for.
fn literal(glob: &str) -> Option<String> {
    let mut text = String::with_capacity(glob.len());
    let mut chars = glob.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            // The form in which `globset::escape` writes a wildcard.
            '[' => {
                let wildcard = chars.next()?;
                let is_single = chars.next() == Some(']') && "*?[]{}".contains(wildcard);
                text.push(is_single.then_some(wildcard)?);
            }
            '*' | '?' | '{' | '}' => return None,
            '\\' => text.push(chars.next()?),
            char => text.push(char),
        }
    }
    Some(text)
}

/// A matcher of paths, in which wildcards stop at `/`, or of names.
///
/// # Errors
/// What is wrong with the text.
pub fn matcher(text: &str, is_path: bool) -> Result<GlobSet, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("longer than {MAX_BYTES} bytes"));
    }
    let wrong = |error: globset::Error| format!("not a valid glob ({})", error.kind());
    let mut glob = GlobBuilder::new(text);
    glob.literal_separator(is_path).empty_alternates(true).backslash_escape(true);
    let glob = glob.build().map_err(wrong)?;
    // A set of one says what is too deep or too large for an automaton; a matcher of the glob itself panics.
    GlobSetBuilder::new().add(glob).build().map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, base: &str, expect: &str) {
        let found = Glob::new(text, base, Place::default(), "").map(|glob| match glob.form {
            Form::Path { path, only_dir } => format!("path {path} {only_dir}"),
            Form::Wild { prefix, .. } => format!("wild {prefix}"),
            Form::Package(_) => "package".to_owned(),
        });
        assert_eq!(found.unwrap_or_else(|error| error), expect, "{text}");
    }

    #[test]
    fn plain_paths_are_told_from_wildcards() {
        check("src/core", "", "path src/core false");
        check("/src", "", "path src false");
        check("src/core/**", "", "path src/core true");
        check("src/core/", "", "path src/core true");
        check("src/[[]id].ts", "", "path src/[id].ts false");
        check("src/\\{a\\}", "", "path src/{a} false");
        check("core", "", "wild ");
        check("src/*/x", "", "wild src/");
        check("src/a{,.py}", "", "wild src/");
        check("high", "a/[b]", "path a/[b]/high false");
        check("!*.py", "a", "wild a/");
        check("package:django*", "", "package");
    }

    #[test]
    fn mistakes_are_told() {
        check("a[", "", "not a valid glob (unclosed character class; missing ']')");
        check("../a", "", "must name files below the root, such as `src/**`; `**` is all files");
        check(
            &"{a,".repeat(300),
            "",
            "not a valid glob (unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?))",
        );
        check(&"?".repeat(3_000), "", "longer than 2000 bytes");
        let deep = format!("{}{}", "{a,".repeat(300), "}".repeat(300));
        assert!(Glob::new(&deep, "", Place::default(), "").is_err());
        check("", "", "must name files below the root, such as `src/**`; `**` is all files");
    }
}
