//! Jupyter notebooks: the lines of their cells.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;
use tokei::LanguageType;

use super::{LineCounts, count as count_language};

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    kernelspec: Value,
    language_info: Value,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: CellType,
    source: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum CellType {
    Markdown,
    Code,
}

/// Lines of the cells, each of them twice as `tokei` has it; none for what it does not read, such
/// as notebooks with raw cells.
pub(super) fn count(text: &[u8]) -> LineCounts {
    let mut counts = LineCounts::default();
    let Ok(notebook) = serde_json::from_slice::<Notebook>(text) else { return counts };
    let language = notebook.metadata.language();
    for cell in &notebook.cells {
        let language = match cell.cell_type {
            CellType::Markdown => LanguageType::Markdown,
            CellType::Code => language,
        };
        let lines = count_language(language, cell.source.concat().as_bytes());
        counts += lines;
        counts += lines;
    }
    counts
}

impl Metadata {
    fn language(&self) -> LanguageType {
        let by_name = || LanguageType::from_str(self.kernelspec.get("language")?.as_str()?).ok();
        let by_suffix = || LanguageType::from_file_extension(self.language_info.get("file_extension")?.as_str()?);
        by_name().or_else(by_suffix).unwrap_or(LanguageType::Python)
    }
}
