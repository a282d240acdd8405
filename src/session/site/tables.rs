//! The tables that a page answers from, as columns in JSON.

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::lang::ImportKind;
use crate::metrics::{Column, METRICS};
use crate::stream::Loaded;

/// Files, directories, and which building each file is.
pub fn files(loaded: &Loaded) -> Value {
    let (tree, drawn) = (&loaded.analysis.tree, &loaded.analysis.drawn);
    let batches: FxHashMap<&str, usize> =
        loaded.batches.iter().enumerate().map(|(index, (entity, _))| (entity.as_str(), index)).collect();
    let places = drawn.iter().map(|file| {
        let place = loaded.places.get(file);
        place.and_then(|place| Some((*batches.get(place.entity.as_str())?, place.instance))).unwrap_or_default()
    });
    let (batch, instance): (Vec<_>, Vec<_>) = places.unzip();
    json!({
        "paths": tree.files.iter().map(|file| &*file.path).collect::<Vec<_>>(),
        "directory": tree.files.iter().map(|file| file.dir.0).collect::<Vec<_>>(),
        "directories": tree.dirs.iter().map(|dir| &*dir.path).collect::<Vec<_>>(),
        "parent": tree.dirs.iter().map(|dir| dir.parent.0).collect::<Vec<_>>(),
        "drawn": drawn.iter().map(|file| file.0).collect::<Vec<_>>(),
        "batch": batch,
        "instance": instance,
        "batches": loaded.batches.iter().map(|(entity, files)| json!([entity, files.len()])).collect::<Vec<_>>(),
        "blocks": loaded.blocks.iter().map(|files| files.iter().map(|file| file.0).collect()).collect::<Vec<Vec<_>>>(),
    })
}

/// Every metric; categories as numbers of a list.
pub fn metrics(loaded: &Loaded) -> Value {
    let metrics = loaded.analysis.metrics.iter().map(|metric| {
        let (values, categories) = match &metric.values {
            Column::U64(values) => (json!(values), Value::Null),
            Column::F64(values) => (json!(values), Value::Null),
            Column::Text(values) => {
                let (rows, names) = interned(values.iter().map(|value| &**value));
                (json!(rows), json!(names))
            }
        };
        // Texts of the analysis are told in words elsewhere.
        let is_own = !METRICS.iter().any(|spec| spec.name == &*metric.name);
        json!({ "name": &*metric.name, "unit": &*metric.unit, "values": values, "categories": categories, "own": is_own })
    });
    metrics.collect()
}

/// Imports, cycles and external packages.
pub fn imports(loaded: &Loaded) -> Value {
    let (resolution, graph) = (&loaded.analysis.resolution, &loaded.analysis.graph);
    let kind = |kind: ImportKind| ImportKind::ALL.iter().position(|&other| other == kind).unwrap_or_default();
    let (package, packages) = interned(resolution.externals.iter().map(|row| &*row.package));
    json!({
        "kinds": ImportKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "from": resolution.edges.iter().map(|edge| edge.from.0).collect::<Vec<_>>(),
        "to": resolution.edges.iter().map(|edge| edge.to.0).collect::<Vec<_>>(),
        "line": resolution.edges.iter().map(|edge| edge.line).collect::<Vec<_>>(),
        "kind": resolution.edges.iter().map(|edge| kind(edge.kind)).collect::<Vec<_>>(),
        "cycles": graph.cycles.iter().map(|files| files.iter().map(|file| file.0).collect()).collect::<Vec<Vec<_>>>(),
        "externals": json!({
            "from": resolution.externals.iter().map(|row| row.from.0).collect::<Vec<_>>(),
            "package": package,
            "packages": packages,
        }),
    })
}

/// Functions by file and line.
pub fn functions(loaded: &Loaded) -> Value {
    let rows = &loaded.analysis.functions;
    json!({
        "file": rows.iter().map(|row| row.file.0).collect::<Vec<_>>(),
        "name": rows.iter().map(|row| &*row.function.name).collect::<Vec<_>>(),
        "line": rows.iter().map(|row| row.function.line).collect::<Vec<_>>(),
        "complexity": rows.iter().map(|row| row.function.complexity).collect::<Vec<_>>(),
    })
}

/// Each text as its number in a list of them, in the order in which they come.
fn interned<'a>(texts: impl Iterator<Item = &'a str>) -> (Vec<usize>, Vec<&'a str>) {
    let (mut names, mut numbers) = (Vec::new(), FxHashMap::default());
    let rows = texts.map(|text| {
        *numbers.entry(text).or_insert_with(|| {
            names.push(text);
            names.len() - 1
        })
    });
    (rows.collect(), names)
}
