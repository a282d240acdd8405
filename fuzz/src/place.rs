//! Stands in for the library's placing, which has tests of its own: nothing has a place.

use super::{Code, How, Place};

#[derive(Debug, Default)]
pub struct Placer;

impl Placer {
    pub fn place(&self, _code: &Code<'_>) -> (Option<Place>, How) {
        (None, How::Unplaced)
    }

    pub fn function_name(&self, _place: Place) -> Option<&str> {
        None
    }
}
