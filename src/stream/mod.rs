//! Analysis and city become Rerun entities, blueprint and tables, in any sink; and are read back from a recording.
//! Knows no parsing.

mod annotations;
mod arcs;
mod blocks;
mod blueprint;
mod chunks;
mod frames;
mod ground;
mod identity;
mod live;
mod load;
mod look;
mod record;
mod recorder;
mod report;
mod selection;
mod sink;
mod table;
mod tables;
mod template;

use std::io;

pub use annotations::{ANNOTATIONS, Annotated, annotations};
pub use arcs::{GRAPH, arc_at};
pub use blocks::BLOCKS;
pub use blueprint::{
    CAMERA, Camera, Extent, Frame, Room, Theme, frame_messages, messages as blueprint_messages, repaint_messages,
    theme_messages, whole_city,
};
pub use frames::without_layout;
pub use ground::{GROUND, NAMES, named};
pub use identity::{APPLICATION_ID, end_mark, introduction};
pub use live::{Activity, Between, CALLS, LiveStream, UNEXERCISED, UNEXPLAINED, glow_of_errors, glow_stops, lit_batch};
pub use load::{Cuboid, Loaded, Place, has_footer, load, load_analysis, load_history};
pub use look::{Changes, Distance, from_afar, look};
pub use record::{options_json, record, record_live};
pub use recorder::{RecordError, Recorder, read_recording, tail_path};
pub use report::{markdown as report_markdown, observed as observed_markdown};
pub use rerun::external::re_log_types::LogMsg;
pub use selection::selection;
pub use sink::{check_url, encode, send, to_bytes};
pub use template::{ARC_ROOMS, Template, ground_template, templates};

/// Why a recording cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// An address of a viewer is malformed.
    #[error("{url}: not an address of a Rerun viewer ({reason}); it looks like rerun+http://127.0.0.1:9876/proxy")]
    Url {
        /// The address as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A viewer is not there or went away.
    #[error("{url}: {reason}; start a viewer with `rerun` and try again")]
    Viewer {
        /// The address as given.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The writer failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A chunk is malformed.
    #[error("cannot build a chunk: {0}")]
    Chunk(#[from] rerun::log::ChunkError),
    /// A metric or column has an empty name.
    #[error("a metric or column has an empty name")]
    Nameless,
    /// A message cannot be encoded.
    #[error("cannot encode the recording: {0}")]
    Codec(#[from] re_log_encoding::CodecError),
    /// A chunk does not have Rerun's schema.
    #[error("cannot encode the recording: {0}")]
    Sorbet(#[from] Box<re_sorbet::SorbetError>),
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not Rerun's format, or is damaged.
    #[error("not a readable Rerun recording: {0}")]
    Decode(#[from] re_log_encoding::CodecError),
    /// It is Rerun's format, but its content cannot be what was written.
    #[error("a damaged recording ({0}); write it again with `repolis log FOLDER -o FILE`")]
    Damaged(String),
    /// A chunk is malformed.
    #[error("a damaged chunk: {0}")]
    Chunk(#[from] rerun::log::ChunkError),
    /// It is a recording, but not of a city.
    #[error("a Rerun recording without a city (it has no {0}); write one with `repolis log FOLDER -o FILE`")]
    NotACity(String),
    /// A table lacks a column.
    #[error("written by another version of Repolis: a table has no column {0:?}; write it again with this one")]
    MissingColumn(String),
    /// A column has another type.
    #[error("written by another version of Repolis: column {0:?} has an unexpected type; write it again with this one")]
    WrongType(String),
}
