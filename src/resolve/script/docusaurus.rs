//! `@site/…`, which Docusaurus makes of the folder of its configuration.
//!
//! Source: docusaurus.io, "MDX and React", "Importing components": the alias points to the folder of `docusaurus.config.js`.

use crate::resolve::script::files::{Importer, ancestors, in_dir};
use crate::scan::SourceTree;

const ALIAS: &str = "@site";
const CONFIGURATIONS: [&str; 6] = [
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "docusaurus.config.mjs",
    "docusaurus.config.mts",
    "docusaurus.config.cjs",
    "docusaurus.config.cts",
];

/// The path that a name means in the site around the importer.
pub(super) fn path_of(name: &str, importer: Importer<'_>, tree: &SourceTree) -> Option<String> {
    let inside = name.strip_prefix(ALIAS)?;
    let inside = if inside.is_empty() { inside } else { inside.strip_prefix('/')? };
    let is_site = |dir: &&str| CONFIGURATIONS.iter().any(|file| tree.file_id(&in_dir(dir, file)).is_some());
    Some(in_dir(ancestors(importer.dir).find(is_site)?, inside))
}
