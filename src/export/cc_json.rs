//! A map for CodeCharta: `cc.json` in version 1.5, with edges, and with types and descriptions of all attributes.
//! Its schema: <https://github.com/MaibornWolff/codecharta/blob/main/CC_JSON_SCHEMA_CHANGELOG.md>

use std::io::{self, Write};

use md5::{Digest, Md5};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::pairs::pairs;
use super::rows::rows;
use crate::analysis::Analysis;
use crate::metrics::{Column, Metric};
use crate::scan::{FileId, file_name, parent_path};

/// The newest version that CodeCharta's viewer knows; it warns of 1.6.
const API_VERSION: &str = "1.5";
/// What CodeCharta calls the folder of all.
const ROOT: &str = "root";
/// The attribute of edges.
const IMPORTS: &str = "imports";

/// Metrics that CodeCharta has another name for.
const NAMES: [(&str, &str); 2] = [("code_lines", "rloc"), ("lines", "loc")];
/// Metrics whose value for a folder is the sum of its files'; it is their median for the others.
const ADDITIVE: &[&str] = &[
    "bytes",
    "lines",
    "code_lines",
    "comment_lines",
    "blank_lines",
    "functions",
    "classes",
    "complexity",
    "cognitive_complexity",
    "page_rank",
];
/// Metrics of which more is better.
const BETTER_HIGH: &[&str] = &["comment_lines"];

/// Writes the files that are drawn, their folders, and the imports among them.
pub fn write(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"{\"data\":")?;
    let mut data = Hashing { to, md5: Md5::new() };
    data.write_all(b"{\"projectName\":")?;
    serde_json::to_writer(&mut data, &analysis.name)?;
    write!(data, ",\"apiVersion\":\"{API_VERSION}\",\"nodes\":[")?;
    nodes(analysis, &mut data)?;
    data.write_all(b"],\"edges\":[")?;
    edges(analysis, &mut data)?;
    data.write_all(b"],\"attributeTypes\":")?;
    serde_json::to_writer(&mut data, &Types { nodes: NodeTypes(analysis), edges: EdgeTypes { imports: "absolute" } })?;
    data.write_all(b",\"attributeDescriptors\":")?;
    serde_json::to_writer(&mut data, &Descriptors(analysis))?;
    data.write_all(b",\"blacklist\":[]}")?;
    let checksum = data.md5.finalize();
    to.write_all(b",\n\"checksum\":\"")?;
    checksum.iter().try_for_each(|byte| write!(to, "{byte:02x}"))?;
    to.write_all(b"\"}\n")
}

/// Passes on what is written, and knows its checksum.
struct Hashing<'a> {
    to: &'a mut dyn Write,
    md5: Md5,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.md5.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The tree as nested objects. What lies below a folder is contiguous in the order of paths.
fn nodes(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let mut open = "";
    write!(to, "\n{{\"name\":\"{ROOT}\",\"type\":\"Folder\",\"attributes\":{{}},\"children\":[")?;
    for (&file, index) in analysis.drawn.iter().zip(0_usize..) {
        let path = &*analysis.tree.file(file).path;
        let dir = parent_path(path);
        let shared = shared_folder(open, dir);
        let closed = parts(&open[shared.len()..]).count();
        (0..closed).try_for_each(|_| to.write_all(b"]}"))?;
        to.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        for name in parts(&dir[shared.len()..]) {
            to.write_all(b"{\"name\":")?;
            serde_json::to_writer(&mut *to, name)?;
            to.write_all(b",\"type\":\"Folder\",\"attributes\":{},\"children\":[\n")?;
        }
        let attributes = Attributes { analysis, file };
        serde_json::to_writer(&mut *to, &Node { name: file_name(path), kind: "File", attributes })?;
        open = dir;
    }
    (0..=parts(open).count()).try_for_each(|_| to.write_all(b"]}"))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// The longest folder that `a` and `b` are or lie in.
fn shared_folder<'a>(a: &'a str, b: &str) -> &'a str {
    let mut shared = a;
    while !(b.starts_with(shared)
        && (shared.is_empty() || b.len() == shared.len() || b[shared.len()..].starts_with('/')))
    {
        shared = parent_path(shared);
    }
    shared
}

#[derive(Serialize)]
struct Node<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    attributes: Attributes<'a>,
}

/// The metrics of a file that are numbers.
struct Attributes<'a> {
    analysis: &'a Analysis,
    file: FileId,
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for metric in numbers(self.analysis) {
            match &metric.values {
                Column::U64(values) => map.serialize_entry(name(metric), &values[self.file.index()])?,
                Column::F64(values) if values[self.file.index()].is_finite() => {
                    map.serialize_entry(name(metric), &values[self.file.index()])?;
                }
                Column::F64(_) | Column::Text(_) => {}
            }
        }
        map.end()
    }
}

fn numbers(analysis: &Analysis) -> impl Iterator<Item = &Metric> {
    analysis.metrics.iter().filter(|metric| !matches!(metric.values, Column::Text(_)))
}

fn name(metric: &Metric) -> &str {
    NAMES.iter().find(|(ours, _)| *ours == &*metric.name).map_or(&metric.name, |(_, theirs)| theirs)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edge {
    from_node_name: String,
    to_node_name: String,
    attributes: EdgeAttributes,
}

#[derive(Serialize)]
struct EdgeAttributes {
    imports: u32,
}

fn edges(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let is_drawn = |file: &FileId| analysis.drawn.binary_search(file).is_ok();
    let path = |file| format!("/{ROOT}/{}", analysis.tree.file(file).path);
    let drawn = pairs(analysis).filter(|pair| is_drawn(&pair.from) && is_drawn(&pair.to));
    rows(
        to,
        drawn.map(|pair| Edge {
            from_node_name: path(pair.from),
            to_node_name: path(pair.to),
            attributes: EdgeAttributes { imports: pair.imports },
        }),
    )
}

#[derive(Serialize)]
struct Types<'a> {
    nodes: NodeTypes<'a>,
    edges: EdgeTypes,
}

#[derive(Serialize)]
struct EdgeTypes {
    imports: &'static str,
}

struct NodeTypes<'a>(&'a Analysis);

impl Serialize for NodeTypes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = |metric: &Metric| if ADDITIVE.contains(&&*metric.name) { "absolute" } else { "relative" };
        serializer.collect_map(numbers(self.0).map(|metric| (name(metric), kind(metric))))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    title: String,
    description: &'a str,
    hint_low_value: &'static str,
    hint_high_value: &'static str,
    link: &'static str,
    direction: i8,
    analyzers: [&'static str; 1],
}

impl<'a> Descriptor<'a> {
    fn new(title: &str, description: &'a str, is_better_high: bool) -> Self {
        let mut title = title.replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let direction = if is_better_high { 1 } else { -1 };
        Self {
            title,
            description,
            hint_low_value: "",
            hint_high_value: "",
            link: "",
            direction,
            analyzers: ["repolis"],
        }
    }
}

struct Descriptors<'a>(&'a Analysis);

impl Serialize for Descriptors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for metric in numbers(self.0) {
            let is_better_high = BETTER_HIGH.contains(&&*metric.name);
            map.serialize_entry(name(metric), &Descriptor::new(&metric.name, &metric.description, is_better_high))?;
        }
        map.serialize_entry(
            IMPORTS,
            &Descriptor::new(IMPORTS, "imports of one file by another, lines and kinds", false),
        )?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, expect: &str) {
        assert_eq!(shared_folder(a, b), expect);
    }

    #[test]
    fn folders_are_shared_whole() {
        check("", "", "");
        check("a/b", "a/b", "a/b");
        check("a/b", "a/b/c", "a/b");
        check("a/b/c", "a/b", "a/b");
        check("a/b", "a/bc", "a");
        check("a/bc", "a/b", "a");
        check("a", "b", "");
        check("a", "a-b", "");
        check("ä", "äb", "");
    }
}
