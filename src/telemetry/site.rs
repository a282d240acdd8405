//! What is counted: a function or file of the repository, or what could not be placed, each by service.

use crate::scan::FileId;

/// Index of a [`Site`]; ids count up from 0 and are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);

impl SiteId {
    /// The id as a table index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place in the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which file.
    pub file: FileId,
    /// Row of the function in the analysis's functions, where one is known.
    pub function: Option<u32>,
}

/// By what something was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The path of a file, and its function or line.
    Path,
    /// The qualified name of a function, or the name of a logger.
    Name,
    /// The stack trace of an exception.
    Stack,
    /// Not at all.
    Unplaced,
}

impl How {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::Path, Self::Name, Self::Stack, Self::Unplaced];

    /// The name in tables and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Name => "name",
            Self::Stack => "stack",
            Self::Unplaced => "unplaced",
        }
    }
}

/// Something that is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// `service.name` of what runs it.
    pub service: Box<str>,
    /// Name of the function, else of the span.
    pub name: Box<str>,
    /// Where it is; `None` when it is unplaced.
    pub place: Option<Place>,
    /// By what it was placed.
    pub how: How,
}
