//! Files and their imports as GraphML, a graph of nodes and edges with typed values that Gephi, networkx and igraph read.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::pairs::pairs;
use super::tables::{self, Column, Table, Values};
use super::text::printable;
use crate::analysis::Analysis;

/// What is known of an edge: name, type, description. Gephi takes `weight` as the weight of the edge. They are no
/// names of metrics, as an id names one thing in a document.
const EDGE_KEYS: [(&str, &str, &str); 4] = [
    ("weight", "double", "how many imports (lines and kinds) the edge stands for"),
    ("first_line", "int", "line of the first import in the importing file, 1-based"),
    ("kinds", "string", "runtime, type-only, dynamic, re-export, separated by spaces"),
    ("in_cycle", "boolean", "whether both files are in the same import cycle"),
];

/// Gephi takes it as the label of the node.
const LABEL: &str = "label";

/// Writes the graph; the id of a node is the path of its file.
pub fn write(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let files = tables::table(analysis, tables::FILES);
    let mut xml = Writer::new_with_indent(to, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let graphml = BytesStart::new("graphml").with_attributes([("xmlns", "http://graphml.graphdrawing.org/xmlns")]);
    xml.write_event(Event::Start(graphml))?;
    keys(&mut xml, &files)?;
    let graph =
        BytesStart::new("graph").with_attributes([("id", &*printable(&analysis.name)), ("edgedefault", "directed")]);
    xml.write_event(Event::Start(graph))?;
    for (file, row) in analysis.tree.files.iter().zip(0..) {
        node(&mut xml, &file.path, file.name(), &files, row)?;
    }
    edges(&mut xml, analysis)?;
    xml.write_event(Event::End(BytesEnd::new("graph")))?;
    xml.write_event(Event::End(BytesEnd::new("graphml")))?;
    xml.get_mut().write_all(b"\n")
}

fn keys(xml: &mut Writer<&mut dyn Write>, files: &Table<'_>) -> io::Result<()> {
    key(xml, "node", (LABEL, "string", "name of the file"))?;
    for column in &files.columns {
        let kind = match column.values {
            Values::U64(_) => "long",
            Values::F64(_) => "double",
            Values::Text(_) => "string",
        };
        key(xml, "node", (column.name, kind, &described(column)))?;
    }
    EDGE_KEYS.into_iter().try_for_each(|spec| key(xml, "edge", spec))
}

fn described<'a>(column: &Column<'a>) -> Cow<'a, str> {
    match column.unit {
        "" => column.description.into(),
        unit => format!("{} ({unit})", column.description).into(),
    }
}

fn key(xml: &mut Writer<&mut dyn Write>, of: &str, (name, kind, description): (&str, &str, &str)) -> io::Result<()> {
    let key = xml.create_element("key").with_attributes([
        ("id", name),
        ("for", of),
        ("attr.name", name),
        ("attr.type", kind),
    ]);
    key.write_inner_content(|xml| {
        xml.create_element("desc").write_text_content(BytesText::new(description))?;
        Ok(())
    })?;
    Ok(())
}

fn node(xml: &mut Writer<&mut dyn Write>, path: &str, name: &str, files: &Table<'_>, row: usize) -> io::Result<()> {
    let node = xml.create_element("node").with_attribute(("id", &*printable(path)));
    node.write_inner_content(|xml| {
        data(xml, LABEL, name)?;
        for column in &files.columns {
            match &column.values {
                Values::Text(value) => data(xml, column.name, value(row))?,
                Values::U64(value) => data(xml, column.name, &value(row).to_string())?,
                Values::F64(value) if value(row).is_finite() => data(xml, column.name, &value(row).to_string())?,
                Values::F64(_) => {}
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn edges(xml: &mut Writer<&mut dyn Write>, analysis: &Analysis) -> io::Result<()> {
    let path = |file| printable(&analysis.tree.file(file).path);
    for pair in pairs(analysis) {
        let edge =
            xml.create_element("edge").with_attributes([("source", &*path(pair.from)), ("target", &*path(pair.to))]);
        edge.write_inner_content(|xml| {
            let in_cycle = if pair.in_cycle { "true" } else { "false" };
            let values = [&*pair.imports.to_string(), &*pair.line.to_string(), &*pair.kinds, in_cycle];
            EDGE_KEYS.into_iter().zip(values).try_for_each(|((name, ..), value)| data(xml, name, value))
        })?;
    }
    Ok(())
}

fn data(xml: &mut Writer<&mut dyn Write>, key: &str, value: &str) -> io::Result<()> {
    let value = printable(value);
    let data = xml.create_element("data").with_attribute(("key", key));
    // Gephi loses white space between two signs that are escaped.
    if value.contains(['&', '<', '>', '"', '\'']) {
        data.write_inner_content(|xml| {
            BytesCData::escaped(&value).try_for_each(|part| xml.write_event(Event::CData(part)))
        })?;
    } else {
        data.write_text_content(BytesText::new(&value))?;
    }
    Ok(())
}
