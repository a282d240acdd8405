//! `exports` and `imports` of a `package.json`, after Node's algorithm (<https://nodejs.org/api/esm.html#resolution-algorithm-specification>).
//! Where Node takes the first condition that holds, all targets are listed, the likeliest first: before a build, which of
//! them leads to a source is not known.

use serde_json::Value;

/// How a package is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::resolve::script) enum Condition {
    /// By `import`.
    Import,
    /// By `require`.
    Require,
    /// By a type checker.
    Types,
}

/// Targets of `./subpath`, or of `.` for an empty one.
pub(super) fn targets(exports: &Value, subpath: &str, condition: Condition) -> Vec<String> {
    let by_subpath = exports.as_object().is_some_and(|map| map.keys().any(|key| key.starts_with('.')));
    if by_subpath {
        let key = if subpath.is_empty() { ".".to_owned() } else { format!("./{subpath}") };
        return matching(exports, &key, condition);
    }
    if subpath.is_empty() { leaves(exports, "", condition) } else { Vec::new() }
}

/// Targets of `#name`.
pub(super) fn internal(imports: &Value, name: &str, condition: Condition) -> Vec<String> {
    matching(imports, name, condition)
}

fn matching(map: &Value, key: &str, condition: Condition) -> Vec<String> {
    if let Some(target) = map.get(key) {
        return leaves(target, "", condition);
    }
    let patterns = map.as_object().into_iter().flatten().filter_map(|(pattern, target)| {
        let (before, after) = pattern.split_once('*').or_else(|| pattern.ends_with('/').then_some((pattern, "")))?;
        let star = key.strip_prefix(before)?.strip_suffix(after)?;
        (!star.is_empty()).then_some((before.len(), star, target))
    });
    // The longest prefix is the most specific one; a null target there forbids what a shorter one would offer.
    let best = patterns.max_by_key(|&(specific, ..)| specific);
    best.map_or_else(Vec::new, |(_, star, target)| leaves(target, star, condition))
}

/// Every path of a target, those under conditions that hold first.
fn leaves(target: &Value, star: &str, condition: Condition) -> Vec<String> {
    let mut found = Vec::new();
    collect(target, star, condition, &mut found);
    found
}

fn collect(target: &Value, star: &str, condition: Condition, found: &mut Vec<String>) {
    match target {
        Value::String(path) if path.ends_with('/') => found.push(format!("{path}{star}")),
        Value::String(path) => found.push(path.replace('*', star)),
        Value::Array(alternatives) => {
            alternatives.iter().for_each(|alternative| collect(alternative, star, condition, found));
        }
        Value::Object(conditions) => {
            let mut ranked: Vec<_> = conditions.iter().collect();
            ranked.sort_by_key(|(name, _)| rank(name, condition));
            ranked.iter().for_each(|(_, target)| collect(target, star, condition, found));
        }
        _ => {}
    }
}

/// Order of conditions: those by which monorepos name their sources, then what holds, then what might.
fn rank(name: &str, condition: Condition) -> u8 {
    use Condition::{Import, Require, Types};
    match (name, condition) {
        ("source" | "src", _) => 0,
        ("types" | "typings", Types) => 1,
        ("import" | "module-sync", Import | Types) | ("require", Require) => 2,
        ("node" | "module" | "default", _) => 3,
        ("types" | "typings", _) => 4,
        ("import" | "require" | "module-sync", _) => 5,
        _ => 6,
    }
}
