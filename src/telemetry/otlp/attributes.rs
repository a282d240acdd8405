//! What attributes say: where in the code, which exception, which service; and all of them as JSON.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, json};

use crate::telemetry::{Code, Exception};

/// The name that the specification of resources gives to a service that says none.
const UNKNOWN_SERVICE: &str = "unknown_service";
/// A text of attributes is cut after so many bytes.
const MAX_TEXT_BYTES: usize = 512;

/// What the attributes of a record, a scope or a resource say of its place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Without a name.
    pub code: Code<'a>,
    /// `None` without any attribute of an exception.
    pub exception: Option<Exception<'a>>,
}

impl<'a> Said<'a> {
    /// Reads `code.*` of the semantic conventions for code attributes, the deprecated ones too, and `exception.*`.
    pub fn of(attributes: &'a [KeyValue]) -> Self {
        let mut said = Self::default();
        for KeyValue { key, value, .. } in attributes {
            if let Some(rest) = key.strip_prefix("code.") {
                set_code(&mut said.code, rest, value.as_ref());
            } else if let Some(rest) = key.strip_prefix("exception.") {
                set_exception(said.exception.get_or_insert_default(), rest, text(value.as_ref()));
            }
        }
        said
    }

    /// Where it says no place itself, that of what it belongs to.
    pub fn or(self, other: &Self) -> Self {
        let is_placed = |code: &Code<'_>| !code.path.is_empty() || !code.function.is_empty();
        if is_placed(&self.code) || !is_placed(&other.code) {
            return self;
        }
        Self { code: Code { stack: self.code.stack, ..other.code }, ..self }
    }
}

fn set_code<'a>(code: &mut Code<'a>, key: &str, value: Option<&'a AnyValue>) {
    let set = |old: &mut &'a str, is_current: bool| {
        let new = text(value);
        if is_current && !new.is_empty() || old.is_empty() {
            *old = new;
        }
    };
    match key {
        "file.path" => set(&mut code.path, true),
        "filepath" => set(&mut code.path, false),
        "function.name" => set(&mut code.function, true),
        "function" => set(&mut code.function, false),
        // `code.module.name` is what Rust's `tracing-opentelemetry` says.
        "namespace" | "module.name" => set(&mut code.namespace, false),
        "stacktrace" => set(&mut code.stack, false),
        "line.number" | "lineno" if key == "line.number" || code.line == 0 => code.line = line(value),
        _ => {}
    }
}

fn set_exception<'a>(exception: &mut Exception<'a>, key: &str, value: &'a str) {
    match key {
        "type" => exception.kind = value,
        "message" => exception.message = value,
        "stacktrace" => exception.stack = value,
        _ => {}
    }
}

/// `service.name` of a resource.
pub fn service(attributes: &[KeyValue]) -> &str {
    let named = attributes.iter().find(|attribute| attribute.key == "service.name");
    let name = text(named.and_then(|attribute| attribute.value.as_ref()));
    if name.is_empty() { UNKNOWN_SERVICE } else { name }
}

/// A text; empty for what is none.
pub fn text(value: Option<&AnyValue>) -> &str {
    match value {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text,
        _ => "",
    }
}

fn line(value: Option<&AnyValue>) -> u32 {
    match value.and_then(|value| value.value.as_ref()) {
        Some(&Value::IntValue(line)) => line.try_into().unwrap_or(0),
        Some(Value::StringValue(line)) => line.parse().unwrap_or(0),
        _ => 0,
    }
}

/// Attributes, and a few more, as one JSON object of about `max_bytes`. What there is no room for is counted under `…`.
pub fn to_json<'a>(
    attributes: &[KeyValue],
    more: impl IntoIterator<Item = (&'a str, &'a str)>,
    max_bytes: usize,
) -> String {
    let mut room = max_bytes;
    let mut object = Map::new();
    for (key, text) in more {
        if !text.is_empty() {
            object.insert(key.to_owned(), cut(text, &mut room).into());
        }
    }
    let mut left_out = 0;
    for KeyValue { key, value, .. } in attributes {
        if room <= key.len() {
            left_out += 1;
            continue;
        }
        room -= key.len();
        object.insert(key.clone(), json_of(value.as_ref(), &mut room));
    }
    if left_out > 0 {
        object.insert("…".to_owned(), left_out.into());
    }
    serde_json::Value::Object(object).to_string()
}

/// A value as JSON, as far as there is room. Decoding bounds how deep it can be.
pub fn json_of(value: Option<&AnyValue>, room: &mut usize) -> serde_json::Value {
    *room = room.saturating_sub(1);
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => cut(text, room).into(),
        Some(&Value::BoolValue(value)) => value.into(),
        Some(&Value::IntValue(value)) => value.into(),
        Some(&Value::DoubleValue(value)) => value.into(),
        Some(Value::ArrayValue(array)) => {
            array.values.iter().map_while(|value| (*room > 0).then(|| json_of(Some(value), room))).collect()
        }
        Some(Value::KvlistValue(list)) => {
            let pairs = list.values.iter().map_while(|KeyValue { key, value, .. }| {
                (*room > 0).then(|| (cut(key, room), json_of(value.as_ref(), room)))
            });
            serde_json::Value::Object(pairs.collect())
        }
        Some(Value::BytesValue(bytes)) => json!(format!("{} bytes", bytes.len())),
        Some(Value::StringValueStrindex(_)) | None => serde_json::Value::Null,
    }
}

fn cut(text: &str, room: &mut usize) -> String {
    let end = text.floor_char_boundary(MAX_TEXT_BYTES.min(*room));
    *room -= end;
    if end == text.len() { text.to_owned() } else { format!("{}…", &text[..end]) }
}
