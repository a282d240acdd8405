//! Records of users' own: a documented schema, in lines of JSON, dictionaries of another language, and columns.
//! `docs/feeds.md` has the schema.

mod columns;
mod field;
mod follow;
mod intake;
mod json;
mod lines;
mod record;
mod tape;
mod time;

pub use columns::Columns;
pub use field::Field;
pub use follow::Follow;
pub use intake::{Outcome, Records, ingest};
pub use json::JsonLines;
pub use lines::{Lines, MAX_LINE_BYTES, Wrong};
pub use record::Record;
pub(super) use tape::object;
pub use tape::{Cell, Key, Tape};
