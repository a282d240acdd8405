//! The city from afar: blocks, and which files are in each.

use std::cmp::Ordering;

use rerun::{Boxes3D, FillMode};

use super::chunks::StoreWriter;
use super::record::color;
use super::table::Table;
use super::{LoadError, StreamError};
use crate::analysis::Analysis;
use crate::city::{Block, City};
use crate::scan::FileId;

/// The entity of the blocks.
pub const BLOCKS: &str = "/blocks";

/// The files of each block, as `/tables/blocks` tells them.
///
/// # Errors
/// When a column is missing or of another type, or a block has a number beyond all blocks.
pub fn read(table: &Table) -> Result<Vec<Vec<FileId>>, LoadError> {
    let (instances, files) = (table.read_u32("instance")?, table.read_u32("file")?);
    let mut blocks = Vec::new();
    for (instance, file) in instances.into_iter().zip(files) {
        // Blocks come in order, and none is empty.
        match (instance as usize).cmp(&blocks.len()) {
            Ordering::Equal => blocks.push(vec![FileId(file)]),
            Ordering::Less => blocks[instance as usize].push(FileId(file)),
            Ordering::Greater => return Err(LoadError::Damaged("its blocks have gaps".to_owned())),
        }
    }
    Ok(blocks)
}

/// The boxes of the blocks.
pub fn boxes(blocks: &[Block]) -> Boxes3D {
    Boxes3D::from_centers_and_half_sizes(
        blocks.iter().map(|block| block.center),
        blocks.iter().map(|block| block.half_size),
    )
    .with_colors(blocks.iter().map(|block| color(block.color)))
}

/// What is clicked on, in the order of the blocks.
pub fn labels<'a>(analysis: &'a Analysis, blocks: &'a [Block]) -> impl Iterator<Item = String> + 'a {
    blocks.iter().map(|block| label(analysis, block))
}

/// Logs `/blocks` and `/tables/blocks` for a city that has any.
pub fn log(writer: &mut StoreWriter, analysis: &Analysis, city: &City) -> Result<(), StreamError> {
    let blocks = &city.blocks;
    if blocks.is_empty() {
        return Ok(());
    }
    let boxes =
        boxes(blocks).with_fill_mode(FillMode::Solid).with_labels(labels(analysis, blocks)).with_show_labels(false);
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
