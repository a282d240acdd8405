//! A rule file in the making.

use rustc_hash::FxHashMap;

use super::Converted;
use crate::rules::config::{Mistake, Place};

/// Wildcards may stand for every file: no rule is written for each of more.
pub const MAX_RULES: usize = 1_000;

/// The text so far, and what could not be converted.
#[derive(Default)]
pub struct Draft {
    text: String,
    left: Vec<Mistake>,
    names: FxHashMap<String, usize>,
}

/// An import that a rule does not count.
pub struct Except {
    /// Globs of importing files.
    pub from: Vec<String>,
    /// Globs of what is imported.
    pub to: Vec<String>,
    /// Either may match nothing.
    pub optional: bool,
}

impl Draft {
    /// Notes what has no counterpart.
    pub fn leave(&mut self, place: Place, key: impl Into<String>, message: impl Into<String>) {
        self.left.push(Mistake { place, key: key.into(), message: message.into() });
    }

    /// The files that no rule sees; before all rules.
    pub fn exclude(&mut self, globs: &[String]) {
        self.text += "\n";
        self.list("exclude", globs);
    }

    /// Starts a rule; its name is made distinct.
    pub fn rule(&mut self, table: &str, name: &str) {
        self.text += &format!("\n{table}\n");
        if name.is_empty() {
            return;
        }
        let times = self.names.entry(format!("{table}{name}")).or_insert(0);
        *times += 1;
        let name = if *times > 1 { format!("{name} ({times})") } else { name.to_owned() };
        self.text("name", &name);
    }

    /// A line with text; none for empty text.
    pub fn text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.raw(key, &quoted(value));
        }
    }

    /// A line with `true`; none for false, which is the default everywhere.
    pub fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.raw(key, "true");
        }
    }

    /// A line with a list.
    pub fn list(&mut self, key: &str, values: &[String]) {
        let list = list(values);
        self.raw(key, &list);
    }

    /// A line with a value in TOML.
    pub fn raw(&mut self, key: &str, value: &str) {
        self.text += &format!("{key} = {value}\n");
    }

    /// The lines of `except`.
    pub fn except(&mut self, exceptions: &[Except]) {
        if exceptions.is_empty() {
            return;
        }
        let row = |except: &Except| {
            let optional = if except.optional { ", optional = true" } else { "" };
            format!("    {{ from = {}, to = {}{optional} }},\n", list(&except.from), list(&except.to))
        };
        let rows: String = exceptions.iter().map(row).collect();
        self.raw("except", &format!("[\n{rows}]"));
    }

    /// The whole text, headed by where it comes from and what is left.
    pub fn finish(mut self, tool: &str, file: &str) -> Converted {
        self.left.sort_unstable();
        self.left.dedup();
        let mut head = format!("# Converted from {tool}'s {}.\n", comment(file));
        for mistake in &self.left {
            head += &format!(
                "# Not converted: line {}, {}: {}\n",
                mistake.place.line,
                comment(&mistake.key),
                comment(&mistake.message)
            );
        }
        Converted { text: head + &self.text, left: self.left }
    }
}

/// A list on one line, or on several where it is long.
pub fn list(values: &[String]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| quoted(value)).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        many if many.iter().map(String::len).sum::<usize>() <= 80 => format!("[{}]", many.join(", ")),
        many => format!("[\n    {},\n]", many.join(",\n    ")),
    }
}

/// Text as TOML writes it.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// No line break gets out of a comment.
fn comment(text: &str) -> String {
    text.replace(|char: char| char.is_control(), " ")
}
