//! The catalogue: which documents there are, and which rules they make.

mod check;
mod code;
mod document;
mod load;
mod period;
mod revision;
mod rule;

pub use code::CodeQuery;
pub use document::*;
pub use load::Catalogue;
pub use period::Period;
pub use revision::{Revision, RevisionFile, WrongRevision};
pub use rule::*;
