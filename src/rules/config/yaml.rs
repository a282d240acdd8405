//! YAML as a tree with places: one document, keys of text, aliases left out.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use super::{Entry, Mistake, Node, Place, Value};

/// Deeper than any configuration is.
const MAX_DEPTH: usize = 64;

/// A list or table that is still open.
struct Open {
    place: Place,
    /// Keys of a table; `None` for a list.
    keys: Option<Vec<(String, Place)>>,
    values: Vec<Node>,
}

/// Reads the first document; an empty one is an empty table.
///
/// # Errors
/// The first mistake of syntax; nesting that no configuration has.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| scan_mistake(&error))?;
        let place = place(&span.start);
        let closed = match event {
            Event::Scalar(text, style, ..) => Some(Node { place, value: scalar(&text, style) }),
            Event::Alias(_) => Some(Node { place, value: Value::Other("an alias") }),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= MAX_DEPTH {
                    return Err(mistake(place, "nested deeper than a configuration can be"));
                }
                let keys = matches!(event, Event::MappingStart(..)).then(Vec::new);
                open.push(Open { place, keys, values: Vec::new() });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(close),
            Event::DocumentEnd => break,
            _ => None,
        };
        let Some(node) = closed else { continue };
        let Some(parent) = open.last_mut() else { return Ok(node) };
        match &mut parent.keys {
            Some(keys) if keys.len() == parent.values.len() => keys.push((key(&node), node.place)),
            _ => parent.values.push(node),
        }
    }
    Ok(Node { place: Place { line: 1, column: 1 }, value: Value::Table(Vec::new()) })
}

fn close(open: Open) -> Node {
    let value = match open.keys {
        None => Value::List(open.values),
        Some(keys) => {
            let entries = keys.into_iter().zip(open.values);
            Value::Table(entries.map(|((key, place), value)| Entry { key, place, value }).collect())
        }
    };
    Node { place: open.place, value }
}

fn key(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        other => other.kind().to_owned(),
    }
}

/// The core schema of YAML 1.2, as far as configurations need it.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    match text {
        _ if style != ScalarStyle::Plain => Value::Text(text.to_owned()),
        "true" | "True" | "TRUE" => Value::Flag(true),
        "false" | "False" | "FALSE" => Value::Flag(false),
        "" | "~" | "null" => Value::Other("nothing"),
        text => match text.parse::<f64>() {
            Ok(number) if text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
                Value::Number(number)
            }
            _ => Value::Text(text.to_owned()),
        },
    }
}

fn place(marker: &Marker) -> Place {
    Place { line: marker.line() as u32, column: marker.col() as u32 + 1 }
}

fn scan_mistake(error: &ScanError) -> Mistake {
    mistake(place(error.marker()), &format!("not valid YAML: {}", error.info()))
}

fn mistake(place: Place, message: &str) -> Mistake {
    Mistake { place, key: String::new(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_places() {
        let root = parse("check:\n  deny:\n    'a/**':\n      - b/*\n      - to: c\n        reason: >-\n          x\n          y\n  on: true\n").unwrap();
        let deny = root.get("check").and_then(|check| check.get("deny")).unwrap();
        let rule = &deny.entries()[0];
        assert_eq!((rule.key.as_str(), rule.place), ("a/**", Place { line: 3, column: 5 }));
        assert_eq!(rule.value.items()[1].get("reason").unwrap().text(), Some("x y"));
        assert_eq!(rule.value.items()[0].place.line, 4);
        assert_eq!(root.get("check").unwrap().get("on").unwrap().value, Value::Flag(true));
    }

    #[test]
    fn a_mistake_names_its_line() {
        assert_eq!(parse("a: 1\nb: [\n").unwrap_err().place.line, 3);
        assert!(parse(&"- ".repeat(10_000)).unwrap_err().to_string().contains("deeper"));
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn nothing_is_an_empty_table() {
        assert_eq!(parse("# nothing\n").unwrap().entries(), []);
    }
}
