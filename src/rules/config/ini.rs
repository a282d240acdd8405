//! The ini files of Python's `configparser` as a tree with places: sections hold keys, indented lines go on with a value.

use super::{Entry, Mistake, Node, Place, Value};

/// Reads sections into tables. A value of several lines is a list, one of a single line is text.
///
/// # Errors
/// A line that is neither a section, a key, nor a value that goes on.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let mut sections: Vec<Entry> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let place = Place { line: index as u32 + 1, column: indent as u32 + 1 };
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            && indent == 0
        {
            let value = Node { place, value: Value::Table(Vec::new()) };
            sections.push(Entry { key: name.to_owned(), place, value });
            continue;
        }
        let Some(Value::Table(keys)) = sections.last_mut().map(|section| &mut section.value.value) else {
            return Err(mistake(place, "no [section] stands above this line"));
        };
        match keys.last_mut() {
            Some(Entry { value: Node { value: Value::List(values), .. }, .. }) if indent > 0 => {
                values.push(Node { place, value: Value::Text(trimmed.to_owned()) });
            }
            _ => keys.push(key(trimmed, place)?),
        }
    }
    let mut root = Node { place: Place { line: 1, column: 1 }, value: Value::Table(sections) };
    unwrap_single(&mut root);
    Ok(root)
}

fn key(line: &str, place: Place) -> Result<Entry, Mistake> {
    let Some((key, value)) = line.split_once(['=', ':']) else {
        return Err(mistake(place, "neither `key = value` nor a [section]"));
    };
    let value = value.trim();
    let first = (!value.is_empty()).then(|| Node { place, value: Value::Text(value.to_owned()) });
    let value = Node { place, value: Value::List(first.into_iter().collect()) };
    Ok(Entry { key: key.trim().to_owned(), place, value })
}

/// A list of one that stands on the line of its key is a single value.
fn unwrap_single(root: &mut Node) {
    let Value::Table(sections) = &mut root.value else { return };
    for section in sections {
        let Value::Table(keys) = &mut section.value.value else { continue };
        for entry in keys {
            if let Value::List(values) = &mut entry.value.value
                && let [only] = values.as_mut_slice()
                && only.place.line == entry.place.line
            {
                entry.value = values.remove(0);
            }
        }
    }
}

fn mistake(place: Place, message: &str) -> Mistake {
    Mistake { place, key: String::new(), message: format!("not a valid ini file: {message}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_several_lines_are_lists() {
        let root = parse(
            "[importlinter]\nroot_package = a\n\n[importlinter:contract:1]\nlayers=\n  high\n  # no\n  a | b\nname: x\n",
        );
        let root = root.unwrap();
        assert_eq!(root.get("importlinter").unwrap().get("root_package").unwrap().text(), Some("a"));
        let contract = root.get("importlinter:contract:1").unwrap();
        let layers: Vec<_> = contract.get("layers").unwrap().items().iter().map(|item| item.text().unwrap()).collect();
        assert_eq!(layers, ["high", "a | b"]);
        assert_eq!(contract.get("layers").unwrap().items()[1].place, Place { line: 8, column: 3 });
        assert_eq!(contract.get("name").unwrap().text(), Some("x"));
    }

    #[test]
    fn a_mistake_names_its_line() {
        assert_eq!(parse("[a]\nb = 1\nc\n").unwrap_err().place.line, 3);
        assert_eq!(parse("b = 1\n").unwrap_err().place.line, 1);
    }
}
