//! A rule file in TOML becomes [`Rules`]; every mistake is told with its line and key.

use std::cell::RefCell;

use rustc_hash::FxHashSet;

use super::config::{Entry, Mistake, Node, Place, Section, Value, parse_toml};
use super::glob::{Glob, Globs, PACKAGE};
use super::model::{
    Aggregate, Check, CyclesOf, Exception, Kinds, Layer, Layers, Limit, LimitBy, Rule, Rules, Severity,
};
use crate::lang::ImportKind;

/// Import-linter's: deep enough for any package.
const DEPTH: u32 = 10;

/// Reads a rule file.
///
/// # Errors
/// Every mistake, in the order of the file; the first only where it is no TOML.
pub fn parse(text: &str) -> Result<Rules, Vec<Mistake>> {
    let root = parse_toml(text).map_err(|mistake| vec![mistake])?;
    let mistakes = RefCell::new(Vec::new());
    let mut file = Section::new("", &root, &mistakes);
    let mut rules = Rules { exclude: globs(&mut file, "exclude"), rules: Vec::new() };
    for (key, check) in TABLES {
        for mut section in file.sections(key) {
            if let Some(check) = check(&mut section) {
                rules.rules.push(rule(&mut section, check));
            }
            section.finish();
        }
    }
    if let Some(node) = file.get("limits") {
        rules.rules.extend(limits(node, &mistakes));
    }
    file.finish();
    rules.rules.sort_by_key(|rule| rule.place);
    let mut mistakes = mistakes.into_inner();
    mistakes.extend(twice(&rules));
    mistakes.sort_unstable();
    mistakes.dedup();
    if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
}

type ReadCheck = fn(&mut Section<'_>) -> Option<Check>;

const TABLES: [(&str, ReadCheck); 7] = [
    ("forbidden", forbidden),
    ("allowed", allowed),
    ("required", required),
    ("layers", layers),
    ("independent", independent),
    ("cycles", cycles),
    ("limit", limit),
];

/// What all rules have.
fn rule(section: &mut Section<'_>, check: Check) -> Rule {
    let name = section.text("name").map(str::to_owned);
    if name.as_ref().is_some_and(|name| name.trim().is_empty() || name.contains(char::is_control)) {
        section.wrong(
            section.place_of("name"),
            "name",
            "must be a line of text; leave it out, or say what the rule is called",
        );
    }
    let counts_imports = !matches!(check, Check::Limit(_));
    Rule {
        id: name.unwrap_or_else(|| check.describe()),
        place: section.place,
        name_place: section.place_of("name"),
        path: section.path.clone(),
        reason: section.text("reason").unwrap_or_default().to_owned(),
        severity: severity(section),
        optional: section.flag("optional"),
        kinds: if counts_imports { kinds(section) } else { Kinds::imports() },
        except: if counts_imports { exceptions(section) } else { Vec::new() },
        check,
    }
}

fn severity(section: &mut Section<'_>) -> Severity {
    let all = [Severity::Error, Severity::Warning];
    choice(section, "severity", &all.map(|severity| (severity.name(), severity)))
}

/// One of several words; the first where the key is missing.
fn choice<T: Copy>(section: &mut Section<'_>, key: &'static str, words: &[(&str, T)]) -> T {
    let first = words[0].1;
    let Some(node) = section.get(key) else { return first };
    let found = node.text().and_then(|text| words.iter().find(|(word, _)| *word == text));
    if found.is_none() {
        let words: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        section.wrong(node.place, key, &format!("must be {}", words.join(" or ")));
    }
    found.map_or(first, |(_, value)| *value)
}

fn kinds(section: &mut Section<'_>) -> Kinds {
    if !section.has("kinds") {
        section.get("kinds");
        return Kinds::imports();
    }
    let mut found = Vec::new();
    for (text, place) in section.texts("kinds") {
        match ImportKind::ALL.into_iter().find(|kind| kind.name() == text) {
            Some(kind) => found.push(kind),
            None => {
                let names: Vec<_> = ImportKind::ALL.iter().map(|kind| kind.name()).collect();
                section.wrong(place, "kinds", &format!("no kind `{text}`; there are {}", names.join(", ")));
            }
        }
    }
    found.into_iter().collect()
}

fn exceptions(section: &mut Section<'_>) -> Vec<Exception> {
    let mut found = Vec::new();
    for mut exception in section.sections("except") {
        let (from, to) = (needed_globs(&mut exception, "from"), needed_globs(&mut exception, "to"));
        let optional = exception.flag("optional");
        exception.text("reason");
        found.push(Exception { from, to, optional, place: exception.place });
        exception.finish();
    }
    found
}

fn globs(section: &mut Section<'_>, key: &'static str) -> Globs {
    let texts = section.texts(key);
    globs_of(section, key, &texts)
}

fn globs_of(section: &Section<'_>, key: &str, texts: &[(&str, Place)]) -> Globs {
    let path = if section.path.is_empty() { key.to_owned() } else { format!("{}.{key}", section.path) };
    let mut globs = Vec::new();
    for &(text, place) in texts {
        match Glob::new(text, "", place, &path) {
            Ok(glob) if globs.is_empty() && glob.negated => {
                section.wrong(
                    place,
                    key,
                    &format!("`{text}` takes out what no glob before it took in; begin with \"**\""),
                );
            }
            Ok(glob) => globs.push(glob),
            Err(error) => section.wrong(place, key, &format!("`{text}`: {error}")),
        }
    }
    Globs(globs)
}

/// Globs of files, of which there must be some.
fn needed_globs(section: &mut Section<'_>, key: &'static str) -> Globs {
    section.require(key, &format!("{key} = \"src/**\""));
    let texts = section.texts(key);
    if section.has(key) && texts.is_empty() && section.get(key).is_some_and(|node| node.items().is_empty()) {
        section.wrong(section.place_of(key), key, "is empty; name at least one glob");
    }
    globs_of(section, key, &texts)
}

/// Globs of files only.
fn file_globs(section: &mut Section<'_>, key: &'static str, globs: Globs) -> Globs {
    for glob in globs.0.iter().filter(|glob| glob.text.trim_start_matches('!').starts_with(PACKAGE)) {
        section.wrong(glob.place, key, &format!("`{}`: only imports lead to packages; name files", glob.text));
    }
    globs
}

fn from(section: &mut Section<'_>) -> Globs {
    let globs = needed_globs(section, "from");
    file_globs(section, "from", globs)
}

fn forbidden(section: &mut Section<'_>) -> Option<Check> {
    let (from, to) = (from(section), needed_globs(section, "to"));
    Some(Check::Forbidden { from, to, transitive: section.flag("transitive") })
}

fn allowed(section: &mut Section<'_>) -> Option<Check> {
    section.require("to", "to = \"src/**\"");
    let (from, to) = (from(section), globs(section, "to"));
    Some(Check::Allowed { from, to, among: globs(section, "among") })
}

fn required(section: &mut Section<'_>) -> Option<Check> {
    let (from, to) = (from(section), needed_globs(section, "to"));
    Some(Check::Required { from, to, transitive: section.flag("transitive") })
}

fn layers(section: &mut Section<'_>) -> Option<Check> {
    section.require("layers", "layers = [\"src/cli\", \"src/core\"]");
    let items = section.get("layers").map_or(&[][..], Node::items);
    let layers: Vec<_> = items.iter().map(|item| layer(section, item)).collect();
    if section.has("layers") && layers.len() < 2 {
        section.wrong(section.place_of("layers"), "layers", "needs two layers at least, from high to low");
    }
    let within = globs(section, "within");
    let exhaustive = section.flag("exhaustive");
    if exhaustive && within.0.is_empty() {
        section.wrong(
            section.place_of("exhaustive"),
            "exhaustive",
            "needs `within`: the directories that hold nothing but layers",
        );
    }
    let unlayered = globs(section, "unlayered");
    let transitive = section.flag("transitive");
    Some(Check::Layers(Layers { layers, within, transitive, exhaustive, unlayered }))
}

/// A string is a layer; a list is one of independent parts; a table says more.
fn layer(section: &Section<'_>, node: &Node) -> Layer {
    let plain = |parts| Layer { parts, independent: true, optional: false, closed: false };
    match &node.value {
        Value::Table(entries) => table_layer(section, node, entries),
        _ => plain(parts(section, "layers", node)),
    }
}

fn table_layer(section: &Section<'_>, node: &Node, entries: &[Entry]) -> Layer {
    let own = RefCell::new(Vec::new());
    let mut table = Section::new("", node, &own);
    let layer = Layer {
        parts: node.get("parts").map(|parts_node| parts(section, "layers.parts", parts_node)).unwrap_or_default(),
        independent: table.optional_flag("independent").unwrap_or(true),
        optional: table.flag("optional"),
        closed: table.flag("closed"),
    };
    table.get("parts");
    table.finish();
    for mistake in own.into_inner() {
        section.wrong(mistake.place, &format!("layers.{}", mistake.key), &mistake.message);
    }
    if !entries.iter().any(|entry| entry.key == "parts") {
        section.wrong(node.place, "layers.parts", "is missing; add such as parts = [\"src/core\"]");
    }
    layer
}

/// Each item is a part: a glob, or a list of globs.
fn parts(section: &Section<'_>, key: &str, node: &Node) -> Vec<Globs> {
    node.items().iter().map(|item| globs_of(section, key, &section.texts_of(key, item))).collect()
}

fn independent(section: &mut Section<'_>) -> Option<Check> {
    let parts = section.get("parts").map(|node| parts(section, "parts", node)).unwrap_or_default();
    let each = globs(section, "each");
    if parts.len() < 2 && each.0.is_empty() {
        section.wrong(
            section.place_of("parts"),
            "parts",
            "needs two parts at least, or `each` with a glob such as \"src/features/*\"",
        );
    }
    Some(Check::Independent { parts, each, transitive: section.flag("transitive") })
}

/// `allow = true` is no rule.
fn cycles(section: &mut Section<'_>) -> Option<Check> {
    let is_allowed = section.flag("allow");
    let of = choice(section, "of", &[("files", CyclesOf::Files), ("siblings", CyclesOf::Siblings)]);
    let files = globs(section, "files");
    let files = file_globs(section, "files", files);
    let depth = section.number("depth").map_or(DEPTH, |depth| depth as u32);
    let skip = globs(section, "skip");
    for (key, instead) in [("skip", "; take files out with `files`"), ("depth", "")] {
        if of == CyclesOf::Files && section.has(key) {
            section.wrong(section.place_of(key), key, &format!("only stands with of = \"siblings\"{instead}"));
        }
    }
    let check = Check::Cycles { of, files, skip, depth };
    if is_allowed {
        rule(section, check);
        return None;
    }
    Some(check)
}

fn limit(section: &mut Section<'_>) -> Option<Check> {
    section.require("metric", "metric = \"complexity\"");
    let place = section.get("metric").map_or(section.place, |node| node.place);
    let metric = section.text("metric").unwrap_or_default().to_owned();
    let words = [("file", LimitBy::File), ("function", LimitBy::Function), ("directory", LimitBy::Directory)];
    let by = choice(section, "by", &words);
    let sums = [("sum", Aggregate::Sum), ("mean", Aggregate::Mean), ("max", Aggregate::Max)];
    let aggregate = choice(section, "aggregate", &sums);
    if by != LimitBy::Directory && section.has("aggregate") {
        section.wrong(section.place_of("aggregate"), "aggregate", "only stands with by = \"directory\"");
    }
    let (max, min) = (section.number("max"), section.number("min"));
    if max.zip(min).is_some_and(|(max, min)| max < min) {
        section.wrong(section.place_of("max"), "max", "is less than `min`; no value is both");
    }
    if !section.has("max") && !section.has("min") {
        section.wrong(section.place, "max", "is missing; add `max` or `min`");
    }
    let files = globs(section, "files");
    let files = file_globs(section, "files", files);
    Some(Check::Limit(Limit { metric, place, key: "metric".to_owned(), by, aggregate, max, min, files }))
}

/// `[limits]`: the largest value of each metric of a file.
fn limits(node: &Node, mistakes: &RefCell<Vec<Mistake>>) -> Vec<Rule> {
    let section = Section::new("limits", node, mistakes);
    let mut rules = Vec::new();
    for Entry { key, place, value } in node.entries() {
        let max = match value.value {
            Value::Number(max) if max >= 0.0 && max.is_finite() => max,
            Value::Number(_) => {
                section.wrong(value.place, key, "must be a finite number that is not negative");
                continue;
            }
            _ => {
                section.wrong(value.place, key, &format!("expected a number, found {}", value.value.kind()));
                continue;
            }
        };
        let files = Globs::default();
        let (metric, key) = (key.clone(), key.clone());
        let (by, aggregate) = (LimitBy::File, Aggregate::Sum);
        let limit = Limit { metric, place: *place, key, by, aggregate, max: Some(max), min: None, files };
        let check = Check::Limit(limit);
        rules.push(Rule {
            id: check.describe(),
            place: *place,
            name_place: *place,
            path: section.path.clone(),
            reason: String::new(),
            severity: Severity::Error,
            optional: false,
            kinds: Kinds::imports(),
            except: Vec::new(),
            check,
        });
    }
    rules
}

/// Rules of one name cannot be told apart in a baseline.
fn twice(rules: &Rules) -> Vec<Mistake> {
    let mut seen = FxHashSet::default();
    let again = rules.rules.iter().filter(|rule| !seen.insert(rule.id.as_str()));
    let mistake = |rule: &Rule| Mistake {
        place: rule.name_place,
        key: format!("{}.name", rule.path),
        message: format!("another rule above is `{}` too; give each a `name` of its own", rule.id),
    };
    again.map(mistake).collect()
}
