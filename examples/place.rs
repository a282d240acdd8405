//! Where records are placed: reads them as lines of JSON, and answers each by a line.
//!
//! ```console
//! $ echo '{"path":"/app/src/scan/tree.rs","line":200}' | cargo run --release --example place -- .
//! {"how":"path","path":"src/scan/tree.rs","function":"SourceTree::file_id","line":192}
//! ```
//!
//! The keys of a record are `path`, `function`, `namespace`, `line`, `name` and `stack`. Arguments after the folder are maps of
//! paths, `FROM=TO`.

use std::error::Error;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use repolis::analysis::{Options, analyze};
use repolis::scan::Place;
use repolis::telemetry::{Code, Placer};
use serde::Deserialize;
use serde_json::json;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Record {
    path: String,
    function: String,
    namespace: String,
    line: u32,
    name: String,
    stack: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: place FOLDER [FROM=TO…]")?;
    let maps: Vec<_> =
        arguments.filter_map(|map| map.split_once('=').map(|(from, to)| (from.into(), to.into()))).collect();
    let place = Place::Folder(Path::new(&folder).to_owned());
    let analysis = analyze(&place, &Options::default(), &(), &AtomicBool::new(false))?;
    let functions = analysis.functions.iter().map(|row| (row.file, &row.function));
    let placer = Placer::new(&analysis.tree, functions, &maps).named(&analysis.name);
    let mut output = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let Record { path, function, namespace, line, name, stack } = serde_json::from_str(&line?)?;
        let code = Code { path: &path, function: &function, namespace: &namespace, line, name: &name, stack: &stack };
        let (found, how) = placer.place(&code);
        let function = found.and_then(|place| Some(&analysis.functions[place.function? as usize].function));
        let answer = json!({
            "how": how.name(),
            "path": found.map(|place| &analysis.tree.file(place.file).path),
            "function": function.map(|function| &function.name),
            "line": function.map(|function| function.line),
        });
        writeln!(output, "{answer}")?;
    }
    Ok(output.flush()?)
}
