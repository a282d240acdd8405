//! Writes `telemetry.rs`: the module of the library with all that it has, but for placing, which needs the parsers.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let fuzz = env::var("CARGO_MANIFEST_DIR")?;
    let (own, library) = (Path::new(&fuzz).join("src"), Path::new(&fuzz).join("../src/telemetry"));
    let mut module = String::new();
    for line in fs::read_to_string(library.join("mod.rs"))?.lines().filter(|line| !line.starts_with("//!")) {
        let name = line.strip_suffix(';').and_then(|line| line.strip_prefix("mod ").or(line.strip_prefix("pub mod ")));
        if let Some(name) = name {
            let file = if name == "place" { own.join("place.rs") } else { library.join(format!("{name}.rs")) };
            let file = if file.exists() { file } else { library.join(name).join("mod.rs") };
            writeln!(module, "#[path = {:?}]", fs::canonicalize(&file).unwrap_or(file))?;
        }
        writeln!(module, "{line}")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("telemetry.rs"), module)?;
    println!("cargo::rerun-if-changed=../src/telemetry/mod.rs");
    Ok(())
}
