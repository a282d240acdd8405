//! TOML as a tree with places.

use toml::de::{DeTable, DeValue};

use super::{Entry, Lines, Mistake, Node, Place, Value};

/// Reads a TOML document.
///
/// # Errors
/// The first mistake of syntax.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let lines = Lines::new(text);
    let document = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let duplicate = error.message().contains("duplicate key").then(|| text.get(span.clone())).flatten();
        let which = duplicate.map_or_else(String::new, |key| format!(" `{key}`"));
        Mistake {
            place: lines.place(text, span.start),
            key: String::new(),
            message: format!("not valid TOML: {}{which}", error.message()),
        }
    })?;
    let reader = Reader { text, lines };
    Ok(Node { place: Place { line: 1, column: 1 }, value: reader.table(document.into_inner()) })
}

struct Reader<'a> {
    text: &'a str,
    lines: Lines,
}

impl Reader<'_> {
    /// Its depth is bounded by the parser's.
    fn table(&self, table: DeTable<'_>) -> Value {
        let mut entries: Vec<_> = table
            .into_iter()
            .map(|(key, value)| {
                let place = self.lines.place(self.text, key.span().start);
                let start = value.span().start;
                Entry { key: key.into_inner().into_owned(), place, value: self.node(start, value.into_inner()) }
            })
            .collect();
        entries.sort_by_key(|entry| entry.place);
        Value::Table(entries)
    }

    fn node(&self, start: usize, value: DeValue<'_>) -> Node {
        let value = match value {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => number_of(&number.to_string()),
            DeValue::Float(number) => number_of(&number.to_string()),
            DeValue::Boolean(flag) => Value::Flag(flag),
            DeValue::Datetime(_) => Value::Other("a date"),
            DeValue::Array(items) => {
                let items = items.into_iter();
                Value::List(items.map(|item| self.node(item.span().start, item.into_inner())).collect())
            }
            DeValue::Table(table) => self.table(table),
        };
        Node { place: self.lines.place(self.text, start), value }
    }
}

fn number_of(text: &str) -> Value {
    let plain = text.replace('_', "");
    plain.parse().map_or(Value::Other("a number in another base"), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_places() {
        let root = parse("# é\n[limits]\ncomplexity = 1_000\n\n[[forbidden]]\nfrom = [\"a\", \"ü\", 'b']\n").unwrap();
        let limit = root.get("limits").and_then(|limits| limits.get("complexity")).unwrap();
        assert_eq!((limit.place, &limit.value), (Place { line: 3, column: 14 }, &Value::Number(1000.0)));
        let from = root.get("forbidden").unwrap().items()[0].get("from").unwrap();
        assert_eq!(from.items()[2].place, Place { line: 6, column: 19 });
        assert_eq!(from.items()[1].text(), Some("ü"));
    }

    #[test]
    fn a_mistake_of_syntax_names_its_place() {
        let mistake = parse("a = 1\nb = [1,\n").unwrap_err();
        assert_eq!(mistake.place.line, 2, "{mistake}");
        assert!(mistake.to_string().contains("not valid TOML"), "{mistake}");
        assert!(parse("a = 1\na = 2").unwrap_err().to_string().starts_with("2:1: "));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse(&format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
