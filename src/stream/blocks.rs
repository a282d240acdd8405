//! The city from afar: blocks, and which files are in each.

use rerun::{Boxes3D, FillMode};

use super::StreamError;
use super::chunks::StoreWriter;
use super::record::color;
use super::table::Table;
use crate::analysis::Analysis;
use crate::city::{Block, City};

/// The entity of the blocks.
pub const BLOCKS: &str = "/blocks";

/// Logs `/blocks` and `/tables/blocks` for a city that has any.
pub fn log(writer: &mut StoreWriter, analysis: &Analysis, city: &City) -> Result<(), StreamError> {
    let blocks = &city.blocks;
    if blocks.is_empty() {
        return Ok(());
    }
    let boxes = Boxes3D::from_centers_and_half_sizes(
        blocks.iter().map(|block| block.center),
        blocks.iter().map(|block| block.half_size),
    )
    .with_colors(blocks.iter().map(|block| color(block.color)))
    .with_fill_mode(FillMode::Solid)
    .with_labels(blocks.iter().map(|block| label(analysis, block)))
    .with_show_labels(false);
    writer.log(BLOCKS, &boxes)?;
    let rows = || blocks.iter().zip(0_u32..).flat_map(|(block, row)| block.files.iter().map(move |file| (row, file.0)));
    let table = Table::default()
        .u32("instance", rows().map(|(instance, _)| instance))
        .u32("file", rows().map(|(_, file)| file));
    writer.log_batches("/tables/blocks", table.into_batches()?)?;
    Ok(())
}

/// The path of a lone building, else that of the directory and how many files of it are merged.
fn label(analysis: &Analysis, block: &Block) -> String {
    match block.files[..] {
        [file] => analysis.tree.file(file).path.to_string(),
        _ => format!("{} ({} files)", analysis.tree.dir(block.dir).path, block.files.len()),
    }
}
